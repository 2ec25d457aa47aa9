//! How machines boot: what operators set for a host, and say of one boot; what is held.

use std::time::Duration;

use actix_web::{HttpRequest, web};
use boot::Arch;
use boot::control::{ControlError, Held};
use boot::next::{LONGEST_PATIENCE, LONGEST_REASON, Next, NextAction, Subject, USUAL_PATIENCE};
use boot::options::{DiscoveryChoice, HostOptions, OwnDiscovery};
use boot::site::Image;
use inventory::{Id, Limits, MacAddr, Timestamp};
use serde::{Deserialize, Serialize};

use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::format;

/// Who does all this.
const OPERATOR: &str = "operator";

/// A machine that an operator named.
pub(super) enum Target {
    /// A host.
    Host {
        /// Its id.
        id: Id,
        /// Its name.
        name: String,
    },
    /// A card of no known host.
    Mac(MacAddr),
}

/// How a host boots.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct HostBoot {
    /// Counts the changes of its options.
    pub version: i64,
    /// Its options; what is not there is as the site has it.
    pub options: HostOptions,
    /// The same in words.
    pub in_words: String,
    /// What an operator wants of its next boot.
    pub next: Option<Next>,
    /// Its cards that are held.
    pub holds: Vec<Held>,
}

/// A change of a host's options, in an operator's words; what is absent stays.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Change {
    /// `snponly`, `full` or `default`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipxe: Option<String>,
    /// A number, or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vlan: Option<String>,
    /// A console, or `auto`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub console: Option<String>,
    /// `image:ID`, `centos`, `coreos` or `default`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovery: Option<String>,
    /// `on` or `off`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secure_boot: Option<String>,
    /// `auto` or `exit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_disk: Option<String>,
    /// The version that the change was made of: another one is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// A word for a machine's next boot.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// `local-disk` or `discover`.
    pub action: NextAction,
    /// How long it may wait for its boot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_secs: Option<u64>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `GET /api/v1/hosts/{host}/boot`.
///
/// # Errors
/// 404 for a host that is not known.
pub async fn show(app: web::Data<App>, host: web::Path<String>) -> Result<web::Json<HostBoot>, ApiError> {
    let host = super::hosts::find(&app, &host).await?;
    Ok(web::Json(of_host(&app, &host.id)))
}

