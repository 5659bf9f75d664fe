//! A call that is on hold while another is current.

use hullo_core::endpoint::{
    AppEvent, DevicePresets, Input, LocalDevice, LocalMedia, MediaCommand, Op, State,
};
use hullo_protocol::{
    CallKind, CallState, CallSummary, CallView, Command, DeviceState, EndReason, EndView,
    ErrorKind, Event, Media, OtherCall, ParticipantState, RecordStatus, Snapshot, Uid,
};

use crate::phone::group::{active, call_of, member, second_call, snapshot_of};
use crate::phone::{FOREIGN, INVITE, Phone, accid};

const HOLD: Op = Op::AcceptWaiting {
    call_id: FOREIGN,
    other: OtherCall::Hold,
    presets: DevicePresets::NONE,
};

fn is_accept(command: &Command) -> bool {
    matches!(command, Command::Accept { .. })
}

fn is_resume(command: &Command) -> bool {
    *command
        == Command::Hold {
            call_id: INVITE,
            held: false,
        }
}

/// Bob's call as alice holds it.
fn held_call(version: u64) -> CallView {
    let mut call = active(INVITE, version);
    call.participants[1].held = true;
    call
}

fn record(call_id: hullo_protocol::CallId) -> CallSummary {
    CallSummary {
        call_id,
        kind: CallKind::OneToOne,
        group_id: None,
        caller: accid("bob"),
        callee: accid("alice"),
        media: Media::Video,
        status: RecordStatus::Complete,
        reason: EndReason::HungUp,
        ended_by: Some(accid("bob")),
        started_at_ms: 1,
        accepted_at_ms: Some(2),
        ended_at_ms: 3,
        outcome: ParticipantState::Left,
        caller_ms: 0,
        callee_ms: 0,
        people: 2,
    }
}

fn end_of(phone: &mut Phone, call_id: hullo_protocol::CallId, version: u64) {
    phone.change_of(call_id, version, |delta| {
        delta.state = Some(CallState::Ended);
        delta.end = Some(EndView {
            reason: EndReason::HungUp,
            by: Some(accid("bob")),
            durations: Vec::new(),
        });
    });
}

fn ended(phone: &Phone) -> Vec<(hullo_protocol::CallId, EndReason)> {
    let ended = phone.events.iter().filter_map(|event| match event {
        AppEvent::CallEnd {
            call_id, reason, ..
        } => Some((*call_id, *reason)),
        _ => None,
    });
    ended.collect()
}

fn count(phone: &Phone, wanted: impl Fn(&AppEvent) -> bool) -> usize {
    phone.events.iter().filter(|event| wanted(event)).count()
}

#[test]
fn call_is_put_on_hold_for_another() {
    let mut phone = Phone::with_waiting();
    let ticket = phone.ask(HOLD);
    assert_eq!(phone.call_id(), INVITE, "the server has not answered");
    phone.answer(is_accept, call_of(second_call()));
    assert_eq!(phone.accepted(ticket), ["carol", "alice"]);
    let told = phone.told();
    assert_eq!((told.state, told.held_id()), (State::InCall, Some(INVITE)));
    assert_eq!((phone.call_id(), told.waiting), (FOREIGN, None));
    let close = phone
        .media
        .iter()
        .position(|m| *m == MediaCommand::Close)
        .unwrap();
    let open = phone
        .media
        .iter()
        .position(|m| matches!(m, MediaCommand::Open { .. }))
        .unwrap();
    assert!(close < open);
    assert_eq!(
        count(&phone, |e| *e == AppEvent::CallHeld { call_id: INVITE }),
        1
    );
    assert!(ended(&phone).is_empty());
    let banner = |e: &AppEvent| matches!(e, AppEvent::Reconnecting | AppEvent::Reconnected);
    assert_eq!(count(&phone, banner), 0);
}

#[test]
fn nothing_is_shown_as_having_ended_when_a_call_is_put_on_hold() {
    let mut phone = Phone::with_waiting();
    phone.ask(HOLD);
    phone.answer(is_accept, call_of(second_call()));
    for event in &phone.events {
        if let AppEvent::Changed { state, call, .. } = event {
            assert_eq!(*state, State::InCall, "{event:?}");
            assert!(call.is_some());
        }
    }
}

