//! From rows to what they mean. Each page steps through one index and stops where it is full: no statement here walks what
//! it does not show, and none sorts.

use hullo_core::call::Call;
use hullo_protocol::{
    Accid, AppKey, CallId, CallRecord, MISSED_COUNT_MAX, Message, MessageBody, MessageId,
};
use rusqlite::{Connection, OptionalExtension as _, Params, Row};
use serde::Serialize;

use super::batch::attach;
use super::integer::{records_of, signed, unsigned};
use crate::store::policy;
use crate::store::vault::Vault;
use crate::store::{
    Account, App, ConversationQuery, MessagePage, PageLimit, Policies, RecordPage, RecordQuery,
    Retention, StoreError, UnreadCalls,
};

/// A row that cannot be read, to be put into quarantine.
#[derive(Debug, Clone)]
pub(super) struct Unreadable {
    pub(super) table: Table,
    /// Its number there.
    pub(super) row: i64,
    pub(super) why: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    States,
    Records,
}

/// Rows that could not be read while something else was found.
pub(super) type Aside = Vec<Unreadable>;

macro_rules! app_columns {
    () => {
        "app_key, name, sealed_secret, secure, busy, devices, \
         keep_records_days, keep_records, keep_messages_days, keep_messages"
    };
}
const APPS: &str = concat!("SELECT ", app_columns!(), " FROM apps ORDER BY app_key");
const APP: &str = concat!("SELECT ", app_columns!(), " FROM apps WHERE app_key = ?");
const POLICIES: &str = "SELECT busy, devices FROM apps WHERE app_key = ?";
const APP_ID: &str = "SELECT id, message_first FROM apps WHERE app_key = ?";
const ACCID: &str = "SELECT id FROM accids WHERE app = ? AND accid = ?";
const ACCOUNT: &str = "SELECT accid, name, avatar, disabled, token_generation \
     FROM accids JOIN accounts USING (id) WHERE app = ? AND accid = ?";
const ACCOUNTS: &str = "SELECT accid, name, avatar, disabled, token_generation \
     FROM accids CROSS JOIN accounts USING (id) WHERE app = ? ORDER BY accid";
const STATE: &str = "SELECT states.id, states.body, attachments.body, ended_at_ms \
     FROM states LEFT JOIN attachments ON state = states.id WHERE app = ? AND call_id = ?";
const STATES: &str = "SELECT states.id, states.body, attachments.body, ended_at_ms \
     FROM states LEFT JOIN attachments ON state = states.id WHERE app = ? ORDER BY call_id";
const NEXT_MESSAGE: &str = "SELECT max(message_next, \
     coalesce((SELECT message_first + messages FROM records WHERE seq > apps.id << 40 AND seq < (apps.id + 1) << 40 \
     ORDER BY seq DESC LIMIT 1), 1)) \
     FROM apps WHERE app_key = ?";
const RECORD: &str =
    "SELECT seq, body FROM records WHERE app = ? AND call_id = ? AND body IS NOT NULL";
const RECORDS: &str = "SELECT seq, body FROM records WHERE seq > ? AND seq < ? AND body IS NOT NULL ORDER BY seq DESC";
const PAST_CALLS: &str = "SELECT seq, body, message_first, messages FROM past_calls \
     CROSS JOIN records ON seq = record WHERE accid = ? AND record < ? AND body IS NOT NULL ORDER BY record DESC";
const MISSED: &str = "SELECT record FROM past_calls INDEXED BY past_calls_missed \
     WHERE accid = ? AND record > ? AND missed = 1 LIMIT ?";
const READ_TO: &str =
    "SELECT calls_read_to FROM accounts JOIN accids USING (id) WHERE app = ? AND accid = ?";
const NEWEST_RECORD: &str =
    "SELECT seq FROM records WHERE seq > ? AND seq <= ? ORDER BY seq DESC LIMIT 1";
