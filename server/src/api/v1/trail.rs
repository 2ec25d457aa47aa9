//! What machines did at boot, by host and by card: a machine that never enrolled has no host, and a trail all the same.

use actix_web::{HttpResponse, web};
use boot::trail::diagnosis::{Known, LATELY, Standing, standing};
use boot::trail::{self, Facts, Fetch, Progress, RecordedStep, SIZE_ONLY, StepKind};
use hosts::IdentifierKind;
use inventory::{Id, MacAddr, Timestamp};
use serde::{Deserialize, Serialize};

use super::hosts::find;
use crate::api::live::boots::{self, Subject};
use crate::api::problem::ApiError;
use crate::app::App;
use crate::format;

/// One boot of one network card.
#[derive(Debug, Serialize, Deserialize)]
pub struct TrailAttempt {
    /// The card.
    pub mac: MacAddr,
    /// Counts the boots of this card.
    pub number: i64,
    /// Its steps, oldest first.
    pub steps: Vec<TrailStep>,
    /// What is on its way to it; for the newest boot only.
    pub running: Vec<TrailTransfer>,
    /// Where it stands.
    pub standing: Standing,
}

/// One step of a boot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrailStep {
    /// Its number among all steps.
    pub id: i64,
    /// When; of a transfer, when it ended.
    pub at: Timestamp,
    /// What.
    pub kind: String,
    /// More of it.
    pub detail: String,
    /// From where.
    pub address: String,
    /// How much was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// How much there was to send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// How long that took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u64>,
    /// What programs read of it.
    #[serde(default)]
    pub facts: Facts,
}

/// A file that is on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TrailTransfer {
    /// What it is.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// How much of it was sent.
    pub sent_bytes: u64,
    /// How much there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// How much of it was sent, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u64>,
    /// Since when.
    pub began_at: Timestamp,
}

/// A card that booted lately.
#[derive(Debug, Serialize, Deserialize)]
pub struct Boot {
    /// The host that has it, if it is known.
    pub host: Option<BootHost>,
    /// Its newest boot.
    pub attempt: TrailAttempt,
}

/// Which host.
#[derive(Debug, Serialize, Deserialize)]
pub struct BootHost {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: String,
}

/// Boots that are shown of each card.
const ATTEMPTS: usize = 10;
/// Boots that a program follows: the newest, and the one before, whose last step may have come meanwhile.
const FOLLOWED: usize = 2;
/// Cards in the list of those that booted lately.
const CARDS: i64 = 50;

/// `GET /api/v1/hosts/{host}/trail`, the newest boot first.
///
/// # Errors
/// 404 for a host that is not known.
pub async fn of_host(
    app: web::Data<App>,
    host: web::Path<String>,
) -> Result<web::Json<Vec<TrailAttempt>>, ApiError> {
    let host = find(&app, &host).await?;
    Ok(web::Json(of_cards(&app, &macs(&app, &host.id).await?, ATTEMPTS).await?))
}

/// `GET /api/v1/hosts/{host}/trail/live`: the same as it changes, as server-sent events.
///
/// # Errors
/// 404 for a host that is not known, 429 when too many look on.
pub async fn of_host_live(app: web::Data<App>, host: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let host = find(&app, &host).await?;
    boots::stream(&app, Subject::Host(host.id), FOLLOWED, as_json)
}

/// `GET /api/v1/boots`: the cards that booted lately, the newest first, each with its newest boot.
///
/// # Errors
/// The database's.
pub async fn list(app: web::Data<App>) -> Result<web::Json<Vec<Boot>>, ApiError> {
    Ok(web::Json(lately(&app).await?))
}

/// `GET /api/v1/boots/{mac}`, the newest boot first. A card that never booted from here has none.
///
/// # Errors
/// 400 for no MAC address.
pub async fn of_card(
    app: web::Data<App>,
    mac: web::Path<String>,
) -> Result<web::Json<Vec<TrailAttempt>>, ApiError> {
    Ok(web::Json(of_cards(&app, &[parse(&mac)?], ATTEMPTS).await?))
}

/// `GET /api/v1/boots/{mac}/live`: the same as it changes, as server-sent events.
///
/// # Errors
/// 400 for no MAC address, 429 when too many look on.
pub async fn of_card_live(app: web::Data<App>, mac: web::Path<String>) -> Result<HttpResponse, ApiError> {
    boots::stream(&app, Subject::Card(parse(&mac)?), FOLLOWED, as_json)
}

pub(crate) fn parse(mac: &str) -> Result<MacAddr, ApiError> {
    mac.parse().map_err(|error| ApiError::BadRequest(format!("{error}")))
}

fn as_json(_: &App, attempts: &[TrailAttempt]) -> Result<String, ApiError> {
    serde_json::to_string(attempts).map_err(|error| ApiError::Internal(format!("writing a trail: {error}")))
}

