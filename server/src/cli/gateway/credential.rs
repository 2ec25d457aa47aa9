//! Key and secret of a gateway: from the environment, a file, standard input or the terminal, and never from an argument,
//! which every user of the machine sees in the list of processes.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, ensure};
use zeroize::Zeroizing;

use super::asker::Asker;

/// The key.
pub(super) const KEY: &str = "MUSTER_GATEWAY_KEY";
/// Its secret.
pub(super) const SECRET: &str = "MUSTER_GATEWAY_SECRET";
/// The file that a gateway's page downloads has some hundred bytes.
const MOST_BYTES: u64 = 4096;

/// What there is without asking: `--key-file` before the environment; nothing where neither is given.
pub(super) fn given(
    file: Option<&Path>,
    variable: impl Fn(&str) -> Option<String>,
) -> anyhow::Result<Option<Zeroizing<String>>> {
    if let Some(path) = file {
        return read(path).map(Some);
    }
    match (variable(KEY), variable(SECRET)) {
        (None, None) => Ok(None),
        (Some(key), Some(secret)) => join(&Zeroizing::new(key), &Zeroizing::new(secret)).map(Some),
        (Some(_), None) => anyhow::bail!("{KEY} is set, and {SECRET} is not"),
        (None, Some(_)) => anyhow::bail!("{SECRET} is set, and {KEY} is not"),
    }
}

/// Asks for them. Neither shows on the terminal.
pub(super) fn asked(asker: &mut dyn Asker) -> anyhow::Result<Zeroizing<String>> {
    let key = asker.ask_secretly("Key of the gateway's API: ")?;
    let secret = asker.ask_secretly("Its secret: ")?;
    join(&key, &secret)
}

fn read(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    if path == Path::new("-") {
        std::io::stdin()
            .take(MOST_BYTES)
            .read_to_string(&mut text)
            .context("can't read key and secret from standard input")?;
    } else {
        let file = std::fs::File::open(path).with_context(|| format!("can't read {}", path.display()))?;
        file.take(MOST_BYTES)
            .read_to_string(&mut text)
            .with_context(|| format!("can't read {}", path.display()))?;
    }
    ensure!(
        !text.trim().is_empty(),
        "{} is empty: it should hold the lines key=… and secret=… as the gateway's page gives them, or KEY:SECRET",
        path.display()
    );
    // Both in one line: a line end would not survive the way to the server.
    let value = |name: &str| {
        let assigned = |line: &str| {
            Some(line.trim().strip_prefix(name)?.trim_start().strip_prefix('=')?.trim().to_owned())
        };
        text.lines().find_map(assigned).map(Zeroizing::new)
    };
    match (value("key"), value("secret")) {
        (Some(key), Some(secret)) => join(&key, &secret),
        _ => Ok(Zeroizing::new(text.trim().to_owned())),
    }
}

fn join(key: &str, secret: &str) -> anyhow::Result<Zeroizing<String>> {
    let (key, secret) = (key.trim(), secret.trim());
    ensure!(!key.is_empty() && !secret.is_empty(), "key and secret are needed, and one of them is empty");
    ensure!(!key.contains(':'), "the key has a colon in it: are key and secret in one field?");
    Ok(Zeroizing::new(format!("{key}:{secret}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn they_come_from_a_file_or_the_environment_and_no_error_shows_them() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("apikey.txt");
        std::fs::write(&path, "key=planted-key\nsecret=planted-secret\n").unwrap();
        let both = [(KEY, "planted-key"), (SECRET, "planted-secret")];
        let text =
            |given: anyhow::Result<Option<Zeroizing<String>>>| given.unwrap().map(|text| text.to_string());
        assert_eq!(
            text(given(Some(&path), environment(&both))).as_deref(),
            Some("planted-key:planted-secret")
        );
        assert_eq!(text(given(None, environment(&both))).as_deref(), Some("planted-key:planted-secret"));
        assert_eq!(text(given(None, environment(&[]))), None);

        std::fs::write(&path, " \n").unwrap();
        for (file, pairs) in [
            (None, vec![(KEY, "planted-key")]),
            (None, vec![(SECRET, "planted-secret")]),
            (None, vec![(KEY, "planted-key:planted-secret"), (SECRET, "planted-secret")]),
            (None, vec![(KEY, ""), (SECRET, "planted-secret")]),
            (Some(path.as_path()), vec![]),
            (Some(Path::new("/no/such/file")), vec![]),
        ] {
            let error = format!("{:#}", given(file, environment(&pairs)).unwrap_err());
            assert!(!error.contains("planted"), "{error}");
        }
    }
}
