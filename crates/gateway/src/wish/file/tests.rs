use std::net::IpAddr;

use super::*;

fn refused(text: &str) -> String {
    Wish::from_toml(text).unwrap_err().to_string()
}

#[test]
fn a_person_s_file_is_read() {
    let wish = Wish::from_toml(
        r#"
        [[network]]
        interface = "lan"
        range = "192.168.1.100-192.168.1.199"
        lease = "1d"
        domain = "lab.example"

        [[reservation]]
        name = "node1"
        mac = "52-54-00-AA-BB-01"
        ip = "192.168.1.50"

        [[reservation]]
        name = "node2"
        mac = ["52:54:00:aa:bb:02", "52:54:00:aa:bb:03"]
        ip = "192.168.1.51"
        domain = "lab.example"

        [boot]
        server = "192.168.1.5"
        tcp_ports = [8080]
        script = "http://192.168.1.5:8080/boot/boot.ipxe"
        [[boot.firmware]]
        class = "efi64"
        codes = [7, 9]
        file = "snponly.efi"
        [[boot.firmware]]
        class = "http64"
        codes = [16]
        url = "http://192.168.1.5:8080/boot/snponly.efi"

        [[dns]]
        name = "registry.lab.example"
        ip = "192.168.1.7"
        ptr = true

        [[balancer]]
        name = "registry"
        listen = "192.168.1.1"
        port = 5000
        servers = [{ name = "a", ip = "192.168.1.7" }, { name = "b", ip = "192.168.1.8", port = 5001, backup = true }]
        everybody = true
        "#,
    )
    .unwrap();
    let Dhcp { networks, reservations, boot } = &wish.dhcp;
    assert_eq!(networks[0].lease_secs.unwrap().secs(), 86_400);
    assert_eq!(networks[0].range.unwrap().to_string(), "192.168.1.100-192.168.1.199");
    assert_eq!(reservations[0].macs, ["52:54:00:aa:bb:01".parse().unwrap()]);
    assert_eq!(reservations[1].macs.len(), 2);
    let boot = boot.as_ref().unwrap();
    assert_eq!(boot.firmwares[0].loads, Loads::Tftp("snponly.efi".parse().unwrap()));
    assert!(matches!(&boot.firmwares[1].loads, Loads::Http(url) if url.as_str().ends_with("/snponly.efi")));
    assert_eq!((wish.dns[0].ip, wish.dns[0].ptr), (IpAddr::from([192, 168, 1, 7]), true));
    let balancer = &wish.balancers[0];
    assert_eq!((&balancer.check, &balancer.reach), (&HealthCheck::Tcp, &Reach::Everybody));
    assert!(balancer.servers[1].backup && balancer.servers[1].port == Some(5001));

    let json = serde_json::to_string(&wish).unwrap();
    assert_eq!(serde_json::from_str::<Wish>(&json).unwrap(), wish, "as it is kept and sent");
    assert!(Wish::from_toml("").unwrap().is_empty());
}

