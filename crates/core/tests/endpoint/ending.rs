//! How calls end: local first, once, and for the right reason.

use hullo_core::endpoint::{AppEvent, Input, MediaCommand, Op, Output, State, Value};
use hullo_protocol::{
    CallKind, CallRecord, CallState, Command, EndReason, EndView, ErrorKind, Event, Media,
    ParticipantDuration, ParticipantOutcome, ParticipantState, RecordStatus, Snapshot, Success,
};

use crate::phone::{INVITE, Phone, accid, call_bob, view};

#[test]
fn hanging_up_closes_the_devices_before_anything_else() {
    let mut phone = Phone::in_call();
    phone.outputs.clear();
    let ticket = phone.ask(Op::Hangup);
    let at = |wanted: fn(&Output) -> bool| phone.outputs.iter().position(wanted).unwrap();
    let closed = at(|o| {
        matches!(
            o,
            Output::Media {
                command: MediaCommand::Close
            }
        )
    });
    let changed = at(|o| {
        matches!(
            o,
            Output::Event {
                event: AppEvent::Changed {
                    state: State::Idle,
                    ..
                }
            }
        )
    });
    let ended = at(|o| {
        matches!(
            o,
            Output::Event {
                event: AppEvent::CallEnd { .. }
            }
        )
    });
    assert!(closed < changed && changed < ended);
    assert_eq!(phone.result_of(ticket), Some(&Ok(Value::Done)));
    assert_eq!(phone.ends(), [EndReason::HungUp]);
    assert!(phone.has_sent(|c| matches!(c, Command::Hangup { call_id } if *call_id == INVITE)));
}

#[test]
fn hang_up_while_offline_is_instant_and_told_after_the_return() {
    let mut phone = Phone::in_call();
    phone.give(hullo_core::endpoint::Input::SocketClosed);
    phone.forget();
    let ticket = phone.ask(Op::Hangup);
    assert_eq!(phone.result_of(ticket), Some(&Ok(Value::Done)));
    assert_eq!(
        (phone.state(), phone.media.as_slice()),
        (State::Idle, &[MediaCommand::Close][..])
    );
    assert!(phone.sent.is_empty());
    // The server still thinks that this device is in the call: it must not come back.
    let mut call = view(INVITE, "bob", 9, ParticipantState::Joined);
    call.state = CallState::Active;
    phone.pass(20_000);
    phone.give(hullo_core::endpoint::Input::SocketOpened);
    phone.welcome(Snapshot {
        calls: vec![call],
        ..Snapshot::default()
    });
    assert_eq!(phone.state(), State::Idle);
    assert!(phone.has_sent(|c| matches!(c, Command::Hangup { call_id } if *call_id == INVITE)));
}

#[test]
fn hang_up_that_could_not_be_stored_is_said_again_under_the_same_name() {
    let mut phone = Phone::in_call();
    phone.ask(Op::Hangup);
    let hangup = |command: &Command| matches!(command, Command::Hangup { .. });
    let first = phone.last(hangup).clone();
    phone.reply(first.id, Err(ErrorKind::StorageUnavailable.into()));
    phone.pass(1_500);
    let again = phone.last(hangup);
    assert_ne!(again.id, first.id);
    assert_eq!(again.request_id, first.request_id);
}

#[test]
fn dial_cancelled_before_the_answer_cancels_by_the_id_it_made() {
    let mut phone = Phone::logged_in();
    let dial = phone.ask(call_bob(Media::Audio));
    let call_id = phone.call_id();
    let cancel = phone.ask(Op::Cancel);
    assert_eq!(phone.result_of(cancel), Some(&Ok(Value::Done)));
    assert!(matches!(phone.result_of(dial), Some(Err(_))));
    assert!(phone.has_sent(|c| matches!(c, Command::Hangup { call_id: id } if *id == call_id)));
    phone.answer_start(view(call_id, "alice", 1, ParticipantState::Delivered));
    assert_eq!(phone.state(), State::Idle);
    assert_eq!(phone.ends(), [EndReason::Cancelled]);
}

