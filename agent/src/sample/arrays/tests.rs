use rustix::io::Errno;

use super::*;
use crate::tree::Builder;

fn told(tree: &Builder) -> (Vec<ArrayState>, Vec<inventory::Warning>) {
    let probe = Probe::new(tree.root());
    (read(&probe).unwrap(), probe.into_warnings())
}

fn mirror() -> Builder {
    let at = format!("{BLOCK}/md0/md");
    Builder::new()
        .files(
            &at,
            &[
                ("array_state", "clean\n"),
                ("level", "raid1\n"),
                ("raid_disks", "2\n"),
                ("degraded", "1\n"),
                ("sync_action", "recover\n"),
                ("sync_completed", "250 / 1000\n"),
                ("sync_speed", "102400\n"),
                ("mismatch_cnt", "128\n"),
                ("metadata_version", "1.2\n"),
            ],
        )
        .files(&format!("{at}/dev-sda2"), &[("state", "in_sync\n"), ("slot", "0\n"), ("errors", "0\n")])
        .files(&format!("{at}/dev-sdb2"), &[("state", "spare\n"), ("slot", "1\n"), ("errors", "2\n")])
        .files(&format!("{at}/dev-sdc2"), &[("state", "faulty\n"), ("slot", "none\n")])
}

#[test]
fn a_mirror_that_is_rebuilt_says_how_far_it_is() {
    let (arrays, warnings) = told(&mirror());
    let [array] = arrays.as_slice() else { panic!("{arrays:?}") };
    assert_eq!((array.name.as_str(), array.level.as_deref()), ("md0", Some("raid1")));
    assert_eq!((array.disks_wanted, array.disks_active, array.degraded), (Some(2), Some(1), Some(1)));
    assert_eq!((array.sync_action.as_deref(), array.sync_percent), (Some("recover"), Some(25.0)));
    assert_eq!((array.sync_bytes_per_sec, array.mismatched_sectors), (Some(104_857_600), Some(128)));
    let members: Vec<_> =
        array.members.iter().map(|it| (it.name.as_str(), it.state.as_deref(), it.slot, it.errors)).collect();
    assert_eq!(
        members,
        [
            ("sda2", Some("in_sync"), Some(0), Some(0)),
            ("sdb2", Some("spare"), Some(1), Some(2)),
            ("sdc2", Some("faulty"), None, None),
        ]
    );
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn an_array_at_rest_a_container_and_one_that_is_reshaped_are_told_as_they_are() {
    let tree = mirror()
        .files(
            &format!("{BLOCK}/md0/md"),
            &[("sync_action", "idle\n"), ("sync_completed", "none\n"), ("raid_disks", "5 (4)\n")],
        )
        .files(
            &format!("{BLOCK}/md127/md"),
            &[("array_state", "inactive\n"), ("metadata_version", "external:imsm\n")],
        )
        .file(&format!("{BLOCK}/md0p1/size"), "8\n");
    let (arrays, _) = told(&tree);
    assert_eq!((arrays[0].sync_action.as_ref(), arrays[0].sync_percent), (None, None));
    assert_eq!((arrays[0].sync_bytes_per_sec, arrays[0].disks_wanted), (None, Some(5)));
    assert_eq!((arrays.len(), arrays[1].level.as_deref()), (2, Some("container")));
}

#[test]
fn junk_and_refusals_cost_one_value() {
    let at = format!("{BLOCK}/md0/md");
    let tree = mirror()
        .file(&format!("{at}/sync_completed"), "9 / 0\n")
        .file(&format!("{at}/sync_speed"), "99999999999999999999\n")
        .file(&format!("{at}/raid_disks"), "many\n")
        .fails(&format!("{at}/mismatch_cnt"), Errno::IO);
    let (arrays, warnings) = told(&tree);
    assert_eq!(
        (arrays[0].sync_percent, arrays[0].sync_bytes_per_sec, arrays[0].disks_wanted),
        (None, None, None)
    );
    assert_eq!(arrays[0].disks_active, Some(1));
    assert_eq!((warnings.len(), warnings[0].path.as_str()), (1, "/sys/block/md0/md/mismatch_cnt"));
}

#[test]
fn pools_of_zfs_stand_among_its_statistics() {
    let tree = Builder::new()
        .file(&format!("{POOLS}/arcstats"), "1 2 3\n")
        .file(&format!("{POOLS}/tank/state"), "DEGRADED\n")
        .file(&format!("{POOLS}/tank/objset-0x36"), "x\n");
    let (arrays, warnings) = told(&tree);
    let [pool] = arrays.as_slice() else { panic!("{arrays:?}") };
    assert_eq!(
        (pool.name.as_str(), pool.kind, pool.state.as_deref()),
        ("tank", ArrayKind::Zfs, Some("DEGRADED"))
    );
    assert!(warnings.is_empty() && told(&Builder::new()).0.is_empty());
}
