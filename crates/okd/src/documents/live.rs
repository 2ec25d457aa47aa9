//! The document of the live system that installs: who looks at the disk before, and who says how far it is.

use boot::SshPublicKey;
use boot::ignition::document::{
    EVERYBODY, PROGRAM, above_the_prompt, assembles_nothing, document, drop_in, operator, unit, written,
};
use boot::links::Links;
use boot::tickets::Token;

use super::{home, script};
use crate::arming::Arming;
use crate::disk::Target;

/// Whether the disk is the one that was agreed to.
const GUARD: &str = script!("say.sh", "okd/words.sh", "okd/guard.sh");
/// How far it is.
const REPORT: &str = script!("say.sh", "okd/words.sh", "okd/send.sh", "okd/report.sh");
/// That the guard of the disk came to no end.
const UNGUARDED: &str = script!("okd/words.sh", "okd/unguarded.sh");
/// Where the installed system speaks.
const CONSOLES: &str = script!("okd/consoles.sh");
/// How it ended.
const ENDED: &str = script!("say.sh", "okd/words.sh", "okd/ended.sh");

/// What goes into the live system's document.
#[derive(Debug, Clone, Copy)]
pub struct LiveBriefing<'a> {
    /// What is installed, where.
    pub arming: &'a Arming,
    /// Where the server is.
    pub links: &'a Links,
    /// By what the machine says how far it is.
    pub progress: &'a Token,
    /// The key by which an operator may log in, to see why it fails.
    pub ssh_key: &'a SshPublicKey,
}

/// The document. It holds no secret of the cluster, and may be given out again.
#[must_use]
pub fn live(briefing: &LiveBriefing<'_>) -> String {
    let LiveBriefing { arming, links, progress, ssh_key } = briefing;
    let becomes = format!("this machine is installed as {}; the server is {}", arming.words(), links.server);
    let mut files = vec![
        written("/usr/local/bin/muster-guard", PROGRAM, GUARD),
        written("/usr/local/bin/muster-unguarded", PROGRAM, UNGUARDED),
        written("/usr/local/bin/muster-consoles", PROGRAM, CONSOLES),
        written("/usr/local/bin/muster-report", PROGRAM, REPORT),
        written("/usr/local/bin/muster-ended", PROGRAM, ENDED),
        written("/etc/muster-install/disk", EVERYBODY, &agreed(&arming.target)),
        home(links, progress),
        above_the_prompt(&becomes),
    ];
    files.extend(assembles_nothing());
    let units = [
        unit("muster-guard.service", include_str!("../../../../kickstart/okd/muster-guard.service")),
        unit("muster-report.service", include_str!("../../../../kickstart/okd/muster-report.service")),
        drop_in(
            "coreos-installer.service",
            "40-muster.conf",
            include_str!("../../../../kickstart/okd/installer.conf"),
        ),
    ];
    format!("{:#}\n", document(&[operator(ssh_key)], &files, &units))
}

/// The disk that was agreed to, a line for each thing that is known of it. A disk says what it wants: no line ends within.
fn agreed(target: &Target) -> String {
    let Target { by_id, serial, wwn, size_bytes, carries, model: _ } = target;
    let size_bytes = size_bytes.to_string();
    let known = [
        ("by-id", Some(by_id)),
        ("serial", serial.as_ref()),
        ("wwn", wwn.as_ref()),
        ("size-bytes", Some(&size_bytes)),
    ];
    let known = known.into_iter().filter_map(|(key, value)| Some((key, value?)));
    let lines = known.chain(carries.iter().map(|kind| ("carries", kind)));
    lines.map(|(key, value)| format!("{key}={}\n", value.replace(char::is_control, " "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_disk_calls_itself_brings_no_line() {
        let target = Target {
            by_id: "nvme-X".to_owned(),
            serial: Some("S1\ncarries=ext4\r".to_owned()),
            wwn: None,
            size_bytes: 512,
            model: None,
            carries: vec!["LVM2_member".to_owned()],
        };
        assert_eq!(
            agreed(&target),
            "by-id=nvme-X\nserial=S1 carries=ext4 \nsize-bytes=512\ncarries=LVM2_member\n"
        );
    }
}
