//! `/clusters`: which there are, what can still be installed by their configs, and their nodes. Nothing is changed from here.

use actix_web::{HttpResponse, web};
use askama::Template;
use okd::cluster::Front;

use super::hosts::state_class;
use super::page;
use crate::api::problem::ApiError;
use crate::api::v1::clusters::{Shown, all, of};
use crate::app::App;
use crate::format;

#[derive(Template)]
#[template(path = "clusters.html")]
struct Clusters {
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "cluster.html")]
struct Cluster {
    row: Row,
    facts: Vec<(&'static str, String)>,
    roles: Vec<Role>,
    nodes: Vec<Node>,
}

struct Row {
    name: String,
    domain: String,
    badge: &'static str,
    state: String,
    image: String,
    nodes: usize,
}

struct Role {
    role: &'static str,
    size: String,
    begin_by: String,
    badge: &'static str,
    words: String,
}

struct Node {
    host: String,
    name: String,
    hostname: String,
    role: &'static str,
    badge: &'static str,
    state: &'static str,
}

/// `GET /clusters`.
///
/// # Errors
/// The database's.
pub async fn list(app: web::Data<App>) -> Result<HttpResponse, ApiError> {
    page(&Clusters { rows: all(&app).await?.iter().map(Row::of).collect() })
}

/// `GET /clusters/{cluster}`.
///
/// # Errors
/// 404 for a cluster that is not known.
pub async fn show(app: web::Data<App>, name: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let shown = of(&app, &name).await?;
    page(&Cluster { row: Row::of(&shown), facts: facts(&shown), roles: roles(&shown), nodes: nodes(&shown) })
}

impl Row {
    fn of(shown: &Shown) -> Self {
        let refused = shown.roles.iter().filter(|standing| standing.refused.is_some()).count();
        let (badge, state) = match (shown.roles.len(), refused) {
            (0, _) => ("", "configs wiped"),
            (_, 0) => ("good", "can be installed"),
            (all, refused) if refused < all => ("warn", "workers only"),
            _ => ("bad", "too old to be installed"),
        };
        Self {
            name: shown.cluster.name.to_string(),
            domain: shown.cluster.domain(),
            badge,
            state: state.to_owned(),
            image: image(shown),
            nodes: shown.nodes.len(),
        }
    }
}

fn image(shown: &Shown) -> String {
    let image = shown.cluster.image.as_ref();
    image.map_or_else(|| "none chosen".to_owned(), |it| format!("CoreOS {} ({})", it.build, it.arch.name()))
}

fn facts(shown: &Shown) -> Vec<(&'static str, String)> {
    let cluster = &shown.cluster;
    let front = cluster.front.as_ref().map_or_else(|| "no gateway is told of it".to_owned(), front);
    let mut facts = vec![
        ("Known to the installer as", cluster.infra_id.clone()),
        ("Its own id", cluster.cluster_id.clone()),
        ("Ignition", format!("specification {}", cluster.spec)),
        ("Nodes boot", image(shown)),
        ("Reached", front),
        ("At the gateway", at_gateway(shown)),
        ("Taken in", format::moment(cluster.created_at)),
    ];
    facts.extend(cluster.wiped_at.map(|at| ("Configs wiped", format::moment(at))));
    facts
}

/// How what it wants stands at its gateway.
fn at_gateway(shown: &Shown) -> String {
    let sentences = shown.gateway.sentences();
    match (&shown.gateway.gateway, sentences.is_empty()) {
        (None, _) => {
            format!("what its site must have is listed by muster cluster dns {}", shown.cluster.name)
        }
        (Some(_), true) => "all that it wants is applied".to_owned(),
        (Some(_), false) => format::line(&sentences.join(". "), 2000),
    }
}

/// Where a cluster is reached, on a line.
pub(crate) fn front(front: &Front) -> String {
    let inside: Vec<&str> = front.inside.iter().map(gateway::wish::InterfaceKey::as_str).collect();
    let ingress = front.ingress.filter(|ingress| *ingress != front.api);
    let ingress = ingress.map_or_else(String::new, |ingress| format!(", its ingress at {ingress}"));
    let whom =
        if front.everybody { "for everybody".to_owned() } else { format!("from {}", inside.join(", ")) };
    format!("its API at {}{ingress}, by the gateway {}, {whom}", front.api, front.gateway)
}

fn roles(shown: &Shown) -> Vec<Role> {
    let role = |standing: &crate::api::v1::clusters::Standing| Role {
        role: standing.role.as_str(),
        size: shown.cluster.config(standing.role).map_or_else(String::new, |it| format::bytes(it.size_bytes)),
        begin_by: format::moment(standing.begin_by),
        badge: if standing.refused.is_some() { "bad" } else { "good" },
        words: standing.refused.clone().unwrap_or_else(|| "can be installed".to_owned()),
    };
    shown.roles.iter().map(role).collect()
}

fn nodes(shown: &Shown) -> Vec<Node> {
    let node = |node: &okd::cluster::Node| Node {
        host: node.host.to_string(),
        name: node.name.clone(),
        hostname: node.hostname.to_string(),
        role: node.role.as_str(),
        badge: state_class(node.state),
        state: node.state.as_str(),
    };
    shown.nodes.iter().map(node).collect()
}
