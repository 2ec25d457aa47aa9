//! What no file tells, and is asked of a device or of the kernel.
//!
//! Questions are a closed list, and none of them changes anything: the live tree refuses an NVMe or SCSI command that is
//! not known to read. Each has a name, under which a captured tree keeps its answer (`answers/…`).

/// A question. The answer is bytes, in the form told at each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// How full the filesystem at this mount point is: [`super::Space::from_bytes`].
    Space {
        /// The mount point.
        mount: String,
    },
    /// The kernel's name of the architecture, as text.
    Architecture,
    /// The state of the kernel's clock: `struct timex` of adjtimex(2), raw, preceded by the call's return value as a
    /// little-endian `i32`.
    Timex,
    /// A leaf of the processor's CPUID (x86 only): EAX, EBX, ECX, EDX, each a little-endian `u32`.
    Cpuid {
        /// Which.
        leaf: u32,
    },
    /// Bytes of a disk or partition, read-only. Wakes a disk that sleeps.
    Block {
        /// `/dev/sda1`.
        device: String,
        /// Where to begin.
        offset: u64,
        /// How many; fewer come at the end of the device.
        length: u32,
    },
    /// An NVMe admin command: the data that the controller returned.
    Nvme {
        /// `/dev/nvme0`.
        device: String,
        /// Which.
        command: NvmeCommand,
    },
    /// A SCSI command by SG_IO that reads: [`ScsiAnswer::from_bytes`].
    Scsi {
        /// `/dev/sda`, `/dev/sg3`.
        device: String,
        /// The command descriptor block: 6, 10, 12 or 16 bytes.
        command: Vec<u8>,
        /// How many bytes to make room for; 0 where the command returns no data.
        length: u32,
    },
    /// What `smartctl` says in JSON, where it is installed: [`SmartctlAnswer::from_bytes`]. For drives that the kernel can't
    /// reach by itself.
    Smartctl(SmartctlCommand),
    /// An IPMI request to the system interface: the completion code, then the data.
    Ipmi {
        /// `/dev/ipmi0`.
        device: String,
        /// Network function.
        function: u8,
        /// Command.
        command: u8,
        /// Its data.
        data: Vec<u8>,
    },
    /// A TPM 2.0 command that reads, by the kernel's resource manager: the whole answer.
    Tpm {
        /// `/dev/tpmrm0`.
        device: String,
        /// The whole command.
        command: Vec<u8>,
    },
    /// An ethtool request (`SIOCETHTOOL`): the structure as the kernel filled it in (`linux/ethtool.h`).
    Ethtool {
        /// `eth0`.
        interface: String,
        /// Which.
        request: Ethtool,
    },
    /// A route netlink dump: the messages, one after another, without the final `NLMSG_DONE`.
    Netlink(Netlink),
    /// The frames of one Ethernet type that an interface hears: each as its length (little-endian `u32`), then the frame
    /// from its destination address on. Returns at the first frame, or after `seconds` with nothing.
    Frames {
        /// `eth0`.
        interface: String,
        /// The Ethernet type, `0x88cc` for LLDP.
        ethernet_type: u16,
        /// How long to listen.
        seconds: u16,
    },
}

/// An NVMe admin command that reads (NVM Express base specification 2.0, 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NvmeCommand {
    /// Identify, 4096 bytes.
    Identify {
        /// What: 0 a namespace, 1 the controller.
        structure: u8,
        /// Which namespace; 0 for the controller.
        namespace: u32,
    },
    /// Get Log Page of the whole controller.
    LogPage {
        /// Which: 1 errors, 2 health, 3 firmware slots, 6 self-tests.
        page: u8,
        /// How much of it; a multiple of 4.
        length: u32,
    },
}

/// A call of `smartctl` that reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SmartctlCommand {
    /// Which drives it can reach.
    Scan,
    /// All that one drive says, unless it sleeps.
    Examine {
        /// `/dev/sde`, `/dev/bus/13`.
        device: String,
        /// The way to the drive behind it (`megaraid,0`); without one it finds the way itself.
        way: Option<String>,
    },
}

/// An ethtool request that reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ethtool {
    /// `ETHTOOL_GDRVINFO`: driver, its version, firmware, bus.
    DriverInfo,
    /// `ETHTOOL_GPERMADDR`: the address that the maker gave it.
    PermanentAddress,
    /// `ETHTOOL_GLINKSETTINGS`, after the handshake for its masks: speed, duplex, port, modes.
    LinkSettings,
    /// `ETHTOOL_GMODULEINFO`, then `ETHTOOL_GMODULEEEPROM`: the EEPROM of the plugged-in transceiver, headed by its type as
    /// a little-endian `u32`.
    Module,
}

/// A route netlink dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Netlink {
    /// `RTM_GETLINK`.
    Links,
    /// `RTM_GETADDR`.
    Addresses,
    /// `RTM_GETROUTE`; the routes with a destination left out, of which a router may have a million.
    Routes,
}

