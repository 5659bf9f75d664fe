//! Sessions that come and go: snapshots, replacement, devices, presence.

use hullo_protocol::*;

use super::Shell;
use super::shell::{accid, kind};

#[test]
fn device_that_comes_back_within_the_grace_time_goes_on() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    shell.disconnect(alice);
    shell.pass(GRACE_MS - 1);
    let alice = shell.login_asking("alice", "a1", vec![call_id]);
    let (snapshot, ended) = &shell.welcomed[&alice];
    assert_eq!(snapshot.calls.len(), 1);
    assert_eq!(snapshot.calls[0].version, shell.call(call_id).version);
    assert!(ended.is_empty() && snapshot.invites.is_empty());
    assert!(!snapshot.calls[0].participants[0].reconnecting);
    shell.pass(GRACE_MS);
    assert!(!shell.call(call_id).is_ended());
    assert_eq!(shell.take_events(bob).len(), 2, "gone and back");
    assert!(
        shell.take_events(alice).is_empty(),
        "the snapshot says it all"
    );
}

#[test]
fn login_while_it_rings_gets_the_invite_with_the_time_that_is_left() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    shell.take_events(alice);
    shell.pass(20_000);
    let phone = shell.login("bob", "b1");
    let invite = &shell.welcomed[&phone].0.invites[0];
    assert_eq!(
        (invite.call.call_id, invite.ring_ms_left),
        (call_id, 10_000)
    );
    assert_eq!(shell.state(call_id, "bob"), ParticipantState::Delivered);
    assert_eq!(shell.take_events(alice).len(), 1, "the caller learns of it");
    let tablet = shell.login("bob", "b2");
    assert_eq!(shell.welcomed[&tablet].0.invites.len(), 1);
    shell.pass(10_000);
    assert_eq!(shell.record(call_id).reason, EndReason::TimedOut);
}

#[test]
fn invite_that_ran_out_meanwhile_is_not_rung() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    shell.disconnect(bob);
    shell.now = shell.now.plus_ms(RING_MS_DEFAULT);
    let bob = shell.login_asking("bob", "b1", vec![call_id]);
    let (snapshot, ended) = &shell.welcomed[&bob];
    assert!(snapshot.invites.is_empty());
    assert_eq!(*ended, [call_id]);
}

#[test]
fn login_learns_which_of_its_calls_are_over() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    shell.disconnect(alice);
    shell.hang_up(bob, call_id).unwrap();
    let unknown = CallId::from_u128(404);
    let alice = shell.login_asking("alice", "a1", vec![call_id, unknown, call_id]);
    let (snapshot, ended) = &shell.welcomed[&alice];
    assert!(snapshot.calls.is_empty());
    assert_eq!(*ended, [call_id, unknown]);
}

#[test]
fn another_device_of_the_account_is_not_moved_into_the_call() {
    let mut shell = Shell::new();
    let (_, _, call_id) = shell.talking(Media::Audio);
    let other = shell.login("alice", "a2");
    let snapshot = &shell.welcomed[&other].0;
    assert!(snapshot.calls.is_empty() && snapshot.invites.is_empty());
    assert_eq!(snapshot.elsewhere.len(), 1, "it can be fetched from there");
    assert!(!shell.call(call_id).is_ended());
    let set = Command::SetMedia {
        call_id,
        audio: DeviceState::On,
        video: DeviceState::Off,
        screen: None,
    };
    assert_eq!(kind(shell.ask(other, set)), ErrorKind::InCallOnOtherDevice);
}

#[test]
fn newer_session_of_the_device_replaces_the_older_one() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    let newer = shell.login("alice", "a1");
    assert_eq!(shell.closed.get(&alice), Some(&SessionClosed::Replaced));
    assert_eq!(shell.welcomed[&newer].0.calls.len(), 1);
    assert!(shell.take_events(bob).is_empty(), "never away");
    shell.disconnect(alice);
    shell.pass(GRACE_MS);
    assert!(!shell.call(call_id).is_ended());
}

