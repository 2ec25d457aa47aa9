//! dnsmasq's log, line by line, into sightings. With `log-dhcp` the lines of one request and its answer follow each other
//! under one number, and the answer's boot file comes after the answer; without it there are bare lines. Pure.

use std::collections::HashMap;
use std::net::IpAddr;

use inventory::MacAddr;

use super::line::{self, LINE_BYTES, Word};
use super::sighting::{Sighting, Told};

/// Leases whose time is remembered, so that a file that is written anew tells each but once.
const LEASES: usize = 4096;

/// Reads the log of one server.
#[derive(Debug, Default)]
pub struct Reader {
    exchange: Option<u32>,
    gathered: Gathered,
    leases: HashMap<MacAddr, (IpAddr, String)>,
}

/// What was said of the exchange that is being read.
#[derive(Debug, Default)]
struct Gathered {
    vendor_class: Option<String>,
    user_class: Option<String>,
    tags: Vec<String>,
    discovered: Option<MacAddr>,
    answer: Option<(MacAddr, Told)>,
    boot_file: Option<String>,
    next_server: Option<String>,
}

impl Reader {
    /// One more line; answers what is whole with it.
    pub fn line(&mut self, bytes: &[u8]) -> Vec<Sighting> {
        let text = String::from_utf8_lossy(bytes.get(..LINE_BYTES).unwrap_or(bytes));
        let Some((exchange, word)) = line::parse(text.trim_end_matches(['\r', '\n', '\0'])) else {
            return Vec::new();
        };
        if let Word::Lease { mac, address, expires } = word {
            return self.lease(mac, address, expires);
        }
        // Other tasks of the server's (router advertisements) speak in between.
        if exchange.is_none() && word == Word::Other {
            return Vec::new();
        }
        let is_new = exchange != self.exchange || exchange.is_none() || self.gathered.is_ended_by(&word);
        let mut whole = if is_new { self.end() } else { Vec::new() };
        self.exchange = exchange;
        self.gathered.take(&word);
        // Without numbers nothing that follows belongs to it.
        if exchange.is_none() {
            whole.extend(self.end());
        }
        whole
    }

    /// Nothing more came for a moment: what was read is whole. A request is not, before its packet is named: for three seconds
    /// the server looks whether somebody has the address that it wants to offer.
    pub fn pause(&mut self) -> Vec<Sighting> {
        if self.gathered.discovered.is_none() && self.gathered.answer.is_none() {
            return Vec::new();
        }
        self.end()
    }

    fn end(&mut self) -> Vec<Sighting> {
        self.exchange = None;
        std::mem::take(&mut self.gathered).sightings()
    }

    fn lease(&mut self, mac: MacAddr, address: IpAddr, expires: &str) -> Vec<Sighting> {
        let lease = (address, expires.chars().take(20).collect());
        let known = self.leases.get(&mac);
        if known == Some(&lease) || (known.is_none() && self.leases.len() >= LEASES) {
            return Vec::new();
        }
        self.leases.insert(mac, lease);
        vec![Sighting::new(mac, Told::Lease(address))]
    }
}

impl Gathered {
    /// A request's word after an answer belongs to the next request: a machine asks again under the same number.
    fn is_ended_by(&self, word: &Word<'_>) -> bool {
        let requests =
            matches!(word, Word::Request | Word::VendorClass(_) | Word::UserClass(_) | Word::Discover { .. });
        self.answer.is_some() && requests
    }

    fn take(&mut self, word: &Word<'_>) {
        match word {
            Word::VendorClass(class) => self.vendor_class = Some((*class).to_owned()),
            Word::UserClass(class) => self.user_class = Some((*class).to_owned()),
            Word::Tags(tags) => {
                self.tags = tags.split(", ").filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
            }
            Word::BootFile(file) => self.boot_file = Some((*file).to_owned()),
            // The name of a server (option 66) and the address (siaddr) both come: firmware goes to the address.
            Word::NextServer(server) => {
                self.next_server.get_or_insert_with(|| (*server).to_owned());
            }
            Word::Discover { mac, refused } => {
                self.discovered = Some(*mac);
                self.answer = refused.map(|reason| (*mac, Told::Refused(reason.to_owned())));
            }
            Word::Offer { mac, address } => self.answer = Some((*mac, Told::Offer(*address))),
            Word::Ack { mac, address } => self.answer = Some((*mac, Told::Ack(*address))),
            Word::Nak { mac, reason } => self.answer = Some((*mac, Told::Refused((*reason).to_owned()))),
            Word::Request | Word::Lease { .. } | Word::Other => {}
        }
    }

    fn sightings(self) -> Vec<Sighting> {
        let asked = self.discovered.map(|mac| (mac, Told::Discover));
        let said = |(mac, told): (MacAddr, Told)| Sighting {
            mac,
            boot_file: self.boot_file.clone().filter(|_| told != Told::Discover),
            next_server: self.next_server.clone().filter(|_| told != Told::Discover),
            told,
            vendor_class: self.vendor_class.clone(),
            user_class: self.user_class.clone(),
            tags: self.tags.clone(),
        };
        asked.into_iter().chain(self.answer.clone()).map(said).collect()
    }
}

#[cfg(test)]
mod tests;
