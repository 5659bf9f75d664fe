//! What the shell does for the hub before a request reaches it: accounts are looked up, room tokens are verified, and
//! conversations are read.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hullo_core::call::Profile;
use hullo_core::hub::{Known, RoomGrant};
use hullo_protocol::{
    Accid, CallId, CallRecord, Command, ErrorBody, ErrorKind, MESSAGE_PAGE_MAX, MessageId,
    PAGE_BYTES_MAX, PARTICIPANTS_MAX, PRESENCE_WATCHES_MAX, Person, RECENT_PEOPLE_MAX, RecentCall,
    RefusedInvite, Request, Snapshot, Success, Token,
};

use super::Client;
use crate::auth;
use crate::store::{Account, ConversationQuery, PageLimit, RecordQuery, StoreError, UnreadCalls};

/// How accounts are shown.
pub(super) type Profiles = BTreeMap<Accid, Profile>;

/// A request that the hub can decide, or that needs no decision.
pub(super) enum Prepared {
    ForHub {
        request: Box<Request>,
        /// What is known of it.
        known: Known,
    },
    /// It is answered already.
    Answered(Result<Success, ErrorBody>),
}

impl Client {
    /// Prepares a request for the hub, or answers it.
    pub(super) async fn prepare(&self, mut request: Request) -> Prepared {
        if let Some(error) = too_many_named(&request.command) {
            return Prepared::Answered(Err(error));
        }
        let token = match &request.command {
            // A screen that comes changes everybody's slots, as a connection that comes does.
            Command::OfferMedia { .. }
            | Command::SetMedia {
                screen: Some(true), ..
            } => match self.spend_offer() {
                Ok(()) => None,
                Err(error) => return Prepared::Answered(Err(error)),
            },
            Command::ListMessages {
                with,
                before,
                limit,
            } => return Prepared::Answered(self.list_messages(with, *before, *limit).await),
            Command::CallRecord { call_id } => {
                return Prepared::Answered(self.record(*call_id).await);
            }
            Command::ListCalls { before, limit } => {
                return Prepared::Answered(self.list_calls(*before, *limit).await);
            }
            Command::MarkCallsRead { up_to } => match self.mark_calls_read(*up_to).await {
                Ok(Some(up_to)) => {
                    request.command = Command::MarkCallsRead { up_to };
                    None
                }
                // No news for the account's devices.
                Ok(None) => return Prepared::Answered(Ok(Success::Done)),
                Err(error) => return Prepared::Answered(Err(error)),
            },
            Command::StartCall(dial) => dial.room_token.as_ref(),
            Command::Accept { room_token, .. } | Command::Join { room_token, .. } => {
                room_token.as_ref()
            }
            _ => None,
        };
        let grant = token.and_then(|token| self.verify(token));
        match self.look_up(&mut request.command).await {
            Ok((mut refused, people)) => {
                let rung = self.spend_rings(&request.command, &refused);
                let limited = rung.map(|late| refused.extend(late)).err().map(Box::new);
                Prepared::ForHub {
                    request: Box::new(request),
                    known: Known {
                        grant,
                        refused,
                        people,
                        limited,
                    },
                }
            }
            Err(error) => Prepared::Answered(Err(error)),
        }
    }

    /// Why no new call can be taken at this moment, if that is so. What it would have cost goes to the calls that run.
    fn overload(&self) -> Option<ErrorBody> {
        let now = self.context.shared.clock.now();
        let behind = self.app.overload(now, self.context.limits.behind())?;
        self.context.shared.metrics.count_limit("behind_ms");
        let message = format!(
            "what came before waits for {} ms already; dial again in a second",
            behind.as_millis()
        );
        let error = ErrorBody::new(ErrorKind::ServerBusy, message);
        Some(error.after(Duration::from_secs(1)))
    }

    /// Counts an offer of media of this device.
    fn spend_offer(&self) -> Result<(), ErrorBody> {
        let app = &self.app.app.key;
        let budgets = &self.context.shared.budgets;
        budgets.offer(app, &self.accid, &self.device)
    }

    /// Counts those whom a command rings; an error when nobody new may be rung now.
    fn spend_rings(
        &self,
        command: &Command,
        uncallable: &[RefusedInvite],
    ) -> Result<Vec<RefusedInvite>, ErrorBody> {
        if matches!(command, Command::StartCall(_) | Command::Invite(_))
            && let Some(error) = self.overload()
        {
            return Err(error);
        }
        let app = &self.app.app.key;
        let budgets = &self.context.shared.budgets;
        budgets.ring(app, &self.accid, command, uncallable)
    }

