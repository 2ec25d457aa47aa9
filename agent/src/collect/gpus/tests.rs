use super::*;
use crate::tree::Builder;

fn function(tree: Builder, address: &str, driver: &str, alias: &str) -> Builder {
    let driver = if driver.is_empty() { String::new() } else { format!("DRIVER={driver}\n") };
    tree.file(&format!("{DEVICES}/{address}/uevent"), format!("{driver}MODALIAS=pci:{alias}\n"))
}

fn gpus(tree: &Builder) -> Vec<Gpu> {
    collect(&Probe::new(tree.root())).unwrap()
}

#[test]
fn the_management_controllers_screen_is_no_graphics_card() {
    let tree = function(Builder::new(), "0000:03:00.0", "ast", "v00001A03d00002000sv0sd0bc03sc00i00");
    assert_eq!(gpus(&tree), [], "an alias that is cut short is none");
    let alias = "v00001A03d00002000sv00001A03sd00002000bc03sc00i00";
    let tree = function(Builder::new(), "0000:03:00.0", "ast", alias)
        .file(&format!("{DEVICES}/0000:03:00.0/boot_vga"), "1\n")
        .folder(&format!("{DEVICES}/0000:03:00.0/drm/card0/card0-VGA-1"));
    let tree = function(tree, "0000:04:00.0", "nvme", "v0000144Dd0000A80Asv0000144Dsd0000A801bc01sc08i02");
    let gpus = gpus(&tree);
    let [screen] = gpus.as_slice() else { panic!("{gpus:?}") };
    assert!(screen.bmc && screen.boot_vga == Some(true));
    assert_eq!(screen.nodes, ["card0"]);
}

#[test]
fn nvidias_driver_says_more_and_what_it_does_not_know_is_absent() {
    let alias = "v000010DEd000020B0sv000010DEsd0000134Fbc03sc02i00";
    let information = "Model: \t\t NVIDIA A100-SXM4-40GB\nIRQ:   \t\t 205\nGPU UUID: \t GPU-12345678-aaaa\n\
                       Video BIOS: \t ??.??.??.??.??\nBus Location: \t 0000:07:00.0\n";
    let tree = function(Builder::new(), "0000:07:00.0", "nvidia", alias)
        .file("/proc/driver/nvidia/gpus/0000:07:00.0/information", information);
    let gpus = gpus(&tree);
    assert_eq!(gpus[0].model.as_deref(), Some("NVIDIA A100-SXM4-40GB"));
    assert_eq!((gpus[0].unique_id.as_deref(), gpus[0].vbios.as_deref()), (Some("GPU-12345678-aaaa"), None));
    assert!(!gpus[0].bmc);
}

#[test]
fn amds_driver_tells_the_memory() {
    let alias = "v00001002d0000740Fsv00001002sd00000C34bc12sc00i00";
    let at = format!("{DEVICES}/0000:c1:00.0");
    let tree = function(Builder::new(), "0000:c1:00.0", "amdgpu", alias).files(
        &at,
        &[
            ("mem_info_vram_total", "68702699520\n"),
            ("unique_id", "8c0f1a2b3c4d5e6f\n"),
            ("vbios_version", "113-D67301-063\n"),
        ],
    );
    let gpus = gpus(&tree);
    assert_eq!((gpus[0].memory_bytes, gpus[0].boot_vga), (Some(68_702_699_520), None));
    assert_eq!(gpus[0].unique_id.as_deref(), Some("8c0f1a2b3c4d5e6f"));
    assert_eq!(gpus[0].vbios.as_deref(), Some("113-D67301-063"));
}