#[test]
fn the_example_is_one() {
    let wish = Wish::from_toml(EXAMPLE).unwrap();
    let boot = wish.dhcp.boot.unwrap();
    assert_eq!((wish.dhcp.networks.len(), boot.firmwares.len(), wish.balancers.len()), (2, 3, 5));
    let keys = [
        "interface",
        "range",
        "lease",
        "domain",
        "mac",
        "ptr",
        "sticky",
        "backup",
        "everybody",
        "inside",
        "check",
        "codes",
    ];
    keys.iter().for_each(|key| assert!(EXAMPLE.contains(&format!("{key} = ")), "{key} is shown"));
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_key() {
    for (text, words) in [
        ("[[network]]\ninterface = 'lan'\nleese = '1d'", "line 3: network[0].leese: unknown field `leese`"),
        ("\nintreface = 'lan'", "line 2: intreface: unknown field `intreface`"),
        ("[okd]\nnome = 'a'", "line 2: okd.nome: unknown field `nome`"),
        ("[[network]]\nrange = '10.0.0.1-10.0.0.9'", "line 1: network[0]: missing field `interface`"),
        ("[[network]]\ninterface = 'lan,opt1'", "line 2: network[0].interface: \"lan,opt1\" is no interface"),
        (
            "[[network]]\ninterface = 'lan'\nrange = '10.0.0.9-10.0.0.1'",
            "line 3: network[0].range: the range 10.0.0.9-10.0.0.1 ends before it starts",
        ),
        ("[[network]]\ninterface = 'lan'\nlease = '-5s'", "line 3: network[0].lease: \"-5s\" is no lease"),
        ("[[network]]\ninterface = 'lan'\nlease = 86400", "line 3: network[0].lease: invalid type: integer"),
        (
            "[[reservation]]\nname = 'a'\nip = '10.0.0.500'\nmac = '52:54:00:00:00:01'",
            "line 3: reservation[0].ip: invalid IPv4 address syntax",
        ),
        (
            "[[reservation]]\nname = 'a'\nip = '10.0.0.5'\nmac = ['x']",
            "line 4: reservation[0].mac[0]: \"x\" is no MAC address",
        ),
        (
            "[[dns]]\nname = \"a\\nb.lab\"\nip = '10.0.0.1'",
            "line 2: dns[0].name: \"a\\nb.lab\" is no name for a record",
        ),
        (
            "[[balancer]]\nname = 'a'\nlisten = '10.0.0.1'\nport = 70000",
            "line 4: balancer[0].port: invalid value: integer `70000`",
        ),
        ("a = ", "line 1: "),
        ("[[network]]\n[[network]", "line 2: "),
    ] {
        let told = refused(text);
        assert!(told.starts_with(words), "{told:?} for {text:?}");
        assert!(!told.contains('\n'), "one line: {told:?}");
    }
}

#[test]
fn what_excludes_each_other_is_told() {
    let balancer = |rest: &str| {
        format!(
            "[[balancer]]\nname = 'a'\nlisten = '10.0.0.1'\nport = 80\nservers = [{{ name = 'a', ip = '10.0.0.2' }}]\n{rest}"
        )
    };
    let firmware = |rest: &str| {
        format!(
            "[boot]\nserver = '10.0.0.5'\nscript = 'http://a/b'\n[[boot.firmware]]\nclass = 'a'\ncodes = [7]\n{rest}"
        )
    };
    for (text, words) in [
        (balancer(""), "expected one of inside = [interfaces] and everybody = true"),
        (
            balancer("inside = 'lan'\neverybody = true"),
            "expected one of inside = [interfaces] and everybody = true",
        ),
        (balancer("everybody = true\ncheck = {}"), "expected one of http = PATH"),
        (balancer("everybody = true\ncheck = { http = '/', https = '/' }"), "expected one of http = PATH"),
        (balancer("everybody = true\ncheck = { https = '/', port = 1 }"), "expected one of http = PATH"),
        (firmware(""), "expected one of file (by TFTP) and url (by HTTP Boot)"),
        (firmware("file = 'a'\nurl = 'http://a/b'"), "expected one of file (by TFTP) and url (by HTTP Boot)"),
    ] {
        let told = refused(&text);
        assert!(told.starts_with("line ") && told.contains(words), "{told:?} for {text:?}");
    }
}

#[test]
fn a_file_that_is_too_long_is_not_read() {
    assert_eq!(refused(&"#".repeat(MAX_BYTES + 1)), "the file has 4194305 bytes: 4194304 at most");
}

const OKD: &str = r#"
[okd]
name = "okd1"
domain = "lab.example"
api = "192.168.1.10"
ingress = "192.168.1.11"
inside = "lan"
bootstrap = { name = "bootstrap", ip = "192.168.1.19" }
control_plane = [
    { name = "cp0", ip = "192.168.1.20", mac = "52:54:00:aa:bb:20" },
    { name = "cp1", ip = "192.168.1.21", mac = ["52:54:00:aa:bb:21", "52:54:00:aa:cc:21"] },
]
workers = [{ name = "w0", ip = "192.168.1.30" }]
"#;

#[test]
fn a_cluster_becomes_records_reservations_and_balancers() {
    let wish = Wish::from_toml(OKD).unwrap();
    let records: Vec<_> =
        wish.dns.iter().map(|record| format!("{} {} {}", record.name, record.ip, record.ptr)).collect();
    assert_eq!(
        records,
        [
            "api.okd1.lab.example 192.168.1.10 true",
            "api-int.okd1.lab.example 192.168.1.10 false",
            "*.apps.okd1.lab.example 192.168.1.11 false",
            "bootstrap.okd1.lab.example 192.168.1.19 true",
            "cp0.okd1.lab.example 192.168.1.20 true",
            "cp1.okd1.lab.example 192.168.1.21 true",
            "w0.okd1.lab.example 192.168.1.30 true",
        ]
    );
    let kept: Vec<_> =
        wish.dhcp.reservations.iter().map(|kept| (kept.name.as_str(), kept.macs.len())).collect();
    assert_eq!(kept, [("cp0", 1), ("cp1", 2)]);
    assert_eq!(wish.dhcp.reservations[0].domain.as_ref().unwrap().as_str(), "okd1.lab.example");

    let balancers: Vec<_> = wish
        .balancers
        .iter()
        .map(|one| {
            let servers: Vec<_> = one
                .servers
                .iter()
                .map(|server| format!("{}{}", server.name, if server.backup { " (backup)" } else { "" }))
                .collect();
            format!(
                "{} {}:{} {} {:?} sticky {}",
                one.name,
                one.listen,
                one.port,
                servers.join(" "),
                one.reach,
                one.sticky
            )
        })
        .collect();
    let inside = "Inside([InterfaceKey(\"lan\")])";
    assert_eq!(
        balancers,
        [
            format!("okd1-api 192.168.1.10:6443 cp0 cp1 bootstrap (backup) {inside} sticky false"),
            format!(
                "okd1-machine-config 192.168.1.10:22623 cp0 cp1 bootstrap (backup) {inside} sticky false"
            ),
            format!("okd1-http 192.168.1.11:80 w0 {inside} sticky true"),
            format!("okd1-https 192.168.1.11:443 w0 {inside} sticky true"),
        ]
    );
    let checks: Vec<_> = wish.balancers.iter().map(|one| one.check.clone()).collect();
    let ready = HealthCheck::Http { path: "/healthz/ready".parse().unwrap(), port: Some(1936) };
    let https = |path: &str| HealthCheck::Https { path: path.parse().unwrap() };
    assert_eq!(checks, [https("/readyz"), https("/healthz"), ready.clone(), ready]);
}

#[test]
fn a_compact_cluster_s_control_plane_takes_the_work_and_credentials_stay_inside() {
    let compact = OKD
        .replace("workers = [{ name = \"w0\", ip = \"192.168.1.30\" }]", "everybody = true")
        .replace("ingress", "#");
    let wish = Wish::from_toml(&compact).unwrap();
    let [api, config, http, _] = wish.balancers.as_slice() else { panic!("four") };
    assert_eq!((http.listen, http.servers.len()), (api.listen, 2));
    assert_eq!(api.reach, Reach::Everybody);
    assert_eq!(config.reach, Reach::Inside(vec!["lan".parse().unwrap()]));
}

#[test]
fn several_clusters_stand_beside_each_other() {
    let other =
        OKD.replace("okd1", "okd2").replace("192.168.1.", "192.168.2.").replace("52:54:00", "52:54:01");
    let both = format!("{OKD}{other}").replace("[okd]", "[[okd]]");
    assert_eq!(Wish::from_toml(&both).unwrap().balancers.len(), 8);
    let twice = format!("{OKD}{OKD}").replace("[okd]", "[[okd]]");
    assert!(refused(&twice).contains("the balancer okd1-api is there twice"), "{}", refused(&twice));
    let long = OKD.replace("okd1", &"a".repeat(63));
    assert!(refused(&long).starts_with("okd aaaa"), "{}", refused(&long));
}
