//! Events and cursors in the database.

use ::store::{StoreError, Tx};
use inventory::{Id, Timestamp};
use sqlx::{FromRow, SqlitePool};

use crate::{Event, NewEvent};

/// Writes an event; answers its place in the order.
///
/// # Errors
/// The database's.
pub async fn append(tx: &mut Tx, event: &NewEvent, now: Timestamp) -> Result<i64, StoreError> {
    let seq = sqlx::query_scalar(
        "INSERT INTO event (at, kind, host_id, key, actor, summary, data)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         RETURNING seq",
    )
    .bind(now.millis())
    .bind(event.kind.as_str())
    .bind(event.host.as_ref().map(Id::as_str))
    .bind(&event.key)
    .bind(&event.actor)
    .bind(&event.summary)
    .bind(event.data.to_string())
    .fetch_one(tx)
    .await?;
    Ok(seq)
}

/// The events after `seq`, oldest first, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn after(readers: &SqlitePool, seq: i64, limit: u32) -> Result<Vec<Event>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as("SELECT * FROM event WHERE seq > $1 ORDER BY seq LIMIT $2")
        .bind(seq)
        .bind(limit)
        .fetch_all(readers)
        .await?;
    rows.into_iter().map(Event::try_from).collect()
}

/// The newest events of a host before `before` (or of all time), newest first.
///
/// # Errors
/// The database's.
pub async fn of_host(
    readers: &SqlitePool,
    host: &Id,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let rows: Vec<Row> =
        sqlx::query_as("SELECT * FROM event WHERE host_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3")
            .bind(host.as_str())
            .bind(before.unwrap_or(i64::MAX))
            .bind(limit)
            .fetch_all(readers)
            .await?;
    rows.into_iter().map(Event::try_from).collect()
}

/// How far `reader` has come; 0 when it has read nothing.
///
/// # Errors
/// The database's.
pub async fn cursor(readers: &SqlitePool, reader: &str) -> Result<i64, StoreError> {
    let seq = sqlx::query_scalar("SELECT seq FROM event_cursor WHERE reader = $1")
        .bind(reader)
        .fetch_optional(readers)
        .await?;
    Ok(seq.unwrap_or(0))
}

/// Notes that `reader` has come as far as `seq`, in the transaction of what it did about it.
///
/// # Errors
/// The database's.
pub async fn advance(tx: &mut Tx, reader: &str, seq: i64) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO event_cursor (reader, seq) VALUES ($1, $2)
         ON CONFLICT (reader) DO UPDATE SET seq = excluded.seq",
    )
    .bind(reader)
    .bind(seq)
    .execute(tx)
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct Row {
    seq: i64,
    at: i64,
    kind: String,
    host_id: Option<String>,
    key: String,
    actor: String,
    summary: String,
    data: String,
}

impl TryFrom<Row> for Event {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt =
            |reason: String| StoreError::Corrupt { table: "event", row: row.seq.to_string(), reason };
        Ok(Self {
            kind: row.kind.parse().map_err(|e: crate::UnknownKind| corrupt(e.to_string()))?,
            host: row
                .host_id
                .map(|id| id.parse())
                .transpose()
                .map_err(|e: inventory::InvalidId| corrupt(e.to_string()))?,
            data: serde_json::from_str(&row.data).map_err(|e| corrupt(e.to_string()))?,
            seq: row.seq,
            at: Timestamp(row.at),
            key: row.key,
            actor: row.actor,
            summary: row.summary,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    #[tokio::test]
    async fn events_are_read_in_order_from_a_cursor_that_lasts() {
        let dir = tempfile::tempdir().unwrap();
        let store = ::store::Store::open(&dir.path().join("muster.db")).await.unwrap();
        let host: Id = "node1".parse().unwrap();
        let (h, n) = (host.clone(), Timestamp(7));
        store
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move {
                    for kind in Kind::ALL {
                        let event =
                            NewEvent::new(*kind, Some(h.clone()), "server", format!("{kind} happened"));
                        append(tx, &event.key("k").data(serde_json::json!({"a": 1})), n).await?;
                    }
                    advance(tx, "alerts", 3).await?;
                    advance(tx, "alerts", 5).await
                })
            })
            .await
            .unwrap();
        assert_eq!(cursor(store.readers(), "alerts").await.unwrap(), 5);
        assert_eq!(cursor(store.readers(), "nobody").await.unwrap(), 0);
        let read = after(store.readers(), 5, 3).await.unwrap();
        assert_eq!(read.iter().map(|e| e.seq).collect::<Vec<_>>(), [6, 7, 8]);
        assert_eq!(read[0].kind, Kind::ALL[5]);
        let newest = of_host(store.readers(), &host, None, 2).await.unwrap();
        assert_eq!(newest[0].seq, Kind::ALL.len() as i64);
        assert_eq!(of_host(store.readers(), &host, Some(2), 9).await.unwrap().len(), 1);
    }
}
