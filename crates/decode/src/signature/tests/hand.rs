//! Formats whose tools need a kernel that has them.

use super::*;

/// Fields of a superblock at their places.
fn fields(length: usize, fields: &[(usize, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![0; length];
    for (at, field) in fields {
        bytes[*at..at + field.len()].copy_from_slice(field);
    }
    bytes
}

fn with(size_bytes: u64, offset: u64, bytes: &[u8]) -> Device {
    let mut device = Device::of(size_bytes);
    device.write(offset, bytes);
    device
}

/// A member of a mirror of two: the second disk.
fn member(offset: u64, role: u16) -> Vec<u8> {
    let mut bytes = fields(
        4096,
        &[
            (0, &0xa92b_4efc_u32.to_le_bytes()),
            (4, &1_u32.to_le_bytes()),
            (16, &[0xab; 16]),
            (32, b"node1:root"),
            (72, &1_u32.to_le_bytes()),
            (92, &2_u32.to_le_bytes()),
            (136, &2048_u64.to_le_bytes()),
            (144, &(offset / 512).to_le_bytes()),
            (160, &1_u32.to_le_bytes()),
            (220, &4_u32.to_le_bytes()),
            (258, &role.to_le_bytes()),
        ],
    );
    let words = bytes[..264].as_chunks::<4>().0.iter().map(|word| u64::from(u32::from_le_bytes(*word)));
    let sum: u64 = words.sum();
    let folded = u32::try_from((sum & 0xffff_ffff) + (sum >> 32)).unwrap();
    bytes[216..220].copy_from_slice(&folded.to_le_bytes());
    bytes
}

#[test]
fn members_of_md_are_read_wherever_their_superblock_is() {
    let size = (8 << 20) + 512;
    for (version, offset) in [("1.0", 8_380_416), ("1.1", 0), ("1.2", 4096)] {
        let mut device = with(size, offset, &member(offset, 1));
        let id = "abababab-abab-abab-abab-abababababab";
        let expected = format!("linux_raid_member Member {version} node1:root {id} 1048576 - raid1 2 1");
        assert_eq!(one(&device), expected);
        device.flip(offset + 40);
        assert_eq!(
            one(&device),
            expected.replace("node1:roo", "node1:ron") + ": its checksum does not match"
        );
    }
    for (role, word) in [(0xffff, "spare"), (0xfffe, "faulty"), (0xfffd, "journal")] {
        assert!(one(&with(size, 4096, &member(4096, role))).ends_with(word));
    }
    // A copy of a member's beginning, somewhere else.
    assert_eq!(with(size, 4096, &member(0, 1)).find(), Findings::default());
}

#[test]
fn members_of_old_md_are_read_in_either_byte_order() {
    for (order, read) in [
        (u32::to_le_bytes as fn(u32) -> [u8; 4], u32::from_le_bytes as fn([u8; 4]) -> u32),
        (u32::to_be_bytes, u32::from_be_bytes),
    ] {
        let mut bytes = fields(
            4096,
            &[
                (0, &order(0xa92b_4efc)),
                (8, &order(90)),
                (20, &order(0x0102_0304)),
                (28, &order(5)),
                (32, &order(1024)),
                (40, &order(3)),
                (52, &order(0x0506_0708)),
                (3980, &order(2)),
            ],
        );
        let sum: u64 = bytes.as_chunks::<4>().0.iter().map(|word| u64::from(read(*word))).sum();
        bytes[152..156].copy_from_slice(&order(u32::try_from((sum & 0xffff_ffff) + (sum >> 32)).unwrap()));
        let mut device = with((1 << 20) + 4096, (1 << 20) - 65_536, &bytes);
        let expected =
            "linux_raid_member Member 0.90 - 04030201-0807-0605-0000-000000000000 1048576 - raid5 3 2";
        assert_eq!(one(&device), expected);
        device.flip((1 << 20) - 65_536 + 44);
        assert!(one(&device).ends_with("its checksum does not match"));
    }
}

#[test]
fn members_of_a_firmwares_arrays_are_told() {
    let size = 4 << 20;
    let intel = fields(
        512,
        &[(0, b"Intel Raid ISM Cfg Sig. 1.3.00"), (0x28, &0xcafe_u32.to_le_bytes()), (0x38, &[2])],
    );
    assert_eq!(one(&with(size, size - 1024, &intel)), "isw_raid_member Member 1.3.00 - - - 0000cafe - 2 -");

    let mut ddf = fields(
        512,
        &[(0, &0xde11_de11_u32.to_be_bytes()), (4, &[0xff; 4]), (8, &[0x11; 24]), (32, b"02.00.00")],
    );
    let sum = checksum::crc32(&[&ddf]);
    ddf[4..8].copy_from_slice(&sum.to_be_bytes());
    let mut device = with(size, size - 512, &ddf);
    assert_eq!(one(&device), format!("ddf_raid_member Member 02.00.00 - {} - - - - -", "11".repeat(24)));
    device.flip(size - 512 + 100);
    assert!(one(&device).ends_with("its checksum does not match"));
}

/// A name and a value of a ZFS label, in XDR.
fn pair(name: &str, value: &[u8], kind: u32) -> Vec<u8> {
    let padded = |text: &[u8]| {
        let mut bytes = u32::try_from(text.len()).unwrap().to_be_bytes().to_vec();
        bytes.extend(text);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    };
    let value = if kind == 9 { padded(value) } else { value.to_vec() };
    let body = [&padded(name.as_bytes())[..], &kind.to_be_bytes(), &1_u32.to_be_bytes(), &value].concat();
    let length = u32::try_from(body.len() + 8).unwrap().to_be_bytes();
    [&length[..], &length, &body].concat()
}

#[test]
fn a_device_of_a_pool_names_it_from_either_end() {
    let size = (64 << 20) + 4096;
    let label = [
        vec![1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        pair("version", &5000_u64.to_be_bytes(), 8),
        pair("name", b"tank", 9),
        pair("pool_guid", &17_974_594_482_624_149_829_u64.to_be_bytes(), 8),
        // Longer than what is read.
        [&9000_u32.to_be_bytes()[..], &[0; 60]].concat(),
    ]
    .concat();
    let expected = "zfs_member Member 5000 tank 17974594482624149829 - tank - - -";
    assert_eq!(one(&with(size, 16 << 10, &label)), expected);
    let last = (64 << 20) - (256 << 10) + (16 << 10);
    assert_eq!(
        one(&with(size, last, &label)),
        format!("{expected}: its first label is gone; the last is there")
    );
}

#[test]
fn ceph_drbd_bcachefs_and_bitlocker_are_told() {
    let size = 8 << 20;
    let ceph = b"bluestore block device\n01234567-89ab-cdef-0123-456789abcdef\n";
    assert_eq!(
        one(&with(size, 0, ceph)),
        "ceph_bluestore Member - - 01234567-89ab-cdef-0123-456789abcdef - - - - -"
    );
    for (magic, version, at) in
        [(0x8374_026b_u32, "8.4", 40), (0x8374_026c, "8.4", 40), (0x8374_026d, "9", 48)]
    {
        let drbd = fields(64, &[(at, &0xabcd_u64.to_be_bytes()), (60, &magic.to_be_bytes())]);
        assert_eq!(
            one(&with(size, size - 4096, &drbd)),
            format!("drbd Member {version} - 000000000000abcd - - - - -")
        );
    }
    let magic =
        [0xc6, 0x85, 0x73, 0xf6, 0x66, 0xce, 0x90, 0xa9, 0xd9, 0x6a, 0x60, 0xcf, 0x80, 0x3d, 0xf7, 0xef];
    let bcachefs =
        fields(128, &[(16, &[0x14, 0x04]), (24, &magic), (56, &[0x22; 16]), (72, b"pool"), (122, &[1, 3])]);
    assert_eq!(
        one(&with(size, 4096, &bcachefs)),
        "bcachefs Filesystem 1.20 pool 22222222-2222-2222-2222-222222222222 - - - 3 1"
    );
    assert_eq!(one(&with(size, 0, b"\xeb\x58\x90-FVE-FS-")), "BitLocker Crypto - - - - - - - -");
}

#[test]
fn what_was_not_wiped_is_told_beside_what_is_there_now() {
    let mut device = real("ext4");
    device.write(4096, &member(4096, 0));
    let kinds: Vec<_> = device.find().signatures.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, ["linux_raid_member", "ext4"]);
}
