//! The embedded store: one SQLite file in write-ahead mode, synchronised to the disk at each commit.
//!
//! One thread writes and several read, each with its own connection: a request is one hop to a thread and one back. The writer
//! joins what waits of all apps into one transaction (`writer`); what a batch of the hub becomes is in `batch`, how rows are
//! read in `read`, what is let go of in `prune`.

mod batch;
mod desk;
mod fault;
mod file;
mod integer;
mod known;
mod log;
mod prune;
mod queue;
mod read;
mod readers;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use anyhow::Context as _;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hullo_core::Time;
use hullo_core::call::Call;
use hullo_core::hub::Write;
use hullo_protocol::{Accid, AppKey, CallId, CallRecord, MessageId};
use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use super::policy;
use super::vault::Vault;
use super::{
    Account, AccountChange, App, CommitError, CommitFuture, ConversationQuery, MessagePage,
    PageLimit, Policies, RecordPage, RecordQuery, Retention, Store, StoreError, StoreFuture,
    StoreStats, UnreadCalls,
};
use crate::fatal;
use desk::Desk;
pub(crate) use file::{Open, copy};
use integer::signed;
use known::Known;
use log::Log;
use prune::Prune;
use queue::{Lane, Queue};
use read::{Aside, Table};
use readers::Reads;
use writer::{Jobs, Progress, Task};

const READERS: usize = 4;
/// Writes and reads that may wait; who comes beyond is refused at once.
const WAITING_MAX: usize = 4096;
/// What the health check writes; more than a page, so that it meets a full file.
const PROBE_BYTES: i64 = 8 * 1024;

pub(crate) struct Sqlite {
    file: PathBuf,
    jobs: Arc<Jobs>,
    reads: Arc<Reads>,
    quarantined: Arc<AtomicU64>,
    known: Arc<Known>,
    progress: Arc<Progress>,
    vault: Arc<Vault>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Sqlite {
    /// Opens `file`. It grows to `pages_max` pages of 2 KiB at most, if that is given.
    pub(crate) fn open(
        file: &Path,
        how: Open,
        pages_max: Option<u32>,
        vault: Vault,
    ) -> anyhow::Result<Self> {
        let mut connection = file::open(file, how, pages_max)?;
        let log = Log::of(&mut connection)?;
        let mut desk = Some(Desk::new(connection));
        let jobs: Arc<Jobs> = Arc::new(Queue::new(WAITING_MAX));
        let reads: Arc<Reads> = Arc::new(Queue::new(WAITING_MAX));
        let mut threads = Vec::new();
        for _ in 0..READERS {
            let (connection, reads) = (file::open_reading(file)?, reads.clone());
            threads.push(start("store-reader", move || {
                readers::run(&connection, &reads);
            })?);
        }
        let (connection, own) = (file::open_reading(file)?, log.clone());
        threads.push(start("store-log", move || own.run(&connection))?);
        let fault = fault::Fault::from_environment();
        let progress: Arc<Progress> = Arc::default();
        let (own, done) = (jobs.clone(), progress.clone());
        threads.push(start("store-writer", move || {
            if let Some(desk) = desk.take() {
                fatal::vital("that writes the storage", || {
                    writer::run(desk, &own, Prune::new(), &log, &fault, &done);
                });
            }
        })?);
        Ok(Self {
            file: file.to_owned(),
            jobs,
            reads,
            quarantined: Arc::default(),
            known: Arc::default(),
            progress,
            vault: Arc::new(vault),
            threads: Mutex::new(threads),
        })
    }

    /// Hands work to the writing thread. Its future tells when it is on the disk; dropping it takes nothing back.
    fn write<T, E>(
        &self,
        lane: Lane,
        work: impl FnMut(&mut Desk) -> Result<T, E> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (to, result) = oneshot::channel();
        if !self.jobs.push(lane, Box::new(Task::new(work, to))) {
            return std::future::ready(Err(E::from(StoreError::Busy))).boxed();
        }
        async move { result.await.unwrap_or_else(|_| Err(E::from(ended()))) }.boxed()
    }

    /// Hands a question to a reading thread. Rows that it cannot read go into the quarantine.
    fn read<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Connection, &mut Aside) -> Result<T, StoreError> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, StoreError>> {
        let (to, answer) = oneshot::channel();
        let (jobs, quarantined) = (self.jobs.clone(), self.quarantined.clone());
        let read = move |connection: &Connection| {
            let mut aside = Aside::new();
            // Whoever asked may have given up waiting.
            let _ = to.send(ask(connection, &mut aside));
            if !aside.is_empty() {
                set_aside(&jobs, &quarantined, aside);
            }
        };
        if !self.reads.push(Lane::Call, Box::new(read)) {
            return std::future::ready(Err(StoreError::Busy)).boxed();
        }
        async move { answer.await.unwrap_or_else(|_| Err(ended())) }.boxed()
    }
}

