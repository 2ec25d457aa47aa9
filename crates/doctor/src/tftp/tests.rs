use std::net::UdpSocket;

use super::*;

const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// A server's ways.
#[derive(Clone, Copy)]
struct Server {
    content: &'static [u8],
    /// The size that it says.
    says_bytes: Option<usize>,
    /// Packets longer than this never leave.
    most_payload_bytes: usize,
    /// Whether it answers options at all.
    agrees: bool,
    /// Sends so many blocks and then no more.
    stops_after: usize,
    /// Each packet twice.
    doubles: bool,
}

const GOOD: Server = Server {
    content: &[7; 5000],
    says_bytes: None,
    most_payload_bytes: usize::MAX,
    agrees: true,
    stops_after: usize::MAX,
    doubles: false,
};

impl Server {
    /// Serves every request that comes; the port it listens on.
    fn start(self) -> u16 {
        let asked = UdpSocket::bind((HERE, 0)).unwrap();
        let port = asked.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let mut buffer = [0; 1000];
            while let Ok((length, client)) = asked.recv_from(&mut buffer) {
                let request = String::from_utf8_lossy(&buffer[2..length]).into_owned();
                std::thread::spawn(move || self.transfer(&request, client));
            }
        });
        port
    }

    fn transfer(self, request: &str, client: std::net::SocketAddr) -> Option<()> {
        let socket = UdpSocket::bind((HERE, 0)).ok()?;
        socket.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        if request.starts_with("missing") {
            socket.send_to(b"\0\x05\0\x01File not found\0", client).ok()?;
            return None;
        }
        let large = request.contains("blksize") && self.agrees;
        let block_bytes = if large { usize::from(LARGE_BLOCK_BYTES) } else { 512 };
        let window = if large { 4 } else { 1 };
        let mut acknowledged = 0;
        let mut heard = [0; 100];
        if self.agrees {
            let size = self.says_bytes.unwrap_or(self.content.len());
            let options = if large { "blksize\x001468\0windowsize\x004\0" } else { "" };
            socket.send_to(format!("\0\x06tsize\0{size}\0{options}").as_bytes(), client).ok()?;
            socket.recv_from(&mut heard).ok()?;
        }
        // The last block is shorter than a whole one, if need be empty.
        let blocks = self.content.len() / block_bytes + 1;
        while acknowledged < blocks {
            for block in acknowledged + 1..=(acknowledged + window).min(blocks) {
                let start = (block - 1) * block_bytes;
                let payload = &self.content[start..(start + block_bytes).min(self.content.len())];
                let number = u16::try_from(block).unwrap().to_be_bytes();
                if payload.len() <= self.most_payload_bytes && block <= self.stops_after {
                    let packet = [&[0, 3], &number[..], payload].concat();
                    for _ in 0..=usize::from(self.doubles) {
                        socket.send_to(&packet, client).ok()?;
                    }
                }
            }
            let (length, _) = socket.recv_from(&mut heard).ok()?;
            if heard[1] != 4 || length < 4 {
                return None;
            }
            acknowledged = acknowledged.max(usize::from(u16::from_be_bytes([heard[2], heard[3]])));
        }
        Some(())
    }
}

async fn fetched(server: Server, file: &str) -> Result<Vec<u8>, TftpFault> {
    let port = server.start();
    let patience = Duration::from_secs(1);
    fetch(&Ask { own: HERE, server: HERE, port, file: file.to_owned(), patience }).await
}

#[tokio::test]
async fn a_file_comes_whole_by_every_kind_of_server() {
    for server in [GOOD, Server { agrees: false, ..GOOD }, Server { doubles: true, ..GOOD }] {
        assert_eq!(fetched(server, "x").await.unwrap(), GOOD.content);
    }
    // Whole blocks, and then an empty one.
    assert_eq!(fetched(Server { content: &[1; 1468 * 4], ..GOOD }, "x").await.unwrap().len(), 1468 * 4);
    assert!(fetched(Server { content: &[], ..GOOD }, "x").await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_missing_is_told_in_the_servers_words() {
    let said = "File not found".to_owned();
    let missing = TftpFault::Missing { server: HERE, file: "missing".to_owned(), said };
    assert_eq!(fetched(GOOD, "missing").await, Err(missing));
}

#[tokio::test]
async fn large_blocks_that_are_lost_are_told_from_a_server_that_stops() {
    let narrow = Server { most_payload_bytes: 1200, ..GOOD };
    assert_eq!(fetched(narrow, "x").await, Err(TftpFault::LargeBlocksLost(HERE)));
    let lazy = Server { stops_after: 2, ..GOOD };
    let stalled = TftpFault::Stalled { server: HERE, file: "x".to_owned(), after_bytes: 1024 };
    assert_eq!(fetched(lazy, "x").await, Err(stalled));
}

#[tokio::test]
async fn a_size_that_is_not_kept_is_said() {
    let cut = TftpFault::Cut { server: HERE, file: "x".to_owned(), said_bytes: 9000, came_bytes: 5000 };
    assert_eq!(fetched(Server { says_bytes: Some(9000), ..GOOD }, "x").await, Err(cut));
}

#[tokio::test]
async fn nobody_there_is_told_from_nobody_answering() {
    let ask =
        |port| Ask { own: HERE, server: HERE, port, file: "x".to_owned(), patience: Duration::from_secs(1) };
    // Bound, and never read.
    let deaf = UdpSocket::bind((HERE, 0)).unwrap();
    let port = deaf.local_addr().unwrap().port();
    assert_eq!(fetch(&ask(port)).await, Err(TftpFault::Silent(HERE)));
    drop(deaf);
    assert_eq!(fetch(&ask(port)).await, Err(TftpFault::Closed(HERE)));
}