const CONVERSATION: &str = "SELECT seq, body, message_first, message FROM conversations \
     CROSS JOIN records ON seq = record \
     WHERE low = ? AND high = ? AND message < ? AND message >= ? AND body IS NOT NULL ORDER BY message DESC";

/// All apps whose secrets can be opened, and what is wrong with the others.
pub(super) fn apps(
    connection: &Connection,
    vault: &Vault,
) -> Result<(Vec<App>, Vec<StoreError>), StoreError> {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    each(connection, APPS, (), |row| {
        match app_of(row, vault) {
            Ok(app) => found.push(app),
            Err(error @ StoreError::Unreadable { .. }) => wrong.push(error),
            Err(error) => return Err(error),
        }
        Ok(true)
    })?;
    Ok((found, wrong))
}

pub(super) fn app(
    connection: &Connection,
    vault: &Vault,
    key: &AppKey,
) -> Result<Option<App>, StoreError> {
    let mut found = None;
    each(connection, APP, [key.as_str()], |row| {
        found = Some(app_of(row, vault)?);
        Ok(true)
    })?;
    Ok(found)
}

fn app_of(row: &Row<'_>, vault: &Vault) -> Result<App, StoreError> {
    let key: String = row.get(0)?;
    let sealed: Vec<u8> = row.get(2)?;
    let secret = vault
        .open_sealed(&key, &sealed)
        .ok_or_else(|| StoreError::Unreadable {
            what: format!("the secret of the app {key}"),
            why: "the master key is another one; restore hullo.key or HULLO_MASTER_KEY".to_owned(),
        })?;
    Ok(App {
        key: parse(&key, AppKey::parse)?,
        name: row.get(1)?,
        secret,
        secure: row.get(3)?,
        policies: policies_of(row, 4)?,
        retention: Retention {
            records_days: row.get(6)?,
            records: row.get(7)?,
            messages_days: row.get(8)?,
            messages: row.get(9)?,
        },
    })
}

pub(super) fn policies(
    connection: &Connection,
    key: &AppKey,
) -> Result<Option<Policies>, StoreError> {
    let mut found = None;
    each(connection, POLICIES, [key.as_str()], |row| {
        found = Some(policies_of(row, 0)?);
        Ok(true)
    })?;
    Ok(found)
}

fn policies_of(row: &Row<'_>, column: usize) -> Result<Policies, StoreError> {
    Ok(Policies {
        busy: parse(text(row, column)?, policy::busy)?,
        devices: parse(text(row, column + 1)?, policy::devices)?,
    })
}

/// An account, or all of an app.
pub(super) fn accounts(
    connection: &Connection,
    key: &AppKey,
    accid: Option<&Accid>,
) -> Result<Vec<Account>, StoreError> {
    let Some((app, _)) = app_id(connection, key)? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    let add = |row: &Row<'_>| {
        found.push(account_of(row)?);
        Ok(true)
    };
    match accid {
        Some(accid) => each(connection, ACCOUNT, (app, accid.as_str()), add)?,
        None => each(connection, ACCOUNTS, [app], add)?,
    }
    Ok(found)
}

pub(super) fn account_of(row: &Row<'_>) -> Result<Account, StoreError> {
    Ok(Account {
        accid: parse(text(row, 0)?, Accid::parse)?,
        name: row.get(1)?,
        avatar: row.get(2)?,
        disabled: row.get(3)?,
        token_generation: unsigned(row.get(4)?),
    })
}

/// A call whose state is kept.
pub(super) fn call(
    connection: &Connection,
    key: &AppKey,
    call_id: CallId,
    aside: &mut Aside,
) -> Result<Option<Call>, StoreError> {
    let Some((app, _)) = app_id(connection, key)? else {
        return Ok(None);
    };
    let mut found = None;
    each(connection, STATE, (app, bytes(call_id)), |row| {
        found = call_of(row, aside)?;
        Ok(true)
    })?;
    Ok(found)
}

