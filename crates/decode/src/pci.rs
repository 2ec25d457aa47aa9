//! PCI configuration space (PCI Express base specification).
