//! The machine itself.

mod block;
mod ethtool;
mod files;
mod frames;
mod ipmi;
mod line;
mod netlink;
mod nvme;
mod scsi;
mod smartctl;
mod timex;
mod tpm;

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;

use rustix::fs::{Access, AtFlags, OFlags, accessat};

use super::standing::from_here;
use super::{Question, Space, Standing, Tree, each_name, read_names};

pub(super) struct Live;

impl Tree for Live {
    fn read(&self, path: &str, limit_bytes: usize) -> io::Result<Vec<u8>> {
        files::read(path, limit_bytes)
    }

    fn names(&self, path: &str) -> io::Result<Vec<String>> {
        from_here(path, |from, path| read_names(from, path))
    }

    fn count(&self, path: &str, is_such: &dyn Fn(&str) -> bool) -> io::Result<usize> {
        let mut count = 0;
        from_here(path, |from, path| each_name(from, path, &mut |name| count += usize::from(is_such(name))))?;
        Ok(count)
    }

    fn real(&self, path: &str) -> io::Result<String> {
        files::real(path)
    }

    fn exists(&self, path: &str) -> bool {
        from_here(path, |from, path| accessat(from, path, Access::EXISTS, AtFlags::empty()).is_ok())
    }

    fn target(&self, path: &str) -> io::Result<String> {
        files::target(path)
    }

    fn stand(&self, folder: &str) -> Option<Standing> {
        Standing::at(folder).ok()
    }

    fn ask(&self, question: &Question) -> io::Result<Vec<u8>> {
        match question {
            Question::Space { mount } => Ok(space(mount)?.to_bytes()),
            Question::Architecture => Ok(rustix::system::uname().machine().to_bytes().to_vec()),
            Question::Tpm { device, command } => tpm::ask(device, command),
            Question::Timex => timex::ask(),
            Question::Block { device, offset, length } => block::ask(device, *offset, *length),
            Question::Nvme { device, command } => nvme::ask(device, *command),
            Question::Scsi { device, command, length } => scsi::ask(device, command, *length),
            Question::Smartctl(command) => smartctl::ask(command),
            Question::Ipmi { device, function, command, data } => {
                ipmi::ask(device, *function, *command, data)
            }
            Question::Ethtool { interface, request } => ethtool::ask(interface, *request),
            Question::Cpuid { leaf } => cpuid(*leaf),
            Question::Netlink(dump) => netlink::dump(*dump),
            Question::Frames { interface, ethernet_type, seconds } => {
                frames::hear(interface, *ethernet_type, *seconds)
            }
        }
    }
}

/// Opens a device node to read. Never blocks: a drive without its medium opens, and says so when it is asked.
fn open(device: &str) -> io::Result<File> {
    let flags = i32::try_from((OFlags::NONBLOCK | OFlags::NOCTTY).bits()).unwrap_or(0);
    OpenOptions::new().read(true).custom_flags(flags).open(device)
}

fn refused(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

#[cfg(target_arch = "x86_64")]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there is no such instruction")]
fn cpuid(leaf: u32) -> io::Result<Vec<u8>> {
    let answer = std::arch::x86_64::__cpuid(leaf);
    Ok([answer.eax, answer.ebx, answer.ecx, answer.edx].into_iter().flat_map(u32::to_le_bytes).collect())
}

#[cfg(not(target_arch = "x86_64"))]
fn cpuid(_leaf: u32) -> io::Result<Vec<u8>> {
    Err(io::ErrorKind::Unsupported.into())
}

fn space(mount: &str) -> io::Result<Space> {
    let stat = rustix::fs::statvfs(mount)?;
    let block_bytes = if stat.f_frsize == 0 { stat.f_bsize } else { stat.f_frsize };
    Ok(Space {
        size_bytes: stat.f_blocks.saturating_mul(block_bytes),
        free_bytes: stat.f_bfree.saturating_mul(block_bytes),
        available_bytes: stat.f_bavail.saturating_mul(block_bytes),
        inodes: stat.f_files,
        free_inodes: stat.f_ffree,
    })
}
