//! A tree that was taken from some machine, with its symbolic links.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use rustix::fs::CWD;
use rustix::io::Errno;

use super::{Question, Tree, read_file, read_names, read_target};

/// The longest is a route dump of a router that knows the whole internet.
const ANSWER_LIMIT_BYTES: usize = 64 << 20;
/// As many as the kernel follows.
const LINKS_LIMIT: usize = 40;

/// Where a capture keeps the answers to questions.
pub(crate) const ANSWERS: &str = "answers";
/// Where it keeps what the kernel refused: a line each, the error's number and the path or question.
pub(crate) const ERRORS: &str = "errors.txt";

pub(super) struct Captured {
    folder: PathBuf,
    errors: BTreeMap<String, i32>,
}

impl Captured {
    pub(super) fn at(folder: PathBuf) -> Self {
        let lines = std::fs::read_to_string(folder.join(ERRORS)).unwrap_or_default();
        let line = |line: &str| {
            line.split_once(' ').and_then(|(errno, name)| Some((name.to_owned(), errno.parse().ok()?)))
        };
        Self { errors: lines.lines().filter_map(line).collect(), folder }
    }

    /// What the kernel of the captured machine refused is refused again.
    fn met(&self, name: &str) -> io::Result<()> {
        self.errors.get(name).map_or(Ok(()), |errno| Err(io::Error::from_raw_os_error(*errno)))
    }

    /// The path's components below the tree's own root, links followed. `..` stops at that root, as it does at `/`.
    fn follow(&self, path: &str) -> io::Result<Vec<String>> {
        let mut ahead: Vec<String> = path.rsplit('/').map(str::to_owned).collect();
        let mut place: Vec<String> = Vec::new();
        let mut links = 0;
        while let Some(part) = ahead.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    place.pop();
                    continue;
                }
                _ => place.push(part),
            }
            match read_target(&self.below(&place)) {
                Ok(target) => {
                    links += 1;
                    if links > LINKS_LIMIT {
                        return Err(Errno::LOOP.into());
                    }
                    if target.starts_with('/') {
                        place.clear();
                    } else {
                        place.pop();
                    }
                    ahead.extend(target.rsplit('/').map(str::to_owned));
                }
                // No link.
                Err(error) if Errno::from_io_error(&error) == Some(Errno::INVAL) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(place)
    }

    fn below(&self, place: &[String]) -> PathBuf {
        let mut path = self.folder.clone();
        path.extend(place);
        path
    }

    fn locate(&self, path: &str) -> io::Result<PathBuf> {
        let place = self.follow(path)?;
        if !self.errors.is_empty() {
            self.met(&format!("/{}", place.join("/")))?;
        }
        Ok(self.below(&place))
    }
}

impl Tree for Captured {
    fn read(&self, path: &str, limit_bytes: usize) -> io::Result<Vec<u8>> {
        read_file(&self.locate(path)?, limit_bytes)
    }

    fn names(&self, path: &str) -> io::Result<Vec<String>> {
        read_names(CWD, &self.locate(path)?)
    }

    fn real(&self, path: &str) -> io::Result<String> {
        Ok(format!("/{}", self.follow(path)?.join("/")))
    }

    fn target(&self, path: &str) -> io::Result<String> {
        let (folder, link) = path.rsplit_once('/').unwrap_or(("", path));
        read_target(&self.locate(folder)?.join(link))
    }

    fn ask(&self, question: &Question) -> io::Result<Vec<u8>> {
        let name = question.name();
        self.met(&name)?;
        read_file(&self.folder.join(ANSWERS).join(name), ANSWER_LIMIT_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use crate::root::{Miss, Root};

    fn tree() -> (tempfile::TempDir, Root) {
        let folder = tempfile::tempdir().unwrap();
        let below = |path: &str| folder.path().join("root").join(path);
        fs::create_dir_all(below("sys/devices/disk")).unwrap();
        fs::create_dir_all(below("sys/block")).unwrap();
        fs::write(below("sys/devices/disk/size"), "8\n").unwrap();
        fs::write(folder.path().join("secret"), "outside").unwrap();
        symlink("../devices/disk", below("sys/block/sda")).unwrap();
        symlink("/sys/devices/disk", below("sys/block/absolute")).unwrap();
        symlink("../../../../../../secret", below("sys/climber")).unwrap();
        symlink("loop", below("sys/loop")).unwrap();
        let root = Root::at(folder.path().join("root"));
        (folder, root)
    }

    #[test]
    fn links_are_followed_inside_the_tree() {
        let (_folder, root) = tree();
        for path in ["/sys/block/sda/size", "/sys/block/absolute/size", "sys//block/./sda/../disk/size"] {
            assert_eq!(root.read(path, 10).unwrap(), b"8\n", "{path}");
        }
        assert_eq!(root.real("/sys/block/sda").unwrap(), "/sys/devices/disk");
        assert_eq!(root.target("/sys/block/sda").unwrap(), "../devices/disk");
        assert_eq!(root.target("/sys/devices/disk"), Err(Miss::NoValue));
    }

    #[test]
    fn no_link_leads_out_of_the_tree() {
        let (_folder, root) = tree();
        for path in ["/sys/climber", "/../../secret", "/sys/../../secret"] {
            assert!(matches!(root.read(path, 10), Err(Miss::NoValue)), "{path}");
        }
        assert!(matches!(root.read("/sys/loop", 10), Err(Miss::Unreadable(_))));
    }

    #[test]
    fn pipes_and_folders_are_not_read() {
        let (folder, root) = tree();
        let pipe = folder.path().join("root/pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        for path in ["/pipe", "/sys"] {
            assert!(matches!(root.read(path, 10), Err(Miss::Unreadable(_))), "{path}");
        }
        assert!(matches!(root.names("/sys/devices/disk/size"), Err(Miss::NoValue)));
    }

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let (folder, root) = tree();
        fs::write(folder.path().join("root/long"), vec![b'a'; 1 << 20]).unwrap();
        assert!(matches!(root.read("/long", 100), Err(Miss::TooLong { limit_bytes: 100 })));
        assert_eq!(root.read("/long", 1 << 20).unwrap().len(), 1 << 20);
        assert_eq!(root.head("/long", 100).unwrap().len(), 100);
    }
}
