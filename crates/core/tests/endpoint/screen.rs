//! The shared screen, as the one who shares and the others notice it.

use hullo_core::endpoint::{
    AppEvent, DevicePresets, Input, LocalDevice, MediaCommand, MediaEvent, Op, Value,
};
use hullo_protocol::{
    CallView, Command, DeviceFailure, DeviceState, ErrorKind, ParticipantState, ParticipantView,
    SlotKind, Snapshot, Success,
};

use crate::phone::group::snapshot_of;
use crate::phone::{Phone, accid, login};

fn share(phone: &mut Phone, enabled: bool) -> u64 {
    phone.ask(Op::ShareScreen { enabled })
}

/// The platform says what has become of the screen.
fn screen_is(phone: &mut Phone, state: DeviceState, failure: Option<DeviceFailure>) {
    let event = MediaEvent::Device {
        kind: SlotKind::Screen,
        state,
        failure,
        message: Some("as the browser says it".into()),
    };
    phone.give(Input::Media { event });
}

fn local(phone: &Phone) -> LocalDevice {
    phone.local().unwrap().screen
}

/// The server says whose screen is shared.
fn server_says(phone: &mut Phone, sharer: &str) {
    let participants = shared_by(phone.call().unwrap(), sharer);
    phone.change(|delta| delta.participants = participants);
}

fn shared_by(call: &CallView, sharer: &str) -> Vec<ParticipantView> {
    let participants = call.participants.iter().cloned();
    participants
        .map(|own| ParticipantView {
            screen: own.accid == accid(sharer),
            ..own
        })
        .collect()
}

fn is_set(command: &Command) -> bool {
    matches!(command, Command::SetMedia { .. })
}

/// What the server was told of the screen, each time.
fn told(phone: &Phone) -> Vec<Option<bool>> {
    let told = phone
        .sent
        .iter()
        .filter_map(|request| match request.command {
            Command::SetMedia { screen, .. } => Some(screen),
            _ => None,
        });
    told.collect()
}

/// The server has taken the newest word about the devices.
fn confirm(phone: &mut Phone) {
    phone.answer(is_set, Ok(Success::Done));
}

/// A call in which alice shares her screen, and the server has said so.
fn sharing() -> Phone {
    let mut phone = Phone::in_call();
    let ticket = share(&mut phone, true);
    screen_is(&mut phone, DeviceState::On, None);
    assert_eq!(phone.result_of(ticket), Some(&Ok(Value::Done)));
    server_says(&mut phone, "alice");
    confirm(&mut phone);
    phone.forget();
    phone
}

/// Whether devices are open and flow, as the commands so far leave them: captured, flowing.
fn carried(phone: &Phone) -> (bool, bool) {
    phone
        .media
        .iter()
        .fold((true, true), |carried, command| match command {
            MediaCommand::Capture { screen, .. } => (*screen, carried.1),
            MediaCommand::Flow { screen, .. } => (carried.0, *screen),
            MediaCommand::Close => (false, false),
            _ => carried,
        })
}

#[test]
fn line_is_made_while_the_person_chooses_and_the_screen_flows_when_it_has() {
    let mut phone = Phone::in_call();
    let peer = phone.peer();
    let ticket = share(&mut phone, true);
    let capture = MediaCommand::Capture {
        audio: true,
        video: true,
        screen: true,
    };
    let grow = MediaCommand::Grow {
        peer,
        audio: 1,
        video: 1,
        screen: true,
    };
    assert_eq!(phone.media, [capture, grow]);
    assert_eq!(local(&phone).state, DeviceState::Asking);
    assert_eq!(phone.result_of(ticket), None);
    assert!(told(&phone).is_empty());
    screen_is(&mut phone, DeviceState::On, None);
    assert_eq!(phone.result_of(ticket), Some(&Ok(Value::Done)));
    assert_eq!(local(&phone).state, DeviceState::On);
    assert_eq!(carried(&phone), (true, true));
    assert_eq!(told(&phone), [Some(true)]);
}

#[test]
fn refusal_changes_nothing_and_says_so() {
    let mut phone = Phone::in_call();
    let tickets = [share(&mut phone, true), share(&mut phone, true)];
    screen_is(&mut phone, DeviceState::Failed, Some(DeviceFailure::Denied));
    for ticket in tickets {
        assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::ScreenDenied)));
    }
    assert_eq!(local(&phone), LocalDevice::default());
    assert!(told(&phone).is_empty());
    assert!(phone.news().is_empty(), "the operation has said it");
    let again = share(&mut phone, true);
    screen_is(&mut phone, DeviceState::On, None);
    assert_eq!(phone.result_of(again), Some(&Ok(Value::Done)));
}

