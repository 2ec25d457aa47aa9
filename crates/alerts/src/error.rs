//! What can go wrong with alerting.

use inventory::Id;
use store::StoreError;

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum AlertsError {
    /// There is no such provider.
    #[error("there is no provider called {0}: add it with `muster provider add`")]
    NoProvider(Id),
    /// There is one of this name.
    #[error("there is a provider called {0} already: remove it first, or choose another name")]
    ProviderExists(Id),
    /// Subscriptions use it.
    #[error("the provider {name} is in use by the subscriptions {}: remove them first", subscriptions.join(", "))]
    ProviderInUse {
        /// Which provider.
        name: Id,
        /// Who uses it.
        subscriptions: Vec<String>,
    },
    /// There is no such secret.
    #[error("there is no secret called {0}: set it first with `muster secret set {0}`")]
    NoSecret(secrets::Name),
    /// There is no such subscription.
    #[error("there is no subscription called {0}: add it with `muster subscription add`")]
    NoSubscription(Id),
    /// There is one of this name.
    #[error("there is a subscription called {0} already: remove it first, or choose another name")]
    SubscriptionExists(Id),
    /// No rule begins so.
    #[error("no rule's name begins with {0:?}: the subscription would never hear of anything")]
    UselessPrefix(String),
    /// The program's main did not choose how TLS is computed.
    #[error("no crypto provider for rustls is installed; the program's main has to do so first")]
    NoCrypto,
    /// The client for providers can't be made.
    #[error("the HTTP client for notifications can't be made")]
    Client(#[source] reqwest::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}
