//! The list of options in a message.

use std::collections::BTreeMap;

use super::code;

/// Options by number; the pieces of one that came in several are one.
pub(super) type Options = BTreeMap<u8, Vec<u8>>;

/// Reads the options of a message, those in `file` and `sname` too where option 52 says so. What is cut short ends the
/// field that it stands in, no more.
pub(super) fn read(options: &[u8], file: &[u8], sname: &[u8]) -> Options {
    let mut found = Options::new();
    gather(&mut found, options);
    let overload = found.get(&code::OVERLOAD).and_then(|value| value.first().copied()).unwrap_or_default();
    if overload & 1 != 0 {
        gather(&mut found, file);
    }
    if overload & 2 != 0 {
        gather(&mut found, sname);
    }
    found
}

fn gather(found: &mut Options, mut bytes: &[u8]) {
    while let Some((number, rest)) = bytes.split_first() {
        match number {
            0 => bytes = rest,
            255 => return,
            _ => {
                let Some((length, rest)) = rest.split_first() else { return };
                let Some((value, rest)) = rest.split_at_checked(usize::from(*length)) else { return };
                found.entry(*number).or_default().extend(value);
                bytes = rest;
            }
        }
    }
}

/// Adds one option. Ours are all shorter than 256 bytes.
pub(super) fn put(message: &mut Vec<u8>, number: u8, value: &[u8]) {
    let value = value.get(..255).unwrap_or(value);
    message.push(number);
    message.push(u8::try_from(value.len()).unwrap_or(u8::MAX));
    message.extend(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_put_together_and_padding_is_passed_over() {
        let found = read(&[0, 67, 2, b'a', b'b', 0, 67, 1, b'c', 255, 67, 1, b'x'], &[], &[]);
        assert_eq!(found, Options::from([(67, b"abc".to_vec())]));
    }

    #[test]
    fn options_go_on_in_the_two_fields_only_where_said() {
        let file = [67, 1, b'f', 255];
        let sname = [66, 1, b's', 255];
        assert_eq!(read(&[255], &file, &sname), Options::new());
        assert_eq!(read(&[52, 1, 1, 255], &file, &sname).keys().copied().collect::<Vec<_>>(), [52, 67]);
        assert_eq!(read(&[52, 1, 3, 255], &file, &sname).keys().copied().collect::<Vec<_>>(), [52, 66, 67]);
    }

    #[test]
    fn a_cut_option_hides_none_before_it() {
        assert_eq!(read(&[67, 1, b'f', 66, 9, b's'], &[], &[]), Options::from([(67, b"f".to_vec())]));
        assert_eq!(read(&[67], &[], &[]), Options::new());
    }
}
