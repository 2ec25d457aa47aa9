//! The few things that are said to a shell. Nothing that anybody typed is among them.

use crate::act::Act;

/// What the machine is told, in the words that are tried one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Boot anew.
    Reboot,
    /// Switch off.
    PowerOff,
}

impl Command {
    pub(super) fn of(act: Act) -> Self {
        match act {
            Act::Off => Self::PowerOff,
            Act::On | Act::Reset | Act::Cycle => Self::Reboot,
        }
    }

    /// With systemd, and without.
    pub(super) fn lines(self, user: &str) -> [&'static str; 2] {
        match (self, user) {
            (Self::Reboot, "root") => ["systemctl reboot", "reboot"],
            (Self::Reboot, _) => ["sudo -n systemctl reboot", "sudo -n reboot"],
            (Self::PowerOff, "root") => ["systemctl poweroff", "poweroff"],
            (Self::PowerOff, _) => ["sudo -n systemctl poweroff", "sudo -n poweroff"],
        }
    }
}
