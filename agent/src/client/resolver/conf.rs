//! `resolv.conf`, as far as a stub resolver needs it (resolv.conf(5)).

use std::net::IpAddr;

/// As many as the C library takes.
const SERVERS_LIMIT: usize = 3;
const SEARCH_LIMIT: usize = 6;

/// Whom to ask, and what to add to a short name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Conf {
    pub(super) servers: Vec<IpAddr>,
    search: Vec<String>,
}

impl Conf {
    /// Reads the file's text. Lines that are not understood say nothing.
    pub(super) fn parse(text: &str) -> Self {
        let mut conf = Self::default();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("nameserver") => {
                    // A link-local server's interface can't be told to a portable socket; such a one is left out.
                    conf.servers.extend(words.next().and_then(|server| server.parse::<IpAddr>().ok()));
                }
                // The last line of the two holds.
                Some("search" | "domain") => conf.search = words.map(str::to_owned).collect(),
                _ => {}
            }
        }
        conf.servers.truncate(SERVERS_LIMIT);
        conf.search.truncate(SEARCH_LIMIT);
        conf
    }

    /// The names to try, in order: one with a dot in it first as it is, a short one first with the site's domains.
    pub(super) fn candidates(&self, name: &str) -> Vec<String> {
        if name.ends_with('.') {
            return vec![name.to_owned()];
        }
        let mut names: Vec<String> = self.search.iter().map(|domain| format!("{name}.{domain}")).collect();
        let place = if name.contains('.') { 0 } else { names.len() };
        names.insert(place, name.to_owned());
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_and_domains_are_found_among_the_rest() {
        let conf = Conf::parse(
            "# by dhcp\nnameserver 10.0.0.1 # first\n nameserver fe80::1%eth0\nnameserver fd00::1\noptions ndots:1\n\
             domain old\nsearch lan home.arpa\nnameserver\nnonsense \u{0}\n",
        );
        assert_eq!(conf.servers, ["10.0.0.1".parse::<IpAddr>().unwrap(), "fd00::1".parse().unwrap()]);
        assert_eq!(conf.candidates("muster"), ["muster.lan", "muster.home.arpa", "muster"]);
        assert_eq!(conf.candidates("a.b"), ["a.b", "a.b.lan", "a.b.home.arpa"]);
        assert_eq!(conf.candidates("a.b."), ["a.b."]);
    }
}
