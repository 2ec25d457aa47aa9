//! The collectors on captured trees of real machines: servers, laptops, a mainframe, offline processors, sparse nodes.
//!
//! The trees lie outside the repository. Where they are not there the tests say so and pass, unless `MUSTER_FIXTURES`
//! promises that they are.
#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

mod expected;
#[path = "../support/fixture.rs"]
mod fixture;

use inventory::Sections;
use inventory::sections::Cpu;
use muster_agent::collect::Collectors;
use muster_agent::root::Root;

use expected::EXPECTED;

/// The machine in an archive; `None` where the fixtures are not there.
fn capture(archive: &str, tree: &str) -> Option<Root> {
    Some(Root::at(fixture::unpacked(archive)?.join(tree)))
}

/// A machine of which only `/proc/cpuinfo` is known.
fn processors_by_info(fixture: &str) -> Option<Cpu> {
    let file = fixture::file(fixture)?;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("proc")).unwrap();
    std::fs::copy(file, folder.path().join("proc/cpuinfo")).unwrap();
    let sections = Collectors::new(Root::at(folder.path().to_owned())).only("cpu");
    Some(sections.cpu.data().unwrap().clone())
}

#[test]
fn other_architectures_write_other_fields() {
    if let Some(power) = processors_by_info("facter/cpuinfo_powerpc") {
        assert_eq!(power.model.as_deref(), Some("POWER8 (raw), altivec supported"));
        assert_eq!((power.kinds.len(), power.x86_64_level), (0, None));
    }
    if let Some(arm) = processors_by_info("facter/cpuinfo_arm64") {
        let [kind] = arm.kinds.as_slice() else { panic!("{:?}", arm.kinds) };
        assert_eq!((kind.implementer.as_deref(), kind.part.as_deref()), (Some("0x43"), Some("0x0a1")));
        assert_eq!((kind.revision.as_deref(), arm.model), (Some("r1p1"), None));
        assert!(arm.flags.iter().any(|flag| flag == "aes"));
    }
}

fn sections(archive: &str, tree: &str) -> Option<Sections> {
    Some(Collectors::new(capture(archive, tree)?).quick())
}

fn caches(cpu: &Cpu) -> Vec<(u8, char, u64, u32)> {
    let kind = |kind: &str| kind.chars().next().unwrap();
    cpu.caches
        .iter()
        .map(|cache| (cache.level, kind(&cache.kind), cache.size_bytes >> 10, cache.count))
        .collect()
}

fn processors_are_counted_right(origin: &str) {
    let mut read = 0;
    for expected in EXPECTED.iter().filter(|expected| expected.archive.starts_with(origin)) {
        let Some(sections) = sections(expected.archive, expected.tree) else { continue };
        let at = expected.archive;
        let cpu = sections.cpu.data().unwrap();
        assert_eq!(cpu.model.as_deref(), expected.model, "{at}");
        assert_eq!([cpu.sockets, cpu.dies, cpu.cores, cpu.threads], expected.counts, "{at}");
        assert_eq!(caches(cpu), expected.caches, "{at}");
        let nodes: Vec<u32> = cpu.numa_nodes.iter().map(|node| node.id).collect();
        assert_eq!(nodes, expected.nodes, "{at}");
        assert!(cpu.numa_nodes.iter().all(|node| node.distances.len() == nodes.len()), "{at}");
        read += 1;
    }
    eprintln!("{read} captures of {origin} read");
}

#[test]
fn processors_of_hwlocs_machines_are_counted_right() {
    processors_are_counted_right("hwloc/");
}

#[test]
fn processors_of_ghws_machines_are_counted_right() {
    processors_are_counted_right("ghw/");
}

#[test]
fn processors_of_the_zoo_are_counted_right() {
    processors_are_counted_right("qemu-zoo/");
}

#[test]
fn threads_that_are_switched_off_are_present() {
    let Some(sections) = sections("ghw/linux-amd64-offlineCPUs.tar.gz", "") else { return };
    let cpu = sections.cpu.data().unwrap();
    assert_eq!((cpu.threads, cpu.present_threads, cpu.smt), (Some(2), Some(4), Some(false)));
    assert_eq!(cpu.x86_64_level, Some(4));
}

