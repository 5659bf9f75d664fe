//! H.12: whatever happens in whatever order, each operation completes exactly once and each call ends exactly once.

use hullo_core::endpoint::{AppEvent, Input, MediaEvent, Op, State};
use hullo_protocol::{
    CallId, CallState, CallView, Command, EndReason, ErrorKind, Event, Media, ParticipantState,
    SessionClosed, SlotKind, Snapshot, Success,
};
use proptest::prelude::*;

use crate::phone::{FOREIGN, INVITE, Phone, accid, call_bob, invited, login, view};

#[derive(Debug, Clone)]
enum Happening {
    Ask(Op),
    Invited(u64),
    Accepted,
    Ended(EndReason),
    Elsewhere(bool),
    Foreign,
    Answered(bool),
    SocketOpened,
    SocketClosed,
    Media(u8),
    Token(bool),
    Garbage(String),
    Replaced,
    Other(u64),
    NetworkChanged,
    Pass(u64),
}

fn operation() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => Just(call_bob(Media::Video)),
        3 => Just(Op::Accept),
        1 => Just(Op::Reject),
        1 => Just(Op::Cancel),
        2 => Just(Op::Hangup),
        1 => Just(Op::Logout),
        1 => Just(Op::SwitchCallType { media: Media::Audio }),
        1 => Just(Op::SwitchCallType { media: Media::Video }),
        1 => Just(Op::AnswerSwitch { agree: true }),
        1 => any::<bool>().prop_map(|muted| Op::MuteLocalAudio { muted }),
        1 => any::<bool>().prop_map(|enabled| Op::EnableLocalVideo { enabled }),
        1 => Just(login()),
        1 => Just(Op::SetAudioMute { accid: accid("bob"), muted: true }),
        1 => Just(Op::ListMessages { with: accid("bob"), before: None, limit: 9 }),
        1 => Just(Op::WatchPresence { accids: vec![accid("bob")] }),
    ]
}

fn happening() -> impl Strategy<Value = Happening> {
    let reason = prop_oneof![
        Just(EndReason::HungUp),
        Just(EndReason::Cancelled),
        Just(EndReason::Rejected),
        Just(EndReason::TimedOut),
        Just(EndReason::Lost)
    ];
    prop_oneof![
        6 => operation().prop_map(Happening::Ask),
        2 => (1_000_u64..30_000).prop_map(Happening::Invited),
        2 => Just(Happening::Accepted),
        2 => reason.prop_map(Happening::Ended),
        1 => any::<bool>().prop_map(Happening::Elsewhere),
        1 => Just(Happening::Foreign),
        6 => any::<bool>().prop_map(Happening::Answered),
        2 => Just(Happening::SocketOpened),
        1 => Just(Happening::SocketClosed),
        2 => any::<u8>().prop_map(Happening::Media),
        1 => any::<bool>().prop_map(Happening::Token),
        1 => ".{0,20}".prop_map(Happening::Garbage),
        1 => Just(Happening::Replaced),
        1 => (1_000_u64..30_000).prop_map(Happening::Other),
        1 => Just(Happening::NetworkChanged),
        3 => (0_u64..20_000).prop_map(Happening::Pass),
    ]
}

impl Phone {
    fn happen(&mut self, happening: Happening) -> Option<u64> {
        match happening {
            Happening::Ask(op) => return Some(self.ask(op)),
            Happening::Invited(ms) => self.invite(ms),
            Happening::Accepted if self.call().is_some() => {
                self.change(|delta| delta.state = Some(CallState::Active));
            }
            Happening::Ended(reason) if self.call().is_some() => self.end(reason, "bob"),
            Happening::Elsewhere(accepted) => {
                let call_id = self.call().map_or(INVITE, |call| call.call_id);
                self.event(match accepted {
                    true => Event::InviteAcceptedElsewhere { call_id },
                    false => Event::InviteRejectedElsewhere { call_id },
                });
            }
            Happening::Foreign => self.event(Event::InviteAcceptedElsewhere { call_id: FOREIGN }),
            Happening::Answered(well) => self.answer_newest(well),
            Happening::SocketOpened => self.give(Input::SocketOpened),
            Happening::SocketClosed => self.give(Input::SocketClosed),
            Happening::Media(which) => self.media_happens(which),
            Happening::Token(there) => {
                let call_id = self.call().map_or(FOREIGN, |call| call.call_id);
                let token = there.then(|| "token".to_owned().into());
                self.give(Input::Token {
                    call_id,
                    token,
                    error: None,
                });
            }
            Happening::Garbage(text) => self.give(Input::Frame { text }),
            Happening::Replaced => {
                self.event(Event::SessionClosed {
                    reason: SessionClosed::Replaced,
                });
            }
            Happening::Other(ring_ms_left) => {
                let call = view(FOREIGN, "bob", 2, ParticipantState::Delivered);
                self.event(Event::CallInvited { call, ring_ms_left });
            }
            Happening::NetworkChanged => self.give(Input::NetworkChanged),
            Happening::Pass(ms) => self.pass(ms),
            Happening::Accepted | Happening::Ended(_) => {}
        }
        None
    }

