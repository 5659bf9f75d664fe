//! H.12: whatever happens in whatever order, each operation completes exactly once and each call ends exactly once.

mod lives;

use hullo_core::endpoint::{DevicePresets, Input, MediaEvent, Op, State};
use hullo_protocol::{
    CallId, CallKind, CallState, CallView, Command, DeviceFailure, DeviceState, EndReason, EndView,
    ErrorKind, Event, GroupTerms, InviteView, Media, OtherCall, ParticipantState, SessionClosed,
    SlotKind, Snapshot, Success, Uid,
};
use proptest::prelude::*;

use crate::phone::group::{
    call_all, found_call, invite_all, knocking, member, second_call, show, unknown,
};
use crate::phone::{FOREIGN, INVITE, Phone, accid, call_bob, invited, login, view};
use lives::Lives;

#[derive(Debug, Clone)]
enum Stimulus {
    Ask(Op),
    Invited(u64),
    Accepted,
    Ended(EndReason),
    Elsewhere(bool),
    Foreign,
    /// A member of the call is in another state.
    Moved(&'static str, ParticipantState),
    /// This account's part of the call is on hold or not, as the server sees it.
    Held(bool),
    /// A call of two becomes a group.
    Grown,
    /// The call on hold has ended.
    HeldEnded(EndReason),
    /// The invite that waits has ended, or was answered on another device.
    KnockEnded(bool),
    Continued(CallId),
    /// A call is on another device now, or no longer.
    Place(bool, bool),
    Spoke,
    Answered(bool),
    SocketOpened,
    SocketClosed,
    Media(u8),
    Token(bool),
    Garbage(String),
    Closed(SessionClosed),
    Other(u64),
    NetworkChanged,
    Pass(u64),
}

fn operation() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => Just(call_bob(Media::Video)),
        3 => Just(Op::ACCEPT),
        1 => Just(Op::Reject),
        1 => Just(Op::Cancel),
        2 => Just(Op::Hangup),
        1 => Just(Op::Logout),
        1 => Just(Op::SwitchCallType { media: Media::Audio }),
        1 => Just(Op::SwitchCallType { media: Media::Video }),
        1 => Just(Op::AnswerSwitch { agree: true }),
        1 => any::<bool>().prop_map(|muted| Op::MuteLocalAudio { muted }),
        1 => any::<bool>().prop_map(|enabled| Op::EnableLocalVideo { enabled }),
        2 => any::<bool>().prop_map(|enabled| Op::ShareScreen { enabled }),
        1 => Just(login()),
        1 => Just(Op::SetAudioMute { accid: accid("bob"), muted: true }),
        1 => Just(Op::ListMessages { with: accid("bob"), before: None, limit: 9 }),
        1 => Just(Op::WatchPresence { accids: vec![accid("bob")] }),
        3 => Just(call_all(&["bob", "carol", "dave"], Media::Video)),
        1 => Just(invite_all(&["carol", "erin"])),
        2 => Just(Op::Leave),
        2 => name().prop_map(|call_id| Op::Join { call_id, presets: DevicePresets::NONE }),
        2 => name().prop_map(|call_id| Op::ContinueHere { call_id, presets: DevicePresets::NONE }),
        1 => Just(Op::QueryCall { call_id: Some(FOREIGN), group_id: None }),
        6 => (name(), other()).prop_map(|(call_id, other)| Op::AcceptWaiting { call_id, other, presets: DevicePresets::NONE }),
        1 => name().prop_map(|call_id| Op::RejectWaiting { call_id }),
        1 => Just(show(&["bob", "carol"])),
    ]
}

fn name() -> impl Strategy<Value = CallId> {
    prop_oneof![1 => Just(INVITE), 3 => Just(FOREIGN)]
}

fn other() -> impl Strategy<Value = OtherCall> {
    prop_oneof![1 => Just(OtherCall::End), 2 => Just(OtherCall::Hold)]
}

fn reason() -> impl Strategy<Value = EndReason> {
    prop_oneof![
        Just(EndReason::HungUp),
        Just(EndReason::Cancelled),
        Just(EndReason::Rejected),
        Just(EndReason::TimedOut),
        Just(EndReason::Lost)
    ]
}

