//! A server that takes everything and notes when: what the agent spends is the agent's own.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use lab::Deadline;

/// No message of an agent is longer.
const MOST_BYTES: u64 = 64 << 20;

/// Listens on loopback as long as this process lives.
pub(super) struct Stub {
    address: SocketAddr,
    calls: Arc<Mutex<Vec<(String, Instant)>>>,
}

impl Stub {
    pub(super) fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("can't listen on loopback")?;
        let address = listener.local_addr()?;
        let calls = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&calls);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let noted = Arc::clone(&noted);
                // A connection ends when the agent ends it.
                std::thread::spawn(move || serve(&stream, &noted));
            }
        });
        Ok(Self { address, calls })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How often that was called.
    pub(super) fn count(&self, call: &str) -> usize {
        lock(&self.calls).iter().filter(|(called, _)| called == call).count()
    }

    /// Waits until that was called so often, and says when it was.
    pub(super) fn wait_for(&self, call: &str, times: usize, patience: Duration) -> anyhow::Result<Instant> {
        let nth = times.saturating_sub(1);
        Deadline::after(patience).wait_for(&format!("{call} number {times}"), || {
            let calls = lock(&self.calls);
            Ok(calls.iter().filter(|(called, _)| called == call).map(|(_, when)| *when).nth(nth))
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: &TcpStream, noted: &Mutex<Vec<(String, Instant)>>) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut stream = stream;
    while let Some((call, length)) = head(&mut reader)? {
        io::copy(&mut (&mut reader).take(length), &mut io::sink())?;
        lock(noted).push((call.clone(), Instant::now()));
        let (status, body) = match call.as_str() {
            "enrol" => (
                "201 Created",
                r#"{"host":"1795257600_k3f9a2c","interval_secs":30,"server_time":1795257600000}"#,
            ),
            "goodbye" => ("204 No Content", ""),
            _ => ("200 OK", r#"{"server_time":1795257600000}"#),
        };
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )?;
    }
    Ok(())
}

/// The last part of the path, and how long the body is; nothing when the connection has ended.
fn head(reader: &mut impl io::BufRead) -> io::Result<Option<(String, u64)>> {
    let mut lines = Vec::new();
    for line in reader.lines() {
        match line? {
            line if line.is_empty() => break,
            line => lines.push(line),
        }
    }
    let Some((request, headers)) = lines.split_first() else { return Ok(None) };
    let path = request.split(' ').nth(1).unwrap_or_default();
    let length = headers.iter().find_map(|header| {
        let (name, value) = header.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    let call = path.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(Some((call, length.unwrap_or(0).min(MOST_BYTES))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_one_message_after_another_on_one_connection() {
        let stub = Stub::start().unwrap();
        let mut stream = TcpStream::connect(stub.address).unwrap();
        for call in ["enrol", "sample", "sample"] {
            write!(stream, "POST /agent/v1/{call} HTTP/1.1\r\ncontent-length: 4\r\n\r\nbody").unwrap();
        }
        stub.wait_for("sample", 2, Duration::from_secs(60)).unwrap();
        assert_eq!(stub.count("enrol"), 1);
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).unwrap();
        assert_eq!(answers.matches("HTTP/1.1 20").count(), 3);
    }
}
