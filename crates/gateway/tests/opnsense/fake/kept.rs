//! What is kept, and in which order.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_large_configuration_is_read_and_a_boundless_one_is_not() {
    let large = FakeOpnSense::start(Options { ballast_bytes: 8 << 20, ..Options::default() });
    let reading = client(&large).read(&[Service::Dnsmasq]).await.unwrap();
    assert!(!reading.facts.web_page.is_empty());
    assert!(client(&large).backup().await.unwrap().unwrap().len() > 8 << 20);
    let boundless = FakeOpnSense::start(Options { ballast_bytes: 40 << 20, ..Options::default() });
    let error = client(&boundless).backup().await.unwrap_err().to_string();
    assert!(error.contains("more than 32 MiB"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_boot_entry_keeps_its_place_until_it_is_moved_to_the_end() {
    let fake = FakeOpnSense::start(Options::default());
    let client = client(&fake);
    let entry = |action, name: &str, file: &str| {
        let id = SITE.object(Kind::Boot, name).to_string();
        let fields =
            [("filename", file), ("servername", "muster"), ("address", "192.168.1.5"), ("description", name)];
        change(action, Kind::Boot, &id, &fields)
    };
    for (action, name, file, order) in [
        (Action::Create, "ipxe", "http://192.168.1.5/boot.ipxe", "ipxe"),
        (Action::Create, "efi64", "ipxe.efi", "ipxe efi64"),
        (Action::Update, "ipxe", "http://192.168.1.6/boot.ipxe", "ipxe efi64"),
        (Action::Move, "ipxe", "http://192.168.1.6/boot.ipxe", "efi64 ipxe"),
    ] {
        client.write(&entry(action, name, file)).await.unwrap();
        let reading = client.read(&[Service::Dnsmasq]).await.unwrap();
        let there: Vec<&str> = reading.of(Kind::Boot).map(|boot| boot.field("description")).collect();
        assert_eq!(there.join(" "), order);
    }
    client.activate(Service::Dnsmasq).await.unwrap();
    let lines: Vec<String> = fake
        .dnsmasq_file()
        .lines()
        .filter(|line| line.starts_with("dhcp-boot"))
        .map(ToOwned::to_owned)
        .collect();
    assert!(
        lines.len() == 2 && lines[1].contains("http://192.168.1.6/boot.ipxe,muster,192.168.1.5"),
        "{lines:?}"
    );
}