fn stimulus() -> impl Strategy<Value = Stimulus> {
    use ParticipantState::{Accepted, Joined, Left, Lost, Rejected, TimedOut};
    let who = prop_oneof![Just("alice"), Just("bob"), Just("carol")];
    let state = prop_oneof![
        3 => Just(Joined),
        1 => Just(Accepted),
        1 => Just(Left),
        1 => Just(Lost),
        1 => Just(Rejected),
        1 => Just(TimedOut)
    ];
    let closed = prop_oneof![
        Just(SessionClosed::Replaced),
        Just(SessionClosed::KickedOut)
    ];
    prop_oneof![
        6 => operation().prop_map(Stimulus::Ask),
        2 => (1_000_u64..30_000).prop_map(Stimulus::Invited),
        2 => Just(Stimulus::Accepted),
        2 => reason().prop_map(Stimulus::Ended),
        1 => any::<bool>().prop_map(Stimulus::Elsewhere),
        1 => Just(Stimulus::Foreign),
        6 => any::<bool>().prop_map(Stimulus::Answered),
        2 => Just(Stimulus::SocketOpened),
        1 => Just(Stimulus::SocketClosed),
        2 => any::<u8>().prop_map(Stimulus::Media),
        1 => any::<bool>().prop_map(Stimulus::Token),
        1 => ".{0,20}".prop_map(Stimulus::Garbage),
        1 => closed.prop_map(Stimulus::Closed),
        4 => (1_000_u64..30_000).prop_map(Stimulus::Other),
        3 => (who, state).prop_map(|(who, state)| Stimulus::Moved(who, state)),
        1 => any::<bool>().prop_map(Stimulus::Held),
        1 => Just(Stimulus::Grown),
        1 => reason().prop_map(Stimulus::HeldEnded),
        1 => any::<bool>().prop_map(Stimulus::KnockEnded),
        1 => name().prop_map(Stimulus::Continued),
        2 => any::<(bool, bool)>().prop_map(|(mine, there)| Stimulus::Place(mine, there)),
        1 => Just(Stimulus::Spoke),
        1 => Just(Stimulus::NetworkChanged),
        3 => (0_u64..20_000).prop_map(Stimulus::Pass),
    ]
}

impl Phone {
    fn happen(&mut self, stimulus: Stimulus) -> Option<u64> {
        match stimulus {
            Stimulus::Ask(op) => return Some(self.ask(op)),
            Stimulus::Invited(ms) => self.invite(ms),
            Stimulus::Elsewhere(accepted) => {
                let call_id = self.call().map_or(INVITE, |call| call.call_id);
                self.event(match accepted {
                    true => Event::InviteAcceptedElsewhere { call_id },
                    false => Event::InviteRejectedElsewhere { call_id },
                });
            }
            Stimulus::Foreign => self.event(Event::InviteAcceptedElsewhere { call_id: FOREIGN }),
            Stimulus::Answered(well) => self.answer_newest(well),
            Stimulus::SocketOpened => self.give(Input::SocketOpened),
            Stimulus::SocketClosed => self.give(Input::SocketClosed),
            Stimulus::Media(which) => self.media_happens(which),
            Stimulus::Token(there) => {
                let call_id = self.call().map_or(FOREIGN, |call| call.call_id);
                let token = there.then(|| "token".to_owned().into());
                self.give(Input::Token {
                    call_id,
                    token,
                    error: None,
                });
            }
            Stimulus::Garbage(text) => self.give(Input::Frame { text }),
            Stimulus::Closed(reason) => self.event(Event::SessionClosed { reason }),
            Stimulus::Other(ring_ms_left) => self.knock(ring_ms_left),
            Stimulus::HeldEnded(reason) => self.held_ends(reason),
            Stimulus::KnockEnded(elsewhere) => self.knock_ends(elsewhere),
            Stimulus::Continued(call_id) => self.event(Event::CallContinuedElsewhere { call_id }),
            Stimulus::Place(mine, there) => {
                let call = if mine { active(INVITE) } else { second_call() };
                let call_id = call.call_id;
                let call = there.then_some(call);
                self.event(Event::CallElsewhere { call_id, call });
            }
            Stimulus::Spoke => {
                let call_id = self.call().map_or(FOREIGN, |call| call.call_id);
                let uids = vec![Uid(1), Uid(77)];
                self.event(Event::MediaSpeakers { call_id, uids });
            }
            Stimulus::NetworkChanged => self.give(Input::NetworkChanged),
            Stimulus::Pass(ms) => self.pass(ms),
            Stimulus::Accepted
            | Stimulus::Ended(_)
            | Stimulus::Moved(..)
            | Stimulus::Held(_)
            | Stimulus::Grown => self.call_changes(stimulus),
        }
        None
    }

