//! Two network namespaces with a cable between them, removed at the end.

use std::fs::File;
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::process::Command;
use std::thread::{self, JoinHandle};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// A cable from `eth0` of the one to `port7` of the other.
pub(crate) struct Cable {
    machine: String,
    switch: String,
}

impl Cable {
    /// Lays one, both ends up. Panics with what is missing where that can't be done.
    pub(crate) fn lay(name: &str) -> Self {
        assert!(
            rustix::process::geteuid().is_root(),
            "a network namespace needs root: run this test as root"
        );
        let id = std::process::id();
        let cable = Self { machine: format!("{name}-{id}-machine"), switch: format!("{name}-{id}-switch") };
        for namespace in [&cable.machine, &cable.switch] {
            ip(&["netns", "add", namespace]);
        }
        let machine = ["-n", &cable.machine, "link", "add", "eth0", "type", "veth"];
        ip(&[&machine[..], &["peer", "name", "port7", "netns", &cable.switch]].concat());
        cable.configure(&["link", "set", "eth0", "up"]);
        ip(&["-n", &cable.switch, "link", "set", "port7", "up"]);
        cable
    }

    /// `ip` with these arguments, at the machine's end.
    pub(crate) fn configure(&self, arguments: &[&str]) {
        ip(&[&["-n", &self.machine], arguments].concat());
    }

    /// A command that will run at the machine's end, in a mount namespace of its own.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.machine, program]);
        command
    }

    /// Runs `work` in a thread at the switch's end.
    pub(crate) fn at_switch<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        let namespace = File::open(PathBuf::from("/run/netns").join(&self.switch)).unwrap();
        thread::spawn(move || {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            work()
        })
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        for namespace in [&self.machine, &self.switch] {
            let _ = Command::new("ip").args(["netns", "delete", namespace]).output();
        }
    }
}

fn ip(arguments: &[&str]) {
    let output = Command::new("ip").args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("`ip` of iproute2 is needed: {error}"));
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "ip {}: {words}", arguments.join(" "));
}
