//! The systemd unit: root, and little of what root may do.
//!
//! The agent needs root's eyes: serial numbers (0400 in sysfs), ioctls to drives, the neighbours' frames, the kernel's log.
//! It needs none of root's hands, but for the lights that it lets blink, and takes those rights only where that is enabled.

use crate::settings::Allowed;

/// Reads files of mode 0400; SG_IO; NVMe admin commands and the IPMI device; LLDP frames; the kernel's log.
const CAPABILITIES: &str = "CAP_DAC_READ_SEARCH CAP_SYS_RAWIO CAP_SYS_ADMIN CAP_NET_RAW CAP_SYSLOG";
/// `ETHTOOL_PHYS_ID`. The kernel asks for this right also before it shows a transceiver's EEPROM; but it is the right to
/// configure the network, too, and what a module is called is not worth that: where no light may blink it stays untold.
const BLINKING: &str = " CAP_NET_ADMIN";

pub(super) fn unit(program: &str, allow: &Allowed) -> String {
    let blinks = allow.has("blink");
    let capabilities = format!("{CAPABILITIES}{}", if blinks { BLINKING } else { "" });
    // The locate light of an enclosure is a file in /sys.
    let tunables = if blinks { "no" } else { "yes" };
    format!(
        "[Unit]
Description=Muster agent: tells the server what this machine is made of, and how it does
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart={program} run --state {state} --spool {folder}/spool --status /run/muster-agent/status.json
EnvironmentFile={settings}
Restart=always
RestartSec=10
TimeoutStopSec=15
StateDirectory=muster-agent
StateDirectoryMode=0700
RuntimeDirectory=muster-agent
UMask=0077

MemoryMax=96M
TasksMax=128
CPUWeight=20
IOWeight=20
OOMScoreAdjust=-500

CapabilityBoundingSet={capabilities}
AmbientCapabilities=
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
ProtectControlGroups=yes
ProtectKernelModules=yes
ProtectKernelTunables={tunables}
ProtectHostname=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallFilter=adjtimex clock_adjtime
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
",
        state = super::STATE_FILE,
        folder = super::STATE_FOLDER,
        settings = super::SETTINGS_FILE,
    )
}
