//! A web server of a few lines: a test says what it answers, and sees what it was asked, byte by byte.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gateway::opnsense::{Credential, CredentialSource, OpnSense, Trust, Waits};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Without `/api/`.
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// What is answered.
pub(crate) enum Reply {
    Json(u16, Value),
    Raw(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Nothing, ever.
    Silence,
}

pub(crate) fn ok(value: Value) -> Reply {
    Reply::Json(200, value)
}

type Answers = Arc<dyn Fn(&Asked) -> Reply + Send + Sync>;

/// A server that runs as long as the test's runtime.
pub(crate) struct Server {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub(crate) async fn start(answers: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (asked, answers) = (Arc::<Mutex<Vec<Asked>>>::default(), Arc::new(answers) as Answers);
        let log = asked.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (log, answers) = (log.clone(), answers.clone());
                tokio::spawn(async move { serve(socket, &log, &answers).await });
            }
        });
        Self { url, asked }
    }

    /// The same, told to be elsewhere.
    pub(crate) fn at(self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// `POST dnsmasq/settings/setHost/…` and so on.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }

    pub(crate) fn client(&self) -> OpnSense {
        self.client_of(Arc::new(credential()))
    }

    pub(crate) fn client_of(&self, source: Arc<dyn CredentialSource>) -> OpnSense {
        OpnSense::connect_with(self.url.parse().unwrap(), &Trust::Public, source, waits()).unwrap()
    }

    /// One that does not wait for long.
    pub(crate) fn impatient(&self) -> OpnSense {
        let waits = Waits { answer: Duration::from_millis(400), ..waits() };
        let source = Arc::new(credential());
        OpnSense::connect_with(self.url.parse().unwrap(), &Trust::Public, source, waits).unwrap()
    }
}

pub(crate) const KEY: &str = "KEY/of+the=firewall";
pub(crate) const SECRET: &str = "SECRET/of+the=firewall";

pub(crate) fn credential() -> Credential {
    Credential::parse(&format!("{KEY}:{SECRET}")).unwrap()
}

/// So short that a test is quick.
pub(crate) fn waits() -> Waits {
    Waits {
        answer: Duration::from_secs(20),
        reconfigure: Duration::from_secs(2),
        running: Duration::from_millis(300),
        poll: Duration::from_millis(5),
        ..Waits::default()
    }
}

async fn serve(socket: TcpStream, log: &Mutex<Vec<Asked>>, answers: &Answers) {
    let mut socket = BufReader::new(socket);
    while let Some(asked) = request(&mut socket).await {
        log.lock().unwrap().push(asked.clone());
        let (status, headers, body) = match answers(&asked) {
            Reply::Json(status, value) => (
                status,
                vec![("content-type", "application/json".to_owned())],
                value.to_string().into_bytes(),
            ),
            Reply::Raw(status, headers, body) => (status, headers, body),
            Reply::Silence => std::future::pending().await,
        };
        let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        if socket.write_all(&[head.as_bytes(), &body].concat()).await.is_err() {
            return;
        }
    }
}

async fn request(socket: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    socket.read_line(&mut line).await.ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        socket.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers.get("content-length").map_or(0, |length| length.parse().unwrap())];
    socket.read_exact(&mut body).await.ok()?;
    let path = path.strip_prefix("/api/").unwrap_or(&path).to_owned();
    Some(Asked { method, path, headers, body })
}
