use super::*;
use crate::tree::Builder;

fn machine() -> Builder {
    Builder::new()
        .file("/proc/cpuinfo", "model name : Some\n\n")
        .file("/proc/meminfo", "MemTotal: 1 kB\n")
        .file("/proc/mounts", "")
        .file("/proc/sys/kernel/osrelease", "6.1\n")
        .file("/sys/class/dmi/id/sys_vendor", "Maker\n")
        .folder("/sys/class/net")
        .folder("/sys/class/hwmon")
        .folder("/sys/block")
}

fn reason<T>(section: &Section<T>) -> &str {
    match section {
        Section::Failed { reason } => reason,
        _ => "",
    }
}

#[test]
fn one_collectors_panic_loses_its_section_only() {
    let tree = machine().panics("/proc/cpuinfo");
    let sections = Collectors::new(tree.root()).with_deadline(Duration::from_secs(60)).quick();
    assert!(reason(&sections.cpu).contains("panicked: a defect, met at /proc/cpuinfo"), "{:?}", sections.cpu);
    assert_eq!(sections.system.data().unwrap().vendor.as_deref(), Some("Maker"));
    assert_eq!(sections.disks, Section::Ok { data: vec![] });
}

#[test]
fn one_collectors_hang_loses_its_section_only_and_is_not_repeated() {
    let tree = machine().hangs("/proc/mounts");
    let collectors = Collectors::new(tree.root()).with_deadline(Duration::from_secs(3));
    let sections = collectors.quick();
    assert!(reason(&sections.filesystems).starts_with("no answer within 3000 ms"));
    assert_eq!(sections.cpu.data().unwrap().model.as_deref(), Some("Some"));
    assert!(reason(&collectors.quick().filesystems).contains("still hangs"));
}

#[test]
fn what_is_refused_is_said_whether_it_leaves_a_section_or_not() {
    let tree = machine()
        .refused("/proc/mounts")
        .refused("/proc/cpuinfo")
        .folder("/sys/devices/system/cpu/cpu0/topology");
    let sections = Collectors::new(tree.root()).quick();
    assert_eq!(reason(&sections.filesystems), "/proc/mounts: permission denied");
    let Section::Partial { data, warnings } = &sections.cpu else { panic!("{:?}", sections.cpu) };
    assert_eq!((data.threads, warnings[0].reason.as_str()), (Some(1), "permission denied"));
}

#[test]
fn an_empty_tree_says_in_each_section_why_there_is_none() {
    let sections = Collectors::new(Builder::new().root()).quick();
    let said = crate::report::emptiness(&sections).unwrap();
    for path in ["/proc/cpuinfo", "/sys/block", "/sys/class/net", "/proc/mounts", "/sys/class/hwmon"] {
        assert!(said.contains(&format!("{path} is not there")), "{said}");
    }
    assert!(crate::report::emptiness(&Collectors::new(machine().root()).quick()).is_none());
}
