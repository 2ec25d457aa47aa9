//! `muster host claims`, `muster host settle`: what unproven sources said of hosts.

use hosts::{Claim, Verdict};
use inventory::{Clock as _, SystemClock};

use crate::api::v1::claims::Settle;
use crate::cli::client::Client;
use crate::cli::output::{Format, ago, print_text, table};
use crate::links::escape;

pub(super) async fn list(all: bool, client: &Client, output: Format) -> anyhow::Result<()> {
    let claims: Vec<Claim> = client.get(&format!("/api/v1/claims?settled={all}")).await?;
    output.print(&claims, |claims| {
        if claims.is_empty() {
            return "no claims".to_owned();
        }
        let now = SystemClock.now();
        let rows = claims.iter().map(|claim| {
            let state = claim.settled.as_ref().map(|settled| format!("settled by {}", settled.by));
            [
                claim.host.to_string(),
                claim.source.clone(),
                claim.reason.clone(),
                format!("{} ago", ago(claim.last_at, now)),
                state.unwrap_or_else(|| "open".to_owned()),
                claim.id.to_string(),
            ]
        });
        table(["host", "from", "why it was not taken", "said", "state", "claim"], rows)
    })
}

pub(super) async fn settle(claim: &str, verdict: Verdict, client: &Client) -> anyhow::Result<()> {
    let () = client.post(&format!("/api/v1/claims/{}/settle", escape(claim)), &Settle { verdict }).await?;
    print_text(&format!("claim {claim} is settled"));
    Ok(())
}

pub(super) fn parse_verdict(text: &str) -> Result<Verdict, String> {
    serde_json::from_value(text.into()).map_err(|_| "expected accepted, separate or dismissed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_one_of_three_words() {
        for (text, verdict) in [
            ("accepted", Verdict::Accepted),
            ("separate", Verdict::Separate),
            ("dismissed", Verdict::Dismissed),
        ] {
            assert_eq!(parse_verdict(text), Ok(verdict));
        }
        assert!(parse_verdict("yes").unwrap_err().contains("separate"));
    }
}
