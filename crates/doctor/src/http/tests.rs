use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use super::*;

/// Answers each request: to HEAD the head alone, to GET both. The URL.
fn serve(head: &'static str, body: &'static [u8], stays_open: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/file", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut open = Vec::new();
        while let Ok((mut stream, _)) = listener.accept() {
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap_or_default();
            write!(stream, "HTTP/1.1 {head}\r\n\r\n").ok();
            if request[..length].starts_with(b"GET") {
                stream.write_all(body).ok();
                if stays_open {
                    open.push(stream);
                }
            }
        }
    });
    url
}

fn client() -> Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    Client::new(Ipv4Addr::LOCALHOST, Duration::from_secs(1)).unwrap()
}

async fn loaded(head: &'static str, body: &'static [u8], stays_open: bool) -> Result<Got, HttpFault> {
    client().loader(&serve(head, body, stays_open)).await
}

#[tokio::test]
async fn a_loader_comes_whole_and_with_its_length() {
    let got = loaded("200 OK\r\nContent-Length: 5", b"hello", false).await.unwrap();
    assert_eq!(got, Got { bytes: b"hello".to_vec(), total_bytes: Some(5) });
}

#[tokio::test]
async fn each_way_to_go_wrong_has_its_name() {
    let location = "http://elsewhere/x".to_owned();
    let cases = [
        (
            "302 Found\r\nLocation: http://elsewhere/x\r\nContent-Length: 0",
            false,
            HttpFault::Redirect { status: 302, location },
        ),
        ("404 Not Found\r\nContent-Length: 0", false, HttpFault::Missing(404)),
        ("405 Method Not Allowed\r\nContent-Length: 0", false, HttpFault::NoHead(405)),
        ("200 OK\r\nConnection: close", false, HttpFault::NoLength),
        ("200 OK\r\nContent-Length: 999999999", false, HttpFault::TooLong),
        ("200 OK\r\nContent-Length: 9", false, HttpFault::Cut { said_bytes: 9, came_bytes: 5 }),
        ("200 OK\r\nContent-Length: 9", true, HttpFault::Stalled { after_bytes: 5 }),
    ];
    for (head, stays_open, expected) in cases {
        assert_eq!(loaded(head, b"hello", stays_open).await, Err(expected), "{head}");
    }
}

#[tokio::test]
async fn only_the_start_of_a_long_file_is_loaded() {
    let url =
        serve("206 Partial Content\r\nContent-Range: bytes 0-3/5000\r\nContent-Length: 4", b"abcd", false);
    let got = client().start(&url, 4).await.unwrap();
    assert_eq!(got, Got { bytes: b"abcd".to_vec(), total_bytes: Some(5000) });
    // A server that knows no ranges is cut short.
    let url = serve("200 OK\r\nContent-Length: 5", b"hello", false);
    assert_eq!(client().start(&url, 2).await.unwrap().bytes, b"he");
}

#[tokio::test]
async fn nobody_there_is_said_without_waiting() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(client().start(&format!("http://127.0.0.1:{port}/"), 9).await, Err(HttpFault::Closed));
    for (url, fault) in [
        ("https://127.0.0.1/x", HttpFault::Tls),
        ("nfs://127.0.0.1/x", HttpFault::NoUrl),
        ("snponly.efi", HttpFault::NoUrl),
        ("http://no-such-host.invalid/", HttpFault::NoName("no-such-host.invalid".to_owned())),
    ] {
        assert_eq!(client().start(url, 9).await, Err(fault), "{url}");
    }
}

#[tokio::test]
async fn what_is_no_http_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            stream.write_all(b"SSH-2.0-OpenSSH\r\n").ok();
            let _asked = stream.read(&mut [0; 512]);
        }
    });
    assert!(matches!(client().start(&url, 9).await, Err(HttpFault::Broken(_))));
}
