//! Setting a gateway up: its certificate, what it is and what its key may do, and what is proposed for it.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use actix_web::{HttpRequest, web};
use gateway::opnsense::{Credential, Examination, InvalidAddress, shown_certificate};
use gateway::wish::{AddressRange, Network};
use gateway::{AdapterKind, Facts, GatewayName, Interface, Kind, Notice, Reading, Service, Wish};
use inventory::Limits;
use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::named;
use super::wish::BootAsk;
use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::gateways::boot::{self, Here, Made};
use crate::gateways::range;

/// How long a gateway may take to show its certificate.
const LOOK: Duration = Duration::from_secs(10);

/// Whose certificate is asked for.
#[derive(Debug, Serialize, Deserialize)]
pub struct Look {
    /// `https://192.168.1.1`.
    pub url: String,
}

/// The certificate that is shown there. Nothing is believed by this.
#[derive(Debug, Serialize, Deserialize)]
pub struct Certificate {
    /// Its SHA-256.
    pub sha256: String,
    /// Whether a public authority vouches for it, under that name.
    pub is_public: bool,
}

/// What is to be examined, and what it is to be good for.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examine {
    /// The gateway.
    pub adapter: AdapterKind,
    /// Its key and secret, where they are not in the secret that the adapter names.
    #[serde(default)]
    pub credential: Option<String>,
    /// What is going to be wanted of it; absent: addresses and network boot.
    #[serde(default)]
    pub wish: Option<Wish>,
}

/// For which interface something is proposed.
#[derive(Debug, Deserialize)]
pub struct Ask {
    interface: String,
    #[serde(default)]
    address: Option<Ipv4Addr>,
}

/// What is proposed for one interface.
#[derive(Debug, Serialize, Deserialize)]
pub struct Proposal {
    /// The interface.
    pub interface: Interface,
    /// What its machines are given.
    pub network: Network,
    /// What they boot; absent where that can't be said, see the notices.
    pub boot: Option<Made>,
    /// Why something is not proposed, and what else there is to know.
    pub notices: Vec<Notice>,
}

