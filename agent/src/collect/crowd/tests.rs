use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};

use super::*;
use crate::root::Root;
use crate::tree::Builder;

const AT_ONCE: usize = 16;
const LONG: Duration = Duration::from_secs(60);

/// What was told, by name.
type Told = Arc<Mutex<Vec<String>>>;

fn member(told: &Told, name: &str, work: impl FnOnce(&Probe) + Send + 'static) -> Member {
    let (told, own) = (Arc::clone(told), name.to_owned());
    let work = Box::new(move |probe: &Probe| {
        work(probe);
        told.lock().unwrap().push(own);
    });
    Member { name: format!("test {name}"), path: format!("/dev/{name}"), work }
}

fn pace(one: Duration, all: Duration) -> Pace {
    Pace { at_once: AT_ONCE, one, ends: Instant::now() + all }
}

/// Asks these; one in brackets hangs until the sender is let go.
fn asked(root: &Root, names: &[&str], one: Duration) -> (Vec<String>, Vec<Warning>, Vec<Sender<()>>) {
    let (told, probe) = (Told::default(), Probe::new(root.clone()));
    let mut hanging = Vec::new();
    let mut members = names.iter().map(|name| match name.strip_prefix('(') {
        Some(name) => {
            let (release, hang) = channel::<()>();
            hanging.push(release);
            member(&told, name, move |_| hang.recv().unwrap_or_default())
        }
        None if name.starts_with('!') => member(&told, name, |_| panic!("a defect")),
        None => member(&told, name, |probe| probe.warn("/dev/null", "seen")),
    });
    ask(&probe, &mut members, pace(one, LONG));
    drop(members);
    let mut told = std::mem::take(&mut *told.lock().unwrap());
    told.sort();
    (told, probe.into_warnings(), hanging)
}

#[test]
fn one_that_hangs_or_panics_loses_itself_only_and_is_not_asked_again() {
    let root = Builder::new().root();
    let (told, warnings, _hanging) = asked(&root, &["a", "(b", "!c", "d"], Duration::from_secs(3));
    assert_eq!(told, ["a", "d"]);
    let said: Vec<_> = warnings.iter().map(|it| (it.path.as_str(), it.reason.as_str())).collect();
    assert_eq!(
        said,
        [
            ("/dev/!c", "the collector panicked: a defect"),
            ("/dev/b", "no answer within 3000 ms: a device or driver hangs"),
            ("/dev/null", "seen"),
        ]
    );
    let (told, warnings, _) = asked(&root, &["a", "b", "c", "d"], LONG);
    assert_eq!(told, ["a", "c", "d"]);
    assert!(warnings[0].path == "/dev/b" && warnings[0].reason.contains("still hangs"), "{warnings:?}");
}

#[test]
fn one_that_hangs_holds_up_nobody_but_its_own_place() {
    let root = Builder::new().root();
    // It hangs until the last of many more than go at once is asked.
    let (release, hang) = channel::<()>();
    let (told, probe) = (Told::default(), Probe::new(root));
    let first = member(&told, "first", move |_| hang.recv().unwrap());
    let others = (0..AT_ONCE * 10).map(|number| member(&told, &number.to_string(), |_| ()));
    let last = member(&told, "last", move |_| release.send(()).unwrap());
    let mut members = std::iter::once(first).chain(others).chain([last]);
    let lost = ask(&probe, &mut members, pace(LONG, LONG));
    assert_eq!((lost, told.lock().unwrap().len()), (vec![], AT_ONCE * 10 + 2));
}

#[test]
fn no_more_are_asked_at_once_than_may_be_and_each_is_asked_once() {
    let (told, probe) = (Told::default(), Probe::new(Builder::new().root()));
    let running = Arc::new(Mutex::new((0_usize, 0_usize)));
    let mut members = (0..2000).map(|number| {
        let running = Arc::clone(&running);
        member(&told, &number.to_string(), move |_| {
            let mut count = running.lock().unwrap();
            count.0 += 1;
            count.1 = count.1.max(count.0);
            drop(count);
            thread::yield_now();
            running.lock().unwrap().0 -= 1;
        })
    });
    assert_eq!(ask(&probe, &mut members, pace(LONG, LONG)), vec![]);
    drop(members);
    assert_eq!(told.lock().unwrap().len(), 2000);
    assert!(running.lock().unwrap().1 <= AT_ONCE, "{running:?}");
}

#[test]
fn who_there_is_no_time_for_is_left() {
    let (told, probe) = (Told::default(), Probe::new(Builder::new().root()));
    let mut members = ["a", "b"].into_iter().map(|name| member(&told, name, |_| ()));
    ask(&probe, &mut members, pace(LONG, Duration::ZERO));
    assert_eq!(members.count(), 2);
    assert!(told.lock().unwrap().is_empty());
}