    fn media_happens(&mut self, which: u8) {
        let peer = u32::from(which / 8) % 4;
        let event = match which % 5 {
            0 => MediaEvent::Offered {
                peer,
                sdp: "v=0\r\n".into(),
            },
            1 => MediaEvent::Connected { peer },
            2 => MediaEvent::Disconnected { peer },
            3 => MediaEvent::Failed { peer },
            _ => MediaEvent::CaptureFailed {
                kind: SlotKind::Video,
                denied: true,
                message: String::new(),
            },
        };
        self.give(Input::Media { event });
    }

    /// The server answers what it was asked last, well or with an error.
    fn answer_newest(&mut self, well: bool) {
        let Some(request) = self.sent.pop() else {
            return;
        };
        let result = match request.command {
            _ if !well => Err(ErrorKind::Server.into()),
            Command::Login(_) => {
                let snapshot = match request.id % 4 {
                    0 => invited(5_000),
                    1 => Snapshot {
                        calls: vec![active(INVITE)],
                        ..Snapshot::default()
                    },
                    _ => Snapshot::default(),
                };
                Ok(Success::LoggedIn {
                    accid: accid("alice"),
                    name: None,
                    secure: request.id % 2 == 0,
                    snapshot,
                })
            }
            // The other side has dialled, too.
            Command::StartCall(_) if request.id % 5 == 0 => Ok(Success::Call {
                refused: Vec::new(),
                call: active(INVITE),
            }),
            Command::StartCall(start) => {
                let call = view(start.call_id, "alice", 1, ParticipantState::Delivered);
                Ok(Success::Call {
                    call,
                    refused: Vec::new(),
                })
            }
            Command::Accept { call_id, .. } => Ok(Success::Call {
                refused: Vec::new(),
                call: active(call_id),
            }),
            Command::OfferMedia { .. } => Ok(Success::Answer {
                sdp: "a=fingerprint:x\r\n".into(),
            }),
            _ => Ok(Success::Done),
        };
        self.reply(request.id, result);
    }
}

fn active(call_id: CallId) -> CallView {
    let mut call = view(call_id, "bob", 3, ParticipantState::Accepted);
    call.state = CallState::Active;
    call
}

/// The calls that the application saw come and go: each that the server had ends once, before the next one is shown. A
/// dial that the server never had ends once, too, or not at all when its operation failed.
#[derive(Default)]
struct Lives {
    last: Option<Life>,
}

struct Life {
    call_id: CallId,
    at_server: bool,
    ended: bool,
}

impl Lives {
    fn see(&mut self, event: &AppEvent) -> Result<(), String> {
        match event {
            AppEvent::Changed {
                call: Some(call), ..
            } => self.show(call),
            AppEvent::CallEnd { call_id, .. }
            | AppEvent::OtherClientAccept { call_id }
            | AppEvent::OtherClientReject { call_id } => self.end(*call_id),
            _ => Ok(()),
        }
    }

    fn show(&mut self, call: &CallView) -> Result<(), String> {
        let is_new = self
            .last
            .as_ref()
            .is_none_or(|life| life.call_id != call.call_id || life.ended);
        if is_new {
            self.finish()?;
            self.last = Some(Life {
                call_id: call.call_id,
                at_server: false,
                ended: false,
            });
        }
        if let Some(life) = &mut self.last {
            life.at_server |= call.version > 0;
        }
        Ok(())
    }

    fn end(&mut self, call_id: CallId) -> Result<(), String> {
        match &mut self.last {
            Some(life) if life.call_id == call_id && !life.ended => {
                life.ended = true;
                Ok(())
            }
            _ => Err(format!("{call_id} ends and is not there")),
        }
    }

    fn finish(&mut self) -> Result<(), String> {
        match self.last.take() {
            Some(life) if life.at_server && !life.ended => {
                Err(format!("{} is gone without an end", life.call_id))
            }
            _ => Ok(()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn each_operation_completes_once_and_each_call_ends_once(
        happenings in proptest::collection::vec(happening(), 1..60),
    ) {
        let mut phone = Phone::logged_in();
        let mut tickets = Vec::new();
        for happening in happenings {
            tickets.extend(phone.happen(happening));
            prop_assert_eq!(phone.state() == State::Idle, phone.call().is_none());
            prop_assert_eq!(phone.shown(), (phone.state(), phone.call().cloned()));
        }
        phone.pass(60_000);
        for ticket in tickets {
            prop_assert!(phone.result_of(ticket).is_some(), "ticket {} hangs", ticket);
        }
        let mut lives = Lives::default();
        for event in &phone.events {
            lives.see(event).map_err(TestCaseError::fail)?;
        }
        if phone.state() == State::Idle {
            lives.finish().map_err(TestCaseError::fail)?;
        }
    }
}
