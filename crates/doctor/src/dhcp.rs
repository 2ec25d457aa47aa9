//! What firmware asks a DHCP server, and what is offered to it (RFC 2131, 2132, 4578). Pure.
//!
//! The reader is our own because it must be as patient as firmware is: a server's one odd option must not hide the others,
//! options go on in the fields `file` and `sname` (option 52), and a long one comes in pieces (RFC 3396).

mod offer;
mod options;
mod question;

pub(crate) use offer::Offer;
pub(crate) use question::{Question, Speaker};

const DISCOVER: u8 = 1;
const OFFER: u8 = 2;
const REQUEST: u8 = 3;
const ACK: u8 = 5;
const COOKIE: [u8; 4] = [99, 130, 83, 99];

/// The numbers of the options that are spoken of here.
mod code {
    pub(super) const DNS: u8 = 6;
    pub(super) const OVERLOAD: u8 = 52;
    pub(super) const KIND: u8 = 53;
    pub(super) const SERVER: u8 = 54;
    pub(super) const WANTED: u8 = 55;
    pub(super) const MAX_BYTES: u8 = 57;
    pub(super) const VENDOR_CLASS: u8 = 60;
    pub(super) const SERVER_NAME: u8 = 66;
    pub(super) const FILE: u8 = 67;
    pub(super) const USER_CLASS: u8 = 77;
    pub(super) const ARCHITECTURE: u8 = 93;
    pub(super) const INTERFACE: u8 = 94;
    pub(super) const MACHINE: u8 = 97;
    pub(super) const IPXE: u8 = 175;
}
