//! What a value may bring into a script: letters, digits and a few signs that mean nothing to iPXE, nothing to a kernel
//! command line and nothing inside single quotes of a shell. A list of what is allowed needs no knowledge of what is
//! dangerous: no `${`, no line end, no quote, no `||`, no `;`, no `#`, no backslash gets through, whoever wrote it.

use std::fmt::{self, Write};

use askama::filters::Escaper;

/// The escaper of all templates with the extensions `ipxe` and `ks` (`askama.toml`). What is not allowed becomes `?`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plain;

impl Escaper for Plain {
    fn write_escaped_str<W: Write>(&self, mut dest: W, string: &str) -> fmt::Result {
        string.chars().try_for_each(|c| dest.write_char(if is_plain(c) { c } else { '?' }))
    }
}

/// May stand in a script as it is.
pub(crate) fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || " .,:_-/+@=%()[]~?!".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(text: &str) -> String {
        let mut out = String::new();
        Plain.write_escaped_str(&mut out, text).unwrap();
        out
    }

    #[test]
    fn urls_keys_and_names_pass_as_they_are() {
        for text in ["http://[fd00::1]:8080/boot", "AAAAC3Nza+/=", "rack 4, node-12 (new)", "%2F~a"] {
            assert_eq!(plain(text), text);
        }
    }

    #[test]
    fn what_could_mean_something_does_not_pass() {
        assert_eq!(plain("a${x}\nexit || b; 'c\"`\\#&d"), "a??x??exit ?? b? ?c?????d");
    }

    proptest! {
        #[test]
        fn no_string_brings_an_expansion_a_line_or_a_quote(text in any::<String>()) {
            let out = plain(&text);
            prop_assert_eq!(out.chars().count(), text.chars().count());
            let means_something = |c: char| c.is_control() || "${}'\"`\\;#|&<>*".contains(c);
            prop_assert!(!out.contains(means_something), "{}", out);
        }
    }
}
