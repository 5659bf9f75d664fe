//! Observations for the tests of invariants.

use hullo_core::Time;
use hullo_core::call::{Call, Dial};
use hullo_core::endpoint::{Op, State};
use hullo_protocol::{
    Accid, CallId, CallKind, CallRecord, CallState, CallView, DeviceState, EndReason, Media,
    ParticipantState, ParticipantView, RecordStatus, Uid,
};

use crate::invariant::Invariant;
use crate::observation::{EndpointView, Observation, Page};

pub(crate) const PAGE: Page = Page {
    device: 0,
    number: 1,
};
pub(crate) const OTHER_PAGE: Page = Page {
    device: 1,
    number: 1,
};
pub(crate) const CALL: CallId = CallId::from_u128(1);
pub(crate) const OTHER_CALL: CallId = CallId::from_u128(2);

/// The index of the first observation that breaks the invariant; each happens a second after the one before.
pub(crate) fn first_failure(
    invariant: &mut dyn Invariant,
    observations: &[Observation<'_>],
) -> Option<usize> {
    observations
        .iter()
        .enumerate()
        .find_map(|(index, observation)| {
            let now = Time(index as u64 * 1_000);
            invariant
                .observe(now, observation)
                .is_err()
                .then_some(index)
        })
}

pub(crate) fn accid(name: &str) -> Accid {
    Accid::parse(name).unwrap()
}

pub(crate) fn op_started(ticket: u64, op: &Op) -> Observation<'_> {
    Observation::OpStarted {
        page: PAGE,
        ticket,
        op,
        state: State::Idle,
    }
}

/// An idle endpoint.
pub(crate) fn inspected_idle() -> Observation<'static> {
    inspected(PAGE, State::Idle, None)
}

pub(crate) fn inspected(page: Page, state: State, call: Option<&CallView>) -> Observation<'_> {
    let view = EndpointView {
        state,
        call,
        waiting: None,
        held: None,
        timer: None,
        reachable_since: Some(Time(0)),
        after_input: true,
    };
    Observation::Inspected { page, view }
}

/// alice calls bob.
pub(crate) fn view(state: CallState, version: u64) -> CallView {
    let participant = |name: &str, uid, state| ParticipantView {
        accid: accid(name),
        name: None,
        avatar: None,
        uid: Uid(uid),
        state,
        audio: DeviceState::On,
        video: DeviceState::Off,
        reconnecting: false,
        held: false,
        screen: false,
        inviter: None,
        device: None,
    };
    CallView {
        call_id: CALL,
        version,
        kind: CallKind::OneToOne,
        group: None,
        media: Media::Audio,
        state,
        caller: accid("alice"),
        attachment: None,
        participants: vec![
            participant("alice", 1, ParticipantState::Accepted),
            participant("bob", 2, ParticipantState::Ringing),
        ],
        active_ms: None,
        switch: None,
        end: None,
        secure: false,
    }
}

/// alice called bob, who did not answer.
pub(crate) fn record(reason: EndReason, status: RecordStatus) -> CallRecord {
    CallRecord {
        call_id: CALL,
        kind: CallKind::OneToOne,
        group_id: None,
        caller: accid("alice"),
        callees: vec![accid("bob")],
        media: Media::Audio,
        status,
        reason,
        ended_by: None,
        started_at_ms: 0,
        accepted_at_ms: None,
        ended_at_ms: 10_000,
        durations: Vec::new(),
        outcomes: Vec::new(),
        quality: Vec::new(),
    }
}

pub(crate) fn device() -> hullo_protocol::DeviceInfo {
    hullo_protocol::DeviceInfo {
        id: hullo_protocol::DeviceId::parse("alice-1").unwrap(),
        platform: hullo_protocol::Platform::Web,
        sdk_version: None,
    }
}

/// alice calls bob; it rings.
pub(crate) fn stored_call(call_id: CallId) -> Call {
    let dial = Dial {
        call_id,
        caller: accid("alice"),
        device: device().id,
        callees: vec![accid("bob")],
        group: None,
        media: Media::Audio,
        attachment: None,
        ring_ms: 30_000,
        secure: false,
    };
    Call::dial(dial, Time(0))
}
