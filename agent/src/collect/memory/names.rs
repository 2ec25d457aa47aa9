//! The names that DSP0134 gives to its numbers.

/// 7.17.3.
pub(super) fn ecc(number: u8) -> Option<&'static str> {
    Some(match number {
        3 => "none",
        4 => "parity",
        5 => "single-bit ECC",
        6 => "multi-bit ECC",
        7 => "CRC",
        _ => return None,
    })
}

/// 7.18.1.
pub(super) fn form_factor(number: u8) -> Option<&'static str> {
    Some(match number {
        0x03 => "SIMM",
        0x05 => "chip",
        0x09 => "DIMM",
        0x0b => "row of chips",
        0x0c => "RIMM",
        0x0d => "SODIMM",
        0x0f => "FB-DIMM",
        0x10 => "die",
        0x11 => "CAMM",
        _ => return None,
    })
}

/// 7.18.2.
pub(super) fn kind(number: u8) -> Option<&'static str> {
    Some(match number {
        0x03 => "DRAM",
        0x07 => "RAM",
        0x0f => "SDRAM",
        0x12 => "DDR",
        0x13 => "DDR2",
        0x14 => "DDR2 FB-DIMM",
        0x18 => "DDR3",
        0x1a => "DDR4",
        0x1b => "LPDDR",
        0x1c => "LPDDR2",
        0x1d => "LPDDR3",
        0x1e => "LPDDR4",
        0x1f => "non-volatile",
        0x20 => "HBM",
        0x21 => "HBM2",
        0x22 => "DDR5",
        0x23 => "LPDDR5",
        0x24 => "HBM3",
        _ => return None,
    })
}

/// 7.18.3, a field of bits; those that no module of this century has are left out.
pub(super) fn details(bits: u16) -> Vec<String> {
    const NAMES: [(u16, &str); 6] = [
        (7, "synchronous"),
        (9, "EDO"),
        (12, "non-volatile"),
        (13, "registered"),
        (14, "unbuffered"),
        (15, "LRDIMM"),
    ];
    NAMES.iter().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, name)| (*name).to_owned()).collect()
}

/// 7.18.6.
pub(super) fn technology(number: u8) -> Option<&'static str> {
    Some(match number {
        3 => "DRAM",
        4 => "NVDIMM-N",
        5 => "NVDIMM-F",
        6 => "NVDIMM-P",
        7 => "Intel Optane",
        8 => "MRDIMM",
        _ => return None,
    })
}
