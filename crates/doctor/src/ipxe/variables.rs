//! iPXE's settings: what the machine has, and what the script sets.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use inventory::MacAddr;

use crate::firmware::IpxeBuild;

/// Values are no longer than this.
const MOST_VALUE_BYTES: usize = 4096;
const MOST_VARIABLES: usize = 512;
const MOST_EXPANSIONS: usize = 64;

/// The machine that the script runs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Client {
    /// Its MAC.
    pub(crate) mac: MacAddr,
    /// The address that it was offered.
    pub(crate) address: Option<Ipv4Addr>,
    /// Whom DHCP named for the file.
    pub(crate) next_server: Option<Ipv4Addr>,
    /// The iPXE that runs there.
    pub(crate) build: &'static IpxeBuild,
}

#[derive(Debug)]
pub(super) struct Variables {
    values: BTreeMap<String, String>,
    mac: MacAddr,
    pub(super) build: &'static IpxeBuild,
    /// Why the last command failed.
    pub(super) last_error: String,
}

impl Variables {
    pub(super) fn new(client: &Client) -> Self {
        let address =
            |address: Option<Ipv4Addr>| address.map(|address| address.to_string()).unwrap_or_default();
        let values = [
            ("ip", address(client.address)),
            ("next-server", address(client.next_server)),
            ("platform", client.build.platform.to_owned()),
            ("buildarch", client.build.buildarch.to_owned()),
            ("version", "1.21.1".to_owned()),
            ("manufacturer", "Muster".to_owned()),
            ("product", "doctor".to_owned()),
        ];
        let values = values.map(|(name, value)| (name.to_owned(), value)).into();
        Self { values, mac: client.mac, build: client.build, last_error: String::new() }
    }

    pub(super) fn set(&mut self, name: &str, value: &str) -> bool {
        let fits = value.len() <= MOST_VALUE_BYTES && self.values.len() < MOST_VARIABLES;
        if fits {
            self.values.insert(name.to_owned(), value.to_owned());
        }
        fits
    }

    pub(super) fn clear(&mut self, name: &str) {
        self.values.remove(name);
    }

    /// The words with their values in them. A value with blanks in it stays one word; an empty one is no word at all.
    pub(super) fn expand_all(&self, words: &[String]) -> Vec<String> {
        words.iter().map(|word| self.expand(word)).filter(|word| !word.is_empty()).collect()
    }

    /// From the inside out, as iPXE does it.
    fn expand(&self, word: &str) -> String {
        let mut word = word.to_owned();
        for _ in 0..MOST_EXPANSIONS {
            let Some((start, rest)) = word.split_once('}') else { break };
            let Some((before, name)) = start.rsplit_once("${") else { break };
            word = format!("{before}{}{rest}", self.value(name));
            word.truncate(word.floor_char_boundary(MOST_VALUE_BYTES));
        }
        word
    }

    fn value(&self, name: &str) -> String {
        let (name, kind) = name.split_once(':').unwrap_or((name, "string"));
        if matches!(name.rsplit('/').next(), Some("mac")) {
            let hex = self.mac.to_string();
            return match kind {
                "hexhyp" => self.mac.hyphenated(),
                "hexraw" => hex.replace(':', ""),
                _ => hex,
            };
        }
        // `${net0/ip}` is this machine's only card's; `${builtin/version}` is the build's.
        let last = name.rsplit('/').next().unwrap_or(name);
        let value = self.values.get(name).or_else(|| self.values.get(last)).cloned().unwrap_or_default();
        if kind == "uristring" { escaped(&value) } else { value }
    }
}

fn escaped(value: &str) -> String {
    let mut escaped = String::new();
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(char::from(byte))
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::firmware::Firmware;
    use proptest::prelude::*;

    fn variables() -> Variables {
        let build = Firmware::by_code(0).unwrap().ipxe().unwrap();
        let mac = MacAddr::new([0x52, 0x54, 0, 0xaa, 0xbb, 1]);
        Variables::new(&Client { mac, address: Some([10, 0, 0, 9].into()), next_server: None, build })
    }

    #[test]
    fn settings_are_expanded_as_ipxe_expands_them() {
        let mut variables = variables();
        variables.set("which", "mac");
        variables.set("serial", "SN 12&34");
        for (word, value) in [
            ("${netX/mac:hexhyp}.ipxe", "52-54-00-aa-bb-01.ipxe"),
            ("${mac}", "52:54:00:aa:bb:01"),
            ("${net0/${which}:hexraw}", "525400aabb01"),
            ("${serial:uristring}", "SN%2012%2634"),
            ("a=${platform}&b=${nothing}&c=${net0/ip}", "a=pcbios&b=&c=10.0.0.9"),
            ("no}thing ${open", "no}thing ${open"),
        ] {
            assert_eq!(variables.expand(word), value);
        }
    }

    #[test]
    fn a_value_that_holds_itself_comes_to_an_end() {
        let mut variables = variables();
        variables.set("x", "${x}${x}");
        assert!(variables.expand("${x}").len() <= MOST_VALUE_BYTES + 8);
    }

    proptest! {
        #[test]
        fn no_word_makes_it_stumble(word in "[${}a-z:/é]{0,60}") {
            variables().expand(&word);
        }
    }
}
