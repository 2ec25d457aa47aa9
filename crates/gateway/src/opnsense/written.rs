//! Which changes of the configuration are this client's own. OPNsense notes with each who made it and through which URL; nothing
//! else tells them apart.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::object::Service;
use crate::reading::Revision;

/// The URLs that this client wrote to, oldest first, and where in them a reading was taken.
#[derive(Debug, Default)]
pub(super) struct Written {
    paths: Vec<String>,
    marks: Vec<(String, usize)>,
    /// The last of them is not answered yet.
    in_flight: bool,
    activated: BTreeMap<Service, String>,
}

/// Marks that are remembered.
const MAX_MARKS: usize = 64;
/// Writes that are remembered: more than ten large plans' worth.
const MAX_WRITES: usize = 20_000;

impl Written {
    /// A write that is about to be sent.
    pub(super) fn add(&mut self, path: &str) {
        if self.paths.len() >= MAX_WRITES {
            let forgotten = MAX_WRITES / 2;
            self.paths.drain(..forgotten);
            for (_, at) in &mut self.marks {
                *at = at.saturating_sub(forgotten);
            }
        }
        self.paths.push(path.to_owned());
        self.in_flight = true;
    }

    /// It is answered, or will not be.
    pub(super) fn ended(&mut self) {
        self.in_flight = false;
    }

    /// How many writes the revisions that are read from now on have among them at the least.
    pub(super) fn position(&self) -> usize {
        self.paths.len() - usize::from(self.in_flight)
    }

    /// The newest revision was this one, with so many writes before it. The first look counts: as long as it is the newest,
    /// what was written since is none yet.
    pub(super) fn mark(&mut self, revision: &str, position: usize) {
        if self.marks.iter().any(|(id, _)| id == revision) {
            return;
        }
        if self.marks.len() >= MAX_MARKS {
            self.marks.remove(0);
        }
        self.marks.push((revision.to_owned(), position));
    }

    /// A service took up all that was saved up to this revision.
    pub(super) fn activate(&mut self, service: Service, revision: String) {
        self.activated.insert(service, revision);
    }

    /// The revision up to which a service took up all that was saved, as far as this client knows.
    pub(super) fn activated(&self, service: Service) -> Option<String> {
        self.activated.get(&service).cloned()
    }

    /// Of these revisions since `from`, which are this client's own: it wrote to that URL since then, as often, and by the
    /// name and address by which its other changes came.
    pub(super) fn ours(&self, from: &str, since: &[Revision]) -> Vec<bool> {
        let begun = self.marks.iter().find(|(id, _)| id == from).map_or(0, |(_, at)| *at);
        let mut left: Vec<&str> = self.paths.iter().skip(begun).map(String::as_str).collect();
        let mut claim = |revision: &Revision| {
            let Some(path) = api_path(&revision.what) else { return false };
            let Some(at) = left.iter().position(|own| *own == path) else { return false };
            left.remove(at);
            true
        };
        let claimed: Vec<bool> = since.iter().map(&mut claim).collect();
        // An id that only this client gives: whoever that is, is we.
        let we: Vec<&str> = since
            .iter()
            .zip(&claimed)
            .filter(|(revision, claimed)| **claimed && own_id(&revision.what).is_some())
            .map(|(revision, _)| revision.by.as_str())
            .collect();
        since
            .iter()
            .zip(claimed)
            .map(|(revision, claimed)| claimed && (we.is_empty() || we.contains(&revision.by.as_str())))
            .collect()
    }
}

/// The action in `/api/dnsmasq/settings/setBoot/… made changes`.
pub(super) fn api_path(what: &str) -> Option<&str> {
    what.strip_prefix("/api/")?.strip_suffix(" made changes")
}

/// The id in it, where it is one that a Muster made: those follow from a name, all others are random.
pub(super) fn own_id(what: &str) -> Option<Uuid> {
    let id: Uuid = api_path(what)?.rsplit('/').next()?.parse().ok()?;
    (id.get_version_num() == 5).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revision(by: &str, path: &str) -> Revision {
        let id = format!("config-{path}.xml");
        Revision { id, by: by.into(), what: format!("/api/{path} made changes"), at_secs: 0 }
    }

    const OWN: &str = "dnsmasq/settings/setBoot/74738ff5-5367-5958-9aee-98fffdcd1876";
    const SET: &str = "dnsmasq/settings/set";

    #[test]
    fn ours_is_what_we_wrote_since_then_as_often_and_from_here() {
        let mut written = Written::default();
        written.add(SET);
        written.ended();
        written.mark("config-1.xml", written.position());
        written.add(OWN);
        // Somebody looks on meanwhile: what is on its way is none of the revisions yet.
        assert_eq!(written.position(), 1);
        written.ended();
        written.mark("config-1.xml", written.position());
        written.add(SET);
        let [we, they] = ["muster@192.168.1.5", "root@192.168.1.9"];
        for (since, expected) in [
            (vec![revision(we, OWN), revision(we, SET)], vec![true, true]),
            // Written once since then: the second is another's, whoever it is.
            (vec![revision(we, SET), revision(we, SET)], vec![true, false]),
            // The same URL by somebody else.
            (vec![revision(we, OWN), revision(they, SET)], vec![true, false]),
            (vec![revision(they, "dnsmasq/settings/addHost")], vec![false]),
            (
                vec![Revision { what: "/firewall_rules_edit.php made changes".into(), ..revision(we, "") }],
                vec![false],
            ),
        ] {
            assert_eq!(written.ours("config-1.xml", &since), expected, "{since:?}");
        }
        // Begun anew, nothing is ours.
        assert_eq!(Written::default().ours("config-1.xml", &[revision(we, OWN)]), [false]);
    }

    #[test]
    fn it_does_not_grow_for_ever_and_knows_the_latest() {
        let mut written = Written::default();
        for _ in 0..MAX_WRITES {
            written.add(SET);
        }
        written.ended();
        written.mark("config-1.xml", written.position());
        written.add(OWN);
        assert!(written.paths.len() <= MAX_WRITES);
        assert_eq!(written.ours("config-1.xml", &[revision("a", OWN), revision("a", SET)]), [true, false]);
    }

    #[test]
    fn only_a_muster_gives_ids_that_follow_from_a_name() {
        let what = |path: &str| format!("/api/{path} made changes");
        assert!(own_id(&what(OWN)).is_some());
        assert_eq!(own_id(&what("dnsmasq/settings/setHost/11111111-2222-4333-8444-555555555555")), None);
        assert_eq!(own_id(&what(SET)), None);
        assert_eq!(own_id("/system.php made changes"), None);
    }
}
