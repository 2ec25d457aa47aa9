//! A script as iPXE runs it: enough of its language to follow every script that Muster hands out to its end, and to say of any
//! other where it stops. It loads nothing itself: it says what it wants, and is told what came of it. Pure.
//!
//! A command that iPXE does not have fails here as it fails there. What would wait for a person ends the run.

mod command;
mod line;
mod variables;

use reqwest::Url;

use crate::bytes::plain;
use crate::loader::{Content, content};
use line::{Link, Part};
pub(crate) use variables::Client;
use variables::Variables;

/// More than this is read of no script.
pub(crate) const MOST_SCRIPT_BYTES: usize = 256 * 1024;
const MOST_COMMANDS: u32 = 5_000;
const MOST_FETCHES: u32 = 64;
const MOST_DEPTH: usize = 16;
const MOST_ECHOES: usize = 64;
const MOST_ECHO_CHARS: usize = 200;

/// What a script wants next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// The first bytes of this file.
    Fetch {
        /// What for.
        what: FileKind,
        /// Where.
        url: String,
    },
    /// Nothing more.
    End(End),
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FileKind {
    /// A script, or a program to go on with.
    Script,
    /// The kernel.
    Kernel,
    /// An initramfs, or a file for one.
    Initrd,
}

/// How a script ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// A kernel, or another program, starts.
    Starts(String),
    /// On to the local disk, or the firmware's next entry.
    Disk,
    /// It stops, and with it the machine.
    Stops {
        /// The line.
        line: String,
        /// Why.
        why: String,
    },
}

/// A run.
#[derive(Debug)]
pub(crate) struct Run {
    stack: Vec<Frame>,
    variables: Variables,
    /// What `boot` would start, and the last files.
    kernel: Option<String>,
    waiting: Option<Waiting>,
    echoes: Vec<String>,
    commands: u32,
    fetches: u32,
}

/// A script in the middle of a line.
#[derive(Debug)]
struct Frame {
    url: Url,
    lines: Vec<String>,
    at: usize,
    rest: std::vec::IntoIter<Part>,
    /// Whether the last command of this line succeeded.
    well: bool,
}

#[derive(Debug)]
struct Waiting {
    what: FileKind,
    url: Url,
    replaces: bool,
    /// Whether it is only selected, and starts with `boot`.
    later: bool,
}

/// What a command does to its line.
enum Did {
    Well,
    Badly(String),
    Wants(Waiting),
    Leaves { well: bool },
    Goes(usize),
    Ends(End),
}

impl Run {
    /// Begins with this script, which came from there.
    ///
    /// # Errors
    /// It is none.
    pub(crate) fn new(url: &str, script: &[u8], client: &Client) -> Result<Self, String> {
        let url: Url = url.parse().map_err(|_| format!("{url} is no URL"))?;
        let mut run = Self {
            stack: Vec::new(),
            variables: Variables::new(client),
            kernel: None,
            waiting: None,
            echoes: Vec::new(),
            commands: 0,
            fetches: 0,
        };
        run.enter(url, script)?;
        Ok(run)
    }

    /// What it said on the console so far, the last lines.
    #[must_use]
    pub(crate) fn echoes(&self) -> &[String] {
        &self.echoes
    }

    fn enter(&mut self, url: Url, script: &[u8]) -> Result<(), String> {
        if content(script) != Content::Script {
            return Err("it does not begin with #!ipxe".to_owned());
        }
        if script.len() >= MOST_SCRIPT_BYTES {
            return Err(format!("it is longer than {} KiB", MOST_SCRIPT_BYTES / 1024));
        }
        if self.stack.len() >= MOST_DEPTH {
            return Err(format!("scripts call each other {MOST_DEPTH} deep"));
        }
        let lines = line::lines(&String::from_utf8_lossy(script));
        self.stack.push(Frame { url, lines, at: 0, rest: Vec::new().into_iter(), well: true });
        Ok(())
    }

