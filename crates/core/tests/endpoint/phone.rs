//! A device at hand: an endpoint, and a server played by the test.

pub(crate) mod group;

use hullo_core::Time;
use hullo_core::endpoint::{
    AppEvent, DevicePresets, Endpoint, Input, LocalMedia, MediaCommand, MediaEvent, Op, Output,
    State, Value,
};
use hullo_protocol::{
    Accid, AppKey, CallId, CallKind, CallState, CallView, Command, DeviceId, DeviceInfo,
    DeviceState, EndReason, EndView, ErrorBody, ErrorKind, Event, InviteView, Media,
    ParticipantState, ParticipantView, Platform, Reply, Request, ServerFrame, SlotKind, Snapshot,
    Success, Uid,
};

pub(crate) const INVITE: CallId = CallId::from_u128(0xB0B);
pub(crate) const FOREIGN: CallId = CallId::from_u128(0xF0E);

pub(crate) fn accid(name: &str) -> Accid {
    Accid::parse(name).unwrap()
}

/// Alice's device.
pub(crate) struct Phone {
    endpoint: Endpoint,
    pub(crate) now: u64,
    next_ticket: u64,
    pub(crate) sent: Vec<Request>,
    pub(crate) events: Vec<AppEvent>,
    pub(crate) media: Vec<MediaCommand>,
    pub(crate) done: Vec<(u64, Result<Value, ErrorKind>)>,
    /// Everything in the order in which it came out.
    pub(crate) outputs: Vec<Output>,
    pub(crate) secure: bool,
    pub(crate) name: Option<String>,
}

impl Phone {
    pub(crate) fn new() -> Self {
        Self {
            endpoint: Endpoint::new(7),
            now: 1_000_000,
            next_ticket: 0,
            sent: Vec::new(),
            events: Vec::new(),
            media: Vec::new(),
            done: Vec::new(),
            outputs: Vec::new(),
            secure: false,
            name: None,
        }
    }

    pub(crate) fn logged_in() -> Self {
        let mut phone = Self::new();
        phone.log_in();
        phone.forget();
        phone
    }

    pub(crate) fn log_in(&mut self) -> u64 {
        let ticket = self.sign_in();
        self.give(Input::SocketOpened);
        self.welcome(Snapshot::default());
        ticket
    }

    /// Asks for a login; the server has not answered.
    pub(crate) fn sign_in(&mut self) -> u64 {
        self.ask(login())
    }

    /// The connection goes and comes back; the server welcomes the session with `snapshot`.
    pub(crate) fn reconnect(&mut self, snapshot: Snapshot) {
        self.give(Input::SocketClosed);
        self.pass(20_000);
        self.give(Input::SocketOpened);
        self.welcome(snapshot);
    }

    pub(crate) fn welcome(&mut self, snapshot: Snapshot) {
        self.welcome_for(86_400_000, snapshot);
    }

    /// The server takes the login, with a token that is good for so long.
    pub(crate) fn welcome_for(&mut self, token_expires_in_ms: u64, snapshot: Snapshot) {
        let re = self.last(|command| matches!(command, Command::Login(_))).id;
        let (accid, secure, name) = (accid("alice"), self.secure, self.name.clone());
        self.reply(
            re,
            Ok(Success::LoggedIn {
                accid,
                name,
                avatar: None,
                secure,
                token_expires_in_ms,
                snapshot,
            }),
        );
    }

    pub(crate) fn calling() -> Self {
        let mut phone = Self::logged_in();
        phone.ask(call_bob(Media::Video));
        let call_id = phone.call_id();
        phone.offer();
        phone.answer_start(view(call_id, "alice", 1, ParticipantState::Delivered));
        phone.forget();
        phone
    }

    pub(crate) fn called() -> Self {
        let mut phone = Self::logged_in();
        phone.invite(30_000);
        phone.offer();
        phone.forget();
        phone
    }

    pub(crate) fn in_call() -> Self {
        let mut phone = Self::called();
        phone.ask(Op::ACCEPT);
        phone.answer_accept();
        phone.joined();
        phone.forget();
        phone
    }

    pub(crate) fn in_state(state: State) -> Self {
        match state {
            State::Idle => Self::logged_in(),
            State::Calling => Self::calling(),
            State::Called => Self::called(),
            State::InCall => Self::in_call(),
        }
    }

    pub(crate) fn invite(&mut self, ring_ms_left: u64) {
        let call = view(INVITE, "bob", 2, ParticipantState::Delivered);
        self.event(Event::CallInvited { call, ring_ms_left });
    }

    /// The newest connection of media makes its offer, and the server answers.
    pub(crate) fn offer(&mut self) {
        self.offer_answered_by("a=fingerprint:sha-256 AA\r\n");
    }

