//! What machines boot from the network: a tag for each class of firmwares, what it is known by, and what it loads.
//!
//! dnsmasq takes the last line that fits, and iPXE fits twice: it says the architecture of the firmware that started it, too.
//! So its own entry comes last, or it would load itself for ever.

use uuid::Uuid;

use crate::object::Kind;
use crate::wish::{Dhcp, FirmwareBoot, InterfaceKey, Loads, NetworkBoot};
use crate::wording::said;
use crate::wording::words::{Words, fields};

/// The class of those that run iPXE already.
const IPXE: &str = "ipxe";

/// The name of the TFTP server. Without one the template would print the address in its place, and the machine would ask
/// the gateway.
const SERVER_NAME: &str = "muster";

pub(super) fn word(words: &mut Words<'_>, wish: &Dhcp, boot: &NetworkBoot) {
    if wish.networks.is_empty() {
        let because = "no network is wished whose machines would boot".to_owned();
        words.conflict(Kind::Boot, "boot", because, "name the interface of one, as [[network]]");
        return;
    }
    let interfaces: Vec<_> = wish.networks.iter().map(|network| &network.interface).collect();
    for firmware in &boot.firmwares {
        let FirmwareBoot { class, codes, loads } = firmware;
        let tag = tag(words, class.as_str());
        for code in codes {
            matching(words, "93", &code.to_string(), tag);
        }
        let file = match loads {
            Loads::Tftp(file) => file.as_str(),
            Loads::Http(url) => {
                interfaces.iter().for_each(|key| http_client(words, class.as_str(), key, tag));
                url.as_str()
            }
        };
        interfaces.iter().for_each(|key| entry(words, class.as_str(), key, tag, file, boot));
    }
    let tag = tag(words, IPXE);
    matching(words, "77", "iPXE", tag);
    matching(words, "175", "", tag);
    interfaces.iter().for_each(|key| entry(words, IPXE, key, tag, boot.script.as_str(), boot));
}

/// Tags have no description and must be one of a kind: the name says whose it is. There may be nothing but letters and
/// digits in it.
fn tag(words: &mut Words<'_>, class: &str) -> Uuid {
    let name = format!("muster{}{class}", words.site);
    for other in words.foreign(Kind::Tag).into_iter().filter(|found| found.field("tag") == name) {
        let because = format!("{} has the name and is not the one that Muster made", said::of(other));
        let remedy = format!("delete it, with what refers to it ({})", words.place(Kind::Tag));
        words.conflict(Kind::Tag, &name, because, remedy);
    }
    let tag = fields([("tag", &name)]);
    words.object(Kind::Tag, name, tag)
}

/// Who says this in his request is of that class.
fn matching(words: &mut Words<'_>, option: &str, value: &str, tag: Uuid) {
    let name = if value.is_empty() { format!("match {option}") } else { format!("match {option}={value}") };
    let pairs = [("type", "match"), ("option", option), ("value", value), ("set_tag", &tag.to_string())];
    words.object(Kind::DhcpOption, name, fields(pairs));
}

/// HTTP Boot takes only an answer that says so in option 60, whether it asked for that option or not.
fn http_client(words: &mut Words<'_>, class: &str, key: &InterfaceKey, tag: Uuid) {
    let pairs = [
        ("type", "set"),
        ("option", "60"),
        ("interface", key.as_str()),
        ("tag", &tag.to_string()),
        ("value", "HTTPClient"),
        ("force", "1"),
    ];
    words.object(Kind::DhcpOption, format!("option 60 {class} {key}"), fields(pairs));
}

fn entry(words: &mut Words<'_>, class: &str, key: &InterfaceKey, tag: Uuid, file: &str, boot: &NetworkBoot) {
    let pairs = [
        ("interface", key.as_str()),
        ("tag", &tag.to_string()),
        ("filename", file),
        ("servername", SERVER_NAME),
        ("address", &boot.server.to_string()),
    ];
    words.object(Kind::Boot, format!("boot {class} {key}"), fields(pairs));
}
