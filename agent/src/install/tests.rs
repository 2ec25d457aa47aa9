use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;

const PIN: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn wishes(allow: Option<&str>, ticket: Option<&str>) -> Wishes {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ticket");
    let ticket = ticket.map(|ticket| {
        fs::write(&file, format!("{ticket}\n")).unwrap();
        file.as_path()
    });
    Wishes::new("https://10.0.0.2:8443", Some(PIN), ticket, allow).unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn the_unit_gives_no_more_rights_than_what_is_enabled_needs() {
    let unit = |allow| plan(&wishes(Some(allow), None), usual_program()).unit;
    let (still, blinking) = (unit("report,logs"), unit("blink"));
    assert!(!still.contains("CAP_NET_ADMIN") && still.contains("ProtectKernelTunables=yes"));
    assert!(blinking.contains("CAP_NET_ADMIN") && blinking.contains("ProtectKernelTunables=no"));
    for line in
        ["NoNewPrivileges=yes", "ProtectSystem=strict", "AmbientCapabilities=", "RestrictNamespaces=yes"]
    {
        assert!(still.lines().any(|it| it == line), "{line}");
    }
    for path in [STATE_FILE, SETTINGS_FILE, PROGRAMS[0]] {
        assert!(still.contains(path), "{path}");
    }
    let elsewhere = plan(&wishes(None, None), PROGRAMS[1]).unit;
    assert!(elsewhere.contains(PROGRAMS[1]) && !elsewhere.contains(PROGRAMS[0]));
    assert!(!still.contains("10.0.0.2"), "what is secret, or may change, stands in the settings");
}

#[test]
fn it_is_installed_once_however_often_and_taken_away_again() {
    let root = tempfile::tempdir().unwrap();
    let discovery = root.path().join("discovery-state.json");
    fs::write(&discovery, "{\"host\":\"h1\"}").unwrap();
    let prefix = root.path().join("sysroot");
    let plan = plan(&wishes(None, Some("T$1\"x")), program_below(&prefix));
    for _ in 0..2 {
        install(&plan, b"ELF", &prefix, &discovery).unwrap();
    }
    let at = |path: &str| prefix.join(path.trim_start_matches('/'));
    assert_eq!((fs::read(at(PROGRAMS[0])).unwrap(), mode(&at(PROGRAMS[0]))), (b"ELF".to_vec(), 0o755));
    assert_eq!((mode(&at(SETTINGS_FILE)), mode(&at(UNIT_FILE))), (0o600, 0o644));
    assert_eq!(
        fs::read_to_string(at(SETTINGS_FILE)).unwrap(),
        format!(
            "MUSTER_SERVER=https://10.0.0.2:8443/\nMUSTER_PIN={PIN}\nMUSTER_TICKET=\"T\\$1\\\"x\"\nMUSTER_ALLOW=blink,logs,report\n"
        )
    );
    assert_eq!(fs::read_link(at(WANTS)).unwrap(), Path::new(UNIT_FILE));
    assert_eq!(mode(&at(STATE_FILE)), 0o600);
    assert_eq!(fs::read_to_string(at(STATE_FILE)).unwrap(), "{\"host\":\"h1\"}");
    // A state that is there already is the newer one.
    fs::write(at(STATE_FILE), "{\"host\":\"h2\"}").unwrap();
    install(&plan, b"ELF", &prefix, &discovery).unwrap();
    assert_eq!(fs::read_to_string(at(STATE_FILE)).unwrap(), "{\"host\":\"h2\"}");

    let said = uninstall(&prefix).unwrap().join("\n");
    assert!(!at(PROGRAMS[0]).exists() && !at(UNIT_FILE).exists() && at(STATE_FILE).exists());
    assert!(at(WANTS).symlink_metadata().is_err() && !at("/etc/muster-agent").exists());
    assert!(said.contains("kept"), "{said}");
    uninstall(&prefix).unwrap();
}

#[test]
fn the_ignition_document_holds_the_same_and_checks_what_it_fetches() {
    let wishes = wishes(None, Some("TICKET1"));
    let plan = plan(&wishes, usual_program());
    let document = ignition(&plan, &wishes.server, None, b"ELF").unwrap();
    assert_eq!(document["ignition"]["version"], "3.2.0");
    let [program, settings] = document["storage"]["files"].as_array().unwrap().as_slice() else { panic!() };
    let arch = std::env::consts::ARCH;
    let url = format!("http://10.0.0.2:8080/boot/agent/{arch}/muster-agent");
    assert_eq!(program["contents"]["source"], url.as_str());
    let hash = program["contents"]["verification"]["hash"].as_str().unwrap();
    assert!(hash.starts_with("sha256-") && hash.len() == "sha256-".len() + 64, "{hash}");
    assert_eq!((&settings["mode"], &program["mode"]), (&0o600.into(), &0o755.into()));
    let source = settings["contents"]["source"].as_str().unwrap();
    assert!(source.starts_with("data:,MUSTER_SERVER%3Dhttps%3A%2F%2F10.0.0.2%3A8443%2F%0A"), "{source}");
    assert_eq!(document["systemd"]["units"][0]["contents"], plan.unit.as_str());
    let elsewhere = ignition(&plan, &wishes.server, Some("http://mirror/agent"), b"ELF").unwrap();
    assert_eq!(elsewhere["storage"]["files"][0]["contents"]["source"], "http://mirror/agent");
}

#[test]
fn what_can_not_be_used_is_refused_before_anything_is_written() {
    let refusal = |server, pin, allow| Wishes::new(server, pin, None, allow).unwrap_err().to_string();
    assert!(refusal("https://10.0.0.2", None, None).contains("fingerprint"));
    assert!(refusal("https://10.0.0.2", Some("12"), None).contains("--pin"));
    assert!(refusal("https://10.0.0.2", Some(PIN), Some("all")).contains("--allow"));
    let missing = Wishes::new("https://10.0.0.2", Some(PIN), Some(Path::new("/nowhere")), None);
    assert!(missing.unwrap_err().to_string().contains("/nowhere"));
}

#[test]
fn installing_again_keeps_what_was_written_by_hand() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("etc/muster-agent/agent.env");
    let install_with = |wishes: &Wishes| {
        install(&plan(wishes, usual_program()), b"ELF", root.path(), Path::new("/nowhere")).unwrap();
        fs::read(&file).unwrap()
    };
    install_with(&wishes(Some("report"), Some("OLDTICKET")));
    let by_hand =
        b"# mine\nMUSTER_SCRAPE=open\n  MUSTER_INTERVAL = 7\nMUSTER_PINS=x\n\xff\n\nMUSTER_LOG=debug";
    let before = [&fs::read(&file).unwrap()[..], by_hand].concat();
    fs::write(&file, before).unwrap();
    let wishes = Wishes { scrape: Some("loopback".to_owned()), ..wishes(Some("logs"), None) };
    let expected = [
        format!(
            "MUSTER_SERVER=https://10.0.0.2:8443/\nMUSTER_PIN={PIN}\nMUSTER_ALLOW=logs\nMUSTER_SCRAPE=loopback\n"
        )
        .as_bytes(),
        b"# mine\n  MUSTER_INTERVAL = 7\nMUSTER_PINS=x\n\xff\n\nMUSTER_LOG=debug\n",
    ]
    .concat();
    assert_eq!(install_with(&wishes), expected);
    assert_eq!((install_with(&wishes), mode(&file)), (expected, 0o600));
    let wishes = Wishes { interval_secs: Some(9), ..wishes };
    let text = String::from_utf8_lossy(&install_with(&wishes)).into_owned();
    assert_eq!(text.matches("MUSTER_INTERVAL").count(), 1, "{text}");
    assert!(text.contains("\nMUSTER_INTERVAL=9\n"), "{text}");
}

#[test]
fn a_settings_file_that_can_not_be_read_is_not_written_over() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("etc/muster-agent/agent.env");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, vec![b'#'; 100_000]).unwrap();
    let plan = plan(&wishes(None, None), usual_program());
    let error = install(&plan, b"ELF", root.path(), Path::new("/nowhere")).unwrap_err();
    assert!(
        error.to_string().contains("reading") && fs::metadata(&file).unwrap().len() == 100_000,
        "{error}"
    );
}

#[test]
fn what_is_shown_is_the_unit_and_the_settings_without_the_ticket() {
    let plan = plan(&wishes(None, Some("SECRETTICKET")), usual_program());
    let shown = plan.shown();
    assert!(shown.starts_with(&format!("# {UNIT_FILE}\n[Unit]\n")), "{shown}");
    for line in
        ["MUSTER_SERVER=https://10.0.0.2:8443/", "MUSTER_TICKET=SECRET…", "MUSTER_ALLOW=blink,logs,report"]
    {
        assert!(shown.lines().any(|it| it == line), "{shown}");
    }
    assert!(!shown.contains("SECRETT") && !format!("{plan:?}").contains("SECRETT"));
    assert!(plan.settings.text().contains("SECRETTICKET"));
}
