//! `GET /metrics`: the newest sample as Prometheus text, under the names that users of node_exporter know.
//!
//! One file a part. What node_exporter has no name for begins with `muster_`.

mod agent;
mod arrays;
mod drives;
mod filesystems;
mod health;
mod nics;
mod readings;
mod system;
mod temperatures;
mod text;

use inventory::{Report, Sample};

use text::Text;

/// The text format's, version 0.0.4.
pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics. The report lends the names of devices, which a sample does not repeat.
pub(super) fn page(sample: &Sample, report: Option<&Report>) -> String {
    let mut text = Text::default();
    agent::write(&mut text, sample, report);
    system::write(&mut text, sample, report);
    temperatures::write(&mut text, sample);
    readings::write(&mut text, sample);
    filesystems::write(&mut text, sample, report);
    arrays::write(&mut text, sample);
    drives::write(&mut text, sample);
    nics::write(&mut text, sample);
    health::write(&mut text, sample);
    text.into_page()
}

#[cfg(test)]
mod tests;
