//! Clusters, as a terminal shows them.

use okd::cluster::Node;

use crate::api::v1::clusters::{Shown, Standing};
use crate::cli::output::{or_dash, table};
use crate::format;
use crate::pages::clusters::front;

pub(super) fn list(all: &[Shown]) -> String {
    let rows = all.iter().map(|shown| {
        let cluster = &shown.cluster;
        let can: Vec<&str> = shown
            .roles
            .iter()
            .filter(|standing| standing.refused.is_none())
            .map(|standing| standing.role.as_str())
            .collect();
        let can = match (shown.roles.is_empty(), can.is_empty()) {
            (true, _) => "configs wiped".to_owned(),
            (false, true) => "nothing: too old".to_owned(),
            (false, false) => can.join(", "),
        };
        [
            cluster.name.to_string(),
            cluster.domain(),
            can,
            or_dash(cluster.image.as_ref().map(|image| &image.build)),
            shown.nodes.len().to_string(),
        ]
    });
    table(["cluster", "domain", "can be installed", "boot image", "nodes"], rows)
}

pub(super) fn one(shown: &Shown) -> String {
    let cluster = &shown.cluster;
    let image = cluster.image.as_ref();
    let image = image.map_or_else(
        || format!("none yet: muster cluster set {} --stream FILE", cluster.name),
        |image| format!("CoreOS {} for {}", image.build, image.arch.name()),
    );
    let reached = cluster.front.as_ref().map_or_else(|| "no gateway is told of it".to_owned(), front);
    let mut text = format!(
        "{} ({})\ninstaller's id {}, Ignition {}\nnodes boot     {image}\nreached        {reached}\n\n",
        cluster.name,
        cluster.domain(),
        cluster.infra_id,
        cluster.spec
    );
    match cluster.wiped_at {
        Some(at) => text.push_str(&format!("its configs were wiped at {}\n", format::moment(at))),
        None => text.push_str(&table(["role", "may begin until"], shown.roles.iter().map(role))),
    }
    for why in shown.roles.iter().filter_map(|standing| standing.refused.as_ref()) {
        text.push_str(&format!("\nnote: {why}"));
    }
    for words in shown.gateway.sentences() {
        text.push_str(&format!("\nnote: {}", format::line(&words, 2000)));
    }
    if !shown.nodes.is_empty() {
        text.push_str("\n\n");
        text.push_str(&table(["node", "role", "state", "host"], shown.nodes.iter().map(node)));
    }
    text
}

fn role(standing: &Standing) -> [String; 2] {
    let until = format::moment(standing.begin_by);
    let until = if standing.refused.is_some() { format!("{until} (not now)") } else { until };
    [standing.role.to_string(), until]
}

fn node(node: &Node) -> [String; 4] {
    [node.hostname.to_string(), node.role.to_string(), node.state.to_string(), node.name.clone()]
}
