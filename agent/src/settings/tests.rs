use std::collections::BTreeMap;

use super::*;

const PIN: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn assemble(
    flags: &[(&str, &str)],
    environment: &[(&str, &str)],
    kernel: &str,
) -> Result<Settings, InvalidSettings> {
    let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let (flags, environment) = (map(flags), map(environment));
    Settings::assemble(&Sources {
        flags: &|name| flags.get(name).cloned(),
        environment: &|name| environment.get(name).cloned(),
        kernel: &KernelArguments::parse(kernel),
    })
}

fn refusal(flags: &[(&str, &str)]) -> String {
    assemble(flags, &[], "").unwrap_err().to_string()
}

#[test]
fn a_flag_goes_before_the_environment_and_that_before_the_kernel() {
    let kernel =
        format!("muster.server=https://kernel:1 muster.pin={PIN} muster.ticket=fromkernel muster.interval=7");
    let environment = [("MUSTER_SERVER", "https://environment:2"), ("MUSTER_TICKET", "fromenvironment")];
    let host = |settings: &Settings| settings.server.as_ref().unwrap().url().host_str().unwrap().to_owned();

    let settings = assemble(&[("server", "https://flag:3")], &environment, &kernel).unwrap();
    assert_eq!(host(&settings), "flag");
    assert_eq!(settings.ticket.as_ref().unwrap().reveal(), "fromenvironment");
    assert_eq!(settings.interval_secs, Some(7));
    assert_eq!(settings.state, PathBuf::from("/var/lib/muster-agent/state.json"));
    assert_eq!((settings.scrape, settings.scrape_port), (Scrape::Off, 25_000));

    assert_eq!(host(&assemble(&[], &environment, &kernel).unwrap()), "environment");
    assert_eq!(host(&assemble(&[], &[("MUSTER_SERVER", "")], &kernel).unwrap()), "kernel");
}

#[test]
fn a_missing_server_names_the_three_places() {
    let said = refusal(&[]);
    for place in ["--server", "MUSTER_SERVER", "muster.server="] {
        assert!(said.contains(place), "{said}");
    }
    assert!(assemble(&[("scrape", "open")], &[], "").unwrap().server.is_none());
}

#[test]
fn https_needs_a_pin_and_http_is_for_this_machine() {
    assert!(refusal(&[("server", "https://10.0.0.2:8443")]).contains("needs the server's fingerprint"));
    assert!(refusal(&[("server", "http://127.0.0.1:1"), ("pin", PIN)]).contains("no certificate to pin"));
    assert!(refusal(&[("server", "http://10.0.0.2:8080")]).contains("in the clear"));
    for url in ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost"] {
        assert!(assemble(&[("server", url)], &[], "").is_ok(), "{url}");
    }
    let settings = assemble(&[("server", "https://10.0.0.2:8443/base"), ("pin", PIN)], &[], "").unwrap();
    assert_eq!(settings.server.unwrap().url().path(), "/base/");
}

#[test]
fn a_bad_value_is_refused_at_the_place_where_it_stands() {
    for (name, value, says) in [
        ("server", "10.0.0.2", "--server: that is no URL"),
        ("server", "ftp://10.0.0.2", "--server: expected a URL"),
        ("server", "https://u:p@10.0.0.2", "--server: a name or password"),
        ("server", "https://10.0.0.2/?x", "--server: expected an address without"),
        ("pin", "1234", "--pin: \"1234\" is no SHA-256"),
        ("interval", "0", "--interval: \"0\" is no interval: expected 1 to 3600"),
        ("interval", "-1", "--interval"),
        ("scrape", "all", "--scrape: \"all\" is none of off, loopback, open, key"),
        ("scrape", "key", "--scrape: key needs --scrape-key-file"),
        ("scrape-port", "70000", "--scrape-port"),
        ("ticket", "two words", "--ticket: that is no ticket"),
    ] {
        let said = refusal(&[("scrape", "off"), ("server", "http://127.0.0.1:1"), (name, value)]);
        assert!(said.contains(says), "{said}");
    }
    let said = assemble(&[], &[("MUSTER_INTERVAL", "x")], "muster.server=http://127.0.0.1").unwrap_err();
    assert!(said.to_string().starts_with("MUSTER_INTERVAL: "), "{said}");
    let said = assemble(&[], &[], "muster.server=http://127.0.0.1 muster.interval=x").unwrap_err();
    assert!(said.to_string().starts_with("muster.interval on the kernel command line: "), "{said}");
}

#[test]
fn a_scrape_key_is_read_from_its_file_and_never_shows() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let flags = |file: &str| [("scrape", "key".to_owned()), ("scrape-key-file", file.to_owned())];
    let with = |file: &str| {
        let flags = flags(file);
        let flags: Vec<(&str, &str)> = flags.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assemble(&flags, &[], "")
    };
    let path = file.to_str().unwrap();
    assert!(with(path).unwrap_err().to_string().contains("No such file"));
    std::fs::write(&file, "short\n").unwrap();
    assert!(with(path).unwrap_err().to_string().contains("holds no key"));
    std::fs::write(&file, "0123456789abcdef\n").unwrap();
    let Scrape::Key(key) = with(path).unwrap().scrape else { panic!() };
    assert!(key.matches(b"0123456789abcdef"));
    for wrong in [&b"0123456789abcdeX"[..], b"0123456789abcde", b"0123456789abcdef0", b""] {
        assert!(!key.matches(wrong));
    }
    assert!(!format!("{key:?}").contains("0123"));
}

#[test]
fn a_ticket_shows_six_characters_only() {
    let ticket: Ticket = "abcdefghijklmnop".parse().unwrap();
    assert_eq!(format!("{ticket:?}"), "Ticket(abcdef…)");
    assert_eq!(ticket.hash().len(), 64);
}
