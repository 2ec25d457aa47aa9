//! A mirror that behaves as it is told to, one connection at a time.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What one request is answered.
#[derive(Clone)]
pub(crate) enum Deed {
    /// The file, and parts of it as they are asked for.
    Serve,
    /// So many bytes of it, and then the connection ends.
    Truncate(usize),
    /// So many bytes of it, and then nothing.
    FallSilent(usize),
    /// Nothing at all.
    NeverAnswer,
    /// The whole file, whatever was asked for.
    IgnoreRange,
    /// From another place than was asked for.
    WrongRange,
    /// From here on this is the file.
    Become(Vec<u8>),
    /// Exactly this.
    Say(String),
}

pub(crate) struct Origin {
    pub(crate) address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    content: Vec<u8>,
    deeds: VecDeque<Deed>,
    asked: Vec<String>,
    etags: bool,
}

impl Origin {
    /// Does these deeds in their order; after the last it serves.
    pub(crate) async fn start(ip: &str, content: &[u8], deeds: impl IntoIterator<Item = Deed>) -> Self {
        Self::listen(ip, content, deeds, None).await
    }

    /// The same over TLS.
    pub(crate) async fn start_tls(
        content: &[u8],
        deeds: impl IntoIterator<Item = Deed>,
        tls: ServerConfig,
    ) -> Self {
        Self::listen("127.0.0.1", content, deeds, Some(TlsAcceptor::from(Arc::new(tls)))).await
    }

    async fn listen(
        ip: &str,
        content: &[u8],
        deeds: impl IntoIterator<Item = Deed>,
        tls: Option<TlsAcceptor>,
    ) -> Self {
        let listener = TcpListener::bind((ip, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let inner = Inner {
            content: content.to_vec(),
            deeds: deeds.into_iter().collect(),
            asked: Vec::new(),
            etags: true,
        };
        let inner = Arc::new(Mutex::new(inner));
        let shared = Arc::clone(&inner);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                match tls.clone() {
                    None => tokio::spawn(answer(stream, shared)),
                    Some(tls) => tokio::spawn(async move {
                        // Who does not believe the certificate hangs up.
                        let Ok(stream) = tls.accept(stream).await else { return };
                        answer(stream, shared).await;
                    }),
                };
            }
        });
        Self { address, inner }
    }

    pub(crate) fn without_etags(self) -> Self {
        self.inner.lock().unwrap().etags = false;
        self
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/file.img?token=geheim", self.address)
    }

    /// The heads of all requests, in lower case.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.inner.lock().unwrap().asked.clone()
    }
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, inner: Arc<Mutex<Inner>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let field = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))?;
        Some(line.to_owned())
    };
    let (deed, content, etags) = {
        let mut inner = inner.lock().unwrap();
        inner.asked.push(head.clone());
        let mut deed = inner.deeds.pop_front().unwrap_or(Deed::Serve);
        if let Deed::Become(content) = deed {
            inner.content = content;
            deed = Deed::Serve;
        }
        (deed, inner.content.clone(), inner.etags)
    };
    let etag = format!("\"{}-{}\"", content.len(), content.first().copied().unwrap_or_default());
    let whole = || {
        let tag = if etags { format!("ETag: {etag}\r\n") } else { String::new() };
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{tag}Connection: close\r\n\r\n", content.len())
    };
    let first: Option<usize> =
        field("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    let same = field("if-range").is_none_or(|known| known == etag.to_lowercase());
    let said = match &deed {
        Deed::Serve | Deed::Become(_) => match first.filter(|_| same) {
            Some(first) if first < content.len() => part(first, &content, etags.then_some(&etag)),
            Some(_) => format!("HTTP/1.1 416 No\r\nContent-Range: bytes */{}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", content.len()).into_bytes(),
            None => [whole().into_bytes(), content.clone()].concat(),
        },
        Deed::WrongRange => part(first.unwrap_or(0) / 2, &content, etags.then_some(&etag)),
        Deed::IgnoreRange => [whole().into_bytes(), content.clone()].concat(),
        Deed::Truncate(bytes) | Deed::FallSilent(bytes) => {
            let from = first.filter(|_| same).unwrap_or(0);
            let mut said = if from > 0 { part(from, &content, etags.then_some(&etag)) } else { [whole().into_bytes(), content.clone()].concat() };
            let body = content.len() - from;
            said.truncate(said.len() - body + *bytes.min(&body));
            said
        }
        Deed::NeverAnswer => Vec::new(),
        Deed::Say(text) => text.clone().into_bytes(),
    };
    stream.write_all(&said).await.ok();
    if matches!(deed, Deed::NeverAnswer | Deed::FallSilent(_)) {
        // Until the other side has had enough.
        stream.read_u8().await.ok();
    }
    stream.shutdown().await.ok();
}

fn part(first: usize, content: &[u8], etag: Option<&String>) -> Vec<u8> {
    let tag = etag.map(|etag| format!("ETag: {etag}\r\n")).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {first}-{}/{}\r\nContent-Length: {}\r\n{tag}Connection: close\r\n\r\n",
        content.len() - 1,
        content.len(),
        content.len() - first,
    );
    [head.as_bytes(), &content[first..]].concat()
}

/// An answer that sends on.
pub(crate) fn redirect(to: &str) -> Deed {
    Deed::Say(format!(
        "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    ))
}