    /// Something happens to the current call, if there is one.
    fn call_changes(&mut self, stimulus: Stimulus) {
        let Some(call) = self.call() else { return };
        match stimulus {
            Stimulus::Accepted => {
                self.change(|delta| delta.state = Some(CallState::Active));
            }
            Stimulus::Ended(reason) => self.end(reason, "bob"),
            Stimulus::Moved(who, state) => {
                let known = call.participants.iter().find(|p| p.accid == accid(who));
                let mut moved = known.cloned().unwrap_or_else(|| member(who, 9, state));
                moved.state = state;
                self.change(|delta| delta.participants = vec![moved]);
            }
            Stimulus::Held(held) => {
                let mut me = member("alice", 2, ParticipantState::Joined);
                me.held = held;
                self.change(|delta| delta.participants = vec![me]);
            }
            Stimulus::Grown => {
                let carol = member("carol", 3, ParticipantState::Ringing);
                self.change(|delta| {
                    delta.group = Some(GroupTerms::default());
                    delta.participants = vec![carol];
                });
            }
            _ => {}
        }
    }

    fn held_ends(&mut self, reason: EndReason) {
        let Some(held) = self.told().held else { return };
        let end = EndView {
            reason,
            by: Some(accid("bob")),
            durations: Vec::new(),
        };
        self.change_of(held.call_id, held.version + 1, |delta| {
            delta.state = Some(CallState::Ended);
            delta.end = Some(end);
        });
    }

    fn knock_ends(&mut self, elsewhere: bool) {
        if elsewhere {
            return self.event(Event::InviteAcceptedElsewhere { call_id: FOREIGN });
        }
        self.change_of(FOREIGN, 3, |delta| {
            let alice = member("alice", 2, ParticipantState::TimedOut);
            delta.participants = vec![alice];
        });
    }

    fn media_happens(&mut self, which: u8) {
        let peer = u32::from(which / 8) % 4;
        let device = |kind, state, failure| MediaEvent::Device {
            kind,
            state,
            failure,
            message: None,
        };
        let event = match which % 8 {
            0 => MediaEvent::Offered {
                peer,
                sdp: "v=0\r\n".into(),
            },
            1 => MediaEvent::Connected { peer },
            2 => MediaEvent::Disconnected { peer },
            3 => MediaEvent::Failed { peer },
            4 => device(SlotKind::Screen, DeviceState::On, None),
            5 => device(
                SlotKind::Screen,
                DeviceState::Failed,
                Some(DeviceFailure::Denied),
            ),
            6 => device(SlotKind::Screen, DeviceState::Off, None),
            _ => match which / 8 % 2 {
                0 => device(SlotKind::Video, DeviceState::On, None),
                _ => device(
                    SlotKind::Video,
                    DeviceState::Failed,
                    Some(DeviceFailure::Busy),
                ),
            },
        };
        self.give(Input::Media { event });
    }

