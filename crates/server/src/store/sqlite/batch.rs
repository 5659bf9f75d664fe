//! One transaction for one batch of the hub.

use hullo_core::call::Call;
use hullo_core::hub::Write;
use hullo_protocol::{AppKey, CallId, CallRecord, Message};
use serde::Serialize;
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use super::integer::signed;
use super::transaction;
use crate::store::{CommitError, StoreError};

/// Stores all of `writes` or nothing.
pub(super) async fn commit(
    pool: &SqlitePool,
    app: &AppKey,
    writes: &[Write],
) -> Result<(), CommitError> {
    let mut connection = transaction::begin(pool).await?;
    let mut taken = Vec::new();
    let stored = store_all(&mut connection, app, writes, &mut taken).await;
    match stored {
        Ok(()) if taken.is_empty() => Ok(transaction::end(&mut connection, Ok(())).await?),
        Ok(()) => {
            transaction::roll_back(&mut connection).await;
            Err(CommitError::Taken(taken))
        }
        Err(error) => {
            transaction::roll_back(&mut connection).await;
            Err(error)
        }
    }
}

async fn store_all(
    connection: &mut SqliteConnection,
    app: &AppKey,
    writes: &[Write],
    taken: &mut Vec<CallId>,
) -> Result<(), CommitError> {
    for write in writes {
        let (Write::Call(call) | Write::End { call, .. }) = write;
        if taken.contains(&call.call_id) {
            continue;
        }
        let ended = matches!(write, Write::End { .. });
        if !store_call(connection, app, call, ended).await? {
            if call.version > 1 {
                return Err(contradiction(call.call_id, "has ended and changes"));
            }
            taken.push(call.call_id);
            continue;
        }
        if let Write::End {
            record, messages, ..
        } = write
        {
            store_record(connection, app, record).await?;
            store_messages(connection, app, messages).await?;
        }
    }
    Ok(())
}

fn contradiction(call_id: CallId, what: &str) -> CommitError {
    CommitError::Contradiction(format!("the call {call_id} {what}"))
}

/// False when the call has ended: it never lives again, whatever it is asked to be.
async fn store_call(
    connection: &mut SqliteConnection,
    app: &AppKey,
    call: &Call,
    ended: bool,
) -> Result<bool, StoreError> {
    let stored = sqlx::query(
        "INSERT INTO calls (app_key, call_id, ended, state) VALUES (?, ?, ?, ?) \
         ON CONFLICT DO UPDATE SET ended = excluded.ended, state = excluded.state WHERE ended = 0",
    )
    .bind(app.as_str())
    .bind(call.call_id.to_string())
    .bind(ended)
    .bind(json(call)?)
    .execute(connection)
    .await?;
    Ok(stored.rows_affected() > 0)
}

/// Invariant: one record per call.
async fn store_record(
    connection: &mut SqliteConnection,
    app: &AppKey,
    record: &CallRecord,
) -> Result<(), CommitError> {
    let stored = sqlx::query(
        "INSERT INTO records (app_key, call_id, status, started_at_ms, ended_at_ms, body) \
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(app.as_str())
    .bind(record.call_id.to_string())
    .bind(i64::from(record.status.code()))
    .bind(signed(record.started_at_ms))
    .bind(signed(record.ended_at_ms))
    .bind(json(record)?)
    .execute(&mut *connection)
    .await
    .map_err(StoreError::from)?;
    if stored.rows_affected() == 0 {
        return Err(contradiction(record.call_id, "has a record already"));
    }
    for accid in std::iter::once(&record.caller).chain(&record.callees) {
        sqlx::query("INSERT OR IGNORE INTO record_accounts (app_key, accid, seq) VALUES (?, ?, ?)")
            .bind(app.as_str())
            .bind(accid.as_str())
            .bind(stored.last_insert_rowid())
            .execute(&mut *connection)
            .await
            .map_err(StoreError::from)?;
    }
    Ok(())
}

async fn store_messages(
    connection: &mut SqliteConnection,
    app: &AppKey,
    messages: &[Message],
) -> Result<(), StoreError> {
    for message in messages {
        sqlx::query(
            "INSERT INTO messages (app_key, id, from_accid, to_accid, sent_at_ms, body) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(app.as_str())
        .bind(signed(message.id.0))
        .bind(message.from.as_str())
        .bind(message.to.as_str())
        .bind(signed(message.sent_at_ms))
        .bind(json(&message.body)?)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Unreadable {
        what: std::any::type_name_of_val(value).to_owned(),
        why: error.to_string(),
    })
}
