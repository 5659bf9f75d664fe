//! Devices, flow, mutes and the switch between audio and video.

use hullo_core::endpoint::{AppEvent, Input, MediaCommand, MediaEvent, Op, State, Value};
use hullo_protocol::{
    CallState, Command, DeviceState, ErrorKind, Event, IceServer, Media, ParticipantState, Slot,
    SlotKind, Success, SwitchView, Uid,
};

use crate::phone::{Phone, accid, call_bob, view};

fn captures(phone: &Phone) -> Vec<(bool, bool)> {
    let capture = |command: &MediaCommand| match command {
        MediaCommand::Capture { audio, video, .. } => Some((*audio, *video)),
        _ => None,
    };
    phone.media.iter().filter_map(capture).collect()
}

fn flows(phone: &Phone) -> Vec<(bool, bool)> {
    let flow = |command: &MediaCommand| match command {
        MediaCommand::Flow { audio, video, .. } => Some((*audio, *video)),
        _ => None,
    };
    phone.media.iter().filter_map(flow).collect()
}

#[test]
fn path_is_warm_and_the_devices_closed_while_it_rings() {
    let mut phone = Phone::logged_in();
    phone.invite(30_000);
    phone.offer();
    assert_eq!(phone.state(), State::Called);
    assert!(phone.has_sent(|c| matches!(c, Command::Ring { .. })));
    assert!(phone.has_sent(|c| matches!(c, Command::OfferMedia { .. })));
    assert!(captures(&phone).is_empty() && flows(&phone).is_empty());
}

#[test]
fn callees_devices_open_with_the_answer_and_flow_when_it_counts() {
    let mut phone = Phone::called();
    phone.ask(Op::ACCEPT);
    assert_eq!(captures(&phone), [(true, true)]);
    assert!(flows(&phone).is_empty());
    phone.answer_accept();
    assert_eq!(flows(&phone), [(true, true)]);
}

#[test]
fn caller_sees_itself_and_sends_nothing_until_the_accept() {
    let mut phone = Phone::logged_in();
    phone.ask(call_bob(Media::Video));
    assert_eq!(captures(&phone), [(true, true)]);
    let call_id = phone.call_id();
    phone.offer();
    phone.answer_start(view(call_id, "alice", 1, ParticipantState::Delivered));
    assert!(flows(&phone).is_empty());
    phone.change(|delta| delta.state = Some(CallState::Active));
    assert_eq!(phone.state(), State::InCall);
    assert_eq!(flows(&phone), [(true, true)]);
}

#[test]
fn mutes_stop_the_flow_and_are_told_and_do_not_outlive_the_call() {
    let mut phone = Phone::in_call();
    phone.ask(Op::MuteLocalAudio { muted: true });
    assert!(
        captures(&phone).is_empty(),
        "muting keeps the microphone open"
    );
    phone.ask(Op::MuteLocalVideo { muted: true });
    assert_eq!(flows(&phone), [(false, true), (false, false)]);
    assert!(phone.has_sent(|c| matches!(
        c,
        Command::SetMedia {
            audio: DeviceState::Off,
            video: DeviceState::Off,
            ..
        }
    )));
    phone.ask(Op::Hangup);
    phone.forget();
    phone.invite(30_000);
    phone.offer();
    phone.ask(Op::ACCEPT);
    phone.answer_accept();
    assert_eq!(flows(&phone), [(true, true)]);
}

#[test]
fn camera_that_is_off_is_closed() {
    let mut phone = Phone::in_call();
    phone.ask(Op::EnableLocalVideo { enabled: false });
    assert_eq!(captures(&phone), [(true, false)]);
    phone.ask(Op::EnableLocalVideo { enabled: true });
    assert_eq!(captures(&phone), [(true, false), (true, true)]);
}

