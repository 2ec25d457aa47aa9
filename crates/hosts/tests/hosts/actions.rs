//! Machines that are asked to go down.

use std::time::Duration;

use events::Kind;
use hosts::{AgentAction, HostError};
use inventory::{Action, Goodbye, GoodbyeReason, Id, Outcome, Receipt, SCHEMA, Timestamp};

use crate::machine::Machine;
use crate::site::{Site, site};

impl Site {
    async fn ask(&self, host: &Id, action: Action) -> AgentAction {
        let (id, now) = (host.clone(), self.now());
        let patience = Duration::from_secs(3600);
        self.write(move |tx| {
            Box::pin(async move { hosts::ask(tx, &id, &action, patience, "someone", now).await })
        })
        .await
        .unwrap()
    }

    async fn delivered(&self, host: &Id) -> usize {
        let (id, now) = (host.clone(), self.now());
        let delivery = self.write(move |tx| Box::pin(async move { hosts::deliver(tx, &id, now).await }));
        let delivery: Result<_, HostError> = delivery.await;
        delivery.unwrap().requests.len()
    }

    async fn receipt(&self, asked: &AgentAction, machine: &Machine, outcome: Outcome) {
        let receipt = Receipt {
            schema: SCHEMA,
            agent: machine.stamp(9),
            at: Timestamp(1),
            action: asked.id.clone(),
            outcome,
            words: "in the agent's words".to_owned(),
        };
        let (id, now) = (asked.host.clone(), self.now());
        let taken: Result<(), HostError> = self
            .write(move |tx| Box::pin(async move { hosts::take_receipt(tx, &id, &receipt, now).await }))
            .await;
        taken.unwrap();
    }

    async fn leaves(&self, host: &Id, machine: &Machine) {
        let reason = GoodbyeReason::Rebooting;
        let goodbye = Goodbye { schema: SCHEMA, agent: machine.stamp(10), at: Timestamp(1), reason };
        let (id, now) = (host.clone(), self.now());
        self.write(move |tx| Box::pin(async move { hosts::take_goodbye(tx, &id, &goodbye, now).await }))
            .await
            .unwrap();
    }

    async fn outcome(&self, asked: &AgentAction) -> Option<Outcome> {
        let actions = hosts::actions(self.store.readers(), &asked.host).await.unwrap();
        actions.into_iter().find(|it| it.id == asked.id).unwrap().outcome
    }
}

#[tokio::test]
async fn a_reboot_that_was_begun_is_asked_for_once_and_done_in_a_new_boot() {
    for action in [Action::Reboot, Action::PowerOff] {
        let site = site().await;
        let machine = Machine::server(1);
        let host = site.known(&machine).await;
        let asked = site.ask(&host, action).await;
        assert_eq!(site.delivered(&host).await, 1);
        site.receipt(&asked, &machine, Outcome::Begun).await;
        site.pass(Duration::from_secs(600));
        assert_eq!(site.delivered(&host).await, 0, "an agent that remembers nothing would do it again");

        // The agent alone was started anew: it is the same boot.
        let restarted = machine.clone().with(|it| it.start_id = "start-1b");
        site.report(&host, &restarted).await.unwrap();
        assert_eq!(site.outcome(&asked).await, Some(Outcome::Begun));

        site.leaves(&host, &restarted).await;
        assert_eq!(site.outcome(&asked).await, Some(Outcome::Begun), "it may stay down");
        site.report(&host, &machine.rebooted()).await.unwrap();
        assert_eq!(site.outcome(&asked).await, Some(Outcome::Done));
        assert_eq!(site.delivered(&host).await, 0);
        // The agent of an installed system tells it, too.
        site.receipt(&asked, &machine, Outcome::Done).await;
        let told = site.events(Kind::ActionReceipted).await;
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.iter().any(|it| it.summary.contains("in a new boot")), "{told:?}");
    }
}

#[tokio::test]
async fn where_no_boot_is_named_a_goodbye_and_a_new_start_tell_it() {
    let site = site().await;
    let machine = Machine::server(1).with(|it| it.boot_id = None);
    let host = site.known(&machine).await;
    let asked = site.ask(&host, Action::Reboot).await;
    site.receipt(&asked, &machine, Outcome::Begun).await;
    site.report(&host, &machine.clone().with(|it| it.start_id = "start-1b")).await.unwrap();
    assert_eq!(site.outcome(&asked).await, Some(Outcome::Begun));
    site.leaves(&host, &machine.clone().with(|it| it.start_id = "start-1b")).await;
    site.report(&host, &machine.clone().with(|it| it.start_id = "start-2")).await.unwrap();
    assert_eq!(site.outcome(&asked).await, Some(Outcome::Done));
}

#[tokio::test]
async fn a_boot_ends_nothing_that_was_not_begun() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.known(&machine).await;
    let waiting = site.ask(&host, Action::Reboot).await;
    let (failed, logs) = (site.ask(&host, Action::PowerOff).await, site.ask(&host, Action::Logs).await);
    site.receipt(&failed, &machine, Outcome::Failed).await;
    site.receipt(&logs, &machine, Outcome::Begun).await;
    site.report(&host, &machine.rebooted()).await.unwrap();
    assert_eq!(site.outcome(&waiting).await, None);
    assert_eq!(site.outcome(&failed).await, Some(Outcome::Failed));
    assert_eq!(site.outcome(&logs).await, Some(Outcome::Begun));
}
