//! A batch of the hub as rows: of each call its last state, what it leaves behind, and nothing twice.

use std::collections::{BTreeMap, BTreeSet};

use hullo_core::call::Call;
use hullo_core::hub::Write;
use hullo_protocol::{Accid, CallId, CallRecord, Message};
use rusqlite::params;
use serde::Serialize;

use super::desk::Desk;
use super::integer::{records_of, signed};
use crate::store::{CommitError, StoreError};

/// What a batch says of one call.
struct Last<'a> {
    /// Its first write has version 1: nothing, or that version, is stored.
    first: bool,
    call: &'a Call,
    ended_at_ms: Option<u64>,
}

/// Stores all of `writes`; on an error the caller takes back what was done.
pub(super) fn store(desk: &Desk, app: i64, writes: &[Write]) -> Result<(), CommitError> {
    let mut calls: BTreeMap<CallId, Last<'_>> = BTreeMap::new();
    for write in writes {
        let (Write::Call(call) | Write::End { call, .. }) = write;
        let last = calls.entry(call.call_id).or_insert(Last {
            first: call.version == 1,
            call,
            ended_at_ms: None,
        });
        last.call = call;
        if let Write::End { record, .. } = write {
            last.ended_at_ms = Some(record.ended_at_ms);
        }
    }
    let mut taken = Vec::new();
    for last in calls.values() {
        if !store_call(desk, app, last)? {
            taken.push(last.call.call_id);
        }
        for alias in &last.call.aliases {
            // It would mean two calls.
            if desk.knows(app, *alias)? {
                taken.push(*alias);
            }
        }
    }
    if taken.is_empty() {
        Ok(())
    } else {
        Err(CommitError::Taken(taken))
    }
}

/// Stores what calls leave behind that have ended.
pub(super) fn store_ends(desk: &mut Desk, app: i64, writes: &[Write]) -> Result<(), CommitError> {
    for write in writes {
        if let Write::End {
            record, messages, ..
        } = write
        {
            store_record(desk, app, record, messages)?;
        }
    }
    Ok(())
}

/// False when the call is new and its id is not. Invariant: a call that has ended never lives again.
fn store_call(desk: &Desk, app: i64, last: &Last<'_>) -> Result<bool, CommitError> {
    let call = last.call;
    let call_id = call.call_id.as_u128().to_be_bytes();
    let ended_at = last.ended_at_ms.map(signed);
    let (body, texts) = state(call)?;
    if last.first {
        let sql = "INSERT INTO states (app, call_id, ended_at_ms, body) SELECT ?1, ?2, ?3, ?4 \
             WHERE NOT EXISTS (SELECT 1 FROM records WHERE app = ?1 AND call_id = ?2) ON CONFLICT DO NOTHING";
        if desk.execute(sql, params![app, call_id, ended_at, body])? > 0 {
            if let Some(texts) = texts {
                let sql = "INSERT INTO attachments (state, body) VALUES (last_insert_rowid(), ?)";
                desk.execute(sql, [texts])?;
            }
            return Ok(true);
        }
    }
    let sql = "UPDATE states SET ended_at_ms = ?3, body = ?4 WHERE app = ?1 AND call_id = ?2 AND ended_at_ms IS NULL";
    if desk.execute(sql, params![app, call_id, ended_at, body])? == 0 {
        return match last.first {
            true => Ok(false),
            false => Err(contradiction(
                call.call_id,
                "has ended or was never stored, and changes",
            )),
        };
    }
    if let Some(texts) = texts {
        let sql = "INSERT INTO attachments (state, body) SELECT id, ?3 FROM states WHERE app = ?1 AND call_id = ?2 \
             ON CONFLICT DO UPDATE SET body = excluded.body WHERE body <> excluded.body";
        desk.execute(sql, params![app, call_id, texts])?;
    }
    Ok(true)
}

