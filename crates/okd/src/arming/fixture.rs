//! One arming, and what it is made of: for the tests.

use boot::site::CoreOs;
use boot::{Arch, AssetId};
use hosts::{HostFacts, State};
use inventory::{MacAddr, Timestamp};

use super::{Arming, Marks};
use crate::assignment::Assignment;
use crate::disk::Target;
use crate::role::Role;

pub(crate) const NOW: Timestamp = Timestamp(1_795_257_600_000);
pub(crate) const CARDS: [MacAddr; 2] =
    [MacAddr::new([0x3c, 0xec, 0xef, 0, 0, 1]), MacAddr::new([0x3c, 0xec, 0xef, 0, 0, 2])];
pub(crate) const UUID: &str = "4c4c4544-0034-3610-8052-b4c04f4d3232";
pub(crate) const SERIAL: &str = "SVC0001 X";

pub(crate) fn host(state: State) -> HostFacts {
    HostFacts {
        id: "1795257600_k3f9a2c".parse().unwrap(),
        name: "node1".to_owned(),
        place: None,
        state,
        approved: true,
        last_seen_at: None,
        goodbye_at: None,
    }
}

pub(crate) fn target() -> Target {
    Target {
        by_id: "nvme-Samsung_SSD_980_S64DNF0R1234".to_owned(),
        serial: Some("S64DNF0R1234".to_owned()),
        wwn: Some("eui.0025385b11b2c3d4".to_owned()),
        size_bytes: 512_110_190_592,
        model: Some("Samsung SSD 980".to_owned()),
        carries: vec![],
    }
}

pub(crate) fn image() -> CoreOs {
    let [kernel, initramfs, rootfs] = [1, 2, 3].map(|byte| AssetId::of_digest([byte; 32]));
    CoreOs { arch: Arch::X86_64, build: "9.0.20250510-0".to_owned(), kernel, initramfs, rootfs }
}

pub(crate) fn assignment() -> Assignment {
    Assignment {
        host: host(State::Assigned).id,
        cluster: "okd1".parse().unwrap(),
        role: Role::Worker,
        hostname: "w1".parse().unwrap(),
        address: None,
        disk: "serial=S64DNF0R1234".to_owned(),
        target: target(),
        network: None,
        wipe: None,
        accepted: vec![],
        version: 1,
        changed_at: NOW,
    }
}

pub(crate) fn arming() -> Arming {
    Arming {
        host: host(State::Armed).id,
        generation: 2,
        cluster: "okd1".parse().unwrap(),
        domain: "example.lan".parse().unwrap(),
        role: Role::Worker,
        hostname: "w1".parse().unwrap(),
        machine: Marks { macs: CARDS.to_vec(), uuid: Some(UUID.to_owned()), serial: Some(SERIAL.to_owned()) },
        target: target(),
        network: None,
        image: image(),
        armed_at: NOW,
        armed_by: "operator".to_owned(),
        expires_at: NOW.plus(super::USUAL_LIFE),
        consumed_at: None,
        ended: None,
    }
}
