//! One login, one command. Blocking, with a deadline for each step: a machine that is about to die answers at any time, or
//! never.

use std::fmt;
use std::io::Read as _;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use ssh2::{ErrorCode, MethodType, Session};
use zeroize::Zeroizing;

use super::command::Command;
use super::host_key::{HostKeys, fingerprint};
use super::{CONNECT, STEP, WHOLE};
use crate::control::{Done, Refusal};

/// Of what a command says, so much is kept.
const SAID_BYTES: u64 = 600;
/// A shell does not know the command.
const NOT_FOUND: i32 = 127;

/// To whom, and as whom.
pub struct Login {
    /// Where.
    pub at: SocketAddr,
    /// Who logs in.
    pub user: String,
    /// Of which the server's own key has to be one.
    pub host_keys: HostKeys,
    /// The private half of the key that the machine knows.
    pub private_key: Zeroizing<String>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login({}@{})", self.user, self.at)
    }
}

/// How long is waited.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// For the connection.
    pub connect: Duration,
    /// For each step of the protocol.
    pub step: Duration,
    /// For all together.
    pub whole: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self { connect: CONNECT, step: STEP, whole: WHOLE }
    }
}

impl Times {
    pub(super) fn whole(&self) -> Duration {
        // The thread's own deadlines come first.
        self.whole + self.step
    }
}

/// What became of a line that a shell was given.
enum Ended {
    With(i32, String),
    CutOff,
    Silent,
}

/// Logs in and says the command.
///
/// # Errors
/// In words: no connection, another key than the agent told, not let in, or the command's own failure.
pub fn run(login: &Login, command: Command, times: Times) -> Result<Done, Refusal> {
    let begun = Instant::now();
    let at = login.at;
    let tcp = TcpStream::connect_timeout(&at, times.connect)
        .map_err(|error| Refusal(format!("no connection to {at}: {error}")))?;
    let broken =
        |what: &str, error: &ssh2::Error| Refusal(format!("{at}: {what}: {}", plain(error.message())));
    let mut session = Session::new().map_err(|error| broken("no session", &error))?;
    session.set_timeout(u32::try_from(times.step.as_millis()).unwrap_or(u32::MAX));
    session
        .method_pref(MethodType::HostKey, &login.host_keys.preference())
        .map_err(|error| broken("the kinds of key that its agent told can't be checked here", &error))?;
    session.set_tcp_stream(tcp);
    session.handshake().map_err(|error| match error.code() {
        // What it has is of none of the kinds that were told.
        ErrorCode::Session(-5 | -8) => Refusal(format!(
            "{at} shows no host key of the kinds that its agent told ({}): its key has changed, or somebody else answers there",
            login.host_keys.preference()
        )),
        _ => broken("no SSH", &error),
    })?;
    let (shown, _) = session.host_key().ok_or_else(|| Refusal(format!("{at} shows no host key")))?;
    if !login.host_keys.holds(shown) {
        return Err(Refusal(format!(
            "the host key of {at} is {}, and its agent told {}: it has changed, or somebody else answers there. Nothing was said to it",
            fingerprint(shown),
            login.host_keys.fingerprints()
        )));
    }
    session
        .userauth_pubkey_memory(&login.user, None, &login.private_key, None)
        .map_err(|error| broken(&format!("{} is not let in with our key", login.user), &error))?;
    for line in command.lines(&login.user) {
        if begun.elapsed() > times.whole {
            return Err(Refusal(format!("{at} took too long")));
        }
        match say(&session, line).map_err(|error| broken("no command can be given", &error))? {
            Ended::With(0, _) => return Ok(Done::accepted(format!("{at} took `{line}`"))),
            Ended::With(NOT_FOUND, _) => {}
            Ended::With(status, said) => {
                return Err(Refusal(format!("`{line}` on {at} ended with status {status}: {said}")));
            }
            Ended::CutOff => {
                return Ok(Done::accepted(format!(
                    "{at} took `{line}`, and the connection was cut by its end"
                )));
            }
            Ended::Silent => return Ok(Done::sent(format!("{at} was told `{line}`, and did not answer"))),
        }
    }
    Err(Refusal(format!("{at} knows none of the commands for it")))
}

fn say(session: &Session, line: &str) -> Result<Ended, ssh2::Error> {
    let mut channel = session.channel_session()?;
    channel.exec(line)?;
    // From here on it may go down at any moment.
    let mut said = Vec::new();
    if let Err(error) = hear_out(&mut channel, &mut said) {
        return Ok(if is_timeout(&error) { Ended::Silent } else { Ended::CutOff });
    }
    // Killed by a signal, or cut off, it has no status: the machine is on its way down.
    let is_killed = channel.exit_signal().is_ok_and(|signal| signal.exit_signal.is_some());
    match channel.exit_status() {
        Ok(status) if !is_killed => Ok(Ended::With(status, plain(&String::from_utf8_lossy(&said)))),
        _ => Ok(Ended::CutOff),
    }
}

fn hear_out(channel: &mut ssh2::Channel, said: &mut Vec<u8>) -> std::io::Result<()> {
    channel.stderr().take(SAID_BYTES).read_to_end(said)?;
    channel.wait_eof()?;
    channel.close()?;
    channel.wait_close()?;
    Ok(())
}

/// Of a step that took too long, or of a connection that did not even break.
fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock)
}

/// What a machine said, fit for a line.
fn plain(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}
