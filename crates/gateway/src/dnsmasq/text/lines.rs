//! One object in dnsmasq's lines, as OPNsense's template writes them.

use std::collections::BTreeMap;

use crate::object::{Found, Kind};

/// How long an address is given out where no time is wished: what OPNsense's model takes.
const LEASE_SECS: &str = "86400";

/// The lines of an object. A class of clients has none: it is only named in those of others.
pub(super) fn lines(found: &Found, tags: &BTreeMap<String, String>) -> Result<Vec<String>, String> {
    for (field, value) in &found.fields {
        if value.chars().any(char::is_control) {
            return Err(format!("{field} holds a control character, which would begin another line"));
        }
    }
    let line = Line { found, tags };
    Ok(match found.kind {
        Kind::Tag => Vec::new(),
        Kind::Range => vec![line.range()?],
        Kind::Reservation => line.reservation()?,
        Kind::DhcpOption => vec![line.option()?],
        Kind::Boot => vec![line.boot()?],
        other => return Err(format!("dnsmasq has no {other}")),
    })
}

struct Line<'a> {
    found: &'a Found,
    tags: &'a BTreeMap<String, String>,
}

impl Line<'_> {
    /// A field that goes between commas.
    fn word(&self, field: &str) -> Result<&str, String> {
        let value = self.found.field(field).trim();
        let breaks = |c: char| matches!(c, ',' | '#' | '"' | '\\') || c.is_whitespace();
        if value.contains(breaks) {
            Err(format!("{field} holds what breaks a line of dnsmasq's: {value:?}"))
        } else {
            Ok(value)
        }
    }

    fn needed(&self, field: &str) -> Result<&str, String> {
        match self.word(field)? {
            "" => Err(format!("it has no {field}")),
            value => Ok(value),
        }
    }

    fn tag<'a>(&'a self, id: &'a str) -> Result<&'a str, String> {
        let name = self.tags.get(id).map(String::as_str).ok_or_else(|| format!("there is no tag {id}"))?;
        let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if plain { Ok(name) } else { Err(format!("{name:?} is no name for a tag")) }
    }

    /// Who it is for: the interface is a tag of its own in dnsmasq.
    fn whom(&self) -> Result<Vec<String>, String> {
        let interface =
            Some(self.word("interface")?).filter(|it| !it.is_empty()).map(|it| Ok(format!("tag:{it}")));
        let tags = self.found.list("tag").map(|id| Ok(format!("tag:{}", self.tag(id)?)));
        interface.into_iter().chain(tags).collect()
    }

    fn sets(&self) -> Result<Option<String>, String> {
        match self.found.field("set_tag") {
            "" => Ok(None),
            id => Ok(Some(format!("set:{}", self.tag(id)?))),
        }
    }

    fn range(&self) -> Result<String, String> {
        let mut parts = self.whom()?;
        parts.extend(self.sets()?);
        parts.push(self.needed("start_addr")?.to_owned());
        parts.push(self.needed("end_addr")?.to_owned());
        let lease = match self.word("lease_time")? {
            "" => LEASE_SECS,
            "0" => "infinite",
            secs => secs,
        };
        parts.push(lease.to_owned());
        Ok(format!("dhcp-range={}", parts.join(",")))
    }

    /// An address that is kept for cards, and a name: the one, the other, or both.
    fn reservation(&self) -> Result<Vec<String>, String> {
        let (host, domain, ip) = (self.word("host")?, self.word("domain")?, self.needed("ip")?);
        let macs: Vec<&str> = self.found.list("hwaddr").collect();
        if host == "*" {
            return Ok(vec![format!("address=/{}/{ip}", self.needed("domain")?)]);
        }
        let mut lines = Vec::new();
        if !macs.is_empty() {
            if macs.iter().any(|mac| mac.parse::<inventory::MacAddr>().is_err()) {
                return Err(format!("hwaddr holds what is no MAC address: {macs:?}"));
            }
            let mut parts: Vec<&str> = macs;
            parts.push(ip);
            parts.extend(Some(host).filter(|host| !host.is_empty()));
            lines.push(format!("dhcp-host={}", parts.join(",")));
        }
        let name =
            if domain.is_empty() { host.to_owned() } else { format!("{}.{domain}", self.needed("host")?) };
        if !name.is_empty() {
            lines.push(format!("host-record={name},{ip}"));
        }
        Ok(lines)
    }

    fn option(&self) -> Result<String, String> {
        let code: u8 = self.needed("option")?.parse().map_err(|_| "its option is no number from 0 to 255")?;
        if self.found.field("type") == "match" {
            let set = self.sets()?.ok_or("a match that sets no tag is of no use")?;
            let value = Some(self.word("value")?).filter(|value| !value.is_empty());
            let value = value.map(|value| format!(",{value}")).unwrap_or_default();
            return Ok(format!("dhcp-match={set},{code}{value}"));
        }
        let force = if self.found.field("force") == "1" { "-force" } else { "" };
        let mut parts = self.whom()?;
        parts.push(code.to_string());
        // A list of addresses has commas: they are between its items here, too.
        for item in self.found.list("value") {
            if item.contains(|c: char| matches!(c, '#' | '"' | '\\') || c.is_whitespace()) {
                return Err(format!("value holds what breaks a line of dnsmasq's: {item:?}"));
            }
            parts.push(item.to_owned());
        }
        Ok(format!("dhcp-option{force}={}", parts.join(",")))
    }

    fn boot(&self) -> Result<String, String> {
        let mut parts = self.whom()?;
        parts.push(self.needed("filename")?.to_owned());
        let (server, address) = (self.word("servername")?, self.word("address")?);
        // An address without a name before it would be taken for the name.
        if !address.is_empty() {
            parts.push(self.needed("servername")?.to_owned());
            parts.push(address.to_owned());
        } else if !server.is_empty() {
            parts.push(server.to_owned());
        }
        Ok(format!("dhcp-boot={}", parts.join(",")))
    }
}
