use serde_json::{Value, json};

use super::*;

/// A document of the shape that `print-stream-json` writes.
pub(in crate::assets::coreos) fn document(stream: &str, build: &str) -> Value {
    let arch = |arch: &str, first: u8| {
        let file = |what: &str, byte: u8| {
            json!({
                "location": format!("https://mirror.example/streams/{stream}/builds/{build}/{arch}/scos-{build}-live-{what}"),
                "sha256": hex::encode([byte; 32]),
            })
        };
        json!({
            "artifacts": {
                "aws": { "release": build, "formats": { "vmdk.gz": { "disk": file("aws.vmdk.gz", first) } } },
                "metal": { "release": build, "formats": {
                    "4k.raw.gz": { "disk": file("metal4k.raw.gz", first + 1) },
                    "iso": { "disk": file(&format!("iso.{arch}.iso"), first + 2) },
                    "pxe": {
                        "kernel": file(&format!("kernel.{arch}"), first + 3),
                        "initramfs": file(&format!("initramfs.{arch}.img"), first + 4),
                        "rootfs": file(&format!("rootfs.{arch}.img"), first + 5),
                    },
                } },
            },
            "images": { "aws": {} },
        })
    };
    json!({
        "stream": stream,
        "metadata": { "last-modified": "2025-06-28T00:00:00Z", "generator": "plume cosa2stream" },
        "architectures": { "x86_64": arch("x86_64", 0x10), "aarch64": arch("aarch64", 0x20), "s390x": arch("s390x", 0x30) },
    })
}

fn resolved(document: &Value, arch: Arch) -> Result<BootImage, InvalidStream> {
    resolve(document.to_string().as_bytes(), arch)
}

#[test]
fn the_three_files_are_what_the_document_says_for_each_processor() {
    let scos = document("c9s", "9.0.20250411-0");
    for (arch, byte) in [(Arch::X86_64, 0x13), (Arch::Aarch64, 0x23)] {
        let image = resolved(&scos, arch).unwrap();
        assert_eq!(
            (image.stream.as_str(), image.build.as_str(), image.major()),
            ("c9s", "9.0.20250411-0", Some(9))
        );
        assert_eq!(image.to_string(), format!("SCOS 9.0.20250411-0 (c9s, {})", arch.name()));
        for (index, (kind, file)) in image.files().into_iter().enumerate() {
            assert_eq!(file.sha256, AssetId::of_digest([byte + index as u8; 32]));
            assert!(file.name.as_str().contains(&format!("live-{kind}.{}", arch.name())), "{file:?}");
            assert!(
                file.url.starts_with("https://mirror.example/") && file.url.ends_with(file.name.as_str())
            );
        }
    }
    assert!(resolved(&document("stable", "44.20260601.3.0"), Arch::X86_64).unwrap().fedora);
}

#[test]
fn an_older_way_of_naming_files_is_none_of_ours_to_know() {
    let mut fcos = document("stable", "39.20231101.3.0");
    let place = "/architectures/x86_64/artifacts/metal/formats/pxe/kernel/location";
    let older = "https://mirror.example/fedora-coreos-39.20231101.3.0-live-kernel-x86_64";
    *fcos.pointer_mut(place).unwrap() = older.into();
    let image = resolved(&fcos, Arch::X86_64).unwrap();
    assert_eq!(
        (image.kernel.url.as_str(), image.kernel.name.as_str()),
        (older, "fedora-coreos-39.20231101.3.0-live-kernel-x86_64")
    );
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    let pxe = "/architectures/x86_64/artifacts/metal/formats/pxe";
    let with = |pointer: &str, value: Value| {
        let mut changed = document("c9s", "9.0.20250411-0");
        *changed.pointer_mut(pointer).unwrap() = value;
        changed
    };
    for (document, names) in [
        (with("/architectures", json!({ "s390x": { "artifacts": {} } })), "only for s390x"),
        (with("/architectures/x86_64/artifacts", json!({})), "no architectures.x86_64.artifacts.metal"),
        (with(pxe, json!({})), "no architectures.x86_64.artifacts.metal.formats.pxe.kernel"),
        (with(&format!("{pxe}/rootfs/sha256"), "abc".into()), "pxe.rootfs: sha256"),
        (with(&format!("{pxe}/rootfs/sha256"), 5.into()), "pxe.rootfs.sha256"),
        (with(&format!("{pxe}/kernel/location"), "file:///etc/passwd".into()), "file:"),
        (with(&format!("{pxe}/kernel/location"), "kernel".into()), "location"),
        (with(&format!("{pxe}/kernel/location"), "https://x/".into()), "can't be called"),
        (json!({ "stream": "c9s" }), "architectures"),
        (json!([]), "expected struct Document"),
    ] {
        let error = resolved(&document, Arch::X86_64).unwrap_err().to_string();
        assert!(error.contains(names), "{names}: {error}");
    }
    assert!(resolve(b"<html>", Arch::X86_64).is_err());
    assert!(resolve(&vec![b' '; MAX_BYTES + 1], Arch::X86_64).unwrap_err().to_string().contains("more than"));
    assert!(
        resolved(&document("c9s", "9.0"), Arch::X86).unwrap_err().to_string().contains("nothing for i386")
    );
}
