//! From rows to what they mean.

use hullo_core::call::Call;
use hullo_protocol::{Accid, AppKey, CallRecord, Message, MessageId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::integer::{signed, unsigned};
use crate::store::policy;
use crate::store::vault::Vault;
use crate::store::{
    Account, App, ConversationQuery, MessagePage, PageLimit, Policies, RecordPage, RecordQuery,
    StoreError,
};

pub(super) fn app(row: &SqliteRow, vault: &Vault) -> Result<App, StoreError> {
    let key: String = row.try_get("app_key")?;
    let sealed: Vec<u8> = row.try_get("sealed_secret")?;
    let secret = vault
        .open_sealed(&key, &sealed)
        .ok_or_else(|| StoreError::Unreadable {
            what: format!("the secret of the app {key}"),
            why: "the master key is another one; restore hullo.key or HULLO_MASTER_KEY".to_owned(),
        })?;
    Ok(App {
        key: parse(&key, AppKey::parse)?,
        name: row.try_get("name")?,
        secret,
        secure: row.try_get("secure")?,
        policies: policies(row)?,
    })
}

pub(super) fn policies(row: &SqliteRow) -> Result<Policies, StoreError> {
    Ok(Policies {
        busy: parse(row.try_get("busy")?, policy::busy)?,
        devices: parse(row.try_get("devices")?, policy::devices)?,
    })
}

pub(super) fn account(row: &SqliteRow) -> Result<Account, StoreError> {
    Ok(Account {
        accid: accid(row, "accid")?,
        name: row.try_get("name")?,
        avatar: row.try_get("avatar")?,
        disabled: row.try_get("disabled")?,
        token_generation: unsigned(row.try_get("token_generation")?),
    })
}

pub(super) async fn accounts_named(
    pool: &SqlitePool,
    app: &AppKey,
    accids: &[&Accid],
) -> Result<Vec<Account>, StoreError> {
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT * FROM accounts WHERE app_key = ");
    sql.push_bind(app.as_str()).push(" AND accid IN (");
    let mut listed = sql.separated(", ");
    for accid in accids {
        listed.push_bind(accid.as_str());
    }
    let rows = sql.push(") ORDER BY accid").build().fetch_all(pool).await?;
    rows.iter().map(account).collect()
}

pub(super) fn call(row: &SqliteRow) -> Result<Call, StoreError> {
    let call_id: String = row.try_get("call_id")?;
    json(row, "state", || format!("the call {call_id}"))
}

/// A record and its place.
pub(super) fn record(row: &SqliteRow) -> Result<(u64, CallRecord), StoreError> {
    let seq: i64 = row.try_get("seq")?;
    let record = json(row, "body", || format!("the record {seq}"))?;
    Ok((unsigned(seq), record))
}

pub(super) async fn records(
    pool: &SqlitePool,
    app: &AppKey,
    query: RecordQuery,
) -> Result<RecordPage, StoreError> {
    let before = query.before.map_or(i64::MAX, signed);
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT records.seq, body FROM records");
    if let Some(accid) = &query.accid {
        sql.push(" JOIN record_accounts AS own ON own.seq = records.seq AND own.app_key = ")
            .push_bind(app.as_str())
            .push(" AND own.accid = ")
            .push_bind(accid.as_str());
    }
    let rows = sql
        .push(" WHERE records.app_key = ")
        .push_bind(app.as_str())
        .push(" AND records.seq < ")
        .push_bind(before)
        .push(" ORDER BY records.seq DESC LIMIT ")
        .push_bind(i64::from(query.limit.rows) + 1)
        .build()
        .fetch_all(pool)
        .await?;
    let found = rows.iter().map(record).collect::<Result<Vec<_>, _>>()?;
    let (found, more) = page(found, query.limit, |(_, record)| record);
    let next = found.last().map(|(seq, _)| *seq).filter(|_| more);
    Ok(RecordPage {
        records: found.into_iter().map(|(_, record)| record).collect(),
        next,
    })
}

/// The first of `found` that make a page, and whether there are more.
fn page<T, J: Serialize>(
    mut found: Vec<T>,
    limit: PageLimit,
    json: impl Fn(&T) -> &J,
) -> (Vec<T>, bool) {
    let mut bytes = 0;
    let fit = found.iter().take(limit.rows as usize).take_while(|row| {
        bytes += serde_json::to_vec(json(row)).map_or(0, |json| json.len() + 1);
        bytes <= limit.bytes
    });
    let rows = fit.count().max(1);
    let more = found.len() > rows;
    found.truncate(rows);
    (found, more)
}

pub(super) async fn messages_since(
    pool: &SqlitePool,
    app: &AppKey,
    accid: &Accid,
    (after, before): (MessageId, MessageId),
    limit: PageLimit,
) -> Result<MessagePage, StoreError> {
    // Each half walks its own index backwards and stops at the limit.
    let rows = sqlx::query(
        "SELECT * FROM (SELECT * FROM messages WHERE app_key = ?1 AND from_accid = ?2 AND id > ?3 AND id < ?4 \
         ORDER BY id DESC LIMIT ?5) \
         UNION ALL SELECT * FROM (SELECT * FROM messages WHERE app_key = ?1 AND to_accid = ?2 AND id > ?3 AND id < ?4 \
         ORDER BY id DESC LIMIT ?5) ORDER BY id DESC LIMIT ?5",
    )
    .bind(app.as_str())
    .bind(accid.as_str())
    .bind(signed(after.0))
    .bind(signed(before.0))
    .bind(i64::from(limit.rows) + 1)
    .fetch_all(pool)
    .await?;
    let found = rows.iter().map(message).collect::<Result<Vec<_>, _>>()?;
    let (mut messages, more) = page(found, limit, |message| message);
    messages.reverse();
    Ok(MessagePage { messages, more })
}

pub(super) async fn conversation(
    pool: &SqlitePool,
    app: &AppKey,
    query: ConversationQuery<'_>,
) -> Result<MessagePage, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM (SELECT * FROM messages WHERE app_key = ?1 AND from_accid = ?2 AND to_accid = ?3 AND id < ?4 \
         ORDER BY id DESC LIMIT ?5) \
         UNION ALL SELECT * FROM (SELECT * FROM messages WHERE app_key = ?1 AND from_accid = ?3 AND to_accid = ?2 AND id < ?4 \
         ORDER BY id DESC LIMIT ?5) ORDER BY id DESC LIMIT ?5",
    )
    .bind(app.as_str())
    .bind(query.accid.as_str())
    .bind(query.with.as_str())
    .bind(query.before.map_or(i64::MAX, |id| signed(id.0)))
    .bind(i64::from(query.limit.rows) + 1)
    .fetch_all(pool)
    .await?;
    let found = rows.iter().map(message).collect::<Result<Vec<_>, _>>()?;
    let (messages, more) = page(found, query.limit, |message| message);
    Ok(MessagePage { messages, more })
}

fn message(row: &SqliteRow) -> Result<Message, StoreError> {
    let id = unsigned(row.try_get("id")?);
    Ok(Message {
        id: MessageId(id),
        from: accid(row, "from_accid")?,
        to: accid(row, "to_accid")?,
        sent_at_ms: unsigned(row.try_get("sent_at_ms")?),
        body: json(row, "body", || format!("the message {id}"))?,
    })
}

fn accid(row: &SqliteRow, column: &str) -> Result<Accid, StoreError> {
    let text: String = row.try_get(column)?;
    parse(&text, Accid::parse)
}

fn parse<T, E: std::fmt::Display>(
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, StoreError> {
    parse(text).map_err(|error| StoreError::Unreadable {
        what: format!("{text:?}"),
        why: error.to_string(),
    })
}

fn json<T: DeserializeOwned>(
    row: &SqliteRow,
    column: &str,
    what: impl FnOnce() -> String,
) -> Result<T, StoreError> {
    let text: &str = row.try_get(column)?;
    serde_json::from_str(text).map_err(|error| StoreError::Unreadable {
        what: what(),
        why: error.to_string(),
    })
}
