//! Several devices of one account: how many may be signed in, and how a call goes from one to another.

use hullo_protocol::*;

use super::super::{BusyPolicy, Config, DevicePolicy, Input, RoomCommand};
use super::Shell;
use super::shell::{CONFIG, accid, call_of, end_in, kind, start};

fn with(devices: DevicePolicy) -> Shell {
    Shell::with(Config { devices, ..CONFIG })
}

#[test]
fn with_one_device_per_account_a_login_ends_the_other_devices_part() {
    let mut shell = with(DevicePolicy::One);
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    let newer = shell.login_mobile("alice", "a2");
    assert_eq!(shell.closed.get(&alice), Some(&SessionClosed::KickedOut));
    let end = end_in(&shell.take_events(bob)).unwrap();
    assert_eq!(
        (end.reason, end.by),
        (EndReason::LoggedOut, Some(accid("alice")))
    );
    assert_eq!(
        shell.take_events(alice),
        [],
        "being kicked out is all that it is told: its client knows what that ends"
    );
    assert_eq!(shell.welcomed[&newer].0.calls, []);
    shell.record(call_id);
}

#[test]
fn desktop_and_a_mobile_device_stand_beside_each_other() {
    let mut shell = with(DevicePolicy::DesktopAndMobile);
    let desktop = shell.login("alice", "a1");
    let mobile = shell.login_mobile("alice", "a2");
    assert!(shell.closed.is_empty());
    shell.login_mobile("alice", "a3");
    assert_eq!(shell.closed.get(&mobile), Some(&SessionClosed::KickedOut));
    assert_eq!(shell.closed.get(&desktop), None);
}

#[test]
fn change_of_the_policies_counts_from_the_next_login_and_the_next_invite() {
    let mut shell = with(DevicePolicy::All);
    let (_, bob, _) = shell.talking(Media::Audio);
    shell.login("bob", "b2");
    let carol = shell.login("carol", "c1");
    shell.feed(Input::Policies {
        busy: BusyPolicy::Ring,
        devices: DevicePolicy::One,
    });
    assert!(shell.closed.is_empty(), "nobody is signed out by it");
    shell.take_events(bob);
    shell.dial(carol, "bob", Media::Audio);
    assert!(matches!(
        &shell.take_events(bob)[..],
        [Event::CallInvited { .. }]
    ));
    shell.login("bob", "b3");
    assert_eq!(shell.closed.len(), 2);
}

#[test]
fn group_call_goes_on_without_the_one_who_was_kicked_out() {
    let mut shell = with(DevicePolicy::One);
    let sessions = ["alice", "bob", "carol"].map(|name| shell.login(name, name));
    let call_id = shell.dial_group(sessions[0], &["bob", "carol"]);
    shell.accept(sessions[1], call_id).unwrap();
    shell.accept(sessions[2], call_id).unwrap();
    shell.take_events(sessions[1]);
    shell.login("bob", "another");
    assert_eq!(shell.take_events(sessions[1]), [], "not that it has left");
    assert_eq!(shell.state(call_id, "bob"), ParticipantState::Left);
    assert_eq!(shell.call(call_id).state, CallState::Active);
}

#[test]
fn call_goes_on_on_another_device_and_the_peer_sees_the_same_participant() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Video);
    let old = shell.connect(alice, call_id, "AA");
    let tablet = shell.login("alice", "a2");
    let elsewhere = &shell.welcomed[&tablet].0.elsewhere;
    assert_eq!(elsewhere[0].call_id, call_id);
    shell.pass(10_000);
    shell.take_events(bob);
    let call = call_of(shell.ask(tablet, Command::Continue { call_id }));
    assert_eq!(call.participants[0].device.as_ref().unwrap().as_str(), "a2");
    assert_eq!(
        shell.take_events(alice)[0],
        Event::CallContinuedElsewhere { call_id }
    );
    assert!(shell.commanded(&RoomCommand::Remove(old)));
    let new = shell.connect(tablet, call_id, "A2");
    assert!(shell.commanded(&RoomCommand::Admit(new)));
    let participant = shell.call(call_id).participants[0].clone();
    assert_eq!((participant.uid, participant.away_since), (Uid(1), None));
    assert_eq!(
        kind(shell.offer(alice, call_id, "o=- 1 1\r\na=fingerprint:x".into())),
        ErrorKind::InCallOnOtherDevice
    );
    for event in shell.take_events(bob) {
        let Event::CallChanged { delta, .. } = event else {
            panic!("{event:?}");
        };
        assert_eq!(delta.state, None);
        assert_eq!(delta.participants[0].state, ParticipantState::Joined);
    }
    shell.hang_up(tablet, call_id).unwrap();
    assert_eq!(shell.record(call_id).durations[0].duration_ms, 10_000);
}

