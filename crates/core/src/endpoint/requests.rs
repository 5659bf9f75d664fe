//! What was asked and is not answered.
//!
//! A request is sent when the link is ready, and again after each reconnect under the same `request_id`, until it is
//! answered or its time is over. The link sends them in the order in which they were made.

use std::collections::BTreeMap;

use hullo_protocol::{
    Accid, CallId, Command, ErrorBody, ErrorKind, Media, Request, RequestId, Success,
};

use super::{AppEvent, Endpoint, Output, Value};
use crate::Time;

/// How long the application waits for an answer (behaviour R3).
pub(super) const ANSWER_MS: u64 = 10_000;
/// The wait after a passing trouble of the server.
const RETRY_MS: u64 = 1_000;
/// How long a hang-up that the application no longer waits for is repeated.
const OUTBOX_MS: u64 = 120_000;

/// Why something was asked, and so who is concerned by the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Purpose {
    Login,
    Logout,
    Ping,
    /// The dial that the session waits for.
    Start,
    /// A dial that was given up: whatever comes of it is hung up.
    AbandonedStart,
    Accept,
    /// A call that is over for the application: the server has to hear of it.
    Outbox(CallId),
    Ring,
    Offer(u32),
    SetMedia,
    Switch(Media),
    AnswerSwitch(u64),
    /// The whole of a call.
    Snapshot(CallId),
    /// More accounts for the call; completes the ticket.
    Invite(u64),
    /// Looks for the call to enter.
    JoinQuery,
    /// Enters a running call.
    Join,
    /// Answers the invite that waits.
    AcceptWaiting,
    /// Takes the call up again that was on hold.
    Resume,
    /// Whose pictures are shown.
    Subscribe,
    /// A statistic.
    Statistic,
    /// Completes the ticket with what comes.
    Query(u64),
    /// The watch that is renewed after a reconnect.
    RestoreWatch,
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

/// The requests of one endpoint.
#[derive(Debug, Default)]
pub(super) struct Requests {
    next_id: u64,
    /// Whose requests they are.
    owner: Option<Accid>,
    pending: BTreeMap<u64, Pending>,
}

impl Requests {
    pub(super) fn due(&self) -> Option<Time> {
        self.pending.values().map(|pending| pending.deadline).min()
    }

