//! Takes the sample: what changes by the second, in parts that take turns. One that hangs holds up the others for a moment,
//! and loses only itself.

mod arrays;
mod clock;
mod drives;
mod filesystems;
mod ipmi;
mod load;
mod memory_errors;
mod nics;
mod pressure;
mod readings;
mod temperatures;

use std::sync::Arc;
use std::time::Duration;

use inventory::{Clock, DriveHealth, SCHEMA, Sample, Warning};

use crate::collect::{Nothing, hwmon};
use crate::guard::{Guard, Piece, Turns};
use crate::probe::Probe;
use crate::root::Root;
use crate::start::Start;

/// How long one part may take: less than the shortest sensible interval.
const DEADLINE: Duration = Duration::from_secs(3);
/// How long asking all drives may take.
const DRIVES_DEADLINE: Duration = Duration::from_secs(60);

/// Takes samples.
#[derive(Clone)]
pub struct Sampler {
    root: Root,
    guard: Guard,
    deadline: Duration,
    start: Arc<Start>,
    clock: Arc<dyn Clock>,
    sensors: hwmon::Inventory,
    ipmi: ipmi::Rounds,
}

/// One part's readings, with what could not be read.
type Part<T> = Piece<(T, Vec<Warning>)>;

impl Sampler {
    /// A sampler of this root.
    #[must_use]
    pub fn new(root: Root, start: Arc<Start>, clock: Arc<dyn Clock>) -> Self {
        Self {
            root,
            guard: Guard::default(),
            deadline: DEADLINE,
            start,
            clock,
            sensors: hwmon::Inventory::default(),
            ipmi: ipmi::Rounds::default(),
        }
    }

    /// The same, with another deadline for each part.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Takes one.
    #[must_use]
    pub fn sample(&self) -> Sample {
        let taken_at = self.clock.now();
        let turns = self.guard.turns("sample");
        let load = self.add(&turns, "sample.load", load::read);
        let pressure = self.add(&turns, "sample.pressure", pressure::read);
        let clock = self.add(&turns, "sample.clock", clock::read);
        let sensors = self.sensors.clone();
        let temperatures =
            self.add(&turns, "sample.temperatures", move |probe| temperatures::read(probe, &sensors));
        let sensors = self.sensors.clone();
        let readings = self.add(&turns, "sample.readings", move |probe| readings::read(probe, &sensors));
        let filesystems = self.add(&turns, "sample.filesystems", filesystems::read);
        let arrays = self.add(&turns, "sample.arrays", arrays::read);
        let memory_errors = self.add(&turns, "sample.memory_errors", memory_errors::read);
        let nics = self.add(&turns, "sample.nics", nics::read);
        turns.finish();
        let mut warnings = Vec::new();
        let load = end("load", load, &mut warnings);
        let pressure = end("pressure", pressure, &mut warnings);
        let mut clock = end("clock", clock, &mut warnings);
        if let Some(server_ahead_ms) = self.start.server_ahead_ms() {
            clock.get_or_insert_default().server_ahead_ms = Some(server_ahead_ms);
        }
        let mut temperatures = end("temperatures", temperatures, &mut warnings);
        let mut readings = end("readings", readings, &mut warnings);
        let from_bmc = self.ipmi.tick(&self.root, &self.guard);
        temperatures.extend(from_bmc.temperatures);
        temperatures.sort_by(|a, b| a.sensor.cmp(&b.sensor));
        readings.extend(from_bmc.readings);
        readings.sort_by(|a, b| a.sensor.cmp(&b.sensor));
        warnings.extend(from_bmc.warnings);
        let filesystems = end("filesystems", filesystems, &mut warnings);
        let arrays = end("arrays", arrays, &mut warnings);
        let memory_errors = end("memory_errors", memory_errors, &mut warnings);
        let nics = end("nics", nics, &mut warnings);
        Sample {
            schema: SCHEMA,
            agent: self.start.stamp(),
            taken_at,
            uptime_secs: load.uptime_secs,
            load: load.load,
            memory: load.memory,
            pressure,
            clock,
            temperatures,
            readings,
            filesystems,
            arrays,
            drives: Vec::new(),
            memory_errors,
            nics,
            warnings,
        }
    }

    /// Asks the drives, which may take long: the next sample carries what they said.
    #[must_use]
    pub fn drives(&self) -> (Vec<DriveHealth>, Vec<Warning>) {
        let patient = self.clone().with_deadline(DRIVES_DEADLINE);
        let drives = patient.add(&patient.guard.turns("drives"), "sample.drives", drives::read);
        let mut warnings = Vec::new();
        (end("drives", drives, &mut warnings), warnings)
    }

    fn add<T, R>(&self, turns: &Turns, name: &'static str, read: R) -> Part<T>
    where
        T: Default + Send + 'static,
        R: FnOnce(&Probe) -> Result<T, Nothing> + Send + 'static,
    {
        let probe = Probe::new(self.root.clone());
        turns.add(name, self.deadline, move || {
            // A machine without sensors is no news; the report says so once.
            let readings = read(&probe).unwrap_or_default();
            (readings, probe.into_warnings())
        })
    }
}

fn end<T: Default + 'static>(name: &str, part: Part<T>, warnings: &mut Vec<Warning>) -> T {
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
