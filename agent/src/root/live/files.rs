//! Files of the machine itself, with as few calls of the kernel as there can be: a report is made of little else.

use std::io;
use std::os::fd::AsRawFd as _;
use std::path::Path;

use rustix::fs::OFlags;

use crate::root::{PAGE_BYTES, open, read_file, read_to_end};

/// Below `/sys` these are not sysfs: their files may come in parts of any length.
const OTHERS: [&str; 3] = ["/sys/kernel/", "/sys/fs/", "/sys/firmware/efi/"];

pub(super) fn read(path: &str, limit_bytes: usize) -> io::Result<Vec<u8>> {
    // No device node is below these, and no link leads out of them but those of processes.
    let is_kernels = (path.starts_with("/sys/") || path.starts_with("/proc/")) && !path.contains("/../");
    if !is_kernels {
        return read_file(Path::new(path), limit_bytes);
    }
    let is_sysfs = path.starts_with("/sys/") && !OTHERS.iter().any(|other| path.starts_with(other));
    // An attribute is a page at most, and comes at once; what is longer comes by pages.
    read_to_end(Path::new(path), limit_bytes, |count| is_sysfs && count < PAGE_BYTES)
}

/// The path with all links followed: the kernel follows them once, where a walk would ask at each of the path's parts.
pub(super) fn real(path: &str) -> io::Result<String> {
    let file = open(Path::new(path), OFlags::PATH)?;
    let link = format!("/proc/self/fd/{}", file.as_raw_fd());
    let told = rustix::fs::readlink(link, Vec::new()).ok().and_then(|told| told.into_string().ok());
    // No /proc in an early userland; and of what vanished meanwhile, or lies outside, the kernel adds a word.
    match told.filter(|told| told.starts_with('/') && !told.ends_with(" (deleted)")) {
        Some(told) => Ok(told),
        None => {
            let real = Path::new(path).canonicalize()?;
            real.into_os_string().into_string().map_err(|_| io::ErrorKind::InvalidData.into())
        }
    }
}
