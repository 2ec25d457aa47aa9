//! Subscriptions: who hears of which incidents. The matching is pure.

use inventory::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::incident::Incident;
use crate::provider::{ProviderUrl, Trouble};
use crate::rules::RuleId;
use crate::severity::Severity;
use crate::topic::Topic;

/// A subscription that is about to be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSubscription {
    /// What to call it.
    pub name: Id,
    /// Through which provider.
    pub provider: Id,
    /// To which topic.
    pub topic: Topic,
    /// Of incidents that are at least this bad.
    #[serde(default = "all")]
    pub min_severity: Severity,
    /// Of rules whose name begins so: `temp.`, `agent.missing`. Absent: all.
    #[serde(default)]
    pub rule_prefix: Option<String>,
    /// Of this host. Absent: all, and what concerns the whole site.
    #[serde(default)]
    pub host: Option<Id>,
}

fn all() -> Severity {
    Severity::Info
}

/// A subscription, and how it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// What it is called.
    pub name: Id,
    /// Through which provider.
    pub provider: Id,
    /// To which topic.
    pub topic: Topic,
    /// Of incidents that are at least this bad.
    pub min_severity: Severity,
    /// Of rules whose name begins so.
    pub rule_prefix: Option<String>,
    /// Of this host.
    pub host: Option<Id>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When a message last arrived.
    pub last_ok_at: Option<Timestamp>,
    /// Why one last did not.
    pub last_error: Option<String>,
    /// When that was.
    pub last_error_at: Option<Timestamp>,
    /// Why nothing can be sent to it as it is set up.
    pub trouble: Option<Trouble>,
    /// Messages that wait.
    pub waiting: i64,
    /// Since when the oldest of them waits.
    pub oldest_waiting_at: Option<Timestamp>,
    /// Messages that were given up.
    pub dead: i64,
}

impl NewSubscription {
    /// A prefix that no rule begins with, if it has one: nothing would ever be sent.
    pub(crate) fn useless_prefix(&self) -> Option<&str> {
        let prefix = self.rule_prefix.as_deref()?;
        let fits = RuleId::ALL.iter().any(|rule| rule.as_str().starts_with(prefix));
        (!fits).then_some(prefix)
    }
}

impl Subscription {
    /// Whether it hears of an incident like this, however bad it is.
    pub(crate) fn covers(&self, incident: &Incident) -> bool {
        let by_rule =
            self.rule_prefix.as_deref().is_none_or(|prefix| incident.rule.as_str().starts_with(prefix));
        let by_host = self.host.is_none() || self.host == incident.host;
        by_rule && by_host
    }

    /// What opens the topic in ntfy's app: for a link, and for a code to photograph.
    #[must_use]
    pub fn phone_link(&self, provider: &ProviderUrl) -> String {
        let insecure = if provider.as_url().scheme() == "http" { "?secure=false" } else { "" };
        format!("ntfy://{}/{}{insecure}", provider.authority(), self.topic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::IncidentState;

    fn subscription(rule_prefix: Option<&str>, host: Option<&str>) -> Subscription {
        Subscription {
            name: "me".parse().unwrap(),
            provider: "phone".parse().unwrap(),
            topic: "alerts".parse().unwrap(),
            min_severity: Severity::Info,
            rule_prefix: rule_prefix.map(str::to_owned),
            host: host.map(|host| host.parse().unwrap()),
            created_at: Timestamp(0),
            last_ok_at: None,
            last_error: None,
            last_error_at: None,
            trouble: None,
            waiting: 0,
            oldest_waiting_at: None,
            dead: 0,
        }
    }

    fn incident(rule: RuleId, host: Option<&str>) -> Incident {
        Incident {
            id: "i".parse().unwrap(),
            rule,
            host: host.map(|host| host.parse().unwrap()),
            host_name: String::new(),
            place: None,
            component: String::new(),
            severity: Severity::Warn,
            state: IncidentState::Open,
            transition: 1,
            title: String::new(),
            ending: None,
            text: String::new(),
            opened_at: Timestamp(0),
            changed_at: Timestamp(0),
            resolved_at: None,
        }
    }

    #[test]
    fn it_hears_by_rule_and_by_host() {
        let nvme = incident(RuleId::TempNvme, Some("a"));
        let site = incident(RuleId::HostsUnapproved, None);
        for (prefix, host, hears_nvme, hears_site) in [
            (None, None, true, true),
            (Some("temp."), None, true, false),
            (Some("hosts"), None, false, true),
            (None, Some("a"), true, false),
            (None, Some("b"), false, false),
        ] {
            let subscription = subscription(prefix, host);
            assert_eq!(subscription.covers(&nvme), hears_nvme, "{prefix:?} {host:?}");
            assert_eq!(subscription.covers(&site), hears_site, "{prefix:?} {host:?}");
        }
    }

    #[test]
    fn a_prefix_that_no_rule_has_is_found() {
        let with = |prefix: &str| NewSubscription {
            name: "me".parse().unwrap(),
            provider: "phone".parse().unwrap(),
            topic: "alerts".parse().unwrap(),
            min_severity: Severity::Info,
            rule_prefix: Some(prefix.to_owned()),
            host: None,
        };
        assert_eq!(with("tmp").useless_prefix(), Some("tmp"));
        assert_eq!(with("temp").useless_prefix(), None);
    }

    #[test]
    fn the_phones_link_says_whether_it_is_secure() {
        let link = |url: &str| subscription(None, None).phone_link(&url.parse().unwrap());
        assert_eq!(link("https://ntfy.example.org"), "ntfy://ntfy.example.org/alerts");
        assert_eq!(link("http://10.0.0.1:2586"), "ntfy://10.0.0.1:2586/alerts?secure=false");
    }
}
