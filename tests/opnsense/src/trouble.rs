//! What can go wrong, and with which requests.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::desk::Desk;
use crate::request::{Answer, page};

/// Which requests.
#[derive(Debug, Clone)]
pub struct When {
    method: Option<&'static str>,
    path: String,
    from: usize,
    times: usize,
}

impl When {
    /// Those whose path behind `/api/` fits; `*` stands for anything, at any place.
    #[must_use]
    pub fn path(pattern: &str) -> Self {
        Self { method: None, path: pattern.to_owned(), from: 1, times: usize::MAX }
    }

    /// All requests that write: POSTs of `add…`, `set…`, `del…`, `toggle…` and `revert…`.
    #[must_use]
    pub fn writing() -> Self {
        Self { method: Some("WRITE"), ..Self::path("*") }
    }

    /// Only those by POST.
    #[must_use]
    pub fn post(self) -> Self {
        Self { method: Some("POST"), ..self }
    }

    /// From the one of that number on, counted from 1.
    #[must_use]
    pub fn nth(self, from: usize) -> Self {
        Self { from, ..self }
    }

    /// So many times only.
    #[must_use]
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// A single time.
    #[must_use]
    pub fn once(self) -> Self {
        self.times(1)
    }

    fn fits(&self, method: &str, path: &str) -> bool {
        let method_fits = match self.method {
            None => true,
            Some("WRITE") => method == "POST" && writes(path),
            Some(wanted) => wanted == method,
        };
        // `setBoot` and `set_boot` are one.
        let plain = |text: &str| text.replace('_', "").to_lowercase();
        method_fits && glob(&plain(&self.path), &plain(path))
    }
}

/// Whether a POST to it changes the configuration.
pub(crate) fn writes(path: &str) -> bool {
    let action = path.split('/').nth(2).unwrap_or_default();
    ["add", "set", "del", "toggle", "revert"].iter().any(|verb| action.starts_with(verb))
}

fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(tail) = text.strip_prefix(head) else { return false };
    tail.char_indices()
        .map(|(at, _)| at)
        .chain([tail.len()])
        .any(|at| tail.get(at..).is_some_and(|tail| glob(rest, tail)))
}

/// Somebody's hand, at work while a request is answered.
pub type Hand = Box<dyn FnMut(&mut Desk<'_>) + Send>;

/// What goes wrong.
pub enum Trouble {
    /// It takes that much longer.
    Delay(Duration),
    /// It is never answered, and not done.
    Hang,
    /// It is done, and never answered.
    HangAfter,
    /// The connection ends before it is done.
    DropBefore,
    /// The connection ends after it was done, without an answer.
    DropAfter,
    /// The status, and a page as a proxy or the web server makes it.
    Html(u16),
    /// The status, with the body that OPNsense sends with it: 302, 401, 403, 404, 411 or 500.
    Status(u16),
    /// It is answered as saved, and somebody else's save wipes it out.
    LostUpdate,
    /// There is no room for the file.
    DiskFull,
    /// Somebody does something before.
    Before(Hand),
    /// Somebody does something after.
    After(Hand),
    /// The firewall goes down instead of doing it, and comes up again after that long. What is saved is saved.
    Restart(Duration),
}

/// One trouble, and how often it was near.
pub(crate) struct Armed {
    when: When,
    what: Arc<Mutex<Trouble>>,
    seen: usize,
    struck: usize,
}

impl Armed {
    pub(crate) fn new(when: When, what: Trouble) -> Self {
        Self { when, what: Arc::new(Mutex::new(what)), seen: 0, struck: 0 }
    }

    /// What strikes this request.
    pub(crate) fn strikes(&mut self, method: &str, path: &str) -> Option<Arc<Mutex<Trouble>>> {
        if !self.when.fits(method, path) {
            return None;
        }
        self.seen += 1;
        let strikes = self.seen >= self.when.from && self.struck < self.when.times;
        self.struck += usize::from(strikes);
        strikes.then(|| Arc::clone(&self.what))
    }
}

/// An answer that is there before anybody is asked.
pub(crate) fn canned(what: &Trouble, path: &str) -> Option<Answer> {
    Some(match what {
        Trouble::Html(status) => Answer::html(*status, &page(&format!("{status} Something Else"))),
        Trouble::Status(302) => Answer::login(path),
        Trouble::Status(401) => Answer::refused(401, "Authentication Failed"),
        Trouble::Status(403) => Answer::refused(403, "Forbidden"),
        Trouble::Status(404) => Answer::not_found(),
        Trouble::Status(411) => Answer::length_required(),
        Trouble::Status(500) => Answer::unexpected(),
        Trouble::Status(other) => Answer::refused(*other, "Something Else"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_strikes_from_the_nth_that_fits_and_as_often_as_told() {
        let when = When::path("dnsmasq/settings/*Boot*").post().nth(2).times(2);
        let mut armed = Armed::new(when, Trouble::Hang);
        let path = "dnsmasq/settings/setBoot/1";
        assert!(armed.strikes("GET", path).is_none());
        assert!(armed.strikes("POST", "dnsmasq/settings/setHost/1").is_none());
        let struck: Vec<bool> = (0..5).map(|_| armed.strikes("POST", path).is_some()).collect();
        assert_eq!(struck, [false, true, true, false, false]);
    }

    #[test]
    fn writes_are_known_by_their_names() {
        let when = When::writing();
        assert!(
            when.fits("POST", "haproxy/settings/addServer")
                && when.fits("POST", "core/backup/revertBackup/x")
        );
        assert!(
            !when.fits("POST", "dnsmasq/settings/searchHost") && !when.fits("GET", "haproxy/settings/set")
        );
    }
}
