//! Calls of several, second calls and other devices for the phone at hand.

use hullo_core::endpoint::Input;
use hullo_core::endpoint::{
    AppEvent, DevicePresets, LocalMedia, MediaCommand, MediaEvent, Op, Output, State, Value,
};
use hullo_protocol::{
    Accid, CallDelta, CallId, CallKind, CallState, CallView, Command, DeviceState, ErrorBody,
    ErrorKind, Event, FoundCall, GroupTerms, Media, ParticipantState, ParticipantView,
    RefusedInvite, Request, Slot, SlotKind, Snapshot, Success, Uid,
};

use crate::phone::{FOREIGN, INVITE, Phone, accid, view};

/// What the application was told last, whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Told {
    pub(crate) state: State,
    pub(crate) call: Option<CallView>,
    pub(crate) local: LocalMedia,
    pub(crate) held: Option<CallView>,
    pub(crate) waiting: Option<CallView>,
    pub(crate) elsewhere: Vec<CallView>,
    pub(crate) audio_mutes: Vec<Accid>,
    pub(crate) connected: bool,
    pub(crate) reconnecting: bool,
}

impl Told {
    pub(crate) fn held_id(&self) -> Option<CallId> {
        self.held.as_ref().map(|call| call.call_id)
    }

    pub(crate) fn waiting_id(&self) -> Option<CallId> {
        self.waiting.as_ref().map(|call| call.call_id)
    }

    pub(crate) fn elsewhere_ids(&self) -> Vec<CallId> {
        self.elsewhere.iter().map(|call| call.call_id).collect()
    }
}

pub(crate) fn member(name: &str, uid: u64, state: ParticipantState) -> ParticipantView {
    ParticipantView {
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
    }
}

/// A ringing group video call of `caller` and others.
pub(crate) fn crowd(
    call_id: CallId,
    caller: &str,
    version: u64,
    others: &[(&str, ParticipantState)],
) -> CallView {
    let others = others.iter().zip(2..);
    let others = others.map(|((name, state), uid)| member(name, uid, *state));
    let mut call = view(call_id, caller, version, ParticipantState::Invited);
    call.kind = CallKind::Group;
    call.group = Some(GroupTerms::default());
    call.participants.truncate(1);
    call.participants.extend(others);
    call
}

/// A one-to-one call in which everybody is.
pub(crate) fn active(call_id: CallId, version: u64) -> CallView {
    let mut call = view(call_id, "bob", version, ParticipantState::Joined);
    call.state = CallState::Active;
    call.participants[0].state = ParticipantState::Joined;
    call
}

pub(crate) fn call_all(names: &[&str], media: Media) -> Op {
    Op::GroupCall {
        accids: names.iter().map(|name| accid(name)).collect(),
        media,
        terms: GroupTerms::default(),
        attachment: None,
        timeout_ms: None,
        presets: DevicePresets::NONE,
    }
}

pub(crate) fn invite_all(names: &[&str]) -> Op {
    Op::GroupInvite {
        accids: names.iter().map(|name| accid(name)).collect(),
        attachment: None,
        timeout_ms: None,
    }
}

pub(crate) fn show(names: &[&str]) -> Op {
    Op::ShowVideos {
        accids: names.iter().map(|name| accid(name)).collect(),
    }
}

pub(crate) fn snapshot_of(calls: Vec<CallView>) -> Snapshot {
    Snapshot {
        calls,
        ..Snapshot::default()
    }
}

pub(crate) fn call_of(call: CallView) -> Result<Success, ErrorBody> {
    let refused = Vec::new();
    Ok(Success::Call { call, refused })
}

pub(crate) fn unknown(name: &str) -> RefusedInvite {
    RefusedInvite {
        accid: accid(name),
        kind: ErrorKind::AccountNotFound,
    }
}