#[test]
fn dial_cancelled_while_offline_never_rings() {
    let mut phone = Phone::logged_in();
    phone.give(hullo_core::endpoint::Input::SocketClosed);
    phone.ask(call_bob(Media::Audio));
    phone.ask(Op::Cancel);
    phone.reconnect(Snapshot::default());
    assert!(!phone.has_sent(|c| matches!(c, Command::StartCall(_) | Command::Hangup { .. })));
}

#[test]
fn dial_that_is_never_answered_fails_in_time_and_takes_itself_back() {
    let mut phone = Phone::logged_in();
    let ticket = phone.ask(call_bob(Media::Audio));
    let call_id = phone.call_id();
    phone.pass_unanswered(11_000);
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::Timeout)));
    assert_eq!(phone.state(), State::Idle);
    assert!(phone.has_sent(|c| matches!(c, Command::Hangup { call_id: id } if *id == call_id)));
    assert!(phone.ends().is_empty(), "there was no call");
}

#[test]
fn busy_callee_ends_the_dial_with_busy() {
    let mut phone = Phone::logged_in();
    let ticket = phone.ask(call_bob(Media::Audio));
    let mut call = view(phone.call_id(), "alice", 1, ParticipantState::Busy);
    call.state = CallState::Ended;
    call.end = Some(EndView {
        reason: EndReason::Busy,
        by: Some(accid("bob")),
        durations: Vec::new(),
    });
    phone.answer_start(call);
    assert!(matches!(
        phone.result_of(ticket),
        Some(Ok(Value::Call { .. }))
    ));
    assert_eq!(phone.state(), State::Idle);
    let news = phone.news();
    assert!(matches!(news[0], AppEvent::UserBusy { .. }));
    assert!(matches!(
        news[1],
        AppEvent::CallEnd {
            reason: EndReason::Busy,
            ..
        }
    ));
}

#[test]
fn rejection_is_told_as_one() {
    let mut phone = Phone::calling();
    let call_id = phone.call_id();
    let mut call = view(call_id, "alice", 2, ParticipantState::Rejected);
    let participants = vec![call.participants.remove(1)];
    let end = EndView {
        reason: EndReason::Rejected,
        by: Some(accid("bob")),
        durations: Vec::new(),
    };
    phone.change(|delta| {
        delta.participants = participants;
        delta.state = Some(CallState::Ended);
        delta.end = Some(end);
    });
    assert!(matches!(
        phone.events[0],
        AppEvent::Changed {
            state: State::Idle,
            ..
        }
    ));
    let news = phone.news();
    assert!(matches!(news[0], AppEvent::UserReject { .. }));
    assert!(matches!(
        news[1],
        AppEvent::CallEnd {
            reason: EndReason::Rejected,
            ..
        }
    ));
    assert_eq!(news.len(), 2);
}

#[test]
fn cancelled_invite_stops_ringing_at_once() {
    let mut phone = Phone::called();
    phone.end(EndReason::Cancelled, "bob");
    assert_eq!(phone.state(), State::Idle);
    assert!(matches!(phone.news()[0], AppEvent::UserCancel { .. }));
    assert_eq!(phone.ends(), [EndReason::Cancelled]);
}

#[test]
fn cancel_that_beats_the_accept_wins() {
    let mut phone = Phone::called();
    let ticket = phone.ask(Op::ACCEPT);
    phone.end(EndReason::Cancelled, "bob");
    assert_eq!(
        phone.result_of(ticket),
        Some(&Err(ErrorKind::InviteCancelled))
    );
    phone.answer_accept_late();
    assert_eq!(phone.state(), State::Idle);
    assert_eq!(phone.ends(), [EndReason::Cancelled]);
}

#[test]
fn accept_on_another_device_stops_the_ring_without_an_end() {
    for (event, accepted) in [
        (Event::InviteAcceptedElsewhere { call_id: INVITE }, true),
        (Event::InviteRejectedElsewhere { call_id: INVITE }, false),
    ] {
        let mut phone = Phone::called();
        phone.event(event);
        assert_eq!(phone.state(), State::Idle);
        assert!(phone.ends().is_empty());
        match phone.news()[0] {
            AppEvent::OtherClientAccept { .. } => assert!(accepted),
            AppEvent::OtherClientReject { .. } => assert!(!accepted),
            other => panic!("{other:?}"),
        }
    }
}