    /// The server answers what it was asked last, well or with an error.
    fn answer_newest(&mut self, well: bool) {
        let Some(request) = self.sent.pop() else {
            return;
        };
        let is_free = self.told().held.is_none();
        let result = match request.command {
            _ if !well => Err(ErrorKind::Server.into()),
            Command::Login(_) => Ok(Success::LoggedIn {
                accid: accid("alice"),
                name: None,
                avatar: None,
                secure: request.id % 2 == 0,
                token_expires_in_ms: 60_000,
                snapshot: snapshot(request.id),
            }),
            // The other side has dialled, too.
            Command::StartCall(_) if request.id % 5 == 0 && is_free => Ok(Success::Call {
                refused: Vec::new(),
                call: active(INVITE),
            }),
            Command::StartCall(start) => {
                let mut call = view(start.call_id, "alice", 1, ParticipantState::Delivered);
                if start.group.is_some() {
                    (call.kind, call.group) = (CallKind::Group, start.group);
                }
                let refused = vec![unknown("dave")];
                Ok(Success::Call { call, refused })
            }
            Command::Accept { call_id, .. }
            | Command::Join { call_id, .. }
            | Command::Continue { call_id } => Ok(Success::Call {
                refused: Vec::new(),
                call: active(call_id),
            }),
            Command::CallSnapshot { call_id } => {
                let mut call = active(call_id);
                call.version = 90;
                let refused = Vec::new();
                Ok(Success::Call { call, refused })
            }
            Command::Invite(more) => Ok(Success::Call {
                refused: vec![unknown("erin")],
                call: active(more.call_id),
            }),
            Command::Query { .. } => {
                let calls = vec![found_call(second_call(), Uid(2))];
                Ok(Success::Found { calls })
            }
            Command::OfferMedia { .. } => Ok(Success::Answer {
                sdp: "a=fingerprint:x\r\n".into(),
            }),
            _ => Ok(Success::Done),
        };
        self.reply(request.id, result);
    }
}

/// What the server has of this device after a login: nothing, an invite, a call, a call and one that is held or that
/// waits beside it.
fn snapshot(id: u64) -> Snapshot {
    let mut held = active(INVITE);
    held.participants[1].held = true;
    let waiting = InviteView {
        call: knocking(),
        ring_ms_left: 5_000,
    };
    match id % 7 {
        0 => invited(5_000),
        1 => Snapshot {
            calls: vec![active(INVITE)],
            ..Snapshot::default()
        },
        2 => Snapshot {
            calls: vec![held, second_call()],
            ..Snapshot::default()
        },
        3 => Snapshot {
            calls: vec![active(INVITE)],
            invites: vec![waiting],
            ..Snapshot::default()
        },
        4 => Snapshot {
            calls: vec![held],
            elsewhere: vec![second_call()],
            ..Snapshot::default()
        },
        _ => Snapshot::default(),
    }
}

fn active(call_id: CallId) -> CallView {
    if call_id == FOREIGN {
        return second_call();
    }
    let mut call = view(call_id, "bob", 3, ParticipantState::Accepted);
    call.state = CallState::Active;
    call
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn each_operation_completes_once_and_each_call_ends_once(
        start in 0..5,
        stimuli in proptest::collection::vec(stimulus(), 1..60),
    ) {
        let mut phone = match start {
            0 => Phone::in_call(),
            1 => Phone::with_waiting(),
            2 => Phone::holding(),
            3 => Phone::in_group(),
            _ => Phone::logged_in(),
        };
        let mut lives = Lives::default();
        lives.see(&phone.outputs, false).map_err(TestCaseError::fail)?;
        let mut tickets = Vec::new();
        for stimulus in stimuli {
            let rejected = matches!(stimulus, Stimulus::Ask(Op::RejectWaiting { .. }));
            let before = phone.outputs.len();
            tickets.extend(phone.happen(stimulus));
            lives.see(&phone.outputs[before..], rejected).map_err(TestCaseError::fail)?;
            prop_assert_eq!(phone.state() == State::Idle, phone.call().is_none());
            let told = phone.told();
            prop_assert_eq!((told.state, told.call), (phone.state(), phone.call().cloned()));
        }
        let before = phone.outputs.len();
        // A person chooses a screen at last.
        phone.media_happens(4);
        phone.pass(60_000);
        lives.see(&phone.outputs[before..], false).map_err(TestCaseError::fail)?;
        for ticket in tickets {
            prop_assert!(phone.result_of(ticket).is_some(), "ticket {} hangs", ticket);
        }
    }
}
