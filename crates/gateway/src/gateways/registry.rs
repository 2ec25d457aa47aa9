//! Which gateways there are, and what is wanted of them.

use std::collections::BTreeMap;

use super::Gateways;
use crate::error::GatewayError;
use crate::name::GatewayName;
use crate::registration::{AdapterKind, LastApply, Listed, Registration};
use crate::store as rows;
use crate::wish::{InvalidWish, Wish};

/// Room for `cluster/` and the name of one.
const LONGEST_PART: usize = 80;

impl Gateways {
    /// Adds a gateway. Nothing is asked of it.
    ///
    /// # Errors
    /// [`GatewayError::Exists`], or it can't be spoken to as it is described.
    pub async fn add(&self, registration: Registration, actor: &str) -> Result<(), GatewayError> {
        let place = self.inner.connect.connect(&registration.adapter)?.place();
        let (actor, now) = (actor.to_owned(), self.inner.clock.now());
        self.inner
            .store
            .write(move |tx| Box::pin(async move { rows::add(tx, &registration, &place, &actor, now).await }))
            .await
    }

    /// Takes a gateway out. What stands on it stays there: `leave` says that this is meant.
    ///
    /// # Errors
    /// [`GatewayError::StandsOn`], [`GatewayError::Busy`], [`GatewayError::NoGateway`].
    pub async fn remove(&self, name: &GatewayName, leave: bool, actor: &str) -> Result<(), GatewayError> {
        let _turn = self.inner.lanes.turn(name)?;
        let (gateway, actor, now) = (name.clone(), actor.to_owned(), self.inner.clock.now());
        self.inner
            .store
            .write::<_, GatewayError, _>(move |tx| {
                Box::pin(async move { rows::remove(tx, &gateway, leave, &actor, now).await })
            })
            .await?;
        self.inner.connected.forget(name);
        Ok(())
    }

    /// All gateways, by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<Listed>, GatewayError> {
        let mut all = Vec::new();
        for row in rows::list(self.inner.store.readers()).await? {
            all.push(self.listed(row).await?);
        }
        Ok(all)
    }

    /// One gateway.
    ///
    /// # Errors
    /// [`GatewayError::NoGateway`].
    pub async fn get(&self, name: &GatewayName) -> Result<Listed, GatewayError> {
        self.listed(rows::get(self.inner.store.readers(), name).await?).await
    }

    async fn listed(&self, row: rows::Gateway) -> Result<Listed, GatewayError> {
        let parts = rows::parts(self.inner.store.readers(), &row.name).await?;
        let last = rows::list_applies(self.inner.store.readers(), &row.name, 1).await?.pop();
        let wanted = whole(&parts)?;
        Ok(Listed {
            unapplied: row.applied.unwrap_or_default() != wanted,
            parts: parts.into_keys().collect(),
            last_apply: last.map(|it| LastApply { id: it.id, state: it.state, started_at: it.started_at }),
            name: row.name,
            adapter: row.adapter,
            added_at: row.added_at,
            checked_at: row.checked_at,
            drift_since: row.drift_since,
            unreachable_since: row.unreachable_since,
            unreachable_why: row.unreachable_why,
        })
    }

    /// Sets what one part wants of a gateway, or clears it. Nothing is applied.
    ///
    /// # Errors
    /// [`GatewayError::Wish`] where it contradicts itself or another part, [`GatewayError::NoGateway`], [`GatewayError::Part`].
    pub async fn set_wish(
        &self,
        name: &GatewayName,
        part: &str,
        wish: Option<Wish>,
        actor: &str,
    ) -> Result<(), GatewayError> {
        let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
        if part.is_empty() || part.len() > LONGEST_PART || !part.chars().all(safe) {
            return Err(GatewayError::Part(part.chars().take(LONGEST_PART).collect()));
        }
        let (name, part, actor) = (name.clone(), part.to_owned(), actor.to_owned());
        let now = self.inner.clock.now();
        self.inner
            .store
            .write(move |tx| {
                Box::pin(async move { rows::set_wish(tx, &name, &part, wish.as_ref(), &actor, now).await })
            })
            .await
    }

    /// What all parts together want of a gateway.
    ///
    /// # Errors
    /// [`GatewayError::NoGateway`].
    pub async fn wish(&self, name: &GatewayName) -> Result<Wish, GatewayError> {
        Ok(whole(&self.parts(name).await?)?)
    }

    /// What was last applied to a gateway, and stands there; `None` before the first time.
    ///
    /// # Errors
    /// [`GatewayError::NoGateway`].
    pub async fn applied(&self, name: &GatewayName) -> Result<Option<Wish>, GatewayError> {
        Ok(rows::get(self.inner.store.readers(), name).await?.applied)
    }

    /// What each part wants of a gateway.
    ///
    /// # Errors
    /// [`GatewayError::NoGateway`].
    pub async fn parts(&self, name: &GatewayName) -> Result<BTreeMap<String, Wish>, GatewayError> {
        rows::get(self.inner.store.readers(), name).await?;
        Ok(rows::parts(self.inner.store.readers(), name).await?)
    }

    /// Describes a gateway anew: another address, another certificate, another secret. What was made on it stays known.
    ///
    /// # Errors
    /// [`GatewayError::NoGateway`], [`GatewayError::Busy`], or it can't be spoken to as it is described.
    pub async fn set_adapter(
        &self,
        name: &GatewayName,
        adapter: AdapterKind,
        actor: &str,
    ) -> Result<(), GatewayError> {
        let _turn = self.inner.lanes.turn(name)?;
        self.inner.connect.connect(&adapter)?;
        let (gateway, actor, now) = (name.clone(), actor.to_owned(), self.inner.clock.now());
        self.inner
            .store
            .write(move |tx| {
                Box::pin(async move { rows::set_adapter(tx, &gateway, &adapter, &actor, now).await })
            })
            .await
    }
}

fn whole(parts: &BTreeMap<String, Wish>) -> Result<Wish, InvalidWish> {
    Wish::union(parts.iter().map(|(part, wish)| (part.as_str(), wish)))
}
