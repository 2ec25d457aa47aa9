//! What arming would do, host by host, as it is shown before it is done. Pure.

use boot::site::CoreOs;
use gateway::wish::Label;
use hosts::{Inventory, State, is_junk, is_junk_uuid};
use inventory::{Id, MacAddr, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::life::hindrance;
use super::{Arming, Marks, bios, own};
use crate::assignment::Assignment;
use crate::cluster::Cluster;
use crate::disk::{Fate, Target, fates};
use crate::network::NodeNetwork;
use crate::role::Role;
use crate::validation::{Finding, Known, Verdict, is_refused, validate};

/// On which occasion a host is armed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// It is to be installed: one that is installed, or being installed, is refused.
    First,
    /// It is to be installed anew, whatever became of it before.
    Again,
}

/// What arming these hosts would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Each of them, in the order in which they were named.
    pub hosts: Vec<ArmPlan>,
    /// What stands for all of it: who arms names the plan that he saw.
    pub digest: String,
}

/// What arming one host would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArmPlan {
    /// The host.
    pub host: Id,
    /// What people call it.
    pub name: String,
    /// Where it stands in the room.
    pub place: Option<String>,
    /// Where it stands in its life.
    pub state: State,
    /// What it is to be; absent where it has no role.
    pub node: Option<Node>,
    /// The disk that is written; absent where none could be told.
    pub target: Option<Target>,
    /// What becomes of each disk, the one that is written first.
    pub disks: Vec<Fate>,
    /// What was checked.
    pub findings: Vec<Finding>,
    /// Why its boot script is to leave to the BIOS by `exit`, where it is.
    pub leaves_by_exit: Option<String>,
}

/// What a host is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The cluster.
    pub cluster: Label,
    /// Its part in it.
    pub role: Role,
    /// Its whole name.
    pub fqdn: String,
    /// Its network; absent for DHCP on the card that it boots from.
    pub network: Option<NodeNetwork>,
    /// What it boots to be installed.
    pub image: Option<CoreOs>,
    /// By what it must be known when it comes.
    pub machine: Marks,
}

/// A host's plan, and the arming that would follow from it; none where it is refused.
pub(super) struct Draft {
    pub(super) plan: ArmPlan,
    pub(super) arming: Option<Arming>,
    /// The version of the assignment that it is made of.
    pub(super) version: i64,
}

/// What is known of a host that is to be armed.
pub(super) struct Facts<'a> {
    pub(super) known: &'a Known,
    pub(super) assignment: Option<Assignment>,
    pub(super) cluster: Option<&'a Cluster>,
    /// The assignments of that cluster.
    pub(super) others: &'a [Assignment],
    /// The titles of its critical incidents.
    pub(super) incidents: &'a [String],
    /// Its last generation that was used.
    pub(super) last: Option<Arming>,
    /// The disk whose data may be lost, as the operator typed it now.
    pub(super) typed: Option<&'a str>,
    pub(super) now: Timestamp,
}

impl ArmPlan {
    /// Whether it may be armed.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.target.is_some() && !is_refused(&self.findings)
    }
}

/// The plan for one host.
pub(super) fn draft(facts: Facts<'_>, occasion: Occasion) -> Draft {
    let host = &facts.known.host;
    let mut plan = ArmPlan {
        host: host.id.clone(),
        name: host.name.clone(),
        place: host.place.clone(),
        state: host.state,
        node: None,
        target: None,
        disks: Vec::new(),
        findings: Vec::new(),
        leaves_by_exit: None,
    };
    if let Some(todo) = hindrance(host.state, occasion) {
        plan.findings.push(refused("state", format!("it is {}", host.state), todo));
    }
    let (Some(assignment), Some(cluster)) = (facts.assignment, facts.cluster) else {
        plan.findings.push(refused("role", "it has no role", "give it one with muster host set-role"));
        return Draft { plan, arming: None, version: 0 };
    };
    let version = assignment.version;
    let machine = marks(&facts.known.inventory);
    if machine.macs.is_empty() {
        plan.findings.push(refused(
            "cards",
            "no network card of it is known, and so it could not be told from another when it boots",
            "let its agent report",
        ));
    }
    let found =
        facts.known.candidate(&assignment, cluster, facts.others, facts.incidents, facts.now).target().ok();
    let (assignment, target) = match found {
        Some(target) => {
            let (assignment, target) = own::agreed(assignment, target, facts.last.as_ref(), facts.typed);
            (assignment, Some(target))
        }
        None => (assignment, None),
    };
    let candidate = facts.known.candidate(&assignment, cluster, facts.others, facts.incidents, facts.now);
    plan.findings.extend(validate(&candidate));
    let inventory = &facts.known.inventory;
    if let Some(target) = &target {
        plan.disks = fates(inventory, target, assignment.wipe.as_deref());
        plan.leaves_by_exit = bios::why_exit(inventory, target);
    }
    plan.node = Some(Node {
        cluster: cluster.name.clone(),
        role: assignment.role,
        fqdn: format!("{}.{}", assignment.hostname, cluster.domain()),
        network: assignment.network.clone(),
        image: cluster.image.clone(),
        machine: machine.clone(),
    });
    plan.target.clone_from(&target);
    let arming = target.zip(cluster.image.clone()).filter(|_| plan.is_good()).map(|(target, image)| Arming {
        host: plan.host.clone(),
        generation: 0,
        cluster: cluster.name.clone(),
        domain: cluster.domain.clone(),
        role: assignment.role,
        hostname: assignment.hostname,
        machine,
        target,
        network: assignment.network,
        image,
        armed_at: Timestamp(0),
        armed_by: String::new(),
        expires_at: Timestamp(0),
        consumed_at: None,
        ended: None,
    });
    Draft { plan, arming, version }
}

/// What stands for all that was shown and would be done, and not for the hour.
pub(super) fn digest(drafts: &[Draft], occasion: Occasion) -> String {
    let said = |finding: &&Finding| finding.verdict != Verdict::Good;
    let shown = drafts.iter().map(|draft| {
        let ArmPlan { host, disks, leaves_by_exit, findings, .. } = &draft.plan;
        let findings: Vec<_> = findings.iter().filter(said).map(|it| (&it.rule, it.verdict)).collect();
        (host, &draft.arming, draft.version, disks, leaves_by_exit, findings)
    });
    // Only what has no form in JSON fails, and none of this is such: what could not be written can't be armed, either.
    let text = serde_json::to_vec(&(occasion, shown.collect::<Vec<_>>())).unwrap_or_default();
    hex::encode(Sha256::digest(text))
}

/// By what the machine will be known: what its maker left empty, or wrote into all of a kind, tells nothing.
fn marks(inventory: &Inventory) -> Marks {
    let cards = inventory.nics.iter().flatten().filter(|nic| nic.physical && !nic.bmc_host_interface);
    let mut macs: Vec<MacAddr> = cards.filter_map(|nic| nic.permanent_mac.or(nic.mac)).collect();
    macs.retain(|mac| mac.is_unicast());
    macs.sort_unstable();
    macs.dedup();
    let system = inventory.system.as_ref();
    Marks {
        macs,
        uuid: system
            .and_then(|system| system.uuid.clone())
            .filter(|uuid| !is_junk_uuid(&uuid.to_lowercase())),
        serial: system.and_then(|system| system.serial.clone()).filter(|serial| !is_junk(serial)),
    }
}

fn refused(rule: &str, words: impl Into<String>, todo: impl Into<String>) -> Finding {
    Finding { rule: rule.to_owned(), verdict: Verdict::Refused, words: words.into(), todo: todo.into() }
}
