//! The embedded store: one SQLite file in write-ahead mode, synchronised to the disk at each commit.
//!
//! One connection writes and several read, so that a page of messages never waits for a call to be stored. The logic that
//! reads rows is in `read`, the hub's batches are in `batch`.

mod batch;
mod integer;
mod read;
mod transaction;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::future::BoxFuture;
use hullo_core::Time;
use hullo_core::call::Call;
use hullo_core::hub::Write;
use hullo_protocol::{Accid, AppKey, CallId, CallRecord, MessageId};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};

use super::policy;
use super::vault::Vault;
use super::{
    Account, AccountChange, App, CommitFuture, ConversationQuery, MessagePage, PageLimit, Policies,
    RecordPage, RecordQuery, Store, StoreError, StoreFuture,
};
use integer::{signed, unsigned};

/// How long to wait for a lock that another program holds on the file.
const BUSY: Duration = Duration::from_secs(2);
const READERS: u32 = 4;
/// What the health check writes; more than a page, so that it meets a full file.
const PROBE_BYTES: i64 = 8 * 1024;

pub(crate) struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
    vault: Vault,
}

impl Sqlite {
    /// Opens `file`, makes it when it is missing, and brings its tables up to date. It grows to `pages_max` pages of 4 KiB at
    /// most, if that is given.
    pub(crate) async fn open(
        file: &Path,
        pages_max: Option<u32>,
        vault: Vault,
    ) -> anyhow::Result<Self> {
        let mut options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY);
        let reading = options.clone();
        if let Some(pages) = pages_max {
            options = options.pragma("max_page_count", pages.to_string());
        }
        let opening = || format!("cannot open the database {}", file.display());
        let writer = pool(1).connect_with(options).await.with_context(opening)?;
        sqlx::migrate!()
            .run(&writer)
            .await
            .with_context(|| format!("cannot bring the database {} up to date", file.display()))?;
        let readers = pool(READERS)
            .connect_with(reading)
            .await
            .with_context(opening)?;
        Ok(Self {
            writer,
            readers,
            vault,
        })
    }
}

/// Connections stay open while the server runs: each new one costs a schema parse, and a file that became unreachable
/// cannot be reopened.
fn pool(size: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .min_connections(1)
        .max_connections(size)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(BUSY)
}

