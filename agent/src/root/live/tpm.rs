//! TPM 2.0 commands that read.

use std::fs::OpenOptions;
use std::io::{self, Read, Write};

use decode::tpm;

use super::refused;

const ANSWER_LIMIT_BYTES: usize = 4096;

pub(super) fn ask(device: &str, command: &[u8]) -> io::Result<Vec<u8>> {
    let code = tpm::command_code(command);
    if !matches!(code, Some(tpm::NV_READ_PUBLIC | tpm::NV_READ | tpm::GET_CAPABILITY)) {
        return Err(refused(format!("TPM command {} is not one that only reads", hex::encode(command))));
    }
    // A command is written to the device, and its answer read from it. The kernel waits for the TPM in between.
    let mut file = OpenOptions::new().read(true).write(true).open(device)?;
    file.write_all(command)?;
    let mut answer = vec![0; ANSWER_LIMIT_BYTES];
    let length = file.read(&mut answer)?;
    answer.truncate(length);
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_reads_is_sent() {
        // TPM2_Clear, TPM2_NV_Write, TPM2_EvictControl, and no command at all.
        for code in [0x126_u32, 0x137, 0x120] {
            let command = [&[0x80, 1, 0, 0, 0, 10][..], &code.to_be_bytes()].concat();
            let error = ask("/dev/null", &command).unwrap_err();
            assert!(error.to_string().ends_with("is not one that only reads"), "{error}");
        }
        assert!(ask("/dev/null", &[]).is_err());
    }
}