#[test]
fn participant_muted_for_me_stays_so_when_tracks_change() {
    let mut phone = Phone::in_call();
    let call_id = phone.call_id();
    let slots = vec![Slot {
        mid: "0".into(),
        kind: SlotKind::Audio,
        uid: Some(Uid(1)),
    }];
    phone.event(Event::MediaSlots {
        call_id,
        slots: slots.clone(),
    });
    phone.ask(Op::SetAudioMute {
        accid: accid("bob"),
        muted: true,
    });
    phone.forget();
    phone.event(Event::MediaSlots { call_id, slots });
    let Some(MediaCommand::Slots { slots, .. }) = phone.media.last() else {
        panic!("{:?}", phone.media)
    };
    assert_eq!((slots[0].accid.as_str(), slots[0].muted), ("bob", true));
}

#[test]
fn switch_to_audio_closes_the_camera_at_once() {
    let mut phone = Phone::in_call();
    let ticket = phone.ask(Op::SwitchCallType {
        media: Media::Audio,
    });
    phone.change(|delta| delta.media = Some(Media::Audio));
    assert_eq!(
        phone.result_of(ticket),
        Some(&Ok(Value::Switched { agreed: true }))
    );
    assert_eq!(captures(&phone), [(true, false)]);
    assert!(phone.news().iter().any(|e| matches!(
        e,
        AppEvent::CallTypeChange {
            media: Media::Audio
        }
    )));
}

fn voice_call() -> Phone {
    let mut phone = Phone::in_call();
    phone.change(|delta| delta.media = Some(Media::Audio));
    phone.forget();
    phone
}

#[test]
fn switch_to_video_waits_for_the_other_side() {
    let mut phone = voice_call();
    let ticket = phone.ask(Op::SwitchCallType {
        media: Media::Video,
    });
    let by = accid("alice");
    phone.change(|delta| {
        delta.switch = Some(Some(SwitchView {
            by,
            media: Media::Video,
        }))
    });
    assert_eq!(phone.result_of(ticket), None);
    assert!(captures(&phone).is_empty());
    phone.change(|delta| {
        delta.media = Some(Media::Video);
        delta.switch = Some(None);
    });
    assert_eq!(
        phone.result_of(ticket),
        Some(&Ok(Value::Switched { agreed: true }))
    );
    assert_eq!(captures(&phone), [(true, true)]);
}

#[test]
fn switch_that_is_refused_resolves_as_such() {
    let mut phone = voice_call();
    let ticket = phone.ask(Op::SwitchCallType {
        media: Media::Video,
    });
    let asked = phone.last(|c| matches!(c, Command::Switch { .. })).id;
    phone.reply(asked, Ok(Success::Done));
    let call_id = phone.call_id();
    phone.event(Event::SwitchRefused {
        call_id,
        media: Media::Video,
    });
    assert_eq!(
        phone.result_of(ticket),
        Some(&Ok(Value::Switched { agreed: false }))
    );
    assert!(captures(&phone).is_empty());
}

#[test]
fn camera_does_not_open_when_the_other_side_asks_for_video() {
    let mut phone = voice_call();
    let by = accid("bob");
    phone.change(|delta| {
        delta.switch = Some(Some(SwitchView {
            by,
            media: Media::Video,
        }))
    });
    assert!(
        phone
            .news()
            .iter()
            .any(|e| matches!(e, AppEvent::SwitchAsked { .. }))
    );
    assert!(captures(&phone).is_empty());
    let ticket = phone.ask(Op::AnswerSwitch { agree: false });
    let re = phone
        .last(|c| matches!(c, Command::AnswerSwitch { agree: false, .. }))
        .id;
    phone.reply(re, Ok(Success::Done));
    phone.change(|delta| delta.switch = Some(None));
    assert_eq!(phone.result_of(ticket), Some(&Ok(Value::Done)));
    assert!(
        phone
            .news()
            .iter()
            .any(|e| matches!(e, AppEvent::SwitchClosed))
    );
}

#[test]
fn first_picture_is_told_with_whose_it_is() {
    let mut phone = Phone::in_call();
    let call_id = phone.call_id();
    let slots = vec![Slot {
        mid: "1".into(),
        kind: SlotKind::Video,
        uid: Some(Uid(1)),
    }];
    phone.event(Event::MediaSlots { call_id, slots });
    let peer = phone.peer();
    let event = MediaEvent::FirstVideoFrame {
        peer,
        mid: "1".into(),
        width: 640,
        height: 360,
    };
    phone.give(Input::Media { event });
    let is_bob = |e: &&AppEvent| matches!(e, AppEvent::FirstVideoFrame { accid, .. } if accid.as_str() == "bob");
    assert!(phone.news().iter().any(is_bob));
}

