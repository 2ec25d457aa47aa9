//! One collector's view of the root: it hands out values, and remembers what could not be read.
//!
//! Plain absence is no warning: most files exist on some machines only. A refusal, a broken device and an absurd length
//! are, for somebody should look into them.

use std::cell::{Cell, RefCell};
use std::str::FromStr;
use std::sync::{Arc, PoisonError};

use inventory::{Section, Warning};

use crate::common::Common;
use crate::root::{FILE_LIMIT_BYTES, Miss, Question, Root, Space, Standing};

/// One value: a name, a number, a serial. The kernel's attributes are far shorter.
const VALUE_LIMIT_BYTES: usize = 1024;
/// More tell nobody more.
const WARNINGS_LIMIT: usize = 64;

/// What a collector is given.
pub struct Probe {
    root: Root,
    common: Arc<Common>,
    warnings: RefCell<Vec<Warning>>,
    unsaid: Cell<usize>,
}

impl Probe {
    /// A view of this root, with nothing to warn of yet.
    #[must_use]
    pub fn new(root: Root) -> Self {
        Self::sharing(root, Arc::default())
    }

    /// The same, for one of several that have something in common.
    #[must_use]
    pub fn sharing(root: Root, common: Arc<Common>) -> Self {
        Self { root, common, warnings: RefCell::default(), unsaid: Cell::new(0) }
    }

    /// What is read once for all.
    #[must_use]
    pub fn common(&self) -> &Common {
        &self.common
    }

