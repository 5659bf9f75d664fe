//! What the shell does for the hub before a request reaches it: accounts are looked up, room tokens are verified, and
//! conversations are read.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use hullo_core::hub::RoomGrant;
use hullo_protocol::{
    Accid, CallId, Command, ErrorBody, ErrorKind, MESSAGE_PAGE_MAX, MessageId, PAGE_BYTES_MAX,
    PARTICIPANTS_MAX, RefusedInvite, Request, Snapshot, Success, Token,
};

use super::Client;
use crate::auth;
use crate::store::{ConversationQuery, PageLimit, StoreError};

/// Offers of media: so many in one go, and then so many a second. A device makes one for each call, one when more people come
/// than it has m-lines for, and one for each restart of ICE. Each costs a media thread up to a millisecond.
const OFFERS_BURST: NonZeroU32 = NonZeroU32::new(20).unwrap();
const OFFERS_RATE: NonZeroU32 = NonZeroU32::MIN;

/// How often a session may offer media.
pub(super) fn offers() -> DefaultDirectRateLimiter {
    RateLimiter::direct(Quota::per_second(OFFERS_RATE).allow_burst(OFFERS_BURST))
}

/// A request that the hub can decide, or that needs no decision.
pub(super) enum Prepared {
    ForHub {
        request: Box<Request>,
        /// What its room token allows.
        grant: Option<RoomGrant>,
        /// The accounts in it that do not exist or are disabled.
        refused: Vec<RefusedInvite>,
    },
    /// It is answered already.
    Answered(Result<Success, ErrorBody>),
}

impl Client {
    /// Prepares a request for the hub, or answers it.
    pub(super) async fn prepare(&self, request: Request) -> Prepared {
        if matches!(request.command, Command::StartCall(_))
            && let Some(error) = self.overload()
        {
            return Prepared::Answered(Err(error));
        }
        let token = match &request.command {
            Command::OfferMedia { .. } if self.offers.check().is_err() => {
                let message = format!("more than {OFFERS_RATE} offers of media a second; wait");
                let error = ErrorBody::new(ErrorKind::RateLimited, message);
                return Prepared::Answered(Err(error));
            }
            Command::ListMessages {
                with,
                before,
                limit,
            } => return Prepared::Answered(self.list_messages(with, *before, *limit).await),
            Command::CallRecord { call_id } => {
                return Prepared::Answered(self.record(*call_id).await);
            }
            Command::StartCall(dial) => dial.room_token.as_ref(),
            Command::Accept { room_token, .. } | Command::Join { room_token, .. } => {
                room_token.as_ref()
            }
            _ => None,
        };
        let grant = token.and_then(|token| self.verify(token));
        match self.uncallable_in(&request.command).await {
            Ok(refused) => Prepared::ForHub {
                request: Box::new(request),
                grant,
                refused,
            },
            Err(error) => Prepared::Answered(Err(error)),
        }
    }

    /// Why no new call can be taken at this moment, if that is so. What it would have cost goes to the calls that run.
    fn overload(&self) -> Option<ErrorBody> {
        let behind = self.app.overload(self.context.limits.behind())?;
        self.context.shared.metrics.count_limit("behind_ms");
        let message = format!(
            "what came before waits for {} ms already; dial again in a second",
            behind.as_millis()
        );
        Some(ErrorBody::new(ErrorKind::ServerBusy, message))
    }

    /// The accounts in a command that do not exist or are disabled.
    async fn uncallable_in(&self, command: &Command) -> Result<Vec<RefusedInvite>, ErrorBody> {
        let accids = match command {
            Command::StartCall(dial) => &dial.callees,
            Command::Invite(more) => &more.callees,
            _ => return Ok(Vec::new()),
        };
        // The hub refuses lists of more accounts, whoever is in them; the store need not be asked about the rest.
        let named: BTreeSet<&Accid> = accids.iter().collect();
        let named: Vec<&Accid> = named.into_iter().take(PARTICIPANTS_MAX).collect();
        let store = &self.context.shared.store;
        let known = store
            .accounts_named(&self.app.app.key, &named)
            .await
            .map_err(unavailable)?;
        let disabled: BTreeMap<&Accid, bool> = known
            .iter()
            .map(|account| (&account.accid, account.disabled))
            .collect();
        let refuse = |accid: &Accid| {
            let kind = match disabled.get(accid) {
                Some(false) => return None,
                Some(true) => ErrorKind::AccountDisabled,
                None => ErrorKind::AccountNotFound,
            };
            let accid = accid.clone();
            Some(RefusedInvite { accid, kind })
        };
        Ok(named.into_iter().filter_map(refuse).collect())
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
        if !(1..=MESSAGE_PAGE_MAX).contains(&limit) {
            let message = format!("limit is {limit}; use 1 to {MESSAGE_PAGE_MAX}");
            return Err(ErrorBody::new(ErrorKind::BadRequest, message));
        }
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
            name: self.name.clone(),
            secure: app.secure,
            token_expires_in_ms: self.token_expires_in_ms(),
            snapshot,
        })
    }
}

fn unavailable(error: StoreError) -> ErrorBody {
    tracing::error!(%error, "the store does not answer");
    ErrorKind::StorageUnavailable.into()
}
