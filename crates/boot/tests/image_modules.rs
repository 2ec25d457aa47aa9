//! What comes into an image of a distribution's modules and firmware, packed or not.

use std::io::Write;

use boot::image::build;

use crate::image::{built, manifest, text};
use crate::parts::{KERNEL, Parts, module};

fn packed(packing: &str, content: &[u8]) -> Vec<u8> {
    match packing {
        "xz" => {
            let options = lzma_rust2::XzOptions::with_preset(1);
            let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
            writer.write_all(content).unwrap();
            writer.finish().unwrap()
        }
        "zst" => zstd::encode_all(content, 1).unwrap(),
        _ => {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            writer.write_all(content).unwrap();
            writer.finish().unwrap()
        }
    }
}

#[test]
fn packed_modules_make_the_same_image() {
    let parts = Parts::new();
    build(&parts.options).unwrap();
    let plain = std::fs::read(parts.path("out/initramfs.img")).unwrap();
    for (packing, name) in ["xz", "zst", "gz"].iter().cycle().zip([
        "ptp/ptp",
        "net/mdio",
        "net/ethernet/broadcom/bnx2x",
        "pps/pps-core",
    ]) {
        let path = format!("modules/kernel/drivers/{name}.ko");
        let content = std::fs::read(parts.path(&path)).unwrap();
        std::fs::remove_file(parts.path(&path)).unwrap();
        parts.put(&format!("{path}.{packing}"), &packed(packing, &content));
    }
    build(&parts.options).unwrap();
    assert!(std::fs::read(parts.path("out/initramfs.img")).unwrap() == plain);
}

#[test]
fn what_is_built_in_need_not_be_a_file() {
    let parts = Parts::new();
    let igb = "modules/kernel/drivers/net/ethernet/igb.ko";
    parts.put(igb, &module(&["depends=dca"]));
    parts.put(
        "modules/modules.builtin",
        b"kernel/drivers/dca/dca.ko\nkernel/net/8021q/8021q.ko\nforged line.ko\n",
    );
    let entries = built(&parts);
    let list = text(&entries, &format!("lib/modules/{KERNEL}/modules.builtin"));
    assert_eq!(list, "kernel/drivers/dca/dca.ko\nkernel/net/8021q/8021q.ko\n");
    // Neither built in nor there: the one whose uses an operator would look for in vain.
    assert_eq!(manifest(&parts).absent_modules, ["efivarfs"]);
}

#[test]
fn firmware_comes_with_the_drivers_and_what_is_missing_is_named() {
    let mut parts = Parts::new();
    let firmware = [
        "firmware=tigon/tg3.bin",
        "firmware=tigon/tso*.bin",
        "firmware=bnx2/gone.fw",
        "firmware=../../etc/shadow",
    ];
    parts.put("modules/kernel/drivers/net/ethernet/tg3.ko", &module(&firmware));
    parts.put(
        "modules/kernel/drivers/net/ethernet/huge.ko",
        &module(&["firmware=huge/a.bin", "firmware=huge/b.bin"]),
    );
    parts.put("fw/tigon/tg3.bin.xz", &packed("xz", b"tg3"));
    parts.put("fw/tigon/tso.bin.zst", &packed("zst", b"tso"));
    parts.put("fw/updates/tigon/tso5.bin", b"newer");
    parts.put("fw/huge/a.bin", b"large");
    parts.put("fw/huge/stray.bin", b"nobody asks for it");
    std::os::unix::fs::symlink("a.bin", parts.path("fw/huge/b.bin")).unwrap();
    parts.options.firmware_dir = Some(parts.path("fw"));
    let entries = built(&parts);
    assert_eq!(text(&entries, "lib/firmware/tigon/tg3.bin"), "tg3");
    // What was put into updates goes before what was shipped.
    assert_eq!(text(&entries, "lib/firmware/tigon/tso5.bin"), "newer");
    assert_eq!(text(&entries, "lib/firmware/huge/b.bin"), "/lib/firmware/huge/a.bin");
    assert!(!entries.contains_key("lib/firmware/huge/stray.bin"));
    let facts = manifest(&parts).firmware;
    let missing: Vec<&str> = facts.missing.iter().map(|missing| missing.file.as_str()).collect();
    assert_eq!((facts.files, facts.size_bytes, facts.missing_count), (4, 13, 2));
    assert_eq!(missing, ["bnx2/gone.fw", "../../etc/shadow"]);

    parts.options.without = ["firmware/huge", "drivers/net/ethernet/broadcom"].map(str::to_owned).to_vec();
    let entries = built(&parts);
    assert!(
        !entries.keys().any(|path| path.contains("huge/a.bin") || path.contains("bnx2x")),
        "{:?}",
        entries.keys()
    );
    assert_eq!(manifest(&parts).without, parts.options.without);

    parts.put("fw/tigon/tg3.bin.xz", b"\xfd7zXZ");
    let error = build(&parts.options).unwrap_err().to_string();
    assert!(error.contains("tg3.bin.xz"), "{error}");
}

#[test]
fn a_driver_that_names_a_thousand_files_fills_no_manifest() {
    let mut parts = Parts::new();
    let names: Vec<String> = (0..1000).map(|number| format!("firmware=many/{number:0>150}.bin")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    parts.put("modules/kernel/drivers/net/ethernet/many.ko", &module(&names));
    parts.put("fw/none", b"");
    parts.options.firmware_dir = Some(parts.path("fw"));
    build(&parts.options).unwrap();
    let facts = manifest(&parts).firmware;
    assert_eq!((facts.missing.len(), facts.missing_count), (100, 1000));
}
