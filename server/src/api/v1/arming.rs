//! Arming: what it would do, doing just that, and taking it back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use actix_web::{HttpRequest, web};
use boot::control::ControlError;
use boot::options::{HostOptions, LocalDisk};
use inventory::{Id, Limits};
use okd::arming::{ArmPlan, Occasion, Order, Plan, USUAL_LIFE};
use okd::{Arming, OkdError};
use serde::{Deserialize, Serialize};

use super::hosts::find;
use super::roles::critical;
use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;

/// Who does all this.
const OPERATOR: &str = "operator";
/// Characters of a serial number or WWN.
const TYPED: usize = 128;

/// What is to be armed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToArm {
    /// Names or ids.
    pub hosts: Vec<String>,
    /// On which occasion: `first`, or `again` for hosts that are installed, or failed half-way.
    pub occasion: Occasion,
    /// The serial number or WWN of the disk whose data may be lost, where that was not said with the role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wipe: Option<String>,
}

/// The word that what was shown is to be done.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// What.
    pub order: ToArm,
    /// The plan that was shown.
    pub digest: String,
    /// How long it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_secs: Option<u64>,
}

/// What arming would do, and what of it others must do beside.
#[derive(Debug, Serialize, Deserialize)]
pub struct Planned {
    /// What it would do.
    #[serde(flatten)]
    pub plan: Plan,
    /// How what the hosts' clusters want stands at their gateways, in a sentence each.
    #[serde(default)]
    pub gateway: Vec<String>,
}

/// A host that gave its role up.
#[derive(Debug, Serialize, Deserialize)]
pub struct Released {
    /// Its name.
    pub host: String,
    /// What that means for its disks.
    pub disks: String,
}

/// `GET /api/v1/hosts/{host}/arming`: the last that there was, whether it stands or has ended.
///
/// # Errors
/// 404 for a host that is not known, 409 for one that was never armed.
pub async fn show(app: web::Data<App>, host: web::Path<String>) -> Result<web::Json<Arming>, ApiError> {
    let host = find(&app, &host).await?;
    let latest = app.installs.latest(&host.id).await?;
    Ok(web::Json(latest.ok_or(OkdError::NotArmed(host.name))?))
}

