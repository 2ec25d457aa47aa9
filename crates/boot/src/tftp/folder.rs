//! Opening a file by its plain name in one folder, and nowhere else.

use std::fs::File;
use std::path::Path;

use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

/// Why a file is not given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is none.
    #[error("there is no such file")]
    NotFound,
    /// It is none, or lies elsewhere.
    #[error("only files in the folder itself are served")]
    NotPlain,
    /// It is a link to elsewhere.
    #[error("it is a symbolic link that leads out of the folder: put a copy there")]
    LeadsOut,
    /// The disk, or the rights.
    #[error("the file can't be read")]
    Unreadable,
}

/// The longest name of a file on Linux.
const MAX_NAME: usize = 255;

/// Opens a regular file, and says how large it is.
pub(crate) fn open(folder: &Path, name: &str) -> Result<(File, u64), Refusal> {
    // Firmware often puts one slash in front.
    let name = name.strip_prefix('/').unwrap_or(name);
    if name.is_empty()
        || name.len() > MAX_NAME
        || name.contains(['/', '\\', '\0'])
        || name == "."
        || name == ".."
    {
        return Err(Refusal::NotPlain);
    }
    let directory = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = rustix::fs::open(folder, directory, Mode::empty()).map_err(refusal)?;
    // The kernel itself sees to it that no symbolic link leads out. NONBLOCK: a pipe must not hold us up.
    let how = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    let file = rustix::fs::openat2(&folder, name, how, Mode::empty(), beneath).map_err(refusal)?;
    let file = File::from(file);
    let metadata = file.metadata().map_err(|_| Refusal::Unreadable)?;
    if metadata.is_file() { Ok((file, metadata.len())) } else { Err(Refusal::NotPlain) }
}

fn refusal(error: Errno) -> Refusal {
    match error {
        Errno::NOENT => Refusal::NotFound,
        Errno::XDEV => Refusal::LeadsOut,
        Errno::LOOP | Errno::NOTDIR | Errno::ISDIR | Errno::NXIO => Refusal::NotPlain,
        _ => Refusal::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_regular_files_of_the_folder_itself_are_opened() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("tftp");
        std::fs::create_dir_all(folder.join("sub")).unwrap();
        std::fs::write(dir.path().join("secret"), "secret").unwrap();
        std::fs::write(folder.join("sub/file"), "below").unwrap();
        std::fs::write(folder.join("a"), "content").unwrap();
        symlink("a", folder.join("inside")).unwrap();
        symlink("../secret", folder.join("relative")).unwrap();
        symlink("/etc/passwd", folder.join("absolute")).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            folder.join("pipe"),
            rustix::fs::FileType::Fifo,
            Mode::from(0o600),
            0,
        )
        .unwrap();

        for name in ["a", "/a", "inside"] {
            let (mut file, size) = open(&folder, name).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            assert_eq!((text.as_str(), size), ("content", 7), "{name}");
        }
        let long = "x".repeat(65_000);
        for (name, expected) in [
            ("b", Refusal::NotFound),
            ("", Refusal::NotPlain),
            ("/", Refusal::NotPlain),
            (".", Refusal::NotPlain),
            ("..", Refusal::NotPlain),
            ("../secret", Refusal::NotPlain),
            ("../../etc/passwd", Refusal::NotPlain),
            ("/etc/passwd", Refusal::NotPlain),
            ("//a", Refusal::NotPlain),
            ("sub/file", Refusal::NotPlain),
            ("sub", Refusal::NotPlain),
            ("..\\secret", Refusal::NotPlain),
            ("a\0b", Refusal::NotPlain),
            ("relative", Refusal::LeadsOut),
            ("absolute", Refusal::LeadsOut),
            ("pipe", Refusal::NotPlain),
            (long.as_str(), Refusal::NotPlain),
        ] {
            assert_eq!(open(&folder, name).unwrap_err(), expected, "{:.40}", name);
        }
        assert_eq!(open(&dir.path().join("gone"), "a").unwrap_err(), Refusal::NotFound);
    }
}
