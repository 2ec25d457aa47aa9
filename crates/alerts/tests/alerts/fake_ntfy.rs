//! A server that speaks as ntfy does, or fails as it is told.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What it does with a message.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// Refuses, with this status and this header line.
    Status(u16, &'static str),
    /// Answers 200 with something that is not ntfy's.
    Gibberish,
    /// Never answers.
    Hang,
    /// Takes the message, and hangs up without a word.
    TakeAndBreak,
    /// Sends elsewhere.
    Redirect(String),
}

/// A message as it arrived.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Received {
    pub(crate) topic: String,
    pub(crate) title: String,
    pub(crate) message: String,
    pub(crate) priority: u8,
    pub(crate) tags: Vec<String>,
    pub(crate) click: String,
    pub(crate) sequence_id: String,
    #[serde(default)]
    pub(crate) actions: serde_json::Value,
    #[serde(skip)]
    pub(crate) authorization: Option<String>,
}

#[derive(Default)]
struct State {
    faults: VecDeque<Fault>,
    /// What it does when no fault is left.
    broken: Option<Fault>,
    knocks: usize,
    taken: Vec<Received>,
}

pub(crate) struct FakeNtfy {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl FakeNtfy {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(answer(stream, Arc::clone(&shared)));
            }
        });
        Self { url, state, task }
    }

    /// Does this with the next messages, one each.
    pub(crate) fn next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state.lock().unwrap().faults.extend(faults);
    }

    /// Does this with every message from now on, or works.
    pub(crate) fn stay(&self, fault: impl Into<Option<Fault>>) {
        self.state.lock().unwrap().broken = fault.into();
    }

    /// Requests so far, refused ones too.
    pub(crate) fn knocks(&self) -> usize {
        self.state.lock().unwrap().knocks
    }

    /// What it took, in order.
    pub(crate) fn taken(&self) -> Vec<Received> {
        self.state.lock().unwrap().taken.clone()
    }

    pub(crate) fn titles(&self) -> Vec<String> {
        self.taken().into_iter().map(|message| message.title).collect()
    }

    /// What a phone shows: of each sequence the last.
    pub(crate) fn phone(&self) -> Vec<Received> {
        let latest: BTreeMap<String, Received> =
            self.taken().into_iter().map(|message| (message.sequence_id.clone(), message)).collect();
        latest.into_values().collect()
    }
}

impl Drop for FakeNtfy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let Some(received) = read(&mut stream).await else { return };
    let fault = {
        let mut state = state.lock().unwrap();
        state.knocks += 1;
        let fault = state.faults.pop_front().or_else(|| state.broken.clone());
        if matches!(fault, None | Some(Fault::TakeAndBreak)) {
            state.taken.push(received);
        }
        fault
    };
    let (status, header, body) = match fault {
        None => {
            (200, String::new(), r#"{"id":"nFS3knfcQ1xe","time":1,"event":"message","topic":"t"}"#.to_owned())
        }
        Some(Fault::Status(status, header)) => {
            let body = format!(r#"{{"code":{status}01,"http":{status},"error":"told to","link":"x"}}"#);
            (status, header.to_owned(), body)
        }
        Some(Fault::Gibberish) => (200, String::new(), "<html>welcome</html>".to_owned()),
        Some(Fault::Redirect(to)) => (307, format!("Location: {to}\r\n"), String::new()),
        Some(Fault::TakeAndBreak) => return,
        Some(Fault::Hang) => return std::future::pending().await,
    };
    let head =
        format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n{header}\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).await.ok();
    stream.shutdown().await.ok();
}

/// Reads one request; nothing when it is none.
async fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let head = loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let header = |name: &str| {
        text.lines().find_map(|line| line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)))
    };
    let length: usize = header("content-length")?.1.parse().unwrap();
    while bytes.len() < head + length {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "a request that breaks off");
    }
    assert!(text.starts_with("POST / HTTP/1.1"), "{text}");
    let mut received: Received = serde_json::from_slice(&bytes[head..]).unwrap();
    received.authorization = header("authorization").map(|(_, value)| value.to_owned());
    Some(received)
}
