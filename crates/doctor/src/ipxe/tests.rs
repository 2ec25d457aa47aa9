use super::*;
use crate::firmware::Firmware;
use proptest::prelude::*;

const HERE: &str = "http://10.0.0.1:8080/boot/boot.ipxe";

fn client(code: u16) -> Client {
    let build = Firmware::by_code(code).unwrap().ipxe().unwrap();
    Client { mac: "52:54:00:00:00:01".parse().unwrap(), address: None, next_server: None, build }
}

/// Runs a script; `files` has what lies where, and all else is missing. What was asked for, and the end.
fn run(script: &str, code: u16, files: &[(&str, &str)]) -> (Vec<String>, End) {
    let mut run = Run::new(HERE, script.as_bytes(), &client(code)).unwrap();
    let mut asked = Vec::new();
    loop {
        match run.next() {
            Step::End(end) => return (asked, end),
            Step::Fetch { url, .. } => {
                let file = files.iter().find(|(path, _)| url.contains(path)).map(|(_, text)| text.as_bytes());
                asked.push(url);
                run.fetched(file.ok_or("missing".to_owned()));
            }
        }
    }
}

fn stops(script: &str) -> String {
    match run(script, 7, &[]).1 {
        End::Stops { why, .. } => why,
        other => panic!("{other:?}"),
    }
}

const ENTRY: &str = "#!ipxe
cpuid --ext 29 && set arch x86_64 || set arch ${buildarch} ||
set who platform=${platform}&arch=${arch} ||
chain --timeout 10000 --autofree --replace http://10.0.0.1:8080/boot/by-mac/${netX/mac:hexhyp}.ipxe?${who} || goto inventory
:inventory
chain --replace http://10.0.0.1:8080/boot/inventory.ipxe?${who} || goto local
:local
iseq ${platform} efi && goto leave || sanboot --no-describe --drive 0x80 || goto leave
:leave
exit 1
";
const OWN: &str = "#!ipxe
echo Muster: because I say so
kernel --timeout 30000 --name vmlinuz /k/vmlinuz initrd=x console=tty0 || goto failed
initrd --timeout 30000 --name x /k/initramfs || goto failed
boot || goto failed
:failed
exit 1
";

#[test]
fn the_entry_script_leads_to_the_machines_own_and_that_to_its_kernel() {
    for (code, who) in [(0, "pcbios&arch=x86_64"), (7, "efi&arch=x86_64"), (11, "efi&arch=arm64")] {
        let files = [("by-mac", OWN), ("vmlinuz", "kernel"), ("initramfs", "cpio")];
        let (asked, end) = run(ENTRY, code, &files);
        assert_eq!(
            asked,
            [
                format!("http://10.0.0.1:8080/boot/by-mac/52-54-00-00-00-01.ipxe?platform={who}"),
                "http://10.0.0.1:8080/k/vmlinuz".to_owned(),
                "http://10.0.0.1:8080/k/initramfs".to_owned(),
            ]
        );
        assert_eq!(end, End::Starts("http://10.0.0.1:8080/k/vmlinuz".to_owned()));
    }
}

#[test]
fn what_is_missing_leads_to_the_fall_back_and_then_to_the_disk() {
    let (asked, end) = run(ENTRY, 0, &[]);
    assert_eq!((asked.len(), end), (2, End::Disk));
    let (asked, end) = run(ENTRY, 7, &[("inventory", OWN), ("vmlinuz", "kernel")]);
    assert!(asked[1].contains("inventory.ipxe") && asked[3].ends_with("initramfs"), "{asked:?}");
    assert_eq!(end, End::Disk);
}

#[test]
fn a_command_that_is_not_there_stops_the_script_unless_it_is_caught() {
    assert_eq!(stops("#!ipxe\nparamz\necho never"), "iPXE has no command paramz");
    assert_eq!(run("#!ipxe\nparamz ||\nexit", 7, &[]).1, End::Disk);
    assert_eq!(stops("#!ipxe\ngoto nowhere"), "there is no label nowhere");
}

#[test]
fn what_never_ends_is_ended() {
    assert_eq!(stops("#!ipxe\n:a\ngoto a"), "it goes round in circles");
    assert!(stops("#!ipxe\n:a\nchain x ||\ngoto a").contains("without an end"));
    let calls_itself = [("boot.ipxe", "#!ipxe\nchain boot.ipxe")];
    let (asked, _) = run("#!ipxe\nchain boot.ipxe", 7, &calls_itself);
    assert!(asked.len() <= MOST_DEPTH, "{asked:?}");
    assert!(stops("#!ipxe\nshell").contains("person"));
}

#[test]
fn a_called_script_comes_back_and_its_failure_can_be_caught() {
    let files = [("child", "#!ipxe\nexit 1"), ("good", "#!ipxe\necho child")];
    let (asked, _) = run("#!ipxe\nchain good ||\nchain child || chain other ||\nexit", 7, &files);
    assert_eq!(asked.len(), 3);
}

#[test]
fn a_chained_program_starts() {
    let (_, end) = run("#!ipxe\nchain shell.efi", 7, &[("shell.efi", "\u{1}\u{2}program")]);
    assert_eq!(end, End::Starts("http://10.0.0.1:8080/boot/shell.efi".to_owned()));
}

#[test]
fn what_is_no_script_is_refused_at_once() {
    assert!(Run::new(HERE, b"<html>", &client(7)).unwrap_err().contains("#!ipxe"));
    let long = ["#!ipxe\n".as_bytes(), &vec![b'a'; MOST_SCRIPT_BYTES]].concat();
    assert!(Run::new(HERE, &long, &client(7)).unwrap_err().contains("KiB"));
}

proptest! {
    #[test]
    fn every_script_comes_to_an_end(lines in prop::collection::vec(
        prop::sample::select(vec![
            ":a", "goto a", "goto b ||", "chain x", "chain --replace x ||", "kernel x || goto a", "boot ||", "exit 1",
            "set x ${x}y", "iseq ${x} y && goto a", "echo ${x}", "isset ${y} || goto a", "nonsense ||", "boot",
        ]),
        0..12,
    )) {
        run(&format!("#!ipxe\n{}", lines.join("\n")), 7, &[("x", "#!ipxe\nexit 1")]);
    }
}
