use super::meminfo::MEMINFO;
use super::*;
use crate::collect::smbios::tests::{structure, with_fields};
use crate::tree::Builder;

/// Type 17 up to the extended size, with these two sizes.
fn device(handle: u16, array: u16, size: u16, extended: u32) -> Vec<u8> {
    let mut fields = vec![0_u8; 0x28 - 4];
    let mut put =
        |offset: usize, bytes: &[u8]| fields[offset - 4..offset - 4 + bytes.len()].copy_from_slice(bytes);
    put(0x04, &array.to_le_bytes());
    put(0x08, &72_u16.to_le_bytes());
    put(0x0a, &64_u16.to_le_bytes());
    put(0x0c, &size.to_le_bytes());
    put(0x0e, &[0x09]);
    put(0x10, &[1]);
    put(0x12, &[0x22]);
    put(0x15, &5600_u16.to_le_bytes());
    put(0x17, &[2, 3]);
    put(0x1b, &[2]);
    put(0x1c, &extended.to_le_bytes());
    put(0x20, &4800_u16.to_le_bytes());
    structure(17, handle, &fields, &["DIMM_A1", "Micron ", "00000000"])
}

fn array(handle: u16, usage: u8) -> Vec<u8> {
    let mut fields = vec![3, usage, 6];
    fields.extend(0x8000_0000_u32.to_le_bytes());
    fields.extend([0; 4]);
    fields.extend((4_u64 << 40).to_le_bytes());
    structure(16, handle, &fields, &[])
}

fn memory(parts: &[Vec<u8>]) -> Memory {
    let tree = Builder::new()
        .file("/sys/firmware/dmi/tables/DMI", parts.concat())
        .file(MEMINFO, "MemTotal:        2980228 kB\nMemFree: 1 kB\n");
    collect(&Probe::new(tree.root())).unwrap()
}

#[test]
fn filled_and_empty_slots_are_told_apart() {
    let memory = memory(&[array(1, 3), device(2, 1, 0x7fff, 128 << 10), device(3, 1, 0, 0)]);
    assert_eq!(memory.usable_bytes, Some(2_980_228 * 1024));
    assert_eq!(memory.installed_bytes, Some(128 << 30));
    assert_eq!(memory.max_capacity_bytes, Some(4 << 40));
    assert_eq!(memory.ecc.as_deref(), Some("multi-bit ECC"));
    let [filled, empty] = memory.slots.as_slice() else { panic!("{:?}", memory.slots) };
    assert_eq!(filled.kind.as_deref(), Some("DDR5"));
    assert_eq!(filled.vendor.as_deref(), Some("Micron"));
    assert_eq!((filled.speed_mts, filled.configured_mts), (Some(5600), Some(4800)));
    assert_eq!((filled.data_width_bits, filled.total_width_bits, filled.rank), (Some(64), Some(72), Some(2)));
    assert_eq!(empty.locator.as_deref(), Some("DIMM_A1"));
    assert_eq!((empty.size_bytes, empty.vendor.as_deref(), empty.serial.as_deref()), (None, None, None));
}

#[test]
fn sizes_are_read_in_all_their_units() {
    let sizes = |size, extended| memory(&[device(1, 9, size, extended)]).slots[0].size_bytes;
    assert_eq!(sizes(16_384, 0), Some(16 << 30));
    assert_eq!(sizes(0x8000 | 512, 0), Some(512 << 10));
    assert_eq!(sizes(0x7fff, 0x8000_0000 | 65_536), Some(64 << 30));
    assert_eq!(sizes(0xffff, 0), None);
    assert_eq!(sizes(0x7fff, 0), None);
}

#[test]
fn flash_is_no_memory() {
    assert!(memory(&[array(1, 5), device(2, 1, 16, 0)]).slots.is_empty());
}

#[test]
fn a_module_is_told_in_full() {
    let fields: [(usize, &[u8]); 14] = [
        (0x0c, &[0xff, 0x7f]),
        (0x12, &[0x1a]),
        (0x13, &(1_u16 << 7 | 1 << 13).to_le_bytes()),
        (0x15, &[0xff, 0xff]),
        (0x17, &[1, 2, 3, 4]),
        (0x1c, &65_536_u32.to_le_bytes()),
        (0x20, &[0xff, 0xff]),
        (0x22, &1140_u16.to_le_bytes()),
        (0x24, &1260_u16.to_le_bytes()),
        (0x26, &1200_u16.to_le_bytes()),
        (0x28, &[4]),
        (0x2b, &[5]),
        (0x34, &(64_u64 << 30).to_le_bytes()),
        (0x54, &[0, 0, 1, 0, 0, 0, 1, 0]),
    ];
    let device = with_fields(17, 1, 0x5c, &fields, &["00AD04B300AD", "S1", "ASSET", "PART  ", "1.0"]);
    let memory = memory(&[device]);
    let slot = &memory.slots[0];
    assert_eq!(
        (slot.size_bytes, slot.speed_mts, slot.configured_mts),
        (Some(64 << 30), Some(65_536), Some(65_536))
    );
    assert_eq!((slot.vendor.as_deref(), slot.part.as_deref()), (Some("00AD04B300AD"), Some("PART")));
    assert_eq!((slot.asset_tag.as_deref(), slot.firmware.as_deref()), (Some("ASSET"), Some("1.0")));
    assert_eq!(slot.details, ["synchronous", "registered"]);
    assert_eq!((slot.technology.as_deref(), slot.non_volatile_bytes), (Some("NVDIMM-N"), Some(64 << 30)));
    let volts = (slot.min_millivolts, slot.configured_millivolts, slot.max_millivolts);
    assert_eq!(volts, (Some(1140), Some(1200), Some(1260)));
}

