//! What mends a fault, in the words of each place where it may be set. `MUSTER` stands for the server's address.

use serde::Serialize;

use super::{Cause, Fault, Hop};
use crate::firmware::{Firmware, LoadsBy};
use crate::http::HttpFault;
use crate::tftp::TftpFault;

/// Where something is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Where {
    /// dnsmasq's configuration.
    Dnsmasq,
    /// OPNsense, Services › Dnsmasq DNS & DHCP.
    Opnsense,
    /// The Muster machine.
    Muster,
    /// The network between.
    Network,
}

/// A setting that mends a fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// Where.
    #[serde(rename = "where")]
    pub place: Where,
    /// What to set there.
    pub set: String,
}

const SCRIPT: &str = "http://MUSTER:8080/boot/boot.ipxe";
/// Where Muster hands out loaders by HTTP.
const LOADERS: &str = "http://MUSTER:8080/boot/ipxe";

/// What mends this fault of this firmware.
pub(super) fn settings(firmware: &Firmware, fault: &Fault) -> Vec<Setting> {
    let dnsmasq = |set: String| Setting { place: Where::Dnsmasq, set };
    let opnsense = |set: String| Setting { place: Where::Opnsense, set };
    let muster = |set: String| Setting { place: Where::Muster, set };
    let network = |set: &str| Setting { place: Where::Network, set: set.to_owned() };
    let (code, tag) = (firmware.code, firmware.tag);
    let file = firmware.ipxe().map_or("snponly.efi", |build| build.file);
    let boot_lines = || match firmware.loads_by {
        LoadsBy::Tftp => vec![
            dnsmasq(format!(
                "dhcp-match=set:{tag},option:client-arch,{code} and dhcp-boot=tag:{tag},{file},muster,MUSTER"
            )),
            opnsense(format!(
                "DHCP tags: {tag}; DHCP options: match, option client-arch [93], value {code}, set tag {tag}; DHCP boot: tag {tag}, filename {file}, servername muster, address MUSTER"
            )),
        ],
        LoadsBy::Http => vec![
            dnsmasq(format!(
                "dhcp-match=set:{tag},option:client-arch,{code}, dhcp-boot=tag:{tag},{LOADERS}/{file} and dhcp-option-force=tag:{tag},60,HTTPClient"
            )),
            opnsense(format!(
                "DHCP tags: {tag}; DHCP options: match, option client-arch [93], value {code}, set tag {tag}; DHCP boot: tag {tag}, filename {LOADERS}/{file}; DHCP options: set, option 60, value HTTPClient, tag {tag}, force"
            )),
        ],
    };
    let ipxe_lines = || {
        vec![
            dnsmasq(format!(
                "dhcp-match=set:ipxe,175 and, behind every other dhcp-boot, dhcp-boot=tag:ipxe,{SCRIPT}"
            )),
            opnsense(format!(
                "DHCP options: match, option 175, no value, set tag ipxe; DHCP boot: tag ipxe, filename {SCRIPT}; the entry must be the last: delete it and add it anew after any other"
            )),
        ]
    };
    let next_server = || {
        vec![
            dnsmasq(format!("dhcp-boot=tag:{tag},{file},muster,MUSTER: the address is the fourth field")),
            opnsense(format!(
                "DHCP boot, tag {tag}: address MUSTER, and a servername too (without one the address becomes the name); nothing in options 66 and 67"
            )),
        ]
    };
    match &fault.cause {
        Cause::DhcpSilent => vec![
            dnsmasq("interface= and dhcp-range= for this network; see that it runs and that its log shows the question".to_owned()),
            opnsense("General: enable, this interface; DHCP ranges: a range for it; firewall: UDP 67 and 68 (Register firewall rules)".to_owned()),
            network("the right VLAN on this port; DHCP snooping: the server's port is trusted; a DHCP relay where the server is in another network"),
        ],
        Cause::DhcpFiltered => vec![
            network("DHCP snooping: switch the check of the MAC inside the packet off for this port, or play a machine that is behind it; port security: allow a second MAC"),
            dnsmasq("no dhcp-ignore=tag:!known".to_owned()),
            opnsense("DHCP ranges: a dynamic range, not only static; Hosts: none of them set to ignore".to_owned()),
        ],
        Cause::OnlyProxy(_) => vec![
            dnsmasq("dhcp-range= without `proxy`, or another DHCP server that gives addresses".to_owned()),
            opnsense("DHCP ranges: a range for this interface".to_owned()),
        ],
        Cause::SecondServer { .. } => vec![
            network("switch one of the two off, or tell both the same; find it by its MAC in the switch's table; DHCP snooping keeps it off"),
            opnsense("only one of Dnsmasq, Kea and ISC DHCP enabled on this interface".to_owned()),
        ],
        Cause::Unsteady { .. } => vec![
            dnsmasq("one configuration on both machines of a pair; no two dhcp-boot lines that are told apart by time or chance".to_owned()),
            opnsense("System › High Availability: synchronise Dnsmasq to the backup".to_owned()),
        ],
        Cause::NoBootFile(_) if fault.hop == Hop::IpxeDhcp => ipxe_lines(),
        Cause::Loop(_) => ipxe_lines(),
        Cause::NoBootFile(_) | Cause::NotAUrl(_) | Cause::UrlForTftp(_) | Cause::WrongProgram { .. } | Cause::NoProgram { .. } => boot_lines(),
        Cause::NoNextServer { .. } | Cause::AddressAsName { .. } => next_server(),
        Cause::NoHttpClient(_) => vec![
            dnsmasq(format!("dhcp-option-force=tag:{tag},60,HTTPClient")),
            opnsense(format!("DHCP options: set, option 60, value HTTPClient, tag {tag}, force")),
        ],
        Cause::Tftp(fault) => match fault {
            TftpFault::NoHost(_) => next_server(),
            TftpFault::Closed(_) => [next_server(), vec![muster("`muster serve` runs, and --tftp-listen is not off".to_owned())]].concat(),
            TftpFault::Silent(_) => [next_server(), vec![network("firewall: UDP 69 to the server, and any UDP back from it (TFTP answers from another port)")]].concat(),
            TftpFault::Missing { file, .. } => vec![
                muster(format!("put {file} into --tftp-dir, or name a file that is there: this firmware's is {}", firmware.ipxe().map_or("", |b| b.file))),
                dnsmasq(format!("dhcp-boot=tag:{tag},…: the name as it lies in the folder, capitals and slashes included")),
                opnsense(format!("DHCP boot, tag {tag}: filename")),
            ],
            TftpFault::Refused { .. } | TftpFault::Cut { .. } | TftpFault::TooLong { .. } | TftpFault::Local { .. } => {
                vec![muster("the file in --tftp-dir: readable, whole, no link that leads out of the folder".to_owned())]
            }
            TftpFault::LargeBlocksLost(_) => vec![mtu()],
            TftpFault::Stalled { .. } => vec![mtu(), network("a firewall that forgets UDP connections, or a cable that loses packets")],
        },
        Cause::Http { fault: http, .. } => match http {
            HttpFault::NoUrl | HttpFault::Tls | HttpFault::NoName(_) | HttpFault::NoHost => by_hop(fault.hop, &ipxe_lines, &boot_lines),
            HttpFault::Closed => vec![muster("`muster serve` runs, and --listen has this port".to_owned())].into_iter().chain(by_hop(fault.hop, &ipxe_lines, &boot_lines)).collect(),
            HttpFault::Silent => vec![network("firewall: TCP to this port of the server, from the machines' network; on the server's own firewall too"), muster("--listen has an address that this network reaches".to_owned())],
            HttpFault::Stalled { .. } => vec![mtu(), network("a firewall or proxy that inspects HTTP")],
            HttpFault::Cut { .. } | HttpFault::Broken(_) | HttpFault::Status(_) => vec![muster("`muster serve`'s log, or the log of whatever else serves this URL".to_owned())],
            HttpFault::Redirect { .. } => {
                let mut all = by_hop(fault.hop, &ipxe_lines, &boot_lines);
                all.push(muster("serve /boot over plain HTTP at that very URL; take the redirect out of the proxy before it".to_owned()));
                all
            }
            HttpFault::Missing(_) | HttpFault::NoHead(_) | HttpFault::NoLength | HttpFault::TooLong => match fault.hop {
                Hop::Kernel | Hop::Initrd => vec![muster("`muster image list`: the image in use is whole; `muster image use` it anew".to_owned())],
                hop => by_hop(hop, &ipxe_lines, &boot_lines),
            },
        },
        Cause::Script { .. } => vec![muster("the script at that URL: Muster's own is /boot/boot.ipxe; `muster boot preview --mac MAC` shows what a machine gets".to_owned())],
    }
}

fn by_hop(hop: Hop, ipxe: &dyn Fn() -> Vec<Setting>, loader: &dyn Fn() -> Vec<Setting>) -> Vec<Setting> {
    match hop {
        Hop::Dhcp | Hop::Tftp | Hop::Http => loader(),
        Hop::IpxeDhcp | Hop::Script => ipxe(),
        Hop::Kernel | Hop::Initrd => {
            let set =
                "--advertise, and what the image in use or --repo names: an address that machines reach"
                    .to_owned();
            vec![Setting { place: Where::Muster, set }]
        }
    }
}

fn mtu() -> Setting {
    let set =
        "MTU 1500 on every link between server and machine: bridges, VLANs, tunnels (each takes some bytes)";
    Setting { place: Where::Network, set: set.to_owned() }
}
