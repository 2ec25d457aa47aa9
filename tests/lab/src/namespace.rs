//! A network of its own, with a bridge that machines are plugged into.

mod neighbour;
mod sweep;

use std::fs::File;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::AsFd as _;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context as _, bail};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::cache;
use crate::run_name::RunName;
use crate::{Deadline, Process};

const FOLDER: &str = "/run/netns";

/// A network namespace with `lo` and a bridge `br0`. Clones are the same namespace; the last one dropped removes it, with
/// whatever still runs inside.
#[derive(Debug, Clone)]
pub struct Namespace(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: String,
    file: File,
    taps: AtomicU16,
}

impl Namespace {
    /// Its own address on the bridge: gateway, DHCP, DNS and Muster of the machines.
    pub const ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 1);

    /// Makes one, and first removes those that dead runs left.
    ///
    /// # Errors
    /// When it can't be made, mostly for want of rights.
    pub fn new() -> anyhow::Result<Self> {
        let namespace = Self::bare()?;
        namespace.furnish()?;
        Ok(namespace)
    }

    /// One with nothing in it but an `lo` that is down.
    fn bare() -> anyhow::Result<Self> {
        Self::check_rights()?;
        // `ip netns` mounts its folder at the first use, and two who do it at once get in each other's way.
        let _alone = cache::lock("namespace")?;
        sweep::remove_orphans();
        let name = RunName::next()?.to_string();
        ip(&["netns", "add", &name])?;
        let path = format!("{FOLDER}/{name}");
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) => {
                sweep::remove(&name);
                return Err(error).with_context(|| format!("can't open {path}"));
            }
        };
        Ok(Self(Arc::new(Inner { name, file, taps: AtomicU16::new(0) })))
    }

    /// Whether [`Namespace::new`] may succeed: for those who have long work to do before.
    ///
    /// # Errors
    /// When we are not root.
    pub fn check_rights() -> anyhow::Result<()> {
        if !rustix::process::geteuid().is_root() {
            bail!("a network namespace needs root: run this as root, or with sudo");
        }
        Ok(())
    }

    /// Its name, as in `ip netns exec NAME`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// A command that will run inside. (`ip netns exec` becomes the program, it does not stay as its parent.)
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", self.name(), program]);
        command
    }

    /// Runs `work` in a thread inside. A socket made there stays there, whoever uses it afterwards.
    ///
    /// # Errors
    /// When the thread can't get inside.
    pub fn enter<T: Send>(&self, work: impl FnOnce() -> T + Send) -> io::Result<T> {
        std::thread::scope(|scope| {
            let inside = scope.spawn(|| {
                move_into_link_name_space(self.0.file.as_fd(), Some(LinkNameSpaceType::Network))?;
                Ok(work())
            });
            inside.join().map_err(|_| io::Error::other("the thread inside the namespace panicked"))?
        })
    }

    /// A new network plug on the bridge, for one machine.
    ///
    /// # Errors
    /// When the kernel won't make it.
    pub fn add_tap(&self) -> anyhow::Result<String> {
        let tap = format!("tap{}", self.0.taps.fetch_add(1, Ordering::Relaxed));
        self.ip(&["tuntap", "add", &tap, "mode", "tap"])?;
        self.ip(&["link", "set", &tap, "master", "br0", "up"])?;
        Ok(tap)
    }

    /// The address of the bridge, for those who bind.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        IpAddr::V4(Self::ADDRESS)
    }

    fn furnish(&self) -> anyhow::Result<()> {
        self.ip(&["link", "set", "lo", "up"])?;
        // A bridge listens before it forwards, 15 s by default even without spanning tree: DHCP would be lost in it.
        self.ip(&["link", "add", "br0", "type", "bridge", "stp_state", "0", "forward_delay", "0"])?;
        self.ip(&["address", "add", &format!("{}/24", Self::ADDRESS), "dev", "br0"])?;
        self.ip(&["address", "add", "fd99::1/64", "dev", "br0", "nodad"])?;
        self.ip(&["link", "set", "br0", "up"])
    }

    /// Runs `ip` on what is inside.
    ///
    /// # Errors
    /// It refuses; the error holds its words.
    pub fn ip(&self, arguments: &[&str]) -> anyhow::Result<()> {
        ip(&[&["-n", self.name()], arguments].concat())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        sweep::remove(&self.name);
    }
}

fn ip(arguments: &[&str]) -> anyhow::Result<()> {
    let mut command = Command::new("ip");
    command.args(arguments);
    Process::run(&format!("ip {}", arguments.join(" ")), &command, Deadline::seconds(30)).map(drop)
}
