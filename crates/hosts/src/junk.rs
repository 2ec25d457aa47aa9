//! What makers ship in the place of an identity. Pure.
//!
//! The lists are never complete. What they miss shows when two machines that are alive at once say the same: then the
//! value is demoted (see `collide.rs`).

/// What stands in serial numbers and names that nobody filled in: letters and digits only, lower case.
const STRINGS: &[&str] = &[
    "0123456789",
    "0123456789abcdef",
    "123456789",
    "1234567890",
    "123456789abcdef",
    "asset1234567890",
    "badindex",
    "baseboardserialnumber",
    "chassisassettag",
    "chassisserialnumber",
    "default",
    "defaultstring",
    "empty",
    "enterserial",
    "invalid",
    "noassettag",
    "nodimm",
    "none",
    "notapplicable",
    "notavailable",
    "notinstalled",
    "notpresent",
    "notspecified",
    "null",
    "oem",
    "oemdefine",
    "outofspec",
    "pcanumberacc",
    "serial",
    "serialnumber",
    "sernum0",
    "systemmanufacturer",
    "systemproductname",
    "systemserialnumber",
    "systemversion",
    "tobefilledbyoem",
    "unknown",
];

/// UUIDs that stand in whole lines of boards. The first stands in both byte orders.
const UUIDS: &[&str] = &[
    "00000000-0000-0000-0807-060504030201",
    "00020003-0004-0005-0006-000700080009",
    "03000200-0400-0500-0006-000700080009",
    "03020100-0504-0706-0809-0a0b0c0d0e0f",
    "10000000-0000-8000-0040-000000000000",
    "12345678-1234-5678-90ab-cddeefaabbcc",
];

/// Whether a serial number or a name says nothing. Case, blanks and punctuation don't matter.
#[must_use]
pub fn is_junk(text: &str) -> bool {
    let bare: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    // One or two characters tell no machine from another. A replacement character stands where the firmware held bytes
    // that are no text.
    bare.chars().count() < 3
        || text.contains(char::REPLACEMENT_CHARACTER)
        || bare.chars().all(|c| matches!(c, '0' | 'f' | 'x'))
        || (bare.starts_with("unspecified") && bare.ends_with("serialnumber"))
        || STRINGS.contains(&bare.as_str())
}

/// Whether a UUID (lower case, with hyphens) says nothing.
#[must_use]
pub fn is_junk_uuid(uuid: &str) -> bool {
    let only = |digit| uuid.chars().filter(|c| *c != '-').all(|c| c == digit);
    only('0') || only('f') || UUIDS.contains(&uuid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_filled_in_is_junk_however_it_is_written() {
        for junk in [
            "",
            " ",
            "-",
            "...",
            "0",
            "00000000",
            "FFFFFFFF",
            "XXXX-XXXX",
            "0x00",
            "None",
            "(none)",
            "N/A",
            "n.a.",
            "NA",
            "UNKNOWN",
            "Not Specified",
            "Not Present",
            "not available",
            "Not Applicable",
            "Not Installed",
            "Default string",
            "DEFAULT STRING",
            "To Be Filled By O.E.M.",
            "To-Be-Filled-By-O-E-M",
            "O.E.M.",
            "OEM Define",
            "System manufacturer",
            "System Product Name",
            "System Serial Number",
            "System Version",
            "Chassis Serial Number",
            "Base Board Serial Number",
            "Unspecified System Serial Number",
            "Chassis Asset Tag",
            "No Asset Tag",
            "Asset-1234567890",
            "Enter Serial",
            "Serial",
            "SerNum0",
            "0123456789",
            "123456789",
            "1234567890",
            "PCA_number.ACC",
            "<BAD INDEX>",
            "<OUT OF SPEC>",
            "Invalid",
            "Empty",
            "NO DIMM",
            "42",
            "S\u{fffd}\u{fffd}21",
        ] {
            assert!(is_junk(junk), "{junk:?}");
        }
    }

    #[test]
    fn what_a_maker_filled_in_is_not() {
        for real in
            ["S212101X7A18218", "CN66480BLA", "4242", "0F0F1", "C8260FG11N50348", "J3F0X02", "序列号一二三"]
        {
            assert!(!is_junk(real), "{real:?}");
        }
    }

    #[test]
    fn uuids_of_whole_lines_of_boards_are_junk() {
        for junk in UUIDS {
            assert!(is_junk_uuid(junk), "{junk}");
        }
        assert!(is_junk_uuid("00000000-0000-0000-0000-000000000000"));
        assert!(is_junk_uuid("ffffffff-ffff-ffff-ffff-ffffffffffff"));
        assert!(!is_junk_uuid("4c4c4544-0048-5110-804a-c6c04f594a32"));
    }
}
