//! An image, built from small parts and read back.

use std::collections::BTreeMap;
use std::io::Read;
use std::process::Command;

use boot::image::{Extra, ImageFile, Manifest, Ssh, build};
use boot::site::ImageId;
use sha2::{Digest, Sha256};

use crate::parts::{KERNEL, Machine, Parts, busybox, module, program};

/// What the kernel would unpack: mode and content of each path.
fn unpack(packed: &[u8]) -> BTreeMap<String, (u32, Vec<u8>)> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
    let mut entries = BTreeMap::new();
    let mut at = 0;
    loop {
        assert_eq!(&bytes[at..at + 6], b"070701");
        let field = |n: usize| {
            let text = std::str::from_utf8(&bytes[at + 6 + n * 8..at + 14 + n * 8]).unwrap();
            u32::from_str_radix(text, 16).unwrap()
        };
        assert_eq!((field(2), field(3), field(5)), (0, 0, 0), "owner and time");
        let (mode, size, name_length) = (field(1), field(6) as usize, field(11) as usize);
        let name = String::from_utf8(bytes[at + 110..at + 110 + name_length - 1].to_vec()).unwrap();
        let content_at = (at + 110 + name_length).next_multiple_of(4);
        let content = bytes[content_at..content_at + size].to_vec();
        at = (content_at + size).next_multiple_of(4);
        if name == "TRAILER!!!" {
            return entries;
        }
        // A folder stands before what is in it, or the kernel would not unpack that.
        if let Some((parent, _)) = name.rsplit_once('/') {
            assert!(entries.contains_key(parent), "{name} has no folder");
        }
        assert!(entries.insert(name, (mode, content)).is_none());
    }
}

pub(crate) fn built(parts: &Parts) -> BTreeMap<String, (u32, Vec<u8>)> {
    build(&parts.options).unwrap();
    unpack(&std::fs::read(parts.path("out/initramfs.img")).unwrap())
}

pub(crate) fn manifest(parts: &Parts) -> Manifest {
    Manifest::parse(&std::fs::read(parts.path("out/image.json")).unwrap()).unwrap().1
}

pub(crate) fn text(entries: &BTreeMap<String, (u32, Vec<u8>)>, path: &str) -> String {
    String::from_utf8(entries[path].1.clone()).unwrap()
}

#[test]
fn an_image_holds_its_parts_and_says_what_they_are() {
    let mut parts = Parts::new();
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKd1bDrz8PLLbyKxXfCCDhmAz0ATDQLuBUSTrEFcyC2m muster";
    parts.options.ssh = Some(Ssh { dropbear: parts.path("dropbear"), key: key.parse().unwrap() });
    parts.put("dropbear", &program(62, 1, b""));
    parts.put("firmware", b"blob");
    parts.options.extra =
        vec![Extra { from: parts.path("firmware"), to: "/lib/firmware/bnx2x/x.fw".to_owned() }];
    let entries = built(&parts);

    for (path, mode) in [
        ("init", 0o100_755),
        ("bin/busybox", 0o100_755),
        ("usr/bin/muster-agent", 0o100_755),
        ("bin/sh", 0o120_777),
        ("sbin", 0o120_777),
        ("dev/console", 0o020_600),
        ("tmp", 0o041_777),
        ("root/.ssh", 0o040_700),
        ("root/.ssh/authorized_keys", 0o100_600),
        ("lib/firmware/bnx2x/x.fw", 0o100_644),
    ] {
        assert_eq!(entries[path].0, mode, "{path}");
    }
    assert_eq!(text(&entries, "root/.ssh/authorized_keys"), format!("{key}\n"));
    assert_eq!(text(&entries, "lib/firmware/bnx2x/x.fw"), "blob");

    let manifest_bytes = std::fs::read(parts.path("out/image.json")).unwrap();
    let (id, manifest) = Manifest::parse(&manifest_bytes).unwrap();
    assert_eq!(id, ImageId::of_digest(&Sha256::digest(&manifest_bytes).into()));
    assert_eq!((manifest.kernel_version.as_str(), manifest.agent_version.as_str()), (KERNEL, "0.1.0"));
    assert_eq!(manifest.modules, 7);
    for file in ImageFile::ALL {
        let bytes = std::fs::read(parts.path("out").join(file.as_str())).unwrap();
        let facts = manifest.file(file);
        assert_eq!(
            (facts.size_bytes, facts.sha256.digest().as_slice()),
            (bytes.len() as u64, Sha256::digest(&bytes).as_slice())
        );
    }
}

