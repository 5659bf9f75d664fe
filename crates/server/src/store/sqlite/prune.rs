//! What is kept no longer: states of calls that are over, and what the apps' retention says. In small steps between the
//! transactions, so that nobody waits long for it; freed pages are given back to the system.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hullo_core::hub::REMEMBERED_MS;
use hullo_protocol::CallRecord;
use rusqlite::{OptionalExtension as _, params};

use super::desk::Desk;
use super::integer::{records_of, signed};
use crate::store::StoreError;

/// When everything is done, how long until the next look.
const EVERY: Duration = Duration::from_secs(10);
/// Between two steps while there is something to do.
const PAUSE: Duration = Duration::from_millis(20);
/// Rows of a kind that a step takes.
const ROWS: usize = 500;
/// Free pages that stay: they are about to be used again. The same share of the file stays as well.
const SPARE_PAGES: i64 = 1024;
const SPARE_SHARE: i64 = 20;
/// Pages that a step gives back.
const VACUUM_PAGES: u32 = 500;
const DAY_MS: i64 = 24 * 3600 * 1000;

/// When to do the next step, and what this round is about.
pub(super) struct Prune {
    due: Instant,
    round: Vec<Keep>,
    began_ms: i64,
}

/// What of an app goes in this round: rows before these, by number or by time.
struct Keep {
    app: i64,
    record: i64,
    record_ended_ms: i64,
    message: i64,
    message_ended_ms: i64,
}

impl Prune {
    /// The first step comes at once.
    pub(super) fn new() -> Self {
        Self {
            due: Instant::now(),
            round: Vec::new(),
            began_ms: 0,
        }
    }

    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// Does a step, and settles when the next one comes.
    pub(super) fn step(&mut self, desk: &mut Desk) {
        let done = self.try_step(desk);
        let wait = match done {
            Ok(true) => PAUSE,
            Ok(false) => {
                self.round.clear();
                self.began_ms = 0;
                EVERY
            }
            Err(error) => {
                // Full, locked or read-only: whoever stores meets it as well.
                tracing::debug!(%error, "nothing was pruned");
                let _ = desk.execute("ROLLBACK", ());
                EVERY
            }
        };
        self.due = Instant::now() + wait;
    }

    /// True when there is more to do.
    fn try_step(&mut self, desk: &mut Desk) -> Result<bool, StoreError> {
        if self.began_ms == 0 {
            self.began_ms = now_ms();
            self.round = plan(desk, self.began_ms)?;
        }
        let over = self.began_ms - signed(REMEMBERED_MS);
        let forgotten = forgotten(desk, over)?;
        let mut more = forgotten.len() >= ROWS;
        if !forgotten.is_empty() || !self.round.is_empty() {
            desk.execute("BEGIN IMMEDIATE", ())?;
            for state in &forgotten {
                desk.execute("DELETE FROM states WHERE id = ?", [state])?;
            }
            for keep in &self.round {
                more |= forget_messages(desk, keep)?;
                more |= forget_records(desk, keep)?;
            }
            desk.execute("COMMIT", ())?;
        }
        Ok(give_back(desk)? || more)
    }
}

/// By the wall clock: a retention counts days.
fn now_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since_epoch.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}

/// What the apps that do not keep everything let go of now, if it is anything.
fn plan(desk: &Desk, now_ms: i64) -> Result<Vec<Keep>, StoreError> {
    let mut apps = desk.connection.prepare_cached(
        "SELECT id, keep_records, keep_records_days, keep_messages, keep_messages_days FROM apps \
         WHERE coalesce(keep_records, keep_records_days, keep_messages, keep_messages_days) IS NOT NULL",
    )?;
    let before = |days: Option<i64>| days.map_or(0, |days| now_ms - days.saturating_mul(DAY_MS));
    let mut all = Vec::new();
    let mut rows = apps.query(())?;
    while let Some(row) = rows.next()? {
        let app = row.get(0)?;
        all.push(Keep {
            app,
            record: first_kept_record(desk, app, row.get(1)?)?,
            record_ended_ms: before(row.get(2)?),
            message: first_kept_message(desk, app, row.get(3)?)?,
            message_ended_ms: before(row.get(4)?),
        });
    }
    Ok(all)
}

