//! What stands in a machine's documents, and what it says by that.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::path_of;
use crate::reach::Reach;

/// By what a machine says how far it is: the address that its document gave it.
#[derive(Debug, Clone)]
pub(crate) struct Voice {
    pub(crate) path: String,
}

impl Voice {
    /// That of this document, the live system's or the node's.
    pub(crate) fn of(document: &str) -> Self {
        let settings = file_in(document, "/etc/muster-install/home.curl");
        let url = settings.lines().find_map(|line| line.strip_prefix("url = \"")).unwrap();
        Self { path: path_of(url.trim_end_matches('"')) }
    }

    /// Posts a form; answers the status.
    pub(crate) async fn posts(&self, server: &Reach, form: String) -> StatusCode {
        let sent = server.request(Method::POST, &self.path).body(form);
        let sent = sent.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
        sent.status()
    }

    /// Says a step that went well; `more` are further fields of the form.
    pub(crate) async fn says(&self, server: &Reach, step: &str, more: &str) {
        let status = self.posts(server, format!("step={step}&failed=0{more}")).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{step}");
    }

    /// Says that a step failed, with the last lines of a log.
    pub(crate) async fn says_failed(&self, server: &Reach, step: &str, log: &str) {
        let words: String = log.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let status = self.posts(server, format!("step={step}&failed=1&percent=&words={words}")).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{step}");
    }
}

/// The ticket by which the installed system's agent proves who it is.
pub(crate) fn enrolment_ticket(document: &str) -> String {
    let settings = file_in(document, "/etc/muster-agent/agent.env");
    settings.split("MUSTER_TICKET='").nth(1).unwrap().split('\'').next().unwrap().to_owned()
}

/// What a file holds that an Ignition document writes.
pub(crate) fn file_in(document: &str, path: &str) -> String {
    let document: Value = serde_json::from_str(document).unwrap();
    let files = document["storage"]["files"].as_array().unwrap();
    let file = files.iter().find(|file| file["path"] == path).unwrap_or_else(|| panic!("no {path}"));
    let source = file["contents"]["source"].as_str().unwrap();
    decoded(source.strip_prefix("data:,").unwrap_or_else(|| panic!("{source}")))
}

/// Without the `%XX` of a URL.
fn decoded(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next().unwrap().as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(&piece[..2], 16).unwrap());
        bytes.extend_from_slice(&piece.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}
