//! What starts must end: also when its parent is killed, or panics.

#![expect(clippy::unwrap_used, reason = "in a test it is the way to fail")]

use std::process::Command;

use lab::{Deadline, Process};

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

fn is_alive(pid: &str) -> bool {
    // A zombie that nobody has waited for yet is dead enough.
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

fn wait_until_gone(pid: &str) {
    let gone =
        Deadline::seconds(20).wait_for("the end of the process", || Ok((!is_alive(pid)).then_some(())));
    gone.unwrap();
}

#[test]
fn output_and_status_come_back() {
    let said = Process::run("echo", &shell("echo out; echo err >&2"), Deadline::seconds(20)).unwrap();
    assert_eq!(said, "out\n");
    let error =
        Process::run("false", &shell("echo why >&2; exit 3"), Deadline::seconds(20)).unwrap_err().to_string();
    assert!(error.contains("exit status: 3") && error.contains("why"), "{error}");
    let error =
        Process::run("nothing", &Command::new("/no/such/program"), Deadline::seconds(20)).unwrap_err();
    assert!(format!("{error:#}").contains("/no/such/program"), "{error:#}");
}

#[test]
fn a_secret_goes_in_by_standard_input() {
    let said =
        Process::run_with_input("cat", &Command::new("cat"), b"secret", Deadline::seconds(20)).unwrap();
    assert_eq!(said, "secret\n");
}

#[test]
fn a_line_is_waited_for_and_its_absence_is_told_with_the_log() {
    let process = Process::spawn("talker", &shell("echo one; printf 'login: '; exec sleep 1000")).unwrap();
    assert_eq!(process.wait_for_line("one", Deadline::seconds(20)).unwrap(), "one");
    assert_eq!(process.wait_for_line("login", Deadline::seconds(20)).unwrap(), "login: ");
    let error = process.wait_for_line("three", Deadline::seconds(0)).unwrap_err();
    assert!(format!("{error:#}").contains("one"), "{error:#}");
    let ended = Process::spawn("ender", &shell("echo last")).unwrap();
    let error = ended.wait_for_line("never", Deadline::seconds(20)).unwrap_err();
    assert!(format!("{error:#}").contains("ended with exit status: 0 and never said"), "{error:#}");
}

#[test]
fn dropping_ends_the_whole_group_even_one_that_does_not_listen() {
    let process =
        Process::spawn("deaf", &shell("trap '' TERM; sleep 1000 & echo $!; echo $$; wait")).unwrap();
    let own = process.id().to_string();
    process.wait_for_line(&own, Deadline::seconds(20)).unwrap();
    let child = process.log().since(0).0.remove(0);
    assert!(is_alive(&child));
    drop(process);
    wait_until_gone(&own);
    wait_until_gone(&child);
}

#[test]
fn a_panic_ends_it_too() {
    let process = Process::spawn("sleeper", &shell("exec sleep 1000")).unwrap();
    let pid = process.id().to_string();
    let panicked = std::thread::spawn(move || {
        let _process = process;
        panic!("on purpose");
    });
    assert!(panicked.join().is_err());
    wait_until_gone(&pid);
}

#[test]
fn a_child_outlives_the_thread_that_asked_for_it() {
    let started =
        std::thread::spawn(|| Process::spawn("sleeper", &shell("echo up; exec sleep 1000")).unwrap());
    let process = started.join().unwrap();
    process.wait_for_line("up", Deadline::seconds(20)).unwrap();
    assert!(process.exit_status().unwrap().is_none());
}

#[test]
#[ignore = "no test: the parent that the next one starts and kills"]
fn parent_to_be_killed() {
    let process = Process::spawn("grandchild", &shell("echo $$; exec sleep 1000")).unwrap();
    println!("grandchild {}", process.id());
    let _ = process.wait_for_exit(Deadline::seconds(1000));
}

#[test]
fn a_child_dies_with_a_parent_that_is_killed_outright() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "parent_to_be_killed", "--ignored", "--nocapture"]);
    let parent = Process::spawn("parent", &command).unwrap();
    let line = parent.wait_for_line("grandchild ", Deadline::seconds(60)).unwrap();
    let grandchild = line.rsplit_once(' ').unwrap().1.to_owned();
    assert!(is_alive(&grandchild));
    parent.kill();
    wait_until_gone(&grandchild);
}
