//! Namespaces, the door into them, and the real ntfy inside.

#![expect(clippy::unwrap_used, reason = "in a test it is the way to fail")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use lab::{Deadline, Forward, Namespace, Ntfy, Place, Process, packages};

fn namespace() -> Namespace {
    packages::require(packages::LAB).unwrap();
    Namespace::new().unwrap()
}

fn file_of(name: &str) -> PathBuf {
    PathBuf::from("/run/netns").join(name)
}

#[test]
fn it_is_a_network_of_its_own_and_gone_afterwards() {
    let namespace = namespace();
    let file = file_of(namespace.name());
    assert!(file.exists());
    let clone = namespace.clone();
    drop(namespace);
    assert!(file.exists(), "a clone is the same namespace, and still used");
    let listed =
        Process::run("ip", clone.command("ip").args(["-br", "link"]), Deadline::seconds(20)).unwrap();
    assert!(listed.contains("br0") && !listed.contains("eth0"), "{listed}");
    assert_eq!(clone.add_tap().unwrap(), "tap0");
    assert_eq!(clone.add_tap().unwrap(), "tap1");
    drop(clone);
    assert!(!file.exists());
}

#[test]
fn a_panic_removes_it_with_all_that_runs_inside() {
    let namespace = namespace();
    let file = file_of(namespace.name());
    let stray = namespace.command("sleep").arg("1000").spawn().unwrap();
    let panicked = std::thread::spawn(move || {
        let _namespace = namespace;
        panic!("on purpose");
    });
    assert!(panicked.join().is_err());
    assert!(!file.exists());
    let mut stray = stray;
    assert!(!stray.wait().unwrap().success(), "it was killed");
}

#[test]
fn what_a_dead_run_left_is_swept_and_what_lives_is_not() {
    packages::require(packages::LAB).unwrap();
    let orphan = format!("muster-1-{}-{}", u64::MAX, std::process::id());
    let mut add = Command::new("ip");
    add.args(["netns", "add", &orphan]);
    Process::run("ip netns add", &add, Deadline::seconds(20)).unwrap();
    let first = namespace();
    let second = namespace();
    assert!(!file_of(&orphan).exists());
    assert!(file_of(first.name()).exists() && file_of(second.name()).exists());
}

#[test]
fn sockets_are_made_inside() {
    let namespace = namespace();
    let here: SocketAddr = (namespace.address(), 0).into();
    assert!(TcpListener::bind(here).is_err(), "the bridge's address is not one of this box");
    let place = Place::from(&namespace);
    assert!(place.free_port(namespace.address()).unwrap() > 0);
    let listener = namespace.enter(|| TcpListener::bind(here)).unwrap().unwrap();
    let target = listener.local_addr().unwrap();
    assert!(Place::Here.connect(target, Duration::from_millis(200)).is_err());
    place.connect(target, Duration::from_secs(5)).unwrap();
}

#[test]
fn a_door_from_outside_carries_both_ways_until_it_is_closed() {
    let namespace = namespace();
    let listener = namespace.enter(|| TcpListener::bind((Namespace::ADDRESS, 0))).unwrap().unwrap();
    let target = listener.local_addr().unwrap();
    let echo = std::thread::spawn(move || {
        for _ in 0..2 {
            let (stream, _) = listener.accept().unwrap();
            // The door may be shut in the middle of it: then there is nobody to tell.
            std::thread::spawn(move || std::io::copy(&mut &stream, &mut &stream));
        }
    });
    let door = Forward::start("127.0.0.1:0".parse().unwrap(), &namespace, target).unwrap();
    let said = "x".repeat(300_000);
    let mut stream = TcpStream::connect(door.address()).unwrap();
    let mut speaker = stream.try_clone().unwrap();
    let text = said.clone();
    std::thread::spawn(move || {
        speaker.write_all(text.as_bytes()).unwrap();
        speaker.shutdown(std::net::Shutdown::Write).unwrap();
    });
    let mut heard = String::new();
    stream.read_to_string(&mut heard).unwrap();
    assert_eq!(heard.len(), said.len());

    let mut held = TcpStream::connect(door.address()).unwrap();
    held.write_all(b"y").unwrap();
    held.read_exact(&mut [0]).unwrap();
    let address = door.address();
    drop(door);
    // Whatever was still open ends: with its end, or with a reset.
    let _ = held.read_to_end(&mut Vec::new());
    assert!(TcpStream::connect(address).is_err());
    echo.join().unwrap();
}

#[test]
fn a_door_to_nobody_closes_what_knocks() {
    let namespace = namespace();
    let nobody = SocketAddr::from((Namespace::ADDRESS, 9));
    let door = Forward::start("127.0.0.1:0".parse().unwrap(), &namespace, nobody).unwrap();
    let mut stream = TcpStream::connect(door.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
}

#[test]
fn ntfy_takes_from_the_publisher_gives_to_the_reader_and_shuts_out_strangers() {
    let namespace = namespace();
    let ntfy = Ntfy::start(&namespace, namespace.address()).unwrap();
    let place = Place::from(&namespace);
    let publish = |token: &str, body: &str| {
        let authorization = format!("Bearer {token}");
        place.http("POST", ntfy.address(), "/", &[("Authorization", &authorization)], body).unwrap().status
    };
    let fired = r#"{"topic":"lab","title":"fired","message":"M","priority":5,"tags":["rotating_light"],"sequence_id":"s1"}"#;
    let resolved = r#"{"topic":"lab","title":"resolved","message":"M","sequence_id":"s1"}"#;
    assert_eq!(publish(ntfy.publisher_token(), fired), 200);
    assert_eq!(publish(ntfy.publisher_token(), resolved), 200);
    assert_eq!(publish(ntfy.reader_token(), fired), 403);
    assert_eq!(publish("tk_nobody", fired), 401);
    assert_eq!(place.http("GET", ntfy.address(), "/lab/json?poll=1", &[], "").unwrap().status, 403);

    let message =
        ntfy.wait_for_message("lab", |message| message.title == "resolved", Deadline::seconds(20)).unwrap();
    assert_eq!(message.sequence_id.as_deref(), Some("s1"));
    let all = ntfy.poll("lab").unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!((all[0].priority, all[1].priority), (5, 3));

    let error =
        ntfy.wait_for_message("lab", |message| message.title == "never", Deadline::seconds(0)).unwrap_err();
    assert!(format!("{error:#}").contains("\"fired\""), "{error:#}");
}
