//! Rounds: each program in its turn, round after round, so that what else the machine does falls upon all alike.
//!
//! In its turn a program is run twice, and the second run counts. Whoever comes after a program of a second finds the processor's
//! caches full of that one's things; whoever reads what was read just before finds it warm. Counted at once, the agent would pay for
//! the one, and what reads the same files after it would gain by the other.

use std::path::Path;
use std::time::Duration;

use lab::interrupt;

use super::cost::{self, Cost};

/// A program to be measured.
pub(super) struct Candidate {
    pub(super) name: String,
    pub(super) program: Vec<String>,
}

/// What it costs: medians.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measured {
    pub(super) cpu_ms: f64,
    pub(super) wall_ms: f64,
    pub(super) peak_rss_mib: f64,
    /// What it complained of in the end.
    pub(super) complaint: Option<String>,
}

/// Measures them all, or says of one why not.
pub(super) fn measure(
    candidates: &[Candidate],
    rounds: u16,
    scratch: &Path,
) -> anyhow::Result<Vec<anyhow::Result<Measured>>> {
    // The first run reads the program from the disk, and finds out whether it works.
    let mut runs: Vec<anyhow::Result<Vec<Cost>>> =
        candidates.iter().map(|candidate| cost::of(&candidate.program).map(|_| Vec::new())).collect();
    for round in 1..=rounds {
        super::progress("round", round.into(), rounds.into());
        for (candidate, costs) in candidates.iter().zip(&mut runs) {
            interrupt::check()?;
            let Ok(list) = costs else { continue };
            let twice = cost::of(&candidate.program).and_then(|_| cost::of(&candidate.program));
            match twice {
                Ok(cost) => list.push(cost),
                Err(error) => *costs = Err(error),
            }
        }
    }
    let summed = |(candidate, costs): (&Candidate, anyhow::Result<Vec<Cost>>)| {
        let costs = costs?;
        let peak_kib = cost::peak_rss_kib(&candidate.program, scratch)?;
        Ok(Measured {
            cpu_ms: median(costs.iter().map(|cost| cost.cpu)),
            wall_ms: median(costs.iter().map(|cost| cost.wall)),
            peak_rss_mib: f64::from(u32::try_from(peak_kib).unwrap_or(u32::MAX)) / 1024.0,
            complaint: costs.into_iter().find_map(|cost| cost.complaint),
        })
    };
    Ok(candidates.iter().zip(runs).map(summed).collect())
}

/// In milliseconds; of an even number the upper one of the two in the middle.
fn median(durations: impl Iterator<Item = Duration>) -> f64 {
    let mut sorted: Vec<Duration> = durations.collect();
    sorted.sort();
    sorted.get(sorted.len() / 2).map_or(f64::NAN, |duration| duration.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outlier_moves_no_median() {
        let ms = |values: &[u64]| median(values.iter().map(|ms| Duration::from_millis(*ms)));
        assert_eq!(ms(&[3, 900, 1, 2, 2]).to_string(), "2");
        assert!(ms(&[]).is_nan());
    }

    #[test]
    fn one_that_can_not_be_measured_leaves_the_others() {
        let candidate = |program: &str| Candidate { name: program.into(), program: vec![program.into()] };
        let scratch = std::env::temp_dir();
        // GNU time may not be there: the peak is asked for last, and only of what could be run.
        let measured = measure(&[candidate("false"), candidate("/no/such/program")], 1, &scratch).unwrap();
        assert!(measured.iter().all(Result::is_err));
    }
}
