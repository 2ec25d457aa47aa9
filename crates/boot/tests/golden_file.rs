//! Compares with a file of `tests/golden`; `MUSTER_REWRITE_GOLDEN=1` writes it anew instead.

use std::path::Path;

pub(crate) fn same(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("MUSTER_REWRITE_GOLDEN").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        actual,
        expected,
        "{name} is not as in {}; MUSTER_REWRITE_GOLDEN=1 writes it anew",
        path.display()
    );
}
