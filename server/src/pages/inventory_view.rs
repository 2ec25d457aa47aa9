//! An inventory as cards and tables. Pure: the same rows serve the page and `muster host show`.

mod cell;
mod devices;
mod drives;
mod health;
mod machine;
mod network;
mod storage;

use hosts::{DriveWord, Host, Inventory};
use inventory::Sample;

pub(crate) use cell::{Card, Table};

/// All that is shown of one host.
pub(crate) struct View<'a> {
    /// The row.
    pub(crate) host: &'a Host,
    /// What it is made of.
    pub(crate) inventory: &'a Inventory,
    /// How it does.
    pub(crate) sample: Option<&'a Sample>,
    /// How its drives do.
    pub(crate) drives: &'a [DriveWord],
}

impl View<'_> {
    /// What there is one of.
    pub(crate) fn cards(&self) -> Vec<Card> {
        let cards = [
            machine::machine(self.host, self.inventory),
            machine::processors(self.inventory),
            machine::memory(self.inventory),
            machine::firmware(self.inventory),
            machine::controller(self.inventory),
            machine::system(self.host, self.inventory),
            health::load(self.sample),
        ];
        cards.into_iter().filter(|card| !card.rows.is_empty()).collect()
    }

    /// What there are many of: what an operator looks for first stands first, long lists are folded.
    pub(crate) fn tables(&self) -> Vec<Table> {
        let (inventory, sample) = (self.inventory, self.sample);
        let tables = [
            storage::disks(inventory, self.drives),
            storage::hidden_drives(inventory, self.drives),
            storage::arrays(sample),
            storage::filesystems(inventory, sample),
            storage::volumes(inventory),
            network::cards(inventory, sample),
            network::infiniband(inventory),
            devices::memory_slots(inventory),
            devices::gpus(inventory),
            health::temperatures(sample),
            health::readings(sample),
            health::memory_errors(inventory, sample),
            devices::pci(inventory),
            devices::usb(inventory),
            devices::slots(inventory),
            health::warnings(inventory, sample),
        ];
        tables.into_iter().filter(|table| !table.rows.is_empty()).collect()
    }
}
