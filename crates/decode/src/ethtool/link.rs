//! `struct ethtool_link_settings`, and the three masks behind it: supported, advertised, and the peer's modes.

/// Where the masks begin.
const MASKS_OFFSET: usize = 48;
/// `ETHTOOL_LINK_MODE_Autoneg_BIT`.
const AUTONEGOTIATION_BIT: usize = 6;

/// How a link is, and could be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LinkSettings {
    /// `speed`; absent while the link is down.
    pub speed_mbps: Option<u32>,
    /// `duplex`: whether both may speak at once.
    pub full_duplex: Option<bool>,
    /// `autoneg`: it is agreed with the peer; absent where the card can't.
    pub autonegotiation: Option<bool>,
    /// `port`: what the cable is plugged into.
    pub port: Option<Port>,
    /// The fastest of the supported modes.
    pub max_speed_mbps: Option<u32>,
}

/// `PORT_*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// `PORT_TP`: RJ45.
    TwistedPair,
    /// `PORT_AUI`.
    Aui,
    /// `PORT_MII`: on the board, or a virtual card.
    Mii,
    /// `PORT_FIBRE`.
    Fibre,
    /// `PORT_BNC`.
    Bnc,
    /// `PORT_DA`: a copper cable with the transceivers grown on.
    DirectAttach,
    /// `PORT_NONE`: nothing is plugged in.
    Empty,
    /// `PORT_OTHER`, and those of the future.
    Other,
}

impl LinkSettings {
    /// The answer to `ETHTOOL_GLINKSETTINGS`, after the handshake; `None` when it is too short to be one.
    #[must_use]
    pub fn decode(answer: &[u8]) -> Option<Self> {
        let speed = u32::from_ne_bytes(*answer.get(4..)?.first_chunk()?);
        let &[duplex, port, _phy, autoneg] = answer.get(8..)?.first_chunk()?;
        let words = usize::from(*answer.get(15)?);
        let masks = answer.get(MASKS_OFFSET..).unwrap_or_default();
        let supported = Mask(masks.get(..words * 4).unwrap_or(masks));
        Some(Self {
            // `SPEED_UNKNOWN` is -1.
            speed_mbps: Some(speed).filter(|speed| *speed > 0 && *speed < u32::MAX),
            full_duplex: match duplex {
                0 => Some(false),
                1 => Some(true),
                _ => None,
            },
            autonegotiation: supported.has(AUTONEGOTIATION_BIT).then_some(autoneg == 1),
            port: Some(Port::of(port)),
            max_speed_mbps: supported.fastest_mbps(),
        })
    }
}

impl Port {
    const fn of(number: u8) -> Self {
        match number {
            0x00 => Self::TwistedPair,
            0x01 => Self::Aui,
            0x02 => Self::Mii,
            0x03 => Self::Fibre,
            0x04 => Self::Bnc,
            0x05 => Self::DirectAttach,
            0xef => Self::Empty,
            _ => Self::Other,
        }
    }
}

/// Bits in 32-bit words of the machine's byte order.
struct Mask<'a>(&'a [u8]);

impl Mask<'_> {
    fn has(&self, bit: usize) -> bool {
        let word = self.0.get(bit / 32 * 4..).and_then(<[u8]>::first_chunk);
        word.is_some_and(|word| u32::from_ne_bytes(*word) >> (bit % 32) & 1 == 1)
    }

    fn fastest_mbps(&self) -> Option<u32> {
        (0..self.0.len() * 8).filter(|bit| self.has(*bit)).filter_map(mode_mbps).max()
    }
}

/// The speed of a mode (`enum ethtool_link_mode_bit_indices`); bits between them tell other things.
const fn mode_mbps(bit: usize) -> Option<u32> {
    Some(match bit {
        0 | 1 | 92 | 99..=102 => 10,
        2 | 3 | 67 | 90 | 91 => 100,
        4 | 5 | 17 | 41 | 68 => 1_000,
        15 | 47 => 2_500,
        48 => 5_000,
        12 | 18..=20 | 42..=46 => 10_000,
        21 | 22 => 20_000,
        31..=33 => 25_000,
        23..=26 => 40_000,
        34 | 35 | 40 | 52..=56 => 50_000,
        27..=30 => 56_000,
        36..=39 | 57..=61 | 75..=79 => 100_000,
        62..=66 | 80..=84 | 103..=108 => 200_000,
        69..=73 | 85..=89 | 109..=114 => 400_000,
        93..=98 | 115..=120 => 800_000,
        _ => return None,
    })
}