/// The calls that are not over, and those that ended at or after `since`.
pub(super) fn restorable(
    connection: &Connection,
    key: &AppKey,
    since: u64,
    aside: &mut Aside,
) -> Result<Vec<Call>, StoreError> {
    let Some((app, _)) = app_id(connection, key)? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    each(connection, STATES, [app], |row| {
        let ended_at: Option<i64> = row.get(3)?;
        if ended_at.is_none_or(|at| unsigned(at) >= since) {
            found.extend(call_of(row, aside)?);
        }
        Ok(true)
    })?;
    Ok(found)
}

fn call_of(row: &Row<'_>, aside: &mut Aside) -> Result<Option<Call>, StoreError> {
    let texts: Option<String> = row.get(2)?;
    let call = serde_json::from_str::<Call>(text(row, 1)?)
        .map_err(|error| error.to_string())
        .and_then(|mut call| {
            let texts: Vec<String> = serde_json::from_str(texts.as_deref().unwrap_or("[]"))
                .map_err(|error| error.to_string())?;
            attach(&mut call, &texts).map_err(|error| error.to_string())?;
            Ok(call)
        });
    set_aside(call, Table::States, row.get(0)?, aside)
}

/// One more than the greatest message id that was ever used.
pub(super) fn next_message(connection: &Connection, key: &AppKey) -> Result<MessageId, StoreError> {
    let next: Option<i64> = connection
        .prepare_cached(NEXT_MESSAGE)?
        .query_one([key.as_str()], |row| row.get(0))
        .optional()?;
    Ok(MessageId(next.map_or(1, unsigned)))
}

pub(super) fn record(
    connection: &Connection,
    key: &AppKey,
    call_id: CallId,
    aside: &mut Aside,
) -> Result<Option<CallRecord>, StoreError> {
    let Some((app, _)) = app_id(connection, key)? else {
        return Ok(None);
    };
    let mut found = None;
    each(connection, RECORD, (app, bytes(call_id)), |row| {
        found = record_of(row, aside)?;
        Ok(true)
    })?;
    Ok(found)
}

pub(super) fn records(
    connection: &Connection,
    key: &AppKey,
    query: &RecordQuery,
    aside: &mut Aside,
) -> Result<RecordPage, StoreError> {
    let Some((app, _)) = app_id(connection, key)? else {
        return Ok(RecordPage::default());
    };
    let mut page = Page::new(query.limit);
    // Outside it counts from 1 in each app.
    let (none, last) = records_of(app);
    let before = query.before.map_or(last, |before| record_at(app, before));
    let add = |row: &Row<'_>| match record_of(row, aside)? {
        Some(record) => {
            let seq: i64 = row.get(0)?;
            Ok(page.add((seq, record), |(_, record)| record))
        }
        None => Ok(true),
    };
    match &query.accid {
        None => each(connection, RECORDS, (none, before), add)?,
        Some(accid) => {
            let accid = accid_id(connection, app, accid)?;
            each(connection, PAST_CALLS, (accid, before), add)?;
        }
    }
    let next = page.rows.last().filter(|_| page.more);
    Ok(RecordPage {
        next: next.map(|(seq, _)| unsigned(*seq - none)),
        records: page
            .rows
            .into_iter()
            .map(|(seq, record)| (unsigned(seq - none), record))
            .collect(),
    })
}

/// What an account has not read of its past calls; nothing where there is no such account.
pub(super) fn unread_calls(
    connection: &Connection,
    key: &AppKey,
    accid: &Accid,
) -> Result<UnreadCalls, StoreError> {
    let mut unread = UnreadCalls {
        read_to: 0,
        missed: 0,
    };
    let Some((app, _)) = app_id(connection, key)? else {
        return Ok(unread);
    };
    each(connection, READ_TO, (app, accid.as_str()), |row| {
        unread.read_to = unsigned(row.get(0)?);
        Ok(false)
    })?;
    let number = accid_id(connection, app, accid)?;
    let after = record_at(app, unread.read_to);
    each(
        connection,
        MISSED,
        (number, after, MISSED_COUNT_MAX),
        |_| {
            unread.missed += 1;
            Ok(true)
        },
    )?;
    Ok(unread)
}

