//! The two kinds of machines that an image can be for.

use object::Architecture;

/// A processor, as an image's manifest names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Processor {
    X86_64,
    Aarch64,
}

impl Processor {
    pub(super) const ALL: [Self; 2] = [Self::X86_64, Self::Aarch64];

    /// As `uname -m` says it, and the manifest.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
        }
    }

    pub(super) fn of_elf(architecture: Architecture) -> Option<Self> {
        match architecture {
            Architecture::X86_64 => Some(Self::X86_64),
            Architecture::Aarch64 => Some(Self::Aarch64),
            _ => None,
        }
    }
}