/// Rows that cannot be read leave the tables, so that nobody stumbles over them again.
fn set_aside(jobs: &Jobs, quarantined: &Arc<AtomicU64>, aside: Aside) {
    let quarantined = quarantined.clone();
    let (to, _) = oneshot::channel();
    let work = move |desk: &mut Desk| -> Result<(), StoreError> {
        for row in &aside {
            if quarantine(desk, row)? {
                quarantined.fetch_add(1, Ordering::Relaxed);
                tracing::error!(table = ?row.table, row = row.row, why = row.why, "a row cannot be read and is in quarantine now");
            }
        }
        Ok(())
    };
    // Where it finds no place, the next one who reads the row tries again.
    let _ = jobs.push(Lane::Other, Box::new(Task::new(work, to)));
}

/// True when the row is there, and not there already.
fn quarantine(desk: &mut Desk, row: &read::Unreadable) -> Result<bool, StoreError> {
    let (copy, remove) = match row.table {
        Table::States => (
            "INSERT INTO quarantine (at_ms, app, what, body, why) SELECT unixepoch() * 1000, app, \
             'the state of the call ' || hex(call_id), body, ?2 FROM states WHERE id = ?1",
            "DELETE FROM states WHERE id = ?",
        ),
        // Its id stays taken.
        Table::Records => (
            "INSERT INTO quarantine (at_ms, app, what, body, why) SELECT unixepoch() * 1000, app, \
             'the record of the call ' || hex(call_id), body, ?2 FROM records WHERE seq = ?1 AND body IS NOT NULL",
            "UPDATE records SET body = NULL WHERE seq = ?",
        ),
    };
    let copied = desk.execute(copy, (row.row, &row.why))?;
    desk.execute(remove, [row.row])?;
    Ok(copied > 0)
}

fn start(name: &str, work: impl FnOnce() + Send + 'static) -> anyhow::Result<JoinHandle<()>> {
    let thread = Builder::new().name(name.to_owned()).spawn(work);
    thread.with_context(|| format!("cannot start the thread {name}"))
}

fn ended() -> StoreError {
    StoreError::Unavailable("its thread has ended; start the server again".to_owned())
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.jobs.close();
        self.reads.close();
    }
}

impl Store for Sqlite {
    fn create_app<'a>(&'a self, app: &'a App, now_ms: u64) -> StoreFuture<'a, ()> {
        let Some(sealed) = self.vault.seal(app.key.as_str(), &app.secret) else {
            let error = StoreError::Unreadable {
                what: "the master key".to_owned(),
                why: "it does not encrypt".to_owned(),
            };
            return std::future::ready(Err(error)).boxed();
        };
        let app = app.clone();
        self.write(Lane::Other, move |desk| {
            let sql = "INSERT INTO apps (app_key, name, sealed_secret, secure, busy, devices, keep_records_days, \
                 keep_records, keep_messages_days, keep_messages, created_at_ms) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
            let keep = app.retention;
            let inserted = desk.execute(
                sql,
                params![
                    app.key.as_str(),
                    app.name,
                    sealed,
                    app.secure,
                    policy::busy_text(app.policies.busy),
                    policy::devices_text(app.policies.devices),
                    keep.records_days,
                    keep.records,
                    keep.messages_days,
                    keep.messages,
                    signed(now_ms),
                ],
            )?;
            unique(inserted, || format!("the app {}", app.key))
        })
    }

