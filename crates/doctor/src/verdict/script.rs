//! The scripts, and what they load.

use serde::Serialize;

use super::cause::Line;
use super::{Cause, Fault, Hop};
use crate::http::HttpFault;
use crate::ipxe::{End, FileKind};

/// How far a machine gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reached {
    /// A kernel starts.
    Kernel {
        /// Where it came from.
        url: String,
    },
    /// It was told to go on to its local disk.
    LocalDisk,
}

/// A file that the scripts asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fetched {
    /// What for.
    pub(crate) what: FileKind,
    /// Where.
    pub(crate) url: String,
    /// What was wrong with it.
    pub(crate) fault: Option<HttpFault>,
}

/// What a run of the scripts was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunSeen {
    /// Where the first script came from.
    pub(crate) url: String,
    /// What was asked for, in order.
    pub(crate) fetched: Vec<Fetched>,
    /// How it ended.
    pub(crate) end: End,
    /// What it said on the console.
    pub(crate) echoes: Vec<String>,
}

/// Whether a machine gets where its script sends it.
///
/// # Errors
/// A file did not come, or a script stops.
pub(crate) fn judge_run(seen: &RunSeen) -> Result<(Reached, Vec<String>), Fault> {
    let failed: Vec<&Fetched> = seen.fetched.iter().filter(|file| file.fault.is_some()).collect();
    let mut notes: Vec<String> = reason(&seen.echoes).into_iter().collect();
    match &seen.end {
        // A script that was not there, and a fall-back that was: it boots, and that is worth a word.
        End::Starts(url) => {
            notes.extend(failed.iter().filter_map(|file| Some(note(file, file.fault.as_ref()?))));
            Ok((Reached::Kernel { url: url.clone() }, notes))
        }
        end => {
            if let Some((file, fault)) = failed.iter().find_map(|file| Some((file, file.fault.clone()?))) {
                let hop = match file.what {
                    FileKind::Script => Hop::Script,
                    FileKind::Kernel => Hop::Kernel,
                    FileKind::Initrd => Hop::Initrd,
                };
                return Err(Fault { hop, cause: Cause::Http { url: file.url.clone(), fault } });
            }
            match end {
                End::Stops { line, why } => {
                    let (url, line) = (seen.url.clone(), Line(line.clone()));
                    Err(Fault { hop: Hop::Script, cause: Cause::Script { url, why: why.clone(), line } })
                }
                _ => Ok((Reached::LocalDisk, notes)),
            }
        }
    }
}

fn note(file: &Fetched, fault: &HttpFault) -> String {
    format!("{}: {fault}; the script went on without it", file.url)
}

/// Muster's own word why a machine is told this.
fn reason(echoes: &[String]) -> Option<String> {
    echoes.iter().rev().find(|line| line.contains("because ")).cloned()
}
