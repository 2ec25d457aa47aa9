//! UEFI's variables that tell how the machine boots (UEFI 2.10, 3.1 and 3.3), as efivarfs shows them: four bytes of
//! attributes, then the value.

#[cfg(test)]
mod tests;

/// `LOAD_OPTION_ACTIVE`.
const ACTIVE: u32 = 1;
/// 10.3.1: the type of a device path's node that says how a message gets to the device.
const MESSAGING: u8 = 3;
/// 10.3.1: the type that ends a path, or one of several.
const END: u8 = 0x7f;
/// 10.3.4.12: a network card, by its address.
const MAC: u8 = 11;
/// 10.3.4: IPv4, IPv6, and a URI to boot by HTTP.
const NETWORK: [u8; 4] = [MAC, 12, 13, 24];
/// A path has a dozen nodes.
const NODES_LIMIT: usize = 64;

/// What may be booted (`EFI_LOAD_OPTION`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadOption {
    /// It may be chosen.
    pub active: bool,
    /// What the menu shows.
    pub description: String,
    /// Its device path leads to the network.
    pub network: bool,
    /// The network card in its device path.
    pub mac: Option<[u8; 6]>,
}

/// The value of a variable, without its attributes.
#[must_use]
pub fn value(variable: &[u8]) -> Option<&[u8]> {
    variable.get(4..)
}

/// A variable of one byte: `SecureBoot`, `SetupMode`.
#[must_use]
pub fn flag(variable: &[u8]) -> Option<bool> {
    match value(variable)? {
        [byte] => Some(*byte == 1),
        _ => None,
    }
}

/// A variable that lists boot options by number: `BootOrder`, `BootCurrent`.
#[must_use]
pub fn numbers(variable: &[u8]) -> Vec<u16> {
    let (numbers, _odd) = value(variable).unwrap_or_default().as_chunks();
    numbers.iter().copied().map(u16::from_le_bytes).collect()
}

impl LoadOption {
    /// A variable like `Boot0001`.
    #[must_use]
    pub fn parse(variable: &[u8]) -> Option<Self> {
        let (attributes, rest) = value(variable)?.split_first_chunk()?;
        let (path_length, rest) = rest.split_first_chunk()?;
        let (units, _odd) = rest.as_chunks();
        let units: Vec<u16> =
            units.iter().copied().map(u16::from_le_bytes).take_while(|unit| *unit != 0).collect();
        let behind = units.len().checked_add(1)?.checked_mul(2)?;
        let path = rest.get(behind..).unwrap_or_default();
        let path = path.get(..u16::from_le_bytes(*path_length).into()).unwrap_or(path);
        let mut option = Self {
            active: u32::from_le_bytes(*attributes) & ACTIVE != 0,
            description: String::from_utf16_lossy(&units),
            ..Self::default()
        };
        for (_, subtype, data) in nodes(path).filter(|(kind, _, _)| *kind == MESSAGING) {
            option.network |= NETWORK.contains(&subtype);
            if subtype == MAC && option.mac.is_none() {
                option.mac = data.first_chunk().copied();
            }
        }
        Some(option)
    }
}

/// The nodes of a device path: type, subtype, data.
fn nodes(mut path: &[u8]) -> impl Iterator<Item = (u8, u8, &[u8])> {
    std::iter::from_fn(move || {
        let (&[kind, subtype, low, high], _) = path.split_first_chunk()?;
        let (node, behind) = path.split_at_checked(u16::from_le_bytes([low, high]).into())?;
        path = behind;
        // Too short to hold its own header.
        let data = node.get(4..)?;
        (kind != END).then_some((kind, subtype, data))
    })
    .take(NODES_LIMIT)
}
