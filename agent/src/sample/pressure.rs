//! Who waits for what.

use inventory::{Pressure, Stall, Stalls};

use crate::collect::Nothing;
use crate::probe::Probe;
use crate::root::FILE_LIMIT_BYTES;

pub(super) fn read(probe: &Probe) -> Result<Option<Pressure>, Nothing> {
    let stalls =
        |of: &str| probe.lines(&format!("/proc/pressure/{of}"), FILE_LIMIT_BYTES).as_deref().and_then(stalls);
    let pressure = Pressure {
        // All tasks waiting for a processor is no state that a machine can be in; the kernel writes zeros.
        cpu: stalls("cpu").map(|cpu| Stalls { full: None, ..cpu }),
        memory: stalls("memory"),
        io: stalls("io"),
        irq: stalls("irq"),
    };
    Ok(Some(pressure).filter(|pressure| *pressure != Pressure::default()))
}

fn stalls(lines: &str) -> Option<Stalls> {
    let of = |kind: &str| lines.lines().find_map(|line| stall(line.strip_prefix(kind)?));
    let stalls = Stalls { some: of("some "), full: of("full ") };
    (stalls != Stalls::default()).then_some(stalls)
}

/// `avg10=4.36 avg60=1.45 avg300=1.32 total=1216024988`.
fn stall(line: &str) -> Option<Stall> {
    let field =
        |name: &str| line.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    let percent = |name| field(name)?.parse().ok().filter(|percent| (0.0..=100.0).contains(percent));
    Some(Stall {
        avg10_percent: percent("avg10")?,
        avg60_percent: percent("avg60")?,
        avg300_percent: percent("avg300")?,
        total_micros: field("total")?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Builder;

    const SOME: &str = "some avg10=4.36 avg60=1.45 avg300=1.32 total=1216024988\n";
    const FULL: &str = "full avg10=0.50 avg60=0.25 avg300=0.00 total=7\n";

    #[test]
    fn each_resource_is_told_with_its_averages() {
        let tree = Builder::new()
            .file("/proc/pressure/cpu", format!("{SOME}{FULL}"))
            .file("/proc/pressure/io", format!("{SOME}{FULL}"))
            .file("/proc/pressure/irq", FULL);
        let pressure = read(&Probe::new(tree.root())).unwrap().unwrap();
        let some = Stall {
            avg10_percent: 4.36,
            avg60_percent: 1.45,
            avg300_percent: 1.32,
            total_micros: 1_216_024_988,
        };
        assert_eq!(pressure.cpu, Some(Stalls { some: Some(some), full: None }));
        assert_eq!(pressure.io.unwrap().full.unwrap().total_micros, 7);
        assert_eq!((pressure.irq.unwrap().some, pressure.memory), (None, None));
    }

    #[test]
    fn a_kernel_that_does_not_keep_it_tells_none() {
        assert_eq!(read(&Probe::new(Builder::new().root())).unwrap(), None);
        // `psi=0` leaves the files, and refuses to be read.
        let off = Builder::new().fails("/proc/pressure/cpu", rustix::io::Errno::OPNOTSUPP);
        let probe = Probe::new(off.root());
        assert_eq!(read(&probe).unwrap(), None);
        assert!(probe.into_warnings().is_empty());
    }

    #[test]
    fn junk_is_no_pressure() {
        for line in ["", "avg10=1", "avg10=nan avg60=0 avg300=0 total=0", "avg10=-1 avg60=0 avg300=0 total=0"]
        {
            assert_eq!(stall(line), None, "{line}");
        }
    }
}
