//! An open incident in one line.

use alerts::Severity;
use inventory::Id;

use crate::api::problem::ApiError;
use crate::api::v1::incidents;
use crate::app::App;
use crate::format;

pub(super) struct Line {
    pub(super) host: Option<Id>,
    pub(super) critical: bool,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) since: String,
}

/// What is open, of one host or of all.
pub(super) async fn open(app: &App, host: Option<&Id>) -> Result<Vec<Line>, ApiError> {
    let open = incidents::open(app, host).await?;
    let lines = open.into_iter().map(|incident| Line {
        host: incident.host,
        critical: incident.severity == Severity::Crit,
        title: incident.title,
        text: incident.text,
        since: format::moment(incident.opened_at),
    });
    Ok(lines.collect())
}
