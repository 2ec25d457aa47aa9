//! What a card's driver tells by ethtool's requests: versions, the link, the transceiver.

use decode::ethtool::{DriverInfo, LinkSettings, Module, Port, permanent_address};
use inventory::sections::{Nic, NicPort, Transceiver};

use crate::collect::interfaces::unicast;
use crate::probe::Probe;
use crate::root::{Ethtool, Question};

/// Whether it told of the link, if only that it has no speed.
pub(super) fn tell(probe: &Probe, nic: &mut Nic) -> bool {
    let place = format!("ethtool {}", nic.name);
    let question = |request: Ethtool| Question::Ethtool { interface: nic.name.clone(), request };
    let ask = |request: Ethtool| probe.ask(&place, &question(request));
    let info = ask(Ethtool::DriverInfo).map(|answer| DriverInfo::decode(&answer)).unwrap_or_default();
    let told = ask(Ethtool::LinkSettings).and_then(|answer| LinkSettings::decode(&answer));
    let link = told.unwrap_or_default();
    // Reading an EEPROM takes its time: not where there can be none.
    let has_cage = matches!(link.port, Some(Port::Fibre | Port::DirectAttach | Port::Other));
    let module = match nic.carrier {
        _ if !has_cage => None,
        // The kernel lets only those read it who may also configure the card, which an agent need not.
        Some(true) => probe.ask_if_allowed(&place, &question(Ethtool::Module)),
        // Of an empty cage many drivers say that it can't be read, as of a broken module.
        _ => probe.root().ask(&question(Ethtool::Module)).ok(),
    };
    if nic.permanent_mac.is_none() {
        let answer = ask(Ethtool::PermanentAddress);
        nic.permanent_mac = answer.as_deref().and_then(permanent_address).and_then(unicast);
    }
    nic.driver = nic.driver.take().or(info.driver);
    nic.driver_version = info.version;
    nic.firmware = info.firmware;
    nic.bus_info = info.bus;
    nic.speed_mbps = link.speed_mbps;
    nic.max_speed_mbps = link.max_speed_mbps;
    nic.duplex = link.full_duplex.map(|full| if full { "full" } else { "half" }.to_owned());
    nic.autonegotiation = link.autonegotiation;
    nic.port = link.port.map(port);
    nic.module = module.and_then(|answer| Module::decode(&answer)).map(transceiver);
    told.is_some()
}

const fn port(port: Port) -> NicPort {
    match port {
        Port::TwistedPair => NicPort::TwistedPair,
        Port::Fibre => NicPort::Fibre,
        Port::DirectAttach => NicPort::DirectAttach,
        Port::Empty => NicPort::Empty,
        Port::Aui | Port::Mii | Port::Bnc | Port::Other => NicPort::Other,
    }
}

fn transceiver(module: Module) -> Transceiver {
    Transceiver {
        form: module.form.map(str::to_owned),
        medium: module.medium.map(str::to_owned),
        vendor: module.vendor,
        part: module.part,
        revision: module.revision,
        serial: module.serial,
    }
}
