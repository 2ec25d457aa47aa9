//! From a registration to the adapter that speaks to it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use secrets::{Name, Secrets};

use crate::capability::Gateway;
use crate::dnsmasq::{Dnsmasq, DnsmasqHost};
use crate::error::GatewayError;
use crate::name::GatewayName;
use crate::object::Service;
use crate::opnsense::{Credential, CredentialSource, Examination, OpnSense};
use crate::registration::AdapterKind;

/// Makes adapters.
pub trait Connect: Send + Sync + 'static {
    /// The adapter of what is described. Nothing is asked of it yet.
    ///
    /// # Errors
    /// It can't be spoken to as it is described: a bad address, a certificate that is none.
    fn connect(&self, adapter: &AdapterKind) -> Result<Arc<dyn Gateway>, GatewayError>;

    /// Looks whether it can be worked with, before it is added: with this credential, or with the secret that is named.
    fn examine<'a>(
        &'a self,
        adapter: &'a AdapterKind,
        credential: Option<Credential>,
        services: &'a [Service],
    ) -> BoxFuture<'a, Result<Examination, GatewayError>>;
}

/// The adapters of this crate.
pub struct Adapters {
    secrets: Secrets,
    dnsmasq: DnsmasqHost,
}

impl Adapters {
    /// Adapters that take their credentials from these secrets, and find dnsmasq as it says.
    #[must_use]
    pub fn new(secrets: Secrets, dnsmasq: DnsmasqHost) -> Self {
        Self { secrets, dnsmasq }
    }

    fn opnsense(
        &self,
        url: &str,
        trust: &crate::opnsense::Trust,
        secret: &Name,
        credential: Option<Credential>,
    ) -> Result<OpnSense, GatewayError> {
        let source: Arc<dyn CredentialSource> = match credential {
            Some(credential) => Arc::new(credential),
            None => Arc::new(Kept { secrets: self.secrets.clone(), name: secret.clone() }),
        };
        OpnSense::connect(url.parse()?, trust, source)
    }
}

impl Connect for Adapters {
    fn connect(&self, adapter: &AdapterKind) -> Result<Arc<dyn Gateway>, GatewayError> {
        Ok(match adapter {
            AdapterKind::OpnSense { url, trust, credential } => {
                Arc::new(self.opnsense(url, trust, credential, None)?)
            }
            AdapterKind::Dnsmasq { file, reload } => {
                Arc::new(Dnsmasq::new(file.clone(), *reload, self.dnsmasq.clone())?)
            }
        })
    }

    fn examine<'a>(
        &'a self,
        adapter: &'a AdapterKind,
        credential: Option<Credential>,
        services: &'a [Service],
    ) -> BoxFuture<'a, Result<Examination, GatewayError>> {
        Box::pin(async move {
            match adapter {
                AdapterKind::OpnSense { url, trust, credential: secret } => {
                    self.opnsense(url, trust, secret, credential)?.examine(services).await
                }
                AdapterKind::Dnsmasq { file, reload } => {
                    Dnsmasq::new(file.clone(), *reload, self.dnsmasq.clone())?.examine().await
                }
            }
        })
    }
}

/// A credential in the secret store. Looked up anew each time: one that is exchanged counts from the next request on.
struct Kept {
    secrets: Secrets,
    name: Name,
}

impl CredentialSource for Kept {
    fn credential(&self) -> BoxFuture<'_, Result<Credential, GatewayError>> {
        Box::pin(async move {
            let value = self.secrets.get(&self.name).await?;
            let what =
                |reason: String| GatewayError::Credential(format!("the secret {}: {reason}", self.name));
            let text = value.reveal_text().ok_or_else(|| what("it is no text".to_owned()))?;
            Credential::parse(text).map_err(|error| what(error.to_string()))
        })
    }
}

/// The adapters that are in use. Kept, because an adapter remembers which changes it made itself.
#[derive(Default)]
pub(super) struct Connected(Mutex<HashMap<GatewayName, InUse>>);

/// An adapter, and what it was made of.
type InUse = (AdapterKind, Arc<dyn Gateway>);

impl Connected {
    pub(super) fn get(
        &self,
        connect: &dyn Connect,
        name: &GatewayName,
        adapter: &AdapterKind,
    ) -> Result<Arc<dyn Gateway>, GatewayError> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get(name) {
            Some((known, gateway)) if known == adapter => Ok(Arc::clone(gateway)),
            _ => {
                let gateway = connect.connect(adapter)?;
                all.insert(name.clone(), (adapter.clone(), Arc::clone(&gateway)));
                Ok(gateway)
            }
        }
    }

    pub(super) fn forget(&self, name: &GatewayName) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}
