//! Asks many drives, each in a thread of its own with a deadline of its own: one that hangs loses itself only.

use std::time::{Duration, Instant};

use inventory::Warning;

use super::target::Target;
use crate::probe::Probe;

/// How long one drive may take for all that it is asked.
const DEADLINE: Duration = Duration::from_secs(10);
/// How long all may take, before no more are begun: less than who waits for all of them does.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many are asked at a time.
const AT_ONCE: usize = 16;

/// What each of these drives answers to `work`; `purpose` tells two kinds of asking apart that may go on at one time.
pub(crate) fn each<T: Send + 'static>(
    probe: &Probe,
    purpose: &str,
    targets: Vec<Target>,
    work: fn(&Probe, Target) -> T,
) -> Vec<T> {
    within(probe, purpose, targets, work, (DEADLINE, PATIENCE))
}

fn within<T: Send + 'static>(
    probe: &Probe,
    purpose: &str,
    mut targets: Vec<Target>,
    work: fn(&Probe, Target) -> T,
    (deadline, patience): (Duration, Duration),
) -> Vec<T> {
    let ends = Instant::now() + patience;
    let mut told = Vec::with_capacity(targets.len());
    while !targets.is_empty() {
        if Instant::now() >= ends {
            probe.warn("/dev", format!("{} drives were not asked: the others took too long", targets.len()));
            break;
        }
        let others = targets.split_off(targets.len().min(AT_ONCE));
        let begun: Vec<_> =
            targets.into_iter().map(|target| begin(probe, purpose, target, work, deadline)).collect();
        for (node, piece) in begun {
            match piece.finish() {
                Ok((answer, warnings)) => {
                    warnings.into_iter().for_each(|warning| probe.warn(&warning.path, warning.reason));
                    told.push(answer);
                }
                Err(lost) => probe.warn(&node, lost.to_string()),
            }
        }
        targets = others;
    }
    told
}

type Begun<T> = (String, crate::guard::Piece<(T, Vec<Warning>)>);

fn begin<T: Send + 'static>(
    probe: &Probe,
    purpose: &str,
    target: Target,
    work: fn(&Probe, Target) -> T,
    deadline: Duration,
) -> Begun<T> {
    let root = probe.root().clone();
    let (name, node) = (format!("{purpose} {}", target.device), target.node());
    let piece = probe.root().guard().start(&name, deadline, move || {
        let own = Probe::new(root);
        let answer = work(&own, target);
        (answer, own.into_warnings())
    });
    (node, piece)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Builder;

    const LONG: Duration = Duration::from_secs(60);

    fn targets(names: &[&str]) -> Vec<Target> {
        names.iter().map(|name| Target::behind("hpsa", name, "cciss,0")).collect()
    }

    fn look(probe: &Probe, target: Target) -> Option<String> {
        probe.text(&format!("/{}", target.device.split(' ').next()?))
    }

    #[test]
    fn one_that_hangs_or_panics_loses_itself_only_and_is_not_asked_again() {
        let tree = Builder::new().file("/a", "well").hangs("/b").panics("/c").file("/d", "well");
        let root = tree.root();
        let ask = || {
            let probe = Probe::new(root.clone());
            let told =
                within(&probe, "test", targets(&["a", "b", "c", "d"]), look, (Duration::from_secs(3), LONG));
            (told, probe.into_warnings())
        };
        let well = vec![Some("well".to_owned()); 2];
        let (told, warnings) = ask();
        assert_eq!(told, well);
        let reasons: Vec<_> = warnings.iter().map(|warning| warning.reason.as_str()).collect();
        assert!(reasons.len() == 2 && reasons[0].starts_with("no answer within 3000 ms"), "{reasons:?}");
        assert!(reasons[1].contains("panicked"), "{reasons:?}");

        let (told, warnings) = ask();
        assert_eq!(told, well);
        assert!(warnings[0].reason.contains("still hangs"), "{warnings:?}");
    }

    #[test]
    fn who_is_not_asked_any_more_is_counted() {
        let probe = Probe::new(Builder::new().root());
        let told = within(&probe, "test", targets(&["a", "b"]), look, (LONG, Duration::ZERO));
        assert!(told.is_empty());
        assert_eq!(probe.into_warnings()[0].reason, "2 drives were not asked: the others took too long");
    }

    #[test]
    fn more_than_are_asked_at_once_are_all_asked() {
        let names: Vec<String> = (0..100).map(|number| format!("d{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let probe = Probe::new(Builder::new().root());
        assert_eq!(each(&probe, "test", targets(&names), look).len(), 100);
    }
}
