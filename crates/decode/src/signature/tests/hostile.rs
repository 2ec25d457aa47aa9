//! Whatever stands on a device, it is read to the end and nothing breaks.

use proptest::prelude::*;

use super::*;

const NAMES: [&str; 22] = [
    "ext2", "ext4", "xfs", "btrfs", "vfat", "vfat16", "exfat", "ntfs", "iso", "swap", "squashfs", "erofs",
    "f2fs", "nilfs", "jfs", "reiser", "luks1", "luks2", "bcache", "gpt", "mbr", "pv",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..2000), offset in 0..40_000_u64, size in 0..10_000_000_u64) {
        let mut device = Device::of(size);
        device.write(offset, &bytes);
        device.find();
    }

    #[test]
    fn real_devices_with_other_bytes_are_survived(
        name in prop::sample::select(&NAMES[..]),
        changes in prop::collection::vec((0..70_000_u64, any::<[u8; 4]>()), 1..40),
        near in prop::collection::vec((0..600_u64, prop::sample::select(&[0_u64, 512, 1024, 4096, 32_768, 65_536][..]), any::<u8>()), 1..40),
    ) {
        let mut device = real(name);
        for (offset, bytes) in changes {
            device.write(offset, &bytes);
        }
        for (offset, base, byte) in near {
            device.write(base + offset, &[byte]);
        }
        device.find();
    }

    #[test]
    fn real_devices_that_were_cut_are_survived(name in prop::sample::select(&NAMES[..]), size in 0..200_000_u64) {
        let mut device = real(name);
        device.size_bytes = size;
        device.find();
    }

    /// Fewer bytes came than were asked for, or none.
    #[test]
    fn reads_that_fail_are_survived(name in prop::sample::select(&NAMES[..]), cut in 0..70_000_usize, lost in 0..4_usize) {
        let device = real(name);
        let mut image = Image::new(device.size_bytes, 4096);
        for (nth, piece) in image.first_pieces().into_iter().enumerate() {
            let mut bytes = device.bytes(piece.offset, piece.length);
            bytes.truncate(if nth == lost { 0 } else { cut });
            image.add(piece, bytes);
        }
        let _ = find(&image);
        for piece in image.take_wanted() {
            image.add(piece, Vec::new());
        }
        let _ = find(&image);
    }
}

#[test]
fn numbers_of_the_largest_kind_are_survived() {
    for size in [u64::MAX, u64::MAX - 511, 1 << 63, 0, 511, 512, 1024, 65_535] {
        for sector in [0, 512, 4096, u32::MAX] {
            let mut image = Image::new(size, sector);
            for piece in image.first_pieces() {
                image.add(piece, vec![0xff; piece.length as usize]);
            }
            let _ = (find(&image), image.take_wanted());
        }
    }
}
