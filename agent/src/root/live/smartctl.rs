//! `smartctl`, where it is installed: it knows the ways through RAID controllers and USB bridges. The one child process that
//! collecting starts (`journalctl` and `systemctl` are started for actions and by `install`); it gets fixed arguments, an
//! empty environment, no input, ten seconds, and room for so much output.

use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::refused;
use crate::child;
use crate::root::{SmartctlAnswer, SmartctlCommand};

const FOLDERS: [&str; 3] = ["/usr/sbin", "/usr/bin", "/sbin"];
const TIMEOUT: Duration = Duration::from_secs(10);
const OUTPUT_LIMIT_BYTES: usize = 1 << 20;
/// The ways that `-d` may be given, without their numbers.
const WAYS: [&str; 3] = ["megaraid", "sat+megaraid", "cciss"];

pub(super) fn ask(command: &SmartctlCommand) -> io::Result<Vec<u8>> {
    let arguments = arguments(command)?;
    let program = FOLDERS.iter().map(|folder| Path::new(folder).join("smartctl")).find(|path| path.is_file());
    // Not installed is no failure.
    let program = program.ok_or(io::ErrorKind::Unsupported)?;
    run(&program, &arguments).map(|answer| answer.to_bytes())
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

fn run(program: &Path, arguments: &[String]) -> io::Result<SmartctlAnswer> {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().current_dir("/");
    let (status, json) = child::run(&mut command, TIMEOUT, OUTPUT_LIMIT_BYTES)?;
    if json.len() > OUTPUT_LIMIT_BYTES {
        return Err(io::Error::other(format!("smartctl said more than {OUTPUT_LIMIT_BYTES} bytes")));
    }
    let exit_status = status.code().ok_or_else(|| io::Error::other("smartctl was killed"))?;
    Ok(SmartctlAnswer { json, exit_status })
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn an_exit_status_is_no_failure_and_endless_output_is_one() {
        let shell = |script: &str| run(Path::new("/bin/sh"), &["-c".to_owned(), script.to_owned()]);
        let answer = shell("printf '{}'; exit 68").unwrap();
        assert_eq!(answer, SmartctlAnswer { exit_status: 68, json: b"{}".to_vec() });
        assert_eq!(SmartctlAnswer::from_bytes(&answer.to_bytes()), Some(answer));
        let endless = shell("while :; do printf '%01000d' 0; done").unwrap_err();
        assert_eq!(endless.to_string(), "smartctl said more than 1048576 bytes");
    }
}
