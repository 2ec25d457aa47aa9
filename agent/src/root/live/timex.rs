//! The kernel's clock.

use std::io;

pub(super) fn ask() -> io::Result<Vec<u8>> {
    let (state, timex) = crate::kernel::timex()?;
    let mut answer = state.to_le_bytes().to_vec();
    answer.extend(timex);
    Ok(answer)
}
