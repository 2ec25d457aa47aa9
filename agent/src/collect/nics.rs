//! Network cards, and those interfaces upon them that stay: bonds, bridges, VLANs, whatever carries an address.
//!
//! The pairs and tunnels that containers come and go with are left out: they would make every report news.

mod addresses;

use inventory::MacAddr;
use inventory::sections::Nic;

use super::place::numbered;
use super::{Nothing, bounded};
use crate::probe::Probe;
use addresses::Addresses;

const NET: &str = "/sys/class/net";
/// `include/uapi/linux/netdevice.h`: the address is the maker's, and nobody has changed it.
const ADDRESS_IS_PERMANENT: u32 = 0;

pub(super) fn collect(probe: &Probe) -> Result<Vec<Nic>, Nothing> {
    if !probe.exists(NET) {
        return Err(Nothing::NotThere(NET));
    }
    let addresses = Addresses::read(probe);
    // `bonding_masters` is a file among the interfaces.
    let names = probe.names(NET).into_iter().filter(|name| name != "lo" && name != "bonding_masters");
    let nics = names.filter_map(|name| nic(probe, &addresses, name)).collect();
    let mut nics = bounded(probe, NET, nics);
    mark_boot_nic(probe, &mut nics);
    Ok(nics)
}

fn nic(probe: &Probe, addresses: &Addresses, name: String) -> Option<Nic> {
    let at = format!("{NET}/{name}");
    let device = probe.real(&format!("{at}/device"));
    let addresses = addresses.of(&name);
    if device.is_none() && addresses.is_empty() && !is_lasting(probe, &at) {
        return None;
    }
    let mac = probe.number::<MacAddr>(&format!("{at}/address")).filter(|mac| mac.is_unicast());
    let function = device.as_deref().and_then(pci_function);
    let hex_id = |file: &str| {
        let text = probe.text(&format!("{}/{file}", function.as_ref()?.0))?;
        Some(text.trim_start_matches("0x").to_lowercase())
    };
    Some(Nic {
        mac,
        permanent_mac: permanent_mac(probe, &at, mac),
        physical: device.is_some(),
        usb: device.as_deref().is_some_and(|real| real.split('/').any(|part| numbered(part, "usb"))),
        driver: device.as_ref().and_then(|_| probe.link_name(&format!("{at}/device/driver"))),
        pci_vendor: hex_id("vendor"),
        pci_device: hex_id("device"),
        pci_address: function.as_ref().map(|(_, address)| address.clone()),
        speed_mbps: speed_mbps(probe, &at),
        duplex: probe.text(&format!("{at}/duplex")).filter(|duplex| duplex == "full" || duplex == "half"),
        carrier: probe.flag(&format!("{at}/carrier")),
        mtu: probe.number(&format!("{at}/mtu")),
        addresses,
        boot: false,
        name,
    })
}

/// A bond, a bridge, a VLAN: made by whoever set the machine up.
fn is_lasting(probe: &Probe, at: &str) -> bool {
    let uevent = probe.lines(&format!("{at}/uevent"), crate::root::FILE_LIMIT_BYTES).unwrap_or_default();
    let lasting = ["DEVTYPE=bond", "DEVTYPE=bridge", "DEVTYPE=vlan"];
    uevent.lines().any(|line| lasting.contains(&line))
}

/// A bond gives its own address to its members, and remembers theirs.
fn permanent_mac(probe: &Probe, at: &str, mac: Option<MacAddr>) -> Option<MacAddr> {
    let of_member = probe.number::<MacAddr>(&format!("{at}/bonding_slave/perm_hwaddr"));
    let of_member = of_member.filter(|mac| mac.is_unicast());
    let unchanged = probe.number(&format!("{at}/addr_assign_type")) == Some(ADDRESS_IS_PERMANENT);
    of_member.or_else(|| mac.filter(|_| unchanged && probe.exists(&format!("{at}/device"))))
}

/// Down, or virtual, it is -1 or 4294967295, or can't be read at all.
fn speed_mbps(probe: &Probe, at: &str) -> Option<u32> {
    let speed = probe.number::<i64>(&format!("{at}/speed"))?;
    u32::try_from(speed).ok().filter(|speed| *speed > 0 && *speed < u32::MAX)
}

/// The PCI function that the device is, or hangs on (a virtio device, a USB dongle): its folder and its address.
fn pci_function(real: &str) -> Option<(String, String)> {
    let mut folder = real;
    loop {
        let (parent, last) = folder.rsplit_once('/')?;
        if is_pci_address(last) {
            return Some((folder.to_owned(), last.to_owned()));
        }
        folder = parent;
    }
}

/// `0000:00:09.0`; the domain may have eight digits.
fn is_pci_address(text: &str) -> bool {
    let hex = |part: &str, lengths: &[usize]| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let Some((place, function)) = text.split_once('.') else { return false };
    match place.split(':').collect::<Vec<_>>().as_slice() {
        [domain, bus, device] => {
            hex(domain, &[4, 5, 6, 7, 8]) && hex(bus, &[2]) && hex(device, &[2]) && hex(function, &[1])
        }
        _ => false,
    }
}

/// The boot loader names the card by `BOOTIF=01-52-54-00-aa-00-01`. A USB dongle or a BMC's interface may carry the same
/// address as a card: then it was the card.
fn mark_boot_nic(probe: &Probe, nics: &mut [Nic]) {
    let Some(cmdline) = probe.lines("/proc/cmdline", crate::root::FILE_LIMIT_BYTES) else { return };
    let named = cmdline.split_whitespace().find_map(|word| word.strip_prefix("BOOTIF="));
    // The first octet is the hardware type: 1 is Ethernet.
    let Some(mac) = named.and_then(|value| value.strip_prefix("01-")?.parse::<MacAddr>().ok()) else {
        return;
    };
    let is_it = |nic: &Nic| nic.physical && (nic.permanent_mac == Some(mac) || nic.mac == Some(mac));
    let not_usb = nics.iter().position(|nic| is_it(nic) && !nic.usb);
    let found = not_usb.or_else(|| nics.iter().position(is_it));
    if let Some(nic) = found.and_then(|index| nics.get_mut(index)) {
        nic.boot = true;
    }
}

#[cfg(test)]
mod tests;