impl Phone {
    /// Alice has dialled bob, carol and dave; nobody has answered.
    pub(crate) fn group_calling() -> Self {
        let mut phone = Self::logged_in();
        phone.ask(call_all(&["bob", "carol", "dave"], Media::Video));
        let call_id = phone.call_id();
        phone.offer();
        let ringing = ParticipantState::Ringing;
        let others = [("bob", ringing), ("carol", ringing), ("dave", ringing)];
        phone.answer_start(crowd(call_id, "alice", 1, &others));
        phone.forget();
        phone
    }

    /// Bob has answered alice's group call, and both are connected; carol's and dave's phones ring.
    pub(crate) fn in_group() -> Self {
        let mut phone = Self::group_calling();
        phone.change(|delta| {
            delta.state = Some(CallState::Active);
            delta.participants = vec![
                member("alice", 1, ParticipantState::Joined),
                member("bob", 2, ParticipantState::Joined),
            ];
        });
        phone.forget();
        phone
    }

    /// Bob has called alice and carol; it rings.
    pub(crate) fn called_by_group() -> Self {
        let mut phone = Self::logged_in();
        let (delivered, ringing) = (ParticipantState::Delivered, ParticipantState::Ringing);
        let call = crowd(
            INVITE,
            "bob",
            2,
            &[("alice", delivered), ("carol", ringing)],
        );
        let ring_ms_left = 30_000;
        phone.event(Event::CallInvited { call, ring_ms_left });
        phone.offer();
        phone.forget();
        phone
    }

    /// Alice and bob are connected in bob's group call; carol's phone rings.
    pub(crate) fn guest_in_group() -> Self {
        let mut phone = Self::called_by_group();
        phone.ask(Op::ACCEPT);
        let (joined, ringing) = (ParticipantState::Joined, ParticipantState::Ringing);
        let mut call = crowd(INVITE, "bob", 3, &[("alice", joined), ("carol", ringing)]);
        call.state = CallState::Active;
        call.participants[0].state = joined;
        phone.answer(|c| matches!(c, Command::Accept { .. }), call_of(call));
        phone.forget();
        phone
    }

    /// Alice is in a call with bob, and carol calls.
    pub(crate) fn with_waiting() -> Self {
        let mut phone = Self::in_call();
        phone.knock(30_000);
        phone.forget();
        phone
    }

    /// Alice talks to carol, and bob's call is on hold.
    pub(crate) fn holding() -> Self {
        let mut phone = Self::with_waiting();
        phone.ask(Op::AcceptWaiting {
            call_id: FOREIGN,
            other: hullo_protocol::OtherCall::Hold,
            presets: DevicePresets::NONE,
        });
        phone.answer(
            |c| matches!(c, Command::Accept { .. }),
            call_of(second_call()),
        );
        phone.change_of(INVITE, 5, |delta| {
            let mut me = member("alice", 2, ParticipantState::Joined);
            me.held = true;
            delta.participants = vec![me];
        });
        phone.offer();
        assert_eq!(phone.call_id(), FOREIGN);
        assert_eq!(phone.told().held_id(), Some(INVITE));
        phone.forget();
        phone
    }

    /// Carol calls, whatever else there is.
    pub(crate) fn knock(&mut self, ring_ms_left: u64) {
        let call = knocking();
        self.event(Event::CallInvited { call, ring_ms_left });
    }

    /// The server answers the newest request of a kind.
    pub(crate) fn answer(
        &mut self,
        wanted: impl Fn(&Command) -> bool,
        result: Result<Success, ErrorBody>,
    ) {
        let re = self.last(wanted).id;
        self.reply(re, result);
    }

    /// A participant of the current call is in another state.
    pub(crate) fn move_to(&mut self, name: &str, state: ParticipantState) {
        let known = self.call().unwrap().participants.iter();
        let mut participant = known
            .clone()
            .find(|p| p.accid == accid(name))
            .unwrap()
            .clone();
        participant.state = state;
        self.change(|delta| delta.participants = vec![participant]);
    }

    /// Somebody new in the current call.
    pub(crate) fn add(&mut self, name: &str, uid: u64, state: ParticipantState) {
        self.change(|delta| delta.participants = vec![member(name, uid, state)]);
    }