/// Simulator, seed 21706: the ring went on until the token handler gave up.
#[test]
fn answer_on_another_device_does_not_wait_for_the_token_of_the_own_one() {
    let (mut phone, ticket) = waiting_for_a_token();
    phone.event(Event::InviteAcceptedElsewhere { call_id: INVITE });
    assert_eq!(phone.state(), State::Idle);
    assert_eq!(
        phone.result_of(ticket),
        Some(&Err(ErrorKind::AlreadyAccepted))
    );
    assert!(phone.ends().is_empty());
    phone.give(no_token());
    assert!(!phone.has_sent(|c| matches!(c, Command::Reject { .. })));
}

#[test]
fn accept_that_another_device_beat_says_so() {
    let mut phone = Phone::called();
    let ticket = phone.ask(Op::ACCEPT);
    let re = phone.last(|c| matches!(c, Command::Accept { .. })).id;
    phone.reply(re, Err(ErrorKind::AlreadyAccepted.into()));
    assert_eq!(
        phone.result_of(ticket),
        Some(&Err(ErrorKind::AlreadyAccepted))
    );
    assert!(
        phone
            .news()
            .iter()
            .any(|e| matches!(e, AppEvent::OtherClientAccept { .. }))
    );
    assert_eq!(phone.state(), State::Idle);
}

#[test]
fn hanging_up_while_the_accept_is_under_way_works() {
    let mut phone = Phone::called();
    let accept = phone.ask(Op::ACCEPT);
    let hangup = phone.ask(Op::Hangup);
    assert!(matches!(phone.result_of(accept), Some(Err(_))));
    assert_eq!(phone.result_of(hangup), Some(&Ok(Value::Done)));
    assert!(phone.has_sent(|c| matches!(c, Command::Hangup { .. })));
    phone.answer_accept_late();
    assert_eq!(phone.state(), State::Idle);
}

#[test]
fn glare_turns_the_dial_into_the_other_sides_call() {
    let mut phone = Phone::logged_in();
    let ticket = phone.ask(call_bob(Media::Video));
    let own = phone.call_id();
    let mut call = view(INVITE, "bob", 5, ParticipantState::Accepted);
    call.state = CallState::Active;
    phone.answer_start(call);
    assert!(
        matches!(phone.result_of(ticket), Some(Ok(Value::Call { call, .. })) if call.call_id == INVITE)
    );
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, INVITE));
    assert!(phone.ends().is_empty());
    phone.offer();
    let offered =
        |c: &Command| matches!(c, Command::OfferMedia { call_id, .. } if *call_id == INVITE);
    assert!(phone.has_sent(offered));
    phone.ask(Op::Hangup);
    assert!(phone.has_sent(|c| matches!(c, Command::Hangup { call_id } if *call_id == INVITE)));
    assert!(!phone.has_sent(|c| matches!(c, Command::Hangup { call_id } if *call_id == own)));
}

#[test]
fn token_that_cannot_be_had_leaves_nothing_ringing() {
    let mut phone = Phone::new();
    phone.secure = true;
    phone.log_in();
    phone.forget();
    let ticket = phone.ask(call_bob(Media::Audio));
    assert!(phone.sent.is_empty(), "the token comes first");
    phone.pass(11_000);
    assert_eq!(
        phone.result_of(ticket),
        Some(&Err(ErrorKind::TokenUnavailable))
    );
    assert_eq!(phone.state(), State::Idle);
    assert!(!phone.has_sent(|c| matches!(c, Command::StartCall(_))));
}

