//! The systemd unit: root, and little of what root may do.
//!
//! The agent needs root's eyes: serial numbers (0400 in sysfs), ioctls to drives, the neighbours' frames, the kernel's log.
//! It needs none of root's hands, but for the lights that it lets blink, and takes those rights only where that is enabled.

use crate::settings::Allowed;

/// As it is where nothing else is said, and as the server gives it to the nodes that it installs. Its rights: files of mode
/// 0400; SG_IO; NVMe admin commands and the IPMI device; LLDP frames; the kernel's log; and `ETHTOOL_PHYS_ID`. The kernel asks
/// for the last one also before it shows a transceiver's EEPROM; but it is the right to configure the network, too, and what a
/// module is called is not worth that: where no light may blink it stays untold.
const UNIT: &str = include_str!("../../../kickstart/okd/muster-agent.service");

pub(super) fn unit(program: &str, allow: &Allowed) -> String {
    let unit = UNIT.replace(super::usual_program(), program);
    if allow.has("blink") {
        return unit;
    }
    // The locate light of an enclosure is a file in /sys.
    unit.replace(" CAP_NET_ADMIN\n", "\n")
        .replace("\nProtectKernelTunables=no\n", "\nProtectKernelTunables=yes\n")
}
