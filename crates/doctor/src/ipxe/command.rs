//! What each command does.

use super::{Did, End, FileKind, MOST_ECHO_CHARS, MOST_ECHOES, Run, Waiting, line};
use crate::bytes::plain;

/// Those that change nothing that a run depends on. (`dhcp` was answered before the script began.)
const HARMLESS: [&str; 33] = [
    "imgfree",
    "imgstat",
    "imgargs",
    "imgtrust",
    "imgverify",
    "imgdecrypt",
    "imgextract",
    "sleep",
    "dhcp",
    "autonet",
    "ifopen",
    "ifclose",
    "ifstat",
    "iflinkwait",
    "ifconf",
    "route",
    "nstat",
    "ipstat",
    "vcreate",
    "vdestroy",
    "console",
    "colour",
    "cpair",
    "params",
    "param",
    "sync",
    "time",
    "ntp",
    "certstat",
    "certstore",
    "certfree",
    "show",
    "menu",
];
/// Those that a person must answer.
const INTERACTIVE: [&str; 4] = ["shell", "login", "choose", "config"];

impl Run {
    pub(super) fn command(&mut self, words: &[String]) -> Did {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let Some((name, arguments)) = words.split_first() else { return Did::Well };
        match *name {
            "echo" => {
                if self.echoes.len() >= MOST_ECHOES {
                    self.echoes.remove(0);
                }
                self.echoes.push(plain(&arguments.join(" "), MOST_ECHO_CHARS));
                Did::Well
            }
            "set" => match arguments.split_first() {
                Some((name, value)) if self.variables.set(name, &value.join(" ")) => Did::Well,
                Some(_) => Did::Badly("there are too many settings, or one is too long".to_owned()),
                None => usage(name),
            },
            "clear" => {
                arguments.iter().for_each(|name| self.variables.clear(name));
                Did::Well
            }
            "isset" => done(!arguments.is_empty(), "the setting is empty"),
            "iseq" => match arguments {
                [one, other] => done(one == other, "they differ"),
                _ => usage(name),
            },
            // On x86 the question is for the processor's 64 bits, and today each has them; other builds lack the command.
            "cpuid" => match self.variables.build.buildarch {
                "i386" | "x86_64" => Did::Well,
                _ => unknown(name),
            },
            "goto" => self.goto(arguments),
            "exit" => Did::Leaves { well: arguments.first().is_none_or(|status| *status == "0") },
            "sanboot" => Did::Ends(End::Disk),
            "reboot" | "poweroff" => Did::Ends(self.stop("it switches the machine off or starts it anew")),
            "boot" if arguments.is_empty() || self.kernel.is_some() => match self.kernel.clone() {
                Some(kernel) => Did::Ends(End::Starts(kernel)),
                None => Did::Badly("there is no kernel to boot".to_owned()),
            },
            "chain" | "imgexec" | "boot" => self.wants(name, arguments, FileKind::Script, false),
            "kernel" | "imgselect" => self.wants(name, arguments, FileKind::Kernel, true),
            "initrd" | "imgfetch" | "module" | "shim" => self.wants(name, arguments, FileKind::Initrd, true),
            // Nobody presses a key.
            "prompt" => Did::Badly("nobody pressed a key".to_owned()),
            "item" => Did::Well,
            _ if HARMLESS.contains(name) => Did::Well,
            _ if INTERACTIVE.contains(name) => Did::Ends(self.stop("it waits for a person")),
            _ => unknown(name),
        }
    }

    fn goto(&self, arguments: &[&str]) -> Did {
        let Some(label) = arguments.first() else { return usage("goto") };
        match self.stack.last().and_then(|frame| line::label(&frame.lines, label)) {
            Some(at) => Did::Goes(at),
            None => Did::Badly(format!("there is no label {label}")),
        }
    }

    fn wants(&self, name: &str, arguments: &[&str], what: FileKind, later: bool) -> Did {
        let mut arguments = arguments.iter().copied();
        let mut replaces = false;
        let url = loop {
            match arguments.next() {
                Some("--replace" | "-r") => replaces = true,
                Some("--name" | "-n" | "--timeout" | "-t") => drop(arguments.next()),
                Some(flag) if flag.starts_with('-') => {}
                url => break url,
            }
        };
        let Some(url) = url else {
            // `chain` with nothing to chain means what is selected; `initrd` is content with nothing.
            return if what == FileKind::Initrd { Did::Well } else { usage(name) };
        };
        // `URL##params` sends a form along.
        let url = url.split("##").next().unwrap_or(url);
        match self.stack.last().map(|frame| frame.url.join(url)) {
            Some(Ok(url)) => Did::Wants(Waiting { what, url, replaces, later }),
            _ => Did::Badly(format!("{} is no URL", plain(url, MOST_ECHO_CHARS))),
        }
    }
}

fn done(well: bool, why: &str) -> Did {
    if well { Did::Well } else { Did::Badly(why.to_owned()) }
}

fn usage(name: &str) -> Did {
    Did::Badly(format!("{name} wants other arguments"))
}

fn unknown(name: &str) -> Did {
    Did::Badly(format!("iPXE has no command {}", plain(name, 40)))
}