    fn apps(&self) -> StoreFuture<'_, Vec<App>> {
        let (vault, quarantined) = (self.vault.clone(), self.quarantined.clone());
        self.read(move |connection, _| {
            let (apps, wrong) = read::apps(connection, &vault)?;
            for error in &wrong {
                quarantined.fetch_add(1, Ordering::Relaxed);
                tracing::error!(%error, "an app is left out");
            }
            // Where none can be read it is the key that is wrong, not the row.
            match wrong.into_iter().next() {
                Some(error) if apps.is_empty() => Err(error),
                _ => Ok(apps),
            }
        })
    }

    fn app<'a>(&'a self, key: &'a AppKey) -> StoreFuture<'a, Option<App>> {
        let (vault, key) = (self.vault.clone(), key.clone());
        self.read(move |connection, _| read::app(connection, &vault, &key))
    }

    fn policies<'a>(&'a self, key: &'a AppKey) -> StoreFuture<'a, Option<Policies>> {
        let key = key.clone();
        self.read(move |connection, _| read::policies(connection, &key))
    }

    fn set_policies<'a>(&'a self, key: &'a AppKey, policies: Policies) -> StoreFuture<'a, bool> {
        let key = key.clone();
        self.write(Lane::Other, move |desk| {
            let (busy, devices) = (policies.busy, policies.devices);
            let sql = "UPDATE apps SET busy = ?, devices = ? WHERE app_key = ?";
            let to = (policy::busy_text(busy), policy::devices_text(devices));
            Ok(desk.execute(sql, (to.0, to.1, key.as_str()))? > 0)
        })
    }

    fn set_retention<'a>(&'a self, key: &'a AppKey, keep: Retention) -> StoreFuture<'a, bool> {
        let key = key.clone();
        self.write(Lane::Other, move |desk| {
            let sql = "UPDATE apps SET keep_records_days = ?, keep_records = ?, keep_messages_days = ?, \
                 keep_messages = ? WHERE app_key = ?";
            let to = params![
                keep.records_days,
                keep.records,
                keep.messages_days,
                keep.messages,
                key.as_str()
            ];
            Ok(desk.execute(sql, to)? > 0)
        })
    }

    fn create_account<'a>(
        &'a self,
        app: &'a AppKey,
        account: &'a Account,
        now_ms: u64,
    ) -> StoreFuture<'a, ()> {
        let (app, account) = (app.clone(), account.clone());
        self.write(Lane::Other, move |desk| {
            let app = desk.app(&app)?;
            let id = desk.name(app, &account.accid)?;
            let sql = "INSERT INTO accounts (id, name, avatar, disabled, token_generation, created_at_ms) \
                 VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
            let inserted = desk.execute(
                sql,
                params![
                    id,
                    account.name,
                    account.avatar,
                    account.disabled,
                    signed(account.token_generation),
                    signed(now_ms),
                ],
            )?;
            unique(inserted, || format!("the account {}", account.accid))?;
            // It may have been named before, in another case.
            let sql = "UPDATE accids SET accid = ?2 WHERE id = ?1 AND accid COLLATE BINARY <> ?2";
            desk.execute(sql, (id, account.accid.as_str()))?;
            Ok(())
        })
    }

    fn account<'a>(
        &'a self,
        app: &'a AppKey,
        accid: &'a Accid,
    ) -> StoreFuture<'a, Option<Account>> {
        async move {
            let found = self.accounts_named(app, &[accid]).await?;
            Ok(found.into_iter().next())
        }
        .boxed()
    }

    fn accounts_named<'a>(
        &'a self,
        app: &'a AppKey,
        accids: &'a [&'a Accid],
    ) -> StoreFuture<'a, Vec<Account>> {
        let mut accids: Vec<&Accid> = accids.to_vec();
        accids.sort();
        accids.dedup();
        let (mut found, missing, as_of) = self.known.find(app, accids);
        if missing.is_empty() {
            return std::future::ready(Ok(found)).boxed();
        }
        let (app, known) = (app.clone(), self.known.clone());
        self.read(move |connection, _| {
            for accid in &missing {
                let read = read::accounts(connection, &app, Some(accid))?;
                known.note(as_of, &app, &read);
                found.extend(read);
            }
            Ok(found)
        })
    }

    fn accounts<'a>(&'a self, app: &'a AppKey) -> StoreFuture<'a, Vec<Account>> {
        let app = app.clone();
        self.read(move |connection, _| read::accounts(connection, &app, None))
    }

    fn change_account<'a>(
        &'a self,
        app: &'a AppKey,
        accid: &'a Accid,
        change: AccountChange,
    ) -> StoreFuture<'a, Option<Account>> {
        let (known, of) = (self.known.clone(), (app.clone(), accid.clone()));
        let (app, accid) = (app.clone(), accid.clone());
        let stored = self.write(Lane::Other, move |desk| {
            let id = desk.app(&app)?;
            let Some(id) = desk.accid(id, &accid)? else {
                return Ok(None);
            };
            let sql = "UPDATE accounts SET name = coalesce(?, name), avatar = coalesce(?, avatar), \
                 disabled = coalesce(?, disabled), token_generation = token_generation + ? WHERE id = ?";
            let revoked = i64::from(change.revoke_tokens);
            let to = params![change.name, change.avatar, change.disabled, revoked, id];
            desk.execute(sql, to)?;
            let found = read::accounts(&desk.connection, &app, Some(&accid))?;
            Ok(found.into_iter().next())
        });
        // Whoever asked may give up waiting; it is forgotten all the same.
        let stored = tokio::spawn(async move {
            let stored = stored.await;
            known.forget(&of.0, &of.1);
            stored
        });
        async move { stored.await.unwrap_or_else(|_| Err(ended())) }.boxed()
    }

    fn commit(&self, app: &AppKey, writes: Arc<[Write]>) -> CommitFuture {
        let app = app.clone();
        self.write(Lane::Call, move |desk| {
            let app = desk.app(&app)?;
            batch::store(desk, app, &writes)?;
            batch::store_ends(desk, app, &writes)
        })
    }

    fn restorable<'a>(&'a self, app: &'a AppKey, since: Time) -> StoreFuture<'a, Vec<Call>> {
        let app = app.clone();
        self.read(move |connection, aside| read::restorable(connection, &app, since.0, aside))
    }

    fn call<'a>(&'a self, app: &'a AppKey, call_id: CallId) -> StoreFuture<'a, Option<Call>> {
        let app = app.clone();
        self.read(move |connection, aside| read::call(connection, &app, call_id, aside))
    }

    fn next_message<'a>(&'a self, app: &'a AppKey) -> StoreFuture<'a, MessageId> {
        let app = app.clone();
        self.read(move |connection, _| read::next_message(connection, &app))
    }

    fn record<'a>(
        &'a self,
        app: &'a AppKey,
        call_id: CallId,
    ) -> StoreFuture<'a, Option<CallRecord>> {
        let app = app.clone();
        self.read(move |connection, aside| read::record(connection, &app, call_id, aside))
    }

    fn records<'a>(&'a self, app: &'a AppKey, query: RecordQuery) -> StoreFuture<'a, RecordPage> {
        let app = app.clone();
        self.read(move |connection, aside| read::records(connection, &app, &query, aside))
    }

    fn unread_calls<'a>(
        &'a self,
        app: &'a AppKey,
        accid: &'a Accid,
    ) -> StoreFuture<'a, UnreadCalls> {
        let (app, accid) = (app.clone(), accid.clone());
        self.read(move |connection, _| read::unread_calls(connection, &app, &accid))
    }

    fn mark_calls_read<'a>(
        &'a self,
        app: &'a AppKey,
        accid: &'a Accid,
        up_to: u64,
    ) -> StoreFuture<'a, Option<u64>> {
        let (app, accid) = (app.clone(), accid.clone());
        self.write(Lane::Other, move |desk| {
            let up_to = read::place_until(&desk.connection, &app, up_to)?;
            let id = desk.app(&app)?;
            let Some(id) = desk.accid(id, &accid)? else {
                return Ok(None);
            };
            let sql = "UPDATE accounts SET calls_read_to = ? WHERE id = ? AND calls_read_to < ?";
            let moved = desk.execute(sql, (signed(up_to), id, signed(up_to)))?;
            Ok((moved > 0).then_some(up_to))
        })
    }

    fn messages_since<'a>(
        &'a self,
        app: &'a AppKey,
        accid: &'a Accid,
        after: MessageId,
        before: MessageId,
        limit: PageLimit,
    ) -> StoreFuture<'a, MessagePage> {
        let (app, accid) = (app.clone(), accid.clone());
        self.read(move |connection, aside| {
            let within = (after, before);
            read::messages_since(connection, &app, &accid, within, limit, aside)
        })
    }

    fn conversation<'a>(
        &'a self,
        app: &'a AppKey,
        query: ConversationQuery<'a>,
    ) -> StoreFuture<'a, MessagePage> {
        let app = app.clone();
        let (accid, with) = (query.accid.clone(), query.with.clone());
        let (before, limit) = (query.before, query.limit);
        self.read(move |connection, aside| {
            let query = ConversationQuery {
                accid: &accid,
                with: &with,
                before,
                limit,
            };
            read::conversation(connection, &app, &query, aside)
        })
    }

    fn probe(&self, now_ms: u64) -> StoreFuture<'_, ()> {
        self.write(Lane::Other, move |desk| desk.probe(PROBE_BYTES, now_ms))
    }

    fn stats(&self) -> StoreStats {
        let bytes = |end: &str| {
            let mut name = self.file.clone().into_os_string();
            name.push(end);
            std::fs::metadata(name).map_or(0, |file| file.len())
        };
        StoreStats {
            writes_waiting: self.jobs.len() + self.progress.under_way.load(Ordering::Relaxed),
            reads_waiting: self.reads.len(),
            transactions: self.progress.transactions.load(Ordering::Relaxed),
            quarantined: self.quarantined.load(Ordering::Relaxed),
            file_bytes: bytes(""),
            log_bytes: bytes("-wal"),
        }
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.jobs.close();
        self.reads.close();
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        let threads = std::mem::take(&mut *threads);
        let joined = tokio::task::spawn_blocking(move || {
            for thread in threads {
                if thread.join().is_err() {
                    tracing::error!("a thread of the storage has panicked");
                }
            }
        });
        joined.map(drop).boxed()
    }
}

