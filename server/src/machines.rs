//! What the power switches are told of hosts, and the buttons in the messages that ask for a hand.

use std::sync::Arc;
use std::time::Duration;

use alerts::{Button, Incident, RuleId};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hosts::{IdentifierKind, Inventory, State};
use inventory::{Action, Clock, Id, MacAddr, Timestamp};
use power::{Answer, Errand, ErrandState, Machine, Machines, Power, Signs, Tuning, Via};
use store::{Store, StoreError};

use crate::mailbox::Mailbox;
use crate::settings::Settings;

/// Samples that may be lost before an agent counts as silent.
const MISSED: u32 = 3;
/// The hosts, as far as power switches need to know them.
pub(crate) struct Known {
    store: Store,
    clock: Arc<dyn Clock>,
    mailbox: Arc<Mailbox>,
}

/// How long the switches wait for what.
pub(crate) fn tuning(settings: &Settings) -> Tuning {
    let interval = Duration::from_secs(u64::from(settings.agents.interval_secs));
    Tuning { silence: interval * MISSED + Duration::from_secs(5), ..Tuning::default() }
}

/// The buttons of a message: of one that asks for a hand at a machine, its two answers.
pub(crate) fn buttons(
    power: Power,
    page: String,
) -> impl Fn(&Incident) -> Vec<Button> + Send + Sync + 'static {
    move |incident| {
        let question = Some(&incident.component).filter(|_| incident.rule == RuleId::PowerButton);
        let Some(question) = question.and_then(|question| question.parse::<Id>().ok()) else {
            return Vec::new();
        };
        let button = |answer: Answer| {
            let proof = power.proof(&question, answer, Via::Message);
            let url = format!("{}/answer/{question}/{answer}/{proof}", page.trim_end_matches('/'));
            Button { label: answer.label().to_owned(), url }
        };
        Answer::ALL.map(button).into()
    }
}

impl Known {
    pub(crate) fn new(store: Store, clock: Arc<dyn Clock>, mailbox: Arc<Mailbox>) -> Self {
        Self { store, clock, mailbox }
    }

    async fn machine(&self, host: &Id) -> Result<Option<Machine>, StoreError> {
        let readers = self.store.readers();
        let Some(found) = hosts::get(readers, host.as_str()).await?.filter(|found| found.id == *host) else {
            return Ok(None);
        };
        let inventory = match hosts::inventory(readers, host, None).await {
            Ok(stored) => stored.map(|stored| stored.inventory).unwrap_or_default(),
            // What can't be read is said where it is shown; a switch goes on with what there is.
            Err(error) => {
                tracing::warn!(host.id = %host, %error, "switching without its inventory");
                Inventory::default()
            }
        };
        let mut macs = cards(&inventory);
        macs.extend(self.macs(host).await?);
        let name = &found.name;
        Ok(Some(Machine {
            barred: match found.state {
                State::Retired => Some("it is retired".to_owned()),
                State::Discovered => Some(format!("it waits for approval: muster host approve {name}")),
                State::Ready
                | State::Assigned
                | State::Armed
                | State::Installing
                | State::Installed
                | State::InService
                | State::Failed
                | State::Maintenance => None,
            },
            macs,
            address: found.address.as_deref().and_then(|address| address.parse().ok()),
            host_keys: inventory.os.map(|os| os.ssh_host_keys).unwrap_or_default(),
            has_agent: found.enrolled,
            place: found.place,
            name: found.name,
            id: found.id,
        }))
    }

    /// The addresses by which it is known, and nobody else is.
    async fn macs(&self, host: &Id) -> Result<Vec<MacAddr>, StoreError> {
        let identifiers = hosts::identifiers(self.store.readers(), host).await?;
        let macs =
            identifiers.iter().filter(|it| it.kind == IdentifierKind::Mac && it.current && !it.demoted);
        Ok(macs.filter_map(|it| it.value.parse().ok()).collect())
    }

