//! What host overrides can say, by release.

/// The first release whose host overrides say whether the address leads back to the name. Before, it always did for the
/// first of an address, and a field of that name would be lost without a word.
const ADDPTR: [u32; 3] = [26, 1, 11];

/// Whether a release has the field `addptr`.
pub(super) fn has_addptr(version: &str) -> bool {
    let numbers = version.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse().unwrap_or(0));
    numbers.chain([0; 3]).take(3).ge(ADDPTR)
}

#[cfg(test)]
mod tests {
    use super::has_addptr;

    #[test]
    fn a_release_is_compared_by_its_numbers() {
        for (version, has) in [
            ("25.7.11", false),
            ("26.1", false),
            ("26.1.6", false),
            ("26.1.11", true),
            ("26.7", true),
            ("26.7.2", true),
            ("", false),
            ("27.1_1", true),
        ] {
            assert_eq!(has_addptr(version), has, "{version}");
        }
    }
}
