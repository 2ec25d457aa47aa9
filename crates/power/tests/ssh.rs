//! Logging in at a real SSH server, which takes every command and does none of them.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use lab::{Place, Sshd, Temper};
use power::ssh::{Command, HostKeys, Login, Times, run};
use power::{How, Refusal};
use zeroize::Zeroizing;

/// Short, for the machines that never answer.
const TIMES: Times = Times {
    connect: Duration::from_secs(5),
    step: Duration::from_millis(1500),
    whole: Duration::from_secs(20),
};

fn start(temper: Temper) -> Sshd {
    Sshd::start(&Place::Here, temper).unwrap()
}

fn patient() -> Times {
    Times::default()
}

fn login(server: &Sshd, host_keys: &[String]) -> Login {
    Login {
        at: server.at(),
        user: "root".to_owned(),
        host_keys: HostKeys::read(host_keys),
        private_key: Zeroizing::new(server.private_key().to_owned()),
    }
}

#[test]
fn a_machine_is_told_once_and_what_it_said_is_known() {
    for (temper, command, how, said, lines) in [
        (Temper::Takes, Command::Reboot, How::Accepted, "took `systemctl reboot`", "systemctl reboot\n"),
        (
            Temper::Takes,
            Command::PowerOff,
            How::Accepted,
            "took `systemctl poweroff`",
            "systemctl poweroff\n",
        ),
        (Temper::HasNoSystemd, Command::Reboot, How::Accepted, "took `reboot`", "systemctl reboot\nreboot\n"),
        (Temper::GoesDown, Command::PowerOff, How::Accepted, "cut by its end", "systemctl poweroff\n"),
    ] {
        let server = start(temper);
        let done = run(&login(&server, &[server.host_key().to_owned()]), command, patient()).unwrap();
        assert_eq!(done.how, how, "{done:?}");
        assert!(done.words.contains(said), "{done:?}");
        assert_eq!(server.told().unwrap(), lines);
    }
}

#[test]
fn one_that_takes_it_and_says_nothing_is_not_waited_for() {
    let server = start(Temper::Hangs);
    let done = run(&login(&server, &[server.host_key().to_owned()]), Command::Reboot, TIMES).unwrap();
    assert_eq!(done.how, How::Sent, "{done:?}");
    assert!(done.words.contains("did not answer"), "{done:?}");
}

#[test]
fn a_command_that_fails_is_told_in_its_own_words_on_one_line() {
    let server = start(Temper::Refuses);
    let Refusal(words) =
        run(&login(&server, &[server.host_key().to_owned()]), Command::Reboot, patient()).unwrap_err();
    assert!(words.ends_with("ended with status 1: not today, says init"), "{words:?}");
}

#[test]
fn another_key_than_the_agent_told_is_told_nothing() {
    let server = start(Temper::Takes);
    let other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFwZkx4bgWvJpRBlqRdSkPRdBxoUUP4PEYxKXMmrV/fC".to_owned();
    let Refusal(words) = run(&login(&server, &[other]), Command::PowerOff, patient()).unwrap_err();
    assert!(
        words.contains("it has changed, or somebody else answers") && words.contains("SHA256:"),
        "{words}"
    );
    // Of a kind that this server has no key of.
    let rsa = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ==".to_owned();
    let Refusal(words) = run(&login(&server, &[rsa]), Command::PowerOff, patient()).unwrap_err();
    assert!(words.contains("no host key of the kinds that its agent told"), "{words}");
    assert_eq!(server.told().unwrap(), "");
}

#[test]
fn a_key_that_the_machine_does_not_know_opens_nothing_and_is_not_shown() {
    let server = start(Temper::Takes);
    let mut login = login(&server, &[server.host_key().to_owned()]);
    login.private_key = Zeroizing::new(server.another_private_key().unwrap());
    let Refusal(words) = run(&login, Command::Reboot, patient()).unwrap_err();
    assert!(words.contains("root is not let in with our key"), "{words}");
    login.private_key = Zeroizing::new("planted-private-key".to_owned());
    let Refusal(words) = run(&login, Command::Reboot, patient()).unwrap_err();
    assert!(words.contains("not let in") && !words.contains("planted"), "{words}");
    assert!(!format!("{login:?}").contains("planted"));
    assert_eq!(server.told().unwrap(), "");
}

/// Somebody who listens, and says this to whoever comes, and no more.
fn somebody_who_says(words: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let guests: Vec<_> = listener
            .incoming()
            .map_while(Result::ok)
            .map(|mut guest| {
                guest.write_all(words).ok();
                guest
            })
            .collect();
        drop(guests);
    });
    at
}

#[test]
fn whoever_hangs_or_speaks_another_language_is_given_up() {
    let keys =
        ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFwZkx4bgWvJpRBlqRdSkPRdBxoUUP4PEYxKXMmrV/fC".to_owned()];
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (at, said) in [
        (somebody_who_says(b""), "no SSH"),
        (somebody_who_says(b"SSH-2.0-OpenSSH_9.2p1\r\n"), "no SSH"),
        (somebody_who_says(b"SSH-2.0-OpenSSH_9.2p1\r\n\xff\xff\xff\xff\x00\x14\x00\x00"), "no"),
        (somebody_who_says(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"), "no SSH"),
        (closed, "no connection"),
    ] {
        let login = Login {
            at,
            user: "root".to_owned(),
            host_keys: HostKeys::read(&keys),
            private_key: Zeroizing::new(String::new()),
        };
        let Refusal(words) = run(&login, Command::Reboot, TIMES).unwrap_err();
        assert!(words.contains(said), "{words}");
    }
}
