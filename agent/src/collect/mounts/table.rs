//! One line of a mount table: `/proc/self/mountinfo` (proc_pid_mountinfo(5)), or `/proc/mounts` (fstab(5)).

use super::Mount;
use crate::probe::clean;

/// A line as it is written. Most are of filesystems without a device, of which nothing more is asked.
pub(super) struct Line<'a> {
    pub(super) place: &'a str,
    pub(super) device: &'a str,
    pub(super) kind: &'a str,
    number: Option<&'a str>,
    /// Those of the place, where they are the machine's.
    options: Option<&'a str>,
    own_options: &'a str,
}

/// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
pub(super) fn mount_info(line: &str) -> Option<Line<'_>> {
    let (mount, filesystem) = line.split_once(" - ")?;
    let mut mount = mount.split(' ').skip(2);
    let (number, _root, place, options) = (mount.next()?, mount.next()?, mount.next()?, mount.next()?);
    let mut filesystem = filesystem.split(' ');
    let (kind, device, own_options) =
        (filesystem.next()?, filesystem.next()?, filesystem.next().unwrap_or(""));
    // Major number 0 is no device: the kernel made the number up.
    let number = Some(number).filter(|number| !number.starts_with("0:"));
    Some(Line { place, device, kind, number, options: Some(options), own_options })
}

/// The same without the options of the place, which are another mount namespace's own. A filesystem that is mounted to be
/// read then looks like one that refuses after an error: only what is sure is said.
pub(super) fn filesystem_alone(line: &str) -> Option<Line<'_>> {
    mount_info(line).map(|line| Line { options: None, ..line })
}

/// `/dev/sda1 / ext4 rw,relatime 0 0`
pub(super) fn mounts(line: &str) -> Option<Line<'_>> {
    let mut words = line.split(' ');
    let (device, place, kind, options) = (words.next()?, words.next()?, words.next()?, words.next()?);
    Some(Line { place, device, kind, number: None, options: Some(options), own_options: "" })
}

impl Line<'_> {
    pub(super) fn mount(&self) -> Option<Mount> {
        let (here, itself) = (self.options.is_some_and(|it| has(it, "ro")), has(self.own_options, "ro"));
        // ext4 since Linux 6.12 stays mounted for writing in name only.
        let stopped = has(self.own_options, "emergency_ro") || has(self.own_options, "shutdown");
        Some(Mount {
            mount: clean(&unescape(self.place))?,
            device: clean(&unescape(self.device))?,
            number: self.number.map(str::to_owned),
            kind: clean(self.kind.as_bytes())?,
            read_only: here || itself || stopped,
            refuses_writes: !here && (itself && self.options.is_some() || stopped),
        })
    }
}

fn has(options: &str, wanted: &str) -> bool {
    options.split(',').any(|option| option == wanted)
}

/// Blank, tab, line feed and backslash stand as `\040`, `\011`, `\012`, `\134`.
pub(super) fn unescape(word: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let octal = after.get(..3).filter(|_| *first == b'\\').and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 8).ok()
        });
        bytes.push(octal.unwrap_or(*first));
        rest = if octal.is_some() { after.get(3..).unwrap_or_default() } else { after };
    }
    bytes
}