#[test]
fn held_call_is_taken_up_again_when_the_other_is_over() {
    for ends_here in [true, false] {
        let mut phone = Phone::holding();
        match ends_here {
            true => {
                phone.ask(Op::Hangup);
            }
            false => phone.end(EndReason::HungUp, "carol"),
        }
        assert_eq!(ended(&phone), [(FOREIGN, EndReason::HungUp)]);
        assert_eq!((phone.state(), phone.call_id()), (State::InCall, INVITE));
        assert_eq!(phone.told().held, None);
        assert_eq!(
            phone.events.last(),
            Some(&AppEvent::CallResumed { call_id: INVITE })
        );
        let resumes = phone.all_sent(is_resume);
        assert_eq!(resumes.len(), 1);
        assert!(resumes[0].request_id.is_some());
        assert_eq!(phone.lines(), [("open", 1, 1)]);
        if ends_here {
            let order: Vec<bool> = phone.sent.iter().map(|r| is_resume(&r.command)).collect();
            assert!(!order[0], "the server hears of the end first");
        }
        phone.offer();
        let flow = MediaCommand::Flow {
            peer: phone.peer(),
            audio: true,
            video: true,
            screen: false,
        };
        assert!(phone.media.contains(&flow));
        phone.answer(is_resume, Ok(hullo_protocol::Success::Done));
        phone.move_to("alice", ParticipantState::Joined);
        phone.pass(5_000);
        assert_eq!((phone.state(), phone.call_id()), (State::InCall, INVITE));
        assert_eq!(phone.told().held, None, "it stays current");
    }
}

#[test]
fn what_was_chosen_for_a_call_is_kept_while_it_is_on_hold() {
    let mut phone = Phone::in_call();
    phone.ask(Op::MuteLocalAudio { muted: true });
    phone.ask(Op::SetAudioMute {
        accid: accid("bob"),
        muted: true,
    });
    phone.knock(30_000);
    phone.ask(HOLD);
    phone.answer(is_accept, call_of(second_call()));
    assert!(
        !phone.told().local.audio_muted,
        "the other call has its own"
    );
    phone.ask(Op::Hangup);
    let asking = LocalDevice {
        state: DeviceState::Asking,
        failure: None,
    };
    let local = LocalMedia {
        video_enabled: true,
        audio_muted: true,
        microphone: asking,
        camera: asking,
        ..LocalMedia::default()
    };
    assert_eq!(phone.told().local, local);
    phone.answer(is_resume, Ok(hullo_protocol::Success::Done));
    phone.move_to("alice", ParticipantState::Joined);
    let joins = |e: &AppEvent| matches!(e, AppEvent::JoinChannel { .. });
    assert_eq!(count(&phone, joins), 0, "it was joined before");
}

#[test]
fn hold_that_the_server_could_not_end_yet_is_ended_again() {
    let mut phone = Phone::holding();
    phone.ask(Op::Hangup);
    phone.answer(is_resume, Err(ErrorKind::StorageUnavailable.into()));
    phone.pass(1_500);
    let resumes = phone.all_sent(is_resume);
    assert_eq!(resumes.len(), 2);
    assert_eq!(resumes[0].request_id, resumes[1].request_id);
}

#[test]
fn resumption_that_overtakes_the_end_of_the_other_call_is_asked_for_again() {
    let mut phone = Phone::holding();
    phone.ask(Op::Hangup);
    let leaves = |c: &Command| *c == Command::Hangup { call_id: FOREIGN };
    phone.answer(leaves, Err(ErrorKind::StorageUnavailable.into()));
    phone.answer(is_resume, Err(ErrorKind::AlreadyInCall.into()));
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, INVITE));
    phone.pass(1_500);
    let (left, resumed) = (phone.all_sent(leaves), phone.all_sent(is_resume));
    assert_eq!((left.len(), resumed.len()), (2, 2));
    assert_eq!(left[0].request_id, left[1].request_id);
    assert!(left[1].id < resumed[1].id, "the end is said first");
    assert!(resumed[1].request_id.is_some());
    assert_ne!(
        resumed[0].request_id, resumed[1].request_id,
        "the server remembers what it has refused"
    );
    phone.answer(leaves, Ok(hullo_protocol::Success::Done));
    phone.answer(is_resume, Ok(hullo_protocol::Success::Done));
    assert_eq!(phone.told().held, None);
}

#[test]
fn held_call_that_ends_first_leaves_the_current_one_alone() {
    let mut phone = Phone::holding();
    let version = phone.told().held.unwrap().version;
    end_of(&mut phone, INVITE, version + 1);
    assert_eq!(ended(&phone), [(INVITE, EndReason::HungUp)]);
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, FOREIGN));
    assert_eq!(phone.told().held, None);
    assert!(phone.media.is_empty());
    phone.ask(Op::Hangup);
    assert_eq!(phone.state(), State::Idle);
    assert!(!phone.has_sent(is_resume));
}

