//! Whose mount table it is. A service that systemd shields (`ProtectSystem=`) lives in a mount namespace of its own, where
//! nearly every place is read-only whatever the machine does: there the first process's table says how it is mounted.

use std::collections::BTreeMap;

use super::{MOUNT_INFO, Mount, TABLE_LIMIT_BYTES, by_device, table};
use crate::probe::Probe;

const OWN: &str = "/proc/self/ns/mnt";
const MACHINES: &str = "/proc/1/ns/mnt";
const MACHINES_TABLE: &str = "/proc/1/mountinfo";
/// Longer than most first lines, which are of `/`, `/proc` or `/sys`.
const LINE_LIMIT_BYTES: usize = 255;

/// What is mounted here, as the machine sees it; `None` where there is no such table.
pub(super) fn mounts(probe: &Probe) -> Option<Vec<Mount>> {
    // No warning where it can't be read: what a filesystem says of itself is known without it.
    let table = probe.root().read(MACHINES_TABLE, TABLE_LIMIT_BYTES).unwrap_or_default();
    let table = String::from_utf8_lossy(&table);
    let machines = by_device(table.lines().filter_map(table::mount_info));
    if is_own(probe, &table) {
        return Some(machines);
    }
    let own = probe.lines(MOUNT_INFO, TABLE_LIMIT_BYTES)?;
    // A captured tree that says nothing of namespaces holds the machine's. Of the first process's it may not be told: where
    // rights were taken away, the namespace is another one, too.
    let namespace = |link: &str| probe.root().target(link).ok();
    if namespace(OWN).is_none_or(|own| namespace(MACHINES) == Some(own)) {
        return Some(by_device(own.lines().filter_map(table::mount_info)));
    }
    Some(as_the_machine_sees(by_device(own.lines().filter_map(table::filesystem_alone)), &machines))
}

/// Whether this process has the same table. Each mount has a number that no other namespace has: one line tells.
fn is_own(probe: &Probe, table: &str) -> bool {
    let own = probe.root().head(MOUNT_INFO, LINE_LIMIT_BYTES).unwrap_or_default();
    let Some(end) = own.iter().position(|byte| *byte == b'\n') else { return false };
    table.lines().any(|line| own.get(..end) == Some(line.as_bytes()))
}

/// The mounts with what the machine's own table says of them.
fn as_the_machine_sees(mut mounts: Vec<Mount>, machines: &[Mount]) -> Vec<Mount> {
    let machines: BTreeMap<&str, &Mount> = machines.iter().map(|mount| (mount.key(), mount)).collect();
    for mount in &mut mounts {
        if let Some(seen) = machines.get(mount.key()) {
            (mount.read_only, mount.refuses_writes) = (seen.read_only, seen.refuses_writes);
        }
    }
    mounts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::mounted_devices;
    use crate::tree::Builder;

    /// As in the unit: each place is read-only but the agent's folder.
    fn shielded() -> Builder {
        Builder::new().link(OWN, "mnt:[4026532290]").file(
            "/proc/self/mountinfo",
            "27 1 8:2 / / ro,relatime - ext4 /dev/sda2 rw\n\
             28 27 8:3 / /srv ro - xfs /dev/sda3 rw\n\
             29 27 8:4 / /usr ro - ext4 /dev/sda4 ro\n\
             30 27 8:5 / /data ro - ext4 /dev/sda5 ro,errors=remount-ro\n\
             31 27 8:6 / /old ro - xfs /dev/sda6 rw,shutdown\n",
        )
    }

    fn told(tree: &Builder) -> Vec<(String, bool, bool)> {
        let probe = Probe::new(tree.root());
        let mounts = mounted_devices(&probe).unwrap();
        assert_eq!(probe.into_warnings(), []);
        mounts.into_iter().map(|it| (it.mount, it.read_only, it.refuses_writes)).collect()
    }

    fn expected(rows: [(&str, bool, bool); 5]) -> Vec<(String, bool, bool)> {
        rows.map(|(mount, read_only, refuses)| (mount.to_owned(), read_only, refuses)).into()
    }

    #[test]
    fn a_shielded_agent_tells_how_the_machine_mounts_its_filesystems() {
        let table = "1 0 8:2 / / rw - ext4 /dev/sda2 rw\n\
            2 1 8:3 / /srv ro - xfs /dev/sda3 rw\n\
            3 1 8:4 / /usr ro - ext4 /dev/sda4 ro\n\
            4 1 8:5 / /data rw - ext4 /dev/sda5 ro,errors=remount-ro\n\
            5 1 8:6 / /old rw - xfs /dev/sda6 rw,shutdown\n";
        let all = [
            ("/", false, false),
            ("/data", true, true),
            ("/old", true, true),
            ("/srv", true, false),
            ("/usr", true, false),
        ];
        let tree = shielded().file(MACHINES_TABLE, table);
        // Without the right to trace the first process its link is not told, and its table is.
        assert_eq!(told(&tree), expected(all));
        assert_eq!(told(&tree.link(MACHINES, "mnt:[4026531840]")), expected(all));
    }

    #[test]
    fn where_the_machines_table_is_hidden_only_the_filesystems_themselves_are_believed() {
        let all = [
            ("/", false, false),
            ("/data", true, false),
            ("/old", true, true),
            ("/srv", false, false),
            ("/usr", true, false),
        ];
        assert_eq!(told(&shielded()), expected(all));
        assert_eq!(told(&shielded().refused(MACHINES_TABLE)), expected(all));
    }

    #[test]
    fn the_machines_table_is_the_own_where_it_has_its_first_line() {
        let line = "27 1 8:2 / / rw - ext4 /dev/sda2 rw\n";
        let more = "28 27 8:3 / /srv ro - xfs /dev/sda3 rw\n";
        let own = Builder::new().link(OWN, "mnt:[4026531840]").file(MOUNT_INFO, line);
        let both = [("/".to_owned(), false, false), ("/srv".to_owned(), true, false)];
        assert_eq!(told(&own.file(MACHINES_TABLE, format!("{more}{line}"))), both);
        // The same filesystem at the same place, by another number.
        let own = Builder::new().link(OWN, "mnt:[4026531840]").file(MOUNT_INFO, line);
        assert_eq!(told(&own.file(MACHINES_TABLE, format!("{more}1{line}"))), both[..1]);
    }

    #[test]
    fn in_the_machines_namespace_and_in_a_capture_without_one_the_own_table_is_the_machines() {
        let line = "27 1 8:2 / / ro - ext4 /dev/sda2 rw\n";
        let tree = Builder::new().file("/proc/self/mountinfo", line);
        assert_eq!(told(&tree), [("/".to_owned(), true, false)]);
        let tree = tree.link(OWN, "mnt:[4026531840]").link(MACHINES, "mnt:[4026531840]");
        assert_eq!(told(&tree), [("/".to_owned(), true, false)]);
    }
}
