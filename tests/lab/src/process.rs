//! A child process that can't outlive us.
//!
//! It leads a process group of its own, so that Ctrl-C in the terminal reaches only us and we decide the order in which
//! things end. Dropping it ends the whole group by id. And the kernel itself kills it when we are killed outright
//! (`setpriv --pdeathsig`; the C call would need unsafe code).

mod log;
mod spawner;

use std::io::Write as _;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};

use crate::Deadline;
pub use log::Log;

/// How long a child may take to end by itself after SIGTERM.
const GRACE_SECS: u64 = 5;

/// A running (or ended) child and what it said.
#[derive(Debug)]
pub struct Process {
    label: String,
    pid: Pid,
    log: Log,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Running(Child),
    Ended(ExitStatus),
}

impl Process {
    /// Starts it with nothing on standard input; everything it writes goes to its log.
    ///
    /// # Errors
    /// When the program can't be started.
    pub fn spawn(label: &str, command: &Command) -> anyhow::Result<Self> {
        Self::start(label, command, None)
    }

    fn start(label: &str, command: &Command, input: Option<&[u8]>) -> anyhow::Result<Self> {
        let mut child =
            spawner::spawn(command, input.is_some()).with_context(|| format!("can't start {label}"))?;
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input.map(<[u8]>::to_vec)) {
            // A child that ends without reading has its reasons; its status tells them.
            std::thread::spawn(move || stdin.write_all(&input));
        }
        let log = Log::default();
        log.follow(child.stdout.take());
        log.follow(child.stderr.take());
        let pid = Pid::from_child(&child);
        Ok(Self { label: label.to_owned(), pid, log, state: Mutex::new(State::Running(child)) })
    }

    /// Runs it to its end and gives back what it said on standard output.
    ///
    /// # Errors
    /// When it can't be started, does not end in time, or ends with another status than 0; with the end of its log.
    pub fn run(label: &str, command: &Command, deadline: Deadline) -> anyhow::Result<String> {
        Self::start(label, command, None)?.finish(deadline)
    }

    /// [`Process::run`] with something on its standard input: where a secret goes that must not stand in an argument.
    ///
    /// # Errors
    /// As [`Process::run`].
    pub fn run_with_input(
        label: &str,
        command: &Command,
        input: &[u8],
        deadline: Deadline,
    ) -> anyhow::Result<String> {
        Self::start(label, command, Some(input))?.finish(deadline)
    }

    fn finish(self, deadline: Deadline) -> anyhow::Result<String> {
        let status = self.wait_for_exit(deadline)?;
        if !status.success() {
            bail!("{} ended with {status}\n{}", self.label, self.log.tail(20));
        }
        Ok(self.log.output())
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// What it has said so far.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// When the kernel won't say.
    pub fn exit_status(&self) -> anyhow::Result<Option<ExitStatus>> {
        let mut state = self.state();
        let child = match &mut *state {
            State::Ended(status) => return Ok(Some(*status)),
            State::Running(child) => child,
        };
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        if rustix::process::waitid(WaitId::Pid(self.pid), look)?.is_none() {
            return Ok(None);
        }
        // Until it is waited for, its id can't be given to another: now is the moment to end what it left in its group.
        let _ = rustix::process::kill_process_group(self.pid, Signal::KILL);
        let status = child.wait()?;
        *state = State::Ended(status);
        Ok(Some(status))
    }

    /// Waits for a line that contains `pattern`, also one said before this call, and gives back what there is of it: a
    /// prompt never ends, and of another line the rest may still be on its way.
    ///
    /// # Errors
    /// When it does not come in time, or the process ends without having said it; with the end of its log.
    pub fn wait_for_line(&self, pattern: &str, deadline: Deadline) -> anyhow::Result<String> {
        let waited = deadline.wait_for(&format!("{:?} from {}", pattern, self.label), || {
            if let Some(line) = self.log.find(pattern) {
                return Ok(Some(line));
            }
            match self.exit_status()? {
                // What it said last may still be in the pipe.
                Some(_) if !self.log.is_complete() => Ok(None),
                Some(status) => match self.log.find(pattern) {
                    Some(line) => Ok(Some(line)),
                    None => bail!("{} ended with {status} and never said {pattern:?}", self.label),
                },
                None => Ok(None),
            }
        });
        waited.with_context(|| format!("the last that {} said:\n{}", self.label, self.log.tail(20)))
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// When it does not in time.
    pub fn wait_for_exit(&self, deadline: Deadline) -> anyhow::Result<ExitStatus> {
        let status = deadline.wait_for(&format!("the end of {}", self.label), || self.exit_status())?;
        // What it said last may still be in the pipe; a stray grandchild that holds the pipe open is not waited for.
        let _ =
            Deadline::seconds(2).wait_for("the end of the log", || Ok(self.log.is_complete().then_some(())));
        Ok(status)
    }

    /// Asks it to end, insists after a while, and returns when it is gone.
    pub fn stop(&self) {
        if matches!(self.exit_status(), Ok(Some(_))) {
            return;
        }
        self.signal(Signal::TERM);
        // An interrupt may be the very reason for stopping: this wait must not end with it.
        let end = std::time::Instant::now() + std::time::Duration::from_secs(GRACE_SECS);
        while matches!(self.exit_status(), Ok(None)) {
            if std::time::Instant::now() >= end {
                return self.kill();
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }

    /// Ends it as a power cut would: no warning, and it is gone on return.
    pub fn kill(&self) {
        let mut state = self.state();
        if let State::Running(child) = &mut *state {
            let _ = rustix::process::kill_process_group(self.pid, Signal::KILL);
            if let Ok(status) = child.wait() {
                *state = State::Ended(status);
            }
        }
    }

    /// Sends a signal to its group, while it is there.
    pub fn signal(&self, signal: Signal) {
        if let State::Running(_) = &*self.state() {
            let _ = rustix::process::kill_process_group(self.pid, signal);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
        if std::thread::panicking() {
            eprintln!("---- everything that {} said ----\n{}----", self.label, self.log.text());
        }
    }
}