#[test]
fn own_part_lost_on_hold_ends_the_held_call() {
    let mut phone = Phone::holding();
    let version = phone.told().held.unwrap().version;
    phone.change_of(INVITE, version + 1, |delta| {
        delta.participants = vec![member("alice", 2, ParticipantState::Lost)];
    });
    assert_eq!(ended(&phone), [(INVITE, EndReason::Lost)]);
}

#[test]
fn gap_in_the_news_of_a_held_call_asks_for_the_whole_once() {
    let mut phone = Phone::holding();
    let version = phone.told().held.unwrap().version;
    phone.change_of(INVITE, version + 2, |_| {});
    phone.change_of(INVITE, version + 3, |_| {});
    let snapshot = |c: &Command| *c == Command::CallSnapshot { call_id: INVITE };
    assert_eq!(phone.all_sent(snapshot).len(), 1);
    phone.answer(snapshot, call_of(held_call(version + 3)));
    assert_eq!(phone.told().held.unwrap().version, version + 3);
    phone.change_of(INVITE, version + 5, |_| {});
    phone.answer(snapshot, Err(ErrorKind::CallNotFound.into()));
    let record = |c: &Command| *c == Command::CallRecord { call_id: INVITE };
    phone.answer(record, Err(ErrorKind::CallNotFound.into()));
    assert_eq!(ended(&phone), [(INVITE, EndReason::Server)]);
    assert_eq!(phone.call_id(), FOREIGN);
}

#[test]
fn outage_leaves_both_calls_as_they_were() {
    let mut phone = Phone::holding();
    phone.reconnect(snapshot_of(vec![held_call(9), second_call()]));
    let told = phone.told();
    assert_eq!((phone.call_id(), told.held_id()), (FOREIGN, Some(INVITE)));
    let Command::Login(login) = &phone.last(|c| matches!(c, Command::Login(_))).command else {
        unreachable!();
    };
    assert_eq!(login.calls, [FOREIGN, INVITE]);
    assert!(ended(&phone).is_empty());
    let said = [
        AppEvent::CallHeld { call_id: INVITE },
        AppEvent::CallResumed { call_id: INVITE },
    ];
    assert_eq!(count(&phone, |e| said.contains(e)), 0);
}

#[test]
fn calls_that_ended_during_an_outage_end_here_each_for_its_reason() {
    let mut phone = Phone::holding();
    let mut snapshot = snapshot_of(vec![second_call()]);
    snapshot.ended = vec![record(INVITE)];
    phone.reconnect(snapshot);
    assert_eq!(ended(&phone), [(INVITE, EndReason::HungUp)]);
    assert_eq!(phone.call_id(), FOREIGN);

    let mut phone = Phone::holding();
    let mut snapshot = snapshot_of(vec![held_call(9)]);
    snapshot.ended = vec![record(FOREIGN)];
    phone.reconnect(snapshot);
    assert_eq!(ended(&phone), [(FOREIGN, EndReason::HungUp)]);
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, INVITE));
    assert_eq!(phone.all_sent(is_resume).len(), 1);

    let mut phone = Phone::holding();
    phone.reconnect(Snapshot::default());
    assert_eq!(ended(&phone).len(), 2);
    assert_eq!(phone.state(), State::Idle);
}

#[test]
fn held_call_that_ended_during_an_outage_was_as_long_as_its_record_says() {
    let mut phone = Phone::holding();
    let mut snapshot = snapshot_of(vec![second_call()]);
    let missed = CallSummary {
        caller_ms: 5_100,
        callee_ms: 5_000,
        ..record(INVITE)
    };
    snapshot.ended = vec![missed.clone()];
    phone.pass(600_000);
    phone.reconnect(snapshot);
    let told = phone.events.iter().find_map(|event| match event {
        AppEvent::CallEnd {
            duration_ms,
            durations,
            ..
        } => Some((*duration_ms, durations.clone())),
        _ => None,
    });
    assert_eq!(told, Some((5_000, missed.durations())));
}

#[test]
fn reloaded_page_has_both_calls_again() {
    for calls in [
        vec![held_call(9), second_call()],
        vec![second_call(), held_call(9)],
    ] {
        let mut phone = Phone::new();
        phone.sign_in();
        phone.give(Input::SocketOpened);
        phone.welcome(snapshot_of(calls));
        let told = phone.told();
        assert_eq!((phone.state(), phone.call_id()), (State::InCall, FOREIGN));
        assert_eq!(told.held_id(), Some(INVITE));
        assert_eq!(phone.lines(), [("open", 1, 1)]);
        phone.ask(Op::Hangup);
        assert_eq!(phone.call_id(), INVITE);
        assert!(phone.has_sent(is_resume));
    }
}

