//! What the controller says of itself, of the chassis, and of its event log (20.1, 20.8, 28.2, 31.2).

use super::{APPLICATION, CHASSIS, GROUP_EXTENSION, Request, STORAGE};
use crate::bytes::{self, byte, le16, le32};

/// The group extension of the Data Center Manageability Interface.
const DCMI: u8 = 0xdc;

/// Get Device ID.
#[must_use]
pub fn device_id_request() -> Request {
    Request::new(APPLICATION, 0x01, &[])
}

/// Get Device GUID.
#[must_use]
pub fn guid_request() -> Request {
    Request::new(APPLICATION, 0x08, &[])
}

/// Get Chassis Status.
#[must_use]
pub fn chassis_request() -> Request {
    Request::new(CHASSIS, 0x01, &[])
}

/// Get SEL Info.
#[must_use]
pub fn event_log_request() -> Request {
    Request::new(STORAGE, 0x40, &[])
}

/// Get Power Reading (Data Center Manageability Interface 1.5, 6.6.1).
#[must_use]
pub fn power_request() -> Request {
    Request::new(GROUP_EXTENSION, 0x02, &[DCMI, 0x01, 0x00, 0x00])
}

/// What the machine draws now, in watts; `None` where it is not being measured.
#[must_use]
pub fn watts(data: &[u8]) -> Option<u16> {
    let active = byte(data, 17)? >> 6 & 1 == 1;
    le16(data, 1).filter(|watts| active && byte(data, 0) == Some(DCMI) && *watts > 0)
}

/// Which controller this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceId {
    /// Firmware revision (`2.07`).
    pub firmware: String,
    /// What the maker adds to it.
    pub auxiliary: Option<[u8; 4]>,
    /// Version of IPMI (`2.0`).
    pub ipmi_version: String,
    /// The maker's IANA enterprise number; absent where it is 0, "not specified", or 0xFFFFF, "reserved".
    pub manufacturer: Option<u32>,
    /// The maker's number of the product.
    pub product: u16,
}

impl DeviceId {
    /// Reads an answer's data.
    #[must_use]
    pub fn decode(data: &[u8]) -> Option<Self> {
        let version = byte(data, 4)?;
        let manufacturer = u32::from(byte(data, 8)?) << 16 | u32::from(le16(data, 6)?);
        let auxiliary = data.get(11..15).and_then(|it| <[u8; 4]>::try_from(it).ok());
        Some(Self {
            // The minor number is in binary-coded decimal.
            firmware: format!("{}.{:02x}", byte(data, 2)? & 0x7f, byte(data, 3)?),
            auxiliary: auxiliary.filter(|it| *it != [0; 4]),
            ipmi_version: format!("{}.{}", version & 0x0f, version >> 4),
            manufacturer: Some(manufacturer & 0x0f_ffff).filter(|it| !matches!(*it, 0 | 0x0f_ffff)),
            product: le16(data, 9)?,
        })
    }
}

/// The controller's GUID, written as the kernel does: the first three fields are little-endian. `None` where it is blank.
#[must_use]
pub fn guid(data: &[u8]) -> Option<String> {
    if data.first_chunk()? == &[0xff; 16] {
        return None;
    }
    bytes::guid(data, 0)
}

/// What the chassis does when power comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerRestore {
    /// It stays off.
    StayOff,
    /// It goes on if it was on.
    Previous,
    /// It goes on.
    PowerOn,
    /// Unknown.
    Unknown,
}

/// How the chassis does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chassis {
    /// What happens when power comes back.
    pub power_restore: PowerRestore,
    /// What is wrong with it, in words.
    pub troubles: Vec<&'static str>,
}

/// Table 28-3: a byte's offset, a bit in it, what it means.
const TROUBLES: [(usize, u8, &str); 7] = [
    (0, 1, "power overload"),
    (0, 2, "power interlock"),
    (0, 3, "power fault"),
    (0, 4, "power control fault"),
    (2, 0, "chassis intrusion"),
    (2, 2, "drive fault"),
    (2, 3, "cooling or fan fault"),
];

impl Chassis {
    /// Reads an answer's data.
    #[must_use]
    pub fn decode(data: &[u8]) -> Option<Self> {
        let power_restore = match byte(data, 0)? >> 5 & 3 {
            0 => PowerRestore::StayOff,
            1 => PowerRestore::Previous,
            2 => PowerRestore::PowerOn,
            _ => PowerRestore::Unknown,
        };
        data.get(..3)?;
        let is_set =
            |(offset, bit, _): &&(usize, u8, _)| byte(data, *offset).is_some_and(|it| it >> bit & 1 == 1);
        Some(Self {
            power_restore,
            troubles: TROUBLES.iter().filter(is_set).map(|(_, _, text)| *text).collect(),
        })
    }
}

/// How full the event log is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLog {
    /// Events in it.
    pub entries: u16,
    /// What is left of it; absent where it is 65,535 bytes or more.
    pub free_bytes: Option<u16>,
    /// When the last event was added, by the controller's clock; absent where none was.
    pub last_added: Option<u32>,
    /// Events were lost for want of space.
    pub overflow: bool,
}

impl EventLog {
    /// Reads an answer's data.
    #[must_use]
    pub fn decode(data: &[u8]) -> Option<Self> {
        Some(Self {
            entries: le16(data, 1)?,
            free_bytes: le16(data, 3).filter(|free| *free != 0xffff),
            last_added: le32(data, 5).filter(|time| !matches!(*time, 0 | u32::MAX)),
            overflow: byte(data, 13)? >> 7 == 1,
        })
    }
}
