//! What hosts are to be in clusters.

use std::net::Ipv4Addr;

use actix_web::{HttpRequest, web};
use alerts::Severity;
use gateway::wish::Label;
use inventory::{Id, Limits};
use okd::assignment::New;
use okd::disk::{Fate, fates, resolve};
use okd::validation::{ACCEPTABLE, Finding, Known, refusals_of_what_was_said, validate};
use okd::{Assignment, OkdError, Role, Selector};
use serde::{Deserialize, Serialize};

use super::hosts::find;
use super::incidents;
use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::format::line;

/// Who does all this.
const OPERATOR: &str = "operator";
/// Characters of a refusal.
const DETAIL: usize = 4000;
/// Characters of a serial number or WWN.
const TYPED: usize = 128;

/// What a host is to be.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetRole {
    /// In which cluster.
    pub cluster: Label,
    /// As what.
    pub role: Role,
    /// What it is to be called there, without the cluster's domain.
    pub hostname: Label,
    /// Which of its disks is written: `serial=…`, `size>=400GB,rotational=no`.
    pub disk: Selector,
    /// The address that the gateway keeps for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Ipv4Addr>,
    /// The serial number or WWN of that disk, where what is on it may be lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wipe: Option<String>,
    /// Checks whose refusal the operator takes upon himself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<String>,
}

/// How it is asked.
#[derive(Debug, Deserialize)]
pub struct Query {
    /// Only look.
    #[serde(default)]
    dry_run: bool,
}

/// A role, and how the host looks for it at this moment.
#[derive(Debug, Serialize, Deserialize)]
pub struct Looked {
    /// The host's name.
    pub host: String,
    /// What it is to be.
    pub assignment: Assignment,
    /// What was found when it was looked over.
    pub findings: Vec<Finding>,
    /// What becomes of each of its disks, the one that is written first.
    pub disks: Vec<Fate>,
    /// How what its cluster wants stands at its gateway, in a sentence each.
    #[serde(default)]
    pub gateway: Vec<String>,
}

/// `GET /api/v1/hosts/{host}/role`.
///
/// # Errors
/// 404 for a host that is not known, 409 for one without a role.
pub async fn show(app: web::Data<App>, host: web::Path<String>) -> Result<web::Json<Looked>, ApiError> {
    let host = find(&app, &host).await?;
    let assignment = app.assignments.get(&host.id).await?.ok_or(OkdError::NoRole(host.name))?;
    let known = Known::of(app.store.readers(), &host.id).await?;
    Ok(web::Json(look(&app, &known, assignment).await?))
}

/// `PUT /api/v1/hosts/{host}/role`, with `?dry_run=true` to look only.
///
/// # Errors
/// 404 for a host or cluster that is not known, 400 for a disk that can't be found, 409 for what can't be.
pub async fn set(
    app: web::Data<App>,
    host: web::Path<String>,
    query: web::Query<Query>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Looked>, ApiError> {
    let asked: SetRole = body::message(&request, payload, Limits::SMALL).await?;
    let host = find(&app, &host).await?;
    let known = Known::of(app.store.readers(), &host.id).await?;
    let new = new(&host.id, &known, asked)?;
    let before = app.assignments.get(&host.id).await?;
    let mut looked = look(&app, &known, new.beside(before.as_ref(), app.clock.now())).await?;
    if query.dry_run {
        return Ok(web::Json(looked));
    }
    let refusals = refusals_of_what_was_said(&looked.findings);
    if !refusals.is_empty() {
        let why: Vec<String> =
            refusals.iter().map(|finding| format!("{} ({})", finding.words, finding.todo)).collect();
        let Assignment { role, cluster, .. } = &looked.assignment;
        let detail = format!("{} is not made {role} of {cluster}: {}", host.name, why.join("; "));
        return Err(ApiError::Conflict { kind: "role-refused", detail: line(&detail, DETAIL) });
    }
    looked.assignment = app.assignments.put(new, OPERATOR).await?;
    let cluster = &looked.assignment.cluster;
    if let Some(former) = before.filter(|before| before.cluster != *cluster) {
        app.fronts.refresh(&former.cluster, OPERATOR).await?;
    }
    looked.gateway = app.fronts.refresh(cluster, OPERATOR).await?.sentences();
    Ok(web::Json(looked))
}

fn new(host: &Id, known: &Known, asked: SetRole) -> Result<New, ApiError> {
    let SetRole { cluster, role, hostname, disk, address, wipe, mut accept } = asked;
    if let Some(unknown) = accept.iter().find(|rule| !ACCEPTABLE.contains(&rule.as_str())) {
        return Err(ApiError::BadRequest(format!(
            "{:?} is no check whose refusal can be accepted: expected any of {}",
            line(unknown, TYPED),
            ACCEPTABLE.join(", ")
        )));
    }
    accept.sort();
    accept.dedup();
    let wipe = wipe.map(|typed| typed.trim().to_owned());
    if wipe.as_ref().is_some_and(|typed| typed.is_empty() || typed.chars().count() > TYPED) {
        return Err(ApiError::BadRequest(
            "what may be lost is named by the serial number or WWN of its disk".to_owned(),
        ));
    }
    let target = resolve(&disk, &known.inventory)?;
    Ok(New { host: host.clone(), cluster, role, hostname, address, disk, target, wipe, accepted: accept })
}

/// Looks a host over for this role.
///
/// # Errors
/// 404 for a cluster that is not known, or the database's.
pub(crate) async fn look(app: &App, known: &Known, assignment: Assignment) -> Result<Looked, ApiError> {
    let cluster = app.clusters.get(&assignment.cluster).await?;
    let others = app.assignments.of_cluster(&assignment.cluster).await?;
    let incidents = critical(app, &assignment.host).await?;
    let candidate = known.candidate(&assignment, &cluster, &others, &incidents, app.clock.now());
    let findings = validate(&candidate);
    // A disk that is no longer found has a finding of its own; what is said of the others is still true.
    let target = candidate.target().unwrap_or_else(|_| assignment.target.clone());
    let disks = fates(&known.inventory, &target, assignment.wipe.as_deref());
    let gateway = app.fronts.standing(&assignment.cluster).await?.sentences();
    Ok(Looked { host: known.host.name.clone(), findings, disks, gateway, assignment })
}

/// The titles of the critical incidents that are open on a host. Those of its installation are none of them: to install anew is
/// how they end.
///
/// # Errors
/// The database's.
pub(crate) async fn critical(app: &App, host: &Id) -> Result<Vec<String>, ApiError> {
    let open = incidents::open(app, Some(host)).await?;
    let counts = |incident: &alerts::Incident| {
        incident.severity == Severity::Crit && !incident.rule.as_str().starts_with("install.")
    };
    Ok(open.into_iter().filter(counts).map(|incident| incident.title).collect())
}
