//! How full a filesystem is.

/// How full a filesystem is, and how many files it may still hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// All blocks.
    pub size_bytes: u64,
    /// Blocks that hold nothing.
    pub free_bytes: u64,
    /// Blocks that an ordinary user may still fill.
    pub available_bytes: u64,
    /// All inodes; 0 where the filesystem makes them as they are needed (btrfs).
    pub inodes: u64,
    /// Inodes that are free.
    pub free_inodes: u64,
}

impl Space {
    /// The answer to [`super::Question::Space`]: five little-endian numbers of 64 bits.
    #[must_use]
    pub fn to_bytes(self) -> Vec<u8> {
        let fields = [self.size_bytes, self.free_bytes, self.available_bytes, self.inodes, self.free_inodes];
        fields.iter().flat_map(|field| field.to_le_bytes()).collect()
    }

    /// Reads what [`Space::to_bytes`] wrote.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (fields, []) = bytes.as_chunks::<8>() else { return None };
        let [size, free, available, inodes, free_inodes] = fields else { return None };
        Some(Self {
            size_bytes: u64::from_le_bytes(*size),
            free_bytes: u64::from_le_bytes(*free),
            available_bytes: u64::from_le_bytes(*available),
            inodes: u64::from_le_bytes(*inodes),
            free_inodes: u64::from_le_bytes(*free_inodes),
        })
    }
}
