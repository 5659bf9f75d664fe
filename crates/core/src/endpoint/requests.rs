//! What was asked and is not answered.
//!
//! A request is sent when the session is open, and again after each reconnect under the same `request_id`, until it is
//! answered or its time is over, in the order in which requests were made. What a request is for, its [`Purpose`], decides
//! all of that: [`Purpose::policy`] is the one table.

use std::collections::BTreeMap;

use hullo_protocol::{Accid, CallId, CallView, ErrorBody, ErrorKind, Media, Request, Success};

use crate::Time;

/// How long the application waits for an answer (behaviour R3).
pub(super) const ANSWER_MS: u64 = 10_000;
/// How long a hang-up that the application no longer waits for is repeated.
const OUTBOX_MS: u64 = 120_000;

/// Why something was asked, and so who is concerned by the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Purpose {
    Login,
    /// A fresh login token for the session; completes the ticket of the login that brought it.
    Renew(Option<u64>),
    Logout,
    Ping,
    /// The dial that the leg waits for.
    Start,
    /// A dial that was given up: whatever comes of it is hung up.
    AbandonedStart,
    Accept,
    /// A call that is over for the application: the server has to hear of it.
    Outbox(CallId),
    Ring,
    /// The offer of the media connection of this number.
    Offer(u32),
    SetMedia,
    Switch(Media),
    /// Completes the ticket.
    AnswerSwitch(u64),
    /// The whole of a call.
    Snapshot(CallId),
    /// How a call ended that the server knows no more.
    Record(CallId),
    /// More accounts for the call; completes the ticket.
    Invite(u64),
    /// Looks for the call to join.
    JoinQuery,
    /// Joins a running call, or fetches it from another device.
    Join,
    /// Answers the invite that waits.
    AcceptWaiting,
    /// Takes the call up again that was on hold.
    Resume,
    /// Whose pictures are received.
    Subscribe,
    /// May be lost.
    Statistic,
    /// The page of the dial is being closed.
    Closing,
    /// Completes the ticket with what comes.
    Query(u64),
    /// Presence is followed again after a reconnect.
    RestoreWatch,
}

/// For whose sake something was asked. What a leg, its media, the waiting invite or the pending join asked is discarded with
/// them; the receipt of a waiting invite belongs to the leg that it may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// One connection to the server.
    Connection,
    /// Signed in or not: the same account's next login sends it.
    Account,
    /// The application, which waits for a ticket.
    Application,
    /// The current leg.
    Leg,
    /// Its media, which a call on hold has not.
    Media,
    /// The invite that waits.
    Waiting,
    /// The pending join.
    Join,
}

/// What becomes of a request when the connection is lost before its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnConnectionLost {
    /// Whoever needs it will ask again.
    Drop,
    /// It is sent again after the next login, under the same request id.
    Resend,
}

/// What becomes of a request that met a transient error of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnTransient {
    /// Whoever asked is told.
    Fail,
    /// The same is sent again in a moment, until its time is over.
    Retry,
    /// It is forgotten that the server was told; syncing tells it again in a moment, with the state of then.
    Renew,
}

/// All that follows from what a request is for. Whether it carries a request id, its command knows
/// ([`hullo_protocol::Command::changes_call`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Policy {
    /// How long an answer is waited for, in milliseconds.
    pub(super) lifetime_ms: u64,
    pub(super) owner: Owner,
    pub(super) on_connection_lost: OnConnectionLost,
    pub(super) on_transient: OnTransient,
}

