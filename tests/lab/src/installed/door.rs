//! The door to root's shell: a TCP port that takes a script to its end, and answers what it says and how it ends.
//!
//! It must be open to nobody but us, and is: the machine's cable ends in a namespace.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr};
use std::time::Duration;

use anyhow::Context as _;

use crate::{Deadline, Place};

pub(super) const PORT: u16 = 2323;
/// What systemd starts for each who comes.
pub(super) const PROGRAM: &str = "/usr/local/sbin/lab-door";
pub(super) const SCRIPT: &str = "#!/bin/sh
script=$(cat)
exec </dev/null 2>&1
/bin/sh -c \"$script\"
printf '\\nended with %s\\n' $?
";
pub(super) const SOCKET: &str = "[Unit]
Description=The lab's door

[Socket]
ListenStream=2323
Accept=yes

[Install]
WantedBy=sockets.target
";
pub(super) const SERVICE: &str = "[Unit]
Description=The lab's door

[Service]
ExecStart=/usr/local/sbin/lab-door
StandardInput=socket
StandardOutput=socket
StandardError=socket
KillMode=process
";
const ENDED: &str = "\nended with ";
/// No answer that a test asks for is longer.
const MAX_BYTES: u64 = 64 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How a script ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// With which status.
    pub status: i32,
    /// What it said, on both streams.
    pub text: String,
}

pub(super) fn ask(
    place: &Place,
    door: SocketAddr,
    script: &str,
    deadline: Deadline,
) -> anyhow::Result<Answer> {
    let mut stream = place.connect(door, CONNECT_TIMEOUT).context("the machine's door is shut")?;
    // Zero would mean: for ever.
    stream.set_read_timeout(Some(deadline.remaining().max(Duration::from_millis(1))))?;
    stream.write_all(script.as_bytes())?;
    stream.shutdown(Shutdown::Write)?;
    let mut said = Vec::new();
    let read = stream.take(MAX_BYTES).read_to_end(&mut said);
    let text = String::from_utf8_lossy(&said);
    read.map_err(anyhow::Error::from)
        .and_then(|_| parse(&text))
        .with_context(|| format!("{script:?} did not come to its end; it said:\n{text}"))
}

fn parse(said: &str) -> anyhow::Result<Answer> {
    let (text, status) = said.rsplit_once(ENDED).context("the answer has no end")?;
    let status = status.trim().parse().context("the answer has no status")?;
    Ok(Answer { status, text: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_with_its_status() {
        let parsed = parse("one\nended with 7\n\nended with 3\n").unwrap();
        assert_eq!(parsed, Answer { status: 3, text: "one\nended with 7\n".into() });
        assert_eq!(parse("\nended with 0\n").unwrap().text, "");
        parse("cut").unwrap_err();
        parse("one\nended with ").unwrap_err();
    }

    #[test]
    fn what_systemd_is_told_agrees() {
        assert!(SOCKET.contains(&format!("ListenStream={PORT}\n")));
        assert!(SERVICE.contains(&format!("ExecStart={PROGRAM}\n")));
    }
}
