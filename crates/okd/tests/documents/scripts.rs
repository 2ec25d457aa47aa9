//! The scripts, before bash's own reader and `shellcheck` (Debian's package of that name).

use std::process::Command;

use crate::document::content;
use crate::given::Given;

/// What is meant so: the list of consoles is split into words (SC2013).
const EXPECTED: &str = "SC2013";

#[test]
fn the_scripts_are_sound_bash() {
    let given = Given::usual();
    let (live, node) = (given.live(), given.node());
    for (document, name) in [
        (&live, "muster-guard"),
        (&live, "muster-report"),
        (&live, "muster-ended"),
        (&live, "muster-unguarded"),
        (&live, "muster-consoles"),
        (&node, "muster-first-boot"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(name);
        std::fs::write(&file, content(document, &format!("/usr/local/bin/{name}"))).unwrap();
        for program in [&["bash", "-n"][..], &["shellcheck", "--shell=bash", "--exclude", EXPECTED]] {
            let output = Command::new(program[0]).args(&program[1..]).arg(&file).output();
            let output = output.unwrap_or_else(|error| panic!("{program:?}: {error}: is it installed?"));
            let said = [output.stdout, output.stderr].concat();
            assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&said));
        }
    }
}

/// Whatever becomes of these scripts: none of them knows a word by which a disk is written.
#[test]
fn no_script_can_write_a_disk() {
    let given = Given::usual();
    let live = given.live();
    for name in ["muster-guard", "muster-report", "muster-ended", "muster-unguarded", "muster-consoles"] {
        let script = content(&live, &format!("/usr/local/bin/{name}"));
        for word in [
            "mkfs",
            "sgdisk",
            "sfdisk",
            "parted",
            "blkdiscard",
            "mdadm",
            "pvremove",
            "of=",
            "--all",
            "--force",
        ] {
            assert!(!script.contains(word), "{name}: {word}");
        }
        assert_eq!(script.matches("wipefs -").count(), script.matches("wipefs --no-act ").count(), "{name}");
    }
}
