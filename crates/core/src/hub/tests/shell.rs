//! A model of the hub's shell: it stores, delivers, and keeps what it saw.

mod acts;

use std::collections::BTreeMap;

use hullo_protocol::*;

use super::super::*;

/// The hub in a shell whose storage works, and all that has come out of it.
pub(super) struct Shell {
    pub(super) runner: Runner,
    pub(super) now: Time,
    pub(super) config: Config,
    /// The calls as stored, those that are over too.
    pub(super) calls: BTreeMap<CallId, Call>,
    pub(super) records: Vec<CallRecord>,
    pub(super) messages: Vec<Message>,
    pub(super) rooms: Vec<(CallId, RoomCommand)>,
    pub(super) closed: BTreeMap<SessionId, SessionClosed>,
    pub(super) welcomed: BTreeMap<SessionId, (Snapshot, Vec<CallId>)>,
    events: BTreeMap<SessionId, Vec<Event>>,
    pub(super) replies: BTreeMap<(SessionId, u64), Reply>,
    /// The version of each call that each session knows.
    known: BTreeMap<(SessionId, CallId), u64>,
    accounts: BTreeMap<SessionId, Accid>,
    next: u64,
}

pub(super) const CONFIG: Config = Config {
    secure: false,
    connect_ms: CONNECT_MS,
    grace_ms: GRACE_MS,
    switch_ms: SWITCH_MS,
    busy: crate::hub::BusyPolicy::Reject,
    devices: crate::hub::DevicePolicy::All,
    small_call: SMALL_CALL,
    remembered_bytes: REMEMBERED_BYTES,
};

pub(super) fn accid(name: &str) -> Accid {
    Accid::parse(name).unwrap()
}

pub(super) fn device(name: &str) -> DeviceInfo {
    DeviceInfo {
        id: DeviceId::parse(name).unwrap(),
        platform: Platform::Web,
        sdk_version: None,
    }
}

pub(super) fn start(call_id: CallId, callee: &str, media: Media) -> StartCall {
    StartCall {
        call_id,
        group: None,
        callees: vec![accid(callee)],
        media,
        attachment: None,
        ring_ms: None,
        room_token: None,
    }
}

pub(super) fn start_group(call_id: CallId, callees: &[&str]) -> StartCall {
    StartCall {
        callees: callees.iter().map(|name| accid(name)).collect(),
        group: Some(GroupTerms {
            group_id: Some("team".into()),
            ..GroupTerms::default()
        }),
        ..start(call_id, "nobody", Media::Video)
    }
}

pub(super) fn invite_more(call_id: CallId, callees: &[&str]) -> InviteMore {
    InviteMore {
        call_id,
        callees: callees.iter().map(|name| accid(name)).collect(),
        attachment: None,
        ring_ms: None,
    }
}

/// An offer of the connection `name`; `attempt` tells its ICE restarts apart.
pub(super) fn sdp(name: &str, attempt: u32) -> String {
    format!(
        "v=0\r\no=- {} {attempt} IN IP4 127.0.0.1\r\na=fingerprint:sha-256 {name}\r\n",
        name.len()
    )
}

pub(super) fn kind<T: std::fmt::Debug>(result: Result<T, ErrorBody>) -> ErrorKind {
    result.unwrap_err().kind
}

pub(super) fn call_of(result: Result<Success, ErrorBody>) -> CallView {
    match result {
        Ok(Success::Call { call, .. }) => call,
        other => panic!("not a call: {other:?}"),
    }
}

/// The end that a session was told of, if it was.
pub(super) fn end_in(events: &[Event]) -> Option<EndView> {
    events.iter().find_map(|event| match event {
        Event::CallChanged { delta, .. } => delta.end.clone(),
        _ => None,
    })
}

impl Shell {
    pub(super) fn new() -> Self {
        Self::with(CONFIG)
    }

