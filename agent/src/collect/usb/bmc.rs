//! Devices that a management controller pretends to be plugged in.

/// By vendor, the products from the first to the last. American Megatrends keeps all its virtual devices in one block; Dell
/// has them by its own number and by Avocent's, HPE by the number of its computers, Supermicro by Insyde's and ATEN's.
const VIRTUAL: [(&str, &str, &str); 12] = [
    ("046b", "ff00", "ffff"),
    ("413c", "a001", "a001"),
    ("413c", "a102", "a102"),
    ("0624", "0248", "0251"),
    ("03f0", "1027", "1027"),
    ("03f0", "1327", "1327"),
    ("03f0", "7029", "7029"),
    ("0b1f", "03e8", "03ff"),
    ("0557", "2221", "2221"),
    ("0557", "2419", "2419"),
    ("0557", "7000", "7000"),
    ("04b3", "4001", "4010"),
];

/// Whether the management controller pretends to be this device.
pub(in crate::collect) fn is_virtual(vendor: Option<&str>, product: Option<&str>) -> bool {
    let (Some(vendor), Some(product)) = (vendor, product) else { return false };
    // Four hex digits each, in lower case: they sort as their numbers do.
    VIRTUAL.iter().any(|(whose, first, last)| vendor == *whose && (*first..=*last).contains(&product))
}
