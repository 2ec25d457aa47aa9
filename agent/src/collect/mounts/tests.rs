use proptest::prelude::*;

use super::*;

fn told(table: &str) -> Vec<(String, bool)> {
    by_device(table.lines().filter_map(table::mounts))
        .into_iter()
        .map(|it| (format!("{} {} {}", it.mount, it.device, it.kind), it.read_only))
        .collect()
}

fn told_by_info(table: &str) -> Vec<Mount> {
    by_device(table.lines().filter_map(table::mount_info))
}

#[test]
fn each_device_stands_once_at_its_shortest_place() {
    let table = "rootfs / rootfs rw 0 0\n\
        /dev/sda4 /sysroot xfs ro,relatime 0 0\n\
        /dev/sda4 / xfs ro 0 0\n\
        /dev/sda4 /var xfs rw 0 0\n\
        /dev/sda3 /boot ext4 ro 0 0\n\
        tank/data /srv zfs rw 0 0\n\
        tmpfs /tmp tmpfs rw 0 0\n\
        10.0.0.1:/x /mnt nfs4 rw 0 0\n\
        /dev/loop0 /snap squashfs ro 0 0\n\
        /dev/sr0 /media iso9660 ro 0 0\n\
        /dev/fuse /run/doc fuse.portal rw 0 0\n\
        /dev/sdb1 /mnt/with\\040blank vfat rw 0 0\n";
    assert_eq!(
        told(table),
        [
            ("/ /dev/sda4 xfs".to_owned(), false),
            ("/boot /dev/sda3 ext4".to_owned(), true),
            ("/mnt/with blank /dev/sdb1 vfat".to_owned(), false),
            ("/srv tank/data zfs".to_owned(), false),
        ]
    );
}

#[test]
fn what_is_mounted_on_top_hides_what_was_there() {
    assert_eq!(told("/dev/sda1 /mnt ext4 rw 0 0\ntmpfs /mnt tmpfs rw 0 0\n"), []);
}

#[test]
fn a_device_of_several_names_and_a_node_full_of_containers_are_told_once() {
    let mounts = told_by_info(
        "27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw,errors=remount-ro\n\
         40 27 254:0 /var/lib/kubelet /var/lib/kubelet rw shared:1 - ext4 /dev/vda rw,errors=remount-ro\n\
         41 27 254:0 /etc/hosts /run/pod/etc/hosts ro - ext4 /dev/vda rw,errors=remount-ro\n\
         42 27 0:50 / /var/lib/containers/merged rw - overlay overlay rw,lowerdir=/a,upperdir=/b\n\
         43 27 0:51 /@ /srv rw - btrfs /dev/vdb rw,subvol=/@\n\
         44 27 0:52 /@home /home rw - btrfs /dev/vdb rw,subvol=/@home\n\
         45 27 0:53 / /tank rw - zfs tank rw,xattr\n",
    );
    let told: Vec<_> = mounts.iter().map(|it| (it.mount.as_str(), it.number.as_deref())).collect();
    assert_eq!(told, [("/", Some("254:0")), ("/srv", None), ("/tank", None)]);
    assert!(mounts.iter().all(|it| !it.read_only && !it.refuses_writes));
}

#[test]
fn a_filesystem_that_gave_up_is_told_from_one_that_is_meant_to_be_read_only() {
    for (options, own, read_only, refuses) in [
        ("rw", "rw", false, false),
        ("ro", "ro", true, false),
        // A place to read at, of a filesystem that is written to elsewhere.
        ("ro", "rw", true, false),
        ("rw", "ro,errors=remount-ro", true, true),
        ("rw,noatime", "rw,emergency_ro", true, true),
        ("rw", "rw,shutdown", true, true),
    ] {
        let mounts = told_by_info(&format!("27 1 8:1 / / {options} - ext4 /dev/sda1 {own}\n"));
        assert_eq!((mounts[0].read_only, mounts[0].refuses_writes), (read_only, refuses), "{options} {own}");
    }
    // One of its places can't be written to anyway.
    let mounts = told_by_info(
        "27 1 8:1 / /longer ro - xfs /dev/sda1 ro\n28 1 8:1 / /it rw master:2 propagate_from:1 - xfs /dev/sda1 ro\n",
    );
    assert_eq!((mounts[0].mount.as_str(), mounts[0].refuses_writes), ("/it", true));
}

#[test]
fn a_place_with_blanks_and_a_dash_is_no_end_of_the_line() {
    let mounts = told_by_info("27 1 8:1 / /a\\040-\\040b rw - vfat /dev/sda1 rw\n");
    assert_eq!(mounts[0].mount, "/a - b");
}

proptest! {
    #[test]
    fn any_table_is_survived(table: String) {
        told(&table);
        told_by_info(&table);
    }

    #[test]
    fn any_mangled_line_is_survived(cut in 0..80_usize, junk: String) {
        let line = "27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw,errors=remount-ro";
        let line: String = line.chars().take(cut).chain(junk.chars()).collect();
        told_by_info(&line);
    }

    #[test]
    fn escapes_are_undone(text in "[ \\t\\\\a-z]{0,20}") {
        let escaped: String = text.bytes().map(|byte| match byte {
            b' ' | b'\t' | b'\\' => format!("\\{byte:03o}"),
            byte => char::from(byte).to_string(),
        }).collect();
        prop_assert_eq!(table::unescape(&escaped), text.as_bytes());
    }
}
