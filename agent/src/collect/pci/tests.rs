use super::*;
use crate::tree::Builder;

const CARD: &str = "/sys/bus/pci/devices/0000:01:00.0";

fn uevent(driver: &str, alias: &str) -> String {
    format!("{driver}PCI_CLASS=1\nMODALIAS=pci:{alias}\n")
}

fn network_card(tree: Builder) -> Builder {
    let uevent = uevent("DRIVER=mlx5_core\n", "v000015B3d0000101Dsv000015B3sd00000016bc02sc00i00");
    tree.file(&format!("{CARD}/uevent"), uevent)
        .files(
            CARD,
            &[
                ("revision", "0x00\n"),
                ("numa_node", "1\n"),
                ("max_link_speed", "16.0 GT/s PCIe\n"),
                ("max_link_width", "16\n"),
                ("current_link_speed", "8.0 GT/s PCIe\n"),
                ("current_link_width", "8\n"),
                ("sriov_totalvfs", "8\n"),
                ("sriov_numvfs", "0\n"),
            ],
        )
        .link(&format!("{CARD}/iommu_group"), "/sys/kernel/iommu_groups/42")
        .file("/sys/bus/pci/slots/3/address", "0000:01:00\n")
}

fn devices(tree: &Builder) -> (Vec<PciDevice>, usize) {
    let probe = Probe::new(tree.root());
    (collect(&probe).unwrap(), probe.into_warnings().len())
}

#[test]
fn a_card_tells_what_it_is_and_that_its_slot_is_too_narrow() {
    let (devices, warnings) = devices(&network_card(Builder::new()));
    let [card] = devices.as_slice() else { panic!("{devices:?}") };
    assert_eq!((card.vendor.as_deref(), card.device.as_deref()), (Some("15b3"), Some("101d")));
    assert_eq!((card.class.as_deref(), card.revision.as_deref()), (Some("020000"), Some("00")));
    assert_eq!((card.driver.as_deref(), card.slot.as_deref()), (Some("mlx5_core"), Some("3")));
    assert_eq!((card.numa_node, card.iommu_group), (Some(1), Some(42)));
    assert_eq!((card.max_link_gtps, card.max_link_width), (Some(16.0), Some(16)));
    assert_eq!((card.link_gtps, card.link_width), (Some(8.0), Some(8)));
    assert_eq!((card.max_virtual_functions, card.virtual_functions, warnings), (Some(8), None, 0));
}

#[test]
fn virtual_functions_are_counted_and_not_listed() {
    let tree = network_card(Builder::new())
        .file(&format!("{CARD}/sriov_numvfs"), "1\n")
        .link("/sys/bus/pci/devices/0000:01:00.1/physfn", CARD);
    let (devices, _) = devices(&tree);
    assert_eq!(devices.len(), 1);
    assert_eq!(devices[0].virtual_functions, Some(1));
}

#[test]
fn what_sleeps_does_not_change_the_report() {
    let tree = |alias: &str| network_card(Builder::new()).file(&format!("{CARD}/uevent"), uevent("", alias));
    let (graphics, _) = devices(&tree("v000010DEd000020B0sv000010DEsd0000134Fbc03sc02i00"));
    assert_eq!((graphics[0].link_gtps, graphics[0].link_width), (None, Some(8)));
    let (bridge, _) = devices(&tree("v000010DEd000020B0sv00000000sd00000000bc06sc04i00"));
    assert_eq!((bridge[0].link_width, bridge[0].max_link_width), (None, Some(16)));
}

#[test]
fn an_old_kernel_tells_less_and_the_config_space_the_rest() {
    let mut config = vec![0_u8; 256];
    for (offset, byte) in
        [(0, 0x86), (1, 0x80), (2, 0x21), (3, 0x15), (8, 1), (11, 2), (6, 0x10), (0x34, 0x40)]
    {
        config[offset] = byte;
    }
    config[0x40..0x42].copy_from_slice(&[0x10, 0]);
    config[0x4c..0x4e].copy_from_slice(&[0x42, 0]);
    config[0x52..0x54].copy_from_slice(&[0x11, 0]);
    let (devices, warnings) = devices(&Builder::new().file(&format!("{CARD}/config"), config));
    assert_eq!((devices[0].vendor.as_deref(), devices[0].class.as_deref()), (Some("8086"), Some("020000")));
    assert_eq!((devices[0].max_link_gtps, devices[0].max_link_width), (Some(5.0), Some(4)));
    assert_eq!((devices[0].link_gtps, devices[0].link_width, warnings), (Some(2.5), Some(1), 0));
}

#[test]
fn unknown_links_and_dead_devices_are_absent_and_junk_is_survived() {
    let tree = network_card(Builder::new())
        .files(CARD, &[("max_link_speed", "Unknown\n"), ("max_link_width", "255\n")])
        .file("/sys/bus/pci/devices/10000:01:00.0/config", [0xff; 64])
        .file("/sys/bus/pci/devices/junk/uevent", "a".repeat(1 << 20))
        .file("/sys/bus/pci/devices/worse/uevent", b"DRIVER=\xff\x1b[2J\nMODALIAS=pci:v\n");
    let (devices, warnings) = devices(&tree);
    assert_eq!(
        (devices[0].max_link_gtps, devices[0].max_link_width, devices[0].link_width),
        (None, None, None)
    );
    assert_eq!((devices.len(), devices[1].vendor.as_deref(), warnings), (4, None, 2));
    assert_eq!(devices[3].driver.as_deref(), Some("\u{fffd}\u{fffd}[2J"));
}

#[test]
fn a_machine_without_the_bus_has_no_functions_and_a_tree_without_anything_says_so() {
    assert_eq!(collect(&Probe::new(Builder::new().folder("/sys/class").root())), Ok(vec![]));
    assert_eq!(collect(&Probe::new(Builder::new().root())), Err(Nothing::NotThere(DEVICES)));
}

#[test]
fn what_a_function_hides_is_told_in_each_section_that_looks_at_it() {
    let uevent = format!("{DEVICES}/0000:00:01.0/uevent");
    let tree = Builder::new().file(&uevent, "DRIVER=x\n").refused(&uevent);
    let sections = crate::collect::Collectors::new(tree.root()).quick();
    let hidden = |section: &dyn std::fmt::Debug| format!("{section:?}").contains("permission denied");
    assert!(hidden(&sections.pci) && hidden(&sections.gpus));
    assert!(!hidden(&sections.usb));
}
