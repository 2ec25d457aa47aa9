//! What the states of a sensor mean (tables 42-2, 42-3), of those kinds that tell of health.

/// One state that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// In words.
    pub text: &'static str,
    /// Somebody should look after it.
    pub bad: bool,
}

const fn good(text: &'static str) -> Option<State> {
    Some(State { text, bad: false })
}

const fn bad(text: &'static str) -> Option<State> {
    Some(State { text, bad: true })
}

/// One state a bit, the lowest first.
type Table = &'static [Option<State>];

/// Event types that mean the same whatever the sensor watches (table 42-2).
static PREDICTIVE_FAILURE: Table = &[None, bad("predictive failure")];
static LIMIT: Table = &[None, bad("limit exceeded")];
static SEVERITY: Table = &[
    good("ok"),
    bad("non-critical"),
    bad("critical"),
    bad("non-recoverable"),
    bad("non-critical"),
    bad("critical"),
    bad("non-recoverable"),
];
static REDUNDANCY: Table = &[
    good("fully redundant"),
    bad("redundancy lost"),
    bad("redundancy degraded"),
    bad("not redundant"),
    bad("not redundant"),
    bad("not redundant, insufficient resources"),
    bad("redundancy degraded"),
    bad("redundancy degraded"),
];

/// What sensors of each kind say by states of their own (table 42-3).
static INTRUSION: Table = &[
    bad("chassis intrusion"),
    bad("drive bay intrusion"),
    bad("card area intrusion"),
    bad("processor area intrusion"),
    bad("LAN cable lost"),
    bad("undocked"),
    bad("fan area intrusion"),
];
static PROCESSOR: Table = &[
    bad("internal error"),
    bad("thermal trip"),
    bad("self-test failed"),
    bad("hung at start"),
    bad("failed to start"),
    bad("configuration error"),
    bad("uncorrectable error"),
    good("present"),
    bad("disabled"),
    good("terminator present"),
    bad("throttled"),
    bad("uncorrectable machine check"),
    bad("correctable machine check"),
];
static POWER_SUPPLY: Table = &[
    good("present"),
    bad("failed"),
    bad("predictive failure"),
    bad("input lost"),
    bad("input lost or out of range"),
    bad("input out of range"),
    bad("configuration error"),
    good("standby"),
];
static POWER_UNIT: Table = &[
    good("off"),
    good("power cycle"),
    bad("240 VA power down"),
    bad("interlock power down"),
    bad("input lost"),
    bad("soft power control failed"),
    bad("failed"),
    bad("predictive failure"),
];
static MEMORY: Table = &[
    bad("correctable errors"),
    bad("uncorrectable errors"),
    bad("parity error"),
    bad("scrub failed"),
    bad("disabled"),
    bad("too many correctable errors"),
    good("present"),
    bad("configuration error"),
    good("spare"),
    bad("throttled"),
    bad("critical temperature"),
];
static DRIVE: Table = &[
    good("present"),
    bad("failed"),
    bad("predictive failure"),
    good("hot spare"),
    good("consistency check"),
    bad("in critical array"),
    bad("in failed array"),
    bad("rebuilding"),
    bad("rebuild aborted"),
];
static EVENT_LOG: Table = &[None, None, None, None, bad("event log full"), bad("event log almost full")];
static CRITICAL_INTERRUPT: Table = &[
    bad("front panel NMI"),
    bad("bus timeout"),
    bad("I/O channel check"),
    bad("software NMI"),
    bad("PCI parity error"),
    bad("PCI system error"),
    bad("EISA timeout"),
    bad("correctable bus error"),
    bad("uncorrectable bus error"),
    bad("fatal NMI"),
    bad("fatal bus error"),
    bad("bus degraded"),
];
static BATTERY: Table = &[bad("low"), bad("failed"), good("present")];

/// The states of its own kind.
const SENSOR_SPECIFIC: u8 = 0x6f;

fn table(kind: u8, event_type: u8) -> Option<Table> {
    Some(match (event_type, kind) {
        (0x04, _) => PREDICTIVE_FAILURE,
        (0x05, _) => LIMIT,
        (0x07, _) => SEVERITY,
        (0x0b, _) => REDUNDANCY,
        (SENSOR_SPECIFIC, 0x05) => INTRUSION,
        (SENSOR_SPECIFIC, 0x07) => PROCESSOR,
        (SENSOR_SPECIFIC, 0x08) => POWER_SUPPLY,
        (SENSOR_SPECIFIC, 0x09) => POWER_UNIT,
        (SENSOR_SPECIFIC, 0x0c) => MEMORY,
        (SENSOR_SPECIFIC, 0x0d) => DRIVE,
        (SENSOR_SPECIFIC, 0x10) => EVENT_LOG,
        (SENSOR_SPECIFIC, 0x13) => CRITICAL_INTERRUPT,
        (SENSOR_SPECIFIC, 0x29) => BATTERY,
        _ => return None,
    })
}

/// Whether the states of such a sensor tell of health: others need not be asked.
#[must_use]
pub fn is_known(kind: u8, event_type: u8) -> bool {
    table(kind, event_type).is_some()
}

/// The states that hold, in the order of their table.
#[must_use]
pub fn states(kind: u8, event_type: u8, bits: u16) -> Vec<State> {
    let table = table(kind, event_type).unwrap_or_default();
    let holds = |(bit, state): (usize, &Option<State>)| if bits >> bit & 1 == 1 { *state } else { None };
    // No table has more states than there are bits.
    table.iter().take(15).enumerate().filter_map(holds).collect()
}
