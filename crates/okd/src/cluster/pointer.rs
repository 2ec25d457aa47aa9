//! A pointer: the config of a role that tells its machine no more than where its cluster hands the real one out. Pure.

use gateway::wish::{DomainName, Label};

use super::ignition::Document;
use crate::role::Role;

/// Whether this is the role's pointer, for this cluster.
///
/// # Errors
/// What it is instead, in words.
pub(super) fn check(
    document: &Document,
    role: Role,
    name: &Label,
    domain: &DomainName,
) -> Result<(), String> {
    let [source] = document.merged_from.as_slice() else {
        return Err(format!(
            "it is merged from {} places, and a pointer from one",
            document.merged_from.len()
        ));
    };
    let address = source.strip_prefix("https://").and_then(|rest| rest.split_once('/'));
    let Some((server, path)) = address else {
        return Err(
            "it does not point to its cluster's machine-config server (https://…/config/…)".to_owned()
        );
    };
    let pool = path.split('?').next().and_then(|path| path.strip_prefix("config/"));
    let expected = pool_of(role);
    if pool != Some(expected) {
        let path: String = path.chars().filter(|c| c.is_ascii_graphic()).take(64).collect();
        return Err(format!(
            "it points to /{path}, and {expected}'s to /config/{expected}: were files renamed?"
        ));
    }
    let host = server.rsplit_once(':').map_or(server, |(host, _)| host);
    let wanted = format!("api-int.{name}.{domain}");
    // Where the installer was told of a platform with addresses of its own, an address stands here.
    if host.starts_with('[')
        || host.parse::<std::net::Ipv4Addr>().is_ok()
        || host.eq_ignore_ascii_case(&wanted)
    {
        return Ok(());
    }
    let host: String = host.chars().filter(|c| c.is_ascii_graphic()).take(255).collect();
    Err(format!(
        "it points to {host}, and that of {name}.{domain} would be {wanted}: is it another cluster's?"
    ))
}

/// The pool of machine configs that a role's machines take theirs from.
const fn pool_of(role: Role) -> &'static str {
    match role {
        Role::Bootstrap | Role::ControlPlane => "master",
        Role::Worker => "worker",
    }
}