    /// Runs to the next file that it wants, or to its end.
    pub(crate) fn next(&mut self) -> Step {
        loop {
            let Some(frame) = self.stack.last_mut() else { return Step::End(End::Disk) };
            let Some(part) = frame.rest.next() else {
                if !frame.well {
                    if let Some(end) = self.leave(false) {
                        return Step::End(end);
                    }
                    continue;
                }
                let Some(next) = frame.lines.get(frame.at) else {
                    self.leave(true);
                    continue;
                };
                frame.rest = line::parts(next).into_iter();
                frame.at += 1;
                continue;
            };
            let runs = match part.link {
                Link::First | Link::Always => true,
                Link::And => frame.well,
                Link::Or => !frame.well,
            };
            if !runs {
                continue;
            }
            self.commands += 1;
            if self.commands > MOST_COMMANDS {
                return Step::End(self.stop("it goes round in circles"));
            }
            let words = self.variables.expand_all(&part.words);
            match self.command(&words) {
                Did::Well => self.said(true),
                Did::Badly(why) => {
                    self.said(false);
                    self.variables.last_error = why;
                }
                Did::Leaves { well } => {
                    if self.stack.len() == 1 {
                        return Step::End(End::Disk);
                    }
                    self.leave(well);
                }
                Did::Goes(to) => {
                    if let Some(frame) = self.stack.last_mut() {
                        frame.at = to;
                        frame.rest = Vec::new().into_iter();
                        frame.well = true;
                    }
                }
                Did::Ends(end) => return Step::End(end),
                Did::Wants(waiting) => {
                    self.fetches += 1;
                    if self.fetches > MOST_FETCHES {
                        return Step::End(self.stop("it asks for one file after the other without an end"));
                    }
                    let step = Step::Fetch { what: waiting.what, url: waiting.url.to_string() };
                    self.waiting = Some(waiting);
                    return step;
                }
            }
        }
    }

    /// Tells it what came of the file that it wanted: the first bytes, or why not. Answers why the file is of no use.
    pub(crate) fn fetched(&mut self, came: Result<&[u8], String>) -> Option<String> {
        let waiting = self.waiting.take()?;
        let refused = match came {
            Err(why) => Some(why),
            Ok(bytes) if waiting.what != FileKind::Script => {
                bytes.is_empty().then(|| "it is empty".to_owned())
            }
            Ok(bytes) if waiting.later || matches!(content(bytes), Content::Program(_)) => None,
            Ok(bytes) => {
                if waiting.replaces {
                    self.stack.clear();
                }
                return self.enter(waiting.url, bytes).err().inspect(|_| self.said(false));
            }
        };
        if refused.is_none() {
            match waiting.what {
                FileKind::Initrd => {}
                FileKind::Kernel => self.kernel = Some(waiting.url.to_string()),
                FileKind::Script => {
                    self.kernel = Some(waiting.url.to_string());
                    // A program that is chained starts at once.
                    if let Some(frame) = self.stack.last_mut().filter(|_| !waiting.later) {
                        let boot = Part { link: Link::First, words: vec!["boot".to_owned()] };
                        frame.rest = vec![boot].into_iter();
                    }
                }
            }
        }
        self.said(refused.is_none());
        refused
    }

    /// Ends the script that runs; the one that called it goes on. The first one's failure ends everything.
    fn leave(&mut self, well: bool) -> Option<End> {
        let why = self.variables.last_error.clone();
        let end = (!well && self.stack.len() == 1).then(|| self.stop(&why));
        self.stack.pop();
        self.said(well);
        end
    }

    fn said(&mut self, well: bool) {
        if let Some(frame) = self.stack.last_mut() {
            frame.well = well;
        }
    }

    fn stop(&self, why: &str) -> End {
        let line = self.stack.last().and_then(|frame| frame.lines.get(frame.at.saturating_sub(1)));
        End::Stops { line: plain(line.map_or("", String::as_str), MOST_ECHO_CHARS), why: why.to_owned() }
    }
}

#[cfg(test)]
mod tests;