/// A phone that rings for a secure call, whose person has said yes.
fn waiting_for_a_token() -> (Phone, u64) {
    let mut phone = Phone::logged_in();
    let mut call = view(INVITE, "bob", 2, ParticipantState::Delivered);
    call.secure = true;
    phone.event(Event::CallInvited {
        call,
        ring_ms_left: 30_000,
    });
    let ticket = phone.ask(Op::ACCEPT);
    let asks = |output: &Output| matches!(output, Output::AskToken { uid, .. } if uid.0 == 2);
    assert!(phone.outputs.iter().any(asks));
    (phone, ticket)
}

fn no_token() -> Input {
    Input::Token {
        call_id: INVITE,
        token: None,
        error: Some("backend down".into()),
    }
}

#[test]
fn callee_without_a_token_rejects() {
    let (mut phone, ticket) = waiting_for_a_token();
    phone.give(no_token());
    assert_eq!(
        phone.result_of(ticket),
        Some(&Err(ErrorKind::TokenUnavailable))
    );
    let without =
        |c: &Command| matches!(c, Command::Reject { without_token, .. } if *without_token);
    assert!(phone.has_sent(without));
    assert_eq!(phone.ends(), [EndReason::TokenRefused]);
}

#[test]
fn cancel_ends_the_ring_while_the_token_is_awaited() {
    let (mut phone, ticket) = waiting_for_a_token();
    phone.end(EndReason::Cancelled, "alice");
    assert_eq!(
        phone.result_of(ticket),
        Some(&Err(ErrorKind::InviteCancelled))
    );
    assert_eq!(phone.ends(), [EndReason::Cancelled]);
}

#[test]
fn signing_out_ends_the_call_first() {
    let mut phone = Phone::in_call();
    let ticket = phone.ask(Op::Logout);
    assert_eq!(phone.result_of(ticket), Some(&Ok(Value::Done)));
    assert_eq!(phone.ends(), [EndReason::LoggedOut]);
    assert_eq!(phone.media, [MediaCommand::Close]);
    assert!(phone.has_sent(|c| matches!(c, Command::Logout)));
}

#[test]
fn end_counts_whatever_was_missed_before_it() {
    let mut phone = Phone::in_call();
    let (call_id, version) = (phone.call_id(), phone.call().unwrap().version + 5);
    let end = EndView {
        reason: EndReason::HungUp,
        by: Some(accid("bob")),
        durations: vec![ParticipantDuration {
            accid: accid("alice"),
            duration_ms: 7_000,
        }],
    };
    let delta = hullo_protocol::CallDelta {
        end: Some(end),
        ..Default::default()
    };
    phone.event(Event::CallChanged {
        call_id,
        base: version.saturating_sub(1),
        version,
        delta,
    });
    assert_eq!(phone.ends(), [EndReason::HungUp]);
    assert!(phone.news().iter().any(|e| matches!(
        e,
        AppEvent::CallEnd {
            duration_ms: 7_000,
            ..
        }
    )));
}

impl Phone {
    /// The accept's answer comes after the call is over here.
    fn answer_accept_late(&mut self) {
        let re = self.last(|c| matches!(c, Command::Accept { .. })).id;
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
}

/// bob called alice, who did not get to talk.
fn record(reason: EndReason, outcome: ParticipantState) -> CallRecord {
    CallRecord {
        call_id: INVITE,
        kind: CallKind::OneToOne,
        group_id: None,
        caller: accid("bob"),
        callees: vec![accid("alice")],
        media: Media::Audio,
        status: RecordStatus::Cancelled,
        reason,
        ended_by: Some(accid("bob")),
        started_at_ms: 1,
        accepted_at_ms: None,
        ended_at_ms: 2,
        durations: Vec::new(),
        outcomes: vec![ParticipantOutcome {
            accid: accid("alice"),
            state: outcome,
        }],
        quality: Vec::new(),
    }
}

fn asks_for_record(command: &Command) -> bool {
    *command == Command::CallRecord { call_id: INVITE }
}

#[test]
fn call_that_the_server_has_forgotten_ends_as_its_record_says() {
    let mut phone = Phone::called();
    let ticket = phone.ask(Op::ACCEPT);
    let re = phone.last(|c| matches!(c, Command::Accept { .. })).id;
    phone.reply(re, Err(ErrorKind::CallNotFound.into()));
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::CallNotFound)));
    assert!(phone.ends().is_empty(), "how it ended is asked for");
    let re = phone.last(asks_for_record).id;
    phone.reply(re, Err(ErrorKind::StorageUnavailable.into()));
    assert!(phone.ends().is_empty());
    phone.pass_unanswered(5_000);
    let again = phone.last(asks_for_record).id;
    assert_ne!(again, re);
    let record = Box::new(record(EndReason::Cancelled, ParticipantState::Cancelled));
    phone.reply(again, Ok(Success::Record { record }));
    assert_eq!(phone.ends(), [EndReason::Cancelled]);
    assert_eq!(phone.state(), State::Idle);
}