#[test]
fn too_many_devices_push_out_the_oldest_that_is_not_in_a_call() {
    let mut shell = Shell::new();
    let (alice, _, call_id) = shell.talking(Media::Audio);
    let second = shell.login("alice", "a2");
    for n in 3..=DEVICES_PER_ACCOUNT_MAX {
        shell.login("alice", &format!("a{n}"));
    }
    assert!(shell.closed.is_empty());
    let newest = shell.login("alice", "one-more");
    assert_eq!(shell.closed.get(&second), Some(&SessionClosed::KickedOut));
    assert_eq!(shell.closed.len(), 1);
    assert_eq!(shell.ask(newest, Command::Ping), Ok(Success::Done));
    assert_eq!(shell.ask(alice, Command::Ping), Ok(Success::Done));
    assert!(!shell.call(call_id).is_ended());
}

#[test]
fn snapshot_shows_the_call_to_its_participants() {
    let mut shell = Shell::new();
    let (alice, _, call_id) = shell.talking(Media::Audio);
    shell.pass(5_000);
    let call = super::shell::call_of(shell.ask(alice, Command::CallSnapshot { call_id }));
    assert_eq!(call.active_ms, Some(5_000));
    assert_eq!(call.version, shell.call(call_id).version);
}

#[test]
fn presence_follows_the_first_and_the_last_session() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let watch = |accids: Vec<Accid>| Command::WatchPresence { accids };
    let answer = shell
        .ask(alice, watch(vec![accid("bob"), accid("alice")]))
        .unwrap();
    let Success::Presence { accounts } = answer else {
        panic!("{answer:?}");
    };
    let online: Vec<_> = accounts
        .iter()
        .map(|p| (p.accid.as_str(), p.online))
        .collect();
    assert_eq!(online, [("alice", true), ("bob", false)]);
    let phone = shell.login("bob", "b1");
    let tablet = shell.login("bob", "b2");
    shell.disconnect(phone);
    let newer = shell.login("bob", "b2");
    shell.disconnect(tablet);
    shell.disconnect(newer);
    let news = |online| Event::PresenceChanged {
        accounts: vec![Presence {
            accid: accid("bob"),
            online,
        }],
    };
    assert_eq!(shell.take_events(alice), [news(true)]);
    shell.pass(2_000);
    let reloaded = shell.login("bob", "b1");
    shell.pass(2_000);
    shell.disconnect(reloaded);
    shell.pass(2_999);
    assert!(shell.take_events(alice).is_empty(), "gone for a moment");
    shell.pass(1_000);
    assert_eq!(shell.take_events(alice), [news(false)]);
    shell.ask(alice, watch(Vec::new())).unwrap();
    shell.login("bob", "b1");
    assert!(shell.take_events(alice).is_empty());
}

#[test]
fn those_who_come_together_are_told_of_together() {
    let mut shell = Shell::new();
    let followers = ["alice", "ann"].map(|name| shell.login(name, "d"));
    let others: Vec<String> = (0..20).map(|number| format!("p{number}")).collect();
    let accids: Vec<Accid> = others.iter().map(|name| accid(name)).collect();
    for session in followers {
        let accids = accids.clone();
        shell
            .ask(session, Command::WatchPresence { accids })
            .unwrap();
    }
    for name in &others {
        shell.login(name, "d");
        shell.pass(10);
    }
    shell.pass(2_000);
    for session in followers {
        let counts: Vec<usize> = shell
            .take_events(session)
            .iter()
            .map(|event| match event {
                Event::PresenceChanged { accounts } => accounts.len(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(counts, [1, 19], "the first at once, the rest by the tick");
    }
}

#[test]
fn too_many_watched_accounts_are_refused() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let accids = (0..=PRESENCE_WATCHES_MAX)
        .map(|n| accid(&format!("u{n}")))
        .collect();
    let result = shell.ask(alice, Command::WatchPresence { accids });
    assert_eq!(kind(result), ErrorKind::TooLarge);
}
