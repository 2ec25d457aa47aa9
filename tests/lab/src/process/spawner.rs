//! The one thread that starts children.
//!
//! The kernel takes a child's *parent* to be the thread that started it: were a short-lived thread to start one, the child
//! would be killed when that thread ends. So one thread, which lives as long as the process, starts them all.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Sender};
use std::sync::{Mutex, OnceLock, PoisonError};

type Order = (Command, Sender<io::Result<Child>>);

static ORDERS: OnceLock<Mutex<Sender<Order>>> = OnceLock::new();

/// Starts `command` in a group of its own, its output in pipes, to die with us.
pub(super) fn spawn(command: &Command, has_input: bool) -> io::Result<Child> {
    let mut guarded = Command::new("setpriv");
    // `su` without a dash leaves the system's own programs (dnsmasq, ip) out of the path.
    guarded.env("PATH", format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default()));
    guarded.args(["--pdeathsig", "KILL", "--"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => guarded.env(name, value),
            None => guarded.env_remove(name),
        };
    }
    if let Some(dir) = command.get_current_dir() {
        guarded.current_dir(dir);
    }
    guarded.process_group(0).stdin(if has_input { Stdio::piped() } else { Stdio::null() });
    guarded.stdout(Stdio::piped()).stderr(Stdio::piped());
    let (answer, answered) = mpsc::channel();
    let gone = |_| io::Error::other("the thread that starts processes is gone");
    orders().send((guarded, answer)).map_err(|_| gone(mpsc::RecvError))?;
    answered.recv().map_err(gone)?
}

fn orders() -> Sender<Order> {
    let sender = ORDERS.get_or_init(|| {
        let (sender, orders) = mpsc::channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, answer) in orders {
                // Whoever asked may have panicked meanwhile; then the child is dropped unwatched, and dies with us.
                let _ = answer.send(command.spawn());
            }
        });
        Mutex::new(sender)
    });
    sender.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
