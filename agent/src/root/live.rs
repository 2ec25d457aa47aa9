//! The machine itself.

use std::io;
use std::path::Path;

use super::{Question, Space, Tree, frames, netlink, read_file, read_names, read_target};

pub(super) struct Live;

impl Tree for Live {
    fn read(&self, path: &str, limit_bytes: usize) -> io::Result<Vec<u8>> {
        read_file(Path::new(path), limit_bytes)
    }

    fn names(&self, path: &str) -> io::Result<Vec<String>> {
        read_names(Path::new(path))
    }

    fn real(&self, path: &str) -> io::Result<String> {
        let real = Path::new(path).canonicalize()?;
        real.into_os_string().into_string().map_err(|_| io::ErrorKind::InvalidData.into())
    }

    fn target(&self, path: &str) -> io::Result<String> {
        read_target(Path::new(path))
    }

    fn ask(&self, question: &Question) -> io::Result<Vec<u8>> {
        match question {
            Question::Space { mount } => Ok(space(mount)?.to_bytes()),
            Question::Architecture => Ok(rustix::system::uname().machine().to_bytes().to_vec()),
            Question::Netlink(dump) => netlink::dump(*dump),
            Question::Frames { interface, ethernet_type, seconds } => {
                frames::hear(interface, *ethernet_type, *seconds)
            }
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }
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
