use super::*;

fn fields(pairs: &[(&str, &str)]) -> Option<Fields> {
    Some(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

fn change(kind: Kind, name: &str, action: Action, before: Option<Fields>, after: Option<Fields>) -> Change {
    Change {
        service: kind.service(),
        kind,
        id: None,
        name: name.to_owned(),
        action,
        before,
        after,
        because: None,
    }
}

fn empty() -> Plan {
    Plan {
        changes: Vec::new(),
        conflicts: Vec::new(),
        notices: Vec::new(),
        services: BTreeSet::new(),
        revision: None,
        digest: "d".to_owned(),
    }
}

#[test]
fn each_change_stands_with_its_fields() {
    let moved = Change {
        because: Some("the last one that fits counts".to_owned()),
        ..change(
            Kind::Boot,
            "ipxe",
            Action::Move,
            fields(&[("filename", "http://a/x"), ("tag", "t")]),
            fields(&[("filename", "http://a/x"), ("tag", "t")]),
        )
    };
    let plan = Plan {
        changes: vec![
            change(Kind::Tag, "bios", Action::Create, None, fields(&[("tag", "bios"), ("unset", "")])),
            change(
                Kind::Range,
                "lan",
                Action::Update,
                fields(&[("start_addr", "10.0.0.10"), ("domain", "")]),
                fields(&[("start_addr", "10.0.0.20"), ("domain", "lab.lan")]),
            ),
            moved,
            change(
                Kind::HostOverride,
                "host-override api",
                Action::Delete,
                fields(&[("server", "10.0.0.5")]),
                None,
            ),
        ],
        services: [Service::Dnsmasq, Service::Unbound].into(),
        ..empty()
    };
    assert_eq!(
        super::plan(&plan),
        "dnsmasq\n  + tag bios\n      tag: bios\n  ~ range lan\n      domain: (empty) → lab.lan\n      start_addr: 10.0.0.10 → 10.0.0.20\n  \
         ~ boot ipxe, made anew at the end of its list (the last one that fits counts)\nunbound\n  - host-override api\n      \
         server: 10.0.0.5\n\n1 made, 2 changed, 1 removed.\nThen dnsmasq, unbound take it up.\n"
    );
}

#[test]
fn conflicts_come_first_with_what_to_do() {
    let plan = Plan {
        conflicts: vec![Conflict {
            kind: Kind::Range,
            name: "lan".to_owned(),
            because: "a range is there already".to_owned(),
            remedy: "remove it on the gateway".to_owned(),
        }],
        notices: vec![Notice { text: "somebody's edits go live with ours".to_owned() }],
        ..empty()
    };
    let text = super::plan(&plan);
    let places =
        ["! range lan: a range is there already", "remove it on", "note: somebody's", "Nothing to change"];
    let places: Vec<usize> =
        places.iter().map(|part| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"))).collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn what_a_gateway_says_can_not_leave_its_line() {
    let hostile = "x\n  + tag forged\u{1b}[2J";
    let change = change(
        Kind::Tag,
        hostile,
        Action::Delete,
        fields(&[("tag", hostile), (hostile, &"y".repeat(999))]),
        None,
    );
    let text = changes(&[change]);
    assert_eq!(text.lines().count(), 4, "{text}");
    assert!(
        !text.contains('\u{1b}') && text.lines().all(|line| line.chars().count() < 2 * VALUE + 20),
        "{text}"
    );
}

#[test]
fn an_id_of_the_plan_is_shown_by_its_name() {
    let tag = Change {
        id: Some("0b0f65d9-76ad-5742-a52c-35351695546a".parse().unwrap()),
        ..change(Kind::Tag, "tag bios", Action::Create, None, fields(&[("tag", "bios")]))
    };
    let tags = "0b0f65d9-76ad-5742-a52c-35351695546a,11d6bccb-56d1-5b16-ab32-b5beb07812f5";
    let boot = change(Kind::Boot, "boot bios", Action::Create, None, fields(&[("tag", tags)]));
    let text = changes(&[tag, boot]);
    assert!(text.contains("tag: tag bios,11d6bccb-56d1-5b16-ab32-b5beb07812f5"), "{text}");
}
