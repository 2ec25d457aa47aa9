//! Proving that an apply has done what it should: by reading again.

use uuid::Uuid;

use super::{Apply, Backups};
use crate::capability::{Gateway, Wanted};
use crate::change::Change;
use crate::error::GatewayError;
use crate::object::{Kind, Service};
use crate::ownership::{Known, as_marked, owner};
use crate::plan::Plan;
use crate::plan::make::{Basis, make};
use crate::reading::{Reading, ServiceState};
use crate::site::SiteId;
use crate::store as rows;
use crate::undo::undo;
use crate::wish::{Dhcp, Wish};

/// What an apply is to bring about.
#[derive(Debug, Clone)]
pub(crate) enum Goal {
    /// That nothing is left to do for this wish.
    Wish(Box<Wish>),
    /// That nothing of these steps stands.
    Undone {
        /// The steps, by number.
        steps: Vec<(u32, Change)>,
        /// Our boot entries before them, in order.
        boot_order: Vec<Uuid>,
    },
}

/// An object that is ours, as the journal keeps it.
pub(crate) type Owned = (Kind, Uuid, String);

/// A wish in a gateway's own words.
///
/// # Errors
/// [`GatewayError::Incapable`] where something is wanted that this gateway can't do.
pub(crate) fn word(
    gateway: &dyn Gateway,
    site: &SiteId,
    known: &Known,
    wish: &Wish,
    reading: &Reading,
) -> Result<Wanted, GatewayError> {
    let reading = &as_marked(site, known, reading);
    let mut all = Wanted::default();
    let mut add = |wanted: Wanted| {
        all.objects.extend(wanted.objects);
        all.conflicts.extend(wanted.conflicts);
        all.notices.extend(wanted.notices);
    };
    if wish.dhcp != Dhcp::default() {
        let dhcp = gateway.dhcp().ok_or(GatewayError::Incapable("DHCP server"))?;
        add(dhcp.word_dhcp(site, &wish.dhcp, reading));
    }
    if !wish.dns.is_empty() {
        let dns = gateway.dns().ok_or(GatewayError::Incapable("DNS server"))?;
        add(dns.word_records(site, &wish.dns, reading));
    }
    if !wish.balancers.is_empty() {
        let balancer = gateway.balancer().ok_or(GatewayError::Incapable("load balancer"))?;
        add(balancer.word_balancers(site, &wish.balancers, reading));
    }
    Ok(all)
}

impl Apply {
    /// Reads again: nothing may be left to do, and the services must run.
    pub(super) async fn prove(&self, plan: &Plan, goal: &Goal) -> Result<Reading, GatewayError> {
        let reading = self.pace.patiently(|| self.gateway.read(&Service::ALL)).await?;
        match goal {
            Goal::Wish(wish) => {
                let known = rows::known(self.store.readers(), &self.name).await?;
                let pending = rows::pending(self.store.readers(), &self.name).await?;
                let wanted = word(self.gateway.as_ref(), &self.site, &known, wish, &reading)?;
                let basis = Basis { site: &self.site, known: &known, pending: &pending };
                as_planned(&make(basis, &reading, wanted).changes)?;
            }
            Goal::Undone { steps, boot_order } => {
                let left: Vec<_> =
                    undo(steps, &reading, boot_order).changes.into_iter().map(|(_, it)| it).collect();
                as_planned(&left)?;
            }
        }
        for service in &plan.services {
            self.runs(*service, &reading)?;
        }
        Ok(reading)
    }

    /// A service that ran before, or was switched off, is as it was or better.
    pub(super) fn runs(&self, service: Service, reading: &Reading) -> Result<(), GatewayError> {
        match reading.services.get(&service) {
            Some(ServiceState::Stopped) => Err(GatewayError::Down {
                service,
                reason: "it took up its new configuration, and stopped".to_owned(),
            }),
            Some(ServiceState::Disabled) if self.switched_off.contains(&service) => Ok(()),
            Some(ServiceState::Disabled)
                if self.before.services.get(&service) == Some(&ServiceState::Running) =>
            {
                Err(GatewayError::Down { service, reason: "it is switched off".to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// Our objects as they were read. Those of kinds that can't be read stay as the journal has them.
    pub(super) async fn owned(&self, reading: &Reading) -> Result<Vec<Owned>, GatewayError> {
        let known = rows::known(self.store.readers(), &self.name).await?;
        let seen = reading
            .found
            .iter()
            .filter_map(|found| Some((found.kind, found.id?, owner(&self.site, &known, found)?)));
        let unseen = known
            .iter()
            .filter(|((kind, _), _)| reading.facts.unread.contains_key(kind))
            .map(|((kind, id), name)| (*kind, *id, name.clone()));
        Ok(seen.chain(unseen).collect())
    }
}

fn as_planned(left: &[Change]) -> Result<(), GatewayError> {
    let Some(first) = left.first() else { return Ok(()) };
    let fields: Vec<&str> = first
        .after
        .as_ref()
        .or(first.before.as_ref())
        .into_iter()
        .flatten()
        .map(|(field, _)| field.as_str())
        .collect();
    Err(GatewayError::NotAsWritten {
        object: first.object(),
        reason: format!("{} of it, and {} others", fields.join(", "), left.len().saturating_sub(1)),
    })
}

impl std::fmt::Debug for Backups {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Backups").field(&self.folder()).finish()
    }
}