#[test]
fn two_designs_in_one_machine_are_told_apart() {
    let Some(sections) = sections("hwloc/nvidia-dgx-gb10.tar.bz2", "nvidia-dgx-gb10") else {
        return;
    };
    let cpu = sections.cpu.data().unwrap();
    let kinds: Vec<_> = cpu
        .kinds
        .iter()
        .map(|kind| (kind.cpus.as_str(), kind.part.as_deref().unwrap(), kind.max_mhz))
        .collect();
    assert_eq!(kinds, [("0-4,10-14", "0xd87", Some(2808)), ("5-9,15-19", "0xd85", Some(3900))]);
    assert_eq!((cpu.max_mhz, cpu.governor.as_deref()), (Some(3900), Some("performance")));
}

#[test]
fn modules_are_read_where_the_kernel_shows_the_tables_in_single_entries() {
    let archive = "hwloc/32em64t-2n8c+dax+nvme+mic+dimms.tar.bz2";
    let Some(sections) = sections(archive, "32em64t-2n8c+1mic") else { return };
    let memory = sections.memory.data().unwrap();
    assert_eq!(memory.installed_bytes, Some(32 << 30));
    let filled = memory.slots.iter().filter(|slot| slot.size_bytes.is_some()).count();
    assert_eq!((filled, memory.slots.len()), (8, 24));
    let first = &memory.slots[0];
    assert_eq!((first.locator.as_deref(), first.kind.as_deref()), (Some("DIMM_A1"), Some("DDR3")));
    assert_eq!((first.vendor.as_deref(), first.rank), (Some("00AD04B300AD"), Some(2)));
    assert_eq!(
        (first.part.as_deref(), first.serial.as_deref()),
        (Some("HMT351R7CFR8C-PB"), Some("48AAE639"))
    );
    // The tables are a part of themselves: what they lack is the kernel's to tell.
    let system = sections.system.data().unwrap();
    assert_eq!((system.vendor.as_deref(), system.product.as_deref()), (Some("Dell"), Some("DCS8000Z")));
    assert_eq!(sections.firmware.data().unwrap().version.as_deref(), Some("1.0.30"));
}

#[test]
fn a_virtual_machine_is_told_by_its_tables() {
    let Some(sections) = sections("hwloc/2pa-pcidomain32bits.tar.bz2", "2pa-pcidomain32bits") else {
        return;
    };
    assert_eq!(sections.system.data().unwrap().virtual_machine.as_deref(), Some("kvm"));
}

#[test]
fn the_zoos_tables_say_what_dmidecode_says() {
    let Some(sections) = sections("qemu-zoo/zoo-a.tar.gz", "") else { return };
    let firmware = sections.firmware.data().unwrap();
    assert_eq!((firmware.smbios_version.as_deref(), firmware.release.as_deref()), (Some("2.8"), Some("0.0")));
    let tpm = firmware.tpm.as_ref().unwrap();
    assert_eq!((tpm.version.as_deref(), tpm.pcr_banks.len()), (Some("2.0"), 4));
    let memory = sections.memory.data().unwrap();
    assert_eq!((memory.slot_count, memory.mapped_bytes), (Some(1), Some(3 << 30)));
    let slots = &sections.cpu.data().unwrap().slots;
    let said: Vec<_> = slots.iter().map(|slot| (slot.name.as_deref(), slot.cores, slot.max_mhz)).collect();
    assert_eq!(said, [(Some("CPU 0"), Some(2), Some(2000)), (Some("CPU 1"), Some(2), Some(2000))]);
    let system = sections.system.data().unwrap();
    assert_eq!(system.chassis.as_ref().unwrap().version.as_deref(), Some("pc-q35-7.2"));
    assert_eq!(system.watchdogs[0].identity.as_deref(), Some("i6300ESB timer"));
    let os = sections.os.data().unwrap();
    assert!(os.modules.len() > 60 && os.modules.is_sorted() && os.modules.iter().any(|name| name == "nvme"));
}
