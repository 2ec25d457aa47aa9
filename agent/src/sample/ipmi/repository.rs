//! Which sensors the controller has: a walk through its repository, done once.

use decode::ipmi::Refusal;
use decode::ipmi::sdr::{self, FIRST, Formula, HEAD_BYTES, Info, LAST, Measure, Sensor};
use decode::ipmi::sensor;
use inventory::SensorClass;
use inventory::sample::SensorKind;

use crate::collect::bmc::Interface;
use crate::collect::hwmon::{class_by_label, make_unique};

/// More records has no machine; a repository that goes round ends here.
const RECORDS_LIMIT: usize = 2048;
/// Sensors have numbers of eight bits.
const SENSORS_LIMIT: usize = 256;
/// As much as every controller gives of a record at a time.
const CHUNK_BYTES: u8 = 16;
/// Each reservation may be taken by somebody else who walks there.
const RESERVATIONS_LIMIT: usize = 8;
/// The controller that is asked. Others sit behind it, and are not spoken to.
const OWNER: u8 = 0x20;
/// Table 42-3: a fan.
const FAN: u8 = 0x04;

/// The sensors that are read.
#[derive(Debug, PartialEq)]
pub(super) struct Repository {
    info: Info,
    pub(super) sensors: Vec<Watched>,
}

/// One sensor that is read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Watched {
    pub(super) key: String,
    pub(super) label: Option<String>,
    pub(super) number: u8,
    pub(super) how: How,
}

/// How a sensor's answer is to be read.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum How {
    Measures {
        kind: SensorKind,
        class: SensorClass,
        measure: Measure,
        formula: Formula,
        limits: [Option<u8>; 4],
    },
    HasStates {
        kind: u8,
        event_type: u8,
    },
}

/// Whether the repository is still the one that was read.
pub(super) fn is_current(interface: &Interface, known: &Repository) -> bool {
    info(interface) == Some(known.info)
}

fn info(interface: &Interface) -> Option<Info> {
    interface.ask(&sdr::info_request()).and_then(|data| Info::decode(&data))
}

/// Walks through the repository. `None` where there is none, or it could not be read to its end.
pub(super) fn walk(interface: &Interface) -> Option<Repository> {
    let info = info(interface)?;
    let mut reader = Reader { interface, reservation: 0, reservations: 0, whole: true };
    let mut sensors = Vec::new();
    let mut next = if info.records == 0 { LAST } else { FIRST };
    for _ in 0..RECORDS_LIMIT {
        if next == LAST {
            break;
        }
        let Some((after, record)) = reader.record(next) else {
            interface.warn(format!("sensor record {next:#06x} can't be read"));
            return None;
        };
        sensors.extend(sdr::sensors(&record).into_iter().filter_map(watched));
        next = if after == next { LAST } else { after };
    }
    if sensors.len() > SENSORS_LIMIT {
        interface.warn(format!("{} of {} sensors left out", sensors.len() - SENSORS_LIMIT, sensors.len()));
        sensors.truncate(SENSORS_LIMIT);
    }
    make_unique(sensors.iter_mut().map(|sensor| &mut sensor.key));
    Some(Repository { info, sensors })
}

fn watched(sensor: Sensor) -> Option<Watched> {
    if sensor.owner != OWNER || sensor.unit != 0 {
        return None;
    }
    let how = match &sensor.analog {
        Some(analog) => {
            let kind = kind(analog.measure, sensor.kind)?;
            let class = match kind {
                SensorKind::Temperature => class_by_label(sensor.name.as_deref().unwrap_or_default()),
                _ => SensorClass::Other,
            };
            How::Measures {
                kind,
                class,
                measure: analog.measure,
                formula: analog.formula,
                limits: analog.limits,
            }
        }
        None if sensor::is_known(sensor.kind, sensor.event_type) => {
            How::HasStates { kind: sensor.kind, event_type: sensor.event_type }
        }
        None => return None,
    };
    let key = match &sensor.name {
        Some(name) => format!("ipmi/{name}"),
        None => format!("ipmi/sensor-{:02x}", sensor.number),
    };
    Some(Watched { key, label: sensor.name, number: sensor.number, how })
}

const fn kind(measure: Measure, watches: u8) -> Option<SensorKind> {
    match measure {
        Measure::Celsius | Measure::Fahrenheit | Measure::Kelvin => Some(SensorKind::Temperature),
        Measure::Volts => Some(SensorKind::Voltage),
        Measure::Amperes => Some(SensorKind::Current),
        Measure::Watts => Some(SensorKind::Power),
        Measure::Rpm => Some(SensorKind::Fan),
        Measure::Percent if watches == FAN => Some(SensorKind::FanPercent),
        Measure::Percent | Measure::Other => None,
    }
}

struct Reader<'a> {
    interface: &'a Interface<'a>,
    reservation: u16,
    reservations: usize,
    /// The controller gives a record in one answer.
    whole: bool,
}

impl Reader<'_> {
    /// A record, and the number of the next.
    fn record(&mut self, number: u16) -> Option<(u16, Vec<u8>)> {
        if self.whole {
            match self.interface.try_ask(&sdr::record_request(0, number, 0, u8::MAX)) {
                Ok(data) => return sdr::part(&data).map(|(next, record)| (next, record.to_vec())),
                Err(Refusal::TooMuch) => self.whole = false,
                Err(_) => return None,
            }
        }
        let (next, mut record) = self.part(number, 0, HEAD_BYTES)?;
        let length = sdr::record_bytes(&record)?;
        while record.len() < length {
            let count = u8::try_from(length - record.len()).unwrap_or(u8::MAX).min(CHUNK_BYTES);
            let (_, part) = self.part(number, u8::try_from(record.len()).ok()?, count)?;
            if part.is_empty() {
                return None;
            }
            record.extend(part);
        }
        Some((next, record))
    }

    /// Part of a record, which takes a reservation. Its head does not, but somebody may change it in between.
    fn part(&mut self, number: u16, offset: u8, count: u8) -> Option<(u16, Vec<u8>)> {
        loop {
            if self.reservations == 0 {
                self.reserve()?;
            }
            match self.interface.try_ask(&sdr::record_request(self.reservation, number, offset, count)) {
                Ok(data) => return sdr::part(&data).map(|(next, part)| (next, part.to_vec())),
                Err(Refusal::ReservationLost) => self.reserve()?,
                Err(_) => return None,
            }
        }
    }

    fn reserve(&mut self) -> Option<()> {
        if self.reservations >= RESERVATIONS_LIMIT {
            return None;
        }
        self.reservations += 1;
        let data = self.interface.ask(&sdr::reserve_request())?;
        self.reservation = sdr::reservation(&data)?;
        Some(())
    }
}
