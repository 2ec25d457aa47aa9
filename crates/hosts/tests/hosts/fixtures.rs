//! Identities of real machines, captured by others. They are read where they are; they are not part of this repository.

use std::path::PathBuf;

use hosts::{IdentifierKind, Strength, identify};
use inventory::Identity;

/// The folder of captures. Where none is, one line says so; where one was named and is not there, that is an error.
fn folder(name: &str) -> Option<PathBuf> {
    let named = std::env::var_os("MUSTER_FIXTURES").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures");
    let folder = named.clone().unwrap_or(beside).join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(named.is_none(), "MUSTER_FIXTURES names no folder with {name}: {}", folder.display());
    println!("no captures at {}: nothing was read", folder.display());
    None
}

/// The first value of `field` below the first `heading` of a dmidecode text.
fn field(text: &str, heading: &str, field: &str) -> Option<String> {
    let section = text.split("\n\n").find(|part| part.lines().any(|line| line == heading))?;
    let lines = section.lines().map(str::trim);
    lines.filter_map(|line| line.split_once(": ")).find(|(name, _)| *name == field).map(|(_, v)| v.to_owned())
}

fn identity(text: &str) -> Identity {
    let system = |name| field(text, "System Information", name);
    Identity {
        system_uuid: system("UUID"),
        vendor: system("Manufacturer"),
        product: system("Product Name"),
        system_serial: system("Serial Number"),
        board_serial: field(text, "Base Board Information", "Serial Number"),
        chassis_serial: field(text, "Chassis Information", "Serial Number"),
        nics: vec![],
    }
}

#[test]
fn real_servers_are_told_apart_by_what_their_makers_wrote() {
    let Some(folder) = folder("netbox-agent/dmidecode") else { return };
    let mut read = 0;
    let mut strong = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let identity = identity(&std::fs::read_to_string(&path).unwrap());
        read += 1;
        let told = identify(&identity);
        let of = |kind| told.iter().find(|one| one.kind == kind);
        let path = path.display();
        if let Some(uuid) = &identity.system_uuid {
            let expected = if uuid.starts_with("00000000-") { Strength::Weak } else { Strength::Strong };
            assert_eq!(of(IdentifierKind::Uuid).unwrap().strength, expected, "{path}");
        }
        if identity.system_serial.is_some() {
            assert_eq!(of(IdentifierKind::SystemSerial).unwrap().strength, Strength::Strong, "{path}");
        }
        let best: Vec<_> = told.into_iter().filter(|one| one.strength == Strength::Strong).collect();
        assert!(identity.system_uuid.is_none() || !best.is_empty(), "{path} can be told from others");
        strong.extend(best.into_iter().map(|one| one.value));
    }
    println!("{read} captures of real servers were read");
    assert!(read > 0);
    let count = strong.len();
    strong.sort();
    strong.dedup();
    assert_eq!(strong.len(), count, "no two of them are taken for one");
}

#[test]
fn another_agents_documents_hold_identities_that_ours_would_take() {
    let Some(folder) = folder("nvidia-bmm") else { return };
    let mut read = 0;
    for name in ["x86_info.json", "gb200_compute_tray_1_info.json", "dpu_bf3_info.json"] {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let said = |field: &str| document["dmi_data"][field].as_str().map(str::to_owned);
        let identity = Identity {
            vendor: said("sys_vendor"),
            product: said("product_name"),
            system_serial: said("product_serial"),
            board_serial: said("board_serial"),
            chassis_serial: said("chassis_serial"),
            ..Identity::default()
        };
        let told = identify(&identity);
        assert!(told.iter().all(|one| !one.value.is_empty()), "{name}");
        for junk in ["unspecified", "not specified", "default string"] {
            assert!(told.iter().all(|one| !one.value.contains(junk)), "{name}: {told:?}");
        }
        println!("{name}: {told:?}");
        read += 1;
    }
    println!("{read} documents were read");
}
