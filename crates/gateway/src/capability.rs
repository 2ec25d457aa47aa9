//! What a gateway can do. Each capability words one part of a [`Wish`](crate::Wish) as objects of that gateway: pure, so that a
//! plan can be made, tested and shown without one.

use futures_util::future::BoxFuture;

use crate::change::Change;
use crate::error::GatewayError;
use crate::object::{Object, Service};
use crate::plan::{Conflict, Notice};
use crate::reading::{Reading, Revision, ServiceState, Since};
use crate::site::SiteId;
use crate::wish::{Balancer, Dhcp, Record};

/// A part of a wish in a gateway's own words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The objects. Boot entries stand in the order in which they must be.
    pub objects: Vec<Object>,
    /// What of the wish can't be, with what is there.
    pub conflicts: Vec<Conflict>,
    /// What else an operator should know.
    pub notices: Vec<Notice>,
}

/// Gives machines addresses, and tells them what to boot.
pub trait DhcpServer {
    /// The wish in its words, with what is there: it says which interfaces there are, and what stands in the way.
    fn word_dhcp(&self, site: &SiteId, wish: &Dhcp, reading: &Reading) -> Wanted;
}

/// Answers names.
pub trait DnsServer {
    /// The wish in its words.
    fn word_records(&self, site: &SiteId, wish: &[Record], reading: &Reading) -> Wanted;
}

/// Spreads connections over servers that are well.
pub trait LoadBalancer {
    /// The wish in its words.
    fn word_balancers(&self, site: &SiteId, wish: &[Balancer], reading: &Reading) -> Wanted;
}

/// A gateway: what is there, one change at a time, and taking up what was changed.
///
/// It decides nothing: what is done when, and what is undone, is [`apply`](crate) 's.
pub trait Gateway: Send + Sync {
    /// Its address or file, for messages.
    fn place(&self) -> String;

    /// It as a DHCP server, where it is one.
    fn dhcp(&self) -> Option<&dyn DhcpServer>;

    /// It as a DNS server, where it is one.
    fn dns(&self) -> Option<&dyn DnsServer>;

    /// It as a load balancer, where it is one.
    fn balancer(&self) -> Option<&dyn LoadBalancer>;

    /// Reads these services with all that decides. What can't be read for want of a privilege or plugin is among the facts'
    /// `unread`, and no error: whoever needs it says so.
    fn read<'a>(&'a self, services: &'a [Service]) -> BoxFuture<'a, Result<Reading, GatewayError>>;

    /// Makes one change, and reads it back. Made a second time it changes nothing.
    ///
    /// [`GatewayError::Timeout`] and [`GatewayError::Unreachable`] leave open whether it was made.
    fn write<'a>(&'a self, change: &'a Change) -> BoxFuture<'a, Result<(), GatewayError>>;

    /// Looks whether the service would take up what is saved, where it can be asked before.
    fn check(&self, service: Service) -> BoxFuture<'_, Result<(), GatewayError>>;

    /// Lets the service take up what is saved, and waits until it runs with it.
    ///
    /// [`GatewayError::Down`] when it does not.
    fn activate(&self, service: Service) -> BoxFuture<'_, Result<ServiceState, GatewayError>>;

    /// The changes of its configuration since that one, oldest first. Absent where it keeps none.
    fn revisions_since<'a>(
        &'a self,
        revision: &'a Revision,
    ) -> BoxFuture<'a, Result<Option<Vec<Since>>, GatewayError>>;

    /// Its whole configuration, to be kept before it is changed; absent where a change keeps all that was before. Holds
    /// secrets.
    fn backup(&self) -> BoxFuture<'_, Result<Option<Vec<u8>>, GatewayError>>;

    /// Puts the whole configuration back to that revision. Nothing is activated.
    fn revert<'a>(&'a self, revision: &'a Revision) -> BoxFuture<'a, Result<(), GatewayError>>;
}