fn first_kept_record(desk: &Desk, app: i64, keep: Option<i64>) -> Result<i64, StoreError> {
    let Some(keep) = keep else {
        return Ok(0);
    };
    let sql =
        "SELECT seq FROM records WHERE seq > ? AND seq <= ? ORDER BY seq DESC LIMIT 1 OFFSET ?";
    let mut oldest = desk.connection.prepare_cached(sql)?;
    let (none, last) = records_of(app);
    // Where fewer are there, all are kept.
    let oldest = oldest.query_one((none, last, (keep - 1).max(0)), |row| row.get(0));
    Ok(oldest.optional()?.unwrap_or(0))
}

fn first_kept_message(desk: &Desk, app: i64, keep: Option<i64>) -> Result<i64, StoreError> {
    let Some(keep) = keep else {
        return Ok(0);
    };
    let sql = "SELECT message_first + messages FROM records WHERE seq > ? AND seq <= ? ORDER BY seq DESC LIMIT 1";
    let mut next = desk.connection.prepare_cached(sql)?;
    let next: Option<i64> = next
        .query_one(records_of(app), |row| row.get(0))
        .optional()?;
    Ok(next.map_or(0, |next| next - keep))
}

/// The states that go: from the oldest call on those that are over, up to one that is not over for long enough.
fn forgotten(desk: &Desk, over: i64) -> Result<Vec<i64>, StoreError> {
    let mut states = desk
        .connection
        .prepare_cached("SELECT id, ended_at_ms FROM states ORDER BY id")?;
    let mut rows = states.query(())?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        match row.get::<_, Option<i64>>(1)? {
            Some(ended_at) if ended_at >= over => break,
            Some(_) => found.push(row.get(0)?),
            None => {}
        }
        if found.len() >= ROWS {
            break;
        }
    }
    Ok(found)
}

/// A record as far as it matters here.
struct Old {
    seq: i64,
    ended_at_ms: i64,
    first: i64,
    messages: i64,
    body: Option<String>,
}