#[test]
fn what_is_mapped_is_summed_and_absurd_ranges_are_left_out() {
    let range = |first: u32, last: u32, wide: (u64, u64)| {
        let (from, to) = (wide.0.to_le_bytes(), wide.1.to_le_bytes());
        let fields: [(usize, &[u8]); 5] = [
            (4, &first.to_le_bytes()),
            (8, &last.to_le_bytes()),
            (0x0c, &[1, 0]),
            (0x0f, &from),
            (0x17, &to),
        ];
        with_fields(19, 1, 0x1f, &fields, &[])
    };
    let memory = memory(&[
        array(1, 3),
        range(0, (1 << 20) - 1, (0, 0)),
        range(u32::MAX, u32::MAX, (1 << 42, (1 << 42) + (1 << 30) - 1)),
        range(9, 3, (0, 0)),
        range(u32::MAX, u32::MAX, (0, u64::MAX)),
    ]);
    assert_eq!((memory.mapped_bytes, memory.slot_count), (Some(2 << 30), Some(0)));
}

#[test]
fn without_tables_the_kernels_blocks_tell_what_is_installed() {
    let tree = Builder::new()
        .file(MEMINFO, "MemTotal: 1 kB\n")
        .file(&format!("{BLOCKS}/block_size_bytes"), "8000000\n")
        .folder(&format!("{BLOCKS}/memory0"))
        .folder(&format!("{BLOCKS}/memory33"));
    let memory = collect(&Probe::new(tree.root())).unwrap();
    assert_eq!((memory.installed_bytes, memory.slots.len()), (Some(256 << 20), 0));
}

#[test]
fn check_bits_tell_of_correction_where_the_firmware_does_not() {
    let bare = array(1, 3).iter().enumerate().map(|(at, byte)| if at == 6 { 2 } else { *byte }).collect();
    assert_eq!(memory(&[bare, device(2, 1, 16, 0)]).ecc.as_deref(), Some("ECC"));
    let none = array(1, 3).iter().enumerate().map(|(at, byte)| if at == 6 { 3 } else { *byte }).collect();
    assert_eq!(memory(&[none, device(2, 1, 16, 0)]).ecc.as_deref(), Some("none"));
}

#[test]
fn controllers_and_their_modules_are_told() {
    let mc = "/sys/devices/system/edac/mc";
    let tree = Builder::new()
        .file(MEMINFO, "MemTotal: 1 kB\n")
        .files(&format!("{mc}/mc0"), &[("mc_name", "F19h_M10h\n"), ("size_mb", "65536\n")])
        .files(
            &format!("{mc}/mc0/rank0"),
            &[
                ("dimm_label", "mc#0csrow#0channel#0\n"),
                ("size", "32768\n"),
                ("dimm_mem_type", "Registered-DDR5\n"),
            ],
        )
        .file(&format!("{mc}/mc0/csrow0/ch0_dimm_label"), "the same once more\n")
        .files(&format!("{mc}/mc1/csrow0"), &[("ch1_dimm_label", "A2\n"), ("edac_mode", "SECDED\n")]);
    let controllers = collect(&Probe::new(tree.root())).unwrap().controllers;
    let [first, old] = controllers.as_slice() else { panic!("{controllers:?}") };
    assert_eq!((first.model.as_deref(), first.size_bytes), (Some("F19h_M10h"), Some(64 << 30)));
    let [rank] = first.modules.as_slice() else { panic!("{first:?}") };
    assert_eq!(
        (rank.name.as_str(), rank.size_bytes, rank.kind.as_deref()),
        ("rank0", Some(32 << 30), Some("Registered-DDR5"))
    );
    assert_eq!((old.modules[0].name.as_str(), old.modules[0].label.as_deref()), ("csrow0/ch1", Some("A2")));
    assert_eq!(old.modules[0].correction.as_deref(), Some("SECDED"));
}

#[test]
fn special_memory_is_told_with_its_size() {
    let tree = Builder::new()
        .file(MEMINFO, "MemTotal: 1 kB\nSwapTotal: 8 kB\n")
        .file("/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages", "16\n")
        .file("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "0\n")
        .file("/sys/kernel/mm/hugepages/junk/nr_hugepages", "9\n")
        .files(
            "/sys/bus/nd/devices/namespace0.0",
            &[("size", "1073741824\n"), ("mode", "memory\n"), ("numa_node", "-1\n")],
        )
        .file("/sys/bus/nd/devices/namespace0.1/size", "0\n")
        .files(
            "/sys/bus/cxl/devices/mem0",
            &[("serial", "0x1\n"), ("ram/size", "0x40000000\n"), ("numa_node", "2\n")],
        )
        .folder("/sys/bus/cxl/devices/decoder0.0");
    let memory = collect(&Probe::new(tree.root())).unwrap();
    assert_eq!(memory.swap_bytes, Some(8192));
    let pages: Vec<_> = memory.huge_pages.iter().map(|pages| (pages.page_bytes, pages.count)).collect();
    assert_eq!(pages, [(2 << 20, 0), (1 << 30, 16)]);
    let [namespace] = memory.persistent.as_slice() else { panic!("{:?}", memory.persistent) };
    assert_eq!((namespace.size_bytes, namespace.numa_node), (Some(1 << 30), None));
    let [expander] = memory.cxl.as_slice() else { panic!("{:?}", memory.cxl) };
    assert_eq!(
        (expander.volatile_bytes, expander.persistent_bytes, expander.numa_node),
        (Some(1 << 30), None, Some(2))
    );
}
