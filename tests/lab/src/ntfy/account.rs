//! Accounts on the lab's ntfy server, with passwords and tokens made for this run.

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;

use super::tool;
use crate::{Deadline, Process};

/// Somebody who may do something there. The password and the token are of this run only, and still no business of a log.
pub(super) struct Account {
    pub(super) name: String,
    pub(super) password: String,
    pub(super) token: String,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Account {
    /// Makes an account with one right on all topics.
    pub(super) fn make(program: &Path, config: &Path, name: &str, right: &str) -> anyhow::Result<Self> {
        let run = |arguments: &[&str], password: Option<&str>| {
            let mut command = tool(program, config, arguments);
            command.envs(password.map(|password| ("NTFY_PASSWORD", password)));
            let process = Process::spawn(&format!("ntfy {}", arguments.join(" ")), &command)?;
            let status = process.wait_for_exit(Deadline::seconds(60))?;
            // This program says what it did on either stream, depending on its version.
            anyhow::ensure!(status.success(), "ntfy can't make accounts:\n{}", process.log().tail(10));
            Ok::<_, anyhow::Error>(process.log().text())
        };
        let password = random_word()?;
        run(&["user", "add", name], Some(&password))?;
        run(&["access", name, "*", right], None)?;
        let said = run(&["token", "add", name], None)?;
        let token =
            token_in(&said).with_context(|| format!("ntfy made a token and did not say which: {said}"))?;
        Ok(Self { name: name.to_owned(), password, token })
    }
}

fn token_in(text: &str) -> Option<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.into_iter().find(|word| word.starts_with("tk_")).map(str::to_owned)
}

/// 80 random bits, short enough to be typed on a phone.
fn random_word() -> anyhow::Result<String> {
    let mut bytes = [0; 10];
    let source = std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    source.context("can't read /dev/urandom")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_in_what_it_says() {
        let said = "token tk_abc123DEF456 created for user muster, never expires\n";
        assert_eq!(token_in(said).as_deref(), Some("tk_abc123DEF456"));
        assert_eq!(token_in("nothing"), None);
    }

    #[test]
    fn no_secret_is_shown_by_chance() {
        let account = Account { name: "n".into(), password: "hidden".into(), token: "tk_hidden".into() };
        assert!(!format!("{account:?}").contains("hidden"));
    }
}
