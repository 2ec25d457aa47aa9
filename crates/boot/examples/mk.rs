//! temp
use boot::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    if a[1] == "scripts" {
        let links = links::Links { boot: a[2].parse().unwrap(), server: "https://10.99.0.2:8443".parse().unwrap(), pin: [0xc5; 32] };
        let mac = inventory::MacAddr::new([0x52, 0x54, 0, 0xaa, 0xbb, 1]);
        let machine = Machine::new(mac, None, None);
        let d = Decision { action: Action::Discover(site::DiscoverySystem::Image(site::ImageId::of_digest(&[0xab; 32]))), reason: "this machine is not known yet".into() };
        let t = tickets::TicketKey::new([1; 32]).mint(tickets::Purpose::Enrol, mac, "10.99.0.15".parse().unwrap(), inventory::Timestamp(0), tickets::DEFAULT_LIFE).unwrap();
        std::fs::write("boot.ipxe", scripts::entry(&links)).unwrap();
        std::fs::write("discover.ipxe", scripts::for_decision(&d, &machine, &links, Some(scripts::Handout { ticket: &t, interval_secs: 30 }))).unwrap();
        std::fs::write("local.ipxe", scripts::local_disk("node1 is in service")).unwrap();
        return;
    }
    let options = boot::image::BuildOptions {
        kernel: a[1].clone().into(), modules_dir: a[2].clone().into(), busybox: "/usr/bin/busybox".into(),
        agent: a[3].clone().into(), out: a[4].clone().into(), ssh_key: None, extra: vec![],
        muster_version: "0.1.0".into(), built_at: inventory::Timestamp(0) };
    let t = std::time::Instant::now();
    println!("{:#?} {:?}", boot::image::build(&options), t.elapsed());
}