impl Store for Sqlite {
    fn create_app<'a>(&'a self, app: &'a App, now_ms: u64) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let sealed = self
                .vault
                .seal(app.key.as_str(), &app.secret)
                .ok_or_else(|| StoreError::Unreadable {
                    what: "the master key".to_owned(),
                    why: "it does not encrypt".to_owned(),
                })?;
            let inserted = sqlx::query(
                "INSERT INTO apps (app_key, name, sealed_secret, secure, busy, devices, created_at_ms) \
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(app.key.as_str())
            .bind(&app.name)
            .bind(sealed)
            .bind(app.secure)
            .bind(policy::busy_text(app.policies.busy))
            .bind(policy::devices_text(app.policies.devices))
            .bind(signed(now_ms))
            .execute(&self.writer)
            .await;
            unique(inserted, || format!("the app {}", app.key))
        })
    }

    fn apps(&self) -> StoreFuture<'_, Vec<App>> {
        Box::pin(async move {
            sqlx::query("SELECT * FROM apps ORDER BY app_key")
                .fetch_all(&self.readers)
                .await?
                .iter()
                .map(|row| read::app(row, &self.vault))
                .collect()
        })
    }

    fn app<'a>(&'a self, key: &'a AppKey) -> StoreFuture<'a, Option<App>> {
        Box::pin(async move {
            sqlx::query("SELECT * FROM apps WHERE app_key = ?")
                .bind(key.as_str())
                .fetch_optional(&self.readers)
                .await?
                .map(|row| read::app(&row, &self.vault))
                .transpose()
        })
    }

    fn policies<'a>(&'a self, key: &'a AppKey) -> StoreFuture<'a, Option<Policies>> {
        Box::pin(async move {
            sqlx::query("SELECT busy, devices FROM apps WHERE app_key = ?")
                .bind(key.as_str())
                .fetch_optional(&self.readers)
                .await?
                .map(|row| read::policies(&row))
                .transpose()
        })
    }

    fn set_policies<'a>(&'a self, key: &'a AppKey, policies: Policies) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let changed = sqlx::query("UPDATE apps SET busy = ?, devices = ? WHERE app_key = ?")
                .bind(policy::busy_text(policies.busy))
                .bind(policy::devices_text(policies.devices))
                .bind(key.as_str())
                .execute(&self.writer)
                .await?;
            Ok(changed.rows_affected() > 0)
        })
    }

    fn create_account<'a>(
        &'a self,
        app: &'a AppKey,
        account: &'a Account,
        now_ms: u64,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let inserted = sqlx::query(
                "INSERT INTO accounts (app_key, accid, name, avatar, disabled, token_generation, created_at_ms) \
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(app.as_str())
            .bind(account.accid.as_str())
            .bind(&account.name)
            .bind(&account.avatar)
            .bind(account.disabled)
            .bind(signed(account.token_generation))
            .bind(signed(now_ms))
            .execute(&self.writer)
            .await;
            unique(inserted, || format!("the account {}", account.accid))
        })
    }

    fn account<'a>(
        &'a self,
        app: &'a AppKey,
        accid: &'a Accid,
    ) -> StoreFuture<'a, Option<Account>> {
        Box::pin(async move {
            sqlx::query("SELECT * FROM accounts WHERE app_key = ? AND accid = ?")
                .bind(app.as_str())
                .bind(accid.as_str())
                .fetch_optional(&self.readers)
                .await?
                .map(|row| read::account(&row))
                .transpose()
        })
    }

    fn accounts_named<'a>(
        &'a self,
        app: &'a AppKey,
        accids: &'a [&'a Accid],
    ) -> StoreFuture<'a, Vec<Account>> {
        Box::pin(read::accounts_named(&self.readers, app, accids))
    }

    fn accounts<'a>(&'a self, app: &'a AppKey) -> StoreFuture<'a, Vec<Account>> {
        Box::pin(async move {
            sqlx::query("SELECT * FROM accounts WHERE app_key = ? ORDER BY accid")
                .bind(app.as_str())
                .fetch_all(&self.readers)
                .await?
                .iter()
                .map(read::account)
                .collect()
        })
    }

    fn change_account<'a>(
        &'a self,
        app: &'a AppKey,
        accid: &'a Accid,
        change: AccountChange,
    ) -> StoreFuture<'a, Option<Account>> {
        Box::pin(async move {
            sqlx::query(
                "UPDATE accounts SET name = coalesce(?, name), avatar = coalesce(?, avatar), \
                 disabled = coalesce(?, disabled), token_generation = token_generation + ? \
                 WHERE app_key = ? AND accid = ? RETURNING *",
            )
            .bind(change.name)
            .bind(change.avatar)
            .bind(change.disabled)
            .bind(i64::from(change.revoke_tokens))
            .bind(app.as_str())
            .bind(accid.as_str())
            .fetch_optional(&self.writer)
            .await?
            .map(|row| read::account(&row))
            .transpose()
        })
    }

    fn commit(&self, app: &AppKey, writes: Arc<[Write]>) -> CommitFuture {
        let (writer, app) = (self.writer.clone(), app.clone());
        Box::pin(async move { batch::commit(&writer, &app, &writes).await })
    }

    fn restorable<'a>(&'a self, app: &'a AppKey, since: Time) -> StoreFuture<'a, Vec<Call>> {
        Box::pin(async move {
            sqlx::query(
                "SELECT call_id, state FROM calls INDEXED BY calls_live WHERE app_key = ?1 AND ended = 0 UNION ALL \
                 SELECT calls.call_id, state FROM calls JOIN records USING (app_key, call_id) \
                 WHERE calls.app_key = ?1 AND ended_at_ms >= ?2",
            )
            .bind(app.as_str())
            .bind(signed(since.0))
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(read::call)
            .collect()
        })
    }

    fn call<'a>(&'a self, app: &'a AppKey, call_id: CallId) -> StoreFuture<'a, Option<Call>> {
        Box::pin(async move {
            sqlx::query("SELECT call_id, state FROM calls WHERE app_key = ? AND call_id = ?")
                .bind(app.as_str())
                .bind(call_id.to_string())
                .fetch_optional(&self.readers)
                .await?
                .map(|row| read::call(&row))
                .transpose()
        })
    }

    fn next_message<'a>(&'a self, app: &'a AppKey) -> StoreFuture<'a, MessageId> {
        Box::pin(async move {
            let (greatest,): (i64,) =
                sqlx::query_as("SELECT coalesce(max(id), 0) FROM messages WHERE app_key = ?")
                    .bind(app.as_str())
                    .fetch_one(&self.readers)
                    .await?;
            Ok(MessageId(unsigned(greatest) + 1))
        })
    }

    fn record<'a>(
        &'a self,
        app: &'a AppKey,
        call_id: CallId,
    ) -> StoreFuture<'a, Option<CallRecord>> {
        Box::pin(async move {
            sqlx::query("SELECT seq, body FROM records WHERE app_key = ? AND call_id = ?")
                .bind(app.as_str())
                .bind(call_id.to_string())
                .fetch_optional(&self.readers)
                .await?
                .map(|row| read::record(&row).map(|(_, record)| record))
                .transpose()
        })
    }

    fn records<'a>(&'a self, app: &'a AppKey, query: RecordQuery) -> StoreFuture<'a, RecordPage> {
        Box::pin(read::records(&self.readers, app, query))
    }

    fn messages_since<'a>(
        &'a self,
        app: &'a AppKey,
        accid: &'a Accid,
        after: MessageId,
        before: MessageId,
        limit: PageLimit,
    ) -> StoreFuture<'a, MessagePage> {
        Box::pin(async move {
            let within = (after, before);
            read::messages_since(&self.readers, app, accid, within, limit).await
        })
    }

    fn conversation<'a>(
        &'a self,
        app: &'a AppKey,
        query: ConversationQuery<'a>,
    ) -> StoreFuture<'a, MessagePage> {
        Box::pin(read::conversation(&self.readers, app, query))
    }

    fn probe(&self, now_ms: u64) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let mut connection = transaction::begin(&self.writer).await?;
            let written = write_probe(&mut connection, now_ms).await;
            transaction::end(&mut connection, written).await
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.readers.close().await;
            self.writer.close().await;
        })
    }
}

/// The second row takes new pages each time, and a full file has none left; the first one keeps the time.
async fn write_probe(connection: &mut SqliteConnection, now_ms: u64) -> Result<(), StoreError> {
    for id in [1_i64, 2] {
        sqlx::query("REPLACE INTO heartbeat (id, at_ms, body) VALUES (?, ?, zeroblob(?))")
            .bind(id)
            .bind(signed(now_ms))
            .bind(PROBE_BYTES)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query("DELETE FROM heartbeat WHERE id = 2")
        .execute(&mut *connection)
        .await?;
    Ok(())
}

/// Tells a taken key from a storage that fails.
fn unique<T>(
    inserted: Result<T, sqlx::Error>,
    what: impl FnOnce() -> String,
) -> Result<(), StoreError> {
    match inserted {
        Ok(_) => Ok(()),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            Err(StoreError::Exists(what()))
        }
        Err(error) => Err(error.into()),
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}