    pub(crate) fn offer_answered_by(&mut self, sdp: &str) {
        let peer = self.peer();
        self.give(Input::Media {
            event: MediaEvent::Offered {
                peer,
                sdp: "v=0\r\n".into(),
            },
        });
        let re = self
            .last(|command| matches!(command, Command::OfferMedia { .. }))
            .id;
        self.reply(re, Ok(Success::Answer { sdp: sdp.into() }));
        self.give(Input::Media {
            event: MediaEvent::Connected { peer },
        });
    }

    /// The browser says what a device does now.
    pub(crate) fn device(&mut self, kind: SlotKind, state: DeviceState) {
        let event = MediaEvent::Device {
            kind,
            state,
            failure: None,
            message: None,
        };
        self.give(Input::Media { event });
    }

    pub(crate) fn peer(&self) -> u32 {
        let opened = self.outputs.iter().rev().find_map(|output| match output {
            Output::Media {
                command: MediaCommand::Open { peer, .. },
            } => Some(*peer),
            _ => None,
        });
        opened.unwrap()
    }

    pub(crate) fn answer_start(&mut self, call: CallView) {
        let re = self
            .last(|command| matches!(command, Command::StartCall(_)))
            .id;
        self.reply(
            re,
            Ok(Success::Call {
                call,
                refused: Vec::new(),
            }),
        );
    }

    pub(crate) fn answer_accept(&mut self) {
        let re = self
            .last(|command| matches!(command, Command::Accept { .. }))
            .id;
        let mut call = view(INVITE, "bob", 3, ParticipantState::Accepted);
        call.state = CallState::Active;
        self.reply(
            re,
            Ok(Success::Call {
                call,
                refused: Vec::new(),
            }),
        );
    }

    /// Both have joined: the call is connected.
    pub(crate) fn joined(&mut self) {
        let mut call = self.endpoint.call().unwrap().clone();
        call.participants
            .iter_mut()
            .for_each(|p| p.state = ParticipantState::Joined);
        self.change(|delta| delta.participants = call.participants);
    }

