//! A machine with three disks and two cards: one disk is to be written, the others hold what must not be lost.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use lab::{Deadline, Disk, Firmware, Machine, MachineSpec};
use serde_json::Value;

use crate::site::Site;

const MIB: u64 = 1 << 20;

pub(crate) struct Node {
    pub(crate) machine: Machine,
    pub(crate) serial: String,
    /// What the server calls it, once it does.
    pub(crate) host: String,
    kept: Vec<PathBuf>,
}

impl Node {
    /// It boots from its first card; the second has the next address, and no cable.
    pub(crate) fn new(site: &Site, firmware: Firmware, mac: &str, serial: &str) -> Self {
        let mut spec = MachineSpec::furnished(serial, firmware, mac, serial);
        spec.memory_mib = 3072;
        // A processor of the guest's waits for another one, which has to wait for a processor of ours, until its kernel gives up.
        spec.cpus = 1;
        spec.dimms.clear();
        spec.spare_macs = vec![format!("{}2", mac.strip_suffix('1').unwrap())];
        if firmware == Firmware::Uefi {
            // Another minute that nobody answers in.
            let no_ipv6 = ["-fw_cfg", "name=opt/org.tianocore/IPv6PXESupport,string=n"];
            spec.parts.extend(no_ipv6.map(str::to_owned));
        }
        let folder = site.folder.path();
        let kept = vec![folder.join("kept-1.raw"), folder.join("kept-2.raw")];
        kept.iter().for_each(|file| furnish(file));
        let image = |disk: Disk, file: &Path| Disk { image: Some(file.to_owned()), ..disk };
        spec.disks = vec![
            Disk::sata(&format!("TARGET-{serial}"), 4 << 30),
            image(Disk::nvme(&format!("KEPT1-{serial}"), 0), &kept[0]),
            image(Disk::sata(&format!("KEPT2-{serial}"), 0), &kept[1]),
        ];
        let machine = Machine::plug_in(spec, &site.namespace).unwrap();
        Self { machine, serial: serial.to_owned(), host: String::new(), kept }
    }

    /// What is on the disks that are not to be written.
    pub(crate) fn kept_disks(&self) -> BTreeMap<PathBuf, u64> {
        let digest = |file: &PathBuf| {
            let (mut digest, mut block) = (DefaultHasher::new(), vec![0; 1 << 20]);
            let mut content = File::open(file).unwrap();
            loop {
                match content.read(&mut block).unwrap() {
                    0 => return (file.clone(), digest.finish()),
                    read => block[..read].hash(&mut digest),
                }
            }
        };
        self.kept.iter().map(digest).collect()
    }

    /// A small machine is taken as it is; what lies on its disks is told a little later than the rest.
    pub(crate) fn set_role(&self, site: &Site, hostname: &str, deadline: Deadline) {
        let disk = format!("serial=TARGET-{}", self.serial);
        let role = ["host", "set-role", &self.host, "worker", "--cluster", "okd1", "--hostname", hostname];
        let small = ["--accept", "cores", "--accept", "memory", "--accept", "disk-size"];
        let order = [&role[..], &["--disk", &disk], &small].concat();
        let mut last = String::new();
        let given = deadline.wait_for("the role", || match site.muster.run(&order) {
            Ok(said) => Ok(Some(said)),
            Err(error) => {
                last = format!("{error:#}");
                Ok(None)
            }
        });
        if let Err(error) = given {
            self.panic(site, &error.context(last))
        }
    }

    pub(crate) fn wait_for_install(
        &self,
        site: &Site,
        what: &str,
        deadline: Deadline,
        is_so: impl Fn(&Value) -> bool,
    ) {
        let waited = deadline.wait_for(what, || {
            let shown = site.muster.json(&["host", "install", &self.host])?;
            Ok(is_so(&shown).then_some(()))
        });
        if let Err(error) = waited {
            self.panic(site, &error)
        }
    }

    /// Until the agent speaks of another boot than this; which.
    pub(crate) fn wait_for_another_boot(&self, site: &Site, than: &Value, deadline: Deadline) -> Value {
        let waited = deadline.wait_for("another boot of the installed system", || {
            Ok(Some(site.boot_id(&self.host)).filter(|boot_id| boot_id != than))
        });
        waited.unwrap_or_else(|error| self.panic(site, &error))
    }

    /// With all that can be known of the reason.
    pub(crate) fn panic(&self, site: &Site, error: &anyhow::Error) -> ! {
        let install =
            site.muster.run(&["host", "install", &self.host]).unwrap_or_else(|error| format!("{error:#}"));
        panic!(
            "{error:#}\n{install}\nmuster:\n{}\n{}:\n{}",
            site.muster.process().log().tail(80),
            self.machine.spec().name,
            self.machine.console().tail(120)
        )
    }
}

/// A disk with something on it: a file system's label, and bytes all over.
fn furnish(file: &Path) {
    let disk = File::create(file).unwrap();
    disk.set_len(1024 * MIB).unwrap();
    let mut name = DefaultHasher::new();
    file.hash(&mut name);
    for at in (0..1024).step_by(16) {
        let mut block = Vec::new();
        write!(block, "{at}:{:x};", name.finish()).unwrap();
        disk.write_all_at(&block.repeat(64), at * MIB + 4096).unwrap();
    }
    let mut make = std::process::Command::new("mkfs.ext4");
    make.args(["-q", "-F", "-L", "precious"]).arg(file);
    lab::Process::run("mkfs.ext4", &make, Deadline::seconds(60)).unwrap();
    assert!(fs::metadata(file).unwrap().len() == 1024 * MIB);
}