/// Tells a taken key from a new row.
fn unique(inserted: usize, what: impl FnOnce() -> String) -> Result<(), StoreError> {
    match inserted {
        0 => Err(StoreError::Exists(what())),
        _ => Ok(()),
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<rusqlite::Error> for CommitError {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::from(error).into()
    }
}

#[cfg(test)]
mod cost;
#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance::{call, end, rows, shop};

    fn store(folder: &tempfile::TempDir) -> Sqlite {
        let vault = Vault::open(None, &folder.path().join("hullo.key")).unwrap();
        Sqlite::open(&folder.path().join("hullo.db"), Open::Alone, None, vault).unwrap()
    }

    #[tokio::test]
    async fn rows_that_cannot_be_read_are_set_aside_and_everything_else_works() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        let (app, other) = (shop("shop"), shop("other"));
        for app in [&app, &other] {
            store.create_app(app, 1).await.unwrap();
            let live = Write::Call(Arc::new(call(9)));
            let writes = [end(1, 1), end(2, 2), live];
            store.commit(&app.key, writes.into()).await.unwrap();
        }
        let broken = Connection::open(folder.path().join("hullo.db")).unwrap();
        broken
            .execute_batch(
                "UPDATE states SET body = '{}' WHERE app = 1 AND ended_at_ms IS NULL; \
                 UPDATE records SET body = 'x' WHERE app = 1 AND message_first = 1; \
                 UPDATE apps SET sealed_secret = x'00' WHERE app_key = 'other'",
            )
            .unwrap();

        let apps = store.apps().await.unwrap();
        assert_eq!(apps.len(), 1, "the other one is left out");
        for _ in 0..2 {
            let calls = store.restorable(&app.key, Time(u64::MAX)).await.unwrap();
            assert!(calls.is_empty());
            let query = RecordQuery {
                accid: None,
                before: None,
                limit: rows(10),
            };
            let page = store.records(&app.key, query).await.unwrap();
            assert_eq!(page.records.len(), 1);
            // Whoever comes later stands behind the quarantine.
            store.probe(1).await.unwrap();
        }
        assert_eq!(store.stats().quarantined, 3);
        let aside: i64 = broken
            .query_one("SELECT count(*) FROM quarantine", (), |row| row.get(0))
            .unwrap();
        assert_eq!(aside, 2);
        let again = [Write::Call(Arc::new(call(1)))];
        let refused = store.commit(&app.key, again.into()).await;
        assert!(matches!(refused, Err(CommitError::Taken(_))), "{refused:?}");
    }

    #[tokio::test]
    async fn attachment_is_written_once_however_often_its_call_changes() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        let app = shop("shop");
        store.create_app(&app, 1).await.unwrap();
        let mut call = call(1);
        call.attachment = Some("x".repeat(4096));
        let write = async |call: &Call| {
            let writes = [Write::Call(Arc::new(call.clone()))];
            store.commit(&app.key, writes.into()).await.unwrap();
            store.stats().log_bytes
        };
        let dialled = write(&call).await;
        call.version += 1;
        let changed = write(&call).await;
        let pages = (changed - dialled) / 2048;
        assert!(pages <= 2, "{pages} pages for a state without its text");
    }
}
