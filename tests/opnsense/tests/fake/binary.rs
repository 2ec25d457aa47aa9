//! The fake as a program of its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use fake_opnsense::User;

fn start(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_fake-opnsense"))
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn it_says_where_it_is_and_who_has_a_key_and_ends_when_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let mut fake = start(&[
        "--listen=127.0.0.1:0",
        "--release=25.7.11",
        "--interface=lan=lo=127.0.0.1/8",
        "--run-dnsmasq",
        "--prefix=true",
        "--line=log-dhcp",
        &format!("--folder={}", path.display()),
    ]);
    let mut lines = BufReader::new(fake.stdout.take().unwrap()).lines().map(Result::unwrap);
    let first = lines.next().unwrap();
    let (url, fingerprint) = first.split_once(' ').unwrap();
    assert!(url.starts_with("https://127.0.0.1:") && fingerprint.len() == 64, "{first}");
    assert_eq!(lines.next().unwrap(), format!("root {}", User::root().credential()));
    let file = std::fs::read_to_string(path.join("dnsmasq.conf")).unwrap();
    assert!(file.contains("interface=lo\n") && file.ends_with("log-dhcp\n"), "{file}");
    assert!(path.join("config.xml").exists());
    let told = Command::new("kill").arg(fake.id().to_string()).status().unwrap();
    assert!(told.success() && fake.wait().unwrap().success());
}

#[test]
fn what_it_does_not_understand_it_says() {
    for (arguments, words) in [
        (&["--release=new"][..], "write it like 26.1.11"),
        (&["--interface=lan"][..], "write it like lan=br0=10.99.0.1/24"),
        (&["--prefix=ip"][..], "--run-dnsmasq"),
        (&["--listen=192.0.2.1:1"][..], "can't have the address 192.0.2.1:1"),
    ] {
        let output = start(arguments).wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(words), "{arguments:?}: {said}");
    }
}