    /// What another account had still to say is not this one's to say.
    pub(super) fn belong_to(&mut self, accid: &Accid) {
        if self.owner.replace(accid.clone()).as_ref() != Some(accid) {
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

    pub(super) fn is_waiting(&self, purpose: &Purpose) -> bool {
        self.pending
            .values()
            .any(|pending| pending.purpose == *purpose)
    }

    /// Whether the server has still to hear of a call that is over here.
    pub(super) fn has_unsent_hangup(&self) -> bool {
        self.pending
            .values()
            .any(|pending| matches!(pending.purpose, Purpose::Outbox(_)))
    }

    /// Drops those that `matches`; returns them.
    pub(super) fn drop_where(&mut self, matches: impl Fn(&Purpose) -> bool) -> Vec<Pending> {
        let ids: Vec<u64> = self
            .pending
            .iter()
            .filter(|(_, p)| matches(&p.purpose))
            .map(|(id, _)| *id)
            .collect();
        ids.into_iter()
            .filter_map(|id| self.pending.remove(&id))
            .collect()
    }

    pub(super) fn put_back(&mut self, pending: Pending) {
        self.pending.insert(pending.request.id, pending);
    }

    fn insert(&mut self, id: u64, pending: Pending) {
        self.pending.insert(id, pending);
    }

    /// After a loss of the connection: what has to be said again stays, the rest is made anew by whoever needs it.
    pub(super) fn handle_connection_lost(&mut self) {
        self.drop_where(|purpose| {
            use Purpose::{
                AbandonedStart, Login, Logout, Offer, Ping, RestoreWatch, Ring, SetMedia, Snapshot,
                Statistic, Subscribe,
            };
            matches!(
                purpose,
                Login
                    | Logout
                    | Ping
                    | AbandonedStart
                    | Ring
                    | Offer(_)
                    | SetMedia
                    | Snapshot(_)
                    | Subscribe
                    | Statistic
                    | RestoreWatch
            )
        });
        for pending in self.pending.values_mut() {
            pending.repeated |= pending.sent;
            pending.sent = false;
        }
    }

    fn unsent(&mut self) -> Vec<Request> {
        let unsent = self.pending.values_mut().filter(|pending| !pending.sent);
        unsent
            .map(|pending| {
                pending.sent = true;
                pending.request.clone()
            })
            .collect()
    }

    fn expired(&mut self, now: Time) -> Vec<Pending> {
        let ids: Vec<u64> = self
            .pending
            .iter()
            .filter(|(_, p)| p.deadline <= now)
            .map(|(id, _)| *id)
            .collect();
        ids.into_iter()
            .filter_map(|id| self.pending.remove(&id))
            .collect()
    }
}

impl Endpoint {
    /// Asks something; it goes out now or when the link is ready.
    pub(super) fn request(&mut self, command: Command, purpose: Purpose) {
        let ms = if matches!(purpose, Purpose::Outbox(_) | Purpose::Resume) {
            OUTBOX_MS
        } else {
            ANSWER_MS
        };
        let request_id: Option<RequestId> = match purpose {
            Purpose::Start
            | Purpose::Accept
            | Purpose::Outbox(_)
            | Purpose::Invite(_)
            | Purpose::Join
            | Purpose::AcceptWaiting
            | Purpose::Resume
            | Purpose::Switch(_)
            | Purpose::AnswerSwitch(_) => Some(self.new_request_id()),
            _ => None,
        };
        let id = self.requests.next_id();
        let request = Request {
            id,
            request_id,
            command,
        };
        let deadline = self.now.plus_ms(ms);
        self.requests.insert(
            id,
            Pending {
                request,
                purpose,
                deadline,
                sent: false,
                repeated: false,
            },
        );
        self.send_unsent();
    }

    /// Sends a request without regard to the link: the login itself.
    pub(super) fn request_at_once(&mut self, command: Command, purpose: Purpose) {
        let id = self.requests.next_id();
        let request = Request {
            id,
            request_id: None,
            command,
        };
        self.send(&request);
        let deadline = self.now.plus_ms(ANSWER_MS);
        self.requests.insert(
            id,
            Pending {
                request,
                purpose,
                deadline,
                sent: true,
                repeated: false,
            },
        );
    }

    pub(super) fn send_unsent(&mut self) {
        if self.signalling.is_ready() {
            for request in self.requests.unsent() {
                self.send(&request);
                self.expect_answer();
            }
        }
    }

    fn send(&mut self, request: &Request) {
        // A request is plain data with string keys; serde_json cannot fail on it.
        if let Ok(text) = serde_json::to_string(request) {
            self.out.push(Output::Send { text });
        }
    }

    pub(super) fn expire_requests(&mut self) {
        for pending in self.requests.expired(self.now) {
            let kind = if self.signalling.is_ready() {
                ErrorKind::Timeout
            } else {
                ErrorKind::NoConnection
            };
            self.handle_answer(pending, Err(kind.into()));
        }
    }

    /// The answer to a request, or that there will be none.
    pub(super) fn handle_answer(&mut self, pending: Pending, result: Result<Success, ErrorBody>) {
        match pending.purpose {
            Purpose::Login => self.handle_login_answer(result),
            Purpose::Logout => self.out.push(Output::CloseSocket),
            Purpose::Start => self.handle_start_answer(pending.sent || pending.repeated, result),
            Purpose::AbandonedStart => {
                self.handle_abandoned_start(&pending.request.command, result)
            }
            Purpose::Accept => self.handle_accept_answer(result),
            Purpose::Outbox(_) => self.handle_outbox_answer(pending, &result),
            Purpose::Offer(peer) => self.handle_offer_answer(peer, result),
            Purpose::Switch(media) => self.handle_switch_answer(media, result),
            Purpose::AnswerSwitch(ticket) => self.complete(ticket, result.map(|_| Value::Done)),
            Purpose::Snapshot(call_id) => self.handle_snapshot_answer(call_id, result),
            Purpose::Query(ticket) => self.complete_query(ticket, result),
            Purpose::RestoreWatch => self.tell_presence(result),
            Purpose::SetMedia => self.handle_set_media_answer(&result),
            Purpose::Invite(ticket) => self.handle_invite_answer(ticket, result),
            Purpose::JoinQuery => self.handle_join_query(result),
            Purpose::Join => self.handle_join_answer(result),
            Purpose::AcceptWaiting => self.handle_accept_waiting_answer(result),
            Purpose::Resume => self.handle_resume_answer(pending, &result),
            Purpose::Subscribe => self.handle_subscribe_answer(&result),
            Purpose::Ping | Purpose::Ring | Purpose::Statistic => {}
        }
    }

    /// A hang-up that met a passing trouble is said again; any other answer settles it.
    pub(super) fn handle_outbox_answer(
        &mut self,
        pending: Pending,
        result: &Result<Success, ErrorBody>,
    ) {
        if result.as_ref().is_err_and(is_transient) {
            self.retry(pending);
        }
    }

    /// Says the same again in a moment, unless its time is over.
    pub(super) fn retry(&mut self, pending: Pending) {
        if self.now < pending.deadline {
            let id = self.requests.next_id();
            let request = Request {
                id,
                ..pending.request
            };
            self.requests.insert(
                id,
                Pending {
                    request,
                    sent: true,
                    ..pending
                },
            );
            self.schedule_retry();
        }
    }

    /// What the others see of the own devices must be true: it is said again after a passing trouble.
    fn handle_set_media_answer(&mut self, result: &Result<Success, ErrorBody>) {
        if result.as_ref().is_err_and(is_transient) {
            self.invalidate_sent_media();
            self.schedule_retry();
        }
    }

    pub(super) fn schedule_retry(&mut self) {
        self.signalling.retry_at = Some(self.now.plus_ms(RETRY_MS));
    }

    /// Says again what has met a passing trouble: the outbox here, the own devices when all is settled.
    pub(super) fn retry_outbox(&mut self) {
        let again = |pending: &mut Pending| {
            pending.sent &= !matches!(pending.purpose, Purpose::Outbox(_) | Purpose::Resume);
        };
        self.requests.pending.values_mut().for_each(again);
        self.send_unsent();
    }

    /// Who came and went while the connection was away is not known: all that is followed is told again.
    fn tell_presence(&mut self, result: Result<Success, ErrorBody>) {
        if let Ok(Success::Presence { accounts }) = result {
            for presence in accounts {
                self.emit(AppEvent::PresenceChanged { presence });
            }
        }
    }

    fn complete_query(&mut self, ticket: u64, result: Result<Success, ErrorBody>) {
        let value = result.map(|success| match success {
            Success::Messages { messages, more } => Value::Messages { messages, more },
            Success::Presence { accounts } => Value::Presence { accounts },
            Success::Found { calls } => Value::Found { calls },
            _ => Value::Done,
        });
        self.complete(ticket, value);
    }
}

/// A trouble of the server that may be over in a moment.
pub(super) fn is_transient(error: &ErrorBody) -> bool {
    matches!(
        error.kind,
        ErrorKind::StorageUnavailable | ErrorKind::RateLimited | ErrorKind::Server
    )
}
