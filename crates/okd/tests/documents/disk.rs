//! A disk: what the kernel shows of it, the names that udev gave it, and what lies on it, in files.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

pub(crate) const BYTES: u64 = 4 << 20;

#[derive(Clone)]
pub(crate) struct Disk {
    pub(crate) name: &'static str,
    /// Names below `/dev/disk/by-id`.
    pub(crate) by_id: Vec<&'static str>,
    /// Files below its folder in `/sys/block`.
    pub(crate) sysfs: Vec<(&'static str, Vec<u8>)>,
    /// Numbers of its partitions.
    pub(crate) partitions: Vec<u32>,
    /// Programs that write on it or on a partition: the program with its arguments, then the device's suffix.
    pub(crate) written: Vec<(&'static [&'static str], &'static str)>,
}

impl Disk {
    /// As most SATA disks are: pages of SCSI and ATA, and a WWN.
    pub(crate) fn sata(name: &'static str, serial: &str, wwn: &str) -> Self {
        Self {
            name,
            by_id: vec!["wwn-0x5000c500aabbccdd"],
            sysfs: vec![
                ("device/vpd_pg80", page80(serial)),
                ("device/vpd_pg89", page89(serial)),
                ("device/wwid", format!("{wwn}\n").into_bytes()),
            ],
            partitions: Vec::new(),
            written: Vec::new(),
        }
    }

    pub(crate) fn put_into(&self, machine: &Path) {
        let (block, dev) = (machine.join("sys/block").join(self.name), machine.join("dev"));
        let put = |path: &str, content: &[u8]| {
            let path = block.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        };
        put("size", format!("{}\n", BYTES / 512).as_bytes());
        put("ro", b"0\n");
        put("dev", b"8:0\n");
        for folder in ["holders", "slaves"] {
            fs::create_dir_all(block.join(folder)).unwrap();
        }
        let partition = |number: &u32| format!("{}{number}", self.name);
        for number in &self.partitions {
            put(&format!("{}/partition", partition(number)), format!("{number}\n").as_bytes());
            put(&format!("{}/dev", partition(number)), format!("8:{number}\n").as_bytes());
            fs::create_dir_all(block.join(partition(number)).join("holders")).unwrap();
        }
        for (path, content) in &self.sysfs {
            put(path, content);
        }
        for device in self.partitions.iter().map(partition).chain([self.name.to_owned()]) {
            fs::File::create(dev.join(device)).unwrap().set_len(BYTES).unwrap();
        }
        for name in &self.by_id {
            let link = dev.join("disk/by-id").join(name);
            let _ = fs::remove_file(&link);
            symlink(format!("../../{}", self.name), link).unwrap();
        }
        for (program, suffix) in &self.written {
            let device = dev.join(format!("{}{suffix}", self.name));
            let output = Command::new(program[0]).args(&program[1..]).arg(device).output().unwrap();
            assert!(output.status.success(), "{program:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }

    /// Another file of the kernel's, or another content.
    pub(crate) fn with(mut self, path: &'static str, content: &str) -> Self {
        self.sysfs.push((path, content.as_bytes().to_vec()));
        self
    }

    pub(crate) fn without(mut self, path: &str) -> Self {
        self.sysfs.retain(|(it, _)| *it != path);
        self
    }
}

/// SCSI's page of the unit's serial number, padded to the right as drives do it.
fn page80(serial: &str) -> Vec<u8> {
    let serial = format!("{serial:>20}");
    let mut page = vec![0, 0x80, 0, serial.len().try_into().unwrap()];
    page.extend(serial.bytes());
    page
}

/// SCSI's page of ATA information: behind 60 bytes the drive's own identity, whose texts have their bytes swapped.
pub(crate) fn page89(serial: &str) -> Vec<u8> {
    let mut page = vec![0_u8; 572];
    let padded = format!("{serial:>20}");
    let swapped = padded.as_bytes().chunks(2).flat_map(|pair| [pair[1], pair[0]]);
    page.splice(80..100, swapped);
    page
}
