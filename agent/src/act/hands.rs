//! What acts on the machine. The one place in the agent that changes anything: a light, or whether the machine is on.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::system::RebootCommand;

use super::logs::{self, Part};
use super::{card, enclosure};

/// How a machine goes down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// It boots anew.
    Reboot,
    /// It is switched off.
    PowerOff,
}

/// Acts on a machine. Each call blocks until it is done.
pub trait Hands: Send + Sync + 'static {
    /// Lets a network card's light blink for so long.
    ///
    /// # Errors
    /// The kernel's.
    fn blink_nic(&self, name: &str, time: Duration) -> io::Result<()>;

    /// Lets a disk's locate light shine for so long.
    ///
    /// # Errors
    /// The kernel's.
    fn blink_disk(&self, name: &str, time: Duration) -> io::Result<()>;

    /// Takes the machine down, in good order.
    ///
    /// # Errors
    /// The kernel's, or the service manager's words.
    fn leave(&self, departure: Departure) -> io::Result<()>;

    /// The ends of the machine's logs.
    fn logs(&self) -> Vec<Part>;
}

/// The hands on the machine that the agent runs on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Live;

impl Hands for Live {
    fn blink_nic(&self, name: &str, time: Duration) -> io::Result<()> {
        card::blink(name, time)
    }

    fn blink_disk(&self, name: &str, time: Duration) -> io::Result<()> {
        enclosure::shine(Path::new("/sys"), name, time)
    }

    fn leave(&self, departure: Departure) -> io::Result<()> {
        // Where systemd runs it stops every service first, this one too; in a discovery system there is nothing to stop.
        if Path::new("/run/systemd/system").is_dir() {
            return systemctl(departure);
        }
        rustix::fs::sync();
        Ok(rustix::system::reboot(match departure {
            Departure::Reboot => RebootCommand::Restart,
            Departure::PowerOff => RebootCommand::PowerOff,
        })?)
    }

    fn logs(&self) -> Vec<Part> {
        logs::of_this_machine()
    }
}

fn systemctl(departure: Departure) -> io::Result<()> {
    let verb = match departure {
        Departure::Reboot => "reboot",
        Departure::PowerOff => "poweroff",
    };
    let ended = Command::new("systemctl")
        .args(["--no-ask-password", "--no-block", verb])
        .stdin(Stdio::null())
        .output()?;
    if ended.status.success() {
        return Ok(());
    }
    let said: String = String::from_utf8_lossy(&ended.stderr).trim().chars().take(300).collect();
    Err(io::Error::other(format!("systemctl {verb}: {said}")))
}

/// Hands that are tied: an agent that reads a captured tree must not act on the machine that it happens to run on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tied;

impl Tied {
    fn refuse<T>() -> io::Result<T> {
        let words = "this agent reads a captured tree (--root), and acts on no machine";
        Err(io::Error::new(io::ErrorKind::Unsupported, words))
    }
}

impl Hands for Tied {
    fn blink_nic(&self, _: &str, _: Duration) -> io::Result<()> {
        Self::refuse()
    }

    fn blink_disk(&self, _: &str, _: Duration) -> io::Result<()> {
        Self::refuse()
    }

    fn leave(&self, _: Departure) -> io::Result<()> {
        Self::refuse()
    }

    fn logs(&self) -> Vec<Part> {
        vec![logs::of_this_agent()]
    }
}
