//! Takes the sample: what changes by the second, in three parts that can't hold each other up.

mod filesystems;
mod load;
mod temperatures;

use std::sync::Arc;
use std::time::Duration;

use inventory::{Clock, SCHEMA, Sample, Warning};

use crate::collect::Nothing;
use crate::guard::{Guard, Piece};
use crate::probe::Probe;
use crate::root::Root;
use crate::start::Start;

/// How long one part may take: less than the shortest sensible interval.
const DEADLINE: Duration = Duration::from_secs(3);

/// Takes samples.
#[derive(Clone)]
pub struct Sampler {
    root: Root,
    guard: Guard,
    start: Arc<Start>,
    clock: Arc<dyn Clock>,
}

/// One part's readings, with what could not be read.
type Part<T> = Piece<(T, Vec<Warning>)>;

impl Sampler {
    /// A sampler of this root.
    #[must_use]
    pub fn new(root: Root, start: Arc<Start>, clock: Arc<dyn Clock>) -> Self {
        Self { root, guard: Guard::new(DEADLINE), start, clock }
    }

    /// The same, with another deadline for each part.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { guard: Guard::new(deadline), ..self }
    }

    /// Takes one.
    #[must_use]
    pub fn sample(&self) -> Sample {
        let taken_at = self.clock.now();
        let load = self.begin("sample.load", load::read);
        let temperatures = self.begin("sample.temperatures", temperatures::read);
        let filesystems = self.begin("sample.filesystems", filesystems::read);
        let mut warnings = Vec::new();
        let load = end("load", load, &mut warnings);
        let temperatures = end("temperatures", temperatures, &mut warnings);
        let filesystems = end("filesystems", filesystems, &mut warnings);
        Sample {
            schema: SCHEMA,
            agent: self.start.stamp(),
            taken_at,
            uptime_secs: load.uptime_secs,
            load: load.load,
            memory: load.memory,
            temperatures,
            filesystems,
            warnings,
        }
    }

    fn begin<T>(&self, name: &'static str, read: fn(&Probe) -> Result<T, Nothing>) -> Part<T>
    where
        T: Default + Send + 'static,
    {
        let probe = Probe::new(self.root.clone());
        self.guard.start(name, move || {
            // A machine without sensors is no news; the report says so once.
            let readings = read(&probe).unwrap_or_default();
            (readings, probe.into_warnings())
        })
    }
}

fn end<T: Default>(name: &str, part: Part<T>, warnings: &mut Vec<Warning>) -> T {
    match part.finish() {
        Ok((readings, unread)) => {
            warnings.extend(unread);
            readings
        }
        Err(lost) => {
            warnings.push(Warning { path: name.to_owned(), reason: lost.to_string() });
            T::default()
        }
    }
}

#[cfg(test)]
mod tests;
