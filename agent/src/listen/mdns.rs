//! Says on the local network that an agent is here (RFC 6763): `_muster-agent._tcp`, with its port and its start.

use mdns_sd::{ServiceDaemon, ServiceInfo};

const SERVICE: &str = "_muster-agent._tcp.local.";

/// An announcement, until it is dropped.
pub(super) struct Announcement(ServiceDaemon);

impl Announcement {
    pub(super) fn new(port: u16, start_id: &str) -> Result<Self, mdns_sd::Error> {
        // Not the host's name: a room of machines that booted one image has one name for all of them.
        let instance = format!("muster-agent-{start_id}");
        let host = format!("{instance}.local.");
        let properties = [("start_id", start_id)];
        let service =
            ServiceInfo::new(SERVICE, &instance, &host, "", port, &properties[..])?.enable_addr_auto();
        let daemon = ServiceDaemon::new()?;
        daemon.register(service)?;
        Ok(Self(daemon))
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        // The process ends whether or not anybody hears it.
        self.0.shutdown().ok();
    }
}