#[test]
fn screen_that_cannot_be_captured_is_a_failed_device_until_it_is_tried_again() {
    let mut phone = Phone::in_call();
    let ticket = share(&mut phone, true);
    screen_is(&mut phone, DeviceState::Failed, Some(DeviceFailure::Busy));
    let refused = Err(ErrorKind::ScreenUnavailable);
    assert_eq!(phone.result_of(ticket), Some(&refused));
    let failed = LocalDevice {
        state: DeviceState::Failed,
        failure: Some(DeviceFailure::Busy),
    };
    assert_eq!(local(&phone), failed);
    share(&mut phone, true);
    assert_eq!(local(&phone).state, DeviceState::Asking);
}

#[test]
fn browsers_own_button_ends_the_share() {
    let mut phone = sharing();
    screen_is(&mut phone, DeviceState::Off, None);
    assert_eq!(local(&phone), LocalDevice::default());
    assert_eq!(carried(&phone), (false, false));
    assert_eq!(told(&phone), [Some(false)]);
}

#[test]
fn share_ends_at_once_and_a_choice_that_comes_late_does_not_count() {
    let mut phone = sharing();
    let ticket = share(&mut phone, false);
    assert_eq!(phone.result_of(ticket), Some(&Ok(Value::Done)));
    assert_eq!(carried(&phone), (false, false));
    assert_eq!(told(&phone), [Some(false)]);
    let asked = share(&mut phone, true);
    share(&mut phone, false);
    assert_eq!(phone.result_of(asked), Some(&Err(ErrorKind::ScreenDenied)));
    screen_is(&mut phone, DeviceState::On, None);
    assert_eq!(local(&phone).state, DeviceState::Off);
    assert_eq!(carried(&phone), (false, false));
}

#[test]
fn another_who_shares_takes_over() {
    let mut phone = sharing();
    server_says(&mut phone, "bob");
    assert_eq!(local(&phone), LocalDevice::default());
    assert_eq!(carried(&phone), (false, false));
    let shared = AppEvent::ScreenAvailable {
        accid: accid("bob"),
        available: true,
    };
    assert_eq!(phone.news(), [&shared]);
    assert_eq!(told(&phone), [Some(false)]);
    // And back again.
    phone.forget();
    share(&mut phone, true);
    screen_is(&mut phone, DeviceState::On, None);
    assert_eq!(told(&phone), [Some(true)]);
    server_says(&mut phone, "alice");
    confirm(&mut phone);
    assert_eq!(local(&phone).state, DeviceState::On);
}

#[test]
fn take_over_that_comes_before_the_answer_counts() {
    let mut phone = Phone::in_call();
    share(&mut phone, true);
    screen_is(&mut phone, DeviceState::On, None);
    // The server has taken it, and then bob's.
    server_says(&mut phone, "bob");
    assert_eq!(local(&phone).state, DeviceState::On, "it may be older");
    confirm(&mut phone);
    assert_eq!(local(&phone).state, DeviceState::Off);
}

#[test]
fn share_that_is_confirmed_is_not_said_again() {
    let mut phone = sharing();
    phone.ask(Op::MuteLocalAudio { muted: true });
    assert_eq!(told(&phone), [None]);
    let mut call = phone.call().unwrap().clone();
    call.version += 1;
    phone.reconnect(snapshot_of(vec![call]));
    assert_eq!(told(&phone).last(), Some(&None));
    assert_eq!(local(&phone).state, DeviceState::On);
}

#[test]
fn one_who_was_taken_over_while_away_does_not_take_back() {
    let mut phone = sharing();
    let mut call = phone.call().unwrap().clone();
    call.version += 1;
    call.participants = shared_by(&call, "bob");
    phone.reconnect(snapshot_of(vec![call]));
    assert_eq!(local(&phone).state, DeviceState::Off);
    assert!(!told(&phone).contains(&Some(true)));
}

#[test]
fn share_that_the_server_could_not_hear_of_is_said_again() {
    let mut phone = Phone::in_call();
    share(&mut phone, true);
    screen_is(&mut phone, DeviceState::On, None);
    let mut call = phone.call().unwrap().clone();
    call.version += 1;
    phone.reconnect(snapshot_of(vec![call]));
    assert_eq!(told(&phone), [Some(true), Some(true)]);
    phone.answer(is_set, Err(ErrorKind::StorageUnavailable.into()));
    phone.pass(3_000);
    assert_eq!(told(&phone), [Some(true); 3]);
    assert_eq!(local(&phone).state, DeviceState::On);
}

#[test]
fn late_word_of_the_share_before_does_not_end_this_one() {
    let mut phone = sharing();
    share(&mut phone, false);
    share(&mut phone, true);
    screen_is(&mut phone, DeviceState::On, None);
    // That the first was over arrives now, and then the second.
    server_says(&mut phone, "nobody");
    assert_eq!(local(&phone).state, DeviceState::On);
    server_says(&mut phone, "alice");
    confirm(&mut phone);
    assert_eq!(local(&phone).state, DeviceState::On);
    server_says(&mut phone, "bob");
    assert_eq!(local(&phone).state, DeviceState::Off);
}