/// This place among the app's records, or that of the newest if it is further.
pub(super) fn place_until(
    connection: &Connection,
    key: &AppKey,
    place: u64,
) -> Result<u64, StoreError> {
    let Some((app, _)) = app_id(connection, key)? else {
        return Ok(0);
    };
    let (none, last) = records_of(app);
    let mut newest = none;
    each(connection, NEWEST_RECORD, (none, last), |row| {
        newest = row.get(0)?;
        Ok(false)
    })?;
    Ok(place.min(unsigned(newest - none)))
}

/// The number of the record at a place among the app's; the greatest there can be where it lies beyond.
fn record_at(app: i64, place: u64) -> i64 {
    let (none, last) = records_of(app);
    none.saturating_add(signed(place)).min(last)
}

/// The newest page of an account's messages within `after < id < before`, oldest first.
pub(super) fn messages_since(
    connection: &Connection,
    key: &AppKey,
    accid: &Accid,
    (after, before): (MessageId, MessageId),
    limit: PageLimit,
    aside: &mut Aside,
) -> Result<MessagePage, StoreError> {
    let Some((app, oldest)) = app_id(connection, key)? else {
        return Ok(MessagePage::default());
    };
    let oldest = oldest.max(after.0.saturating_add(1));
    let mut page = Page::new(limit);
    let number = accid_id(connection, app, accid)?;
    each(connection, PAST_CALLS, (number, i64::MAX), |row| {
        let (first, count) = (unsigned(row.get(2)?), unsigned(row.get(3)?));
        if count > 0 && first + count <= oldest {
            return Ok(false);
        }
        let Some(record) = record_of(row, aside)? else {
            return Ok(true);
        };
        for (place, callee) in record.callees.iter().enumerate().rev() {
            let id = first + place as u64;
            let own = record.caller == *accid || *callee == *accid;
            if !own || id < oldest || id >= before.0 {
                continue;
            }
            let message = message_of(&record, callee, id);
            if !message.is_none_or(|message| page.add(message, |message| message)) {
                return Ok(false);
            }
        }
        Ok(true)
    })?;
    page.rows.reverse();
    Ok(MessagePage {
        messages: page.rows,
        more: page.more,
    })
}

pub(super) fn conversation(
    connection: &Connection,
    key: &AppKey,
    query: &ConversationQuery<'_>,
    aside: &mut Aside,
) -> Result<MessagePage, StoreError> {
    let Some((app, oldest)) = app_id(connection, key)? else {
        return Ok(MessagePage::default());
    };
    let own = accid_id(connection, app, query.accid)?;
    let with = accid_id(connection, app, query.with)?;
    let (Some(own), Some(with)) = (own, with) else {
        return Ok(MessagePage::default());
    };
    let before = query.before.map_or(i64::MAX, |id| signed(id.0));
    let of = (own.min(with), own.max(with), before, signed(oldest));
    let mut page = Page::new(query.limit);
    each(connection, CONVERSATION, of, |row| {
        let (first, id) = (unsigned(row.get(2)?), unsigned(row.get(3)?));
        let Some(record) = record_of(row, aside)? else {
            return Ok(true);
        };
        let place = usize::try_from(id.saturating_sub(first)).unwrap_or(usize::MAX);
        let callee = record.callees.get(place);
        let message = callee.and_then(|callee| message_of(&record, callee, id));
        Ok(message.is_none_or(|message| page.add(message, |message| message)))
    })?;
    Ok(MessagePage {
        messages: page.rows,
        more: page.more,
    })
}

/// The message that carries a record to one of its callees.
fn message_of(record: &CallRecord, callee: &Accid, id: u64) -> Option<Message> {
    let summary = record.summary_of(callee)?;
    Some(Message {
        id: MessageId(id),
        from: summary.caller.clone(),
        to: summary.callee.clone(),
        sent_at_ms: summary.ended_at_ms,
        body: MessageBody::Call(summary),
    })
}

