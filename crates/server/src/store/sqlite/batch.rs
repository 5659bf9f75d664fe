//! One transaction for one batch of the hub.

use hullo_core::call::Call;
use hullo_core::hub::Write;
use hullo_protocol::{AppKey, CallRecord, Message};
use serde::Serialize;
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use super::integer::signed;
use super::transaction;
use crate::store::StoreError;

/// Stores all of `writes` or nothing.
pub(super) async fn commit(
    pool: &SqlitePool,
    app: &AppKey,
    writes: &[Write],
) -> Result<(), StoreError> {
    let mut connection = transaction::begin(pool).await?;
    let stored = store_all(&mut connection, app, writes).await;
    transaction::end(&mut connection, stored).await
}

async fn store_all(
    connection: &mut SqliteConnection,
    app: &AppKey,
    writes: &[Write],
) -> Result<(), StoreError> {
    for write in writes {
        match write {
            Write::Call(call) => store_call(connection, app, call, false).await?,
            Write::End {
                call,
                record,
                messages,
            } => {
                store_call(connection, app, call, true).await?;
                if store_record(connection, app, record).await? {
                    store_messages(connection, app, messages).await?;
                }
            }
        }
    }
    Ok(())
}

/// A call that has ended never lives again, whatever it is asked to be.
async fn store_call(
    connection: &mut SqliteConnection,
    app: &AppKey,
    call: &Call,
    ended: bool,
) -> Result<(), StoreError> {
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
    if stored.rows_affected() == 0 {
        tracing::error!(call_id = %call.call_id, "a call that has ended was to be stored again");
    }
    Ok(())
}

/// Invariant: one record per call. True when this is it.
async fn store_record(
    connection: &mut SqliteConnection,
    app: &AppKey,
    record: &CallRecord,
) -> Result<bool, StoreError> {
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
    .await?;
    if stored.rows_affected() == 0 {
        tracing::error!(call_id = %record.call_id, "a second record of a call was to be stored");
        return Ok(false);
    }
    for accid in std::iter::once(&record.caller).chain(&record.callees) {
        sqlx::query("INSERT OR IGNORE INTO record_accounts (app_key, accid, seq) VALUES (?, ?, ?)")
            .bind(app.as_str())
            .bind(accid.as_str())
            .bind(stored.last_insert_rowid())
            .execute(&mut *connection)
            .await?;
    }
    Ok(true)
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