/// A call without its attachments, and these: their places stand in the call.
fn state(call: &Call) -> Result<(String, Option<String>), StoreError> {
    let has_text = call.participants.iter().any(|p| p.attachment.is_some());
    if call.attachment.is_none() && !has_text {
        return Ok((json(call)?, None));
    }
    let mut call = call.clone();
    let mut texts: Vec<String> = Vec::new();
    let own = call.participants.iter_mut().map(|p| &mut p.attachment);
    for attachment in std::iter::once(&mut call.attachment).chain(own).flatten() {
        let known = texts.iter().position(|text| text == attachment);
        let place = known.unwrap_or(texts.len()).to_string();
        let text = std::mem::replace(attachment, place);
        if known.is_none() {
            texts.push(text);
        }
    }
    Ok((json(&call)?, Some(json(&texts)?)))
}

/// Puts the attachments back where [`state`] took them from.
pub(super) fn attach(call: &mut Call, texts: &[String]) -> Result<(), StoreError> {
    let own = call.participants.iter_mut().map(|p| &mut p.attachment);
    for attachment in std::iter::once(&mut call.attachment).chain(own).flatten() {
        let text = attachment
            .parse()
            .ok()
            .and_then(|place: usize| texts.get(place));
        let text = text.ok_or_else(|| StoreError::Unreadable {
            what: format!("the attachment {attachment} of the call {}", call.call_id),
            why: "there is no such attachment".to_owned(),
        })?;
        attachment.clone_from(text);
    }
    Ok(())
}

/// Invariant: one record per call, and its messages in a row behind each other.
fn store_record(
    desk: &mut Desk,
    app: i64,
    record: &CallRecord,
    messages: &[Message],
) -> Result<(), CommitError> {
    let refused = |what| Err(contradiction(record.call_id, what));
    let first = messages.first().map_or(0, |message| message.id.0);
    let (none, last) = records_of(app);
    let sql = "INSERT INTO records (seq, app, call_id, ended_at_ms, message_first, messages, body) \
         VALUES (1 + coalesce((SELECT max(seq) FROM records WHERE seq > ?1 AND seq <= ?2), ?1), ?, ?, ?, ?, ?, ?) \
         ON CONFLICT DO NOTHING";
    let stored = desk.execute(
        sql,
        params![
            none,
            last,
            app,
            record.call_id.as_u128().to_be_bytes(),
            signed(record.ended_at_ms),
            signed(first),
            signed(messages.len() as u64),
            json(record)?,
        ],
    )?;
    if stored == 0 {
        return refused("has a record already");
    }
    let seq = desk.connection.last_insert_rowid();
    let people: BTreeSet<&Accid> = std::iter::once(&record.caller)
        .chain(&record.callees)
        .collect();
    for accid in people {
        let summary = record.summary_for(accid);
        let missed = summary.is_some_and(|summary| summary.is_missed_by(accid));
        let accid = desk.name(app, accid)?;
        let sql = "INSERT INTO past_calls (accid, record, missed) VALUES (?, ?, ?)";
        desk.execute(sql, (accid, seq, missed))?;
    }
    let caller = desk.name(app, &record.caller)?;
    for (message, place) in messages.iter().zip(0..) {
        let follows = message.id.0 == first + place as u64
            && message.from == record.caller
            && record.callees.get(place) == Some(&message.to);
        if !follows {
            return refused("has messages that do not follow from its record");
        }
        let callee = desk.name(app, &message.to)?;
        let sql = "INSERT INTO conversations (low, high, message, record) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
        let (low, high) = (caller.min(callee), caller.max(callee));
        if desk.execute(sql, (low, high, signed(message.id.0), seq))? == 0 {
            return refused("has a message whose id is used already");
        }
    }
    Ok(())
}

fn contradiction(call_id: CallId, what: &str) -> CommitError {
    CommitError::Contradiction(format!("the call {call_id} {what}"))
}

fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Unreadable {
        what: std::any::type_name_of_val(value).to_owned(),
        why: error.to_string(),
    })
}