#[test]
fn new_connection_carries_the_screen_on() {
    let mut phone = sharing();
    let before = phone.peer();
    let event = MediaEvent::Failed { peer: before };
    for _ in 0..3 {
        phone.give(Input::Media {
            event: event.clone(),
        });
        phone.pass(5_000);
    }
    let peer = phone.peer();
    assert!(peer > before);
    let open = MediaCommand::Open {
        peer,
        audio: 1,
        video: 1,
        screen: true,
    };
    let flow = MediaCommand::Flow {
        peer,
        audio: true,
        video: true,
        screen: true,
    };
    assert!(phone.media.contains(&open) && phone.media.contains(&flow));
}

#[test]
fn hold_and_the_end_of_the_call_end_the_share() {
    let mut phone = sharing();
    phone.ask(Op::Hangup);
    assert_eq!(carried(&phone), (false, false));
    assert_eq!(local(&phone), LocalDevice::default());
    let mut phone = Phone::with_waiting();
    let asked = share(&mut phone, true);
    phone.ask(Op::AcceptWaiting {
        call_id: crate::phone::FOREIGN,
        other: hullo_protocol::OtherCall::Hold,
        presets: DevicePresets::NONE,
    });
    let call = crate::phone::group::second_call();
    phone.answer(
        |c| matches!(c, Command::Accept { .. }),
        crate::phone::group::call_of(call),
    );
    assert_eq!(phone.result_of(asked), Some(&Err(ErrorKind::CallOver)));
    screen_is(&mut phone, DeviceState::On, None);
    assert_eq!(local(&phone), LocalDevice::default());
}

#[test]
fn reloaded_page_shares_nothing_and_says_so() {
    let mut phone = sharing();
    let mut call = phone.call().unwrap().clone();
    call.version += 1;
    assert!(call.participants.iter().any(|own| own.screen));
    phone = Phone::new();
    phone.ask(login());
    phone.give(Input::SocketOpened);
    phone.welcome(Snapshot {
        calls: vec![call],
        ..Snapshot::default()
    });
    assert_eq!(local(&phone), LocalDevice::default());
    assert_eq!(told(&phone), [Some(false)]);
    let opened = |c: &MediaCommand| matches!(c, MediaCommand::Open { screen: false, .. });
    assert!(phone.media.iter().any(opened));
}

#[test]
fn others_get_a_line_and_the_news_when_somebody_shares_and_keep_the_line() {
    let mut phone = Phone::in_call();
    let peer = phone.peer();
    server_says(&mut phone, "bob");
    let grow = MediaCommand::Grow {
        peer,
        audio: 1,
        video: 1,
        screen: true,
    };
    let grown = |c: &&MediaCommand| matches!(c, MediaCommand::Grow { .. });
    assert_eq!(
        phone.media.iter().filter(grown).collect::<Vec<_>>(),
        [&grow]
    );
    server_says(&mut phone, "nobody");
    server_says(&mut phone, "bob");
    assert_eq!(phone.media.iter().filter(grown).count(), 1);
    let news = |available| AppEvent::ScreenAvailable {
        accid: accid("bob"),
        available,
    };
    assert_eq!(phone.news(), [&news(true), &news(false), &news(true)]);
}

#[test]
fn take_over_among_others_is_told_the_old_one_first() {
    let mut phone = Phone::in_group();
    for name in ["dave", "carol"] {
        phone.move_to(name, ParticipantState::Joined);
    }
    server_says(&mut phone, "dave");
    phone.forget();
    server_says(&mut phone, "bob");
    let news = |name, available| AppEvent::ScreenAvailable {
        accid: accid(name),
        available,
    };
    assert_eq!(phone.news(), [&news("dave", false), &news("bob", true)]);
    phone.forget();
    phone.move_to("bob", ParticipantState::Left);
    let left = AppEvent::UserLeave {
        accid: accid("bob"),
    };
    assert_eq!(phone.news()[0], &left);
}

#[test]
fn callee_is_ready_for_a_screen_that_is_shared_while_it_rings() {
    let mut phone = Phone::logged_in();
    let mut call = crate::phone::group::crowd(
        crate::phone::INVITE,
        "bob",
        4,
        &[("alice", ParticipantState::Delivered)],
    );
    call.participants = shared_by(&call, "bob");
    phone.event(hullo_protocol::Event::CallInvited {
        call,
        ring_ms_left: 9_000,
    });
    let opened = |c: &MediaCommand| matches!(c, MediaCommand::Open { screen: true, .. });
    assert!(phone.media.iter().any(opened));
}