    pub(super) fn with(config: Config) -> Self {
        let now = Time(1_000_000);
        Self {
            runner: Runner::new(Hub::restore(config.clone(), Vec::new(), MessageId(1), now)),
            now,
            config,
            calls: BTreeMap::new(),
            records: Vec::new(),
            messages: Vec::new(),
            rooms: Vec::new(),
            closed: BTreeMap::new(),
            welcomed: BTreeMap::new(),
            events: BTreeMap::new(),
            replies: BTreeMap::new(),
            known: BTreeMap::new(),
            accounts: BTreeMap::new(),
            next: 1,
        }
    }

    pub(super) fn fresh(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub(super) fn fresh_call(&mut self) -> CallId {
        CallId::from_u128(u128::from(self.fresh()) << 64)
    }

    pub(super) fn fresh_request(&mut self) -> RequestId {
        RequestId::from_u128(u128::from(self.fresh()))
    }

    /// Handles an input, stores, commits, and keeps the rest.
    pub(super) fn feed(&mut self, input: Input) {
        self.feed_all(vec![input]);
    }

    /// The same with several inputs as one batch.
    pub(super) fn feed_all(&mut self, inputs: Vec<Input>) {
        let count = inputs.len();
        for input in inputs {
            if let Input::Connected { session, accid, .. } = &input {
                self.accounts.insert(*session, accid.clone());
            }
            self.runner.receive(input);
        }
        let mut watch = |_: Step<'_>| {};
        for output in self.runner.handle_beside(self.now, &mut watch) {
            self.carry_out(output);
        }
        if self.runner.waiting() + self.runner.waiting_facts() == 0 {
            // Who has come and gone is told at once, if nobody was lately.
            if self.runner.hub.news_due().is_none_or(|due| due > self.now) {
                return;
            }
            self.runner.receive(Input::Timeout);
        }
        let mut begun = self.runner.begin(count, self.now, &mut watch);
        if begun.is_none() {
            // After a failure facts wait for a moment.
            self.now = self.runner.poll_timeout().unwrap();
            begun = self.runner.begin(count, self.now, &mut watch);
        }
        let mut writes = begun.unwrap();
        let taken = self.taken(&writes);
        if !taken.is_empty() {
            writes = self.runner.taken(&taken, self.now, &mut watch);
        }
        for write in &writes {
            self.store(write);
        }
        for output in self.runner.committed() {
            self.carry_out(output);
        }
    }

    /// The calls that are written as new and that were over before.
    fn taken(&self, writes: &[Write]) -> Vec<CallId> {
        let new = writes.iter().filter(|write| write.call().version == 1);
        new.map(|write| write.call().call_id)
            .filter(|call_id| self.calls.get(call_id).is_some_and(Call::is_ended))
            .collect()
    }

    fn store(&mut self, write: &Write) {
        let call = match write {
            Write::Call(call) => {
                assert!(!call.is_ended(), "an ended call is stored with its record");
                call
            }
            Write::End {
                call,
                record,
                messages,
            } => {
                assert!(call.is_ended());
                assert_eq!(record.call_id, call.call_id);
                assert!(
                    self.records.iter().all(|r| r.call_id != record.call_id),
                    "two records of one call"
                );
                self.records.push((**record).clone());
                for message in messages {
                    assert_eq!(message.id.0, self.messages.len() as u64 + 1);
                    self.messages.push(message.clone());
                }
                call
            }
        };
        let json = serde_json::to_string(&**call).unwrap();
        let read: Call = serde_json::from_str(&json).unwrap();
        assert_eq!(read, **call, "the stored form keeps everything");
        let before = self.calls.insert(call.call_id, read);
        if let Some(before) = before {
            assert!(!before.is_ended(), "an ended call does not change");
            assert!(call.version >= before.version, "versions only grow");
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Write(_) => {}
            Output::Welcome {
                session,
                snapshot,
                ended,
                ..
            } => {
                for call in &snapshot.calls {
                    self.learn(session, call);
                }
                for invite in &snapshot.invites {
                    assert!(invite.ring_ms_left > 0);
                    self.learn(session, &invite.call);
                }
                self.welcomed.insert(session, (snapshot, ended));
            }
            Output::Reply { session, reply } => {
                if let Some(Success::Call { call, .. }) = &reply.ok {
                    self.learn(session, call);
                }
                let before = self.replies.insert((session, reply.re), reply);
                assert_eq!(before, None, "two answers to one request");
            }
            Output::Notify { sessions, event } => {
                for session in sessions {
                    assert!(!self.closed.contains_key(&session), "news after the end");
                    self.check_news(session, &event);
                    self.events.entry(session).or_default().push(event.clone());
                }
            }
            Output::Close { session, reason } => {
                self.closed.insert(session, reason);
            }
            Output::Room { call_id, command } => {
                if matches!(command, RoomCommand::Admit(_)) {
                    assert_eq!(self.call(call_id).state, CallState::Active);
                }
                self.rooms.push((call_id, command));
            }
        }
    }

    fn learn(&mut self, session: SessionId, call: &CallView) {
        let known = self.known.insert((session, call.call_id), call.version);
        assert!(known.is_none_or(|known| known <= call.version));
    }

    /// News of a call goes to its participants only, and without a gap from what they know.
    fn check_news(&mut self, session: SessionId, event: &Event) {
        match event {
            Event::CallInvited { call, .. } => self.learn(session, call),
            Event::CallChanged {
                call_id,
                base,
                version,
                ..
            } => {
                let known = self.known.insert((session, *call_id), *version);
                assert!(
                    known.is_some_and(|known| *base <= known && known < *version),
                    "a gap from {known:?}, no news, or news of an unknown call: {event:?}"
                );
            }
            Event::InviteAcceptedElsewhere { call_id }
            | Event::InviteRejectedElsewhere { call_id } => {
                assert!(self.known.contains_key(&(session, *call_id)));
            }
            Event::MessageAdded { message } => {
                let account = &self.accounts[&session];
                assert!(message.from == *account || message.to == *account);
            }
            _ => {}
        }
    }

    /// Lets time pass, handling each deadline when it comes.
    pub(super) fn pass(&mut self, ms: u64) {
        let end = self.now.plus_ms(ms);
        while let Some(at) = self.runner.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.feed(Input::Timeout);
            assert_ne!(
                self.runner.poll_timeout(),
                Some(at),
                "a deadline that stays"
            );
        }
        self.now = end;
    }

