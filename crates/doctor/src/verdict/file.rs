//! The file that DHCP named.

use super::{Aim, Cause, Fault, Hop};
use crate::firmware::Firmware;
use crate::http::HttpFault;
use crate::loader::{Content, content};
use crate::tftp::TftpFault;

/// What came instead of a file, by either protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileFault {
    /// By TFTP.
    Tftp(TftpFault),
    /// By HTTP.
    Http(HttpFault),
}

/// Whether the firmware can run what came.
///
/// # Errors
/// It did not come, or is something else.
pub(crate) fn judge_loader(
    firmware: &Firmware,
    aim: &Aim,
    came: &Result<Vec<u8>, FileFault>,
) -> Result<(), Fault> {
    let hop = match aim {
        Aim::Tftp { .. } => Hop::Tftp,
        Aim::Http { .. } => Hop::Http,
    };
    let fault = |cause| Err(Fault { hop, cause });
    let bytes = match came {
        Ok(bytes) => bytes,
        Err(why) => return fault(cause(aim, why)),
    };
    let file = aim.file().to_owned();
    let Some(build) = firmware.ipxe() else { return Ok(()) };
    match content(bytes) {
        Content::Program(is) if is == build.executable => Ok(()),
        Content::Program(is) => fault(Cause::WrongProgram { file, is, needs: build.executable }),
        Content::Script => {
            fault(Cause::NoProgram { file, is: "it is an iPXE script, which only iPXE can run" })
        }
        Content::Text => fault(Cause::NoProgram { file, is: "it is text" }),
        Content::Empty => fault(Cause::NoProgram { file, is: "it is empty" }),
    }
}

/// Whether what iPXE was told to load came, and is not iPXE once more.
///
/// # Errors
/// It did not come, or is a loader.
pub(crate) fn judge_script_file<'a>(
    aim: &Aim,
    came: &'a Result<Vec<u8>, FileFault>,
) -> Result<&'a [u8], Fault> {
    match came {
        Ok(bytes) if matches!(content(bytes), Content::Program(_)) => {
            Err(Fault { hop: Hop::IpxeDhcp, cause: Cause::Loop(aim.file().to_owned()) })
        }
        Ok(bytes) => Ok(bytes),
        Err(why) => Err(Fault { hop: Hop::Script, cause: cause(aim, why) }),
    }
}

fn cause(aim: &Aim, why: &FileFault) -> Cause {
    match (aim, why) {
        (Aim::Tftp { named: Some(name), .. }, FileFault::Tftp(fault)) if is_absent(fault) => {
            Cause::AddressAsName { fault: fault.clone(), name: *name }
        }
        (_, FileFault::Tftp(fault)) => Cause::Tftp(fault.clone()),
        (_, FileFault::Http(fault)) => Cause::Http { url: aim.file().to_owned(), fault: fault.clone() },
    }
}

/// Whether the wrong machine may have been asked.
fn is_absent(fault: &TftpFault) -> bool {
    matches!(
        fault,
        TftpFault::NoHost(_) | TftpFault::Closed(_) | TftpFault::Silent(_) | TftpFault::Missing { .. }
    )
}
