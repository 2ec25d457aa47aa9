//! Which Debian mirror this box uses, read from its own apt sources, in both ways of writing them.

use std::path::{Path, PathBuf};

const DEFAULT_URI: &str = "http://deb.debian.org/debian";
const DEFAULT_KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// A mirror and the keyring that its lists are signed with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mirror {
    uri: String,
    keyring: String,
}

impl Mirror {
    /// The source of one suite on this mirror, in deb822.
    pub(super) fn stanza(&self, suite: &str) -> String {
        let Self { uri, keyring } = self;
        format!("Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\nSigned-By: {keyring}\n")
    }
}

/// The first mirror that the box's own sources name, or Debian's own.
pub(super) fn of_this_box() -> Mirror {
    let etc = Path::new("/etc/apt");
    let listed = std::fs::read_dir(etc.join("sources.list.d")).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = listed.map(|entry| entry.path()).collect();
    files.sort();
    files.push(etc.join("sources.list"));
    let mirrors = files.iter().filter_map(|file| {
        let text = std::fs::read_to_string(file).ok()?;
        if file.extension().is_some_and(|extension| extension == "sources") {
            in_stanzas(&text)
        } else {
            in_lines(&text)
        }
    });
    let found = mirrors.into_iter().next();
    found.unwrap_or_else(|| Mirror { uri: DEFAULT_URI.to_owned(), keyring: DEFAULT_KEYRING.to_owned() })
}

/// deb822: stanzas of `Key: value`, parted by empty lines.
fn in_stanzas(text: &str) -> Option<Mirror> {
    text.split("\n\n").find_map(|stanza| {
        let value = |key: &str| {
            let found = stanza.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                (!line.starts_with('#') && name.eq_ignore_ascii_case(key)).then_some(value.trim())
            });
            found.filter(|value| !value.is_empty())
        };
        if !value("Types")?.split_whitespace().any(|kind| kind == "deb") || value("Enabled") == Some("no") {
            return None;
        }
        let uri = value("URIs")?.split_whitespace().find(|uri| is_debian(uri))?;
        // A key written out in the file would be followed by more lines: only a path is taken over.
        let keyring = value("Signed-By").filter(|path| path.starts_with('/')).unwrap_or(DEFAULT_KEYRING);
        Some(Mirror { uri: uri.to_owned(), keyring: keyring.to_owned() })
    })
}

/// The old way: `deb [signed-by=…] URI SUITE COMPONENT…`.
fn in_lines(text: &str) -> Option<Mirror> {
    text.lines().find_map(|line| {
        let rest = line.trim().strip_prefix("deb ")?.trim_start();
        let (options, rest) = match rest.strip_prefix('[') {
            Some(bracketed) => bracketed.split_once(']')?,
            None => ("", rest),
        };
        let uri = rest.split_whitespace().next().filter(|uri| is_debian(uri))?;
        let keyring = options.split_whitespace().find_map(|option| option.strip_prefix("signed-by="));
        Some(Mirror { uri: uri.to_owned(), keyring: keyring.unwrap_or(DEFAULT_KEYRING).to_owned() })
    })
}

/// The archive itself, not its security updates nor somebody else's packages.
fn is_debian(uri: &str) -> bool {
    (uri.starts_with("http://") || uri.starts_with("https://"))
        && uri.trim_end_matches('/').ends_with("/debian")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mirror(uri: &str, keyring: &str) -> Option<Mirror> {
        Some(Mirror { uri: uri.to_owned(), keyring: keyring.to_owned() })
    }

    #[test]
    fn the_new_way_of_writing() {
        let text = "Types: deb\nURIs: https://deb.example.org/nodejs\nSuites: x\n\n\
                    # a comment: http://x/debian\nTypes: deb deb-src\nURIs: http://m.example/debian/\nSuites: bookworm\nSigned-By: /k.gpg\n";
        assert_eq!(in_stanzas(text), mirror("http://m.example/debian/", "/k.gpg"));
        let security = "Types: deb\nURIs: http://deb.debian.org/debian-security\n";
        assert_eq!(in_stanzas(security), None);
        assert_eq!(in_stanzas("Enabled: no\nTypes: deb\nURIs: http://m/debian\n"), None);
        assert_eq!(
            in_stanzas("Types: deb\nURIs: http://m/debian\nSigned-By:\n -----BEGIN"),
            mirror("http://m/debian", DEFAULT_KEYRING)
        );
    }

    #[test]
    fn the_old_way_of_writing() {
        assert_eq!(
            in_lines("# deb http://x/debian a\ndeb http://m/debian bookworm main"),
            mirror("http://m/debian", DEFAULT_KEYRING)
        );
        let options = "deb [arch=amd64 signed-by=/k.gpg] http://m/debian bookworm main";
        assert_eq!(in_lines(options), mirror("http://m/debian", "/k.gpg"));
        assert_eq!(in_lines("deb https://packages.cloud.google.com/apt cloud-sdk main\ndeb [broken"), None);
    }

    #[test]
    fn the_stanza_names_the_suite_asked_for() {
        let stanza = mirror("http://m/debian", "/k.gpg").unwrap().stanza("testing");
        assert_eq!(
            stanza,
            "Types: deb\nURIs: http://m/debian\nSuites: testing\nComponents: main\nSigned-By: /k.gpg\n"
        );
    }
}
