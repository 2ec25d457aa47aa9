//! What `install --ignition` prints, before Ignition's own validator.

use std::process::Command;

use lab::{Deadline, Process, Scratch};

#[test]
fn ignition_itself_takes_the_document() {
    let folder = Scratch::new().unwrap();
    let ticket = folder.path().join("ticket");
    std::fs::write(&ticket, "T$1\"x\n").unwrap();
    let mut print = Command::new(muster_tests::agent().unwrap());
    print.args(["install", "--ignition", "--server", "https://10.0.0.2:8443", "--pin", &"ab".repeat(32)]);
    print.arg("--ticket-file").arg(ticket);
    let deadline = Deadline::seconds(60);
    let document = Process::run("muster-agent", &print, deadline).unwrap();
    lab::ignition().unwrap().validate(&document).unwrap();
}
