//! Somebody at the firewall's own pages, who does what the pages do.

use serde_json::Value;

use crate::config::Config;
use crate::request::Request;
use crate::route;
use crate::state::{Caller, State};
use crate::user::User;

/// A person who is logged in, may do everything, and is nobody whom a key belongs to.
pub struct Desk<'a> {
    state: &'a mut State,
    caller: Caller,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(state: &'a mut State, name: &str) -> Self {
        let caller = Caller { user: User::new(name, &["page-all"]), peer: "192.168.1.77".to_owned() };
        Self { state, caller }
    }

    /// Posts what a page posts; status and answer.
    pub fn post(&mut self, path: &str, body: &Value) -> (u16, Value) {
        self.ask("POST", path, body)
    }

    /// Gets what a page gets; status and answer.
    pub fn get(&mut self, path: &str) -> (u16, Value) {
        self.ask("GET", path, &Value::Null)
    }

    fn ask(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            content_type: "application/json".to_owned(),
            measured: true,
            body: body.to_string().into_bytes(),
            ..Request::default()
        };
        let answer = route::dispatch(self.state, &self.caller, &request);
        (answer.status, serde_json::from_str(&answer.body).unwrap_or(Value::String(answer.body)))
    }

    /// The configuration as it is.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.state.config
    }

    /// Writes into the file itself, as with an editor: nothing is checked, nothing is written into the history.
    pub fn by_hand(&mut self, write: impl FnOnce(&mut Config)) {
        write(&mut self.state.config);
    }
}