/// `None` for a record that cannot be read.
pub(super) fn record_of(
    row: &Row<'_>,
    aside: &mut Aside,
) -> Result<Option<CallRecord>, StoreError> {
    let record = serde_json::from_str(text(row, 1)?).map_err(|error| error.to_string());
    set_aside(record, Table::Records, row.get(0)?, aside)
}

/// What was read, or nothing and one more row for the quarantine.
fn set_aside<T>(
    read: Result<T, String>,
    table: Table,
    row: i64,
    aside: &mut Aside,
) -> Result<Option<T>, StoreError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(why) => {
            aside.push(Unreadable { table, row, why });
            Ok(None)
        }
    }
}

/// Rows up to a limit.
struct Page<T> {
    limit: PageLimit,
    rows: Vec<T>,
    bytes: usize,
    /// A row came that had no place.
    more: bool,
}

impl<T> Page<T> {
    fn new(limit: PageLimit) -> Self {
        Self {
            limit,
            rows: Vec::new(),
            bytes: 0,
            more: false,
        }
    }

    /// Adds a row that has a place; false when it has none, which ends the page.
    fn add<J: Serialize>(&mut self, row: T, json: impl Fn(&T) -> &J) -> bool {
        // The comma behind it.
        let bytes = serde_json::to_vec(json(&row)).map_or(0, |json| json.len() + 1);
        let full = self.rows.len() >= self.limit.rows as usize
            || self.bytes.saturating_add(bytes) > self.limit.bytes;
        if full && !self.rows.is_empty() {
            self.more = true;
            return false;
        }
        self.bytes += bytes;
        self.rows.push(row);
        true
    }
}

/// The number of an app and its oldest message.
fn app_id(connection: &Connection, key: &AppKey) -> Result<Option<(i64, u64)>, StoreError> {
    let found = connection
        .prepare_cached(APP_ID)?
        .query_one([key.as_str()], |row| {
            Ok((row.get(0)?, unsigned(row.get(1)?)))
        })
        .optional()?;
    Ok(found)
}

fn accid_id(connection: &Connection, app: i64, accid: &Accid) -> Result<Option<i64>, StoreError> {
    let found = connection
        .prepare_cached(ACCID)?
        .query_one((app, accid.as_str()), |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// Steps through the rows of a statement until `take` says that it is enough.
fn each(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    mut take: impl FnMut(&Row<'_>) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    while let Some(row) = rows.next()? {
        if !take(row)? {
            break;
        }
    }
    Ok(())
}

fn bytes(call_id: CallId) -> [u8; 16] {
    call_id.as_u128().to_be_bytes()
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str, StoreError> {
    let value = row.get_ref(column)?;
    value.as_str().map_err(|error| StoreError::Unreadable {
        what: format!("the column {column} of a row"),
        why: error.to_string(),
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::file::{Open, open};

    const STATEMENTS: [&str; 15] = [
        APPS,
        APP,
        POLICIES,
        APP_ID,
        ACCID,
        ACCOUNT,
        ACCOUNTS,
        STATE,
        STATES,
        NEXT_MESSAGE,
        RECORD,
        RECORDS,
        PAST_CALLS,
        MISSED,
        CONVERSATION,
    ];

    #[test]
    fn no_statement_walks_a_table_or_sorts() {
        let folder = tempfile::tempdir().unwrap();
        let connection = open(&folder.path().join("a.db"), Open::Alone, None).unwrap();
        for sql in STATEMENTS {
            let mut plan = connection
                .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
                .unwrap();
            let values = vec![rusqlite::types::Null; plan.parameter_count()];
            let steps: Vec<String> = plan
                .query_map(rusqlite::params_from_iter(values), |row| row.get(3))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            let walks = |step: &String| {
                (step.contains("SCAN") && !step.contains("SCAN apps") && !step.contains("CONSTANT"))
                    || step.contains("TEMP B-TREE")
            };
            assert!(!steps.iter().any(walks), "{sql}: {steps:#?}");
        }
    }
}