/// `POST /api/v1/arming-plan`: what arming would do.
///
/// # Errors
/// 404 for a host that is not known.
pub async fn plan(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Planned>, ApiError> {
    let asked: ToArm = body::message(&request, payload, Limits::SMALL).await?;
    let (order, incidents) = order(&app, asked).await?;
    let plan = app.installs.plan(&order, &incidents).await?;
    let clusters: BTreeSet<_> =
        plan.hosts.iter().flat_map(|host| &host.node).map(|node| &node.cluster).collect();
    let mut gateway = Vec::new();
    for cluster in clusters {
        let words = app.fronts.standing(cluster).await?.sentences();
        gateway.extend(words.into_iter().map(|words| format!("{cluster}: {words}")));
    }
    Ok(web::Json(Planned { plan, gateway }))
}

/// `POST /api/v1/armings`: arms all of them, or none.
///
/// # Errors
/// 404 for a host that is not known, 409 where the plan is another one by now, or refuses one of them.
pub async fn arm(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Vec<Arming>>, ApiError> {
    let asked: Arm = body::message(&request, payload, Limits::SMALL).await?;
    let life = asked.expires_secs.map_or(USUAL_LIFE, Duration::from_secs);
    Ok(web::Json(carried_out(&app, asked.order, &asked.digest, life).await?))
}

/// The plan to install one host anew, whatever became of it before.
pub(crate) async fn plan_again(app: &App, host: &Id) -> Result<Plan, ApiError> {
    let (order, incidents) = order(app, again(host)).await?;
    Ok(app.installs.plan(&order, &incidents).await?)
}

/// Arms one host anew, by the plan with this digest.
pub(crate) async fn arm_again(app: &App, host: &Id, digest: &str) -> Result<(), ApiError> {
    carried_out(app, again(host), digest, USUAL_LIFE).await?;
    Ok(())
}

fn again(host: &Id) -> ToArm {
    ToArm { hosts: vec![host.to_string()], occasion: Occasion::Again, wipe: None }
}

async fn carried_out(app: &App, asked: ToArm, digest: &str, life: Duration) -> Result<Vec<Arming>, ApiError> {
    let (order, incidents) = order(app, asked).await?;
    let plan = app.installs.plan(&order, &incidents).await?;
    if plan.digest == digest && plan.hosts.iter().all(ArmPlan::is_good) {
        // Before anything is armed: a machine that is installed and starts another disk is none.
        for host in &plan.hosts {
            leave_by_exit(app, host).await?;
        }
    }
    let armed = app.installs.arm(&order, &incidents, digest, life, OPERATOR).await?;
    for host in &plan.hosts {
        let_go(app, host).await;
        app.progress.changed(&host.host);
    }
    Ok(armed)
}

/// `POST /api/v1/hosts/{host}/disarm`.
///
/// # Errors
/// 404 for a host that is not known, 409 where nothing is armed, or it was used already.
pub async fn disarm(app: web::Data<App>, host: web::Path<String>) -> Result<web::Json<Arming>, ApiError> {
    let host = find(&app, &host).await?;
    let arming = app.installs.disarm(&host.id, OPERATOR).await?;
    app.progress.changed(&host.id);
    Ok(web::Json(arming))
}

/// `POST /api/v1/hosts/{host}/release`: back to ready.
///
/// # Errors
/// 404 for a host that is not known, 409 for one without a role.
pub async fn release(app: web::Data<App>, host: web::Path<String>) -> Result<web::Json<Released>, ApiError> {
    let host = find(&app, &host).await?;
    let assignment = app.assignments.get(&host.id).await?;
    let released = app.installs.release(&host.id, OPERATOR).await?;
    if let Some(assignment) = assignment {
        app.fronts.refresh(&assignment.cluster, OPERATOR).await?;
    }
    app.progress.changed(&host.id);
    let disks = match released.wrote {
        Some(arming) => format!(
            "no disk was touched: {} still holds what was installed as {}, with the keys of its cluster, and a machine that boots it \
             is that node again; wipe that disk where this is not wanted",
            arming.target,
            arming.words()
        ),
        None => "no disk was touched: all of them are as they were".to_owned(),
    };
    Ok(web::Json(Released { host: released.name, disks }))
}

async fn order(app: &App, asked: ToArm) -> Result<(Order, BTreeMap<Id, Vec<String>>), ApiError> {
    if asked.hosts.is_empty() {
        return Err(ApiError::BadRequest("no host was named".to_owned()));
    }
    let wipe = asked.wipe.map(|typed| typed.trim().to_owned());
    if wipe.as_ref().is_some_and(|typed| typed.is_empty() || typed.chars().count() > TYPED) {
        return Err(ApiError::BadRequest(
            "what may be lost is named by the serial number or WWN of its disk".to_owned(),
        ));
    }
    let mut hosts = Vec::with_capacity(asked.hosts.len());
    let mut incidents = BTreeMap::new();
    for name in asked.hosts {
        let host = find(app, &name).await?;
        incidents.insert(host.id.clone(), critical(app, &host.id).await?);
        hosts.push(host.id);
    }
    Ok((Order { hosts, occasion: asked.occasion, wipe }, incidents))
}

/// Where the disk that is written is not the one that the BIOS starts first, its boot script leaves to the BIOS.
async fn leave_by_exit(app: &App, host: &ArmPlan) -> Result<(), ApiError> {
    let (version, options) = app.control.options(&host.host);
    if host.leaves_by_exit.is_some() && options.local_disk != LocalDisk::Exit {
        let options = HostOptions { local_disk: LocalDisk::Exit, ..options };
        app.control.set_options(&host.host, &host.name, version, options, OPERATOR).await?;
    }
    Ok(())
}

/// Whoever arms it wants it to boot, whatever its boots were before. It is armed whether or not that can be written: then its
/// machine is held, and an operator sees why.
async fn let_go(app: &App, host: &ArmPlan) {
    let macs = host.node.iter().flat_map(|node| node.machine.macs.iter().copied()).collect::<Vec<_>>();
    match app.control.release(&macs, &host.name, OPERATOR).await {
        Ok(_) | Err(ControlError::NotHeld(_)) => {}
        Err(error) => tracing::error!(host.name = %host.name, %error, "a held machine could not be released"),
    }
}