#[test]
fn forgotten_call_that_another_device_has_taken_is_no_call_end() {
    let mut phone = Phone::called();
    phone.ask(Op::ACCEPT);
    let re = phone.last(|c| matches!(c, Command::Accept { .. })).id;
    phone.reply(re, Err(ErrorKind::CallNotFound.into()));
    let re = phone.last(asks_for_record).id;
    let record = Box::new(record(EndReason::HungUp, ParticipantState::Left));
    phone.reply(re, Ok(Success::Record { record }));
    assert!(phone.ends().is_empty());
    let call_id = INVITE;
    let taken = AppEvent::OtherClientAccept { call_id };
    assert!(phone.events.contains(&taken), "{:?}", phone.events);
}

#[test]
fn forgotten_call_without_a_record_ends_all_the_same() {
    let mut phone = Phone::called();
    phone.ask(Op::ACCEPT);
    let re = phone.last(|c| matches!(c, Command::Accept { .. })).id;
    phone.reply(re, Err(ErrorKind::CallNotFound.into()));
    let re = phone.last(asks_for_record).id;
    phone.reply(re, Err(ErrorKind::CallNotFound.into()));
    assert_eq!(phone.ends(), [EndReason::Server]);
}

#[test]
fn durations_are_those_of_the_record_when_the_server_ends_the_call() {
    let mut phone = Phone::in_call();
    phone.pass_unanswered(5_000);
    let of = |name: &str, duration_ms| ParticipantDuration {
        accid: accid(name),
        duration_ms,
    };
    let durations = vec![of("bob", 4_321), of("alice", 4_300)];
    let end = EndView {
        reason: EndReason::HungUp,
        by: Some(accid("bob")),
        durations: durations.clone(),
    };
    phone.change(|delta| {
        delta.state = Some(CallState::Ended);
        delta.end = Some(end);
    });
    let Some(AppEvent::CallEnd {
        duration_ms,
        durations: told,
        ..
    }) = phone.events.last()
    else {
        panic!("{:?}", phone.events)
    };
    assert_eq!((*duration_ms, told), (4_300, &durations));
}

#[test]
fn durations_are_what_was_seen_here_when_this_device_hangs_up() {
    let mut phone = Phone::in_call();
    phone.pass_unanswered(5_000);
    phone.ask(Op::Hangup);
    let durations = phone.events.iter().find_map(|event| match event {
        AppEvent::CallEnd { durations, .. } => Some(durations.clone()),
        _ => None,
    });
    let durations = durations.unwrap();
    let names: Vec<&str> = durations.iter().map(|it| it.accid.as_str()).collect();
    assert_eq!(names, ["bob", "alice"]);
    assert!(durations.iter().all(|it| it.duration_ms == 5_000));
}

#[test]
fn page_that_closes_says_so_while_its_dial_rings_and_only_then() {
    let closes = |c: &Command| matches!(c, Command::Closing { .. });
    for (mut phone, says) in [
        (Phone::logged_in(), false),
        (Phone::calling(), true),
        (Phone::called(), false),
        (Phone::in_call(), false),
    ] {
        phone.give(Input::PageHidden);
        assert_eq!(phone.has_sent(closes), says, "{:?}", phone.state());
        assert!(phone.news().is_empty());
    }
}
