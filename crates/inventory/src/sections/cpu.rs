//! Processors.

use serde::{Deserialize, Serialize};

/// All processors of the machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cpu {
    /// As `uname -m` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// `GenuineIntel`, `AuthenticAMD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// The model's name: the kernel's, else the firmware's (SMBIOS type 4), which alone knows it on Arm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The family's number (`cpu family`), x86 only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<u32>,
    /// The model's number within the family, x86 only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_number: Option<u32>,
    /// The stepping, x86 only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stepping: Option<u32>,
    /// Packages that are filled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sockets: Option<u32>,
    /// Dies, all packages together; absent where the kernel does not tell dies from packages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dies: Option<u32>,
    /// Cores that are online, all packages together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cores: Option<u32>,
    /// Threads that are online.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<u32>,
    /// Threads that are there, also those that are switched off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub present_threads: Option<u32>,
    /// Several threads share a core at present (`smt/active`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smt: Option<bool>,
    /// The lowest frequency of the first core.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_mhz: Option<u32>,
    /// The frequency that the maker guarantees (`base_frequency`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_mhz: Option<u32>,
    /// The highest frequency of any core that was looked at: the first 32, and one of each kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_mhz: Option<u32>,
    /// What sets the frequency (`performance`, `schedutil`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub governor: Option<String>,
    /// The driver that it speaks to (`intel_pstate`, `amd-pstate-epp`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency_driver: Option<String>,
    /// The microcode's revision, as the kernel writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub microcode: Option<String>,
    /// Which level of the x86-64 psABI the processor reaches, 1 to 4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x86_64_level: Option<u8>,
    /// Feature flags that somebody decides by, sorted: virtualisation, encryption, vector units, isolation, large pages.
    pub flags: Vec<String>,
    /// Kinds of cores, where there are several or the kind is all that names the model (Arm).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<CoreKind>,
    /// Caches, those that are alike together, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub caches: Vec<Cache>,
    /// NUMA nodes, also those without processors or without memory, sorted by number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub numa_nodes: Vec<NumaNode>,
    /// What the kernel says of the processor's known weaknesses, sorted by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vulnerabilities: Vec<Vulnerability>,
    /// The board's sockets, also the empty ones, in the firmware's order (SMBIOS type 4).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<CpuSlot>,
}

/// Cores that are alike, in a machine where not all are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CoreKind {
    /// `performance` or `efficiency`, where the kernel says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which threads, as the kernel writes it (`0-11`).
    pub cpus: String,
    /// How many threads.
    pub threads: u32,
    /// The highest frequency of the first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_mhz: Option<u32>,
    /// Who designed it (Arm's `MIDR_EL1.Implementer`, `0x41`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub implementer: Option<String>,
    /// Which design (`MIDR_EL1.PartNum`, `0xd0c`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Its variant and revision (`r1p2`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
}

/// Caches of one level, type and size.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Cache {
    /// 1 is nearest to the core.
    pub level: u8,
    /// `data`, `instruction`, `unified`.
    pub kind: String,
    /// Size of one.
    pub size_bytes: u64,
    /// How many there are.
    pub count: u32,
}

/// A NUMA node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NumaNode {
    /// The kernel's number; numbers may be missing between.
    pub id: u32,
    /// Its threads, as the kernel writes it (`0-23,48-71`); absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpus: Option<String>,
    /// Its memory; zero where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// How far each node is, in the order of the nodes (10 is itself).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub distances: Vec<u32>,
}

/// A weakness that processors are known to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vulnerability {
    /// The kernel's name (`spectre_v2`).
    pub name: String,
    /// Whether this machine has it.
    pub state: VulnerabilityState,
    /// What else the kernel says: the mitigation, or what is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Whether a machine has a weakness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VulnerabilityState {
    /// Its processors don't have it.
    NotAffected,
    /// They have it, and the kernel works around it.
    Mitigated,
    /// They have it.
    Vulnerable,
    /// The kernel can't tell, or says it in new words.
    #[serde(other)]
    Other,
}

/// One socket of the board, filled or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CpuSlot {
    /// What the board prints beside it (`CPU1`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Something is in it.
    pub populated: bool,
    /// Manufacturer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// The model's name, as the firmware writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Part number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Asset tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset_tag: Option<String>,
    /// Cores that it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cores: Option<u32>,
    /// Cores that the firmware left on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled_cores: Option<u32>,
    /// Threads that it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<u32>,
    /// The fastest that the socket takes, by the firmware.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_mhz: Option<u32>,
    /// How fast it was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boot_mhz: Option<u32>,
}