impl Question {
    /// Under which a captured tree keeps the answer: a path of plain words.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Space { mount } => format!("space/{}", encode(mount)),
            Self::Architecture => "architecture".to_owned(),
            Self::Timex => "timex".to_owned(),
            Self::Cpuid { leaf } => format!("cpuid/{leaf:08x}"),
            Self::Block { device, offset, length } => format!("block/{}/{offset}-{length}", encode(device)),
            Self::Nvme { device, command: NvmeCommand::Identify { structure, namespace } } => {
                format!("nvme/{}/identify-{structure}-{namespace}", encode(device))
            }
            Self::Nvme { device, command: NvmeCommand::LogPage { page, length } } => {
                format!("nvme/{}/log-{page}-{length}", encode(device))
            }
            Self::Scsi { device, command, length } => {
                format!("scsi/{}/{}-{length}", encode(device), hex::encode(command))
            }
            Self::Smartctl(SmartctlCommand::Scan) => "smartctl/scan".to_owned(),
            Self::Smartctl(SmartctlCommand::Examine { device, way }) => {
                format!("smartctl/{}/{}", encode(device), encode(way.as_deref().unwrap_or("auto")))
            }
            Self::Ipmi { device, function, command, data } => {
                format!("ipmi/{}/{function:02x}-{command:02x}-{}", encode(device), hex::encode(data))
            }
            Self::Tpm { device, command } => format!("tpm/{}/{}", encode(device), hex::encode(command)),
            Self::Ethtool { interface, request } => {
                let request = match request {
                    Ethtool::DriverInfo => "driver-info",
                    Ethtool::PermanentAddress => "permanent-address",
                    Ethtool::LinkSettings => "link-settings",
                    Ethtool::Module => "module",
                };
                format!("ethtool/{}/{request}", encode(interface))
            }
            Self::Netlink(Netlink::Links) => "netlink/links".to_owned(),
            Self::Netlink(Netlink::Addresses) => "netlink/addresses".to_owned(),
            Self::Netlink(Netlink::Routes) => "netlink/routes".to_owned(),
            Self::Frames { interface, ethernet_type, .. } => {
                format!("frames/{}/{ethernet_type:04x}", encode(interface))
            }
        }
    }
}

/// A path or a name as one component: `/dev/sda` becomes `dev%2Fsda`.
fn encode(text: &str) -> String {
    let text = text.strip_prefix('/').unwrap_or(text);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.');
    let encoded: String = text
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    // Neither nothing nor a way up.
    if encoded.bytes().all(|byte| byte == b'.') { format!("%{encoded}") } else { encoded }
}

/// How a SCSI device answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScsiAnswer {
    /// The status byte: 0 good, 2 check condition.
    pub status: u8,
    /// Sense data; also with a good status where the command asked for it (`CK_COND` of ATA PASS-THROUGH).
    pub sense: Vec<u8>,
    /// The data.
    pub data: Vec<u8>,
}

impl ScsiAnswer {
    /// The status, the sense data's length, the sense data, the data.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let sense = self.sense.get(..255).unwrap_or(&self.sense);
        let mut bytes = vec![self.status, u8::try_from(sense.len()).unwrap_or(u8::MAX)];
        bytes.extend(sense);
        bytes.extend(&self.data);
        bytes
    }

    /// Reads what [`ScsiAnswer::to_bytes`] wrote.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&[status, length], rest) = bytes.split_first_chunk()?;
        let (sense, data) = rest.split_at_checked(length.into())?;
        Some(Self { status, sense: sense.to_vec(), data: data.to_vec() })
    }
}

/// How `smartctl` ended, and what it said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SmartctlAnswer {
    /// A set of bits: 1 not understood, 2 not opened, 4 a command failed, 8 the drive fails, and of lesser kinds.
    pub exit_status: i32,
    /// JSON.
    pub json: Vec<u8>,
}

impl SmartctlAnswer {
    /// The exit status as a little-endian number of 32 bits, then the JSON.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.exit_status.to_le_bytes()[..], &self.json].concat()
    }

    /// Reads what [`SmartctlAnswer::to_bytes`] wrote.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (status, json) = bytes.split_first_chunk()?;
        Some(Self { exit_status: i32::from_le_bytes(*status), json: json.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answers_name_stays_below_its_folder() {
        let space = |mount: &str| Question::Space { mount: mount.to_owned() }.name();
        assert_eq!(space("/"), "space/%");
        assert_eq!(space("/var/lib"), "space/var%2Flib");
        assert_eq!(space("/.."), "space/%..");
        assert_ne!(space("/%"), space("/"));
        let command = NvmeCommand::LogPage { page: 2, length: 512 };
        assert_eq!(
            Question::Nvme { device: "/dev/nvme0".into(), command }.name(),
            "nvme/dev%2Fnvme0/log-2-512"
        );
    }

    #[test]
    fn a_scsi_answer_travels() {
        let answer = ScsiAnswer { status: 2, sense: vec![0x72, 1], data: vec![1, 2, 3] };
        assert_eq!(ScsiAnswer::from_bytes(&answer.to_bytes()), Some(answer));
        assert_eq!(ScsiAnswer::from_bytes(&[0]), None);
        assert_eq!(ScsiAnswer::from_bytes(&[0, 9, 1]), None);
    }
}
