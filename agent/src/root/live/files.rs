//! Files of the machine itself, with as few calls of the kernel as there can be: a report is made of little else.

use std::io;
use std::os::fd::AsRawFd as _;
use std::path::Path;

use rustix::fs::OFlags;

use crate::root::standing::from_here;
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
    let is_setting = path.starts_with("/proc/sys/");
    // An attribute is a page at most, and comes at once, as a setting does; what is longer comes by pages.
    let is_last = |count| (is_sysfs || is_setting) && count < PAGE_BYTES;
    from_here(path, |from, path| read_to_end(from, path, limit_bytes, is_last))
}

/// The path with all links followed: the kernel follows them once, where a walk would ask at each of the path's parts.
pub(super) fn real(path: &str) -> io::Result<String> {
    let file = from_here(path, |from, path| open(from, path, OFlags::PATH))?;
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

/// Where a symbolic link leads.
pub(super) fn target(path: &str) -> io::Result<String> {
    let target = from_here(path, |from, path| rustix::fs::readlinkat(from, path, Vec::new()))?;
    target.into_string().map_err(|_| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::root::Standing;

    #[test]
    fn a_file_is_read_as_by_anybody_else() {
        let folder = tempfile::tempdir().unwrap();
        let long = folder.path().join("long").to_str().unwrap().to_owned();
        fs::write(&long, "0123456789abcdef".repeat(1000)).unwrap();
        for path in [
            "/sys/devices/system/cpu/online",
            "/sys/no/such/attribute",
            "/proc/filesystems",
            "/proc/version",
            "/proc/sys/kernel/osrelease",
            "/proc/sys/no/such/setting",
            "/proc/self/environ",
            "/proc/self/mem/none",
            &long,
        ] {
            let (own, others) = (read(path, 1 << 20), fs::read(path));
            assert_eq!(own.map_err(|error| error.kind()), others.map_err(|error| error.kind()), "{path}");
        }
        assert_eq!(read("/proc/version", 2).unwrap(), fs::read("/proc/version").unwrap()[..3]);
        assert_eq!(read(&long, 4096).unwrap().len(), 4097);
    }

    #[test]
    fn what_is_no_file_is_not_opened_wherever_its_path_begins() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let pipe = pipe.to_str().unwrap();
        for path in [pipe.to_owned(), format!("/proc/..{pipe}"), format!("/sys/kernel/../..{pipe}")] {
            assert_eq!(read(&path, 10).unwrap_err().to_string(), "not a regular file", "{path}");
        }
        read("/proc", 10).unwrap_err();
    }

    #[test]
    fn links_are_followed_as_by_a_walk() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        fs::create_dir(at("place")).unwrap();
        symlink("place", at("link")).unwrap();
        symlink("loop", at("loop")).unwrap();
        // The kernel's word of what vanished is a name like any other.
        fs::write(at("file (deleted)"), "").unwrap();
        for path in [
            at("link"),
            at("link/../link"),
            at("loop"),
            at("none"),
            at("file (deleted)"),
            "/proc/self/ns/../cwd".to_owned(),
            "/sys".to_owned(),
        ] {
            let walked = Path::new(&path).canonicalize().map(|real| real.to_str().unwrap().to_owned());
            let kind = |error: io::Error| error.kind();
            assert_eq!(real(&path).map_err(kind), walked.map_err(kind), "{path}");
        }
    }

    #[test]
    fn what_is_below_where_one_stands_is_the_same_and_what_is_elsewhere_too() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        fs::create_dir_all(at("inner/most")).unwrap();
        fs::create_dir(at("inner2")).unwrap();
        symlink("../file", at("inner/link")).unwrap();
        symlink("inner", at("way")).unwrap();
        fs::write(at("file"), "1").unwrap();
        fs::write(at("inner/file"), "2").unwrap();
        fs::write(at("inner/most/file"), "3").unwrap();
        fs::write(at("inner2/file"), "4").unwrap();
        let paths = [
            "file",
            "inner/file",
            "inner/most/file",
            "inner2/file",
            "inner/link",
            "inner/../file",
            "inner//file",
            "way/file",
            "way/link",
            "inner/none",
            "inner/",
            "inner",
            "none/file",
        ];
        let told = || -> Vec<_> {
            let all = paths.iter().map(|path| {
                let path = &at(path);
                // Whatever is not the kernel's own is read by its path alone; how it is found is asked here.
                let kind = |error: io::Error| error.kind();
                let found = from_here(path, |from, path| open(from, path, OFlags::NONBLOCK));
                let bytes = found.and_then(|file| io::read_to_string(fs::File::from(file)));
                (bytes.map_err(kind), real(path).map_err(kind), target(path).map_err(kind))
            });
            all.collect()
        };
        let nowhere = told();
        for stands in ["inner", "way", "inner/most", ""] {
            let _there = Standing::at(at(stands).trim_end_matches('/')).unwrap();
            assert_eq!(told(), nowhere, "from {stands:?}");
            let _deeper = Standing::at(&at("inner/most")).unwrap();
            assert_eq!(told(), nowhere, "from {stands:?} and deeper");
        }
        assert!(Standing::at(&at("file")).is_err() && Standing::at(&at("none")).is_err());
        assert_eq!(told(), nowhere);
    }
}
