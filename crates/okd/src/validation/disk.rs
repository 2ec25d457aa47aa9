//! The disk that the description finds.

use super::Finding;
use crate::disk::Target;
use crate::error::OkdError;

const RULE: &str = "disk";

pub(super) fn check(target: &Result<Target, OkdError>) -> Finding {
    match target {
        Ok(target) => Finding::good(RULE, format!("{target}, at /dev/disk/by-id/{}", target.by_id)),
        Err(error) => Finding::refused(
            RULE,
            error.to_string(),
            "describe it with --disk; muster host show lists its disks",
        ),
    }
}
