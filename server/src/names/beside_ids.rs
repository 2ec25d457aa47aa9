//! An inventory in JSON, with the names of its devices beside their numbers.

use hosts::Inventory;
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{Names, of_chip, of_pci, of_usb};

/// Writes an inventory as it is, and into its PCI functions, graphics cards, network cards and USB devices their names.
pub(crate) fn serialize<S: Serializer>(
    inventory: &Option<Inventory>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let Some(inventory) = inventory else { return serializer.serialize_none() };
    let mut document = serde_json::to_value(inventory).map_err(S::Error::custom)?;
    let chip = |vendor: &Option<String>, device: &Option<String>| of_chip(vendor.as_ref(), device.as_ref());
    name(&mut document, "pci", inventory.pci.as_deref(), of_pci);
    name(&mut document, "usb", inventory.usb.as_deref(), of_usb);
    name(&mut document, "gpus", inventory.gpus.as_deref(), |gpu| chip(&gpu.vendor, &gpu.device));
    name(&mut document, "nics", inventory.nics.as_deref(), |nic| chip(&nic.pci_vendor, &nic.pci_device));
    document.serialize(serializer)
}

fn name<T>(document: &mut Value, section: &str, things: Option<&[T]>, names: impl Fn(&T) -> Names) {
    let Some(Value::Array(written)) = document.get_mut(section) else { return };
    for (thing, written) in things.into_iter().flatten().zip(written) {
        // Names have fields of their own: nothing that the agent told is written over.
        if let (Some(fields), Ok(Value::Object(names))) =
            (written.as_object_mut(), serde_json::to_value(names(thing)))
        {
            fields.extend(names);
        }
    }
}