#[test]
fn mute_that_the_server_could_not_take_is_told_again() {
    let mut phone = Phone::in_call();
    phone.ask(Op::MuteLocalAudio { muted: true });
    let set = |c: &Command| {
        matches!(
            c,
            Command::SetMedia {
                audio: DeviceState::Off,
                ..
            }
        )
    };
    let first = phone.last(set).id;
    phone.reply(first, Err(ErrorKind::StorageUnavailable.into()));
    assert_eq!(phone.last(set).id, first, "not at once");
    phone.pass(1_500);
    let again = phone.last(set).id;
    assert_ne!(again, first);
    phone.reply(again, Ok(Success::Done));
    phone.pass(5_000);
    assert_eq!(phone.last(set).id, again);
}

#[test]
fn servers_for_media_are_handed_on_before_a_call_that_goes_on_is_connected() {
    let mut phone = Phone::in_call();
    phone.event(Event::MediaIceServers {
        ice_servers: vec![IceServer {
            urls: vec!["turn:turn.example.com".into()],
            username: Some("1764200600:42".into()),
            credential: Some("secret".into()),
        }],
    });
    let told = |c: &MediaCommand| matches!(c, MediaCommand::IceServers { ice_servers } if ice_servers.len() == 1);
    assert!(phone.media.last().is_some_and(told), "{:?}", phone.media);
}

#[test]
fn offer_that_the_server_was_too_busy_for_is_sent_again_by_itself() {
    for kind in [ErrorKind::MediaBusy, ErrorKind::RateLimited] {
        let mut phone = Phone::in_call();
        let peer = phone.peer();
        let sdp = "v=0\r\n".to_owned();
        phone.give(Input::Media {
            event: MediaEvent::Offered { peer, sdp },
        });
        let is_offer = |c: &Command| matches!(c, Command::OfferMedia { .. });
        let first = phone.last(is_offer).id;
        phone.reply(first, Err(kind.into()));
        assert_eq!(phone.last(is_offer).id, first, "not at once");
        phone.pass(1_500);
        let again = phone.last(is_offer).id;
        assert_ne!(again, first);
        let sdp = "v=0\r\na=fingerprint:sha-256 AA\r\n".to_owned();
        phone.reply(again, Ok(Success::Answer { sdp }));
        let answers = |c: &&MediaCommand| matches!(c, MediaCommand::Answer { .. });
        assert_eq!(phone.media.iter().filter(answers).count(), 1);
    }
}

#[test]
fn offer_that_is_refused_because_the_call_is_over_asks_how_it_ended() {
    for kind in [
        ErrorKind::CallOver,
        ErrorKind::NotInCall,
        ErrorKind::CallNotFound,
    ] {
        let mut phone = Phone::in_call();
        let (call_id, peer) = (phone.call_id(), phone.peer());
        let sdp = "v=0\r\n".to_owned();
        let event = MediaEvent::Offered { peer, sdp };
        phone.give(Input::Media { event });
        let re = phone.last(|c| matches!(c, Command::OfferMedia { .. })).id;
        phone.reply(re, Err(kind.into()));
        let is_snapshot = |c: &Command| matches!(c, Command::CallSnapshot { .. });
        let re = phone.last(is_snapshot).id;
        let mut call = view(call_id, "bob", 9, ParticipantState::Left);
        call.state = CallState::Ended;
        call.end = Some(hullo_protocol::EndView {
            reason: hullo_protocol::EndReason::HungUp,
            by: Some(accid("bob")),
            durations: Vec::new(),
        });
        let refused = Vec::new();
        phone.reply(re, Ok(Success::Call { call, refused }));
        assert_eq!(
            phone.ends(),
            [hullo_protocol::EndReason::HungUp],
            "{kind:?}"
        );
        assert_eq!(phone.state(), State::Idle);
    }
}