    /// What a session has been told since it was last asked.
    pub(super) fn take_events(&mut self, session: SessionId) -> Vec<Event> {
        self.events.remove(&session).unwrap_or_default()
    }

    /// The call as stored.
    pub(super) fn call(&self, call_id: CallId) -> &Call {
        &self.calls[&call_id]
    }

    pub(super) fn state(&self, call_id: CallId, account: &str) -> ParticipantState {
        self.call(call_id)
            .participant(&accid(account))
            .unwrap()
            .state
    }

    /// The one record of a call.
    pub(super) fn record(&self, call_id: CallId) -> &CallRecord {
        let mut records = self.records.iter().filter(|r| r.call_id == call_id);
        let record = records.next().expect("a record");
        assert!(records.next().is_none());
        record
    }

    /// Whether the media plane was told this.
    pub(super) fn commanded(&self, command: &RoomCommand) -> bool {
        self.rooms.iter().any(|(_, given)| given == command)
    }

    /// Kills the server and starts it again after `ms`, with the calls that a shell hands in.
    pub(super) fn restart(&mut self, ms: u64) {
        self.now = self.now.plus_ms(ms);
        let calls = self.calls.values();
        let calls = calls
            .filter(|call| restorable(call.ended_at, self.now))
            .cloned();
        let next_message = MessageId(self.messages.len() as u64 + 1);
        let hub = Hub::restore(self.config.clone(), calls.collect(), next_message, self.now);
        self.runner = Runner::new(hub);
        self.events.clear();
        self.rooms.clear();
    }
}