#[test]
fn drivers_come_with_what_they_need_and_nothing_that_writes() {
    let parts = Parts::new();
    let entries = built(&parts);
    let modules = format!("lib/modules/{KERNEL}");
    let names: Vec<&str> =
        entries.keys().filter_map(|path| path.strip_suffix(".ko")?.rsplit('/').next()).collect();
    assert_eq!(names, ["crc32c_generic", "libcrc32c", "bnx2x", "e1000e", "mdio", "pps-core", "ptp"]);
    let dep = text(&entries, &format!("{modules}/modules.dep"));
    let line =
        |name: &str| dep.lines().find(|line| line.contains(&format!("{name}.ko:"))).unwrap().to_owned();
    assert!(line("e1000e").ends_with("kernel/drivers/ptp/ptp.ko kernel/drivers/pps/pps-core.ko"), "{dep}");
    let crc = line("bnx2x");
    assert!(crc.find("libcrc32c.ko").unwrap() < crc.find("crc32c_generic.ko").unwrap(), "{crc}");
    let alias = text(&entries, &format!("{modules}/modules.alias"));
    assert!(alias.lines().any(|line| line == "alias pci:v000014E4d* bnx2x"), "{alias}");
    for absent in ["md-mod", "scsi_debug"] {
        assert!(!dep.contains(absent), "{dep}");
    }
}

#[test]
fn the_same_parts_make_the_same_bytes() {
    let parts = Parts::new();
    build(&parts.options).unwrap();
    let first = std::fs::read(parts.path("out/initramfs.img")).unwrap();
    let id = build(&parts.options).unwrap().id;
    assert!(std::fs::read(parts.path("out/initramfs.img")).unwrap() == first);
    assert_eq!(build(&parts.options).unwrap().id, id);
}

#[test]
fn an_image_for_arm64_says_so() {
    let parts = Parts::of(Machine::Aarch64);
    build(&parts.options).unwrap();
    assert_eq!(manifest(&parts).arch, "aarch64");
    // A module for the other processor is none.
    parts.put("modules/kernel/drivers/net/ethernet/igb.ko", &module(&["depends="]));
    let error = build(&parts.options).unwrap_err().to_string();
    assert!(error.contains("igb.ko is no kernel module for aarch64"), "{error}");
}

#[test]
fn a_dynamic_ssh_server_without_its_libraries_is_refused_by_their_names() {
    let mut parts = Parts::new();
    parts.put("usr/sbin/dropbear", &program(62, 3, b"/lib/ld-of-nowhere.so.1\0"));
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKd1bDrz8PLLbyKxXfCCDhmAz0ATDQLuBUSTrEFcyC2m";
    parts.options.ssh = Some(Ssh { dropbear: parts.path("usr/sbin/dropbear"), key: key.parse().unwrap() });
    let error = build(&parts.options).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("needs lib/ld-of-nowhere.so.1") && cause.contains("/usr/lib64"), "{cause}");
}

#[test]
fn its_scripts_are_sound_and_mount_no_disk() {
    let mut parts = Parts::new();
    parts.put("dropbear", &program(62, 1, b""));
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKd1bDrz8PLLbyKxXfCCDhmAz0ATDQLuBUSTrEFcyC2m";
    parts.options.ssh = Some(Ssh { dropbear: parts.path("dropbear"), key: key.parse().unwrap() });
    let entries = built(&parts);
    let is_script = |(path, (_, content)): &(&String, &(u32, Vec<u8>))| {
        content.starts_with(b"#!") || path.as_str() == "etc/muster/console"
    };
    let scripts: Vec<_> = entries.iter().filter(is_script).collect();
    assert_eq!(scripts.len(), 13);
    for (path, (_, content)) in scripts {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        let output = Command::new("sh").arg("-n").arg(file.path()).output().unwrap();
        assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
        let script = std::str::from_utf8(content).unwrap();
        for mount in script
            .lines()
            .filter(|line| line.trim_start().starts_with("mount ") || line.contains("/busybox mount"))
        {
            let kinds =
                ["-t proc ", "-t sysfs ", "-t devtmpfs ", "-t devpts ", "-t tmpfs ", "-t efivarfs -o ro,"];
            assert!(kinds.iter().any(|kind| mount.contains(kind)), "{path}: {mount}");
        }
        for word in script
            .lines()
            .filter(|l| !l.trim_start().starts_with('#'))
            .flat_map(|l| l.split(|c: char| !c.is_ascii_alphanumeric()))
        {
            let writes = [
                "swapon",
                "mdadm",
                "vgchange",
                "lvm",
                "fsck",
                "mkfs",
                "fdisk",
                "dd",
                "blkdiscard",
                "losetup",
            ];
            assert!(!writes.contains(&word), "{path}: {word}");
        }
    }
}

