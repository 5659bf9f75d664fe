//! Several devices of one account, and what the app's policy makes of them.

use hullo_protocol::{
    CallState, Command, DeviceId, EndReason, Event, ParticipantState, Platform, SessionClosed,
    Success,
};

use crate::client::{Client, accept, accid, call_of, dial_group, new_call_id, start, state_of};
use crate::media::{Connection, joined};
use crate::program::Server;

async fn is_alive(client: &mut Client) -> bool {
    client.ask(Command::Ping).await == Ok(Success::Done)
}

async fn kicked_out(mut client: Client) {
    let (reason, code) = client.session_closed().await;
    assert_eq!((reason, code), (Some(SessionClosed::KickedOut), Some(1000)));
}

#[tokio::test]
async fn with_one_device_the_newer_login_ends_the_older_ones_part_of_the_call() {
    let server = Server::start_app(&["--devices", "one"]).await;
    let [mut alice, mut bob] = server.login_all(["alice", "bob"]).await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    bob.ask(accept(call_id)).await.unwrap();
    let (mut newer, welcome) = server.login_on("alice", "phone", Platform::Ios).await;
    assert!(welcome.calls.is_empty() && welcome.elsewhere.is_empty());
    kicked_out(alice).await;
    let end = bob.call_ended(call_id).await;
    assert_eq!(
        (end.reason, end.by),
        (EndReason::LoggedOut, Some(accid("alice")))
    );
    assert!(is_alive(&mut newer).await);
    assert_eq!(server.records("alice").await[0]["reason"], "logged_out");
}

#[tokio::test]
async fn group_goes_on_without_the_one_who_was_kicked_out() {
    let server = Server::start_app(&["--devices", "one"]).await;
    let [mut alice, mut bob, mut carol] = server.login_all(["alice", "bob", "carol"]).await;
    let call_id = new_call_id();
    let dial = Command::StartCall(dial_group(call_id, &["bob", "carol"]));
    alice.ask(dial).await.unwrap();
    bob.ask(accept(call_id)).await.unwrap();
    carol.ask(accept(call_id)).await.unwrap();
    server.login_on("bob", "phone", Platform::Android).await;
    kicked_out(bob).await;
    let left = |one: &hullo_protocol::ParticipantView| one.state == ParticipantState::Left;
    alice.sees(call_id, "bob", left).await;
    let call = call_of(carol.ask(Command::CallSnapshot { call_id }).await);
    assert_eq!(call.state, CallState::Active);
    assert_eq!(state_of(&call, "alice"), ParticipantState::Accepted);
}

#[tokio::test]
async fn desktop_and_mobile_stand_beside_each_other_and_push_out_their_like() {
    let server = Server::start_app(&["--devices", "desktop_and_mobile"]).await;
    let (mut page, _) = server.login_on("alice", "page", Platform::Web).await;
    let (phone, _) = server.login_on("alice", "phone", Platform::Ios).await;
    assert!(is_alive(&mut page).await);
    let (mut tablet, _) = server.login_on("alice", "tablet", Platform::Android).await;
    kicked_out(phone).await;
    let (mut desktop, _) = server.login_on("alice", "desktop", Platform::Desktop).await;
    kicked_out(page).await;
    assert!(is_alive(&mut tablet).await);
    assert!(is_alive(&mut desktop).await);
}

#[tokio::test]
async fn eleventh_device_pushes_out_the_oldest_that_is_in_no_call() {
    let server = Server::start().await;
    let mut devices = Vec::new();
    for number in 0..10 {
        let name = format!("device-{number}");
        devices.push(server.login_on("alice", &name, Platform::Web).await.0);
    }
    let call_id = new_call_id();
    devices[0].ask(start(call_id, "bob")).await.unwrap();
    server.login_on("alice", "device-10", Platform::Web).await;
    kicked_out(devices.remove(1)).await;
    for device in &mut devices {
        assert!(is_alive(device).await);
    }
}

