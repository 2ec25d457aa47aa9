//! What UEFI booted, by its variables (UEFI 2.10, 3.3): `BootCurrent` numbers a load option, whose device path names a card
//! when it was the network.

use inventory::MacAddr;

use crate::probe::Probe;
use crate::root::FILE_LIMIT_BYTES;

const VARIABLES: &str = "/sys/firmware/efi/efivars";
/// `EFI_GLOBAL_VARIABLE`.
const GLOBAL: &str = "8be4df61-93ca-11d2-aa0d-00e098032b8c";
/// 10.3.4.10: a messaging device, by its MAC address.
const MAC_NODE: [u8; 2] = [3, 11];

/// The card that this boot came by.
pub(super) fn booted_from(probe: &Probe) -> Option<MacAddr> {
    // The kernel puts four bytes of attributes before each.
    let variable = |name: &str| {
        let bytes = probe.bytes(&format!("{VARIABLES}/{name}-{GLOBAL}"), FILE_LIMIT_BYTES)?;
        Some(bytes.get(4..)?.to_vec())
    };
    let current = u16::from_le_bytes(*variable("BootCurrent")?.first_chunk()?);
    card(&variable(&format!("Boot{current:04X}"))?)
}

/// 3.1.3: attributes, the length of the device path, a description in UTF-16 with a closing zero, the path.
fn card(load_option: &[u8]) -> Option<MacAddr> {
    let path_bytes = usize::from(u16::from_le_bytes(*load_option.get(4..)?.first_chunk()?));
    let described = load_option.get(6..)?;
    let end = described.chunks_exact(2).position(|unit| unit == [0, 0])?;
    let mut path = described.get((end + 1) * 2..)?.get(..path_bytes)?;
    // 10.3.1: each node has a kind, a subkind, its whole length, its data.
    while let Some((&[kind, subkind, low, high], _)) = path.split_first_chunk() {
        let length = usize::from(u16::from_le_bytes([low, high]));
        let data = path.get(..length)?.get(4..)?;
        if [kind, subkind] == MAC_NODE {
            return Some(MacAddr::new(*data.first_chunk()?));
        }
        path = path.get(length..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tree::Builder;

    /// A load option by these nodes.
    fn load_option(nodes: &[&[u8]]) -> Vec<u8> {
        let path = nodes.concat();
        let description: Vec<u8> = "PXE\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let length = u16::try_from(path.len()).unwrap().to_le_bytes();
        [&[1, 0, 0, 0][..], &length, &description, &path, b"optional data"].concat()
    }

    const PCI: [u8; 6] = [1, 1, 6, 0, 0, 2];
    const END: [u8; 4] = [0x7f, 0xff, 4, 0];

    fn network() -> Vec<u8> {
        let mut node = vec![3, 11, 37, 0, 0x3c, 0xec, 0xef, 0, 0, 1];
        node.resize(37, 0);
        load_option(&[&PCI, &node, &END])
    }

    #[test]
    fn a_boot_by_network_names_the_card() {
        let variable = |value: &[u8]| [&[6, 0, 0, 0][..], value].concat();
        let tree = Builder::new()
            .file(&format!("{VARIABLES}/BootCurrent-{GLOBAL}"), variable(&[0x0a, 0]))
            .file(&format!("{VARIABLES}/Boot000A-{GLOBAL}"), variable(&network()));
        assert_eq!(booted_from(&Probe::new(tree.root())), "3c:ec:ef:00:00:01".parse().ok());
        assert_eq!(booted_from(&Probe::new(Builder::new().root())), None);
    }

    #[test]
    fn a_boot_from_disk_names_none() {
        assert_eq!(card(&load_option(&[&PCI, &END])), None);
        // A node without a length of its own does not hold the walk up.
        assert_eq!(card(&load_option(&[&[1, 1, 0, 0], &END])), None);
        assert_eq!(card(&[]), None);
    }

    proptest! {
        #[test]
        fn any_variable_is_survived(bytes: Vec<u8>, cut in 0_usize..80, at in 0_usize..80, byte: u8) {
            card(&bytes);
            let mut option = network();
            if let Some(broken) = option.get_mut(at) {
                *broken = byte;
            }
            option.truncate(cut);
            card(&option);
        }
    }
}
