//! What a run of Discover ends with.

use inventory::{Id, Timestamp};
use scores::{JobContext, ScoreError};
use serde::Serialize;
use serde_json::Value;

use crate::host::{Host, Source};
use crate::state::State;
use crate::store::list::{Present, count_present, list_present};

/// Hosts that are named; beyond them the numbers tell.
const NAMED: u32 = 1000;

#[derive(Serialize)]
struct Summary {
    found: i64,
    new: usize,
    changed: usize,
    hosts: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    id: Id,
    name: String,
    state: State,
    source: Source,
    new: bool,
    changed: bool,
    vendor: Option<String>,
    product: Option<String>,
    serial: Option<String>,
    memory_bytes: Option<i64>,
    disks: Option<i64>,
}

/// The hosts that are there, and which of them are new or changed since `began`.
pub(crate) async fn summary(
    job: &JobContext,
    began: Timestamp,
    present: Present,
) -> Result<Value, ScoreError> {
    let readers = job.store().readers();
    let found = count_present(readers, present).await?;
    let hosts: Vec<Line> =
        list_present(readers, present, NAMED).await?.into_iter().map(|host| line(host, began)).collect();
    let count = |is: fn(&Line) -> bool| hosts.iter().filter(|line| is(line)).count();
    let summary = Summary { found, new: count(|line| line.new), changed: count(|line| line.changed), hosts };
    serde_json::to_value(summary).map_err(|error| ScoreError::failed("writing the summary", error))
}

fn line(host: Host, began: Timestamp) -> Line {
    let new = host.created_at >= began;
    Line {
        new,
        changed: !new && host.revision > 1 && host.changed_at.is_some_and(|at| at >= began),
        id: host.id,
        name: host.name,
        state: host.state,
        source: host.source,
        vendor: host.vendor,
        product: host.product,
        serial: host.serial,
        memory_bytes: host.memory_bytes,
        disks: host.disk_count,
    }
}
