//! Files that a distribution ships packed, one by one: modules and firmware as `.xz`, `.zst` or `.gz`. Pure.

use std::io::Read;

/// The largest dictionary of an .xz file that is taken; distributions use 1 to 64 MiB.
const XZ_MEMORY_KIB: u32 = 256 * 1024;

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Xz,
    Zstd,
    Gzip,
}

/// Why a packed file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PackedError {
    /// Its content is cut short or damaged.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// It is a small file that would fill the memory.
    #[error("it has more than {0} bytes when it is unpacked")]
    TooLarge(u64),
}

impl Packing {
    pub(super) const ALL: [Self; 4] = [Self::Plain, Self::Xz, Self::Zstd, Self::Gzip];

    /// What its name ends in.
    pub(super) const fn ending(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Xz => ".xz",
            Self::Zstd => ".zst",
            Self::Gzip => ".gz",
        }
    }

    /// The name of the content, and how it is packed: `e1000e.ko` of `e1000e.ko.xz`.
    pub(super) fn of(name: &str) -> (&str, Self) {
        let packed = [Self::Xz, Self::Zstd, Self::Gzip].into_iter();
        let mut found = packed.filter_map(|packing| Some((name.strip_suffix(packing.ending())?, packing)));
        found.next().unwrap_or((name, Self::Plain))
    }

    /// The content, if it has not more than so many bytes.
    pub(super) fn unpack(self, bytes: Vec<u8>, limit_bytes: u64) -> Result<Vec<u8>, PackedError> {
        let source = bytes.as_slice();
        match self {
            Self::Plain if bytes.len() as u64 > limit_bytes => Err(PackedError::TooLarge(limit_bytes)),
            Self::Plain => Ok(bytes),
            Self::Xz => read(lzma_rust2::XzReader::new_mem_limit(source, true, XZ_MEMORY_KIB), limit_bytes),
            Self::Zstd => {
                let decoder = zstd::stream::read::Decoder::with_buffer(source);
                read(decoder.map_err(|error| PackedError::Damaged(error.to_string()))?, limit_bytes)
            }
            Self::Gzip => read(flate2::read::MultiGzDecoder::new(source), limit_bytes),
        }
    }
}

fn read(content: impl Read, limit_bytes: u64) -> Result<Vec<u8>, PackedError> {
    let mut unpacked = Vec::new();
    let taken = content.take(limit_bytes + 1).read_to_end(&mut unpacked);
    taken.map_err(|error| PackedError::Damaged(error.to_string()))?;
    if unpacked.len() as u64 > limit_bytes {
        return Err(PackedError::TooLarge(limit_bytes));
    }
    Ok(unpacked)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn pack(packing: Packing, content: &[u8]) -> Vec<u8> {
        match packing {
            Packing::Plain => content.to_vec(),
            Packing::Xz => {
                let mut options = lzma_rust2::XzOptions::with_preset(1);
                options.set_check_sum_type(lzma_rust2::CheckType::Crc32); // what the kernel's own reader knows
                let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
                writer.write_all(content).unwrap();
                writer.finish().unwrap()
            }
            Packing::Zstd => zstd::encode_all(content, 1).unwrap(),
            Packing::Gzip => {
                let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                writer.write_all(content).unwrap();
                writer.finish().unwrap()
            }
        }
    }

    #[test]
    fn a_name_tells_how_it_is_packed() {
        assert_eq!(Packing::of("a.ko"), ("a.ko", Packing::Plain));
        assert_eq!(Packing::of("a.ko.xz"), ("a.ko", Packing::Xz));
        assert_eq!(Packing::of("a.ko.zst"), ("a.ko", Packing::Zstd));
        assert_eq!(Packing::of("a.ko.gz"), ("a.ko", Packing::Gzip));
    }

    #[test]
    fn what_would_fill_the_memory_is_refused() {
        for packing in Packing::ALL {
            let packed = pack(packing, &[0; 5000]);
            assert!(matches!(packing.unpack(packed.clone(), 4999), Err(PackedError::TooLarge(4999))));
            assert_eq!(packing.unpack(packed, 5000).unwrap().len(), 5000);
        }
    }

    proptest! {
        #[test]
        fn what_was_packed_comes_back_and_what_was_cut_is_found(content in prop::collection::vec(any::<u8>(), 1..3000), cut in 1_usize..20) {
            for packing in Packing::ALL {
                let packed = pack(packing, &content);
                prop_assert_eq!(&packing.unpack(packed.clone(), 1 << 20).unwrap(), &content);
                if packing != Packing::Plain {
                    let short = packed[..packed.len() - cut.min(packed.len())].to_vec();
                    prop_assert!(packing.unpack(short.clone(), 1 << 20).is_err() || short.is_empty(), "{:?}", packing);
                }
            }
        }

        #[test]
        fn no_bytes_make_a_reader_stumble(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            for packing in Packing::ALL {
                let damaged = [&pack(packing, b"some content")[..8], &bytes].concat();
                packing.unpack(damaged, 1 << 16).ok();
            }
        }
    }
}
