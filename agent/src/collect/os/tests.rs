use super::*;
use crate::tree::Builder;

#[test]
fn the_distribution_is_read_where_it_stands() {
    let tree = Builder::new()
        .file(RELEASE, "6.1.0-56-amd64\n")
        .file(
            "/usr/lib/os-release",
            "NAME=x\nPRETTY_NAME=\"CentOS Stream 9\"\nID='centos'\nVERSION_ID=9\nVARIANT_ID=coreos\nOSTREE_VERSION='9.2'\n",
        )
        .link("/etc/os-release", "/usr/lib/os-release")
        .file("/proc/sys/kernel/hostname", "(none)\n")
        .file("/proc/1/comm", "systemd\n")
        .file("/proc/cmdline", "quiet muster.ticket=abcdefghij\n");
    let os = collect(&Probe::new(tree.root())).unwrap();
    assert_eq!(os.name.as_deref(), Some("CentOS Stream 9"));
    assert_eq!((os.id.as_deref(), os.version.as_deref()), (Some("centos"), Some("9")));
    assert_eq!((os.variant.as_deref(), os.build.as_deref()), (Some("coreos"), Some("9.2")));
    assert_eq!((os.hostname, os.init.as_deref()), (None, Some("systemd")));
    assert_eq!(os.kernel_arguments.as_deref(), Some("quiet muster.ticket=<redacted>"));
    assert_eq!(os.architecture.as_deref(), Some("x86_64"));
    assert!(os.modules.is_empty() && os.taint.is_none());
}

#[test]
fn modules_are_told_by_name_and_a_kernel_without_them_is_no_failure() {
    let lines =
        "nvme 61440 2 - Live 0x0000000000000000\nahci 49152 0 - Live 0x0000000000000000 (E)\n\nnvme\n";
    let long = "x".repeat(100);
    let tree = Builder::new().file(RELEASE, "6.1\n").file("/proc/modules", format!("{lines}{long} 1 0\n"));
    let probe = Probe::new(tree.root());
    assert_eq!(collect(&probe).unwrap().modules, ["ahci", "nvme"]);
    assert!(probe.into_warnings().is_empty());
}

#[test]
fn taint_is_told_in_letters() {
    assert_eq!(taint::letters(0), None);
    assert_eq!(taint::letters(1 | 1 << 12 | 1 << 13).as_deref(), Some("POE"));
    assert_eq!(taint::letters(1 << 19 | 1 << 63).as_deref(), Some("J?"));
}

#[test]
fn ssh_host_keys_are_told_without_their_comments_and_nothing_else_is() {
    let ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFwZkx4bgWvJpRBlqRdSkPRdBxoUUP4PEYxKXMmrV/fC";
    let tree = Builder::new()
        .file(RELEASE, "6.1\n")
        .file("/etc/ssh/ssh_host_ed25519_key", "-----BEGIN OPENSSH PRIVATE KEY-----\n")
        .file("/etc/ssh/ssh_host_ed25519_key.pub", format!("{ed25519} root@node1\n"))
        .file("/etc/ssh/ssh_host_rsa_key.pub", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNza\n")
        .file("/etc/ssh/ssh_host_ecdsa_key.pub", format!("ecdsa-sha2-nistp256 AAAA{}\n", "A".repeat(9000)))
        .file("/run/muster/ssh_host_key.pub", "ssh-rsa AAAA$(reboot)\n");
    let probe = Probe::new(tree.root());
    assert_eq!(collect(&probe).unwrap().ssh_host_keys, [ed25519]);
    let warnings = probe.into_warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].path.ends_with("ssh_host_ecdsa_key.pub"), "{warnings:?}");
}
