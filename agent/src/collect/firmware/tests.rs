use inventory::sections::BootEntry;

use super::*;
use crate::collect::smbios::tests::{structure, with_fields};
use crate::tree::Builder;

const EFI_VARIABLES: &str = "/sys/firmware/efi/efivars";
const SECURE_BOOT: &str = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
const TABLE: &str = "/sys/firmware/dmi/tables/DMI";

fn variable(tree: Builder, name: &str, value: &[u8]) -> Builder {
    let content = [&[7, 0, 0, 0], value].concat();
    tree.file(&format!("{EFI_VARIABLES}/{name}-8be4df61-93ca-11d2-aa0d-00e098032b8c"), content)
}

fn secure_boot_of(tree: Builder) -> (Option<bool>, Vec<inventory::Warning>) {
    let probe = Probe::new(tree.root());
    let firmware = collect(&probe).unwrap();
    assert_eq!(firmware.boot_mode, Some(BootMode::Uefi));
    (firmware.secure_boot, probe.into_warnings())
}

#[test]
fn secure_boot_is_on_off_unsupported_or_unknown() {
    let uefi = || Builder::new().folder(EFI_VARIABLES);
    assert_eq!(secure_boot_of(uefi().file(SECURE_BOOT, [6, 0, 0, 0, 1])), (Some(true), vec![]));
    assert_eq!(secure_boot_of(uefi().file(SECURE_BOOT, [6, 0, 0, 0, 0])), (Some(false), vec![]));
    let other = format!("{EFI_VARIABLES}/BootCurrent-8be4df61-93ca-11d2-aa0d-00e098032b8c");
    assert_eq!(secure_boot_of(uefi().file(&other, "x")), (Some(false), vec![]));

    let (unknown, warnings) = secure_boot_of(uefi());
    assert!(unknown.is_none() && warnings[0].reason.contains("not mounted"));
    let (unknown, warnings) = secure_boot_of(uefi().file(SECURE_BOOT, [1]));
    assert!(unknown.is_none() && warnings[0].reason.contains("five bytes"));
}

#[test]
fn without_firmware_there_is_no_section() {
    assert!(collect(&Probe::new(Builder::new().root())).is_err());
}

fn option(description: &str, path: &[u8]) -> Vec<u8> {
    let mut option = 1_u32.to_le_bytes().to_vec();
    option.extend(u16::try_from(path.len()).unwrap().to_le_bytes());
    option.extend(description.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
    option.extend(path);
    option
}

#[test]
fn boot_entries_are_told_in_their_order_with_what_this_boot_was_by() {
    let mut mac = vec![3, 11, 37, 0, 0x52, 0x54, 0, 0x12, 0x34, 0x56];
    mac.resize(37, 0);
    let mut tree = Builder::new().file("/sys/firmware/efi/fw_platform_size", "64\n");
    for (name, value) in [
        ("SetupMode", vec![1]),
        ("BootCurrent", vec![0x0a, 0]),
        ("BootOrder", vec![2, 0, 1, 0, 9, 0]),
        ("Boot0001", option("debian", &[4, 4, 4, 0])),
        ("Boot0002", option("\u{1b}PXE", &mac)),
        ("Boot000A", option("once", &[])),
        ("Boot0003", option("not in the order", &[])),
    ] {
        tree = variable(tree, name, &value);
    }
    let firmware = collect(&Probe::new(tree.root())).unwrap();
    assert_eq!((firmware.uefi_bits, firmware.setup_mode), (Some(64), Some(true)));
    let said: Vec<_> =
        firmware.boot_entries.iter().map(|entry| (entry.id.as_str(), entry.network, entry.current)).collect();
    assert_eq!(said, [("0002", true, false), ("0001", false, false), ("000A", false, true)]);
    let BootEntry { description, mac, active, .. } = &firmware.boot_entries[0];
    assert_eq!(description.as_deref(), Some("\u{fffd}PXE"));
    assert_eq!((mac.unwrap().to_string().as_str(), *active), ("52:54:00:12:34:56", true));
}

#[test]
fn a_boot_order_without_end_is_cut_and_said() {
    let order: Vec<u8> = (0..500_u16).flat_map(u16::to_le_bytes).collect();
    let mut tree = variable(Builder::new(), "BootOrder", &order);
    for number in 0..40 {
        tree = variable(tree, &format!("Boot{number:04X}"), &option("Again", &[]));
    }
    let probe = Probe::new(tree.root());
    assert_eq!(collect(&probe).unwrap().boot_entries.len(), 32);
    assert!(probe.into_warnings().iter().any(|warning| warning.reason == "468 of 500 left out"));
}

fn tpm_of(tree: Builder) -> Option<inventory::sections::Tpm> {
    collect(&Probe::new(tree.folder("/sys/firmware").root())).unwrap().tpm
}

#[test]
fn a_module_is_one_though_the_kernel_shows_it_twice() {
    let tpm = tpm_of(
        Builder::new()
            .files(
                "/sys/class/tpm/tpm0",
                &[("tpm_version_major", "2\n"), ("device/description", "TPM 2.0 Device\n")],
            )
            .folder("/sys/class/tpm/tpm0/pcr-sha256")
            .folder("/sys/class/tpm/tpm0/pcr-sha1")
            .folder("/sys/class/tpmrm/tpmrm0")
            .file(
                TABLE,
                with_fields(43, 1, 0x1f, &[(4, b"IFX\0\x02\x00\x55\0\x07\0"), (0x12, &[1])], &["INFINEON"]),
            ),
    )
    .unwrap();
    assert_eq!((tpm.version.as_deref(), tpm.vendor.as_deref()), (Some("2.0"), Some("IFX")));
    assert_eq!((tpm.description.as_deref(), tpm.firmware.as_deref()), (Some("INFINEON"), Some("7.85")));
    assert_eq!(tpm.pcr_banks, ["sha1", "sha256"]);
}

#[test]
fn an_old_module_tells_its_maker_itself() {
    let caps = "Manufacturer: 0x53544d20\nTCG version: 1.2\nFirmware version: 13.12\n";
    let tpm = tpm_of(Builder::new().file("/sys/class/tpm/tpm0/device/caps", caps)).unwrap();
    assert_eq!((tpm.version.as_deref(), tpm.vendor.as_deref()), (Some("1.2"), Some("STM")));
    assert_eq!(tpm.firmware.as_deref(), Some("13.12"));
    assert_eq!(tpm_of(Builder::new().folder("/sys/class/tpm")), None);
}

#[test]
fn releases_of_255_are_none() {
    let bios = |release: &[u8]| {
        let table = structure(
            0,
            0,
            &[&[1, 2, 0, 0, 3, 0][..], &[0; 10], release].concat(),
            &["AMI", "1.0", "01/02/2024"],
        );
        let tree = Builder::new()
            .file(TABLE, table)
            .file("/sys/firmware/dmi/tables/smbios_entry_point", b"_SM3_..\x03\x05");
        collect(&Probe::new(tree.root())).unwrap()
    };
    let known = bios(&[5, 27, 2, 10]);
    assert_eq!((known.release.as_deref(), known.controller_release.as_deref()), (Some("5.27"), Some("2.10")));
    assert_eq!(known.smbios_version.as_deref(), Some("3.5"));
    let unknown = bios(&[255, 255, 255, 255]);
    assert_eq!((unknown.release, unknown.controller_release), (None, None));
}
