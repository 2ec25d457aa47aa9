//! Formats that a sign and two fields tell enough of.

use super::field::{has, le16, le32, le64, text, uuid, wide_text};
use super::{Image, Signature, Usage};

/// Where a format keeps what tells it.
struct Plain {
    kind: &'static str,
    usage: Usage,
    /// Where its superblock begins.
    offset: u64,
    /// The sign, counted from there.
    sign: (usize, &'static [u8]),
    uuid: Option<usize>,
    /// Where, and how long.
    label: Option<(usize, usize)>,
}

const PLAIN: [Plain; 7] = [
    Plain { label: None, ..plain("squashfs", 0, (0, b"hsqs")) },
    // The kernel's `fs/erofs/erofs_fs.h`.
    Plain { uuid: Some(48), label: Some((64, 16)), ..plain("erofs", 1024, (0, &[0xe2, 0xe1, 0xf5, 0xe0])) },
    // `include/uapi/linux/nilfs2_ondisk.h`: revision 2, then its sign.
    Plain {
        uuid: Some(152),
        label: Some((168, 80)),
        ..plain("nilfs2", 1024, (0, &[2, 0, 0, 0, 0, 0, 0x34, 0x34]))
    },
    Plain { uuid: Some(136), label: Some((152, 16)), ..plain("jfs", 32_768, (0, b"JFS1")) },
    Plain { uuid: Some(84), label: Some((100, 16)), ..plain("reiserfs", 65_536, (52, b"ReIsEr")) },
    Plain { uuid: Some(72), ..plain("apfs", 0, (32, b"NXSB")) },
    // Each of its devices begins with words and a UUID for people to read.
    Plain {
        usage: Usage::Member,
        label: None,
        ..plain("ceph_bluestore", 0, (0, b"bluestore block device\n"))
    },
];

const fn plain(kind: &'static str, offset: u64, sign: (usize, &'static [u8])) -> Plain {
    Plain { kind, usage: Usage::Filesystem, offset, sign, uuid: None, label: None }
}

pub(super) fn find(image: &Image) -> Option<Signature> {
    PLAIN.iter().find_map(|format| {
        let bytes = image.at(format.offset, 512)?;
        let (at, sign) = format.sign;
        has(bytes, at, sign).then(|| Signature {
            kind: format.kind,
            usage: format.usage,
            label: format.label.and_then(|(at, length)| text(bytes, at, length)),
            uuid: format.uuid.and_then(|at| uuid(bytes, at)).or_else(|| written_uuid(format, bytes)),
            size_bytes: (format.kind == "squashfs").then(|| le64(bytes, 40)).flatten(),
            version: version(format, bytes),
            ..Signature::default()
        })
    })
}

fn written_uuid(format: &Plain, bytes: &[u8]) -> Option<String> {
    let uuid = text(bytes, format.sign.1.len(), 36).filter(|_| format.kind == "ceph_bluestore")?;
    uuid.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-').then_some(uuid)
}

fn version(format: &Plain, bytes: &[u8]) -> Option<String> {
    let (major, minor) = (le16(bytes, 28)?, le16(bytes, 30)?);
    (format.kind == "squashfs").then(|| format!("{major}.{minor}"))
}

/// F2FS (the kernel's `include/linux/f2fs_fs.h`). Its label is wide and long.
pub(super) fn f2fs(image: &Image) -> Option<Signature> {
    let bytes = image.at(1024, 1280)?;
    if !has(bytes, 0, &[0x10, 0x20, 0xf5, 0xf2]) {
        return None;
    }
    let shift = le32(bytes, 16).filter(|shift| (9..=16).contains(shift))?;
    Some(Signature {
        kind: "f2fs",
        version: Some(format!("{}.{}", le16(bytes, 4)?, le16(bytes, 6)?)),
        label: wide_text(bytes, 124, 1024),
        uuid: uuid(bytes, 108),
        size_bytes: le64(bytes, 36)?.checked_mul(1 << shift),
        ..Signature::default()
    })
}
