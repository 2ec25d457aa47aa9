//! `smartctl`, where it is installed: it knows the ways through RAID controllers and USB bridges. The one child process that
//! collecting starts (`journalctl` and `systemctl` are started for actions and by `install`); it gets fixed arguments, an
//! empty environment, no input, ten seconds, and room for so much output.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use super::refused;
use crate::root::{SmartctlAnswer, SmartctlCommand};

const FOLDERS: [&str; 3] = ["/usr/sbin", "/usr/bin", "/sbin"];
const TIMEOUT: Duration = Duration::from_secs(10);
const OUTPUT_LIMIT_BYTES: u64 = 1 << 20;
/// The ways that `-d` may be given, without their numbers.
const WAYS: [&str; 3] = ["megaraid", "sat+megaraid", "cciss"];

pub(super) fn ask(command: &SmartctlCommand) -> io::Result<Vec<u8>> {
    let arguments = arguments(command)?;
    let program = FOLDERS.iter().map(|folder| Path::new(folder).join("smartctl")).find(|path| path.is_file());
    // Not installed is no failure.
    let program = program.ok_or(io::ErrorKind::Unsupported)?;
    run(&program, &arguments, TIMEOUT, OUTPUT_LIMIT_BYTES).map(|answer| answer.to_bytes())
}

fn arguments(command: &SmartctlCommand) -> io::Result<Vec<String>> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    match command {
        SmartctlCommand::Scan => Ok(words(&["--json=c", "--scan"])),
        SmartctlCommand::Examine { device, way } => {
            let mut arguments: Vec<String> = words(&["--json=c", "--all", "-n", "standby"]);
            if let Some(way) = way {
                if !is_way(way) {
                    return Err(refused(format!("smartctl -d {way} is not a way to a drive that is known")));
                }
                arguments.extend(["-d".to_owned(), way.clone()]);
            }
            if !is_device(device) {
                return Err(refused(format!("{device} is not a device")));
            }
            arguments.push(device.clone());
            Ok(arguments)
        }
    }
}

fn is_way(way: &str) -> bool {
    way.split_once(',').is_some_and(|(kind, number)| {
        WAYS.contains(&kind)
            && matches!(number.len(), 1..=4)
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn is_device(device: &str) -> bool {
    device.strip_prefix("/dev/").is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'/')
    })
}

fn run(
    program: &Path,
    arguments: &[String],
    timeout: Duration,
    limit_bytes: u64,
) -> io::Result<SmartctlAnswer> {
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let output = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let (sender, receiver) = sync_channel(1);
    thread::Builder::new().name("smartctl".to_owned()).spawn(move || {
        let mut json = Vec::new();
        let read = output.take(limit_bytes + 1).read_to_end(&mut json).map(|_| json);
        // Nobody waits for it any more when it comes too late.
        sender.send(read).ok();
    })?;
    let json = match receiver.recv_timeout(timeout) {
        Ok(Ok(json)) if json.len() as u64 <= limit_bytes => Ok(json),
        Ok(Ok(_)) => Err(io::Error::other(format!("smartctl said more than {limit_bytes} bytes"))),
        Ok(Err(error)) => Err(error),
        Err(RecvTimeoutError::Timeout) => {
            Err(io::Error::other(format!("smartctl did not end within {} s", timeout.as_secs())))
        }
        Err(RecvTimeoutError::Disconnected) => Err(io::ErrorKind::BrokenPipe.into()),
    };
    if json.is_err() {
        child.kill().ok();
    }
    // One that hangs in the kernel can't be killed either; the guard of this thread then gives it up.
    let status = child.wait()?;
    let exit_status = status.code().ok_or_else(|| io::Error::other("smartctl was killed"));
    Ok(SmartctlAnswer { json: json?, exit_status: exit_status? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn shell(script: &str, timeout: Duration, limit_bytes: u64) -> io::Result<SmartctlAnswer> {
        run(Path::new("/bin/sh"), &["-c".to_owned(), script.to_owned()], timeout, limit_bytes)
    }

    fn examine(device: &str, way: Option<&str>) -> io::Result<Vec<String>> {
        arguments(&SmartctlCommand::Examine { device: device.to_owned(), way: way.map(str::to_owned) })
    }

    #[test]
    fn only_known_ways_and_devices_become_arguments() {
        let words = examine("/dev/bus/13", Some("megaraid,0")).unwrap();
        assert_eq!(words.join(" "), "--json=c --all -n standby -d megaraid,0 /dev/bus/13");
        assert!(examine("/dev/sde", None).is_ok());
        for (device, way) in
            [("/dev/sda", Some("test")), ("/dev/sda", Some("cciss,x")), ("/dev/sda", Some("cciss,"))]
        {
            assert!(examine(device, way).is_err());
        }
        for device in ["-B", "/dev/", "/dev/../etc/x", "/etc/passwd", "/dev/sd a"] {
            assert!(examine(device, None).is_err(), "{device}");
        }
    }

    #[test]
    fn an_exit_status_is_no_failure() {
        let answer = shell("printf '{}'; exit 68", LONG, 100).unwrap();
        assert_eq!(answer, SmartctlAnswer { exit_status: 68, json: b"{}".to_vec() });
        assert_eq!(SmartctlAnswer::from_bytes(&answer.to_bytes()), Some(answer));
    }

    #[test]
    fn what_hangs_or_never_stops_talking_is_killed() {
        let hung = shell("exec sleep 1000", Duration::from_millis(50), 100).unwrap_err();
        assert!(hung.to_string().starts_with("smartctl did not end within"), "{hung}");
        let endless = shell("while :; do echo more; done", LONG, 1000).unwrap_err();
        assert_eq!(endless.to_string(), "smartctl said more than 1000 bytes");
        assert!(run(Path::new("/nowhere/smartctl"), &[], LONG, 100).is_err());
    }
}
