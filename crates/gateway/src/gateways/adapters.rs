//! From a registration to the adapter that speaks to it.

use std::sync::Arc;

use secrets::Secrets;

use crate::capability::Gateway;
use crate::error::GatewayError;
use crate::registration::AdapterKind;

/// Makes adapters.
pub trait Connect: Send + Sync + 'static {
    /// The adapter of what is described. Nothing is asked of it yet.
    ///
    /// # Errors
    /// It can't be spoken to as it is described: a bad address, a certificate that is none.
    fn connect(&self, adapter: &AdapterKind) -> Result<Arc<dyn Gateway>, GatewayError>;
}

/// The adapters of this crate.
pub(super) struct Adapters {
    secrets: Secrets,
}

impl Adapters {
    pub(super) fn new(secrets: Secrets) -> Self {
        Self { secrets }
    }
}

impl Connect for Adapters {
    fn connect(&self, adapter: &AdapterKind) -> Result<Arc<dyn Gateway>, GatewayError> {
        match adapter {
            AdapterKind::OpnSense { .. } => Err(GatewayError::Incapable("adapter for OPNsense yet")),
            AdapterKind::Dnsmasq { .. } => Err(GatewayError::Incapable("adapter for dnsmasq yet")),
        }
    }
}
