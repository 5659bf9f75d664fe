//! Audio to video needs consent, video to audio does not.

use hullo_protocol::*;

use super::super::*;
use super::Shell;
use super::shell::{accid, kind};

fn ask(
    shell: &mut Shell,
    session: SessionId,
    call_id: CallId,
    media: Media,
) -> Result<Success, ErrorBody> {
    shell.ask(session, Command::Switch { call_id, media })
}

fn answer(
    shell: &mut Shell,
    session: SessionId,
    call_id: CallId,
    agree: bool,
) -> Result<Success, ErrorBody> {
    shell.ask(session, Command::AnswerSwitch { call_id, agree })
}

/// The last event about a switch that a session was sent.
fn switch_news(shell: &mut Shell, session: SessionId) -> Option<Option<SwitchView>> {
    let events = shell.take_events(session);
    events.into_iter().rev().find_map(|event| match event {
        Event::CallChanged { delta, .. } => delta.switch,
        _ => None,
    })
}

#[test]
fn video_becomes_audio_at_once() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Video);
    ask(&mut shell, alice, call_id, Media::Audio).unwrap();
    for session in [alice, bob] {
        let [Event::CallChanged { delta, .. }] = &shell.take_events(session)[..] else {
            panic!("not told");
        };
        assert_eq!(delta.media, Some(Media::Audio));
        assert!(
            delta
                .participants
                .iter()
                .all(|p| p.video == DeviceState::Off)
        );
        assert_eq!(delta.participants.len(), 2);
    }
}

#[test]
fn audio_becomes_video_when_the_other_side_agrees() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    ask(&mut shell, alice, call_id, Media::Video).unwrap();
    assert_eq!(shell.call(call_id).media, Media::Audio);
    let asked = SwitchView {
        by: accid("alice"),
        media: Media::Video,
    };
    assert_eq!(switch_news(&mut shell, bob), Some(Some(asked)));
    shell.take_events(alice);
    answer(&mut shell, bob, call_id, true).unwrap();
    assert_eq!(shell.call(call_id).media, Media::Video);
    assert_eq!(switch_news(&mut shell, alice), Some(None));
    shell.pass(SWITCH_MS);
    assert_eq!(shell.call(call_id).media, Media::Video);
}

#[test]
fn refused_switch_leaves_an_audio_call() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    ask(&mut shell, alice, call_id, Media::Video).unwrap();
    shell.take_events(alice);
    answer(&mut shell, bob, call_id, false).unwrap();
    let events = shell.take_events(alice);
    assert!(
        matches!(
            &events[..],
            [
                Event::CallChanged { .. },
                Event::SwitchRefused {
                    media: Media::Video,
                    ..
                }
            ]
        ),
        "first the state, then what follows from it: {events:?}"
    );
    assert_eq!(shell.call(call_id).media, Media::Audio);
    let events = shell.take_events(bob);
    assert!(
        !events
            .iter()
            .any(|e| matches!(e, Event::SwitchRefused { .. }))
    );
}

#[test]
fn switch_that_is_not_answered_is_refused() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    ask(&mut shell, alice, call_id, Media::Video).unwrap();
    shell.take_events(alice);
    shell.pass(SWITCH_MS - 1_000);
    ask(&mut shell, alice, call_id, Media::Video).unwrap();
    shell.pass(1_000);
    let events = shell.take_events(alice);
    assert!(
        matches!(events.last(), Some(Event::SwitchRefused { .. })),
        "{events:?}"
    );
    assert_eq!(switch_news(&mut shell, bob), Some(None));
    assert_eq!(
        kind(answer(&mut shell, bob, call_id, true)),
        ErrorKind::BadRequest
    );
    assert_eq!(answer(&mut shell, bob, call_id, false), Ok(Success::Done));
    assert!(!shell.call(call_id).is_ended());
}

#[test]
fn both_asking_for_video_is_agreement() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    ask(&mut shell, alice, call_id, Media::Video).unwrap();
    ask(&mut shell, bob, call_id, Media::Video).unwrap();
    assert_eq!(shell.call(call_id).media, Media::Video);
    assert_eq!(shell.call(call_id).switch, None);
}

#[test]
fn nobody_agrees_to_a_switch_of_their_own() {
    let mut shell = Shell::new();
    let (alice, _, call_id) = shell.talking(Media::Audio);
    ask(&mut shell, alice, call_id, Media::Video).unwrap();
    kind(answer(&mut shell, alice, call_id, true));
    assert_eq!(shell.call(call_id).media, Media::Audio);
}

#[test]
fn asking_for_what_the_call_carries_changes_nothing() {
    let mut shell = Shell::new();
    let (alice, _, call_id) = shell.talking(Media::Video);
    let version = shell.call(call_id).version;
    ask(&mut shell, alice, call_id, Media::Video).unwrap();
    assert_eq!(shell.call(call_id).version, version);
}

#[test]
fn asker_can_take_its_switch_back() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    ask(&mut shell, alice, call_id, Media::Video).unwrap();
    ask(&mut shell, alice, call_id, Media::Audio).unwrap();
    assert_eq!(shell.call(call_id).switch, None);
    assert_eq!(switch_news(&mut shell, bob), Some(None));
}

#[test]
fn call_that_rings_cannot_be_switched() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.dial(alice, "bob", Media::Video);
    let by_caller = ask(&mut shell, alice, call_id, Media::Audio);
    assert_eq!(kind(by_caller), ErrorKind::SwitchWhileCalling);
    let by_callee = ask(&mut shell, bob, call_id, Media::Audio);
    assert_eq!(kind(by_callee), ErrorKind::SwitchWhileCalled);
}