/// The oldest records of an app after `seq`.
fn oldest(desk: &Desk, app: i64, after: i64) -> Result<Vec<Old>, StoreError> {
    let sql = "SELECT seq, ended_at_ms, message_first, messages, body FROM records \
         WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?";
    let mut statement = desk.connection.prepare_cached(sql)?;
    let (none, last) = records_of(app);
    let found = statement.query_map((after.max(none), last, signed(ROWS as u64)), |row| {
        Ok(Old {
            seq: row.get(0)?,
            ended_at_ms: row.get(1)?,
            first: row.get(2)?,
            messages: row.get(3)?,
            body: row.get(4)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn forget_messages(desk: &Desk, keep: &Keep) -> Result<bool, StoreError> {
    let sql = "SELECT messages_gone FROM apps WHERE id = ?";
    let mut gone = desk.connection.prepare_cached(sql)?;
    let gone: i64 = gone.query_one([keep.app], |row| row.get(0))?;
    let mut last = None;
    for old in oldest(desk, keep.app, gone)? {
        let goes =
            old.first + old.messages <= keep.message || old.ended_at_ms < keep.message_ended_ms;
        if !goes {
            break;
        }
        forget_messages_of(desk, keep.app, &old)?;
        last = Some(old);
    }
    note_gone(desk, keep.app, last)
}

fn forget_records(desk: &Desk, keep: &Keep) -> Result<bool, StoreError> {
    let sql = "SELECT max(seq) FROM records WHERE seq > ? AND seq <= ?";
    let mut newest = desk.connection.prepare_cached(sql)?;
    let newest: Option<i64> = newest.query_one(records_of(keep.app), |row| row.get(0))?;
    let mut last = None;
    for old in oldest(desk, keep.app, 0)? {
        let is_newest = newest == Some(old.seq);
        let goes = old.seq < keep.record || old.ended_at_ms < keep.record_ended_ms;
        if !goes || (is_newest && old.body.is_none()) {
            break;
        }
        forget_messages_of(desk, keep.app, &old)?;
        if let Some(record) = read(&old) {
            for accid in std::iter::once(&record.caller).chain(&record.callees) {
                if let Some(accid) = desk.accid(keep.app, accid)? {
                    let sql = "DELETE FROM past_calls WHERE accid = ? AND record = ?";
                    desk.execute(sql, (accid, old.seq))?;
                }
            }
        }
        let sql = match is_newest {
            true => "UPDATE records SET body = NULL WHERE seq = ?",
            false => "DELETE FROM records WHERE seq = ?",
        };
        desk.execute(sql, [old.seq])?;
        last = Some(old);
    }
    note_gone(desk, keep.app, last)
}

fn forget_messages_of(desk: &Desk, app: i64, old: &Old) -> Result<(), StoreError> {
    let Some(record) = read(old) else {
        return Ok(());
    };
    let Some(caller) = desk.accid(app, &record.caller)? else {
        return Ok(());
    };
    for (callee, id) in record.callees.iter().zip(old.first..) {
        if let Some(callee) = desk.accid(app, callee)? {
            let sql = "DELETE FROM conversations WHERE low = ? AND high = ? AND message = ?";
            desk.execute(sql, (caller.min(callee), caller.max(callee), id))?;
        }
    }
    Ok(())
}

/// What remains of one in quarantine leads nowhere, and is a few bytes.
fn read(old: &Old) -> Option<CallRecord> {
    serde_json::from_str(old.body.as_deref()?).ok()
}

/// Remembers up to where messages are gone; true when there may be more to let go of.
fn note_gone(desk: &Desk, app: i64, last: Option<Old>) -> Result<bool, StoreError> {
    let Some(last) = last else {
        return Ok(false);
    };
    let next = last.first + last.messages;
    let sql = "UPDATE apps SET messages_gone = max(messages_gone, ?2), message_first = max(message_first, ?3), \
         message_next = max(message_next, ?3) WHERE id = ?1";
    desk.execute(sql, params![app, last.seq, next])?;
    Ok(true)
}

/// Gives free pages back, if there are more than are soon used again; true when there are still more.
fn give_back(desk: &Desk) -> Result<bool, StoreError> {
    let count = |sql| -> Result<i64, StoreError> {
        let mut statement = desk.connection.prepare_cached(sql)?;
        Ok(statement.query_one((), |row| row.get(0))?)
    };
    let spare = SPARE_PAGES.max(count("PRAGMA page_count")? / SPARE_SHARE);
    let free = count("PRAGMA freelist_count")?;
    if free <= spare {
        return Ok(false);
    }
    let sql = format!("PRAGMA incremental_vacuum({VACUUM_PAGES})");
    let mut vacuum = desk.connection.prepare_cached(&sql)?;
    let mut pages = vacuum.query(())?;
    while pages.next()?.is_some() {}
    Ok(true)
}

#[cfg(test)]
mod tests {
    use hullo_core::hub::Write;
    use hullo_protocol::{AppKey, MessageId};

    use super::*;
    use crate::store::conformance::{accid, end, rows};
    use crate::store::sqlite::file::{Open, open, open_reading};
    use crate::store::sqlite::{batch, read};
    use crate::store::{ConversationQuery, RecordQuery};

    /// How many calls the long test writes; they all ended long ago. `HULLO_TEST_CALLS=1000000` for the whole of it.
    fn calls() -> u64 {
        let named = std::env::var("HULLO_TEST_CALLS").ok();
        named.map_or(50_000, |calls| calls.parse().unwrap())
    }

    struct Past {
        desk: Desk,
        file: std::path::PathBuf,
        _folder: tempfile::TempDir,
    }

    /// A database in which an app has had so many calls, and keeps what `keep` says.
    fn past(calls: u64, keep: &str) -> Past {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hullo.db");
        let desk = Desk::new(open(&file, Open::Alone, None).unwrap());
        let app = "INSERT INTO apps (app_key, name, sealed_secret, secure, busy, devices, created_at_ms) \
             VALUES ('shop', '', x'', 0, 'reject', 'all', 0)";
        desk.execute(app, ()).unwrap();
        let mut past = Past {
            desk,
            file,
            _folder: folder,
        };
        let numbers: Vec<u64> = (1..=calls).collect();
        for some in numbers.chunks(1_000) {
            let ends: Vec<Write> = some.iter().map(|n| end(u128::from(*n), *n)).collect();
            past.desk.execute("BEGIN IMMEDIATE", ()).unwrap();
            batch::store(&past.desk, 1, &ends).unwrap();
            batch::store_ends(&mut past.desk, 1, &ends).unwrap();
            past.desk.execute("COMMIT", ()).unwrap();
        }
        past.desk
            .execute(&format!("UPDATE apps SET {keep}"), ())
            .unwrap();
        past
    }

    impl Past {
        fn prune(&mut self) {
            let mut prune = Prune::new();
            while prune.try_step(&mut self.desk).unwrap() {}
        }

        fn count(&self, table: &str) -> u64 {
            let sql = format!("SELECT count(*) FROM {table}");
            let count = self.desk.connection.query_one(&sql, (), |row| row.get(0));
            u64::try_from(count.unwrap_or(-1_i64)).unwrap()
        }

        /// The size of the database when its log is in it.
        fn bytes(&self) -> u64 {
            let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
            self.desk.connection.execute_batch(sql).unwrap();
            std::fs::metadata(&self.file).unwrap().len()
        }
    }

    #[test]
    fn many_calls_written_and_let_go_of_leave_a_small_file() {
        let calls = calls();
        let mut past = past(calls, "keep_records = 100");
        let full = past.bytes();
        past.prune();
        assert_eq!(past.count("records"), 100);
        assert_eq!(past.count("conversations"), 100);
        assert_eq!(past.count("past_calls"), 200);
        assert_eq!(past.count("states"), 0);
        let small = past.bytes();
        println!("{calls} calls: {full} bytes, let go of all but 100: {small} bytes");
        assert!(full / calls < 2_500, "{} bytes each", full / calls);
        assert!(small < full / 10, "{small} of {full} bytes stay");
    }

    #[test]
    fn app_that_says_nothing_keeps_its_records_and_messages_but_no_states() {
        let mut past = past(10, "name = ''");
        past.prune();
        assert_eq!(past.count("states"), 0);
        assert_eq!(
            (past.count("records"), past.count("conversations")),
            (10, 10)
        );
    }

    #[test]
    fn records_that_are_too_old_go_and_the_message_ids_go_on() {
        let mut past = past(10, "keep_records_days = 30");
        past.prune();
        let kept = past.count("records WHERE body IS NOT NULL");
        assert_eq!((kept, past.count("past_calls")), (0, 0));
        let next = |past: &Past| {
            let reader = open_reading(&past.file).unwrap();
            let next = read::next_message(&reader, &AppKey::parse("shop").unwrap());
            next.unwrap()
        };
        assert_eq!(next(&past), MessageId(11));
        let later = [end(11, 11)];
        batch::store(&past.desk, 1, &later).unwrap();
        batch::store_ends(&mut past.desk, 1, &later).unwrap();
        past.prune();
        assert_eq!(past.count("records"), 1, "the empty newest one");
        assert_eq!(next(&past), MessageId(12));
    }

    #[test]
    fn messages_may_go_before_their_records() {
        let mut past = past(10, "keep_messages = 3");
        past.prune();
        let reader = open_reading(&past.file).unwrap();
        let (shop, alice, bob) = (AppKey::parse("shop").unwrap(), accid("alice"), accid("bob"));
        let (mut aside, limit) = (Vec::new(), rows(100));
        let within = (MessageId(0), MessageId(100));
        let found = read::messages_since(&reader, &shop, &bob, within, limit, &mut aside);
        assert_eq!(found.unwrap().messages.len(), 3);
        let query = ConversationQuery {
            accid: &alice,
            with: &bob,
            before: None,
            limit,
        };
        let found = read::conversation(&reader, &shop, &query, &mut aside);
        assert_eq!(found.unwrap().messages.len(), 3);
        let query = RecordQuery {
            accid: Some(alice),
            before: None,
            limit,
        };
        let found = read::records(&reader, &shop, &query, &mut aside);
        assert_eq!(found.unwrap().records.len(), 10);
        assert!(aside.is_empty());
    }
}