#[tokio::test]
async fn every_device_rings_and_the_others_stop_when_one_answers() {
    let server = Server::start().await;
    let [mut alice, mut bob] = server.login_all(["alice", "bob"]).await;
    let (mut phone, _) = server.login_on("bob", "phone", Platform::Ios).await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    bob.invited().await;
    phone.invited().await;
    phone.ask(accept(call_id)).await.unwrap();
    bob.event(|event| match event {
        Event::InviteAcceptedElsewhere { call_id: other } => (*other == call_id).then_some(()),
        _ => None,
    })
    .await;
    let shown = bob
        .event(|event| match event {
            Event::CallElsewhere { call, .. } => call.clone(),
            _ => None,
        })
        .await;
    let device = shown.participants[1].device.clone();
    assert_eq!(device, Some(DeviceId::parse("phone").unwrap()));
    alice.ask(Command::Hangup { call_id }).await.unwrap();
    bob.event(|event| match event {
        Event::CallElsewhere { call: None, .. } => Some(()),
        _ => None,
    })
    .await;
}

#[tokio::test]
async fn call_goes_on_on_another_device_with_its_media() {
    let server = Server::start().await;
    let [mut alice, mut bob] = server.login_all(["alice", "bob"]).await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    bob.ask(accept(call_id)).await.unwrap();
    let old = Connection::open(&mut alice, call_id).await;
    let _bobs = Connection::open(&mut bob, call_id).await;
    joined(&mut bob, "alice").await;
    joined(&mut alice, "bob").await;

    let (mut tablet, welcome) = server.login_on("alice", "tablet", Platform::Ios).await;
    assert_eq!(welcome.elsewhere[0].call_id, call_id);
    assert!(welcome.calls.is_empty());
    let call = call_of(tablet.ask(Command::Continue { call_id }).await);
    assert_eq!(state_of(&call, "alice"), ParticipantState::Joined);
    alice
        .event(|event| match event {
            Event::CallContinuedElsewhere { call_id: other } => (*other == call_id).then_some(()),
            _ => None,
        })
        .await;
    let away = bob.sees(call_id, "alice", |alice| alice.reconnecting).await;
    assert_eq!(away.state, ParticipantState::Joined);
    bob.events.clear();
    let _connection = Connection::open(&mut tablet, call_id).await;
    let back = bob
        .sees(call_id, "alice", |alice| !alice.reconnecting)
        .await;
    assert_eq!(back.uid, away.uid);
    assert_eq!(back.device, Some(DeviceId::parse("tablet").unwrap()));
    drop(old);

    // The old device has no part in it any more: its hang-up ends nothing.
    alice.ask(Command::Hangup { call_id }).await.unwrap();
    let call = call_of(bob.ask(Command::CallSnapshot { call_id }).await);
    assert_eq!(call.state, CallState::Active);
    tablet.ask(Command::Hangup { call_id }).await.unwrap();
    assert_eq!(bob.call_ended(call_id).await.reason, EndReason::HungUp);
    let records = server.records("alice").await;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["quality"][0]["reconnects"], 1, "{records:?}");
}

#[tokio::test]
async fn policies_that_are_set_beside_a_running_server_count_from_the_next_login() {
    let server = Server::start().await;
    let [mut alice, mut bob, mut carol] = server.login_all(["alice", "bob", "carol"]).await;
    let first = new_call_id();
    alice.ask(start(first, "bob")).await.unwrap();
    bob.ask(accept(first)).await.unwrap();
    bob.invited().await;
    let busy = call_of(carol.ask(start(new_call_id(), "bob")).await);
    assert_eq!(busy.end.unwrap().reason, EndReason::Busy);

    server.set_policies(&["--busy", "ring"]);
    server.login_on("carol", "phone", Platform::Ios).await;
    let second = new_call_id();
    let rung = call_of(carol.ask(start(second, "bob")).await);
    assert_eq!(rung.state, CallState::Ringing);
    assert_eq!(bob.invited().await.0.call_id, second);

    server.set_policies(&["--devices", "one"]);
    assert!(is_alive(&mut carol).await, "nobody is signed out by it");
    server.login_on("carol", "tablet", Platform::Ios).await;
    kicked_out(carol).await;
    let third = call_of(bob.ask(Command::CallSnapshot { call_id: first }).await);
    assert_eq!(third.state, CallState::Active);
}
