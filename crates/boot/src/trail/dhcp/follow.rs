//! A log that is read as it grows: also when it is cut off, or moved away and begun anew.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::dnsmasq::Reader;
use super::line::LINE_BYTES;
use crate::trail::Trail;

/// A boot's next step comes within milliseconds of DHCP's answer: those who look on see them together.
const EVERY: Duration = Duration::from_millis(100);
/// So much is read at once; the rest at the next time.
const CHUNK_BYTES: u64 = 256 * 1024;

/// Follows dnsmasq's log until `stop`, from its end on: what stands there already was another day's. A file that is not
/// there yet is waited for, and then read whole.
pub async fn run(path: PathBuf, trail: Trail, stop: CancellationToken) {
    let mut tail = Tail::at_end(&path);
    let mut reader = Reader::default();
    let mut failing = false;
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while stop.run_until_cancelled(every.tick()).await.is_some() {
        let read = tokio::task::spawn_blocking(move || {
            let lines = tail.read();
            (tail, lines)
        });
        let lines;
        (tail, lines) = match read.await {
            Ok(read) => read,
            Err(error) => return tracing::error!(%error, "the DHCP log is read no more"),
        };
        match lines {
            Ok(lines) => {
                failing = false;
                let seen = lines.iter().flat_map(|line| reader.line(line)).collect::<Vec<_>>();
                let rest = if lines.is_empty() { reader.pause() } else { Vec::new() };
                seen.into_iter().chain(rest).for_each(|sighting| trail.sighted(sighting));
            }
            Err(error) if !failing => {
                failing = true;
                tracing::warn!(path = %path.display(), %error, "the DHCP log can't be read: boot trails have no DHCP until it can");
            }
            Err(_) => {}
        }
    }
}

/// A place in a file.
#[derive(Debug)]
struct Tail {
    path: PathBuf,
    file: Option<File>,
    position: u64,
    /// The beginning of a line whose end is not written yet.
    begun: Vec<u8>,
}

impl Tail {
    fn at_end(path: &Path) -> Self {
        let file = File::open(path).ok();
        let position = file.as_ref().and_then(|file| file.metadata().ok()).map_or(0, |meta| meta.len());
        Self { path: path.to_owned(), file, position, begun: Vec::new() }
    }

    /// The lines that have come since.
    fn read(&mut self) -> io::Result<Vec<Vec<u8>>> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(File::open(&self.path)?),
        };
        let here = file.metadata()?;
        if here.len() < self.position {
            self.position = 0;
            self.begun.clear();
        }
        file.seek(SeekFrom::Start(self.position))?;
        let mut bytes = Vec::new();
        file.take(CHUNK_BYTES).read_to_end(&mut bytes)?;
        self.position += bytes.len() as u64;
        if bytes.is_empty() {
            // Only what was moved away and read to its end is left.
            let moved = std::fs::metadata(&self.path)
                .is_ok_and(|now| (now.dev(), now.ino()) != (here.dev(), here.ino()));
            if moved {
                (self.file, self.position) = (None, 0);
                self.begun.clear();
                return self.read();
            }
        }
        Ok(self.lines(&bytes))
    }

    fn lines(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        let mut pieces = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(piece) = pieces.next() {
            // What is too long for a line of dnsmasq's is cut, and takes no memory.
            let room = LINE_BYTES.saturating_sub(self.begun.len());
            self.begun.extend(piece.iter().take(room));
            if pieces.peek().is_some() {
                lines.push(std::mem::take(&mut self.begun));
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn append(path: &Path, text: &str) {
        let mut file = File::options().create(true).append(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn read(tail: &mut Tail) -> Vec<String> {
        tail.read().unwrap().into_iter().map(|line| String::from_utf8(line).unwrap()).collect()
    }

    #[test]
    fn a_log_is_read_from_its_end_over_rotation_and_truncation() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        append(&path, "old\n");
        let mut tail = Tail::at_end(&path);
        assert!(read(&mut tail).is_empty());
        append(&path, "a\nb\nbeg");
        assert_eq!(read(&mut tail), ["a", "b"]);
        append(&path, "un\n");
        assert_eq!(read(&mut tail), ["begun"]);
        // Moved away; its last line comes after that, by the program that still has it open.
        let moved = dir.path().join("log.1");
        std::fs::rename(&path, &moved).unwrap();
        append(&moved, "last of the old\n");
        append(&path, "first of the new\n");
        assert_eq!(read(&mut tail), ["last of the old"]);
        assert_eq!(read(&mut tail), ["first of the new"]);
        std::fs::write(&path, "cut\n").unwrap();
        assert_eq!(read(&mut tail), ["cut"]);
        std::fs::remove_file(&path).unwrap();
        assert!(read(&mut tail).is_empty());
        append(&path, "back\n");
        assert_eq!(read(&mut tail), ["back"]);
    }

    #[test]
    fn a_file_that_comes_later_is_read_whole_and_a_line_without_end_takes_no_memory() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let mut tail = Tail::at_end(&path);
        assert!(tail.read().is_err());
        append(&path, &"x".repeat(600 * 1024));
        for _ in 0..4 {
            assert!(read(&mut tail).is_empty());
            assert!(tail.begun.len() <= LINE_BYTES);
        }
        append(&path, "\nnext\n");
        let lines = read(&mut tail);
        assert_eq!((lines[0].len(), lines[1].as_str()), (LINE_BYTES, "next"));
    }
}
