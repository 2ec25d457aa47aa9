//! How far installations are: their words, and what of them is being told.

use ::store::{StoreError, Tx};
use gateway::wish::Label;
use inventory::{Id, MacAddr, Timestamp};
use sqlx::{FromRow, SqliteConnection, SqlitePool};

use crate::Arming;
use crate::arming::{Ended, Outcome};
use crate::progress::{Course, Saying, Step, Told, Word};

/// An installation that is watched.
pub(crate) struct Watched {
    pub(crate) host: Id,
    pub(crate) generation: i64,
    pub(crate) macs: Vec<MacAddr>,
    pub(crate) ended: bool,
}

/// Those that something may still follow from: what stands, and what was used since `since` and has not ended well.
pub(crate) async fn watched(readers: &SqlitePool, since: Timestamp) -> Result<Vec<Watched>, StoreError> {
    let rows: Vec<(String, i64, String, Option<i64>)> = sqlx::query_as(
        "SELECT host_id, generation, plan, ended_at FROM arming
         WHERE ended_at IS NULL OR (consumed_at >= $1 AND outcome = 'failed') ORDER BY host_id, generation",
    )
    .bind(since.millis())
    .fetch_all(readers)
    .await?;
    let rows = rows.into_iter().map(|(host, generation, plan, ended_at)| {
        let plan = plan_of(&host, generation, &plan)?;
        let host = id(&host, generation)?;
        Ok(Watched { host, generation, macs: plan.machine.macs, ended: ended_at.is_some() })
    });
    rows.collect()
}

/// The newest generation of a host, if there ever was one.
pub(crate) async fn newest(db: &mut SqliteConnection, host: &Id) -> Result<Option<i64>, StoreError> {
    let newest: Option<i64> = sqlx::query_scalar("SELECT MAX(generation) FROM arming WHERE host_id = $1")
        .bind(host.as_str())
        .fetch_one(db)
        .await?;
    Ok(newest)
}

/// The course of one generation.
pub(crate) async fn course(
    db: &mut SqliteConnection,
    host: &Id,
    generation: i64,
) -> Result<Option<Course>, StoreError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT generation, plan, armed_at, expires_at, consumed_at, consumed_by, ended_at, outcome, overdue, leaked_at
         FROM arming WHERE host_id = $1 AND generation = $2",
    )
    .bind(host.as_str())
    .bind(generation)
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let Some(facts) = hosts::facts(&mut *db, host).await? else { return Ok(None) };
    let words = words(&mut *db, host, generation).await?;
    row.course(facts, words).map(Some)
}

async fn words(db: &mut SqliteConnection, host: &Id, generation: i64) -> Result<Vec<Word>, StoreError> {
    let rows: Vec<WordRow> = sqlx::query_as(
        "SELECT step, failed, at, heard_at, percent, words FROM install_word
         WHERE host_id = $1 AND generation = $2 ORDER BY number",
    )
    .bind(host.as_str())
    .bind(generation)
    .fetch_all(db)
    .await?;
    rows.into_iter().map(|row| row.word(host, generation)).collect()
}

/// Writes a word that was not said before; of too many the oldest go.
pub(crate) async fn add(tx: &mut Tx, word: &Word, kept: i64) -> Result<(), StoreError> {
    let number: i64 = sqlx::query_scalar(
        "INSERT INTO install_word (host_id, generation, number, step, failed, at, heard_at, percent, words)
         SELECT $1, $2, COALESCE(MAX(number), 0) + 1, $3, $4, $5, $6, $7, $8
         FROM install_word WHERE host_id = $1 AND generation = $2
         RETURNING number",
    )
    .bind(word.host.as_str())
    .bind(word.generation)
    .bind(word.step.as_str())
    .bind(i64::from(word.failed))
    .bind(word.at.millis())
    .bind(word.heard_at.millis())
    .bind(word.percent.map(i64::from))
    .bind(&word.words)
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query("DELETE FROM install_word WHERE host_id = $1 AND generation = $2 AND number <= $3")
        .bind(word.host.as_str())
        .bind(word.generation)
        .bind(number - kept)
        .execute(tx)
        .await?;
    Ok(())
}

/// Notes that a word, which came first at `word.at`, was said once more.
pub(crate) async fn again(tx: &mut Tx, word: &Word, said: &Saying, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE install_word SET heard_at = $6, percent = COALESCE($7, percent),
                words = CASE WHEN $8 = '' THEN words ELSE $8 END
         WHERE host_id = $1 AND generation = $2 AND step = $3 AND failed = $4 AND at = $5",
    )
    .bind(word.host.as_str())
    .bind(word.generation)
    .bind(word.step.as_str())
    .bind(i64::from(word.failed))
    .bind(word.at.millis())
    .bind(now.millis())
    .bind(said.percent.map(i64::from))
    .bind(&said.words)
    .execute(tx)
    .await?;
    Ok(())
}

