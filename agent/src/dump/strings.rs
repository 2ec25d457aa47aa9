//! Secrets among the firmware's strings: a hypervisor hands its guest some of them there (SMBIOS type 11).

use decode::smbios::Tables;

use crate::collect::redact;
use crate::root::Recording;

const TABLES: &str = "/sys/firmware/dmi/";
const OEM_STRINGS: u8 = 11;
const FILLER: u8 = b'x';

/// Overwrites them, each to its length, so that the tables stay what they are.
pub(super) fn hide(recording: &mut Recording) {
    for (_, bytes) in recording.files.iter_mut().filter(|(path, _)| path.starts_with(TABLES)) {
        let tables = Tables::new(&[], bytes.clone());
        let secrets = tables.all(OEM_STRINGS).flat_map(|structure| structure.strings()).filter_map(hidden);
        for (secret, hidden) in secrets {
            overwrite(bytes, secret, &hidden);
        }
    }
}

/// The string, and what stands for it; `None` for one that hides nothing.
fn hidden(string: &[u8]) -> Option<(&[u8], Vec<u8>)> {
    let text = String::from_utf8_lossy(string);
    let told = redact::assignment(&text);
    if told == text {
        return None;
    }
    let kept = string.iter().zip(told.as_bytes()).take_while(|(a, b)| a == b).count();
    let hidden = string.iter().enumerate().map(|(at, byte)| if at < kept { *byte } else { FILLER });
    Some((string, hidden.collect()))
}

fn overwrite(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    let mut rest = bytes;
    while let Some(at) = rest.windows(from.len().max(1)).position(|window| window == from) {
        let (found, behind) = rest.split_at_mut(at + from.len());
        found.get_mut(at..).unwrap_or_default().copy_from_slice(to);
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(strings: &[&[u8]]) -> Vec<u8> {
        let mut table = vec![OEM_STRINGS, 5, 1, 0, u8::try_from(strings.len()).unwrap()];
        strings.iter().for_each(|string| table.extend([string, &b"\0"[..]].concat()));
        table.extend([0, 127, 4, 2, 0, 0, 0]);
        table
    }

    fn kept(path: &str, table: &[u8]) -> Vec<u8> {
        let files = [(path.to_owned(), table.to_vec())].into_iter().collect();
        let mut recording = Recording { files, ..Recording::default() };
        hide(&mut recording);
        recording.files.remove(path).unwrap()
    }

    #[test]
    fn a_credential_is_overwritten_to_its_length_and_other_strings_stay() {
        let before =
            table(&[b"io.systemd.credential:passwd.hash=$6$salt", b"Dell System", b"io.token=\xff\xfe!"]);
        let after = table(&[b"io.systemd.credential:passwd.hash=xxxxxxx", b"Dell System", b"io.token=xxx"]);
        assert_eq!(kept("/sys/firmware/dmi/tables/DMI", &before), after);
        assert_eq!(kept("/sys/firmware/dmi/entries/11-0/raw", &before), after);
        assert_eq!(kept("/sys/other", &before), before);
        assert_eq!(kept("/sys/firmware/dmi/tables/DMI", &[11, 5, 1]), [11, 5, 1]);
    }
}
