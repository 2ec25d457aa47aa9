//! The real dnsmasq, which decides whether a file is one.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Running;

/// How long it may take until it has its sockets.
const START: Duration = Duration::from_secs(10);

/// What is done with the file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runner {
    /// dnsmasq only says whether it would take it: the service runs, or is stopped.
    Test,
    /// dnsmasq runs with it.
    Really {
        /// What stands before its name, such as `ip netns exec lab1`.
        prefix: Vec<String>,
        /// Further lines for its file, such as `user=root`: another user can't read a folder that is closed to it.
        lines: Vec<String>,
    },
}

impl Runner {
    /// Whether there is a dnsmasq at all.
    pub(crate) fn look_for_it() -> Result<(), String> {
        match Command::new("dnsmasq").arg("--version").stdout(Stdio::null()).status() {
            Ok(status) if status.success() => Ok(()),
            _ => Err(
                "the fake OPNsense asks dnsmasq whether it takes a file, and there is none; type: sudo apt-get install --no-install-recommends dnsmasq-base"
                    .to_owned(),
            ),
        }
    }

    pub(super) fn start(&self, file: &Path) -> Running {
        let file_argument = format!("--conf-file={}", file.display());
        let log = || File::create(file.with_extension("log")).map_or_else(|_| Stdio::null(), Stdio::from);
        let tested = Command::new("dnsmasq").args(["--test", &file_argument]).stderr(log()).status();
        match (self, tested.is_ok_and(|status| status.success())) {
            (_, false) => Running::No,
            (Self::Test, true) => Running::Tested,
            (Self::Really { prefix, .. }, true) => {
                let mut words = prefix.iter().map(String::as_str).chain(["dnsmasq"]);
                let mut command = Command::new(words.next().unwrap_or("dnsmasq"));
                command.args(words).args(["--keep-in-foreground", "--log-facility=-", &file_argument]);
                command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log());
                let pid_file = file.with_file_name("dnsmasq.pid");
                std::fs::remove_file(&pid_file).ok();
                command.spawn().map_or(Running::No, |child| started(child, &pid_file))
            }
        }
    }
}

/// It writes its number down when it has its sockets: who asks afterwards is told the truth.
fn started(mut child: Child, pid_file: &Path) -> Running {
    let deadline = Instant::now() + START;
    while !pid_file.exists() && Instant::now() < deadline {
        if !matches!(child.try_wait(), Ok(None)) {
            return Running::No;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Running::Really(child)
}