/// Whether the system that the host's last used generation wrote has said that it booted.
pub(crate) async fn has_booted(readers: &SqlitePool, host: &Id) -> Result<bool, StoreError> {
    let has_booted = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM install_word WHERE host_id = $1 AND step = $2 AND failed = 0 AND generation =
            (SELECT MAX(generation) FROM arming WHERE host_id = $1 AND consumed_at IS NOT NULL))",
    )
    .bind(host.as_str())
    .bind(Step::FirstBoot.as_str())
    .fetch_one(readers)
    .await?;
    Ok(has_booted)
}

/// Of which generations of a cluster's it was told that their document may have leaked.
pub(crate) async fn leaked(tx: &mut Tx, cluster: &Label) -> Result<Vec<(Id, i64)>, StoreError> {
    let rows: Vec<(String, i64, String)> = sqlx::query_as(
        "SELECT host_id, generation, plan FROM arming WHERE leaked_at IS NOT NULL ORDER BY host_id, generation",
    )
    .fetch_all(tx)
    .await?;
    let mut leaked = Vec::new();
    for (host, generation, plan) in rows {
        if plan_of(&host, generation, &plan)?.cluster == *cluster {
            leaked.push((id(&host, generation)?, generation));
        }
    }
    Ok(leaked)
}

/// Notes what is being told.
pub(crate) async fn tell(tx: &mut Tx, host: &Id, generation: i64, told: Told) -> Result<(), StoreError> {
    sqlx::query("UPDATE arming SET overdue = $3, leaked_at = $4 WHERE host_id = $1 AND generation = $2")
        .bind(host.as_str())
        .bind(generation)
        .bind(told.overdue.map(Step::as_str))
        .bind(told.leaked_at.map(Timestamp::millis))
        .execute(tx)
        .await?;
    Ok(())
}

#[derive(FromRow)]
struct Row {
    generation: i64,
    plan: String,
    armed_at: i64,
    expires_at: i64,
    consumed_at: Option<i64>,
    consumed_by: Option<String>,
    ended_at: Option<i64>,
    outcome: Option<String>,
    overdue: Option<String>,
    leaked_at: Option<i64>,
}

impl Row {
    fn course(self, host: hosts::HostFacts, words: Vec<Word>) -> Result<Course, StoreError> {
        let plan = plan_of(host.id.as_str(), self.generation, &self.plan)?;
        let broken = |reason: String| corrupt("arming", host.id.as_str(), self.generation, reason);
        let outcome =
            self.outcome.as_deref().map(|text| text.parse::<Outcome>().map_err(|e| broken(e.to_string())));
        let overdue =
            self.overdue.as_deref().map(|text| text.parse::<Step>().map_err(|e| broken(e.to_string())));
        let ended = match (self.ended_at, outcome.transpose()?) {
            (Some(at), Some(outcome)) => Some(Ended { at: Timestamp(at), outcome }),
            _ => None,
        };
        Ok(Course {
            node: format!("{} node {} of {}.{}", plan.role, plan.hostname, plan.cluster, plan.domain),
            role: plan.role,
            generation: self.generation,
            armed_at: Timestamp(self.armed_at),
            expires_at: Timestamp(self.expires_at),
            consumed_at: self.consumed_at.map(Timestamp),
            consumed_by: self.consumed_by,
            ended,
            words,
            told: Told { overdue: overdue.transpose()?, leaked_at: self.leaked_at.map(Timestamp) },
            name: host.name,
            state: host.state,
            host: host.id,
        })
    }
}

#[derive(FromRow)]
struct WordRow {
    step: String,
    failed: i64,
    at: i64,
    heard_at: i64,
    percent: Option<i64>,
    words: String,
}

impl WordRow {
    fn word(self, host: &Id, generation: i64) -> Result<Word, StoreError> {
        let step = self.step.parse::<Step>();
        Ok(Word {
            step: step.map_err(|e| corrupt("install_word", host.as_str(), generation, e.to_string()))?,
            host: host.clone(),
            generation,
            failed: self.failed != 0,
            at: Timestamp(self.at),
            heard_at: Timestamp(self.heard_at),
            percent: self.percent.and_then(|percent| u8::try_from(percent).ok()),
            words: self.words,
        })
    }
}

fn plan_of(host: &str, generation: i64, plan: &str) -> Result<Arming, StoreError> {
    serde_json::from_str(plan).map_err(|error| corrupt("arming", host, generation, error.to_string()))
}

fn id(host: &str, generation: i64) -> Result<Id, StoreError> {
    host.parse().map_err(|error: inventory::InvalidId| corrupt("arming", host, generation, error.to_string()))
}

fn corrupt(table: &'static str, host: &str, generation: i64, reason: String) -> StoreError {
    StoreError::Corrupt { table, row: format!("{host}, generation {generation}"), reason }
}
