use super::*;
use crate::tree::Builder;

fn plug(tree: Builder, name: &str, uevent: &str, files: &[(&str, &str)]) -> Builder {
    let real = format!("/sys/devices/pci0000:00/0000:00:07.0/usb1/{name}");
    tree.link(&format!("{DEVICES}/{name}"), &real).file(&format!("{real}/uevent"), uevent).files(&real, files)
}

fn devices(tree: &Builder) -> Vec<UsbDevice> {
    collect(&Probe::new(tree.root())).unwrap()
}

#[test]
fn a_stick_tells_what_it_is_and_root_hubs_are_left_out() {
    let tree = plug(
        Builder::new(),
        "1-2",
        "DEVTYPE=usb_device\nDRIVER=usb\nPRODUCT=46f4/1/100\nTYPE=0/0/0\n",
        &[
            ("manufacturer", "QEMU\n"),
            ("product", "QEMU USB HARDDRIVE\n"),
            ("serial", "1-7\n"),
            ("speed", "480\n"),
        ],
    );
    let tree = plug(tree, "1-2:1.0", "DRIVER=usb-storage\nTYPE=0/0/0\nINTERFACE=8/6/80\n", &[]);
    let tree = plug(tree, "usb1", "PRODUCT=1d6b/2/601\nTYPE=9/0/1\n", &[]);
    let tree = plug(tree, "1-0:1.0", "DRIVER=hub\nINTERFACE=9/0/0\n", &[]);
    let tree = plug(tree, "1-3", "PRODUCT=424/2514/b3\nTYPE=9/0/2\n", &[("speed", "1.5\n")]);
    let devices = devices(&tree);
    let [stick, hub] = devices.as_slice() else { panic!("{devices:?}") };
    assert_eq!((stick.port.as_str(), stick.controller.as_deref()), ("1-2", Some("0000:00:07.0")));
    assert_eq!((stick.vendor.as_deref(), stick.product.as_deref()), (Some("46f4"), Some("0001")));
    assert_eq!((stick.release.as_deref(), stick.speed_mbps), (Some("0100"), Some(480.0)));
    assert_eq!((stick.maker.as_deref(), stick.serial.as_deref()), (Some("QEMU"), Some("1-7")));
    let storage = UsbInterface { class: Some("080650".into()), driver: Some("usb-storage".into()) };
    assert_eq!(stick.interfaces, [storage]);
    assert!(hub.hub && !stick.hub && !stick.bmc && hub.speed_mbps == Some(1.5));
}

#[test]
fn what_the_management_controller_pretends_to_be_is_marked() {
    for (product, bmc) in [
        ("413c/a102/0", true),
        ("46b/ffb0/100", true),
        ("46b/ff20/100", true),
        ("46b/301/100", false),
        ("413c/2113/0", false),
        ("46b", false),
        ("", false),
    ] {
        let tree = plug(Builder::new(), "1-1", &format!("PRODUCT={product}\n"), &[]);
        assert_eq!(devices(&tree)[0].bmc, bmc, "{product}");
    }
}

#[test]
fn a_hostile_device_says_what_it_likes() {
    let tree = plug(
        Builder::new(),
        "2-1.4",
        "PRODUCT=zz/-1/100000\nTYPE=1/2\nINTERFACE=a/b/c/d\n",
        &[("product", "\"><script>\x1b[2J\u{202e}\n"), ("serial", &"9".repeat(5000)), ("speed", "NaN\n")],
    );
    let devices = devices(&tree);
    assert_eq!((devices[0].vendor.as_deref(), devices[0].speed_mbps), (None, None));
    assert_eq!(devices[0].name.as_deref(), Some("\"><script>\u{fffd}[2J\u{202e}"));
    assert!(devices[0].serial.as_ref().unwrap().len() <= 1024);
}

#[test]
fn a_machine_without_the_bus_has_no_devices() {
    assert_eq!(collect(&Probe::new(Builder::new().folder("/sys/class").root())), Ok(vec![]));
    assert_eq!(collect(&Probe::new(Builder::new().root())), Err(Nothing::NotThere(DEVICES)));
}