#[test]
fn repeated_request_lets_no_device_in_again_once_the_call_has_gone_on_elsewhere() {
    let mut shell = Shell::new();
    let (alice, bob) = (shell.login("alice", "a1"), shell.login("bob", "b1"));
    let (alices, bobs) = (shell.login("alice", "a2"), shell.login("bob", "b2"));
    let call_id = shell.fresh_call();
    let asked = [(); 3].map(|()| shell.fresh_request());
    let dial = Command::StartCall(start(call_id, "bob", Media::Audio));
    let accept = Command::Accept {
        call_id,
        room_token: None,
        other: None,
    };
    let fetch = Command::Continue { call_id };
    call_of(shell.ask_as(alice, asked[0], dial.clone(), None));
    call_of(shell.ask_as(bob, asked[1], accept.clone(), None));
    call_of(shell.ask_as(alices, asked[2], fetch.clone(), None));
    call_of(shell.ask(bobs, fetch.clone()));
    call_of(shell.ask_as(alices, asked[2], fetch.clone(), None));
    let again = shell.ask_as(alice, asked[0], dial, None);
    assert_eq!(kind(again), ErrorKind::InCallOnOtherDevice);
    let again = shell.ask_as(bob, asked[1], accept, None);
    assert_eq!(kind(again), ErrorKind::InCallOnOtherDevice);
    call_of(shell.ask(alice, fetch.clone()));
    let again = shell.ask_as(alices, asked[2], fetch, None);
    assert_eq!(kind(again), ErrorKind::InCallOnOtherDevice);
}

#[test]
fn other_devices_learn_where_a_call_is_and_when_it_is_over() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let tablet = shell.login("alice", "a2");
    let bob = shell.login("bob", "b1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    assert!(matches!(
        &shell.take_events(tablet)[..],
        [Event::CallElsewhere { call: Some(_), .. }]
    ));
    shell.accept(bob, call_id).unwrap();
    assert!(shell.take_events(tablet).is_empty(), "it is where it was");
    shell.ask(tablet, Command::Continue { call_id }).unwrap();
    assert!(
        shell.take_events(tablet).is_empty(),
        "the answer says it all"
    );
    assert!(matches!(
        &shell.take_events(alice)[..],
        [
            ..,
            Event::CallContinuedElsewhere { .. },
            Event::CallElsewhere { call: Some(_), .. }
        ]
    ));
    shell.hang_up(tablet, call_id).unwrap();
    assert!(matches!(
        &shell.take_events(alice)[..],
        [
            Event::CallElsewhere { call: None, .. },
            Event::MessageAdded { .. }
        ]
    ));
}

#[test]
fn only_the_part_of_ones_own_account_can_be_continued() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    let carol = shell.login("carol", "c1");
    let go_on = Command::Continue { call_id };
    assert_eq!(
        kind(shell.ask(carol, go_on.clone())),
        ErrorKind::CallNotFound
    );
    shell.ask(alice, go_on.clone()).unwrap();
    shell.hang_up(bob, call_id).unwrap();
    assert_eq!(kind(shell.ask(alice, go_on)), ErrorKind::CallOver);
}

#[test]
fn device_that_takes_a_call_over_and_never_connects_is_lost() {
    let mut shell = Shell::new();
    let (_, _, call_id) = shell.talking(Media::Audio);
    let tablet = shell.login("alice", "a2");
    shell.ask(tablet, Command::Continue { call_id }).unwrap();
    shell.pass(GRACE_MS);
    assert_eq!(shell.record(call_id).reason, EndReason::Lost);
}