    /// Who the accounts in a command are, and which of them cannot be called. Each is from here on written as the app's
    /// backend has created it.
    async fn look_up(
        &self,
        command: &mut Command,
    ) -> Result<(Vec<RefusedInvite>, Profiles), ErrorBody> {
        // The hub refuses lists of more accounts, whoever is in them; the rest need not be looked up.
        let (accids, max, enters) = match command {
            Command::StartCall(dial) => (&mut dial.callees, PARTICIPANTS_MAX, true),
            Command::Invite(more) => (&mut more.callees, PARTICIPANTS_MAX, true),
            Command::WatchPresence { accids } => (accids, PRESENCE_WATCHES_MAX, false),
            Command::Join { .. } => (&mut Vec::new(), 0, true),
            _ => return Ok((Vec::new(), Profiles::new())),
        };
        let named: BTreeSet<&Accid> = accids.iter().collect();
        let mut named: Vec<&Accid> = named.into_iter().take(max).collect();
        if enters {
            named.push(&self.accid);
        }
        let known = self.accounts(&named).await?;
        let refused = match enters {
            true => named
                .iter()
                .filter_map(|accid| refusal(accid, &known))
                .collect(),
            false => Vec::new(),
        };
        for accid in accids {
            if let Some(account) = known.get(accid) {
                accid.clone_from(&account.accid);
            }
        }
        let people = match enters {
            true => known
                .values()
                .map(|one| (one.accid.clone(), one.profile()))
                .collect(),
            false => Profiles::new(),
        };
        Ok((refused, people))
    }

    /// Those of these accounts that exist.
    async fn accounts(&self, accids: &[&Accid]) -> Result<BTreeMap<Accid, Account>, ErrorBody> {
        let store = &self.context.shared.store;
        let found = store.accounts_named(&self.app.app.key, accids).await;
        let found = found.map_err(unavailable)?.into_iter();
        Ok(found
            .map(|account| (account.accid.clone(), account))
            .collect())
    }

    fn verify(&self, token: &Token) -> Option<RoomGrant> {
        match auth::verify_room(
            &self.app.app,
            token.expose(),
            self.context.shared.clock.wall(),
        ) {
            Ok(grant) => Some(grant),
            Err(error) => {
                tracing::info!(%error, "room token refused");
                None
            }
        }
    }

    async fn list_messages(
        &self,
        with: &hullo_protocol::Accid,
        before: Option<MessageId>,
        limit: u32,
    ) -> Result<Success, ErrorBody> {
        check_limit(limit)?;
        let query = ConversationQuery {
            accid: &self.accid,
            with,
            before,
            limit: PageLimit {
                rows: limit,
                bytes: PAGE_BYTES_MAX,
            },
        };
        let store = &self.context.shared.store;
        let page = store
            .conversation(&self.app.app.key, query)
            .await
            .map_err(unavailable)?;
        Ok(Success::Messages {
            messages: page.messages,
            more: page.more,
        })
    }

    /// The account's past calls with everybody.
    async fn list_calls(&self, before: Option<u64>, limit: u32) -> Result<Success, ErrorBody> {
        check_limit(limit)?;
        let key = &self.app.app.key;
        let store = &self.context.shared.store;
        let query = RecordQuery {
            accid: Some(self.accid.clone()),
            before,
            limit: PageLimit {
                rows: limit,
                bytes: PAGE_BYTES_MAX,
            },
        };
        let page = store.records(key, query).await.map_err(unavailable)?;
        let unread = store.unread_calls(key, &self.accid).await;
        let UnreadCalls { read_to, missed } = unread.map_err(unavailable)?;
        let mut others = BTreeSet::new();
        for (_, record) in &page.records {
            others.extend(others_in(record, &self.accid));
        }
        let others: Vec<&Accid> = others.into_iter().collect();
        let known = self.accounts(&others).await?;
        let calls = page.records.iter().filter_map(|(id, record)| {
            let summary = record.summary_for(&self.accid)?;
            Some(RecentCall {
                id: *id,
                missed: summary.is_missed_by(&self.accid),
                others: others_in(record, &self.accid)
                    .map(|accid| person(accid, &known))
                    .collect(),
                summary,
            })
        });
        Ok(Success::Calls {
            calls: calls.collect(),
            more: page.next.is_some(),
            missed,
            read_to,
        })
    }

