use proptest::prelude::*;

use super::*;

fn is<T: FromStr>(text: &str) -> bool {
    text.parse::<T>().is_ok()
}

#[test]
fn each_word_has_its_alphabet() {
    type Row<'a> = (&'a str, fn(&str) -> bool, &'a [&'a str], &'a [&'a str]);
    let long = |unit: &str, times: usize| unit.repeat(times);
    let (label, too_long, path) = (long("a", 63), long("a", 64), long("a", 127));
    let rows: [Row<'_>; 8] = [
        (
            "interface",
            is::<InterfaceKey>,
            &["lan", "opt1", "vlan0.10", "br-lan", "WAN_2"],
            &["", "-lan", "lan opt1", "lan,opt1", ".", "ü", &long("a", 33)],
        ),
        (
            "label",
            is::<Label>,
            &["cp0", "a", "0", "rack-2", &label],
            &["", "-a", "a-", "a.b", "a_b", "ä", "a b", &too_long],
        ),
        ("class", is::<ClassName>, &["efi64", "bios"], &["", "efi-64", "EFI", "efi_64", &long("a", 25)]),
        (
            "domain",
            is::<DomainName>,
            &["lan", "lab.example", "a.b.c"],
            &["", ".", "a.", ".a", "a..b", "*.a", "a.-b", &long("a.", 76)],
        ),
        (
            "record",
            is::<RecordName>,
            &["api.lab", "*.apps.lab", "*.lab"],
            &["", "api", "*", "*.", "a.*.b", "**.lab", "*.*.lab", "api.lab."],
        ),
        (
            "file",
            is::<FileName>,
            &["snponly.efi", "ipxe/x86_64/snponly.efi", &path],
            &[
                "",
                "/etc/passwd",
                "a//b",
                "../a",
                "a/..",
                "a/./b",
                "a,b",
                "a b",
                "a\nb",
                "$a",
                &long("a", 128),
            ],
        ),
        (
            "URL",
            is::<Url>,
            &["http://192.168.1.5:8080/boot/boot.ipxe", "https://muster.lab.example/", "http://a/b?c=d&e=f"],
            &[
                "",
                "ftp://a/b",
                "http://",
                "http://a",
                "http:///b",
                "http://a:0/b",
                "http://a:65536/b",
                "http://a:+1/b",
                "http://u@a/b",
                "http://a/b#c",
                "http://a/b,c",
                "http://a/b c",
                "http://a/${net0/mac}",
                "http://a/\"",
                "http://a/'",
                "http://a/b\n",
                "http://[::1]/b",
                "http://a:/b",
            ],
        ),
        (
            "path",
            is::<UrlPath>,
            &["/", "/readyz", "/healthz/ready?verbose=1"],
            &["", "readyz", "/a b", "/a\r\nHost: b", "/a#", "/a,b", "/a\"", "/a\\"],
        ),
    ];
    for (what, is, good, bad) in rows {
        good.iter().for_each(|text| assert!(is(text), "{text:?} is a {what}"));
        bad.iter().for_each(|text| assert!(!is(text), "{text:?} is no {what}"));
    }
}

#[test]
fn a_refusal_says_what_was_expected_and_shows_little() {
    let words = "lan\nopt1".parse::<InterfaceKey>().unwrap_err().to_string();
    assert_eq!(
        words,
        "\"lan\\nopt1\" is no interface: expected its key such as lan or opt1: letters, digits, dots, dashes and \
         underscores, 32 at most"
    );
    assert!("x".repeat(1 << 20).parse::<Label>().unwrap_err().to_string().len() < 200);
}

#[test]
fn a_record_s_name_has_a_host_and_a_domain() {
    let name = |text: &str| text.parse::<RecordName>().unwrap();
    let (api, apps) = (name("API.okd.Lab"), name("*.apps.okd.lab"));
    assert_eq!((api.host(), api.domain(), api.is_wildcard()), ("api", "okd.lab", false));
    assert_eq!((apps.host(), apps.domain(), apps.is_wildcard()), ("*", "apps.okd.lab", true));
    for (hidden, is) in [
        ("console.apps.okd.lab", true),
        ("a.b.apps.okd.lab", true),
        ("apps.okd.lab", true),
        ("*.deep.apps.okd.lab", false),
        ("napps.okd.lab", false),
        ("api.okd.lab", false),
    ] {
        assert_eq!(name(hidden).is_hidden_by(&apps), is, "{hidden}");
    }
    assert!(!api.is_hidden_by(&name("api.okd.lab")), "only a wildcard hides");
}

#[test]
fn words_are_read_from_json_by_the_same_rules() {
    assert_eq!(serde_json::from_str::<Label>("\"CP0\"").unwrap().as_str(), "cp0");
    let refused = serde_json::from_str::<Label>("\"a,b\"").unwrap_err().to_string();
    assert!(refused.starts_with("\"a,b\" is no name"), "{refused}");
}

proptest! {
    /// Whatever a text is, once it is a word it can't end a line, an item or a quote of a configuration.
    #[test]
    fn no_word_can_break_out_of_a_configuration(text in "\\PC{0,40}|[a-z0-9.:/*?&=%\"',#$ \n-]{0,60}") {
        let words = [
            text.parse::<InterfaceKey>().map(String::from),
            text.parse::<Label>().map(String::from),
            text.parse::<ClassName>().map(String::from),
            text.parse::<DomainName>().map(String::from),
            text.parse::<RecordName>().map(String::from),
            text.parse::<FileName>().map(String::from),
            text.parse::<Url>().map(String::from),
            text.parse::<UrlPath>().map(String::from),
        ];
        for word in words.into_iter().flatten() {
            let breaks = |c: char| !c.is_ascii_graphic() || "\"',#$`\\;|<>(){}".contains(c);
            prop_assert!(!word.contains(breaks) && !word.is_empty(), "{word:?}");
        }
    }
}
