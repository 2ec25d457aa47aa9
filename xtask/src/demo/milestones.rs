//! What of a console is worth telling: each stage of booting once, and every word that Muster itself says there.

use lab::Log;

/// What a console line holds, and what it means. In the order of booting.
const STAGES: [(&str, &str); 6] = [
    ("SeaBIOS", "BIOS starts"),
    ("Start PXE over IPv4", "the UEFI firmware's own network boot asks DHCP"),
    ("NBP filename is", "it loads snponly.efi by TFTP"),
    ("iPXE initialising", "iPXE starts"),
    ("/boot/boot.ipxe", "iPXE asks for /boot/boot.ipxe"),
    ("Linux version", "the kernel starts"),
];

/// Who is speaking when a line starts like this.
const OUR_VOICES: [&str; 2] = ["muster", "Muster"];

const MAX_COLUMNS: usize = 110;

/// How far one machine's console has been read since it was switched on.
#[derive(Debug, Default)]
pub(crate) struct Milestones {
    read: usize,
    told: Vec<&'static str>,
}

impl Milestones {
    /// What is new since the last call.
    pub(crate) fn news(&mut self, console: &Log) -> Vec<String> {
        let (lines, read) = console.since(self.read);
        self.read = read;
        lines.iter().filter_map(|line| self.meaning(line)).collect()
    }

    fn meaning(&mut self, line: &str) -> Option<String> {
        let line = line.trim();
        if OUR_VOICES.iter().any(|voice| line.starts_with(voice)) {
            return Some(line.chars().take(MAX_COLUMNS).collect());
        }
        let (pattern, meaning) = STAGES.iter().find(|(pattern, _)| line.contains(pattern))?;
        if self.told.contains(pattern) {
            return None;
        }
        self.told.push(pattern);
        Some((*meaning).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_told_once_and_our_own_words_always() {
        let mut milestones = Milestones::default();
        let mut told = |line| milestones.meaning(line);
        assert_eq!(told("SeaBIOS (version 1.16.2-debian-1.16.2-1)").as_deref(), Some("BIOS starts"));
        assert_eq!(told("iPXE initialising devices...ok").as_deref(), Some("iPXE starts"));
        assert_eq!(told("iPXE initialising devices...ok"), None);
        assert_eq!(told("  Muster: discovery").as_deref(), Some("Muster: discovery"));
        assert_eq!(told("Muster: discovery").as_deref(), Some("Muster: discovery"));
        assert_eq!(told("Press Ctrl-B"), None);
    }
}
