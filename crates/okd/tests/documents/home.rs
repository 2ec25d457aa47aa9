//! What the installing system says home, run by bash before a server that may be away.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::given::Given;
use crate::listener::{Answer, Listener};
use crate::machine::Machine;

const REPORT: &str = "/usr/local/bin/muster-report";
const ENDED: &str = "/usr/local/bin/muster-ended";
const HOME: &str = "/etc/muster-install/home.curl";

/// The installer's journal, as `journalctl` shows it: from the beginning, and then for ever.
const JOURNAL: &str =
    "[[ $* == *--sync* ]] && exit 0; cat $M/journal; [[ $* == *--follow* ]] && exec /bin/sleep 600; exit 0";

struct Installing {
    machine: Machine,
    given: Given,
    listener: Listener,
}

/// A script that runs until this is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Installing {
    fn before(answers: &[Answer]) -> Self {
        let listener = Listener::start(answers);
        let given = Given::new(&listener.url, [0; 32]);
        let machine = Machine::new("/dev/sda");
        machine.tool("journalctl", JOURNAL);
        machine.tool("uname", "echo 5.14");
        machine.install(&given.live(), HOME);
        Self { machine, given, listener }
    }

    fn journal(&self, lines: &str) {
        std::fs::write(self.machine.path("journal"), lines).unwrap();
    }

    fn report(&self) -> Running {
        let mut command = self.machine.command(&self.given.live(), REPORT);
        Running(command.stdout(Stdio::null()).spawn().unwrap())
    }

    /// What systemd does when the installer ended so.
    fn end(&mut self, result: &str, status: &str) -> String {
        self.machine.before = format!("export SERVICE_RESULT={result} EXIT_STATUS={status}");
        let ended = self.machine.run(&self.given.live(), ENDED);
        assert_eq!(ended.code, Some(0), "{}", ended.said);
        ended.said
    }

    /// The words that were heard, in their order, without where they were said.
    fn heard(&self, count: usize) -> Vec<String> {
        let post = format!("POST /boot/progress/{} ", self.given.progress.reveal());
        let heard = self.listener.heard(count);
        heard
            .iter()
            .map(|request| request.strip_prefix(&post).unwrap_or_else(|| panic!("{request}")).to_owned())
            .collect()
    }

    fn wait_until(&self, what: &str, holds: impl Fn(&Machine) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !holds(&self.machine) {
            assert!(Instant::now() < deadline, "waited until {what}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

const OK: Answer = Answer::Status(204);

#[test]
fn it_says_that_it_lives_how_much_is_written_and_that_it_is() {
    let mut machine = Installing::before(&[OK]);
    machine.journal("Installing Fedora CoreOS\nRead disk 1.2 GiB/3.4 GiB (35%)\n");
    let _report = machine.report();
    assert_eq!(
        machine.heard(2),
        ["step=live&failed=0&words=kernel 5.14\n", "step=writing&failed=0&percent=35&"]
    );
    machine.end("success", "0");
    assert_eq!(machine.heard(3)[2], "step=written&failed=0&percent=100&");
    assert!(machine.machine.words().is_empty());
}

#[test]
fn words_wait_for_a_server_that_is_away_and_keep_their_order() {
    let away = [Answer::HangUp, Answer::Status(503), Answer::Status(500), Answer::Status(429), OK];
    let machine = Installing::before(&away);
    machine.journal("");
    let words = machine.machine.path("run/muster/words");
    std::fs::create_dir_all(&words).unwrap();
    std::fs::write(words.join("000000000000.50-1-1"), "disk-checked 1 \nno such disk & more\n").unwrap();
    let _report = machine.report();
    let heard = machine.heard(6);
    let checked = "step=disk-checked&failed=1&words=no such disk & more\n";
    assert!(heard[..5].iter().all(|word| word == checked), "{heard:?}");
    assert!(heard[5].starts_with("step=live&"), "{heard:?}");
}

#[test]
fn a_word_that_the_server_never_takes_stops_no_other() {
    let machine = Installing::before(&[Answer::Status(403), OK]);
    machine.journal("Read disk 1 B/2 B (50%)\n");
    let _report = machine.report();
    let heard = machine.heard(2);
    assert!(heard[0].starts_with("step=live&") && heard[1].starts_with("step=writing&"), "{heard:?}");
}

#[test]
fn a_failure_tells_the_last_lines_and_no_ticket() {
    let mut machine = Installing::before(&[OK]);
    let ticket = format!("{}{}", "Ab_-12", "x".repeat(90));
    let noise = (0..40).map(|line| format!("line {line}\n")).collect::<String>();
    machine.journal(&format!(
        "Read disk 1 B/4 B (25%)\n{noise}coreos-installer install --ignition-url http://s/boot/node/{ticket}.ign\nRead disk 2 B/4 B (50%)\n\x1b[31mError: writing disk: No space\n"
    ));
    let _report = machine.report();
    machine
        .wait_until("it knows how much is written", |machine| machine.read("run/muster/percent") == "50\n");
    let said = machine.end("exit-code", "1");
    assert!(said.contains("Muster: the installation failed"), "{said}");
    machine.wait_until("all is said", |machine| machine.words().is_empty());
    let heard = machine.heard(2);
    let failed = heard.iter().find(|word| word.starts_with("step=writing&failed=1&percent=50&")).unwrap();
    for part in ["ended with exit-code (1)\n", "line 39\n", "Error: writing disk", "boot/node/Ab_-12....ign"]
    {
        assert!(failed.contains(part), "{part}: {failed}");
    }
    for part in ["xxx", "line 10\n", "Read disk", "\u{1b}"] {
        assert!(!failed.contains(part), "{part}: {failed}");
    }
}

#[test]
fn an_installer_that_never_had_its_document_failed_before_the_disk() {
    let mut machine = Installing::before(&[OK]);
    machine.journal("Error: fetching: HTTP status client error (403 Forbidden)\n");
    let _report = machine.report();
    // Its first word is said by then.
    machine.heard(1);
    machine.end("exit-code", "1");
    let heard = machine.heard(2);
    assert!(heard[1].starts_with("step=ignition&failed=1&words=the installer ended"), "{heard:?}");
}

#[test]
fn the_restart_does_not_wait_for_ever() {
    // Nobody reports, and nobody would hear it.
    let mut machine = Installing::before(&[Answer::HangUp]);
    machine.journal("");
    let said = machine.end("success", "0");
    assert!(said.contains("the server could not be told how the installation ended"), "{said}");
    assert_eq!(machine.machine.words(), ["written 0 100\n"]);
}
