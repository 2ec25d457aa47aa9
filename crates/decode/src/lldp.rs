//! LLDP frames (IEEE 802.1AB).
