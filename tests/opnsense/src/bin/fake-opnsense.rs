//! A fake OPNsense on its own, such as inside of a network namespace: until it is ended.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

use fake_opnsense::{FakeOpnSense, Interface, Options, Release, Runner, User};
use tokio::signal::unix::{SignalKind, signal};

/// A fake OPNsense: its API over HTTPS, its models, its history, and a real dnsmasq.
#[derive(Parser)]
struct Arguments {
    /// Where it listens.
    #[arg(long, default_value = "127.0.0.1:8443")]
    listen: SocketAddr,
    /// Which OPNsense it is.
    #[arg(long, default_value = "26.1.11")]
    release: Release,
    /// Where it keeps its state and the files that it writes.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// By HTTP without TLS.
    #[arg(long)]
    plain: bool,
    /// Without the plugin os-haproxy.
    #[arg(long)]
    no_haproxy: bool,
    /// Its interfaces instead of the usual ones: KEY=DEVICE=ADDRESS/LENGTH, as in lan=br0=10.99.0.1/24.
    #[arg(long = "interface", value_parser = interface)]
    interfaces: Vec<Interface>,
    /// Runs dnsmasq instead of asking it only whether it would take its file.
    #[arg(long)]
    run_dnsmasq: bool,
    /// A word before dnsmasq's name, once for each: ip, netns, exec, NAME.
    #[arg(long, requires = "run_dnsmasq", allow_hyphen_values = true)]
    prefix: Vec<String>,
    /// A further line for dnsmasq's file, once for each.
    #[arg(long, requires = "run_dnsmasq")]
    line: Vec<String>,
}

fn interface(text: &str) -> Result<Interface, String> {
    let mut parts = text.split('=');
    let (Some(key), Some(device), Some(address), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("write it like lan=br0=10.99.0.1/24".to_owned());
    };
    Ok(Interface {
        key: key.to_owned(),
        label: String::new(),
        device: device.to_owned(),
        address: address.to_owned(),
        up: true,
    })
}

fn main() -> Result<(), String> {
    let arguments = Arguments::parse();
    let mut options = Options::new(arguments.release);
    options.listen = arguments.listen;
    options.folder = arguments.folder;
    options.tls = !arguments.plain;
    options.haproxy = !arguments.no_haproxy;
    if !arguments.interfaces.is_empty() {
        options.site.interfaces = arguments.interfaces;
    }
    if arguments.run_dnsmasq {
        options.dnsmasq = Runner::Really { prefix: arguments.prefix, lines: arguments.line };
    }
    if let Some(folder) = &options.folder {
        std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let fake = FakeOpnSense::try_start(options)?;
    // dnsmasq ends with the fake, and the fake only where it is asked to: from its first word on.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let asked = runtime.and_then(|runtime| {
        runtime.block_on(async {
            let (mut terminate, mut interrupt) =
                (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
            println!("{} {}", fake.url(), fake.fingerprint());
            for user in [User::root(), User::muster(), User::read_only()] {
                println!("{} {}:{}", user.name, user.key, user.secret);
            }
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            Ok::<(), std::io::Error>(())
        })
    });
    drop(fake);
    asked.map_err(|error| format!("can't wait for a signal: {error}"))
}