impl Purpose {
    pub(super) fn policy(&self) -> Policy {
        use OnConnectionLost::{Drop, Resend};
        use OnTransient::{Fail, Renew, Retry};
        let (lifetime_ms, owner, on_connection_lost, on_transient) = match self {
            Self::Login => (ANSWER_MS, Owner::Connection, Drop, Fail),
            Self::Renew(_) => (ANSWER_MS, Owner::Application, Resend, Fail),
            Self::Logout => (ANSWER_MS, Owner::Connection, Drop, Fail),
            Self::Ping => (ANSWER_MS, Owner::Connection, Drop, Fail),
            Self::Start => (ANSWER_MS, Owner::Leg, Resend, Fail),
            Self::AbandonedStart => (ANSWER_MS, Owner::Connection, Drop, Fail),
            Self::Accept => (ANSWER_MS, Owner::Leg, Resend, Fail),
            Self::Outbox(_) => (OUTBOX_MS, Owner::Account, Resend, Retry),
            Self::Ring => (ANSWER_MS, Owner::Leg, Drop, Fail),
            Self::Offer(_) => (ANSWER_MS, Owner::Media, Drop, Retry),
            Self::SetMedia => (ANSWER_MS, Owner::Media, Drop, Renew),
            Self::Switch(_) => (ANSWER_MS, Owner::Media, Resend, Fail),
            Self::AnswerSwitch(_) => (ANSWER_MS, Owner::Application, Resend, Fail),
            Self::Snapshot(_) => (ANSWER_MS, Owner::Connection, Drop, Fail),
            // The next login says how it ended, if this connection is lost.
            Self::Record(_) => (OUTBOX_MS, Owner::Connection, Drop, Retry),
            Self::Invite(_) => (ANSWER_MS, Owner::Leg, Resend, Fail),
            Self::JoinQuery => (ANSWER_MS, Owner::Join, Resend, Fail),
            Self::Join => (ANSWER_MS, Owner::Join, Resend, Fail),
            Self::AcceptWaiting => (ANSWER_MS, Owner::Waiting, Resend, Fail),
            Self::Resume => (OUTBOX_MS, Owner::Media, Resend, Retry),
            Self::Subscribe => (ANSWER_MS, Owner::Media, Drop, Renew),
            Self::Statistic => (ANSWER_MS, Owner::Connection, Drop, Fail),
            Self::Closing => (ANSWER_MS, Owner::Connection, Drop, Fail),
            Self::Query(_) => (ANSWER_MS, Owner::Application, Resend, Fail),
            Self::RestoreWatch => (ANSWER_MS, Owner::Connection, Drop, Fail),
        };
        Policy {
            lifetime_ms,
            owner,
            on_connection_lost,
            on_transient,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Pending {
    pub(super) request: Request,
    pub(super) purpose: Purpose,
    pub(super) deadline: Time,
    pub(super) sent: bool,
    /// It had been sent on an earlier connection.
    pub(super) repeated: bool,
}

impl Pending {
    /// The server may know of it.
    pub(super) fn may_be_known(&self) -> bool {
        self.sent || self.repeated
    }
}

/// The requests of one endpoint.
#[derive(Debug, Default)]
pub(super) struct Requests {
    next_id: u64,
    /// Whose requests they are.
    account: Option<Accid>,
    pending: BTreeMap<u64, Pending>,
}

impl Requests {
    pub(super) fn due(&self) -> Option<Time> {
        self.pending.values().map(|pending| pending.deadline).min()
    }

    /// What another account had not yet sent is not this one's to send.
    pub(super) fn belong_to(&mut self, accid: &Accid) {
        if self.account.replace(accid.clone()).as_ref() != Some(accid) {
            self.pending.clear();
        }
    }

    pub(super) fn next_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    pub(super) fn take(&mut self, id: u64) -> Option<Pending> {
        self.pending.remove(&id)
    }

    pub(super) fn insert(&mut self, pending: Pending) {
        self.pending.insert(pending.request.id, pending);
    }

    pub(super) fn is_waiting(&self, purpose: &Purpose) -> bool {
        self.pending
            .values()
            .any(|pending| pending.purpose == *purpose)
    }

    /// Whether the server has yet to confirm that a call is over which is over here.
    pub(super) fn has_unconfirmed_hangup(&self) -> bool {
        self.pending
            .values()
            .any(|pending| matches!(pending.purpose, Purpose::Outbox(_)))
    }

    /// Drops what was asked for this; returns it.
    pub(super) fn discard(&mut self, purpose: &Purpose) -> Vec<Pending> {
        self.drop_where(|pending| pending.purpose == *purpose)
    }

    /// Drops what was asked for the sake of this owner; returns it.
    pub(super) fn discard_owned_by(&mut self, owner: Owner) -> Vec<Pending> {
        self.drop_where(|pending| pending.purpose.policy().owner == owner)
    }

    /// Drops the offers of media: another follows, or none.
    pub(super) fn discard_offers(&mut self) {
        self.drop_where(|pending| matches!(pending.purpose, Purpose::Offer(_)));
    }

    /// Nobody signed in waits for an answer any more; what the account has not yet sent stays.
    pub(super) fn drop_at_sign_out(&mut self) -> Vec<Pending> {
        self.drop_where(|pending| pending.purpose.policy().owner != Owner::Account)
    }

    /// Takes back the tokens that the server has not yet taken.
    pub(super) fn take_renewals(&mut self) -> Vec<Pending> {
        self.drop_where(|pending| matches!(pending.purpose, Purpose::Renew(_)))
    }

    /// Drops what has had its time; returns it.
    pub(super) fn drop_expired(&mut self, now: Time) -> Vec<Pending> {
        self.drop_where(|pending| pending.deadline <= now)
    }

    pub(super) fn handle_connection_lost(&mut self) {
        self.drop_where(|pending| {
            pending.purpose.policy().on_connection_lost == OnConnectionLost::Drop
        });
        for pending in self.pending.values_mut() {
            pending.repeated |= pending.sent;
            pending.sent = false;
        }
    }

    /// What met a transient error is to be sent again.
    pub(super) fn unsend_retried(&mut self) {
        for pending in self.pending.values_mut() {
            pending.sent &= pending.purpose.policy().on_transient != OnTransient::Retry;
        }
    }

    /// What is to be sent now, in the order in which it was asked.
    pub(super) fn take_unsent(&mut self) -> Vec<Request> {
        let unsent = self.pending.values_mut().filter(|pending| !pending.sent);
        unsent
            .map(|pending| {
                pending.sent = true;
                pending.request.clone()
            })
            .collect()
    }

    fn drop_where(&mut self, matches: impl Fn(&Pending) -> bool) -> Vec<Pending> {
        let ids: Vec<u64> = self
            .pending
            .iter()
            .filter(|(_, pending)| matches(pending))
            .map(|(id, _)| *id)
            .collect();
        ids.into_iter()
            .filter_map(|id| self.pending.remove(&id))
            .collect()
    }
}

/// The call in an answer that may hold nothing else.
pub(super) fn only_call(result: Result<Success, ErrorBody>) -> Result<CallView, ErrorBody> {
    match result? {
        Success::Call { call, .. } => Ok(call),
        _ => Err(ErrorKind::Server.into()),
    }
}

/// An error of the server that may be over in a moment.
pub(super) fn is_transient(error: &ErrorBody) -> bool {
    matches!(
        error.kind,
        ErrorKind::StorageUnavailable
            | ErrorKind::RateLimited
            | ErrorKind::MediaBusy
            | ErrorKind::ServerBusy
            | ErrorKind::Server
    )
}
