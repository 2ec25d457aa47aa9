//! What the boot loader says on the kernel's command line.

use std::collections::BTreeMap;

use crate::probe::Probe;
use crate::root::{FILE_LIMIT_BYTES, Root};

const PREFIX: &str = "muster.";

/// The `muster.…=` arguments; of several with one name the last one counts, as everywhere on that line.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct KernelArguments(BTreeMap<String, String>);

impl KernelArguments {
    /// Those that this machine was booted with.
    #[must_use]
    pub fn read(root: &Root) -> Self {
        let line = Probe::new(root.clone()).lines("/proc/cmdline", FILE_LIMIT_BYTES);
        Self::parse(&line.unwrap_or_default())
    }

    /// Those on this line.
    #[must_use]
    pub fn parse(line: &str) -> Self {
        let argument = |word: &str| {
            let (name, value) = word.trim_matches('"').strip_prefix(PREFIX)?.split_once('=')?;
            Some((name.to_owned(), value.trim_matches('"').to_owned()))
        };
        Self(line.split_whitespace().filter_map(argument).collect())
    }

    /// The value of `muster.NAME=`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_several_counts_and_quotes_are_taken_off() {
        let arguments = KernelArguments::parse(
            "quiet muster.server=https://a:8443 muster.pin=1 muster.pin=\"2\" \"muster.ticket=t=u\" notmuster.x=1 muster.y\n",
        );
        assert_eq!(arguments.get("server"), Some("https://a:8443"));
        assert_eq!(arguments.get("pin"), Some("2"));
        assert_eq!(arguments.get("ticket"), Some("t=u"));
        assert_eq!((arguments.get("x"), arguments.get("y")), (None, None));
    }
}
