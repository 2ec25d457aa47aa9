//! SMBIOS structures that QEMU can't make itself, or only one like the other: memory modules (type 17), the array that they
//! are in (16), and the management controller's network interface (42).

use std::net::{Ipv4Addr, SocketAddrV4};

use anyhow::{Context as _, ensure};

use super::Dimm;

/// QEMU's own handles: of the first module, and of the memory array that they are in.
const FIRST_HANDLE: u16 = 0x1100;
const ARRAY_HANDLE: u16 = 0x1000;

/// "Not provided".
const NO_ERROR_INFORMATION: u16 = 0xfffe;
const DIMM: u8 = 0x09;
const UNKNOWN: u8 = 0x02;
const DDR4: u8 = 0x1a;
const SYNCHRONOUS: u16 = 1 << 7;
const WIDTH_BITS: u16 = 64;

/// One slot as SMBIOS 2.8 has it, full or empty.
pub(super) fn memory_device(slot: usize, dimm: Option<&Dimm>) -> anyhow::Result<Vec<u8>> {
    let number =
        u16::try_from(slot).ok().filter(|slot| *slot < 64).context("a machine has at most 64 slots")?;
    let mut strings = vec![format!("DIMM {slot}"), format!("BANK {slot}")];
    let mut name = |text: &str| {
        if text.is_empty() {
            return 0;
        }
        strings.push(text.to_owned());
        u8::try_from(strings.len()).unwrap_or(0)
    };
    let (manufacturer, serial, part) = dimm.map_or((0, 0, 0), |dimm| {
        (name(&dimm.maker.manufacturer), name(&dimm.maker.serial), name(&dimm.maker.product))
    });
    let width = if dimm.is_some() { WIDTH_BITS } else { 0 };
    let speed = dimm.map_or(0, |dimm| dimm.speed_mts);

    let mut table = vec![17, 40];
    table.extend((FIRST_HANDLE + number).to_le_bytes());
    table.extend(ARRAY_HANDLE.to_le_bytes());
    table.extend(NO_ERROR_INFORMATION.to_le_bytes());
    table.extend(width.to_le_bytes()); // total
    table.extend(width.to_le_bytes()); // data
    table.extend(dimm.map_or(0, |dimm| dimm.size_mib).to_le_bytes());
    table.extend([DIMM, 0, 1, 2]); // form, set, the strings "DIMM n" and "BANK n"
    table.push(if dimm.is_some() { DDR4 } else { UNKNOWN });
    table.extend(if dimm.is_some() { SYNCHRONOUS } else { 0 }.to_le_bytes());
    table.extend(speed.to_le_bytes());
    table.extend([manufacturer, serial, 0, part, 0]); // 0: no asset tag; unknown rank
    table.extend(0_u32.to_le_bytes()); // the larger size, for 32 GiB and more
    table.extend(speed.to_le_bytes()); // as configured
    table.extend([0; 6]); // voltages
    for string in strings {
        ensure!(!string.contains('\0'), "an SMBIOS string can't hold a zero byte");
        table.extend(string.as_bytes());
        table.push(0);
    }
    table.push(0);
    Ok(table)
}

/// The memory array that the modules are in, with ECC: what a server's board says, and QEMU does not.
#[must_use]
pub fn memory_array(slots: u16, most_kib: u32) -> Vec<u8> {
    const ON_THE_BOARD: u8 = 3;
    const SYSTEM_MEMORY: u8 = 3;
    const MULTI_BIT_ECC: u8 = 6;
    let mut table = vec![16, 23];
    table.extend(ARRAY_HANDLE.to_le_bytes());
    table.extend([ON_THE_BOARD, SYSTEM_MEMORY, MULTI_BIT_ECC]);
    table.extend(most_kib.to_le_bytes());
    table.extend(NO_ERROR_INFORMATION.to_le_bytes());
    table.extend(slots.to_le_bytes());
    table.extend(0_u64.to_le_bytes()); // the larger capacity, for 2 TiB and more
    table.extend([0, 0]);
    table
}

