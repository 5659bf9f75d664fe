//! What every part of the endpoint may use: the time, fresh ids, the connection to the server, what was asked on it, the room
//! tokens that are awaited, who is muted here, and the outputs so far.

use hullo_protocol::{
    Accid, CallId, Command, ErrorBody, ErrorKind, Message, MessageId, Presence, Request, RequestId,
    Token, Uid,
};

use super::audio_mutes::AudioMutes;
use super::requests::{Pending, Purpose, Requests};
use super::signalling::Signalling;
use super::tokens::{RoomTokens, TokenFor};
use super::{AppEvent, MediaCommand, Op, Output, Value};
use crate::Time;

/// The wait after a transient error of the server.
const RETRY_MS: u64 = 1_000;
const RETRY_MS_MAX: u64 = 5_000;

/// One for each endpoint; parts take it as `cx`.
pub(super) struct Context {
    pub(super) now: Time,
    rng: fastrand::Rng,
    pub(super) signalling: Signalling,
    pub(super) requests: Requests,
    pub(super) tokens: RoomTokens,
    pub(super) audio_mutes: AudioMutes,
    /// The number of the newest media connection.
    peers: u32,
    out: Vec<Output>,
}

impl Context {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            now: Time::default(),
            rng: fastrand::Rng::with_seed(seed),
            signalling: Signalling::default(),
            requests: Requests::default(),
            tokens: RoomTokens::default(),
            audio_mutes: AudioMutes::default(),
            peers: 0,
            out: Vec::new(),
        }
    }

    /// The account that is signed in, or wants to be.
    pub(super) fn me(&self) -> Option<&Accid> {
        self.signalling.accid()
    }

    /// When something here is due.
    pub(super) fn due(&self) -> Option<Time> {
        let due = [
            self.signalling.due(),
            self.requests.due(),
            self.tokens.due(),
        ];
        due.into_iter().flatten().min()
    }

    // Outputs.

    pub(super) fn push(&mut self, output: Output) {
        self.out.push(output);
    }

    pub(super) fn take_outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.out)
    }

    pub(super) fn emit(&mut self, event: AppEvent) {
        self.push(Output::Event { event });
    }

    /// An error that belongs to no operation.
    pub(super) fn emit_error(&mut self, error: ErrorBody) {
        self.emit(AppEvent::Error { error });
    }

    pub(super) fn command(&mut self, command: MediaCommand) {
        self.push(Output::Media { command });
    }

    pub(super) fn complete(&mut self, ticket: u64, result: Result<Value, ErrorBody>) {
        let (value, error) = match result {
            Ok(value) => (Some(value), None),
            Err(error) => (None, Some(error)),
        };
        self.push(Output::Complete {
            ticket,
            value,
            error,
        });
    }

    pub(super) fn fail(&mut self, ticket: u64, kind: ErrorKind) {
        self.complete(ticket, Err(kind.into()));
    }

    pub(super) fn complete_all(
        &mut self,
        tickets: impl IntoIterator<Item = u64>,
        result: &Result<Value, ErrorBody>,
    ) {
        for ticket in tickets {
            self.complete(ticket, result.clone());
        }
    }

    pub(super) fn fail_all(&mut self, tickets: impl IntoIterator<Item = u64>, kind: ErrorKind) {
        self.complete_all(tickets, &Err(kind.into()));
    }

    // Fresh numbers.

    pub(super) fn new_call_id(&mut self) -> CallId {
        CallId::from_parts(self.now.0, self.rng.u128(..))
    }

    fn new_request_id(&mut self) -> RequestId {
        RequestId::from_parts(self.now.0, self.rng.u128(..))
    }

    pub(super) fn new_peer(&mut self) -> u32 {
        self.peers += 1;
        self.peers
    }

    /// Somewhere up to `ms`.
    pub(super) fn random_ms(&mut self, ms: u64) -> u64 {
        self.rng.u64(0..=ms)
    }

    /// Somewhere in the upper half of `ms`, so that not all clients come back at the same moment.
    pub(super) fn jittered(&mut self, ms: u64) -> u64 {
        ms / 2 + self.rng.u64(0..=ms / 2)
    }

    // Requests.

    /// Asks something; it goes out now, or when the session is open.
    pub(super) fn request(&mut self, command: Command, purpose: Purpose) {
        let request_id = command.changes_call().then(|| self.new_request_id());
        let pending = self.pending(command, purpose, request_id);
        self.requests.insert(pending);
        self.send_unsent();
    }

    /// Sends a request although the session is not open: the login itself.
    pub(super) fn request_at_once(&mut self, command: Command, purpose: Purpose) {
        let mut pending = self.pending(command, purpose, None);
        pending.sent = true;
        self.send(&pending.request);
        self.requests.insert(pending);
    }

    fn pending(
        &mut self,
        command: Command,
        purpose: Purpose,
        request_id: Option<RequestId>,
    ) -> Pending {
        let request = Request {
            id: self.requests.next_id(),
            request_id,
            command,
        };
        Pending {
            request,
            deadline: self.now.plus_ms(purpose.policy().lifetime_ms),
            purpose,
            sent: false,
            repeated: false,
        }
    }

    pub(super) fn send_unsent(&mut self) {
        if self.signalling.is_ready() {
            for request in self.requests.take_unsent() {
                self.send(&request);
                self.signalling.expect_answer(self.now);
            }
        }
    }

    fn send(&mut self, request: &Request) {
        // A request is plain data with string keys; serde_json cannot fail on it.
        if let Ok(text) = serde_json::to_string(request) {
            self.push(Output::Send { text });
        }
    }

    /// Tells the server that this device has left a call, as soon as it can be told.
    pub(super) fn queue_hangup(&mut self, call_id: CallId) {
        self.request(Command::Hangup { call_id }, Purpose::Outbox(call_id));
    }

    /// Asks for the whole call, unless that is under way.
    pub(super) fn request_snapshot(&mut self, call_id: CallId) {
        let purpose = Purpose::Snapshot(call_id);
        if !self.requests.is_waiting(&purpose) {
            self.request(Command::CallSnapshot { call_id }, purpose);
        }
    }

    /// Asks how a call ended that the server knows no more, unless that is under way.
    pub(super) fn request_record(&mut self, call_id: CallId) {
        let purpose = Purpose::Record(call_id);
        if !self.requests.is_waiting(&purpose) {
            self.request(Command::CallRecord { call_id }, purpose);
        }
    }

    /// Sends the same again in a moment, unless its time is over.
    pub(super) fn retry(&mut self, mut pending: Pending, wait_ms: Option<u64>) {
        if self.now < pending.deadline {
            pending.request.id = self.requests.next_id();
            pending.sent = true;
            self.requests.insert(pending);
            self.schedule_retry(wait_ms);
        }
    }

    /// Asks the same as a new request: what the server has refused under one request id it would refuse again.
    pub(super) fn retry_as_new(&mut self, mut pending: Pending) {
        pending.request.request_id = Some(self.new_request_id());
        self.retry(pending, None);
    }

    /// In a moment, or when the server has said, what met a transient error is sent again.
    pub(super) fn schedule_retry(&mut self, wait_ms: Option<u64>) {
        let wait = wait_ms.unwrap_or(0).clamp(RETRY_MS, RETRY_MS_MAX);
        self.signalling.retry_at = Some(self.now.plus_ms(wait));
    }

    /// An operation that asks the server something and is answered with it.
    pub(super) fn handle_query_op(&mut self, ticket: u64, op: Op) {
        let command = match op {
            Op::QueryCall { call_id, group_id } => Command::Query { call_id, group_id },
            Op::ListMessages {
                with,
                before,
                limit,
            } => Command::ListMessages {
                with,
                before,
                limit,
            },
            Op::CallRecord { call_id } => Command::CallRecord { call_id },
            Op::ListCalls { before, limit } => Command::ListCalls { before, limit },
            Op::MarkCallsRead { up_to } => Command::MarkCallsRead { up_to },
            Op::WatchPresence { accids } => {
                self.signalling.watch = Some(accids.clone());
                Command::WatchPresence { accids }
            }
            // It is dispatched here although it asks nothing.
            _ => return self.fail(ticket, ErrorKind::BadRequest),
        };
        self.request(command, Purpose::Query(ticket));
    }

    /// Tells the application of each account by itself.
    pub(super) fn emit_presence(&mut self, accounts: Vec<Presence>) {
        for presence in accounts {
            self.emit(AppEvent::PresenceChanged { presence });
        }
    }

    /// A message is told once, however often it comes.
    pub(super) fn add_message(&mut self, message: Message) {
        if self.catch_up(message.id) {
            self.emit(AppEvent::MessageAdded { message });
        }
    }

    /// Moves the cursor, and has it kept; false when it was there before.
    pub(super) fn catch_up(&mut self, id: MessageId) -> bool {
        let moved = self.signalling.see(id);
        if let (true, Some(accid)) = (moved, self.me().cloned()) {
            self.push(Output::KeepCursor { accid, cursor: id });
        }
        moved
    }

    // Room tokens.

    /// Asks the application's handler for the token with which this account may join the call.
    pub(super) fn ask_token(&mut self, call_id: CallId, uid: Uid, wanted: TokenFor) {
        self.tokens.expect_for(call_id, wanted, self.now);
        self.push(Output::AskToken { call_id, uid });
    }
}

/// The token that the application's handler gave, or why there is none.
pub(super) fn token_given(token: Option<Token>, error: Option<String>) -> Result<Token, ErrorBody> {
    match (token, error) {
        (Some(token), None) => Ok(token),
        (_, error) => {
            let message = error.unwrap_or_else(|| "the token handler gave no token".to_owned());
            Err(ErrorBody::new(ErrorKind::TokenUnavailable, message))
        }
    }
}