#[test]
fn reloaded_page_with_nothing_but_a_held_call_takes_it_up_again() {
    let mut phone = Phone::new();
    phone.sign_in();
    phone.give(Input::SocketOpened);
    phone.welcome(snapshot_of(vec![held_call(9)]));
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, INVITE));
    assert!(phone.has_sent(is_resume));
}

#[test]
fn reloaded_page_opens_no_camera_of_a_held_call_that_was_off() {
    let mut call = held_call(9);
    let own = call.participants.iter_mut();
    let own = own.filter(|p| p.accid == accid("alice"));
    own.for_each(|own| (own.audio, own.video) = (DeviceState::Off, DeviceState::Off));
    let mut phone = Phone::new();
    phone.sign_in();
    phone.give(Input::SocketOpened);
    phone.welcome(snapshot_of(vec![call]));
    assert_eq!(phone.call_id(), INVITE);
    let local = phone.told().local;
    assert!(local.audio_muted && !local.video_enabled, "{local:?}");
    let opens = |c: &MediaCommand| matches!(c, MediaCommand::Capture { video: true, .. });
    assert!(!phone.media.iter().any(opens));
}

#[test]
fn server_that_was_restarted_finds_both_calls() {
    let mut phone = Phone::holding();
    phone.give(Input::SocketClosed);
    phone.pass(5_000);
    phone.give(Input::SocketOpened);
    phone.welcome(snapshot_of(vec![held_call(9), second_call()]));
    phone.offer_answered_by("a=fingerprint:sha-256 BB\r\n");
    assert_eq!(
        phone.lines(),
        [("open", 1, 1)],
        "the current call gets a new media connection"
    );
    phone.offer_answered_by("a=fingerprint:sha-256 BB\r\n");
    assert_eq!(
        (phone.call_id(), phone.told().held_id()),
        (FOREIGN, Some(INVITE))
    );
}

#[test]
fn signing_out_ends_both_calls() {
    let mut phone = Phone::holding();
    phone.ask(Op::Logout);
    assert_eq!(phone.state(), State::Idle);
    let mut both = ended(&phone);
    both.sort();
    let expected = [
        (INVITE, EndReason::LoggedOut),
        (FOREIGN, EndReason::LoggedOut),
    ];
    assert_eq!(both, expected);
    assert!(!phone.has_sent(is_resume));
}

#[test]
fn signing_out_during_an_outage_leaves_both_calls_for_good() {
    let mut phone = Phone::holding();
    phone.give(Input::SocketClosed);
    phone.ask(Op::Logout);
    phone.forget();
    phone.sign_in();
    phone.give(Input::SocketOpened);
    phone.welcome(snapshot_of(vec![held_call(9), second_call()]));
    assert_eq!(phone.state(), State::Idle);
    for call_id in [INVITE, FOREIGN] {
        assert!(phone.has_sent(|c| *c == Command::Hangup { call_id }));
    }
}

#[test]
fn others_see_who_holds() {
    let mut phone = Phone::in_call();
    let mut bob = member("bob", 1, ParticipantState::Joined);
    for held in [true, false] {
        phone.forget();
        bob.held = held;
        phone.change(|delta| delta.participants = vec![bob.clone()]);
        let expected = AppEvent::UserHeld {
            accid: accid("bob"),
            held,
        };
        assert_eq!(phone.news(), [&expected]);
    }
}

#[test]
fn first_picture_after_a_hold_says_nothing_of_how_fast_the_call_was() {
    let mut phone = Phone::called();
    phone.ask(Op::ACCEPT);
    phone.answer_accept();
    phone.joined();
    phone.knock(30_000);
    phone.ask(HOLD);
    phone.answer(is_accept, call_of(second_call()));
    phone.pass(5_000);
    phone.ask(Op::Hangup);
    phone.offer();
    assert_eq!(phone.call_id(), INVITE);
    phone.see(1);
    assert!(!phone.has_sent(|c| matches!(c, Command::ReportFirstFrame { .. })));
}

