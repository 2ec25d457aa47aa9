//! Errors of memory, pressure, the clock.

use inventory::{MemoryErrors, Sample};

use super::text::{Text, Type, float};

const MICROS: f64 = 1_000_000.0;

pub(super) fn write(text: &mut Text, sample: &Sample) {
    memory_errors(text, &sample.memory_errors);
    if let Some(pressure) = &sample.pressure {
        for (thing, stalls) in
            [("cpu", pressure.cpu), ("memory", pressure.memory), ("io", pressure.io), ("irq", pressure.irq)]
        {
            let Some(stalls) = stalls else { continue };
            for (how, stall) in [("waiting", stalls.some), ("stalled", stalls.full)] {
                let name = format!("node_pressure_{thing}_{how}_seconds_total");
                let total = stall.map(|it| float(it.total_micros) / MICROS);
                text.single((&name, Type::Counter, "Time in which tasks waited for it."), total);
            }
        }
    }
    let Some(clock) = &sample.clock else { return };
    for (name, help, value) in [
        (
            "node_timex_sync_status",
            "Whether the clock is synchronised.",
            clock.synchronised.map(|on| f64::from(u8::from(on))),
        ),
        (
            "node_timex_offset_seconds",
            "What is still to be corrected.",
            clock.offset_micros.map(|it| it / MICROS),
        ),
        (
            "node_timex_estimated_error_seconds",
            "How wrong it is.",
            clock.estimated_error_micros.map(|it| float(it) / MICROS),
        ),
        (
            "node_timex_maxerror_seconds",
            "How wrong it may be.",
            clock.max_error_micros.map(|it| float(it) / MICROS),
        ),
        (
            "node_timex_frequency_adjustment_ratio",
            "By how much its oscillator is corrected.",
            clock.frequency_ppm.map(|it| 1.0 + it / MICROS),
        ),
        (
            "muster_clock_server_ahead_seconds",
            "The server's clock less this machine's.",
            clock.server_ahead_ms.and_then(|it| i32::try_from(it).ok()).map(|it| f64::from(it) / 1000.0),
        ),
    ] {
        text.single((name, Type::Gauge, help), value);
    }
}

/// A controller, or a module in it (`mc0/dimm3`), for which node_exporter has other names.
fn memory_errors(text: &mut Text, errors: &[MemoryErrors]) {
    type Read = fn(&MemoryErrors) -> Option<f64>;
    let families: [(&str, &str, Read); 2] = [
        ("correctable_errors_total", "Errors that were corrected.", |it| it.corrected.map(float)),
        ("uncorrectable_errors_total", "Errors that could not be corrected.", |it| it.uncorrected.map(float)),
    ];
    for (name, help, read) in families {
        let controllers = errors.iter().filter(|it| !it.label.contains('/'));
        let controllers = controllers
            .filter_map(|it| Some(([("controller", it.label.trim_start_matches("mc"))], read(it)?)));
        text.family((&format!("node_edac_{name}"), Type::Counter, help), controllers);
        let modules = errors.iter().filter(|it| it.label.contains('/')).filter_map(|it| {
            Some((
                [("module", it.label.as_str()), ("name", it.name.as_deref().unwrap_or_default())],
                read(it)?,
            ))
        });
        text.family((&format!("muster_memory_module_{name}"), Type::Counter, help), modules);
    }
}