    /// The root itself.
    #[must_use]
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// A file of one value, blanks trimmed; `None` when it is empty.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<String> {
        clean(&self.bytes(path, FILE_LIMIT_BYTES)?)
    }

    /// A file of one number (or anything else that can be parsed).
    #[must_use]
    pub fn number<T: FromStr>(&self, path: &str) -> Option<T> {
        self.text(path)?.parse().ok()
    }

    /// A file that says `0` or `1`.
    #[must_use]
    pub fn flag(&self, path: &str) -> Option<bool> {
        match self.text(path)?.as_str() {
            "0" => Some(false),
            "1" => Some(true),
            _ => None,
        }
    }

    /// A whole file of the kernel's own, never of a device's, that several collectors want: read once for all.
    #[must_use]
    pub fn common_bytes(&self, path: &'static str) -> Option<Vec<u8>> {
        let mut files = self.common.files.lock().unwrap_or_else(PoisonError::into_inner);
        let read = files.entry(path).or_insert_with(|| self.root.read(path, FILE_LIMIT_BYTES)).clone();
        self.note(path, read)
    }

    /// A whole file of `limit_bytes` at most.
    #[must_use]
    pub fn bytes(&self, path: &str, limit_bytes: usize) -> Option<Vec<u8>> {
        self.note(path, self.root.read(path, limit_bytes))
    }

    /// A text file of many lines, whole.
    #[must_use]
    pub fn lines(&self, path: &str, limit_bytes: usize) -> Option<String> {
        self.bytes(path, limit_bytes).map(in_words)
    }

    /// The beginning of a text file that may be long.
    #[must_use]
    pub fn head(&self, path: &str, limit_bytes: usize) -> Option<String> {
        self.note(path, self.root.head(path, limit_bytes)).map(in_words)
    }

    /// The names in a directory, sorted; none where there is no such directory.
    #[must_use]
    pub fn names(&self, path: &str) -> Vec<String> {
        self.note(path, self.root.names(path)).unwrap_or_default()
    }

    /// How many of the names in a directory are such; none where there is no such directory.
    #[must_use]
    pub fn count(&self, path: &str, is_such: impl Fn(&str) -> bool) -> usize {
        self.note(path, self.root.count(path, is_such)).unwrap_or_default()
    }

    /// Whether there is such a file or directory.
    #[must_use]
    pub fn exists(&self, path: &str) -> bool {
        self.root.exists(path)
    }

    /// The path with all symbolic links followed.
    #[must_use]
    pub fn real(&self, path: &str) -> Option<String> {
        self.note(path, self.root.real(path))
    }

    /// The last component of where a link leads: a driver's name.
    #[must_use]
    pub fn link_name(&self, path: &str) -> Option<String> {
        let target = self.note(path, self.root.target(path))?;
        target.rsplit('/').next().map(str::to_owned)
    }

    /// Stands in a folder of which much will be read, for as long as the answer is kept: that makes the reading cheaper.
    pub fn stand(&self, folder: &str) -> Option<Standing> {
        self.root.stand(folder)
    }

    /// How full the filesystem at this mount point is.
    #[must_use]
    pub fn space(&self, mount: &str) -> Option<Space> {
        let answer = self.note(mount, self.root.ask(&Question::Space { mount: mount.to_owned() }))?;
        Space::from_bytes(&answer)
    }

    /// Asks what no file tells; what stood in the way is warned of under `path`.
    #[must_use]
    pub fn ask(&self, path: &str, question: &Question) -> Option<Vec<u8>> {
        self.note(path, self.root.ask(question))
    }

    /// The same of what may need more rights than the agent has been given on purpose: a refusal is no warning.
    #[must_use]
    pub fn ask_if_allowed(&self, path: &str, question: &Question) -> Option<Vec<u8>> {
        match self.root.ask(question) {
            Err(Miss::Denied) => None,
            answer => self.note(path, answer),
        }
    }

    /// Remembers that something could not be read.
    pub fn warn(&self, path: &str, reason: impl Into<String>) {
        let mut warnings = self.warnings.borrow_mut();
        if warnings.len() < WARNINGS_LIMIT {
            warnings.push(Warning { path: path.to_owned(), reason: reason.into() });
        } else {
            self.unsaid.set(self.unsaid.get() + 1);
        }
    }

    /// What could not be read, sorted.
    #[must_use]
    pub fn into_warnings(self) -> Vec<Warning> {
        let mut warnings = self.warnings.into_inner();
        warnings.sort();
        warnings.dedup();
        if self.unsaid.get() > 0 {
            let reason = format!("{} more could not be read", self.unsaid.get());
            warnings.push(Warning { path: "/".to_owned(), reason });
        }
        warnings
    }

    /// The section, with what could not be read.
    #[must_use]
    pub fn into_section<T>(self, data: T) -> Section<T> {
        Section::new(data, self.into_warnings())
    }

    fn note<T>(&self, path: &str, read: Result<T, Miss>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(Miss::NoValue) => None,
            Err(miss) => {
                self.warn(path, miss.to_string());
                None
            }
        }
    }
}

/// A value as it goes into a report: one line, no padding, no control characters, a bounded length.
#[must_use]
pub fn clean(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let text = String::from_utf8_lossy(bytes.get(..VALUE_LIMIT_BYTES).unwrap_or(bytes));
    let text = text.trim().replace(char::is_control, "\u{fffd}");
    if text.is_empty() { None } else { Some(text) }
}

/// Text as it is; what is broken is replaced.
fn in_words(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_value_loses_padding_and_control_characters() {
        assert_eq!(clean(b"  ST600MM0006   \n").unwrap(), "ST600MM0006");
        assert_eq!(clean(b"VBLK1\0\0\0junk").unwrap(), "VBLK1");
        assert_eq!(clean(b"a\x1b[2Jb").unwrap(), "a\u{fffd}[2Jb");
        assert_eq!(clean(b" \n"), None);
        assert_eq!(clean(b""), None);
    }

    proptest! {
        #[test]
        fn any_bytes_become_one_bounded_line(bytes: Vec<u8>) {
            if let Some(text) = clean(&bytes) {
                // Each broken byte becomes a replacement character of three.
                prop_assert!(text.len() <= 3 * VALUE_LIMIT_BYTES && !text.chars().any(char::is_control));
            }
        }
    }
}
