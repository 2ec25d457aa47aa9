//! Whether the machine is a virtual one, and whose.

use decode::smbios::Tables;
use inventory::sections::System;

use super::DEVICE_TREE;
use crate::probe::Probe;
use crate::root::Question;

/// CPUID leaf 1, ECX: reserved for hypervisors to say that they are there.
const HYPERVISOR_BIT: u32 = 1 << 31;
/// The leaf in which hypervisors sign.
const SIGNATURE_LEAF: u32 = 0x4000_0000;
/// The names that hypervisors write into the firmware's tables.
const NAMES: [(&str, &str); 12] = [
    ("qemu", "qemu"),
    ("kvm", "kvm"),
    ("kubevirt", "kubevirt"),
    ("openstack", "openstack"),
    ("vmware", "vmware"),
    ("virtualbox", "virtualbox"),
    ("innotek", "virtualbox"),
    ("bochs", "bochs"),
    ("parallels", "parallels"),
    ("bhyve", "bhyve"),
    ("xen", "xen"),
    ("google compute engine", "google"),
];
/// How they sign in the processor. (KVM signs as Microsoft where its guest is a Windows: the tables know better.)
const SIGNATURES: [(&[u8; 12], &str); 10] = [
    (b"KVMKVMKVM\0\0\0", "kvm"),
    (b"Linux KVM Hv", "kvm"),
    (b"TCGTCGTCGTCG", "qemu"),
    (b"Microsoft Hv", "hyper-v"),
    (b"VMwareVMware", "vmware"),
    (b"XenVMMXenVMM", "xen"),
    (b"bhyve bhyve ", "bhyve"),
    (b"VBoxVBoxVBox", "virtualbox"),
    (b" lrpepyh  vr", "parallels"),
    (b"ACRNACRNACRN", "acrn"),
];

/// Fills in what is known of a hypervisor: by its own words in the tables, then the processor's, then the firmware's,
/// which may admit no more than that there is one.
pub(super) fn find(probe: &Probe, tables: Option<&Tables>, system: &mut System) {
    let registers = |leaf| probe.ask("cpuid", &Question::Cpuid { leaf });
    system.hypervisor = registers(1).as_deref().and_then(has_hypervisor);
    let signed = if system.hypervisor == Some(true) { registers(SIGNATURE_LEAF) } else { None };
    let by_firmware = || tables?.first(0)?.byte(0x13).filter(|bits| bits & 0x10 != 0).map(|_| "unknown");
    system.virtual_machine = by_name(system)
        .or_else(|| signature(signed.as_deref()?))
        .or_else(|| in_device_tree(probe))
        .or_else(by_firmware)
        .map(str::to_owned)
        .or_else(|| xen(probe));
}

fn by_name(system: &System) -> Option<&'static str> {
    let says = format!(
        "{} {}",
        system.vendor.as_deref().unwrap_or_default(),
        system.product.as_deref().unwrap_or_default()
    )
    .to_lowercase();
    if let Some((_, name)) = NAMES.iter().find(|(sign, _)| says.contains(sign)) {
        return Some(name);
    }
    // Microsoft and Amazon also sell and rent real machines under their names.
    if says.starts_with("microsoft corporation virtual machine") {
        return Some("hyper-v");
    }
    (says.starts_with("amazon ec2") && !says.contains("metal")).then_some("amazon")
}

fn has_hypervisor(registers: &[u8]) -> Option<bool> {
    let ecx = registers.get(8..)?.first_chunk().copied().map(u32::from_le_bytes)?;
    Some(ecx & HYPERVISOR_BIT != 0)
}

fn signature(registers: &[u8]) -> Option<&'static str> {
    let signed: &[u8; 12] = registers.get(4..)?.first_chunk()?;
    SIGNATURES.iter().find(|(sign, _)| *sign == signed).map(|(_, name)| *name)
}

fn in_device_tree(probe: &Probe) -> Option<&'static str> {
    let compatible = probe.text(&format!("{DEVICE_TREE}/hypervisor/compatible"))?;
    Some(match compatible.as_str() {
        "linux,kvm" => "kvm",
        "vmware" => "vmware",
        xen if xen.starts_with("xen,") => "xen",
        _ => "unknown",
    })
}

/// The machine that runs Xen's own control domain is a real one, though a hypervisor runs below.
fn xen(probe: &Probe) -> Option<String> {
    let kind = probe.text("/sys/hypervisor/type")?;
    let capabilities = probe.text("/proc/xen/capabilities").unwrap_or_default();
    (!capabilities.contains("control_d")).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Builder;

    fn registers(eax: u32, signed: &[u8; 12], ecx: u32) -> Vec<u8> {
        let mut bytes = eax.to_le_bytes().to_vec();
        bytes.extend(signed);
        if ecx != 0 {
            bytes[8..12].copy_from_slice(&ecx.to_le_bytes());
        }
        bytes
    }

    fn found(tree: &Builder, vendor: &str) -> (Option<String>, Option<bool>) {
        let mut system = System { vendor: Some(vendor.to_owned()), ..System::default() };
        find(&Probe::new(tree.root()), None, &mut system);
        (system.virtual_machine, system.hypervisor)
    }

    #[test]
    fn a_hypervisor_signs_in_the_processor() {
        let tree = |bit: u32, signed: &[u8; 12]| {
            Builder::new()
                .answer(&Question::Cpuid { leaf: 1 }, &registers(0, &[0; 12], bit | 1))
                .answer(&Question::Cpuid { leaf: SIGNATURE_LEAF }, &registers(SIGNATURE_LEAF, signed, 0))
        };
        let kvm = tree(HYPERVISOR_BIT, b"KVMKVMKVM\0\0\0");
        assert_eq!(found(&kvm, ""), (Some("kvm".into()), Some(true)));
        // What the tables say is closer to what the operator knows.
        assert_eq!(found(&kvm, "OpenStack Foundation").0.as_deref(), Some("openstack"));
        assert_eq!(found(&tree(HYPERVISOR_BIT, b"its own name"), "Maker"), (None, Some(true)));
        // Without the bit that leaf holds what it likes.
        assert_eq!(found(&tree(0, b"KVMKVMKVM\0\0\0"), "Maker"), (None, Some(false)));
    }

    #[test]
    fn short_answers_tell_nothing() {
        for length in 0..16 {
            assert_eq!(signature(&b"....KVMKVMKVM\0\0\0"[..length]), None);
        }
        assert_eq!(has_hypervisor(&[0xff; 11]), None);
    }

    #[test]
    fn xens_control_domain_is_a_real_machine() {
        let guest = Builder::new().file("/sys/hypervisor/type", "xen\n");
        assert_eq!(found(&guest, "Maker").0.as_deref(), Some("xen"));
        assert_eq!(found(&guest.file("/proc/xen/capabilities", "control_d\n"), "Maker").0, None);
    }

    #[test]
    fn a_device_tree_names_the_hypervisor() {
        let tree = |says: &[u8]| Builder::new().file(&format!("{DEVICE_TREE}/hypervisor/compatible"), says);
        assert_eq!(found(&tree(b"linux,kvm\0"), "").0.as_deref(), Some("kvm"));
        assert_eq!(found(&tree(b"xen,xen-4.18\0xen,xen\0"), "").0.as_deref(), Some("xen"));
    }
}
