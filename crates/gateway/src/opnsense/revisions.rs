//! The changes of the configuration, as OPNsense keeps them: each save is one, with who made it and through which page.

use serde_json::Value;

use super::client::Session;
use super::table;
use super::text::shown;
use super::written::{api_path, own_id};
use crate::error::GatewayError;
use crate::object::Service;
use crate::reading::{Revision, Since};

/// Revisions that are looked at; OPNsense keeps a hundred, if it is not told otherwise.
const MAX_REVISIONS: usize = 10_000;

impl Session<'_> {
    /// All that are kept, newest first.
    pub(super) async fn revisions(&self) -> Result<Vec<Revision>, GatewayError> {
        Ok(revisions(&self.get("core/backup/backups/this").await?))
    }

    /// Those since that one, oldest first, and which are this client's own.
    pub(super) async fn since(&self, from: &Revision) -> Result<Vec<Since>, GatewayError> {
        let revisions = since(self.revisions().await?, from);
        let ours = self.client.written().ours(&from.id, &revisions);
        Ok(revisions.into_iter().zip(ours).map(|(revision, ours)| Since { revision, ours }).collect())
    }
}

/// Newest first, as they are printed.
fn revisions(answer: &Value) -> Vec<Revision> {
    let items = answer.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .take(MAX_REVISIONS)
        .filter_map(|item| {
            let text = |field: &str| Some(shown(item.get(field)?.as_str()?));
            let seconds = text("time")?;
            Some(Revision {
                id: text("id")?,
                by: text("username").unwrap_or_default(),
                what: text("description").unwrap_or_default(),
                at_secs: seconds.split('.').next()?.parse().ok()?,
            })
        })
        .collect()
}

/// Those after that one, oldest first. One that is kept no more is older than all that are, by its time.
fn since(newest_first: Vec<Revision>, from: &Revision) -> Vec<Revision> {
    let known = newest_first.iter().any(|revision| revision.id == from.id);
    let mut since: Vec<Revision> = newest_first
        .into_iter()
        .take_while(|revision| if known { revision.id != from.id } else { revision.at_secs >= from.at_secs })
        .collect();
    since.reverse();
    since
}

/// Changes of a service by others that may not be in force yet, as a sentence. OPNsense does not say whether they are: it notes
/// when something was saved and not when it was applied. Muster applies what it saves, so what is older than its own last change
/// of the service, or than `activated`, is in force.
pub(super) fn perhaps_unapplied(
    newest_first: &[Revision],
    service: Service,
    activated: Option<&str>,
) -> Option<String> {
    let musters = |revision: &&Revision| own_id(&revision.what).is_some();
    let we: Vec<&str> = newest_first.iter().filter(musters).map(|revision| revision.by.as_str()).collect();
    // Settings have no id of ours: they are ours where our other changes come from.
    let own = |revision: &&Revision| {
        let settings = api_path(&revision.what).is_some_and(|path| path.ends_with("/settings/set"));
        musters(revision) || (settings && we.contains(&revision.by.as_str()))
    };
    let foreign: Vec<&Revision> = newest_first
        .iter()
        .take_while(|revision| activated != Some(revision.id.as_str()))
        .filter(|revision| concerns(&revision.what, service))
        .take_while(|revision| !own(revision))
        .collect();
    let last = foreign.first()?;
    let count = match foreign.len() {
        1 => "one change".to_owned(),
        many => format!("{many} changes"),
    };
    let through = api_path(&last.what).unwrap_or(&last.what);
    let since = if we.is_empty() && activated.is_none() { "" } else { " since Muster's own last one" };
    Some(format!(
        "{count} of {service} by others{since}, the newest by {} ({through}). OPNsense does not say \
         whether that was applied",
        last.by
    ))
}

