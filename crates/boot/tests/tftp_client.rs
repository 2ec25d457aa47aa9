//! A small TFTP client that can be made to lose packets.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::timeout;

pub(crate) struct Client {
    socket: UdpSocket,
    server: SocketAddr,
    /// Blocks that do not arrive the first time.
    pub(crate) lose_data: Vec<u16>,
    /// Acknowledgements that are not sent the first time.
    pub(crate) lose_acks: Vec<u16>,
    pub(crate) double_request: bool,
    pub(crate) double_acks: bool,
}

#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) content: Vec<u8>,
    pub(crate) agreed: Vec<(String, String)>,
}

#[derive(Debug)]
pub(crate) enum Said {
    Data(u16, Vec<u8>),
    Error { code: u16, message: String },
    Agreed(Vec<(String, String)>),
}

impl Client {
    pub(crate) async fn new(server: SocketAddr) -> Self {
        Self::at(Ipv4Addr::LOCALHOST, server).await
    }

    /// With this address of its own.
    pub(crate) async fn at(address: Ipv4Addr, server: SocketAddr) -> Self {
        let socket = UdpSocket::bind((address, 0)).await.unwrap();
        Self {
            socket,
            server,
            lose_data: vec![],
            lose_acks: vec![],
            double_request: false,
            double_acks: false,
        }
    }

    pub(crate) async fn ask(&self, name: &str, mode: &str, options: &[(&str, String)]) {
        let mut packet = vec![0, 1];
        for text in [name, mode].into_iter().chain(options.iter().flat_map(|(n, v)| [*n, v.as_str()])) {
            packet.extend(text.bytes().chain([0]));
        }
        self.send(&packet, self.server).await;
    }

    pub(crate) async fn send(&self, packet: &[u8], to: SocketAddr) {
        self.socket.send_to(packet, to).await.unwrap();
    }

    pub(crate) async fn hear(&self) -> (SocketAddr, Said) {
        let wait = timeout(Duration::from_secs(30), self.hear_any());
        wait.await.expect("the server is silent")
    }

    async fn hear_any(&self) -> (SocketAddr, Said) {
        let mut buffer = vec![0; 2000];
        let (length, from) = self.socket.recv_from(&mut buffer).await.unwrap();
        let number = u16::from_be_bytes([buffer[2], buffer[3]]);
        let rest = buffer[4..length.max(4)].to_vec();
        let said = match buffer[1] {
            3 => Said::Data(number, rest),
            5 => Said::Error { code: number, message: String::from_utf8(rest).unwrap() },
            6 => {
                let text = String::from_utf8(buffer[2..length - 1].to_vec()).unwrap();
                let words: Vec<String> = text.split('\0').map(str::to_owned).collect();
                Said::Agreed(words.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect())
            }
            other => panic!("opcode {other}"),
        };
        (from, said)
    }

    pub(crate) async fn get(mut self, name: &str, options: &[(&str, String)]) -> Result<Got, Said> {
        let block_bytes =
            options.iter().find(|(n, _)| *n == "blksize").map_or(512, |(_, v)| v.parse().unwrap());
        let mut got = Got { content: Vec::new(), agreed: Vec::new() };
        let mut expected = 1;
        self.ask(name, "octet", options).await;
        if self.double_request {
            self.ask(name, "octet", options).await;
        }
        let mut transfer = None;
        loop {
            // Firmware asks again while it hears nothing.
            let heard = match timeout(Duration::from_millis(300), self.hear_any()).await {
                Ok(heard) => heard,
                Err(_) if transfer.is_none() => {
                    self.ask(name, "octet", options).await;
                    continue;
                }
                Err(_) => self.hear().await,
            };
            let (from, said) = heard;
            assert_eq!(*transfer.get_or_insert(from), from, "a second transfer for one request");
            match said {
                Said::Error { .. } => return Err(said),
                Said::Agreed(agreed) => {
                    got.agreed = agreed;
                    self.acknowledge(0, from).await;
                }
                Said::Data(number, _) if taken(&mut self.lose_data, number) => {}
                Said::Data(number, payload) => {
                    if number == expected {
                        got.content.extend(&payload);
                        expected = expected.wrapping_add(1);
                    }
                    let sent = self.acknowledge(number, from).await;
                    if sent && payload.len() < block_bytes {
                        return Ok(got);
                    }
                }
            }
        }
    }

    async fn acknowledge(&mut self, number: u16, to: SocketAddr) -> bool {
        if taken(&mut self.lose_acks, number) {
            return false;
        }
        let [high, low] = number.to_be_bytes();
        for _ in 0..=usize::from(self.double_acks) {
            self.send(&[0, 4, high, low], to).await;
        }
        true
    }
}

fn taken(numbers: &mut Vec<u16>, number: u16) -> bool {
    let before = numbers.len();
    numbers.retain(|n| *n != number);
    numbers.len() < before
}
