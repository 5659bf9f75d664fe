//! What is kept: apps, accounts, calls, records and messages (design section 6).
//!
//! [`Store`] is the promise, [`sqlite::Sqlite`] the embedded one that needs no installation. The tests in `conformance` are
//! written against the trait, for the next implementation to pass.

#[cfg(test)]
mod conformance;
pub(crate) mod policy;
pub(crate) mod sqlite;
pub(crate) mod vault;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use hullo_core::Time;
use hullo_core::call::{Call, Profile};
use hullo_core::hub::{BusyPolicy, DevicePolicy, Write};
use hullo_protocol::{Accid, AppKey, CallId, CallRecord, Message, MessageId};
use secrecy::SecretString;

/// The future that a method of [`Store`] returns; boxed, so that stores can be exchanged at run time.
pub(crate) type StoreFuture<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// The future of a commit: it borrows nothing, so that its caller can go on meanwhile.
pub(crate) type CommitFuture = BoxFuture<'static, Result<(), CommitError>>;

/// Durable storage: a call that returns `Ok` survives a kill and a loss of power.
pub(crate) trait Store: Send + Sync {
    /// Adds an app. Errors with [`StoreError::Exists`] when its key is taken.
    fn create_app<'a>(&'a self, app: &'a App, now_ms: u64) -> StoreFuture<'a, ()>;
    fn apps(&self) -> StoreFuture<'_, Vec<App>>;
    fn app<'a>(&'a self, key: &'a AppKey) -> StoreFuture<'a, Option<App>>;

    /// How an app wants its calls, if there is such an app.
    fn policies<'a>(&'a self, key: &'a AppKey) -> StoreFuture<'a, Option<Policies>>;
    /// Changes how an app wants its calls; false when there is no such app.
    fn set_policies<'a>(&'a self, key: &'a AppKey, policies: Policies) -> StoreFuture<'a, bool>;

    /// Changes what of an app is kept; false when there is no such app. What has to go goes within the next minute or so.
    fn set_retention<'a>(&'a self, key: &'a AppKey, keep: Retention) -> StoreFuture<'a, bool>;

    /// Adds an account. Errors with [`StoreError::Exists`] when its accid is taken.
    fn create_account<'a>(
        &'a self,
        app: &'a AppKey,
        account: &'a Account,
        now_ms: u64,
    ) -> StoreFuture<'a, ()>;
    fn account<'a>(&'a self, app: &'a AppKey, accid: &'a Accid)
    -> StoreFuture<'a, Option<Account>>;
    /// Those of these accounts that exist, by accid. At most [`hullo_protocol::PARTICIPANTS_MAX`] may be asked for.
    fn accounts_named<'a>(
        &'a self,
        app: &'a AppKey,
        accids: &'a [&'a Accid],
    ) -> StoreFuture<'a, Vec<Account>>;
    /// Every account of an app, by accid.
    fn accounts<'a>(&'a self, app: &'a AppKey) -> StoreFuture<'a, Vec<Account>>;
    /// Changes an account; the account as it is then, or `None` when there is none.
    fn change_account<'a>(
        &'a self,
        app: &'a AppKey,
        accid: &'a Accid,
        change: AccountChange,
    ) -> StoreFuture<'a, Option<Account>>;

    /// Stores a batch of the hub: all of it or nothing. It may share its transaction with batches of other apps; what is
    /// refused to one of them does not concern the others. Dropping the future does not take the batch back.
    ///
    /// Of a call the last [`Write`] of the batch is stored. One whose first write has version 1 and of which nothing is stored is
    /// new: when its id has been used before, by a call that is over, the batch fails with [`CommitError::Taken`].
    fn commit(&self, app: &AppKey, writes: Arc<[Write]>) -> CommitFuture;
    /// What a hub is restored with: the calls that are not over, and those that ended at or after `since`.
    fn restorable<'a>(&'a self, app: &'a AppKey, since: Time) -> StoreFuture<'a, Vec<Call>>;
    /// A call that is not over, or that is over and not yet forgotten; then only its record is left.
    fn call<'a>(&'a self, app: &'a AppKey, call_id: CallId) -> StoreFuture<'a, Option<Call>>;
    /// One more than the greatest message id of the app.
    fn next_message<'a>(&'a self, app: &'a AppKey) -> StoreFuture<'a, MessageId>;

    /// The record of a call that is over.
    fn record<'a>(
        &'a self,
        app: &'a AppKey,
        call_id: CallId,
    ) -> StoreFuture<'a, Option<CallRecord>>;
    /// A page of records, newest first: all of an app, or the past calls of one account.
    fn records<'a>(&'a self, app: &'a AppKey, query: RecordQuery) -> StoreFuture<'a, RecordPage>;
    /// What an account has not read of its past calls.
    fn unread_calls<'a>(
        &'a self,
        app: &'a AppKey,
        accid: &'a Accid,
    ) -> StoreFuture<'a, UnreadCalls>;
    /// An account's past calls are read up to this place, or to the newest record if that is nearer; how far they are read now.
    /// `None` when they were read as far already.
    fn mark_calls_read<'a>(
        &'a self,
        app: &'a AppKey,
        accid: &'a Accid,
        up_to: u64,
    ) -> StoreFuture<'a, Option<u64>>;
    /// The newest page of the messages from or to `accid` within `after < id < before`, oldest first.
    fn messages_since<'a>(
        &'a self,
        app: &'a AppKey,
        accid: &'a Accid,
        after: MessageId,
        before: MessageId,
        limit: PageLimit,
    ) -> StoreFuture<'a, MessagePage>;
    /// A page of a conversation, newest first.
    fn conversation<'a>(
        &'a self,
        app: &'a AppKey,
        query: ConversationQuery<'a>,
    ) -> StoreFuture<'a, MessagePage>;

    /// Writes something, to see whether that is possible.
    fn probe(&self, now_ms: u64) -> StoreFuture<'_, ()>;
    /// How much there is and how much waits.
    fn stats(&self) -> StoreStats;
    /// Finishes what is under way and lets go of the files.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// A customer's application.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) key: AppKey,
    pub(crate) name: String,
    /// Proves the customer's backend and signs its tokens.
    pub(crate) secret: SecretString,
    /// Whether joining a call needs a room token.
    pub(crate) secure: bool,
    pub(crate) policies: Policies,
    pub(crate) retention: Retention,
}

