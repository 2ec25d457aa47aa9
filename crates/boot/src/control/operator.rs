//! What operators say: on the disk before they are answered.

use ::store::StoreError;
use events::{Kind, NewEvent};
use inventory::{Id, MacAddr, Timestamp};
use serde_json::json;

use super::memory::released;
use super::{Control, Held};
use crate::next::{Next, Subject};
use crate::options::HostOptions;
use crate::store::control::{self as rows, Versioned};

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Somebody else was faster.
    #[error("the boot options of {0} were changed meanwhile: look at them again")]
    Changed(String),
    /// Nothing of that is held.
    #[error("{0} is not held")]
    NotHeld(String),
    /// The database's.
    #[error("the boot control could not be changed")]
    Store(#[from] StoreError),
}

impl Control {
    /// Sets how a host boots, where `version` is the one that the change was made of.
    ///
    /// # Errors
    /// [`ControlError::Changed`], or the database's.
    pub async fn set_options(
        &self,
        host: &Id,
        name: &str,
        version: i64,
        options: HostOptions,
        actor: &str,
    ) -> Result<i64, ControlError> {
        let now = self.inner.clock.now();
        let (id, name, actor) = (host.clone(), name.to_owned(), actor.to_owned());
        let versioned: Versioned = self
            .inner
            .store
            .write::<_, ControlError, _>(move |tx| {
                Box::pin(async move {
                    let before = rows::options(tx, &id).await?;
                    if before.version != version {
                        return Err(ControlError::Changed(name));
                    }
                    if before.options == options {
                        return Ok(before);
                    }
                    let after = Versioned { version: version.saturating_add(1), options };
                    rows::set_options(tx, &id, &after, now).await?;
                    let summary = match after.options.in_words() {
                        words if words.is_empty() => format!("{name} boots as the site does"),
                        words => format!("{name} boots with {words}"),
                    };
                    let event = NewEvent::new(Kind::BootOptionsChanged, Some(id), actor, summary)
                        .data(json!({ "before": before.options, "after": after.options }));
                    events::append(tx, &event, now).await?;
                    Ok(after)
                })
            })
            .await?;
        let version = versioned.version;
        self.inner.lock().set_options(host.clone(), versioned);
        Ok(version)
    }

    /// Says what a machine shall boot next. `name` is its host's, where it is known.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_next(&self, subject: Subject, name: &str, next: Next) -> Result<(), ControlError> {
        let now = self.inner.clock.now();
        let minutes = next.expires_at.since(now).as_secs().div_ceil(60);
        let because = if next.reason.is_empty() { String::new() } else { format!(": {}", next.reason) };
        let what = next.action.as_str();
        let summary =
            format!("{} asked that {name} boots {what} next, within {minutes} minutes{because}", next.actor);
        let event = NewEvent::new(Kind::BootNextSet, host_of(&subject), next.actor.clone(), summary)
            .key(subject.to_string())
            .data(json!({ "action": what, "expires_at": next.expires_at, "reason": next.reason }));
        self.write_next(&subject, Some(next.clone()), event, now).await?;
        self.inner.lock().set_next(subject, next);
        Ok(())
    }

    /// Takes back what was said of its next boot; answers whether something was.
    ///
    /// # Errors
    /// The database's.
    pub async fn clear_next(&self, subject: &Subject, name: &str, actor: &str) -> Result<bool, ControlError> {
        if self.next(subject).is_none() {
            return Ok(false);
        }
        let summary = format!("{actor} took back what {name} was to boot next");
        let event = NewEvent::new(Kind::BootNextCleared, host_of(subject), actor, summary);
        self.write_next(subject, None, event.key(subject.to_string()), self.inner.clock.now()).await?;
        self.inner.lock().remove_next(subject);
        Ok(true)
    }

    /// Lets a machine go that is held.
    ///
    /// # Errors
    /// [`ControlError::NotHeld`], or the database's.
    pub async fn release(
        &self,
        macs: &[MacAddr],
        name: &str,
        actor: &str,
    ) -> Result<Vec<Held>, ControlError> {
        let _turn = self.inner.turn.lock().await;
        self.inner.flush().await?;
        let held: Vec<Held> = self.holds().into_iter().filter(|held| macs.contains(&held.mac)).collect();
        if held.is_empty() {
            return Err(ControlError::NotHeld(name.to_owned()));
        }
        let (now, written, actor) = (self.inner.clock.now(), held.clone(), actor.to_owned());
        self.inner
            .store
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move {
                    for Held { mac, host, .. } in written {
                        rows::remove_guard(tx, mac).await?;
                        let event = released(mac, host, &actor, &format!("{actor} released it"));
                        events::append(tx, &event, now).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        let mut memory = self.inner.lock();
        for held in &held {
            memory.remove_guard(held.mac);
        }
        Ok(held)
    }

    async fn write_next(
        &self,
        subject: &Subject,
        next: Option<Next>,
        event: NewEvent,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let _turn = self.inner.turn.lock().await;
        self.inner.flush().await?;
        let subject = subject.clone();
        self.inner
            .store
            .write(move |tx| {
                Box::pin(async move {
                    match next {
                        Some(next) => rows::set_next(tx, &subject, &next).await?,
                        None => rows::remove_next(tx, &subject).await?,
                    }
                    events::append(tx, &event, now).await.map(drop)
                })
            })
            .await
    }
}

fn host_of(subject: &Subject) -> Option<Id> {
    match subject {
        Subject::Host(host) => Some(host.clone()),
        Subject::Mac(_) => None,
    }
}