/// Whether a change was made to what this service takes up.
fn concerns(what: &str, service: Service) -> bool {
    match table::service(service) {
        // The packet filter has an older page beside the API.
        None => what.starts_with("/api/firewall/") || what.starts_with("/firewall_"),
        Some(actions) => {
            let module = actions.split('/').next().unwrap_or_default();
            api_path(what).is_some_and(|path| path.split('/').next() == Some(module))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn revision(at_secs: i64, by: &str, what: &str) -> Revision {
        Revision { id: format!("config-{at_secs}.xml"), by: by.into(), what: what.into(), at_secs }
    }

    #[test]
    fn revisions_are_read_and_what_is_none_is_left_out() {
        let answer = json!({"items": [
            {"time": "1795252062.63", "description": "/api/a made\nchanges", "username": "root@127.0.0.1", "filesize": 1, "id": "config-1795252062.6298.xml"},
            {"time": "x", "id": "config-2.xml"}, {"id": "config-3.xml"}, 7, {"time": "12", "id": "config-4.xml"},
        ]});
        let read = revisions(&answer);
        let shown: Vec<String> =
            read.iter().map(|r| format!("{} {} {} {}", r.id, r.at_secs, r.by, r.what)).collect();
        assert_eq!(
            shown,
            ["config-1795252062.6298.xml 1795252062 root@127.0.0.1 /api/a made changes", "config-4.xml 12  "]
        );
        assert_eq!(revisions(&json!([])), []);
    }

    #[test]
    fn what_came_after_is_told_oldest_first_also_where_that_one_is_kept_no_more() {
        let all: Vec<Revision> = [5, 4, 3, 2].iter().map(|at| revision(*at, "", "")).collect();
        let after = |from: i64| -> Vec<i64> {
            since(all.clone(), &revision(from, "", "")).iter().map(|revision| revision.at_secs).collect()
        };
        assert_eq!((after(5), after(3), after(1)), (vec![], vec![4, 5], vec![2, 3, 4, 5]));
    }

    #[test]
    fn changes_by_others_since_our_last_are_said_and_older_ones_are_in_force() {
        let own = "/api/dnsmasq/settings/setBoot/74738ff5-5367-5958-9aee-98fffdcd1876 made changes";
        let theirs = "/api/dnsmasq/settings/addHost made changes";
        let other = "/api/unbound/settings/set made changes";
        let all = |whats: &[&str]| -> Vec<Revision> {
            whats
                .iter()
                .enumerate()
                .map(|(at, what)| revision(100 - i64::try_from(at).unwrap(), "root@10.0.0.9", what))
                .collect()
        };
        let said = |whats: &[&str], activated| perhaps_unapplied(&all(whats), Service::Dnsmasq, activated);
        let sentence = said(&[other, theirs, theirs, own, theirs], None).unwrap();
        assert!(
            sentence.starts_with("2 changes of dnsmasq by others")
                && sentence.contains("root@10.0.0.9 (dnsmasq/settings/addHost)"),
            "{sentence}"
        );
        assert!(sentence.contains("since Muster's own last one"), "{sentence}");
        assert!(said(&[theirs], None).unwrap().starts_with("one change of dnsmasq by others, the newest by"));
        assert_eq!(said(&[own, theirs], None), None);
        assert_eq!(said(&[other], None), None);
        assert_eq!(said(&[theirs], Some("config-100.xml")), None);
        assert!(said(&[theirs, theirs], Some("config-99.xml")).unwrap().starts_with("one change"));
        let set = |by| revision(3, by, "/api/dnsmasq/settings/set made changes");
        let by = |by| [revision(4, "alice@x", theirs), set(by), revision(2, "muster@x", own)];
        assert!(
            perhaps_unapplied(&by("muster@x"), Service::Dnsmasq, None).unwrap().starts_with("one change")
        );
        assert!(perhaps_unapplied(&by("alice@x"), Service::Dnsmasq, None).unwrap().starts_with("2 changes"));
        let rules = [revision(1, "root@x", "/firewall_rules_edit.php made changes")];
        assert!(perhaps_unapplied(&rules, Service::Firewall, None).is_some());
    }
}