/// `POST /api/v1/gateway-certificate`.
///
/// # Errors
/// 400 for an address that can't be, 502 where nobody shows a certificate.
pub async fn certificate(
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Certificate>, ApiError> {
    let Look { url } = body::message(&request, payload, Limits::SMALL).await?;
    let address = url.parse().map_err(|error: InvalidAddress| ApiError::BadRequest(error.to_string()))?;
    let sha256 = shown_certificate(&address).await?.to_string();
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(LOOK)
        .build()
        .map_err(|error| ApiError::Internal(format!("making an HTTP client: {error}")))?;
    let is_public = client.get(&url).send().await.is_ok();
    Ok(web::Json(Certificate { sha256, is_public }))
}

/// `POST /api/v1/gateway-examination`: changes nothing.
///
/// # Errors
/// 502 with what is wrong for a gateway that can't be examined.
pub async fn examine(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Examination>, ApiError> {
    let Examine { adapter, credential, wish } = body::message(&request, payload, Limits::REPORT).await?;
    let credential = credential.map(Zeroizing::new).map(|text| Credential::parse(&text)).transpose();
    let credential = credential.map_err(|error| ApiError::BadRequest(error.to_string()))?;
    let services = services(wish.as_ref());
    Ok(web::Json(app.gateways.examine(&adapter, credential, &services).await?))
}

/// The services that a wish is about.
fn services(wish: Option<&Wish>) -> Vec<Service> {
    let Some(wish) = wish else { return vec![Service::Firewall, Service::Dnsmasq] };
    let dhcp = &wish.dhcp;
    let wants_dhcp = !dhcp.networks.is_empty() || !dhcp.reservations.is_empty() || dhcp.boot.is_some();
    let wanted = [
        (Service::Firewall, true),
        (Service::Dnsmasq, wants_dhcp),
        (Service::Unbound, !wish.dns.is_empty()),
        (Service::Haproxy, !wish.balancers.is_empty()),
    ];
    wanted.into_iter().filter(|(_, is_wanted)| *is_wanted).map(|(service, _)| service).collect()
}

/// `GET /api/v1/gateways/{gateway}/facts`: reads the gateway now.
///
/// # Errors
/// 404 for a gateway that is not known, 502 for one that can't be read.
pub async fn facts(app: web::Data<App>, name: web::Path<String>) -> Result<web::Json<Facts>, ApiError> {
    Ok(web::Json(read(&app, &named(&name)?).await?.facts))
}

/// `GET /api/v1/gateways/{gateway}/proposal?interface=KEY`: a free range and what machines boot. Nothing is set.
///
/// # Errors
/// 404 for a gateway or an interface that is not known, 502 for a gateway that can't be read.
pub async fn propose(
    app: web::Data<App>,
    name: web::Path<String>,
    ask: web::Query<Ask>,
) -> Result<web::Json<Proposal>, ApiError> {
    let reading = read(&app, &named(&name)?).await?;
    let interface = interface_of(&reading, &ask.interface)?.clone();
    let mut notices = Vec::new();
    let mut note = |text: String| notices.push(Notice { text });
    let boot = match here(&app, ask.address, Some(&interface)) {
        Ok(here) => make(&app, here, None).await.map_err(&mut note).ok(),
        Err(why) => {
            note(why);
            None
        }
    };
    let ours = boot.as_ref().map(|made| made.boot.server);
    let range = propose_range(&reading, &interface, ours).map_err(&mut note).ok();
    let network = Network {
        interface: interface
            .key
            .parse()
            .map_err(|error| ApiError::BadRequest(format!("the interface {:?}: {error}", interface.key)))?,
        range,
        lease_secs: None,
        domain: None,
    };
    Ok(web::Json(Proposal { interface, network, boot, notices }))
}

/// A range for the interface's first IPv4 network, or why there is none.
fn propose_range(
    reading: &Reading,
    interface: &Interface,
    ours: Option<Ipv4Addr>,
) -> Result<AddressRange, String> {
    let network = ipv4_networks(interface).next();
    let network = network.ok_or_else(|| format!("{} has no IPv4 network", interface.label))?;
    let ranges = || {
        reading.of(Kind::Range).filter_map(|found| {
            let first: Ipv4Addr = found.field("start_addr").parse().ok()?;
            Some((found.field("interface"), first, found.field("end_addr").parse().unwrap_or(first)))
        })
    };
    // One that is outside of the network gives nobody an address.
    let serves = |(key, first, _): &(&str, Ipv4Addr, Ipv4Addr)| {
        (key.is_empty() || *key == interface.key) && network.contains(first)
    };
    if let Some((_, first, last)) = ranges().find(serves) {
        return Err(format!(
            "{} has a range already, {first} to {last}: it stays as it is, and no other is proposed",
            interface.label
        ));
    }
    let single = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => Some((ip, ip)),
        IpAddr::V6(_) => None,
    };
    let reserved =
        reading.of(Kind::Reservation).flat_map(|found| found.list("ip")).filter_map(|ip| ip.parse().ok());
    let owned = interface.networks.iter().map(IpNet::addr);
    let virtual_ones = reading.facts.addresses.iter().map(|address| address.ip);
    let mut taken: Vec<(Ipv4Addr, Ipv4Addr)> =
        reserved.chain(owned).chain(virtual_ones).chain(ours.map(IpAddr::V4)).filter_map(single).collect();
    taken.extend(ranges().map(|(_, first, last)| (first, last)));
    let free = range::propose(network, &taken);
    let (first, last) =
        free.ok_or_else(|| format!("too little of {network} is free to propose a range: name one"))?;
    AddressRange::new(first, last).map_err(|error| error.to_string())
}

fn ipv4_networks(interface: &Interface) -> impl Iterator<Item = Ipv4Net> {
    interface.networks.iter().filter_map(|network| match network {
        IpNet::V4(network) => Some(network.trunc()),
        IpNet::V6(_) => None,
    })
}

/// What machines boot, for the part of the wish that this server makes.
pub(super) async fn make_boot(app: &App, name: &GatewayName, ask: BootAsk) -> Result<Made, ApiError> {
    let wish = app.gateways.wish(name).await?;
    let key = ask.interface.or_else(|| wish.dhcp.networks.first().map(|it| it.interface.as_str().to_owned()));
    let interface = match (&ask.address, key) {
        // Where the address is said, nothing needs to be looked up.
        (None, Some(key)) => Some(interface_of(&read(app, name).await?, &key)?.clone()),
        _ => None,
    };
    let here = here(app, ask.address, interface.as_ref()).map_err(ApiError::BadRequest)?;
    make(app, here, ask.classes).await.map_err(ApiError::BadRequest)
}

async fn make(app: &App, here: Here, classes: Option<Vec<String>>) -> Result<Made, String> {
    let binaries = app.binaries.clone();
    let made = tokio::task::spawn_blocking(move || {
        boot::make(&here, classes.as_deref(), |file| binaries.open(file).is_ok())
    });
    made.await.map_err(|error| format!("looking for the iPXE binaries: {error}"))?
}

/// Where the machines behind this interface find this server.
fn here(app: &App, said: Option<Ipv4Addr>, interface: Option<&Interface>) -> Result<Here, String> {
    let towards = interface.and_then(|interface| {
        interface.networks.iter().find_map(|network| match network {
            IpNet::V4(network) => Some(network.addr()),
            IpNet::V6(_) => None,
        })
    });
    let address = said.or_else(|| app.links.machines_reach(towards));
    let address = address.ok_or_else(|| {
        "this server's address on the machines' network can't be told: say it with --muster-address"
            .to_owned()
    })?;
    let (http_port, tls_port) = app.links.ports();
    let tftp_port = app.settings.tftp_listen.map(|address| address.port());
    Ok(Here { address, http_port, tls_port, tftp_port })
}

async fn read(app: &App, name: &GatewayName) -> Result<Reading, ApiError> {
    Ok(app.gateways.connect(name).await?.read(&[Service::Dnsmasq]).await?)
}

fn interface_of<'a>(reading: &'a Reading, key: &str) -> Result<&'a Interface, ApiError> {
    let found = reading.facts.interfaces.iter().find(|interface| interface.key == key);
    found.ok_or_else(|| ApiError::not_found("interface", key))
}