    /// Stores how far the account's past calls are read; how far that is now, if it is further than before.
    async fn mark_calls_read(&self, up_to: u64) -> Result<Option<u64>, ErrorBody> {
        let store = &self.context.shared.store;
        let key = &self.app.app.key;
        let marked = store.mark_calls_read(key, &self.accid, up_to).await;
        marked.map_err(unavailable)
    }

    /// The record of a call, as far as it is this account's business.
    async fn record(&self, call_id: CallId) -> Result<Success, ErrorBody> {
        let store = &self.context.shared.store;
        let record = store
            .record(&self.app.app.key, call_id)
            .await
            .map_err(unavailable)?;
        match record.and_then(|record| record.seen_by(&self.accid)) {
            Some(record) => Ok(Success::Record {
                record: Box::new(record),
            }),
            None => Err(ErrorBody::new(
                ErrorKind::CallNotFound,
                format!("there is no record of a call {call_id} of this account"),
            )),
        }
    }

    /// Completes the hub's snapshot with what is stored: what came since the device's cursor, the newest page of it. To a
    /// device without a cursor all is old, and is read conversation by conversation.
    pub(super) async fn welcome(
        &self,
        mut snapshot: Snapshot,
        ended: Vec<CallId>,
        before: MessageId,
    ) -> Result<Success, ErrorBody> {
        let app = &self.app.app;
        let store = &self.context.shared.store;
        snapshot.cursor = MessageId(before.0.saturating_sub(1));
        if let Some(cursor) = self.cursor {
            let limit = PageLimit {
                rows: MESSAGE_PAGE_MAX,
                bytes: PAGE_BYTES_MAX,
            };
            let page = store
                .messages_since(&app.key, &self.accid, cursor, before, limit)
                .await
                .map_err(unavailable)?;
            snapshot.messages = page.messages;
            snapshot.more = page.more;
        }
        for call_id in ended {
            let record = store.record(&app.key, call_id).await.map_err(unavailable)?;
            // Somebody else's calls are nobody's business.
            let own = record.and_then(|record| record.summary_for(&self.accid));
            snapshot.ended.extend(own);
        }
        Ok(Success::LoggedIn {
            accid: self.accid.clone(),
            name: self.profile.name.clone(),
            avatar: self.profile.avatar.clone(),
            secure: app.secure,
            token_expires_in_ms: self.token_expires_in_ms(),
            snapshot,
        })
    }
}

fn check_limit(limit: u32) -> Result<(), ErrorBody> {
    if !(1..=MESSAGE_PAGE_MAX).contains(&limit) {
        let message = format!("limit is {limit}; use 1 to {MESSAGE_PAGE_MAX}");
        return Err(ErrorBody::new(ErrorKind::BadRequest, message));
    }
    Ok(())
}

/// Why an account cannot be called, if so.
fn refusal(accid: &Accid, known: &BTreeMap<Accid, Account>) -> Option<RefusedInvite> {
    let kind = match known.get(accid) {
        None => ErrorKind::AccountNotFound,
        Some(account) if account.disabled => ErrorKind::AccountDisabled,
        Some(_) => return None,
    };
    let accid = accid.clone();
    Some(RefusedInvite { accid, kind })
}

/// The first of the others in a call that is over, its caller first.
fn others_in<'a>(record: &'a CallRecord, me: &'a Accid) -> impl Iterator<Item = &'a Accid> {
    std::iter::once(&record.caller)
        .chain(&record.callees)
        .filter(move |accid| *accid != me)
        .take(RECENT_PEOPLE_MAX)
}

/// An account as it is shown; one that is gone has its accid alone.
fn person(accid: &Accid, known: &BTreeMap<Accid, Account>) -> Person {
    let account = known.get(accid);
    Person {
        accid: account.map_or(accid, |account| &account.accid).clone(),
        name: account.and_then(|account| account.name.clone()),
        avatar: account.and_then(|account| account.avatar.clone()),
    }
}

/// Nobody calls more than are let into a call, so that a list that is longer costs nothing further in.
fn too_many_named(command: &Command) -> Option<ErrorBody> {
    let named = match command {
        Command::StartCall(start) => &start.callees,
        Command::Invite(more) => &more.callees,
        _ => return None,
    };
    (named.len() > PARTICIPANTS_MAX).then(|| {
        let message = format!("{} callees; at most {}", named.len(), PARTICIPANTS_MAX - 1);
        ErrorBody::new(ErrorKind::ParticipantLimit, message)
    })
}

fn unavailable(error: StoreError) -> ErrorBody {
    tracing::error!(%error, "the store does not answer");
    ErrorKind::StorageUnavailable.into()
}