    /// A change of a call that is not the current one.
    pub(crate) fn change_of(
        &mut self,
        call_id: CallId,
        version: u64,
        change: impl FnOnce(&mut CallDelta),
    ) {
        let mut delta = CallDelta::default();
        change(&mut delta);
        self.event(Event::CallChanged {
            call_id,
            base: version.saturating_sub(1),
            version,
            delta,
        });
    }

    /// The first receiving m-line for pictures carries `uid`, and its first picture is there.
    pub(crate) fn see(&mut self, uid: u64) {
        let call_id = self.call_id();
        let slot = Slot {
            mid: "1".into(),
            kind: SlotKind::Video,
            uid: Some(Uid(uid)),
        };
        let slots = vec![slot];
        self.event(Event::MediaSlots { call_id, slots });
        let event = MediaEvent::FirstVideoFrame {
            peer: self.peer(),
            mid: "1".into(),
            width: 640,
            height: 480,
        };
        self.give(Input::Media { event });
    }

    pub(crate) fn told(&self) -> Told {
        let told = self.outputs.iter().rev().find_map(|output| match output {
            Output::Event {
                event:
                    AppEvent::Changed {
                        state,
                        call,
                        local,
                        held,
                        waiting,
                        elsewhere,
                        audio_mutes,
                        connected,
                        reconnecting,
                    },
            } => Some(Told {
                state: *state,
                call: call.clone(),
                local: *local,
                held: held.clone(),
                waiting: waiting.clone(),
                elsewhere: elsewhere.clone(),
                audio_mutes: audio_mutes.clone(),
                connected: *connected,
                reconnecting: *reconnecting,
            }),
            _ => None,
        });
        told.unwrap_or_default()
    }

    /// The requests of a kind, in order.
    pub(crate) fn all_sent(&self, wanted: impl Fn(&Command) -> bool) -> Vec<&Request> {
        let sent = self.sent.iter();
        sent.filter(|request| wanted(&request.command)).collect()
    }

    /// The pictures asked for, each time.
    pub(crate) fn subscriptions(&self) -> Vec<Vec<u64>> {
        let sent = self.sent.iter();
        let videos = sent.filter_map(|request| match &request.command {
            Command::Subscribe { videos, .. } => Some(videos.iter().map(|uid| uid.0).collect()),
            _ => None,
        });
        videos.collect()
    }

    /// How many m-lines were opened, and added, each time.
    pub(crate) fn lines(&self) -> Vec<(&'static str, u8, u8)> {
        let media = self.media.iter();
        let lines = media.filter_map(|command| match command {
            MediaCommand::Open { audio, video, .. } => Some(("open", *audio, *video)),
            MediaCommand::Grow { audio, video, .. } => Some(("grow", *audio, *video)),
            _ => None,
        });
        lines.collect()
    }

    pub(crate) fn accepted(&self, ticket: u64) -> Vec<&str> {
        match self.result_of(ticket) {
            Some(Ok(Value::Accepted { members, .. })) => {
                members.iter().map(|member| member.accid.as_str()).collect()
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Carol's call while it rings for alice.
pub(crate) fn knocking() -> CallView {
    let mut call = view(FOREIGN, "carol", 2, ParticipantState::Delivered);
    call.participants[1] = member("alice", 2, ParticipantState::Delivered);
    call
}

/// Carol's call once alice has answered it.
pub(crate) fn second_call() -> CallView {
    let mut call = knocking();
    (call.version, call.state) = (3, CallState::Active);
    call.participants
        .iter_mut()
        .for_each(|p| p.state = ParticipantState::Joined);
    call
}

/// A running call as a query finds it.
pub(crate) fn found_call(call: CallView, uid: Uid) -> FoundCall {
    FoundCall {
        call_id: call.call_id,
        uid,
        media: call.media,
        group: call.group.clone(),
        people: 2,
        call: Some(call),
    }
}
