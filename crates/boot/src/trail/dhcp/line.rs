//! One line of dnsmasq's, taken apart. Only what stands at the very beginning of a message counts: the rest of it may be a
//! machine's own words.

use std::net::IpAddr;

use inventory::MacAddr;

/// dnsmasq's own lines are shorter; what is longer is cut.
pub(super) const LINE_BYTES: usize = 2048;
const PROGRAM: &str = "dnsmasq-dhcp";
/// Words before the program's name in a log of the old kind: month, day, time, host.
const BEFORE_PROGRAM: usize = 5;

/// What a line says of the exchange that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word<'a> {
    /// The first line of a request.
    Request,
    VendorClass(&'a str),
    UserClass(&'a str),
    Tags(&'a str),
    BootFile(&'a str),
    NextServer(&'a str),
    Discover {
        mac: MacAddr,
        refused: Option<&'a str>,
    },
    Offer {
        mac: MacAddr,
        address: IpAddr,
    },
    Ack {
        mac: MacAddr,
        address: IpAddr,
    },
    Nak {
        mac: MacAddr,
        reason: &'a str,
    },
    /// A lease of the leases' file.
    Lease {
        mac: MacAddr,
        address: IpAddr,
        expires: &'a str,
    },
    /// Of the same exchange, and nothing that matters.
    Other,
}

/// The number of the exchange (with `log-dhcp`), and what the line says. `None` for a line that is not DHCP's.
pub(super) fn parse(line: &str) -> Option<(Option<u32>, Word<'_>)> {
    let Some(message) = message(line) else {
        return lease(line).map(|word| (None, word));
    };
    let (exchange, message) = match message.split_once(' ') {
        Some((number, rest)) if number.bytes().all(|b| b.is_ascii_digit()) => (number.parse().ok(), rest),
        _ => (None, message),
    };
    Some((exchange, word(message)))
}

/// What dnsmasq itself wrote, without what syslog put before it: `<30>Nov 21 16:54:36 host dnsmasq-dhcp[22069]: …`, the same
/// without some of that, or RFC 5424's `<30>1 2026-11-21T16:54:36Z host dnsmasq-dhcp 22069 - [meta sequenceId="1"] …`.
fn message(line: &str) -> Option<&str> {
    let (first, _) = line.split_once(' ')?;
    if first.starts_with('<') && first.ends_with(">1") {
        let mut parts = line.splitn(7, ' ').skip(3);
        let (program, rest) = (parts.next()?, parts.nth(2)?);
        let message = match rest.strip_prefix('-') {
            Some(message) => message,
            None => rest.strip_prefix('[')?.split_once("] ")?.1,
        };
        let message = message.strip_prefix(' ').unwrap_or(message);
        return (program == PROGRAM).then(|| message.strip_prefix('\u{feff}').unwrap_or(message));
    }
    let mut rest = line;
    for _ in 0..BEFORE_PROGRAM {
        let (word, after) = rest.split_once(' ')?;
        if let Some(tag) = word.strip_suffix(':') {
            let program = tag.split_once('[').map_or(tag, |(program, _)| program);
            return (program == PROGRAM).then_some(after);
        }
        rest = after.trim_start_matches(' ');
    }
    None
}

fn word(message: &str) -> Word<'_> {
    for (prefix, made) in [
        ("vendor class: ", Word::VendorClass as fn(_) -> _),
        ("user class: ", Word::UserClass),
        ("tags: ", Word::Tags),
        ("bootfile name: ", Word::BootFile),
        ("next server: ", Word::NextServer),
    ] {
        if let Some(value) = message.strip_prefix(prefix) {
            return made(value.trim_end());
        }
    }
    if let Some(sent) = message.strip_prefix("sent size:") {
        return sent_option(sent).unwrap_or(Word::Other);
    }
    if message.starts_with("available DHCP") || message.starts_with("client provides name: ") {
        return Word::Request;
    }
    packet(message).unwrap_or(Word::Other)
}

/// ` 37 option: 67 bootfile-name  http://…`.
fn sent_option(sent: &str) -> Option<Word<'_>> {
    let (_, option) = sent.split_once("option:")?;
    let (number, rest) = option.trim_start().split_once(' ')?;
    let (_, value) = rest.split_once("  ")?;
    match number {
        "66" => Some(Word::NextServer(value.trim())),
        "67" => Some(Word::BootFile(value.trim())),
        _ => None,
    }
}

/// `DHCPOFFER(br0) 10.99.0.52 52:54:00:aa:00:01 …`.
fn packet(message: &str) -> Option<Word<'_>> {
    let (name, rest) = message.split_once('(')?;
    let (_, rest) = rest.split_once(") ")?;
    let (first, after) = rest.split_once(' ').unwrap_or((rest, ""));
    let (address, mac, after) = match first.parse::<IpAddr>() {
        Ok(address) => {
            let (mac, after) = after.split_once(' ').unwrap_or((after, ""));
            (Some(address), mac, after)
        }
        Err(_) => (None, first, after),
    };
    let mac = mac.parse::<MacAddr>().ok().filter(|mac| mac.is_unicast())?;
    let after = after.trim();
    match name {
        "DHCPDISCOVER" => Some(Word::Discover { mac, refused: (!after.is_empty()).then_some(after) }),
        "DHCPOFFER" => Some(Word::Offer { mac, address: address? }),
        "DHCPACK" => Some(Word::Ack { mac, address: address? }),
        "DHCPNAK" => Some(Word::Nak { mac, reason: after }),
        "DHCPREQUEST" | "DHCPINFORM" => Some(Word::Request),
        _ => None,
    }
}

/// A line of the leases' file: `EXPIRY MAC ADDRESS NAME CLIENT-ID`.
fn lease(line: &str) -> Option<Word<'_>> {
    let mut fields = line.split(' ');
    let (expires, mac, address) = (fields.next()?, fields.next()?, fields.next()?);
    let whole = expires.bytes().all(|b| b.is_ascii_digit()) && !expires.is_empty() && fields.count() == 2;
    let mac: MacAddr = mac.parse().ok()?;
    (whole && mac.is_unicast()).then_some(Word::Lease { mac, address: address.parse().ok()?, expires })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MAC: MacAddr = MacAddr::new([0x52, 0x54, 0, 0xaa, 0, 1]);

    #[test]
    fn a_message_is_found_behind_every_kind_of_header_and_in_no_other_programs() {
        let said = "7 DHCPACK(br0) 10.99.0.52 52:54:00:aa:00:01 host";
        let expected = Some((Some(7), Word::Ack { mac: MAC, address: "10.99.0.52".parse().unwrap() }));
        for header in [
            "dnsmasq-dhcp: ",
            "dnsmasq-dhcp[22069]: ",
            "Nov 21 16:54:36 dnsmasq-dhcp[22069]: ",
            "Nov  1 06:54:36 gw.lan dnsmasq-dhcp[22069]: ",
            "<30>Nov 21 16:54:36 gw.lan dnsmasq-dhcp[22069]: ",
            "<30>1 2026-11-21T16:54:36+00:00 gw.lan dnsmasq-dhcp 22069 - [meta sequenceId=\"1\"] ",
            "<30>1 2026-11-21T16:54:36+00:00 gw.lan dnsmasq-dhcp 22069 - - \u{feff}",
        ] {
            let line = format!("{header}{said}");
            assert_eq!(parse(&line), expected, "{line}");
        }
        for header in [
            "",
            "dnsmasq[1]: ",
            "dnsmasq[1]: query[A] dnsmasq-dhcp: ",
            "<30>1 2026-11-21T16:54:36Z gw dnsmasq 1 - - dnsmasq-dhcp: ",
            "Nov 21 16:54:36 gw kernel: dnsmasq-dhcp: ",
            "a b c d e f dnsmasq-dhcp: ",
        ] {
            let line = format!("{header}{said}");
            assert_eq!(parse(&line), None, "{line}");
        }
    }

    #[test]
    fn words_count_at_the_beginning_only() {
        let word = |message: &'static str| parse(message).unwrap().1;
        assert_eq!(
            word("dnsmasq-dhcp: 7 vendor class: DHCPACK(br0) 10.0.0.1 52:54:00:aa:00:01"),
            Word::VendorClass("DHCPACK(br0) 10.0.0.1 52:54:00:aa:00:01")
        );
        assert_eq!(word("dnsmasq-dhcp: 7 client provides name: DHCPNAK(x) 52:54:00:aa:00:01"), Word::Request);
        assert_eq!(
            word("dnsmasq-dhcp: 7 sent size: 37 option: 67 bootfile-name  http://10.0.0.1/boot.ipxe"),
            Word::BootFile("http://10.0.0.1/boot.ipxe")
        );
        assert_eq!(word("dnsmasq-dhcp: 7 sent size:  4 option:  3 router  10.98.0.1"), Word::Other);
        assert_eq!(
            word("dnsmasq-dhcp: DHCPDISCOVER(br0) 52:54:00:aa:00:01 no address available"),
            Word::Discover { mac: MAC, refused: Some("no address available") }
        );
        assert_eq!(
            word("dnsmasq-dhcp: 7 DHCPDISCOVER(br0) 192.168.7.7 52:54:00:aa:00:01 "),
            Word::Discover { mac: MAC, refused: None }
        );
        assert_eq!(
            word("dnsmasq-dhcp: DHCPNAK(br0) 10.0.0.9 52:54:00:aa:00:01 wrong network"),
            Word::Nak { mac: MAC, reason: "wrong network" }
        );
        assert_eq!(word("dnsmasq-dhcp: DHCPACK(br0) 10.0.0.9 01:00:5e:00:00:01"), Word::Other);
        assert_eq!(
            word("1795323276 52:54:00:aa:00:01 10.98.0.52 name 01:52:54:00:aa:00:01"),
            Word::Lease { mac: MAC, address: "10.98.0.52".parse().unwrap(), expires: "1795323276" }
        );
        assert_eq!(parse("duid 00:01:00:01"), None);
    }

    proptest! {
        #[test]
        fn no_line_does_harm(line in "\\PC{0,200}") {
            parse(&line);
        }

        #[test]
        fn no_tail_of_a_line_does_harm(
            head in prop::sample::select(vec![
                "dnsmasq-dhcp: ", "dnsmasq-dhcp: 7 ", "dnsmasq-dhcp: 7 DHCPACK(", "dnsmasq-dhcp: 7 sent size:", "<30>1 a b dnsmasq-dhcp ",
                "dnsmasq-dhcp: 99999999999999 ", "1795323276 52:54:00:aa:00:01 ",
            ]),
            tail in "[ -~]{0,120}",
        ) {
            parse(&format!("{head}{tail}"));
        }

        #[test]
        fn a_machine_can_say_nothing_that_is_taken_for_the_servers_word(
            said in "[ -~]{0,80}",
            line in prop::sample::select(vec!["vendor class: ", "user class: ", "client provides name: ", "requested options: "]),
        ) {
            let line = format!("dnsmasq-dhcp[1]: 7 {line}{said}");
            let (_, word) = parse(&line).unwrap();
            prop_assert!(matches!(word, Word::VendorClass(_) | Word::UserClass(_) | Word::Request | Word::Other));
        }
    }
}
