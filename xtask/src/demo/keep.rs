//! `--keep`: the site stays up, and a browser and a phone outside can reach it.

use std::io::{BufRead as _, IsTerminal as _};
use std::net::{IpAddr, SocketAddr};
use std::sync::mpsc;
use std::time::Duration;

use lab::{Forward, Muster, Namespace, interrupt};

use super::TOPIC;
use super::site::Site;
use crate::qr;

/// An address that a phone can be told: one address, not "all".
pub(crate) fn parse_address(text: &str) -> Result<IpAddr, String> {
    let address: IpAddr = text.parse().map_err(|_| format!("{text:?} is no IP address"))?;
    if address.is_unspecified() {
        return Err("name one address of this box: it goes into the link for the phone".to_owned());
    }
    Ok(address)
}

/// Opens the doors, says where they are, and waits.
pub(crate) fn until_enter(site: &Site, expose: IpAddr) -> anyhow::Result<()> {
    let page = door(site, expose, (Namespace::ADDRESS, Muster::TLS_PORT).into())?;
    let ntfy = door(site, expose, site.ntfy.address())?;
    let (name, password) = site.ntfy.reader_login();
    println!("\nThe page:  https://{}/", page.address());
    println!(
        "           (its certificate is its own; the login is the token in {})",
        site.muster.token_file().display()
    );
    println!("A shell:   ip netns exec {} bash", site.namespace.name());
    let link = format!("ntfy://{}/{TOPIC}?secure=false", ntfy.address());
    println!("The phone: {link}");
    println!("           user {name}, password {password}");
    if expose.is_loopback() {
        println!("           (only from this box: --expose ADDR opens both to your network)");
    }
    println!("{}", qr::draw(&link, std::io::stdout().is_terminal())?);
    println!("Enter or Ctrl-C ends it.");
    wait()
}

/// On the port that it has inside, where that is free outside.
fn door(site: &Site, expose: IpAddr, target: SocketAddr) -> anyhow::Result<Forward> {
    Forward::start(SocketAddr::new(expose, target.port()), &site.namespace, target)
        .or_else(|_| Forward::start(SocketAddr::new(expose, 0), &site.namespace, target))
}

fn wait() -> anyhow::Result<()> {
    let (enter, entered) = mpsc::channel();
    std::thread::spawn(move || {
        // An end of file is no Enter: without a terminal only a signal ends it.
        if std::io::stdin().lock().read_line(&mut String::new()).is_ok_and(|read| read > 0) {
            let _ = enter.send(());
        }
        std::thread::park();
    });
    // Here an interrupt is the way to end it, not a failure.
    while !interrupt::requested() && entered.recv_timeout(Duration::from_millis(100)).is_err() {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phone_needs_one_address() {
        assert_eq!(parse_address("192.0.2.7").unwrap(), "192.0.2.7".parse::<IpAddr>().unwrap());
        assert!(parse_address("0.0.0.0").unwrap_err().contains("one address"));
        assert!(parse_address("here").unwrap_err().contains("\"here\""));
    }
}