#[test]
fn parts_that_do_not_fit_are_named() {
    let said = |change: &dyn Fn(&mut Parts)| {
        let mut parts = Parts::new();
        change(&mut parts);
        let error = build(&parts.options).unwrap_err();
        assert!(!parts.path("out/image.json").exists(), "a half image has a manifest");
        let mut text = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        text
    };
    let igb = "modules/kernel/drivers/net/ethernet/igb.ko";
    for (named, reason, change) in [
        ("vmlinuz-in", "no kernel", &(|p: &mut Parts| p.put("vmlinuz-in", b"MZ")) as &dyn Fn(&mut Parts)),
        ("absent", "No such file", &|p| p.options.kernel = p.path("absent")),
        ("busybox", "linked dynamically", &|p| {
            p.put("busybox", &program(62, 3, b"/lib64/ld-linux-x86-64.so.2\0"))
        }),
        ("busybox", "for aarch64, and the kernel is for x86_64", &|p| p.put("busybox", &busybox(183))),
        ("muster-agent", "for aarch64", &|p| {
            p.put("muster-agent", &program(183, 1, b"muster-agent/0.1.0 ("))
        }),
        ("busybox", "has no acpid, no dmesg", &|p| p.put("busybox", &program(62, 1, b"\0init\0"))),
        ("muster-agent", "no 64-bit ELF", &|p| p.put("muster-agent", b"#!/bin/sh\n")),
        ("muster-agent", "no muster-agent", &|p| {
            p.put("muster-agent", &program(62, 1, b"muster-agent/state.json ("))
        }),
        ("out", "no folder kernel", &|p| p.options.modules_dir = p.path("out")),
        ("bnxt.ko.xz", "damaged", &|p| {
            p.put("modules/kernel/drivers/net/ethernet/bnxt.ko.xz", b"\xfd7zXZ\0")
        }),
        ("bnxt.ko.zst", "damaged", &|p| p.put("modules/kernel/drivers/net/ethernet/bnxt.ko.zst", b"")),
        ("igb.ko", "leave it out with --without igb", &|p| p.put(igb, &module(&["depends=md-mod"]))),
        ("absent", "no folder", &|p| p.options.firmware_dir = Some(p.path("absent"))),
        ("drivers/isdn", "--without", &|p| p.options.without = vec!["drivers/isdn".into()]),
        ("largest parts", "--max-mib", &|p| p.options.limit_bytes = 4096),
        ("igb.ko", "no kernel module", &|p| p.put(igb, b"\x7fELF")),
        ("igb.ko", "for kernel 5.10", &|p| p.put(igb, &module(&["vermagic=5.10 SMP"]))),
        ("igb.ko", "needs the module dca", &|p| p.put(igb, &module(&["depends=dca"]))),
        ("../x", "no place", &|p| {
            p.options.extra = vec![Extra { from: p.path("busybox"), to: "/lib/../x".into() }]
        }),
        ("init", "no place", &|p| {
            p.options.extra = vec![Extra { from: p.path("busybox"), to: "/init".into() }]
        }),
        ("gone.fw", "No such file", &|p| {
            p.options.extra = vec![Extra { from: p.path("gone.fw"), to: "/x".into() }]
        }),
        ("busybox/out", "can't write", &|p| p.options.out = p.path("busybox/out")),
    ] {
        let text = said(change);
        assert!(text.contains(named) && text.contains(reason), "{named}, {reason}: {text}");
    }
}
