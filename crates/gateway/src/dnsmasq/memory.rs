//! What tells others' edits of the file from our own.

use super::file::State;

/// States that are remembered as made by this adapter.
const MAX_MADE: usize = 1024;
/// States to which the file can be put back.
const MAX_READ: usize = 4;

/// The states of the file that this adapter knows.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Those that were read, newest last, with what was saved then.
    read: Vec<(String, Vec<u8>)>,
    /// Those that it made, newest last.
    made: Vec<String>,
}

impl Memory {
    /// It was read so.
    pub(super) fn read(&mut self, state: &State) {
        self.read.retain(|(id, _)| *id != state.id());
        self.read.push((state.id(), state.effective().to_vec()));
        let many = self.read.len().saturating_sub(MAX_READ);
        self.read.drain(..many);
    }

    /// We made it so.
    pub(super) fn made(&mut self, id: String) {
        self.made.push(id);
        let many = self.made.len().saturating_sub(MAX_MADE);
        self.made.drain(..many);
    }

    /// Whether we made it so.
    pub(super) fn is_made(&self, id: &str) -> bool {
        self.made.iter().any(|known| known == id)
    }

    /// Whether we made it so, or have seen it so.
    pub(super) fn is_known(&self, id: &str) -> bool {
        self.is_made(id) || self.read.iter().any(|(known, _)| known == id)
    }

    /// What was saved then.
    pub(super) fn content(&self, id: &str) -> Option<Vec<u8>> {
        self.read.iter().find(|(known, _)| known == id).map(|(_, content)| content.clone())
    }
}