#[test]
fn other_call_can_be_left_while_the_server_is_away() {
    let mut phone = Phone::holding();
    phone.give(Input::SocketClosed);
    phone.ask(Op::Hangup);
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, INVITE));
    phone.pass(2_000);
    phone.give(Input::SocketOpened);
    phone.forget_outputs_but_requests();
    phone.welcome(snapshot_of(vec![second_call(), held_call(9)]));
    assert_eq!((phone.call_id(), phone.told().held), (INVITE, None));
    let left = Command::Hangup { call_id: FOREIGN };
    let order = phone.sent.iter().map(|request| request.command.clone());
    let order: Vec<Command> = order.filter(|c| *c == left || is_resume(c)).collect();
    assert_eq!(order[0], left);
    assert!(is_resume(&order[1]) && order.len() == 2);
    assert!(ended(&phone).is_empty(), "that was told before");
}

#[test]
fn what_was_asked_of_a_call_before_its_hold_is_still_answered() {
    let mut phone = Phone::in_call();
    let switch = phone.ask(Op::SwitchCallType {
        media: Media::Audio,
    });
    let invite = phone.ask(crate::phone::group::invite_all(&["dave"]));
    phone.knock(30_000);
    phone.ask(HOLD);
    phone.answer(is_accept, call_of(second_call()));
    assert_eq!(phone.result_of(switch), Some(&Err(ErrorKind::CallOver)));
    assert_eq!(phone.result_of(invite), None);
    let mut call = held_call(7);
    call.participants
        .push(member("dave", 3, ParticipantState::Invited));
    phone.answer(|c| matches!(c, Command::Invite(_)), call_of(call.clone()));
    assert!(matches!(phone.result_of(invite), Some(Ok(_))));
    assert_eq!((phone.call_id(), phone.told().held), (FOREIGN, Some(call)));
}

#[test]
fn media_news_of_a_held_call_are_not_those_of_the_current_one() {
    let mut phone = Phone::holding();
    let call_id = INVITE;
    for event in [
        Event::MediaQuality {
            call_id,
            reports: Vec::new(),
        },
        Event::MediaSpeakers {
            call_id,
            uids: vec![Uid(1)],
        },
        Event::MediaSlots {
            call_id,
            slots: Vec::new(),
        },
    ] {
        phone.event(event.clone());
        assert!(
            phone.events.is_empty() && phone.media.is_empty(),
            "{event:?}"
        );
    }
}

#[test]
fn server_hears_of_the_own_devices_again_after_a_hold() {
    let mut phone = Phone::holding();
    phone.ask(Op::Hangup);
    let told = Command::SetMedia {
        call_id: INVITE,
        audio: DeviceState::Asking,
        video: DeviceState::Asking,
        screen: Some(false),
    };
    assert!(phone.has_sent(|c| *c == told));
}

#[test]
fn call_switched_to_audio_while_on_hold_comes_back_without_a_camera() {
    let mut phone = Phone::holding();
    let version = phone.told().held.unwrap().version;
    phone.change_of(INVITE, version + 1, |delta| {
        delta.media = Some(Media::Audio)
    });
    assert_eq!(phone.call().unwrap().media, Media::Video);
    phone.forget();
    phone.ask(Op::Hangup);
    assert_eq!(phone.call().unwrap().media, Media::Audio);
    assert!(!phone.told().local.video_enabled);
    let opens = |m: &MediaCommand| matches!(m, MediaCommand::Capture { video: true, .. });
    assert!(!phone.media.iter().any(opens));
    let resumed = AppEvent::CallResumed { call_id: INVITE };
    let switched = AppEvent::CallTypeChange {
        media: Media::Audio,
    };
    let last = phone.news().len() - 2;
    assert_eq!(phone.news()[last..], [&resumed, &switched]);
}

#[test]
fn device_that_is_kicked_out_ends_all_that_it_has() {
    let mut phone = Phone::holding();
    let reason = hullo_protocol::SessionClosed::KickedOut;
    phone.event(Event::SessionClosed { reason });
    assert_eq!(ended(&phone).len(), 2);
    assert_eq!(phone.told(), crate::phone::group::Told::default());
    assert_eq!(phone.events.last(), Some(&AppEvent::Disconnect { reason }));
}

#[test]
fn ending_a_second_group_call_for_all_leaves_the_held_one_alone() {
    let mut phone = Phone::with_waiting();
    phone.ask(HOLD);
    let mut call = second_call();
    call.kind = CallKind::Group;
    call.caller = accid("alice");
    phone.answer(is_accept, call_of(call));
    phone.ask(Op::Hangup);
    assert!(phone.has_sent(|c| *c == Command::End { call_id: FOREIGN }));
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, INVITE));
}