/// How an app wants its calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Policies {
    /// What an invite does to an account that is in another call.
    pub(crate) busy: BusyPolicy,
    /// How many devices of an account may be signed in.
    pub(crate) devices: DevicePolicy,
}

/// How long records and messages of an app are kept, and how many at most; `None` is for ever, and all. A record's messages
/// go with it at the latest. States of calls that are over are kept for [`hullo_core::hub::REMEMBERED_MS`] in any case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Retention {
    pub(crate) records_days: Option<u32>,
    pub(crate) records: Option<u32>,
    pub(crate) messages_days: Option<u32>,
    pub(crate) messages: Option<u32>,
}

/// Figures of a store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct StoreStats {
    /// Writes that are not on the disk yet, and reads that wait for a thread.
    pub(crate) writes_waiting: usize,
    pub(crate) reads_waiting: usize,
    /// Transactions since the start.
    pub(crate) transactions: u64,
    /// Rows that could not be read and were set aside since the start.
    pub(crate) quarantined: u64,
    /// Sizes of the database and its write-ahead log.
    pub(crate) file_bytes: u64,
    pub(crate) log_bytes: u64,
}

/// A user of an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) accid: Accid,
    pub(crate) name: Option<String>,
    /// Address of a picture, not checked.
    pub(crate) avatar: Option<String>,
    /// May not log in and cannot be called.
    pub(crate) disabled: bool,
    /// Tokens of an older generation are refused.
    pub(crate) token_generation: u64,
}

impl Account {
    /// How it is shown to others.
    pub(crate) fn profile(&self) -> Profile {
        Profile {
            name: self.name.clone(),
            avatar: self.avatar.clone(),
        }
    }
}

/// What to change of an account; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccountChange {
    pub(crate) name: Option<String>,
    pub(crate) avatar: Option<String>,
    pub(crate) disabled: Option<bool>,
    /// Refuse all tokens made so far, by raising the generation.
    pub(crate) revoke_tokens: bool,
}

/// What an account has not read of its past calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnreadCalls {
    /// The place up to which they are read; 0 at first.
    pub(crate) read_to: u64,
    /// How many after it were missed, at most [`hullo_protocol::MISSED_COUNT_MAX`].
    pub(crate) missed: u32,
}

/// Where a page ends: after so many rows, or before its JSON would be longer than `bytes`. A page has one row at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageLimit {
    pub(crate) rows: u32,
    pub(crate) bytes: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct RecordQuery {
    /// Only those of calls that this account was in.
    pub(crate) accid: Option<Accid>,
    /// Only those older than this place, as [`RecordPage::next`] gave it.
    pub(crate) before: Option<u64>,
    pub(crate) limit: PageLimit,
}

/// A page of records, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RecordPage {
    /// Each with its place.
    pub(crate) records: Vec<(u64, CallRecord)>,
    /// Where the next page begins, if there is one.
    pub(crate) next: Option<u64>,
}

/// A page of the conversation of `accid` with `with`.
#[derive(Debug, Clone)]
pub(crate) struct ConversationQuery<'a> {
    pub(crate) accid: &'a Accid,
    pub(crate) with: &'a Accid,
    /// Only messages before this one.
    pub(crate) before: Option<MessageId>,
    pub(crate) limit: PageLimit,
}

/// A page of messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MessagePage {
    pub(crate) messages: Vec<Message>,
    /// Whether there are older ones.
    pub(crate) more: bool,
}

/// Why the store did not do it.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("{0} exists already; choose another name")]
    Exists(String),
    /// The storage is full, read-only, locked or broken. Nothing has changed.
    #[error("the storage cannot be used: {0}")]
    Unavailable(String),
    /// More waits for the storage than it can do in time. Nothing has changed.
    #[error("too much waits for the storage; try again later")]
    Busy,
    /// Something stored cannot be understood: another version wrote it, or the master key is another one.
    #[error("{what} in the storage cannot be read: {why}")]
    Unreadable { what: String, why: String },
}

/// Why a batch was not stored. Nothing of it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommitError {
    /// New calls of the batch have the ids of calls that are over.
    #[error("call ids that have been used before: {0:?}")]
    Taken(Vec<CallId>),
    /// What is stored and what the batch says do not go together: a call that has ended changes, a row that must be there is
    /// not, a call gets a second record. The hub is wrong, or somebody else writes into the database.
    #[error("{0}")]
    Contradiction(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}