/// The network interface of the management controller, a USB card, on which it speaks Redfish at `service` (SMBIOS 3.6,
/// 7.43; DSP0270, 8).
#[must_use]
pub fn host_interface(vendor: u16, product: u16, service: SocketAddrV4) -> Vec<u8> {
    const HANDLE: u16 = 0x2a00;
    const NETWORK_HOST_INTERFACE: u8 = 0x40;
    const USB_DEVICE: u8 = 2;
    const REDFISH_OVER_IP: u8 = 4;
    const STATIC: u8 = 1;
    const IPV4: u8 = 1;
    let mut device = vec![USB_DEVICE];
    device.extend(vendor.to_le_bytes());
    device.extend(product.to_le_bytes());
    device.extend([2, 3]); // a serial number as a string descriptor: its length, and its kind

    let address = |address: Ipv4Addr| {
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(address.octets()).for_each(|(to, from)| *to = from);
        bytes
    };
    let mask = address(Ipv4Addr::new(255, 255, 255, 0));
    let [a, b, c, d] = service.ip().octets();
    let mut protocol = [0x4d; 16].to_vec(); // the service's UUID
    protocol.extend([STATIC, IPV4]);
    protocol.extend(address(Ipv4Addr::new(a, b, c, d.wrapping_add(1))));
    protocol.extend(mask);
    protocol.extend([STATIC, IPV4]);
    protocol.extend(address(*service.ip()));
    protocol.extend(mask);
    protocol.extend(service.port().to_le_bytes());
    protocol.extend(0_u32.to_le_bytes()); // VLAN
    protocol.extend([4, b'b', b'm', b'c', 0]); // the service's host name

    let length = |bytes: &[u8]| u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    let mut table = vec![42, 0];
    table.extend(HANDLE.to_le_bytes());
    table.extend([NETWORK_HOST_INTERFACE, length(&device)]);
    table.extend(device);
    table.extend([1, REDFISH_OVER_IP, length(&protocol)]);
    table.extend(protocol);
    let whole = length(&table);
    if let Some(place) = table.get_mut(1) {
        *place = whole;
    }
    table.extend([0, 0]);
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Maker;

    #[test]
    fn a_full_slot_is_laid_out_as_the_standard_says() {
        let dimm = Dimm { size_mib: 16_384, speed_mts: 3200, maker: Maker::new("ACME", "PART-1", "SER-1") };
        let table = memory_device(1, Some(&dimm)).unwrap();
        assert_eq!(table[..4], [17, 40, 0x01, 0x11]);
        assert_eq!(u16::from_le_bytes([table[0x0c], table[0x0d]]), 16_384);
        assert_eq!(u16::from_le_bytes([table[0x15], table[0x16]]), 3200);
        let strings: Vec<&str> =
            std::str::from_utf8(&table[40..]).unwrap().trim_end_matches('\0').split('\0').collect();
        let string = |number: u8| strings[usize::from(number) - 1];
        assert_eq!(string(table[0x10]), "DIMM 1");
        assert_eq!(string(table[0x17]), "ACME");
        assert_eq!(string(table[0x18]), "SER-1");
        assert_eq!(string(table[0x1a]), "PART-1");
        assert!(table.ends_with(&[0, 0]));
    }

    #[test]
    fn an_empty_slot_has_a_place_and_no_size() {
        let table = memory_device(3, None).unwrap();
        assert_eq!(table[0x0c..0x0e], [0, 0]);
        assert_eq!(table[0x17], 0);
        assert_eq!(&table[40..], b"DIMM 3\0BANK 3\0\0");
    }

    #[test]
    fn an_array_and_an_interface_are_as_long_as_they_say() {
        let service = SocketAddrV4::new(Ipv4Addr::new(169, 254, 1, 1), 443);
        for table in [memory_array(4, 1 << 20), host_interface(0x046b, 0xffb0, service)] {
            assert_eq!(usize::from(table[1]) + 2, table.len());
            assert!(table.ends_with(&[0, 0]));
        }
    }

    #[test]
    fn what_has_no_place_in_the_table_is_refused() {
        memory_device(64, None).unwrap_err();
        let dimm = Dimm { size_mib: 1, speed_mts: 1, maker: Maker::new("a\0b", "", "") };
        memory_device(0, Some(&dimm)).unwrap_err();
    }
}
