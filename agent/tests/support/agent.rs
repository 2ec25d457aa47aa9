//! The real binary, started by a test and ended with it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Long enough for a machine under load; no test waits for it to pass.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// A running agent.
pub(crate) struct Agent {
    child: Child,
    said: Arc<(Mutex<Vec<String>>, Condvar)>,
}

impl Agent {
    /// `muster-agent run` with these arguments, and nothing of the test's own environment.
    pub(crate) fn run<S: AsRef<str>>(arguments: &[S]) -> Self {
        let mut child = command().arg("run").args(arguments.iter().map(AsRef::as_ref)).spawn().unwrap();
        let said = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let sink = Arc::clone(&said);
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                eprintln!("agent: {line}");
                sink.0.lock().unwrap().push(line);
                sink.1.notify_all();
            }
        });
        Self { child, said }
    }

    /// Waits for a line on standard error that contains these words.
    pub(crate) fn says(&self, words: &str) -> String {
        let (lines, changed) = &*self.said;
        let found = |lines: &Vec<String>| lines.iter().find(|line| line.contains(words)).cloned();
        let guard = lines.lock().unwrap();
        let (guard, _) = changed.wait_timeout_while(guard, DEADLINE, |lines| found(lines).is_none()).unwrap();
        found(&guard).unwrap_or_else(|| panic!("the agent never said {words:?}"))
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for the end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "the agent did not end");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The binary, in an empty environment.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_muster-agent"));
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}
