//! How much of an image each part takes, as it is packed: what is too large is named by what one may leave out.

use std::collections::BTreeMap;

/// So many are named.
const NAMED: usize = 8;

/// Parts of an image by their names.
#[derive(Debug, Default)]
pub(super) struct Budget(BTreeMap<String, u64>);

impl Budget {
    /// Counts what an entry of the archive took.
    pub(super) fn add(&mut self, path: &str, size_bytes: u64) {
        *self.0.entry(part(path)).or_default() += size_bytes;
    }

    /// The largest parts, largest first.
    pub(super) fn largest(self) -> Vec<(String, u64)> {
        let mut parts: Vec<(String, u64)> = self.0.into_iter().collect();
        parts.sort_by_key(|(_, size_bytes)| std::cmp::Reverse(*size_bytes));
        parts.truncate(NAMED);
        parts
    }
}

/// A folder as `--without` takes it, or in words what can't be left out.
fn part(path: &str) -> String {
    let below = |folder: &str, depth: usize| {
        let rest = path.strip_prefix(folder)?;
        let mut folders: Vec<&str> = rest.split('/').collect();
        if folders.len() > 1 {
            folders.pop();
        }
        folders.truncate(depth);
        Some(folders.join("/"))
    };
    if let Some(folder) = below("lib/firmware/", 1) {
        return format!("firmware/{folder}");
    }
    let modules = path.strip_prefix("lib/modules/").and_then(|rest| rest.split_once("/kernel/"));
    match modules {
        Some((version, _)) => below(&format!("lib/modules/{version}/kernel/"), 4).unwrap_or_default(),
        None if path == "usr/bin/muster-agent" => "the agent".to_owned(),
        None if path == "bin/busybox" => "busybox".to_owned(),
        None => "the rest".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_names_that_can_be_left_out() {
        for (path, named) in [
            ("lib/modules/6.1.0/kernel/drivers/net/ethernet/intel/ice/ice.ko", "drivers/net/ethernet/intel"),
            ("lib/modules/6.1.0/kernel/drivers/scsi/sd_mod.ko", "drivers/scsi"),
            ("lib/modules/6.1.0/modules.dep", "the rest"),
            ("lib/firmware/mellanox/a/b.mfa2", "firmware/mellanox"),
            ("lib/firmware/e100.bin", "firmware/e100.bin"),
            ("usr/bin/muster-agent", "the agent"),
        ] {
            assert_eq!(part(path), named);
        }
    }

    #[test]
    fn the_largest_come_first() {
        let mut budget = Budget::default();
        for (path, size) in
            [("bin/busybox", 5), ("init", 1), ("lib/firmware/a/x", 4), ("lib/firmware/a/y", 4)]
        {
            budget.add(path, size);
        }
        let largest = budget.largest();
        assert_eq!(largest[0], ("firmware/a".to_owned(), 8));
        assert_eq!(largest[2], ("the rest".to_owned(), 1));
    }
}
