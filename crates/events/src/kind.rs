//! Every kind of event that there is.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// A name in the database that this build does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no kind of event called {0:?}")]
pub struct UnknownKind(pub String);

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// What kind of thing happened. Written as `noun.what-happened`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind { $($(#[doc = $doc])+ $variant,)+ }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// As it is written in the database and in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }

        impl FromStr for Kind {
            type Err = UnknownKind;

            fn from_str(text: &str) -> Result<Self, UnknownKind> {
                match text { $($name => Ok(Self::$variant),)+ _ => Err(UnknownKind(text.to_owned())) }
            }
        }
    };
}

kinds! {
    /// A host is known that was not before.
    HostDiscovered = "host.discovered",
    /// An operator took a host in.
    HostApproved = "host.approved",
    /// An operator gave a host another name.
    HostRenamed = "host.renamed",
    /// A host went from one state of its life to another.
    HostStateChanged = "host.state-changed",
    /// News that does not fit the host's state: kept, not applied.
    HostUnexpected = "host.unexpected",
    /// An operator deleted a host and all that was known of it.
    HostDeleted = "host.deleted",
    /// A host's agent speaks with a new key.
    HostRekeyed = "host.rekeyed",
    /// The inventory differs from the one before.
    InventoryChanged = "inventory.changed",
    /// An unproven source says something of an approved host. Key: the claim's id.
    ClaimMade = "claim.made",
    /// An operator has seen to a claim. Key: the claim's id.
    ClaimSettled = "claim.settled",
    /// An agent started (a new start id).
    AgentStarted = "agent.started",
    /// An agent said that it can't do a part of its work. Key: which part.
    AgentFailed = "agent.failed",
    /// That part works again. Key: which part.
    AgentRecovered = "agent.recovered",
    /// An agent said goodbye.
    AgentStopped = "agent.stopped",
    /// An operator asked something of an agent. Key: the action's id.
    ActionAsked = "action.asked",
    /// An agent said what became of it. Key: the action's id.
    ActionReceipted = "action.receipted",
    /// A ticket was refused: forged, expired, used before, or from another address. Key: the address.
    TicketRefused = "ticket.refused",
    /// The site's discovery image was chosen.
    ImageChosen = "image.chosen",
    /// A machine booted again and again, and is held at its disk. Key: its MAC.
    BootLooped = "boot.looped",
    /// It is held no more. Key: its MAC.
    BootReleased = "boot.released",
    /// An operator said what a machine shall boot next. Key: the host's id, or the MAC.
    BootNextSet = "boot.next-set",
    /// A boot was given that. Key: the host's id, or the MAC.
    BootNextUsed = "boot.next-used",
    /// An operator took it back. Key: the host's id, or the MAC.
    BootNextCleared = "boot.next-cleared",
    /// An operator changed how a host boots.
    BootOptionsChanged = "boot.options-changed",
    /// An asset was added. Key: its SHA-256.
    AssetAdded = "asset.added",
    /// An asset was removed. Key: its SHA-256.
    AssetRemoved = "asset.removed",
    /// An asset was found damaged or missing. Key: its SHA-256.
    AssetDamaged = "asset.damaged",
    /// A job ended.
    JobEnded = "job.ended",
    /// A secret was set.
    SecretSet = "secret.set",
    /// A secret was removed.
    SecretRemoved = "secret.removed",
    /// An operator said where a host stands.
    HostPlaced = "host.placed",
    /// An operator set how a host is switched.
    PowerSet = "power.set",
    /// An operator asked for a host to be switched. Key: the request's id.
    PowerAsked = "power.asked",
    /// A way was tried. Key: the request's id.
    PowerTried = "power.tried",
    /// The request ended. Key: its id.
    PowerEnded = "power.ended",
    /// Somebody in the room is asked to press a button. Key: the question's id.
    PowerButtonAsked = "power.button-asked",
    /// They answered, or did not. Key: the question's id.
    PowerButtonEnded = "power.button-ended",
    /// A provider or subscription was added or removed.
    AlertingChanged = "alerting.changed",
    /// A gateway was added. Key, of all of these: its name.
    GatewayAdded = "gateway.added",
    /// A gateway was taken out; what stands on it is not touched.
    GatewayRemoved = "gateway.removed",
    /// Another address, certificate or credential of a gateway counts from now on.
    GatewayDescribed = "gateway.described",
    /// What is wanted of a gateway was changed.
    GatewayWished = "gateway.wished",
    /// A plan was applied, and proved.
    GatewayApplied = "gateway.applied",
    /// A plan failed, or was taken back: the gateway is as before.
    GatewayUndone = "gateway.undone",
    /// Something of a plan stands, and something does not.
    GatewayHalfDone = "gateway.half-done",
    /// A gateway differs from what was applied.
    GatewayDrifted = "gateway.drifted",
    /// It differs no more.
    GatewaySettled = "gateway.settled",
    /// A gateway can't be read for a while.
    GatewayLost = "gateway.lost",
    /// It can be read again.
    GatewayFound = "gateway.found",
    /// A cluster's configs were taken in. Key, of all of these: its name.
    ClusterCreated = "cluster.created",
    /// A cluster was changed: its boot image, its front, its configs.
    ClusterChanged = "cluster.changed",
    /// A cluster's configs were wiped.
    ClusterWiped = "cluster.wiped",
    /// A cluster was removed.
    ClusterRemoved = "cluster.removed",
    /// A host was given a role, or another one; a disk, a network.
    HostAssigned = "host.assigned",
    /// The installation of a host was armed. Key, of all of these: the generation.
    InstallArmed = "install.armed",
    /// An arming was taken back, expired, or does not fit the machine any more.
    InstallDisarmed = "install.disarmed",
    /// The node's document was handed out: the arming is used.
    InstallStarted = "install.started",
    /// A step did not come in its time.
    InstallOverdue = "install.overdue",
    /// What was overdue has come.
    InstallCaughtUp = "install.caught-up",
    /// An installation failed.
    InstallFailed = "install.failed",
    /// An installation ended well: the installed system's agent spoke.
    InstallEnded = "install.ended",
    /// A node's document was handed out, and nothing was heard of its machine: what stands in it counts as leaked.
    InstallLeaked = "install.leaked",
    /// Somebody asked for a node's document, and it was not for them. Key: the address.
    InstallRefused = "install.refused",
    /// They have not asked again for long. Key: the address.
    InstallUnasked = "install.unasked",
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
