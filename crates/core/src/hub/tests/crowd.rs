//! Several changes, and several people: what happens costs what happens.

use hullo_protocol::DeviceState::{Off, On};
use hullo_protocol::*;

use super::super::*;
use super::Shell;
use super::shell::accid;

/// A call that all of these are in and have joined; their sessions, the caller's first.
fn call_of(shell: &mut Shell, people: usize) -> (Vec<SessionId>, CallId) {
    let names: Vec<String> = (0..people).map(|number| format!("p{number}")).collect();
    let sessions: Vec<SessionId> = names.iter().map(|name| shell.login(name, "d")).collect();
    let callees: Vec<&str> = names.iter().skip(1).map(String::as_str).collect();
    let call_id = shell.dial_group(sessions[0], &callees);
    shell.connect(sessions[0], call_id, "p0");
    for (session, name) in sessions.iter().zip(&names).skip(1) {
        shell.ask(*session, Command::Ring { call_id }).unwrap();
        shell.connect(*session, call_id, name);
        shell.accept(*session, call_id).unwrap();
        shell.pass(10);
    }
    (sessions, call_id)
}

/// Lets everything be told and forgets it.
fn pass_and_forget(shell: &mut Shell, sessions: &[SessionId]) {
    shell.pass(1_000);
    for session in sessions {
        shell.take_events(*session);
    }
}

fn set(shell: &mut Shell, session: SessionId, call_id: CallId, audio: DeviceState) -> Input {
    Input::Request {
        session,
        request: Request {
            id: shell.fresh(),
            request_id: None,
            command: Command::SetMedia {
                call_id,
                audio,
                video: Off,
                screen: None,
            },
        },
        known: Known::default(),
    }
}

fn changes(events: Vec<Event>) -> Vec<(u64, u64, CallDelta)> {
    let changes = events.into_iter().map(|event| match event {
        Event::CallChanged {
            base,
            version,
            delta,
            ..
        } => (base, version, delta),
        other => panic!("not a change: {other:?}"),
    });
    changes.collect()
}

#[test]
fn changes_of_one_batch_are_one_event() {
    let mut shell = Shell::new();
    let (sessions, call_id) = call_of(&mut shell, 3);
    pass_and_forget(&mut shell, &sessions);
    let version = shell.call(call_id).version;
    let inputs = [(1, Off), (2, Off), (1, On), (1, Off)]
        .map(|(who, audio)| set(&mut shell, sessions[who], call_id, audio));
    shell.feed_all(inputs.into());
    let told = changes(shell.take_events(sessions[0]));
    let [(base, now, delta)] = &told[..] else {
        panic!("not one: {told:?}");
    };
    assert_eq!((*base, *now), (version, version + 4));
    let muted: Vec<(&str, DeviceState)> = delta
        .participants
        .iter()
        .map(|p| (p.accid.as_str(), p.audio))
        .collect();
    assert_eq!(muted, [("p1", Off), ("p2", Off)]);
}

#[test]
fn what_was_taken_back_within_a_batch_is_told_as_it_is() {
    let mut shell = Shell::new();
    let (sessions, call_id) = call_of(&mut shell, 3);
    pass_and_forget(&mut shell, &sessions);
    let inputs = [Off, On].map(|audio| set(&mut shell, sessions[1], call_id, audio));
    shell.feed_all(inputs.into());
    let mine = changes(shell.take_events(sessions[1]));
    let audio: Vec<DeviceState> = mine.iter().map(|it| it.2.participants[0].audio).collect();
    assert_eq!(audio, [Off, On], "before each of the two answers");
    let theirs = changes(shell.take_events(sessions[2]));
    assert_eq!(theirs[0].2.participants[0].audio, On);
    assert_eq!(theirs.len(), 1);
}

#[test]
fn in_a_large_call_changes_of_others_are_told_together() {
    let mut shell = Shell::new();
    let (sessions, call_id) = call_of(&mut shell, 12);
    pass_and_forget(&mut shell, &sessions);
    for session in &sessions[1..6] {
        let mute = set(&mut shell, *session, call_id, Off);
        shell.feed(mute);
        shell.pass(20);
    }
    let first = changes(shell.take_events(sessions[0]));
    assert_eq!(first.len(), 1, "after a quiet time at once");
    assert_eq!(
        changes(shell.take_events(sessions[5])).len(),
        2,
        "its own too"
    );
    shell.pass(250);
    let rest = changes(shell.take_events(sessions[0]));
    let [(_, version, delta)] = &rest[..] else {
        panic!("not together: {rest:?}");
    };
    assert_eq!(delta.participants.len(), 4);
    assert_eq!(*version, shell.call(call_id).version);
    shell.pass(60_000);
    assert!(shell.take_events(sessions[0]).is_empty());
}

#[test]
fn end_of_a_large_call_is_told_at_once_and_names_nobody() {
    let mut shell = Shell::new();
    let (sessions, call_id) = call_of(&mut shell, 12);
    pass_and_forget(&mut shell, &sessions);
    shell.ask(sessions[0], Command::End { call_id }).unwrap();
    for session in sessions {
        let events = shell.take_events(session);
        let Event::CallChanged { delta, .. } = &events[0] else {
            panic!("{events:?}");
        };
        assert_eq!(delta.state, Some(CallState::Ended));
        let end = delta.end.as_ref().unwrap();
        assert_eq!(end.by, Some(accid("p0")));
        assert!(end.durations.iter().all(|one| one.duration_ms >= 1_000));
        assert_eq!(end.durations.len(), 12);
        assert!(delta.participants.is_empty(), "all have left");
    }
}

#[test]
fn end_names_whose_part_ended_otherwise() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.dial_group(alice, &["bob", "carol"]);
    shell.pass(RING_MS_DEFAULT - 1);
    shell.take_events(alice);
    shell.reject(bob, call_id).unwrap();
    shell.pass(1);
    let told = changes(
        shell
            .take_events(alice)
            .into_iter()
            .filter(|event| matches!(event, Event::CallChanged { .. }))
            .collect(),
    );
    let [(_, _, rejected), (_, _, ended)] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(rejected.participants[0].state, ParticipantState::Rejected);
    assert_eq!(ended.end.as_ref().unwrap().reason, EndReason::TimedOut);
    assert!(
        ended.participants.is_empty(),
        "who was not reached, as one sees"
    );
    let view = ParticipantState::Invited;
    let carol = shell.call(call_id).participant(&accid("carol")).unwrap();
    assert_ne!(carol.state, view);
}

#[test]
fn large_call_is_filled_with_frames_in_proportion() {
    let frames = |people: usize| {
        let mut shell = Shell::new();
        let (sessions, _) = call_of(&mut shell, people);
        shell.pass(1_000);
        let each = sessions.iter().map(|it| shell.take_events(*it).len());
        each.sum::<usize>()
    };
    let (small, large) = (frames(20), frames(100));
    println!("events while a call is filled: of 20 people {small}, of 100 people {large}");
    assert!(large <= 3_000, "{large} events");
}
