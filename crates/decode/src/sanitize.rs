//! How a drive can erase itself; NVMe and ATA have the same three ways.

/// The ways in which a drive can erase itself beyond recovery.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sanitize {
    /// It throws its key away.
    pub crypto_erase: bool,
    /// It erases each block.
    pub block_erase: bool,
    /// It overwrites each block.
    pub overwrite: bool,
}
