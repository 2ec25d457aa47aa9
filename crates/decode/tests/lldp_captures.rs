//! LLDP frames that others captured: of real switches, and of a fuzzer.
//!
//! The captures lie outside the repository. Where they are not there the test says so and passes, unless `MUSTER_FIXTURES`
//! promises that they are.
#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

use std::path::{Path, PathBuf};

use decode::lldp::{Announcement, Id, IdKind, Malformed};

fn captures() -> Option<PathBuf> {
    let promised = std::env::var_os("MUSTER_FIXTURES").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures");
    let folder = promised.clone().unwrap_or(beside).join("tcpdump");
    if !folder.exists() {
        assert!(promised.is_none(), "MUSTER_FIXTURES is set, and there is no {}", folder.display());
        eprintln!("not tested: {} is not there; set MUSTER_FIXTURES", folder.display());
        return None;
    }
    Some(folder)
}

/// The frames of a little-endian pcap file.
fn frames(file: &Path) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(file).unwrap();
    let (header, mut rest) = bytes.split_at_checked(24).unwrap();
    assert!(header.starts_with(&[0xd4, 0xc3, 0xb2, 0xa1]), "{}: another kind of capture", file.display());
    let mut frames = Vec::new();
    while let Some((record, behind)) = rest.split_first_chunk::<16>() {
        let length = u32::from_le_bytes(*record.get(8..).and_then(<[u8]>::first_chunk).unwrap());
        let (frame, behind) = behind.split_at_checked(length.try_into().unwrap()).unwrap();
        frames.push(frame.to_vec());
        rest = behind;
    }
    frames
}

#[test]
fn every_captured_frame_is_understood_or_refused() {
    let Some(folder) = captures() else { return };
    let (mut all, mut understood, mut others, mut malformed) = (0, Vec::new(), 0, 0);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "pcap")) {
        for frame in frames(file) {
            all += 1;
            match Announcement::decode(&frame) {
                Ok(said) => understood.push(said),
                Err(Malformed::OtherType) => others += 1,
                Err(Malformed::Without(_)) => malformed += 1,
            }
        }
    }
    println!(
        "{all} frames: {} understood, {others} of another type, {malformed} malformed",
        understood.len()
    );
    // Two switches that talk to each other; then what a fuzzer made of such frames.
    assert!(understood.len() >= 9 && others >= 7 && malformed >= 4, "captures are missing");

    let said = |value: &str| understood.iter().find(|said| said.port.value == value).unwrap();
    let switch = said("Uplink to S1");
    assert_eq!(switch.chassis, Id { kind: IdKind::Mac, value: "00:19:2f:a7:b2:8d".into() });
    assert_eq!(switch.port.kind, IdKind::InterfaceAlias);
    assert_eq!((switch.system_name.as_deref(), switch.ttl_secs), (Some("S2.cisco.com"), 120));
    assert_eq!(said("Fa0/13").port.kind, IdKind::Local);
}
