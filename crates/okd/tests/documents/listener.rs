//! A server that takes words about progress, and writes them down.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What became of a request.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    Status(u16),
    HangUp,
}

pub(crate) struct Listener {
    pub(crate) url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Listener {
    /// Answers each request with the next answer, the last one for ever.
    pub(crate) fn start(answers: &[Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&heard);
        let mut answers = answers.to_vec();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0] };
                log.lock().unwrap().push(request(&stream));
                if let Answer::Status(status) = answer {
                    let head =
                        format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                    stream.write_all(head.as_bytes()).unwrap();
                }
            }
        });
        Self { url, heard }
    }

    /// The requests so far, as `METHOD PATH BODY`, once there are so many.
    pub(crate) fn heard(&self, count: usize) -> Vec<String> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let heard = self.heard.lock().unwrap().clone();
            if heard.len() >= count {
                return heard;
            }
            assert!(Instant::now() < deadline, "waited for {count} words: {heard:#?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn request(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let request = line.rsplit_once(' ').unwrap().0.to_owned();
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line).unwrap();
        match line.trim_end().to_ascii_lowercase().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().unwrap(),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let fields: Vec<String> = body.split(|byte| *byte == b'&').map(decoded).collect();
    format!("{request} {}", fields.join("&"))
}

/// A field of a form.
fn decoded(field: &[u8]) -> String {
    let mut rest = field.iter().copied();
    let mut bytes = Vec::new();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => bytes.extend(hex::decode(rest.by_ref().take(2).collect::<Vec<u8>>()).unwrap()),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap()
}
