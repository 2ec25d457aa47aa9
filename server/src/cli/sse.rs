//! Server-sent events, as much of them as the server uses.

use anyhow::ensure;

/// No event of the server's is near so large.
const MOST_BYTES: usize = 8 << 20;

/// Reads events out of what comes piece by piece.
#[derive(Debug, Default)]
pub(super) struct Events {
    bytes: Vec<u8>,
    data: String,
}

impl Events {
    /// One more piece; answers the data of the events that are whole with it.
    pub(super) fn read(&mut self, piece: &[u8]) -> anyhow::Result<Vec<String>> {
        self.bytes.extend_from_slice(piece);
        ensure!(self.bytes.len() + self.data.len() <= MOST_BYTES, "the server sent an event without end");
        let mut events = Vec::new();
        while let Some(end) = self.bytes.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.bytes.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\r', '\n']);
            if let Some(data) = line.strip_prefix("data:") {
                if !self.data.is_empty() {
                    self.data.push('\n');
                }
                self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
            } else if line.is_empty() && !self.data.is_empty() {
                events.push(std::mem::take(&mut self.data));
            }
        }
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_whole_however_they_are_cut() {
        let stream = "retry: 2000\n\nevent: shown\ndata: [1]\n\n: still here\n\nevent: shown\r\ndata: a\r\ndata: ü\r\n\r\n";
        for length in [1, 2, 7, stream.len()] {
            let mut events = Events::default();
            let read: Vec<String> =
                stream.as_bytes().chunks(length).flat_map(|piece| events.read(piece).unwrap()).collect();
            assert_eq!(read, ["[1]", "a\nü"]);
        }
        assert!(Events::default().read(&vec![b'x'; MOST_BYTES + 1]).is_err());
    }
}
