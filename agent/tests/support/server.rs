//! A server that takes everything, unless it was told otherwise, and remembers what it was told.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::agent::DEADLINE;

/// One request, as it came in, and what was answered.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) call: String,
    pub(crate) bearer: Option<String>,
    pub(crate) body: Value,
    pub(crate) status: u16,
}

/// An answer that a test wants in place of the usual one.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<&'static str>,
    pub(crate) body: Value,
}

pub(crate) fn answer(status: u16, body: Value) -> Answer {
    Answer { status, retry_after: None, body }
}

pub(crate) fn busy(retry_after: &'static str) -> Answer {
    Answer {
        retry_after: Some(retry_after),
        ..answer(503, json!({"type": "busy", "title": "Busy", "status": 503}))
    }
}

#[derive(Default)]
struct Memory {
    seen: Mutex<Vec<Seen>>,
    changed: Condvar,
    scripts: Mutex<HashMap<String, VecDeque<Answer>>>,
}

/// The server, until the test ends.
pub(crate) struct Server {
    memory: Arc<Memory>,
    pub(crate) address: SocketAddr,
}

pub(crate) const HOST: &str = "1795257600_k3f9a2c";

impl Server {
    pub(crate) fn start() -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), None)
    }

    /// On this address; with TLS where there is an acceptor.
    pub(crate) fn at(address: SocketAddr, tls: Option<TlsAcceptor>) -> Self {
        let memory = Arc::new(Memory::default());
        let (tell, told) = std::sync::mpsc::channel();
        let remembers = Arc::clone(&memory);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::bind(address).await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    let (memory, tls) = (Arc::clone(&remembers), tls.clone());
                    tokio::spawn(async move {
                        match tls {
                            None => serve(stream, memory).await,
                            Some(tls) => match tls.accept(stream).await {
                                Ok(stream) => serve(stream, memory).await,
                                Err(error) => eprintln!("server: {error}"),
                            },
                        }
                    });
                }
            });
        });
        let address = told.recv().unwrap();
        Self { memory, address }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next calls of this kind (`POST sample`) are answered so.
    pub(crate) fn script(&self, call: &str, answers: impl IntoIterator<Item = Answer>) {
        self.memory.scripts.lock().unwrap().entry(call.to_owned()).or_default().extend(answers);
    }

    /// Waits until what was seen is enough.
    pub(crate) fn until(&self, what: &str, enough: impl Fn(&[Seen]) -> bool) -> Vec<Seen> {
        let seen = self.memory.seen.lock().unwrap();
        let (seen, timeout) =
            self.memory.changed.wait_timeout_while(seen, DEADLINE, |seen| !enough(seen)).unwrap();
        assert!(!timeout.timed_out(), "waited in vain for {what}; saw {:#?}", *seen);
        seen.clone()
    }

    /// Waits for so many calls of this kind, and gives them all.
    pub(crate) fn until_calls(&self, call: &str, count: usize) -> Vec<Seen> {
        let of_kind = |seen: &[Seen]| seen.iter().filter(|it| it.call == call).cloned().collect::<Vec<_>>();
        of_kind(&self.until(call, |seen| of_kind(seen).len() >= count))
    }

    pub(crate) fn calls(&self) -> Vec<String> {
        self.memory.seen.lock().unwrap().iter().map(|it| it.call.clone()).collect()
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, memory: Arc<Memory>) {
    let service = service_fn(|request| respond(request, Arc::clone(&memory)));
    http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok();
}

async fn respond(
    request: Request<Incoming>,
    memory: Arc<Memory>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().trim_start_matches("/agent/v1/").to_owned();
    let call = format!("{} {path}", request.method());
    let bearer = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let scripted = memory.scripts.lock().unwrap().get_mut(&call).and_then(VecDeque::pop_front);
    let answer = scripted.unwrap_or_else(|| usual(&call));
    memory.seen.lock().unwrap().push(Seen { call, bearer, body, status: answer.status });
    memory.changed.notify_all();
    let mut response = Response::builder().status(answer.status);
    if let Some(secs) = answer.retry_after {
        response = response.header("retry-after", secs);
    }
    Ok(response.body(Full::from(answer.body.to_string())).unwrap())
}

fn usual(call: &str) -> Answer {
    match call {
        "POST enrol" => answer(201, json!({"host": HOST, "interval_secs": 1, "server_time": 1})),
        "POST goodbye" => answer(204, Value::Null),
        _ => answer(200, json!({"server_time": 1})),
    }
}