    async fn seen(&self, host: &Id) -> Result<Signs, StoreError> {
        let readers = self.store.readers();
        let Some(found) = hosts::get(readers, host.as_str()).await? else { return Ok(Signs::default()) };
        let booted_at: Option<Timestamp> = boot::trail::decided_at(readers, &self.macs(host).await?).await?;
        Ok(Signs {
            heard_at: found.last_seen_at,
            goodbye_at: found.goodbye_at,
            boot_id: found.boot_id,
            booted_at,
        })
    }

    async fn ask(&self, host: &Id, errand: Errand, patience: Duration, actor: &str) -> Result<Id, String> {
        let action = match errand {
            Errand::Reboot => Action::Reboot,
            Errand::PowerOff => Action::PowerOff,
        };
        let (id, actor, now) = (host.clone(), actor.to_owned(), self.clock.now());
        let asked = self
            .store
            .write(move |tx| {
                Box::pin(async move { hosts::ask(tx, &id, &action, patience, &actor, now).await })
            })
            .await
            .map_err(|error| error.to_string())?;
        self.mailbox.put(asked.host);
        Ok(asked.id)
    }

    async fn state(&self, host: &Id, id: &Id) -> Result<Option<ErrandState>, StoreError> {
        let actions = hosts::actions(self.store.readers(), host).await?;
        Ok(actions.into_iter().find(|action| action.id == *id).map(|action| ErrandState {
            delivered: action.delivered_at.is_some(),
            outcome: action.outcome,
            words: action.words.unwrap_or_default(),
        }))
    }
}

/// The cards of the machine itself, the one that it boots from first.
fn cards(inventory: &Inventory) -> Vec<MacAddr> {
    let nics = inventory.nics.as_deref().unwrap_or_default();
    let mut nics: Vec<_> =
        nics.iter().filter(|nic| nic.physical && !nic.bmc_host_interface && !nic.usb).collect();
    nics.sort_by_key(|nic| (!nic.boot, nic.carrier != Some(true)));
    nics.iter().filter_map(|nic| nic.permanent_mac.or(nic.mac)).collect()
}

impl Machines for Known {
    fn find<'a>(&'a self, host: &'a Id) -> BoxFuture<'a, Result<Option<Machine>, StoreError>> {
        self.machine(host).boxed()
    }

    fn signs<'a>(&'a self, host: &'a Id) -> BoxFuture<'a, Result<Signs, StoreError>> {
        self.seen(host).boxed()
    }

    fn send<'a>(
        &'a self,
        host: &'a Id,
        errand: Errand,
        patience: Duration,
        actor: &'a str,
    ) -> BoxFuture<'a, Result<Id, String>> {
        self.ask(host, errand, patience, actor).boxed()
    }

    fn errand<'a>(
        &'a self,
        host: &'a Id,
        id: &'a Id,
    ) -> BoxFuture<'a, Result<Option<ErrandState>, StoreError>> {
        self.state(host, id).boxed()
    }
}

#[cfg(test)]
mod tests {
    use inventory::sections::Nic;

    use super::*;

    #[test]
    fn the_card_that_it_boots_from_is_woken_first_and_no_dongle_is() {
        let nic = |last: u8, boot, carrier| Nic {
            mac: Some(MacAddr::new([0x52, 0x54, 0, 0, 0, last])),
            boot,
            carrier: Some(carrier),
            physical: true,
            ..Nic::default()
        };
        let dongle = Nic { usb: true, ..nic(9, false, true) };
        let controller = Nic { bmc_host_interface: true, ..nic(8, false, true) };
        let bridge = Nic { physical: false, ..nic(7, false, true) };
        let nics =
            vec![nic(1, false, false), dongle, nic(2, false, true), controller, nic(3, true, true), bridge];
        let macs = cards(&Inventory { nics: Some(nics), ..Inventory::default() });
        assert_eq!(macs.iter().map(|mac| mac.octets()[5]).collect::<Vec<_>>(), [3, 2, 1]);
    }
}
