//! The installed system's word that it booted from its disk.

use crate::given::Given;
use crate::listener::{Answer, Listener};
use crate::machine::Machine;

const PROGRAM: &str = "/usr/local/bin/muster-first-boot";
const HOME: &str = "/etc/muster-install/home.curl";

#[test]
fn it_is_said_until_it_is_heard_and_then_never_again() {
    for last in [204, 403] {
        let listener = Listener::start(&[Answer::HangUp, Answer::Status(502), Answer::Status(last)]);
        let given = Given::new(&listener.url, [0; 32]);
        let machine = Machine::new("/dev/sda");
        machine.tool("uname", "echo 5.14");
        machine.install(&given.node(), HOME);
        let ended = machine.run(&given.node(), PROGRAM);
        assert_eq!(ended.code, Some(0), "{}", ended.said);
        let word = format!(
            "POST /boot/progress/{} step=first-boot&failed=0&words=kernel 5.14\n",
            given.progress.reveal()
        );
        assert_eq!(listener.heard(3), vec![word; 3]);
        // Its unit starts only where this lies.
        assert!(!machine.path(HOME.trim_start_matches('/')).exists());
    }
}
