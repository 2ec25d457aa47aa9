//! One line of a mount table: `/proc/self/mountinfo` (proc_pid_mountinfo(5)), or `/proc/mounts` (fstab(5)).

use super::Mount;
use crate::probe::clean;

/// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
pub(super) fn mount_info(line: &str) -> Option<Mount> {
    parsed(line, true)
}

/// The same without the options of the place (the first ones), which are another mount namespace's own. A filesystem that
/// is mounted to be read then looks like one that refuses after an error: only what is sure is said.
pub(super) fn filesystem_alone(line: &str) -> Option<Mount> {
    parsed(line, false)
}

fn parsed(line: &str, is_place_known: bool) -> Option<Mount> {
    let (mount, filesystem) = line.split_once(" - ")?;
    let mut mount = mount.split(' ').skip(2);
    let (number, _root, place, options) = (mount.next()?, mount.next()?, mount.next()?, mount.next()?);
    let mut filesystem = filesystem.split(' ');
    let (kind, device, own_options) =
        (filesystem.next()?, filesystem.next()?, filesystem.next().unwrap_or(""));
    let (here, itself) = (is_place_known && has(options, "ro"), has(own_options, "ro"));
    // ext4 since Linux 6.12 stays mounted for writing in name only.
    let stopped = has(own_options, "emergency_ro") || has(own_options, "shutdown");
    Some(Mount {
        // Major number 0 is no device: the kernel made the number up.
        number: Some(number).filter(|number| !number.starts_with("0:")).map(str::to_owned),
        read_only: here || itself || stopped,
        refuses_writes: !here && (itself && is_place_known || stopped),
        ..named(place, device, kind)?
    })
}

/// `/dev/sda1 / ext4 rw,relatime 0 0`
pub(super) fn mounts(line: &str) -> Option<Mount> {
    let mut words = line.split(' ');
    let (device, place, kind, options) = (words.next()?, words.next()?, words.next()?, words.next()?);
    Some(Mount { read_only: has(options, "ro"), ..named(place, device, kind)? })
}

fn named(place: &str, device: &str, kind: &str) -> Option<Mount> {
    Some(Mount {
        mount: clean(&unescape(place))?,
        device: clean(&unescape(device))?,
        kind: clean(kind.as_bytes())?,
        ..Mount::default()
    })
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
