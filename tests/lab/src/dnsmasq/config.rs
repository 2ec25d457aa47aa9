//! dnsmasq's configuration, with the peculiarities of OPNsense: no negated tags, so that order decides (the last matching
//! line wins), and never an address without a server name (it would slip into the name).

use std::net::Ipv4Addr;
use std::path::Path;

use super::DnsmasqOptions;

/// Tag and number of the architectures that firmware tells DHCP (option 93).
const ARCHITECTURES: [(&str, u16); 6] =
    [("bios", 0), ("efi64", 7), ("efi64", 9), ("efiarm64", 11), ("http64", 16), ("httparm64", 19)];

/// What such a machine loads by TFTP.
const LOADERS: [(&str, &str); 3] =
    [("bios", "undionly.kpxe"), ("efi64", "snponly.efi"), ("efiarm64", "snponly-arm64.efi")];

/// Who is told what to boot. The order decides: iPXE comes last.
pub(super) fn boot_lines(boot_url: &str, server: Ipv4Addr) -> Vec<String> {
    let mut lines = vec!["dhcp-match=set:ipxe,175".to_owned()];
    lines.extend(
        ARCHITECTURES.map(|(tag, number)| format!("dhcp-match=set:{tag},option:client-arch,{number}")),
    );
    lines.extend(LOADERS.map(|(tag, file)| format!("dhcp-boot=tag:{tag},{file},{server},{server}")));
    lines.push(format!("dhcp-boot=tag:ipxe,{boot_url}"));
    lines
}

pub(super) fn render(options: &DnsmasqOptions, folder: &Path) -> String {
    let folder = folder.display();
    let mut lines = match options.names.as_slice() {
        [] => vec!["port=0".to_owned()],
        names => {
            let answers = names.iter().map(|(name, address)| format!("address=/{name}/{address}"));
            ["no-resolv", "no-hosts"].map(str::to_owned).into_iter().chain(answers).collect()
        }
    };
    lines.extend([
        "interface=br0".to_owned(),
        "bind-interfaces".to_owned(),
        "dhcp-authoritative".to_owned(),
        "dhcp-range=10.99.0.50,10.99.0.150,255.255.255.0,12h".to_owned(),
    ]);
    lines.extend(options.boot_lines.iter().cloned());
    if options.announce_ipv6 {
        lines.extend(["enable-ra".to_owned(), "dhcp-range=fd99::,ra-only".to_owned()]);
    }
    lines.extend([
        "log-dhcp".to_owned(),
        format!("dhcp-leasefile={folder}/leases"),
        format!("pid-file={folder}/dnsmasq.pid"),
        // A change of user or group would take back the promise to die with us.
        "user=root".to_owned(),
        "group=root".to_owned(),
    ]);
    lines.extend(options.extra_lines.iter().cloned());
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ipxe_comes_last_so_that_it_wins() {
        let options = DnsmasqOptions::new("http://10.99.0.1:8080/boot/boot.ipxe");
        let text = render(&options, Path::new("/run/x"));
        let boots: Vec<&str> = text.lines().filter(|line| line.starts_with("dhcp-boot=")).collect();
        assert_eq!(boots[0], "dhcp-boot=tag:bios,undionly.kpxe,10.99.0.1,10.99.0.1");
        assert_eq!(boots[1], "dhcp-boot=tag:efi64,snponly.efi,10.99.0.1,10.99.0.1");
        assert_eq!(*boots.last().unwrap(), "dhcp-boot=tag:ipxe,http://10.99.0.1:8080/boot/boot.ipxe");
        assert!(!text.contains("tag:!"));
        assert!(text.contains("dhcp-leasefile=/run/x/leases\n"));
    }

    #[test]
    fn the_operator_has_the_last_word() {
        let options = DnsmasqOptions {
            announce_ipv6: false,
            extra_lines: vec!["dhcp-host=52:54:00:00:00:01,10.99.0.77".into()],
            ..DnsmasqOptions::new("http://x/")
        };
        let text = render(&options, Path::new("/run/x"));
        assert!(!text.contains("enable-ra"));
        assert!(text.ends_with("dhcp-host=52:54:00:00:00:01,10.99.0.77\n"));
    }
}
