use std::net::UdpSocket;
use std::thread;

use super::*;
use crate::chain::chain;

fn look_up(resolv_conf: &std::path::Path, port: u16, name: &str) -> Result<Vec<SocketAddr>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let resolver = SiteResolver { resolv_conf: resolv_conf.to_owned(), port };
    runtime.block_on(resolver.look_up(name.to_owned())).map_err(|error| chain(&error))
}

#[test]
fn without_name_servers_nobody_else_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("resolv.conf");
    let said = look_up(&missing, DNS_PORT, "muster.lan").unwrap_err();
    assert!(said.contains("resolv.conf can't be read, so muster.lan can't be looked up"), "{said}");
    assert!(said.contains("No such file"), "{said}");
    std::fs::write(&missing, "search lan\n").unwrap();
    assert!(look_up(&missing, DNS_PORT, "muster.lan").unwrap_err().contains("names no name server"));
    assert_eq!(look_up(&missing, DNS_PORT, "localhost").unwrap(), ["127.0.0.1:0".parse().unwrap()]);
}

/// A name server that gives every name one address.
#[test]
fn the_name_server_in_resolv_conf_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let resolv_conf = folder.path().join("resolv.conf");
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    std::fs::write(&resolv_conf, "nameserver 127.0.0.1\n").unwrap();
    thread::spawn(move || {
        let mut query = [0_u8; 1500];
        while let Ok((length, from)) = server.recv_from(&mut query) {
            server.send_to(&answer(&query[..length]), from).unwrap();
        }
    });
    assert_eq!(look_up(&resolv_conf, port, "muster.lan.").unwrap(), ["10.9.8.7:0".parse().unwrap()]);
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let resolv_conf = folder.path().join("resolv.conf");
    std::fs::write(&resolv_conf, "nameserver 127.0.0.1\n").unwrap();
    // A port that was just given back: nobody answers there.
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let said = look_up(&resolv_conf, port, "muster.lan.").unwrap_err();
    assert!(said.starts_with("the name server 127.0.0.1 does not answer for muster.lan."), "{said}");
}

/// RFC 1035: the question again, and for type A one answer.
fn answer(query: &[u8]) -> Vec<u8> {
    let name_end = 12 + query[12..].iter().position(|byte| *byte == 0).unwrap() + 1;
    let wants_a = query[name_end..name_end + 2] == [0, 1];
    let mut answer = query[..2].to_vec();
    answer.extend([0x85, 0x80, 0, 1, 0, u8::from(wants_a), 0, 0, 0, 0]);
    answer.extend(&query[12..name_end + 4]);
    if wants_a {
        answer.extend([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 9, 8, 7]);
    }
    answer
}
