//! The few lines of HTTP that the lab needs, over a socket made in the right place. It speaks 1.0, so that every answer
//! ends with its connection.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::Place;

/// No answer that the lab asks for is longer; a longer one is cut, and then refused.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
const TIMEOUT: Duration = Duration::from_secs(10);

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: String,
}

impl Place {
    /// Asks an HTTP server by its address. `method` may be any; `path` has its query with it.
    ///
    /// # Errors
    /// When it does not answer within ten seconds, or with something that is no HTTP.
    pub fn http(
        &self,
        method: &str,
        address: SocketAddr,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> anyhow::Result<Response> {
        let asked = || format!("{method} http://{address}{path}");
        let mut stream = self.connect(address, TIMEOUT).with_context(asked)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        stream.write_all(request(method, address, path, headers, body).as_bytes()).with_context(asked)?;
        let mut answer = Vec::new();
        stream.take(MAX_BYTES).read_to_end(&mut answer).with_context(asked)?;
        parse(&answer).with_context(asked)
    }
}

fn request(method: &str, host: SocketAddr, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut text = format!("{method} {path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text + "\r\n" + body
}

fn parse(answer: &[u8]) -> anyhow::Result<Response> {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").context("the answer has no end of its head")?;
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok());
    let status = status.context("the answer has no status")?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    if let Some(length) = length
        && length > body.len()
    {
        bail!("the answer was cut: {} of {length} bytes came", body.len());
    }
    Ok(Response { status, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_how_long_it_is() {
        let text = request("POST", "1.2.3.4:80".parse().unwrap(), "/t?x=1", &[("A", "b")], "body");
        assert_eq!(text, "POST /t?x=1 HTTP/1.0\r\nHost: 1.2.3.4:80\r\nContent-Length: 4\r\nA: b\r\n\r\nbody");
    }

    #[test]
    fn an_answer_is_read_with_and_without_a_length() {
        let parsed = parse(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi").unwrap();
        assert_eq!(parsed, Response { status: 200, body: "hi".into() });
        assert_eq!(parse(b"HTTP/1.1 403 Forbidden\r\n\r\n").unwrap().status, 403);
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for bytes in [&b""[..], b"SSH-2.0-x\r\n\r\n", b"HTTP/1.0 abc\r\n\r\n", b"HTTP/1.0 200 OK\r\n"] {
            parse(bytes).unwrap_err();
        }
        let cut = parse(b"HTTP/1.0 200 OK\r\ncontent-length: 9\r\n\r\nhi").unwrap_err();
        assert_eq!(cut.to_string(), "the answer was cut: 2 of 9 bytes came");
    }
}
