//! What there is to ask: each drive once, by what the kernel shows. No drive is asked for this, and none wakes.

use std::collections::BTreeMap;

use decode::ata::Identity;
use decode::scsi::Inquiry;
use decode::scsi::vpd::{self, PAGE_LIMIT_BYTES};
use inventory::sections::HiddenDrives;

use super::{BLOCK, controller};
use crate::collect::place::{hctl, numbered, single_spaced};
use crate::probe::Probe;

const NVME: &str = "/sys/class/nvme";

/// One drive, or one volume of a RAID controller.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// `sda`, `nvme0`; or the way behind a controller.
    pub(crate) device: String,
    /// The other names of the same drive, sorted.
    pub(crate) other_paths: Vec<String>,
    /// `/sys/block/sda`.
    pub(crate) folder: String,
    pub(crate) serial: Option<String>,
    pub(crate) wwn: Option<String>,
    pub(crate) kind: Kind,
    /// The kernel can reach it just now.
    usable: bool,
}

/// How it is asked.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// By NVMe admin commands; with the subsystem's name.
    Nvme {
        subsystem: Option<String>,
    },
    /// By ATA commands in SCSI's envelope.
    Ata(Scsi),
    Scsi(Scsi),
    /// By `smartctl`, or not at all: a USB bridge may hang at what it does not know.
    Usb(Scsi),
    /// Not at all: what it is made of is hidden.
    Volume(Scsi, Hidden),
    /// By `smartctl`, behind a controller.
    Behind {
        /// The controller's driver.
        driver: String,
        /// What is asked, and on which way.
        device: String,
        way: String,
    },
}

/// What the kernel remembers of a disk's answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scsi {
    pub(crate) inquiry: Inquiry,
    pub(crate) channel: Option<u32>,
    /// An ATA drive's, where the kernel keeps the page.
    pub(crate) identity: Option<Box<Identity>>,
}

/// A RAID controller, and what it hides.
#[derive(Debug, Clone)]
pub(crate) struct Hidden {
    /// The SCSI host's number in this boot.
    pub(crate) host: String,
    pub(crate) drives: HiddenDrives,
}

impl Target {
    /// Its node in `/dev`; behind a controller also the way, to tell one drive from another.
    pub(crate) fn node(&self) -> String {
        if self.device.starts_with('/') { self.device.clone() } else { format!("/dev/{}", self.device) }
    }

    pub(crate) fn behind(driver: &str, device: &str, way: &str) -> Self {
        let (driver, device, way) = (driver.to_owned(), device.to_owned(), way.to_owned());
        Self {
            device: format!("{device} {way}"),
            other_paths: Vec::new(),
            folder: String::new(),
            serial: None,
            wwn: None,
            kind: Kind::Behind { driver, device, way },
            usable: true,
        }
    }

    /// What two ways to one drive have in common; `None` where nothing is sure.
    fn same(&self) -> Option<(&str, Option<&str>)> {
        let serial = self.serial.as_deref();
        match &self.kind {
            Kind::Nvme { subsystem } => Some((subsystem.as_deref()?, Some(serial?))),
            // A bridge may invent its names.
            Kind::Usb(_) | Kind::Behind { .. } => None,
            _ => {
                let wwn = self.wwn.as_deref()?;
                (wwn.starts_with("naa.") || wwn.starts_with("eui.")).then_some((wwn, serial))
            }
        }
    }
}

/// All drives and volumes that the kernel shows, sorted by name, each once.
pub(crate) fn all(probe: &Probe) -> Vec<Target> {
    let nvme = probe.names(NVME).into_iter().filter(|name| numbered(name, "nvme"));
    let mut targets: Vec<Target> = nvme.filter_map(|name| nvme_controller(probe, name)).collect();
    let mut hosts = BTreeMap::new();
    let disks = probe.names(BLOCK).into_iter().filter(|name| is_scsi_disk(name));
    targets.extend(disks.filter_map(|name| scsi_disk(probe, name, &mut hosts)));
    each_once(targets)
}

fn is_scsi_disk(name: &str) -> bool {
    name.strip_prefix("sd")
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_lowercase()))
}

fn nvme_controller(probe: &Probe, name: String) -> Option<Target> {
    let folder = format!("{NVME}/{name}");
    let text = |file: &str| probe.text(&format!("{folder}/{file}"));
    // What is reached over a network is another machine's, and may hang with it.
    if text("transport").is_some_and(|transport| matches!(transport.as_str(), "tcp" | "rdma" | "fc" | "loop"))
    {
        return None;
    }
    Some(Target {
        other_paths: Vec::new(),
        serial: text("serial"),
        wwn: None,
        kind: Kind::Nvme { subsystem: text("subsysnqn") },
        usable: text("state").is_none_or(|state| state == "live"),
        device: name,
        folder,
    })
}