    /// The next change of the current call.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut hullo_protocol::CallDelta)) {
        let call = self.endpoint.call().unwrap();
        let (call_id, version) = (call.call_id, call.version + 1);
        let mut delta = hullo_protocol::CallDelta::default();
        change(&mut delta);
        self.event(Event::CallChanged {
            call_id,
            base: version.saturating_sub(1),
            version,
            delta,
        });
    }

    pub(crate) fn end(&mut self, reason: EndReason, by: &str) {
        let end = EndView {
            reason,
            by: Some(accid(by)),
            durations: Vec::new(),
        };
        self.change(|delta| {
            delta.state = Some(CallState::Ended);
            delta.end = Some(end);
        });
    }

    pub(crate) fn ask(&mut self, op: Op) -> u64 {
        self.next_ticket += 1;
        let ticket = self.next_ticket;
        self.give(Input::Op { ticket, op });
        ticket
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.frame(&ServerFrame::Event(event));
    }

    pub(crate) fn reply(&mut self, re: u64, result: Result<Success, ErrorBody>) {
        self.frame(&ServerFrame::Reply(Reply::new(re, result)));
    }

    fn frame(&mut self, frame: &ServerFrame) {
        let text = serde_json::to_string(frame).unwrap();
        self.give(Input::Frame { text });
    }

    pub(crate) fn give(&mut self, input: Input) {
        for output in self.endpoint.handle(input, Time(self.now)) {
            self.outputs.push(output.clone());
            match output {
                Output::Send { text } => self.sent.push(serde_json::from_str(&text).unwrap()),
                Output::Event { event } => self.events.push(event),
                Output::Media { command } => self.media.push(command),
                Output::Complete {
                    ticket,
                    value,
                    error,
                } => {
                    let result = value.ok_or_else(|| error.unwrap().kind);
                    self.done.push((ticket, result));
                }
                Output::OpenSocket
                | Output::CloseSocket
                | Output::AskLoginToken
                | Output::KeepCursor { .. }
                | Output::AskToken { .. } => {}
            }
        }
    }

    /// Lets time pass, waking the endpoint whenever it wants.
    /// Time passes while the server can be heard, and says nothing about what was asked.
    pub(crate) fn pass_unanswered(&mut self, ms: u64) {
        let until = self.now + ms;
        while self.now < until {
            self.event(Event::Unknown);
            self.pass(1_000.min(until - self.now));
        }
    }

    pub(crate) fn pass(&mut self, ms: u64) {
        let end = self.now + ms;
        for _ in 0..10_000 {
            match self.endpoint.poll_timeout() {
                Some(Time(at)) if at <= end => self.now = self.now.max(at),
                _ => break,
            }
            self.give(Input::Timeout);
            assert!(
                self.endpoint
                    .poll_timeout()
                    .is_none_or(|Time(at)| at > self.now),
                "a timer is stuck"
            );
        }
        self.now = end;
    }

    /// What came out until now is of no interest to the test.
    pub(crate) fn forget(&mut self) {
        self.sent.clear();
        self.events.clear();
        self.media.clear();
        self.done.clear();
    }

    /// As `forget`, but what was asked can still be answered.
    pub(crate) fn forget_outputs_but_requests(&mut self) {
        let sent = std::mem::take(&mut self.sent);
        self.forget();
        self.sent = sent;
    }

    pub(crate) fn result_of(&self, ticket: u64) -> Option<&Result<Value, ErrorKind>> {
        let mut of_ticket = self.done.iter().filter(|(done, _)| *done == ticket);
        let result = of_ticket.next().map(|(_, result)| result);
        assert!(
            of_ticket.next().is_none(),
            "ticket {ticket} completed twice"
        );
        result
    }

    pub(crate) fn last(&self, wanted: impl Fn(&Command) -> bool) -> &Request {
        self.sent
            .iter()
            .rev()
            .find(|request| wanted(&request.command))
            .expect("such a request")
    }

    pub(crate) fn has_sent(&self, wanted: impl Fn(&Command) -> bool) -> bool {
        self.sent.iter().any(|request| wanted(&request.command))
    }

    pub(crate) fn state(&self) -> State {
        self.endpoint.state()
    }

    pub(crate) fn call(&self) -> Option<&CallView> {
        self.endpoint.call()
    }

    pub(crate) fn call_id(&self) -> CallId {
        self.call().unwrap().call_id
    }

    /// The events, without those that only say that the state or the connection has changed.
    pub(crate) fn news(&self) -> Vec<&AppEvent> {
        self.events
            .iter()
            .filter(|event| {
                use AppEvent::{Changed, ConnectionChanged};
                !matches!(event, Changed { .. } | ConnectionChanged { .. })
            })
            .collect()
    }

    pub(crate) fn ends(&self) -> Vec<EndReason> {
        let reason = |event: &AppEvent| match event {
            AppEvent::CallEnd { reason, .. } => Some(*reason),
            _ => None,
        };
        self.events.iter().filter_map(reason).collect()
    }

    pub(crate) fn local(&self) -> Option<LocalMedia> {
        self.outputs.iter().rev().find_map(|output| match output {
            Output::Event {
                event: AppEvent::Changed { local, .. },
            } => Some(*local),
            _ => None,
        })
    }
}

pub(crate) fn device() -> DeviceInfo {
    DeviceInfo {
        id: DeviceId::parse("phone").unwrap(),
        platform: Platform::Web,
        sdk_version: None,
    }
}

pub(crate) fn login() -> Op {
    Op::Login {
        app_key: AppKey::parse("demo").unwrap(),
        accid: accid("alice"),
        token: Some("token".to_owned().into()),
        provider: false,
        device: device(),
        cursor: None,
    }
}

pub(crate) fn call_bob(media: Media) -> Op {
    Op::Call {
        accid: accid("bob"),
        media,
        attachment: None,
        timeout_ms: None,
        presets: DevicePresets::NONE,
    }
}

/// A ringing video call between alice and bob.
pub(crate) fn view(
    call_id: CallId,
    caller: &str,
    version: u64,
    callee: ParticipantState,
) -> CallView {
    let other = if caller == "alice" { "bob" } else { "alice" };
    let participant = |name: &str, uid, state| ParticipantView {
        accid: accid(name),
        name: None,
        avatar: None,
        uid: Uid(uid),
        state,
        audio: DeviceState::On,
        video: DeviceState::On,
        reconnecting: false,
        held: false,
        screen: false,
        inviter: None,
        device: None,
    };
    CallView {
        call_id,
        version,
        kind: CallKind::OneToOne,
        group: None,
        media: Media::Video,
        state: CallState::Ringing,
        caller: accid(caller),
        attachment: None,
        participants: vec![
            participant(caller, 1, ParticipantState::Accepted),
            participant(other, 2, callee),
        ],
        active_ms: None,
        switch: None,
        end: None,
        secure: false,
    }
}

pub(crate) fn invited(ring_ms_left: u64) -> Snapshot {
    let call = view(INVITE, "bob", 2, ParticipantState::Delivered);
    Snapshot {
        invites: vec![InviteView { call, ring_ms_left }],
        ..Snapshot::default()
    }
}
