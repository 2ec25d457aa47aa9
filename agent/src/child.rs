//! Runs another program for what it says: with no input, so much time, and room for so much output.

use std::io::{self, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

/// How it ended, and what it said: one byte more than the limit when it wanted to say more, and then it was stopped.
///
/// # Errors
/// That it could not be started or read, or did not end in time.
pub(crate) fn run(
    command: &mut Command,
    timeout: Duration,
    limit_bytes: usize,
) -> io::Result<(ExitStatus, Vec<u8>)> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let output = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let (sender, receiver) = sync_channel(1);
    let reader = move || {
        let mut said = Vec::new();
        let read = output.take(limit_bytes as u64 + 1).read_to_end(&mut said).map(|_| said);
        // Nobody waits for it any more when it comes too late.
        sender.send(read).ok();
    };
    let said = match thread::Builder::new().name("child".to_owned()).spawn(reader) {
        Ok(_) => receiver.recv_timeout(timeout).unwrap_or_else(|lost| Err(unheard(lost, &name, timeout))),
        Err(error) => Err(error),
    };
    if said.as_ref().map_or(true, |said| said.len() > limit_bytes) {
        child.kill().ok();
    }
    // One that hangs in the kernel can't be killed either; who watches this thread then gives it up.
    let status = child.wait()?;
    Ok((status, said?))
}

fn unheard(lost: RecvTimeoutError, name: &str, timeout: Duration) -> io::Error {
    match lost {
        RecvTimeoutError::Timeout => {
            let words = format!("{name} did not end within {} s", timeout.as_secs());
            io::Error::new(io::ErrorKind::TimedOut, words)
        }
        RecvTimeoutError::Disconnected => io::ErrorKind::BrokenPipe.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn shell(script: &str, timeout: Duration, limit_bytes: usize) -> io::Result<(ExitStatus, Vec<u8>)> {
        run(Command::new("/bin/sh").args(["-c", script]), timeout, limit_bytes)
    }

    #[test]
    fn what_it_said_and_how_it_ended_are_told() {
        let (status, said) = shell("printf said; echo aside >&2; exit 68", LONG, 4).unwrap();
        assert_eq!((status.code(), said.as_slice()), (Some(68), &b"said"[..]));
        assert!(run(&mut Command::new("/nowhere/program"), LONG, 100).is_err());
    }

    #[test]
    fn what_hangs_or_never_stops_talking_is_killed() {
        let hung = shell("exec sleep 1000", Duration::from_millis(50), 100).unwrap_err();
        assert!(hung.to_string().starts_with("/bin/sh did not end within"), "{hung}");
        let (status, said) = shell("while :; do echo more; done", LONG, 1000).unwrap();
        assert_eq!((status.code(), said.len()), (None, 1001));
    }
}