fn scsi_disk(probe: &Probe, name: String, hosts: &mut BTreeMap<String, Option<String>>) -> Option<Target> {
    let folder = format!("{BLOCK}/{name}");
    let real = probe.real(&format!("{folder}/device"))?;
    let parts: Vec<&str> = real.split('/').collect();
    let passes = |kind: fn(&&str) -> bool| parts.iter().any(kind);
    // A volume of a storage array: its drives are not this machine's.
    if passes(|part| part.starts_with("rport-") || numbered(part, "session")) {
        return None;
    }
    let page = |code: &str| probe.bytes(&format!("{folder}/device/vpd_pg{code}"), PAGE_LIMIT_BYTES);
    let inquiry = inquiry(probe, &folder);
    // Each translator gives this vendor, except for some USB bridges.
    let (is_ata, is_usb) = (inquiry.vendor.as_deref() == Some("ATA"), passes(|part| numbered(part, "usb")));
    let identity = if is_ata || is_usb { page("89") } else { None };
    let identity = identity.as_deref().and_then(decode::ata::identity_page).map(Box::new);
    let (host, channel) = seat(parts.last().copied().unwrap_or_default());
    let scsi = Scsi { inquiry, channel, identity };
    let driver = host.as_ref().and_then(|host| {
        let known = hosts.entry(host.clone()).or_insert_with(|| driver(probe, host, &real));
        known.clone()
    });
    let level = || probe.text(&format!("{folder}/device/raid_level"));
    let hidden = driver.and_then(|driver| controller::hides(&driver, &scsi, level));
    let wwid = probe.text(&format!("{folder}/device/wwid")).map(|wwid| single_spaced(&wwid));
    let serial = scsi.identity.as_ref().and_then(|identity| identity.serial.clone());
    let state = probe.text(&format!("{folder}/device/state"));
    Some(Target {
        other_paths: Vec::new(),
        serial: serial.or_else(|| vpd::serial(&page("80")?)),
        wwn: wwid.or_else(|| vpd::unit_name(&page("83")?)),
        usable: state.is_none_or(|state| state == "running"),
        kind: match (host, hidden) {
            (Some(host), Some(drives)) => Kind::Volume(scsi, Hidden { host, drives }),
            _ if is_usb => Kind::Usb(scsi),
            _ if is_ata => Kind::Ata(scsi),
            _ => Kind::Scsi(scsi),
        },
        device: name,
        folder,
    })
}

/// `13:2:0:0` sits on host 13, channel 2.
fn seat(address: &str) -> (Option<String>, Option<u32>) {
    let Some((host, rest)) = hctl(address) else { return (None, None) };
    let channel = rest.split(':').next().and_then(|channel| channel.parse().ok());
    (Some(host.to_owned()), channel)
}

/// The driver of a RAID controller; `None` for a host of another kind.
fn driver(probe: &Probe, host: &str, real: &str) -> Option<String> {
    let own = probe.text(&format!("/sys/class/scsi_host/host{host}/proc_name"));
    own.filter(|name| controller::is_known(name)).or_else(|| {
        let (parent, _) = real.split_once(&format!("/host{host}/"))?;
        probe.link_name(&format!("{parent}/driver")).filter(|name| controller::is_known(name))
    })
}

/// The kernel keeps INQUIRY data whole; where it does not, its strings.
fn inquiry(probe: &Probe, folder: &str) -> Inquiry {
    let whole = probe.bytes(&format!("{folder}/device/inquiry"), PAGE_LIMIT_BYTES);
    whole.as_deref().and_then(Inquiry::decode).unwrap_or_else(|| {
        let text = |file: &str| probe.text(&format!("{folder}/device/{file}"));
        Inquiry { device_type: 0, vendor: text("vendor"), product: text("model"), revision: text("rev") }
    })
}

/// Merges the ways to one drive: the first that is usable is asked, the others are its other paths.
fn each_once(targets: Vec<Target>) -> Vec<Target> {
    let mut once: Vec<Target> = Vec::new();
    let mut places: BTreeMap<(String, Option<String>), usize> = BTreeMap::new();
    for mut target in targets {
        let same = target.same().map(|(name, serial)| (name.to_owned(), serial.map(str::to_owned)));
        let known = same.as_ref().and_then(|same| places.get(same)).and_then(|place| once.get_mut(*place));
        match known {
            Some(known) => {
                if target.usable && !known.usable {
                    std::mem::swap(known, &mut target);
                }
                known.other_paths.append(&mut target.other_paths);
                known.other_paths.push(target.device);
                known.other_paths.sort();
            }
            None => {
                places.extend(same.map(|same| (same, once.len())));
                once.push(target);
            }
        }
    }
    once.sort_by(|a, b| a.device.cmp(&b.device));
    once
}