/// `PUT /api/v1/hosts/{host}/boot`.
///
/// # Errors
/// 400 for a value that can't be, 404 for a host or an image that is not known, 409 where somebody else was faster.
pub async fn set(
    app: web::Data<App>,
    host: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<HostBoot>, ApiError> {
    let host = super::hosts::find(&app, &host).await?;
    let change: Change = body::message(&request, payload, Limits::SMALL).await?;
    let (version, mut options) = app.control.options(&host.id);
    let wrong = |error: boot::options::InvalidOption| ApiError::BadRequest(error.to_string());
    change.ipxe.iter().try_for_each(|text| options.set_ipxe(text)).map_err(wrong)?;
    change.vlan.iter().try_for_each(|text| options.set_vlan(text)).map_err(wrong)?;
    change.console.iter().try_for_each(|text| options.set_console(text)).map_err(wrong)?;
    change.secure_boot.iter().try_for_each(|text| options.set_secure_boot(text)).map_err(wrong)?;
    change.local_disk.iter().try_for_each(|text| options.set_local_disk(text)).map_err(wrong)?;
    if let Some(text) = &change.discovery {
        options.discovery = own_discovery(&app, text).await?;
    }
    let made_of = change.version.unwrap_or(version);
    app.control.set_options(&host.id, &host.name, made_of, options, OPERATOR).await?;
    // An image of its own is handed out from now on.
    app.refresh_served().await?;
    Ok(web::Json(of_host(&app, &host.id)))
}

/// `POST /api/v1/boot/next/{machine}`: what a host, or an unknown machine, shall boot next, once.
///
/// # Errors
/// 400 for a time or a reason that is too long, 404 for a host that is not known.
pub async fn ask(
    app: web::Data<App>,
    machine: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Next>, ApiError> {
    let Ask { action, for_secs, reason } = body::message(&request, payload, Limits::SMALL).await?;
    let target = target(&app, &machine).await?;
    let patience = for_secs.map_or(USUAL_PATIENCE, Duration::from_secs);
    if patience.is_zero() || patience > LONGEST_PATIENCE {
        return Err(ApiError::BadRequest("it may wait from one second to 30 days".to_owned()));
    }
    let reason = reason.unwrap_or_default();
    if reason.chars().count() > LONGEST_REASON || reason.chars().any(char::is_control) {
        return Err(ApiError::BadRequest(format!(
            "a reason is one line of at most {LONGEST_REASON} characters"
        )));
    }
    let now = app.clock.now();
    let next = Next {
        action,
        reason,
        actor: OPERATOR.to_owned(),
        made_at: now,
        expires_at: now.plus(patience),
        used_at: None,
    };
    let (subject, name) = target.subject();
    app.control.set_next(subject, &name, next.clone()).await?;
    Ok(web::Json(next))
}

/// `DELETE /api/v1/boot/next/{machine}`.
///
/// # Errors
/// 404 where nothing was said of its next boot.
pub async fn clear(app: web::Data<App>, machine: web::Path<String>) -> Result<web::Json<()>, ApiError> {
    let (subject, name) = target(&app, &machine).await?.subject();
    if app.control.clear_next(&subject, &name, OPERATOR).await? {
        Ok(web::Json(()))
    } else {
        Err(ApiError::not_found("word for the next boot of", name))
    }
}

/// `GET /api/v1/boot/holds`: the machines that are held at their disks.
pub async fn holds(app: web::Data<App>) -> web::Json<Vec<Held>> {
    web::Json(app.control.holds())
}

/// `POST /api/v1/boot/release/{machine}`: lets a machine go that is held.
///
/// # Errors
/// 404 for a host that is not known, 409 for a machine that is not held.
pub async fn release(
    app: web::Data<App>,
    machine: web::Path<String>,
) -> Result<web::Json<Vec<Held>>, ApiError> {
    // A machine may have been held before its host was known.
    let by_mac = machine.parse().ok().filter(|mac| app.control.holds().iter().any(|held| held.mac == *mac));
    let (macs, name) = match by_mac {
        Some(mac) => (vec![mac], machine.into_inner()),
        None => match target(&app, &machine).await? {
            Target::Mac(mac) => (vec![mac], mac.to_string()),
            Target::Host { id, name } => {
                (app.control.holds_of(&id).into_iter().map(|held| held.mac).collect(), name)
            }
        },
    };
    Ok(web::Json(app.control.release(&macs, &name, OPERATOR).await?))
}

/// How a host boots.
pub(crate) fn of_host(app: &App, host: &Id) -> HostBoot {
    let (version, options) = app.control.options(host);
    HostBoot {
        version,
        in_words: options.in_words(),
        options,
        next: app.control.next(&Subject::Host(host.clone())),
        holds: app.control.holds_of(host),
    }
}

/// The machine that is meant by a host's name or id, or by a MAC.
pub(super) async fn target(app: &App, text: &str) -> Result<Target, ApiError> {
    let readers = app.store.readers();
    if let Some(host) = hosts::get(readers, text).await? {
        return Ok(Target::Host { id: host.id, name: host.name });
    }
    let mac: MacAddr = text.parse().map_err(|_| ApiError::not_found("host", text))?;
    Ok(match hosts::facts_by_mac(readers, mac).await? {
        Some(host) => Target::Host { id: host.id, name: host.name },
        None => Target::Mac(mac),
    })
}

impl HostBoot {
    /// What there is to say of its next boot, a line each.
    #[must_use]
    pub fn news(&self, now: Timestamp) -> Vec<String> {
        let held = self.holds.iter().map(|held| format!("{} is held at its disk: {}", held.mac, held.reason));
        let next = self.next.iter().map(|next| {
            let because = if next.reason.is_empty() { String::new() } else { format!(": {}", next.reason) };
            let (what, who) = (next.action.in_words(), &next.actor);
            match next.used_at {
                Some(_) => format!("It boots {what} this once, as {who} asked{because}"),
                None => format!(
                    "It boots {what} next, once, as {who} asked {} ago, if that is before {}{because}",
                    format::span(now.since(next.made_at)),
                    format::moment(next.expires_at)
                ),
            }
        });
        held.chain(next).collect()
    }
}

impl Target {
    fn subject(self) -> (Subject, String) {
        match self {
            Self::Host { id, name } => (Subject::Host(id), name),
            Self::Mac(mac) => (Subject::Mac(mac), mac.to_string()),
        }
    }
}

async fn own_discovery(app: &App, text: &str) -> Result<Option<OwnDiscovery>, ApiError> {
    if text == "default" {
        return Ok(None);
    }
    let choice: DiscoveryChoice = text
        .parse()
        .map_err(|error: boot::options::InvalidOption| ApiError::BadRequest(error.to_string()))?;
    let own = match choice {
        DiscoveryChoice::Image(id) => {
            let arch = boot::image::arch(app.store.readers(), &id).await?;
            let arch = arch.ok_or_else(|| ApiError::not_found("image", id.as_str()))?;
            OwnDiscovery::Image(Image { arch, id })
        }
        DiscoveryChoice::Centos => OwnDiscovery::Centos,
        DiscoveryChoice::CoreOs => OwnDiscovery::CoreOs,
    };
    match own.system(&app.site(), Arch::Unknown) {
        Some(_) => Ok(Some(own)),
        None => Err(ApiError::BadRequest(format!(
            "this site has no discovery by {own} yet: set it up once with muster image use"
        ))),
    }
}

impl From<ControlError> for ApiError {
    fn from(error: ControlError) -> Self {
        let detail = error.to_string();
        match error {
            ControlError::Changed(_) => Self::Conflict { kind: "changed-meanwhile", detail },
            ControlError::NotHeld(_) => Self::Conflict { kind: "not-held", detail },
            ControlError::Store(error) => error.into(),
        }
    }
}