/// A host's cards.
pub(crate) async fn macs(app: &App, host: &Id) -> Result<Vec<MacAddr>, ApiError> {
    let identifiers = hosts::identifiers(app.store.readers(), host).await?;
    let macs = identifiers.iter().filter(|i| i.kind == IdentifierKind::Mac);
    Ok(macs.filter_map(|i| i.value.parse().ok()).collect())
}

/// The newest boots of these cards together, the newest first.
pub(crate) async fn of_cards(
    app: &App,
    macs: &[MacAddr],
    limit: usize,
) -> Result<Vec<TrailAttempt>, ApiError> {
    let (readers, now) = (app.store.readers(), app.clock.now());
    let mut attempts = Vec::new();
    for mac in macs {
        let running = app.trail.running(&[*mac]);
        let boots_lately = trail::boots_since(readers, *mac, now.minus(LATELY)).await?;
        for (index, attempt) in trail::recent(readers, *mac, limit).await?.into_iter().enumerate() {
            let running = if index == 0 { running.as_slice() } else { &[] };
            let known = Known { now, sending: !running.is_empty(), boots_lately };
            attempts.push(TrailAttempt {
                mac: *mac,
                number: attempt.number,
                standing: standing(&attempt.steps, known),
                running: running.iter().map(TrailTransfer::from).collect(),
                steps: attempt.steps.into_iter().map(TrailStep::from).collect(),
            });
        }
    }
    attempts.sort_by_key(|attempt| std::cmp::Reverse(attempt.steps.first().map(|step| step.at)));
    attempts.truncate(limit);
    Ok(attempts)
}

/// The cards that booted lately.
pub(crate) async fn lately(app: &App) -> Result<Vec<Boot>, ApiError> {
    let readers = app.store.readers();
    let mut boots = Vec::new();
    for mac in trail::latest(readers, CARDS).await? {
        let host = hosts::facts_by_mac(readers, mac).await?;
        let newest = of_cards(app, &[mac], 1).await?;
        boots.extend(newest.into_iter().map(|attempt| Boot {
            host: host.as_ref().map(|host| BootHost { id: host.id.clone(), name: host.name.clone() }),
            attempt,
        }));
    }
    Ok(boots)
}

impl TrailStep {
    /// As a sentence about the machine begins.
    #[must_use]
    pub fn in_words(&self) -> String {
        let fetch = if self.bytes.is_some_and(|bytes| bytes > 0) { Fetch::Done } else { Fetch::Asked };
        in_words(&self.kind, fetch, &self.detail)
    }

    /// What was sent of it, how much of how much; what a script weighs is of no interest, as long as all of it was sent.
    #[must_use]
    pub fn sent(&self) -> String {
        let scripts = [StepKind::EntryScript, StepKind::Decision, StepKind::Script];
        if !self.is_short() && scripts.iter().any(|kind| self.kind == kind.as_str()) {
            return String::new();
        }
        match self.size_bytes.filter(|_| self.is_size_only()) {
            Some(size) => format::bytes(size),
            None => format::sent(self.bytes, self.size_bytes, self.took_ms),
        }
    }

    /// A transfer that broke off before its end.
    #[must_use]
    pub fn is_short(&self) -> bool {
        let lacks = matches!((self.bytes, self.size_bytes), (Some(bytes), Some(size)) if bytes < size);
        lacks && !self.is_size_only()
    }

    /// Only its size was asked for: firmware and live systems look first whether it will fit.
    fn is_size_only(&self) -> bool {
        self.bytes == Some(0) && self.detail.ends_with(SIZE_ONLY)
    }
}

impl TrailTransfer {
    /// As a sentence about the machine begins.
    #[must_use]
    pub fn in_words(&self) -> String {
        in_words(&self.kind, Fetch::Running, &self.name)
    }
}

/// A kind that this build does not know keeps its name.
fn in_words(kind: &str, fetch: Fetch, detail: &str) -> String {
    let words = kind.parse::<StepKind>().map_or_else(|unknown| unknown.0, |kind| kind.in_words(fetch));
    format!("{words} {detail}").trim_end_matches([' ', ':']).to_owned()
}

impl From<RecordedStep> for TrailStep {
    fn from(step: RecordedStep) -> Self {
        Self {
            id: step.id,
            at: step.at,
            kind: step.kind.to_string(),
            detail: step.detail,
            address: step.address.to_string(),
            bytes: step.bytes,
            size_bytes: step.size,
            took_ms: step.took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
            facts: step.facts,
        }
    }
}

impl From<&Progress> for TrailTransfer {
    fn from(progress: &Progress) -> Self {
        Self {
            kind: progress.kind.to_string(),
            name: progress.name.clone(),
            sent_bytes: progress.sent_bytes,
            size_bytes: progress.size_bytes,
            percent: progress.percent(),
            began_at: progress.began_at,
        }
    }
}
