//! A site with a database and a clock, and what its server does with machines.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use events::{Event, Kind};
use futures_util::future::BoxFuture;
use hosts::{
    Claim, EnrolError, EnrolOutcome, Enrolled, Host, HostError, HostFacts, IntakeLimits, Proof, Taken,
};
use inventory::{Clock, Id, ManualClock, Timestamp};
use store::{Store, StoreError, Tx};

use crate::machine::Machine;

pub(crate) struct Site {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) limits: IntakeLimits,
    _dir: tempfile::TempDir,
}

pub(crate) const SOURCE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 7));

pub(crate) async fn site() -> Site {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("muster.db")).await.unwrap();
    let clock = Arc::new(ManualClock::at(Timestamp(1_800_000_000_000)));
    Site { store, clock, limits: IntakeLimits::default(), _dir: dir }
}

/// Long enough that whoever was heard before counts as silent.
pub(crate) const SILENCE: Duration = Duration::from_secs(600);

impl Site {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// Runs a change in a transaction of its own.
    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'c> FnOnce(&'c mut Tx) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.store.write(work).await
    }

    pub(crate) async fn enrol(&self, machine: &Machine, proof: Proof) -> Result<EnrolOutcome, EnrolError> {
        let (request, limits, now) = (machine.request(), self.limits, self.now());
        self.write(move |tx| {
            Box::pin(async move { hosts::enrol(tx, &request, proof, SOURCE, &limits, now).await })
        })
        .await
    }

    /// Enrols with a ticket for the machine's first card.
    pub(crate) async fn boot(&self, machine: &Machine) -> Result<EnrolOutcome, EnrolError> {
        self.enrol(machine, Proof::Ticket { mac: machine.mac() }).await
    }

    /// Enrols and expects to become a host's voice.
    pub(crate) async fn enrolled(&self, machine: &Machine, proof: Proof, expected: Enrolled) -> HostFacts {
        match self.enrol(machine, proof).await.unwrap() {
            EnrolOutcome::Enrolled { host, how } if how == expected => host,
            other => panic!("{other:?}"),
        }
    }

    /// Enrols and expects no more than a claim on `host`.
    pub(crate) async fn claimed(&self, machine: &Machine, proof: Proof, host: &Id) -> Claim {
        match self.enrol(machine, proof).await.unwrap() {
            EnrolOutcome::Claim { claim, host: on } => {
                assert_eq!(on, *host);
                assert!(self.speaks_for(machine).await.is_none(), "a claim's key is worth nothing");
                let all = hosts::claims(self.store.readers(), Some(host), true, 100).await.unwrap();
                all.into_iter().find(|one| one.id == claim).unwrap()
            }
            other => panic!("{other:?}"),
        }
    }

    /// A new machine that enrolled by ticket and reported.
    pub(crate) async fn known(&self, machine: &Machine) -> Id {
        let host = self.enrolled(machine, Proof::Ticket { mac: machine.mac() }, Enrolled::New).await.id;
        self.report(&host, machine).await.unwrap();
        host
    }

    /// The same, and an operator took it in.
    pub(crate) async fn approved(&self, machine: &Machine) -> Id {
        let host = self.known(machine).await;
        self.approve(&host).await;
        host
    }

    pub(crate) async fn approve(&self, host: &Id) {
        let (id, now) = (host.clone(), self.now());
        self.write::<_, HostError, _>(move |tx| {
            Box::pin(async move { hosts::approve(tx, &id, "anna", now).await })
        })
        .await
        .unwrap();
    }

    pub(crate) async fn report(&self, host: &Id, machine: &Machine) -> Result<Taken, HostError> {
        self.take(host, machine.report()).await
    }

    pub(crate) async fn take(&self, host: &Id, report: inventory::Report) -> Result<Taken, HostError> {
        let (id, now) = (host.clone(), self.now());
        self.write(move |tx| Box::pin(async move { hosts::take_report(tx, &id, &report, now).await })).await
    }

    /// Which host the machine's key speaks for.
    pub(crate) async fn speaks_for(&self, machine: &Machine) -> Option<Id> {
        let found = hosts::authenticate(self.store.readers(), &machine.key.hash()).await.unwrap();
        found.map(|facts| facts.id)
    }

    pub(crate) async fn host(&self, id: &Id) -> Host {
        hosts::get(self.store.readers(), id.as_str()).await.unwrap().unwrap()
    }

    /// Which host boots with this address.
    pub(crate) async fn by_mac(&self, mac: &str) -> Option<Id> {
        let found = hosts::facts_by_mac(self.store.readers(), mac.parse().unwrap()).await.unwrap();
        found.map(|facts| facts.id)
    }

    pub(crate) async fn events(&self, kind: Kind) -> Vec<Event> {
        let mut all = events::after(self.store.readers(), 0, 10_000).await.unwrap();
        all.retain(|event| event.kind == kind);
        all
    }

    pub(crate) async fn count_hosts(&self) -> usize {
        hosts::all_facts(self.store.readers()).await.unwrap().len()
    }
}
