//! The programs in an image: that they can run in it, and are what they should be.

use std::path::Path;

use super::ImageError;
use super::elf;
use super::processor::Processor;

/// What the scripts and `inittab` run, beside what every busybox has.
const APPLETS: [&str; 12] = [
    "acpid", "dmesg", "init", "ip", "ipcalc", "killall", "modprobe", "pidof", "stty", "udhcpc", "uevent",
    "usleep",
];

/// A static busybox with all that the scripts run.
pub(super) fn check_busybox(path: &Path, processor: Processor) -> Result<(), ImageError> {
    let bytes = check(path, processor)?;
    let applets = absent_applets(&bytes);
    if applets.is_empty() { Ok(()) } else { Err(ImageError::Applets { path: path.to_owned(), applets }) }
}

/// A static agent; answers its version.
pub(super) fn check_agent(path: &Path, processor: Processor) -> Result<String, ImageError> {
    let bytes = check(path, processor)?;
    agent_version(&bytes).ok_or_else(|| ImageError::NoAgent { path: path.to_owned() })
}

fn check(path: &Path, processor: Processor) -> Result<Vec<u8>, ImageError> {
    let bytes = std::fs::read(path).map_err(|source| ImageError::Read { path: path.to_owned(), source })?;
    let fault = |source| ImageError::Program { path: path.to_owned(), source };
    elf::static_program(&bytes, processor).map_err(fault).map(|()| bytes)
}

/// busybox holds the names of its applets in one piece, each with a zero behind it.
fn absent_applets(busybox: &[u8]) -> Vec<&'static str> {
    let names = busybox.split(|byte| *byte == 0).filter(|text| text.len() <= 16);
    let names: std::collections::BTreeSet<&[u8]> = names.collect();
    APPLETS.into_iter().filter(|applet| !names.contains(applet.as_bytes())).collect()
}

/// Every agent holds the name by which it calls at servers, `muster-agent/0.1.0 (`. It is read, not run: it may be for
/// another processor, and a file that somebody named is no reason to run it.
fn agent_version(agent: &[u8]) -> Option<String> {
    const NAME: &[u8] = b"muster-agent/";
    let found = agent.windows(NAME.len()).enumerate().filter(|(_, window)| *window == NAME);
    found.into_iter().find_map(|(at, _)| {
        let text = agent.get(at + NAME.len()..)?;
        let version = text.get(..text.len().min(40))?.split(|b| *b == b' ').next()?;
        let version = std::str::from_utf8(version).ok()?;
        let plain = version.chars().all(|c| c.is_ascii_alphanumeric() || ".-+".contains(c));
        let ended = text.get(version.len()..)?.starts_with(b" (");
        (plain && ended && version.starts_with(|c: char| c.is_ascii_digit())).then(|| version.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_busybox_lacks_is_named() {
        let full: Vec<u8> = APPLETS.iter().flat_map(|name| name.bytes().chain([0])).collect();
        assert!(absent_applets(&[b"BusyBox\0", full.as_slice()].concat()).is_empty());
        assert_eq!(
            absent_applets(
                b"\0acpid\0dmesg\0init\0ip\0ipcalc\0killall\0modprobe\0pidof\0stty\0udhcpc\0usleep\0"
            ),
            ["uevent"]
        );
        assert!(absent_applets(b"\0my uevent\0").contains(&"uevent"));
    }
}
