//! Asking an operator. Behind a trait, so that the whole conversation can be held by a test.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use anyhow::Context as _;
use zeroize::Zeroizing;

/// Somebody who can be asked, or nobody.
pub(super) trait Asker {
    /// Whether there is somebody.
    fn is_there(&self) -> bool {
        true
    }

    /// Shows something.
    fn say(&mut self, text: &str);

    /// Asks; an answer without the blanks around it. The end of the input is an error.
    fn ask(&mut self, question: &str) -> anyhow::Result<String>;

    /// Asks for what nobody should see.
    fn ask_secretly(&mut self, question: &str) -> anyhow::Result<Zeroizing<String>>;

    /// Asks for a yes.
    fn agrees(&mut self, question: &str) -> anyhow::Result<bool> {
        Ok(matches!(self.ask(&format!("{question} [y/N] "))?.as_str(), "y" | "Y" | "yes"))
    }

    /// Asks for something that is proposed: an empty answer takes the proposal.
    fn ask_or(&mut self, what: &str, proposed: &str) -> anyhow::Result<String> {
        let answer = self.ask(&format!("{what} [{proposed}]: "))?;
        Ok(if answer.is_empty() { proposed.to_owned() } else { answer })
    }
}

/// Nobody: a command that runs by itself.
pub(super) struct Nobody;

impl Asker for Nobody {
    fn is_there(&self) -> bool {
        false
    }

    fn say(&mut self, text: &str) {
        eprintln!("{}", text.trim_end_matches('\n'));
    }

    fn ask(&mut self, question: &str) -> anyhow::Result<String> {
        anyhow::bail!("there is no terminal to ask on: {}", question.trim())
    }

    fn ask_secretly(&mut self, question: &str) -> anyhow::Result<Zeroizing<String>> {
        self.ask(question).map(Zeroizing::new)
    }
}

/// The operator at the terminal.
pub(super) struct Terminal;

impl Terminal {
    /// Where there is one, on both sides.
    pub(super) fn find() -> Option<Self> {
        (std::io::stdin().is_terminal() && std::io::stderr().is_terminal()).then_some(Self)
    }
}

impl Asker for Terminal {
    fn say(&mut self, text: &str) {
        eprintln!("{}", text.trim_end_matches('\n'));
    }

    fn ask(&mut self, question: &str) -> anyhow::Result<String> {
        eprint!("{question}");
        std::io::stderr().flush()?;
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer).context("can't read from the terminal")?;
        anyhow::ensure!(read > 0, "no answer: nothing more was done");
        Ok(answer.trim().to_owned())
    }

    fn ask_secretly(&mut self, question: &str) -> anyhow::Result<Zeroizing<String>> {
        eprint!("{question}");
        std::io::stderr().flush()?;
        let answer = console::Term::stderr().read_secure_line().context("can't read from the terminal")?;
        let answer = Zeroizing::new(answer);
        Ok(Zeroizing::new(answer.trim().to_owned()))
    }
}
