//! H.1: whatever comes for another call leaves this one alone; and versions.

use hullo_core::endpoint::{AppEvent, Input, State};
use hullo_protocol::{
    CallDelta, CallState, Command, EndReason, EndView, Event, Media, ParticipantState, Slot,
    SlotKind, Success, Uid,
};

use crate::phone::{FOREIGN, Phone, accid, view};

fn foreign_events() -> Vec<Event> {
    let call_id = FOREIGN;
    let end = EndView {
        reason: EndReason::HungUp,
        by: Some(accid("bob")),
        durations: Vec::new(),
    };
    let ended = CallDelta {
        state: Some(CallState::Ended),
        end: Some(end),
        ..CallDelta::default()
    };
    let switched = CallDelta {
        media: Some(Media::Audio),
        ..CallDelta::default()
    };
    let slots = vec![Slot {
        mid: "0".into(),
        kind: SlotKind::Audio,
        uid: Some(Uid(1)),
    }];
    vec![
        Event::CallChanged {
            call_id,
            base: 2,
            version: 3,
            delta: ended,
        },
        Event::CallChanged {
            call_id,
            base: 3,
            version: 4,
            delta: switched,
        },
        Event::InviteAcceptedElsewhere { call_id },
        Event::InviteRejectedElsewhere { call_id },
        Event::SwitchRefused {
            call_id,
            media: Media::Video,
        },
        Event::MediaSlots { call_id, slots },
        Event::MediaQuality {
            call_id,
            reports: Vec::new(),
        },
        Event::MediaSpeakers {
            call_id,
            uids: vec![Uid(1)],
        },
        Event::CallElsewhere {
            call_id,
            call: None,
        },
        Event::CallContinuedElsewhere { call_id },
    ]
}

#[test]
fn news_of_another_call_leave_the_session_unchanged_in_every_state() {
    for state in [State::Idle, State::Calling, State::Called, State::InCall] {
        for event in foreign_events() {
            let mut phone = Phone::in_state(state);
            let before = (phone.call().cloned(), phone.local());
            phone.event(event.clone());
            assert_eq!(phone.state(), state, "{event:?}");
            assert_eq!((phone.call().cloned(), phone.local()), before, "{event:?}");
            assert!(
                phone.events.is_empty(),
                "{event:?} while {state:?}: {:?}",
                phone.events
            );
            assert!(
                phone.media.is_empty() && phone.sent.is_empty(),
                "{event:?} while {state:?}"
            );
        }
    }
}

#[test]
fn invite_of_another_call_does_not_ring_over_the_current_one() {
    for state in [State::Calling, State::Called, State::InCall] {
        let mut phone = Phone::in_state(state);
        let before = phone.call().cloned();
        let call = view(FOREIGN, "bob", 2, ParticipantState::Delivered);
        phone.event(Event::CallInvited {
            call,
            ring_ms_left: 9_000,
        });
        assert_eq!(phone.call().cloned(), before);
        let rings = |event: &AppEvent| matches!(event, AppEvent::Invited { .. });
        assert!(!phone.events.iter().any(rings), "{state:?}");
        let waits = |event: &AppEvent| matches!(event, AppEvent::CallWaiting { .. });
        assert_eq!(phone.events.iter().any(waits), state == State::InCall);
    }
}

#[test]
fn same_invite_again_is_no_news() {
    let mut phone = Phone::called();
    phone.invite(29_000);
    assert!(phone.events.is_empty() && phone.media.is_empty());
}

#[test]
fn old_version_is_ignored() {
    let mut phone = Phone::in_call();
    let (call_id, version) = (phone.call_id(), phone.call().unwrap().version);
    let delta = CallDelta {
        media: Some(Media::Audio),
        ..CallDelta::default()
    };
    phone.event(Event::CallChanged {
        call_id,
        base: version.saturating_sub(1),
        version,
        delta,
    });
    assert_eq!(phone.call().unwrap().media, Media::Video);
    assert!(phone.events.is_empty());
}

#[test]
fn no_version_is_too_great() {
    let mut phone = Phone::in_call();
    let call_id = phone.call_id();
    let mut call = phone.call().unwrap().clone();
    call.version = u64::MAX;
    let delta = CallDelta::default;
    phone.event(Event::CallChanged {
        call_id,
        base: u64::MAX - 1,
        version: u64::MAX,
        delta: delta(),
    });
    let re = phone.last(|c| matches!(c, Command::CallSnapshot { .. })).id;
    phone.reply(
        re,
        Ok(Success::Call {
            call,
            refused: Vec::new(),
        }),
    );
    phone.event(Event::CallChanged {
        call_id,
        base: 0,
        version: 0,
        delta: delta(),
    });
    assert_eq!(phone.call().unwrap().version, u64::MAX);
}

#[test]
fn gap_asks_for_the_whole_call_once_and_takes_it() {
    let mut phone = Phone::in_call();
    let (call_id, version) = (phone.call_id(), phone.call().unwrap().version);
    for ahead in [2, 3] {
        let delta = CallDelta {
            media: Some(Media::Audio),
            ..CallDelta::default()
        };
        phone.event(Event::CallChanged {
            call_id,
            base: version + ahead - 1,
            version: version + ahead,
            delta,
        });
    }
    let asked = |command: &Command| matches!(command, Command::CallSnapshot { .. });
    assert_eq!(
        phone
            .sent
            .iter()
            .filter(|request| asked(&request.command))
            .count(),
        1
    );
    let mut call = phone.call().unwrap().clone();
    (call.version, call.media) = (version + 3, Media::Audio);
    let re = phone.last(asked).id;
    phone.reply(
        re,
        Ok(Success::Call {
            call,
            refused: Vec::new(),
        }),
    );
    assert_eq!(phone.call().unwrap().media, Media::Audio);
}

#[test]
fn frame_that_cannot_be_read_changes_nothing() {
    for text in [
        "",
        "{",
        "[]",
        "{\"event\":\"call.changed\"}",
        "\u{0}",
        "{\"re\":\"x\"}",
    ] {
        let mut phone = Phone::in_call();
        let before = phone.call().cloned();
        phone.give(Input::Frame { text: text.into() });
        assert_eq!(
            (phone.state(), phone.call().cloned()),
            (State::InCall, before),
            "{text}"
        );
        assert_eq!(phone.events.len(), 1, "one error event: {:?}", phone.events);
    }
}
