//! Services: how they stand, whether they would take up what is saved, and making them do so. A `saved` and an `ok` prove
//! little: only the state afterwards does.

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::client::Session;
use super::table;
use super::text::shown;
use crate::error::GatewayError;
use crate::object::Service;
use crate::reading::ServiceState;

/// So often must a service be seen running one after the other: the old process may still run when the first look is taken.
const SEEN_RUNNING: u32 = 2;

impl Session<'_> {
    /// How a service stands. The packet filter is asked for in the configuration.
    pub(super) async fn state(&self, service: Service) -> Result<ServiceState, GatewayError> {
        let Some(actions) = table::service(service) else { return Ok(ServiceState::Running) };
        match self.get(&format!("{actions}/status")).await {
            Ok(answer) => Ok(state(&answer)),
            Err(GatewayError::Absent { .. }) => Ok(ServiceState::Absent),
            Err(error) => Err(error),
        }
    }

    /// Whether it would take up what is saved. Only the load balancer can be asked.
    pub(super) async fn check(&self, service: Service) -> Result<(), GatewayError> {
        if service != Service::Haproxy {
            return Ok(());
        }
        let answer = self.get("haproxy/service/configtest").await?;
        match alerts(answer.get("result").and_then(Value::as_str).unwrap_or_default()) {
            None => Ok(()),
            Some(reason) => {
                Err(GatewayError::Refused { object: "haproxy's new configuration".into(), reason })
            }
        }
    }

    /// Lets it take up what is saved, and waits until it runs.
    pub(super) async fn activate(&self, service: Service) -> Result<ServiceState, GatewayError> {
        let waits = self.client.waits;
        let Some(actions) = table::service(service) else { return self.apply_filter().await };
        self.post_within(&format!("{actions}/reconfigure"), &json!({}), waits.reconfigure).await?;
        self.wait_until_running(service).await?;
        if service == Service::Haproxy && self.undeployed().await? > 0 {
            return Err(GatewayError::Down {
                service,
                reason: "it goes on with its old configuration and has refused the new one: see Services › HAProxy › \
                         Settings › Test syntax"
                    .into(),
            });
        }
        Ok(ServiceState::Running)
    }

    async fn apply_filter(&self) -> Result<ServiceState, GatewayError> {
        let limit = self.client.waits.reconfigure;
        let answer = self.post_within("firewall/filter/apply", &json!({}), limit).await?;
        let status = shown(answer.get("status").and_then(Value::as_str).unwrap_or_default());
        if status.eq_ignore_ascii_case("ok") {
            return Ok(ServiceState::Running);
        }
        let reason = format!("loading its rules ended with \"{status}\"");
        Err(GatewayError::Down { service: Service::Firewall, reason })
    }

    async fn wait_until_running(&self, service: Service) -> Result<(), GatewayError> {
        let waits = self.client.waits;
        let deadline = Instant::now() + waits.running;
        let (mut seen, mut last) = (0, ServiceState::Unknown);
        loop {
            match self.state(service).await {
                Ok(ServiceState::Disabled) => {
                    let reason = "it is switched off, so nothing takes up what was saved".to_owned();
                    return Err(GatewayError::Down { service, reason });
                }
                Ok(state) => {
                    last = state;
                    seen = if state == ServiceState::Running { seen + 1 } else { 0 };
                }
                // While its services start, the firewall may be slow to answer.
                Err(GatewayError::Unreachable { .. } | GatewayError::Answer { .. })
                    if Instant::now() < deadline =>
                {
                    seen = 0;
                }
                Err(error) => return Err(error),
            }
            if seen >= SEEN_RUNNING {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(GatewayError::Down { service, reason: not_up(last, waits.running.as_secs()) });
            }
            sleep(waits.poll).await;
        }
    }

    /// How many lines of the load balancer's saved configuration differ from the one in force. What they are is not told: a
    /// configuration holds passwords. The saved one is rendered by the check, which must come before.
    pub(super) async fn undeployed(&self) -> Result<usize, GatewayError> {
        let answer = self.get("haproxy/export/diff").await?;
        Ok(differing(answer.get("response").and_then(Value::as_str).unwrap_or_default()))
    }
}

fn not_up(state: ServiceState, secs: u64) -> String {
    match state {
        ServiceState::Stopped => {
            format!(
                "it was told of its new configuration and is not up after {secs} s: it does not take that"
            )
        }
        state => format!("after {secs} s its state is still \"{}\"", word(state)),
    }
}

const fn word(state: ServiceState) -> &'static str {
    match state {
        ServiceState::Running => "running, now and then",
        ServiceState::Stopped => "stopped",
        ServiceState::Disabled => "disabled",
        ServiceState::Absent => "not installed",
        ServiceState::Unknown => "unknown",
    }
}

fn state(answer: &Value) -> ServiceState {
    match answer.get("status").and_then(Value::as_str) {
        Some("running") => ServiceState::Running,
        Some("stopped") => ServiceState::Stopped,
        Some("disabled") => ServiceState::Disabled,
        _ => ServiceState::Unknown,
    }
}

/// The lines that say why a configuration is not taken.
fn alerts(said: &str) -> Option<String> {
    let lines: Vec<&str> = said.lines().filter(|line| line.contains("[ALERT]")).collect();
    (!lines.is_empty()).then(|| shown(&lines.join(" ")))
}

/// Lines that are added or removed, in a `diff -u`.
fn differing(diff: &str) -> usize {
    let changed =
        |line: &&str| line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---");
    diff.lines().filter(changed).count().max(usize::from(!diff.trim().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_what_is_said_and_nothing_else() {
        for (said, expected) in [
            ("running", ServiceState::Running),
            ("stopped", ServiceState::Stopped),
            ("disabled", ServiceState::Disabled),
            ("unkown", ServiceState::Unknown),
        ] {
            assert_eq!(state(&json!({"status": said, "widget": {}})), expected);
        }
        assert_eq!(state(&json!([])), ServiceState::Unknown);
    }

    #[test]
    fn warnings_pass_and_alerts_do_not() {
        let warned = "[NOTICE] (1504) : haproxy version is 3.2.0\n[WARNING] (1504) : dangerous\nWarnings were found.\n";
        for good in ["", "Configuration file is valid", warned] {
            assert_eq!(alerts(good), None);
        }
        let bad =
            format!("{warned}[ALERT] (1) : Proxy 'a': duplicate\n\u{1b}[0m[ALERT] (1) : Fatal errors\n");
        assert_eq!(alerts(&bad).unwrap(), "[ALERT] (1) : Proxy 'a': duplicate [0m[ALERT] (1) : Fatal errors");
    }

    #[test]
    fn an_empty_difference_is_deployed() {
        assert_eq!((differing("\n\n"), differing("")), (0, 0));
        assert_eq!(differing("--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n same\n"), 2);
        assert_eq!(differing("only in staging"), 1);
    }
}
