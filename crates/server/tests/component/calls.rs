//! Calls from the first ring to the record.

use std::time::Duration;

use hullo_client::protocol::{EndReason, ErrorKind, RecordStatus};
use hullo_client::{CallOptions, DevicePresets, Event, GroupCallOptions, InviteOptions, State};

use crate::person::{Person, in_call};
use crate::program::Server;

#[tokio::test]
async fn call_rings_is_answered_connects_and_is_on_record_when_it_is_over() {
    let server = Server::start().await;
    let mut alice = Person::login(&server, "alice").await;
    let mut bob = Person::login(&server, "bob").await;
    let call_id = in_call(&mut alice, &mut bob).await;
    let status = alice.client.status();
    assert_eq!(status.state, State::InCall);
    assert!(status.connected && !status.reconnecting);
    bob.client.hangup().await.unwrap();
    assert_eq!(alice.sees_end(call_id).await, EndReason::HungUp);
    assert_eq!(bob.sees_end(call_id).await, EndReason::HungUp);
    for person in [&alice, &bob] {
        assert_eq!(person.client.status().state, State::Idle);
        let record = person.client.record(call_id).await.unwrap();
        assert_eq!(record.status, RecordStatus::Complete);
        let recents = person.client.recents(None, 10).await.unwrap();
        assert_eq!(recents.calls.len(), 1);
    }
    let ends = |person: &Person| {
        let is_end = |event: &&Event| matches!(event, Event::CallEnd { .. });
        person.told.iter().filter(is_end).count()
    };
    assert_eq!((ends(&alice), ends(&bob)), (1, 1));
}

#[tokio::test]
async fn caller_is_told_how_a_call_that_nobody_answered_has_ended() {
    let server = Server::start().await;
    let mut alice = Person::login(&server, "alice").await;
    let mut bob = Person::login(&server, "bob").await;

    let call_id = alice.calls("bob").await;
    bob.rings().await;
    bob.client.reject().await.unwrap();
    assert_eq!(alice.sees_end(call_id).await, EndReason::Rejected);

    let call_id = alice.calls("bob").await;
    bob.rings().await;
    alice.client.cancel().await.unwrap();
    assert_eq!(bob.sees_end(call_id).await, EndReason::Cancelled);

    let short = CallOptions {
        invite: InviteOptions {
            timeout: Some(Duration::from_secs(1)),
            ..InviteOptions::default()
        },
        ..CallOptions::audio()
    };
    let call_id = alice.client.call("bob", short).await.unwrap().call_id;
    bob.rings().await;
    alice.sees_event(&Event::CallingTimeOut).await;
    assert_eq!(alice.sees_end(call_id).await, EndReason::TimedOut);

    let mut carol = Person::login(&server, "carol").await;
    in_call(&mut alice, &mut bob).await;
    let call_id = carol.calls("bob").await;
    assert_eq!(carol.sees_end(call_id).await, EndReason::Busy);
}

#[tokio::test]
async fn group_goes_on_without_the_one_who_declines_and_the_one_who_leaves() {
    let server = Server::start().await;
    server.create_accounts(&["dave"]).await;
    let mut alice = Person::login(&server, "alice").await;
    let mut bob = Person::login(&server, "bob").await;
    let mut carol = Person::login(&server, "carol").await;
    let mut dave = Person::login(&server, "dave").await;
    let team = GroupCallOptions {
        call: CallOptions::audio(),
        ..GroupCallOptions::default()
    };
    let dialled = alice.client.group_call(&["bob", "carol", "nobody"], team);
    let dialled = dialled.await.unwrap();
    let call_id = dialled.call.call_id;
    assert_eq!(dialled.refused[0].kind, ErrorKind::AccountNotFound);
    bob.answers().await;
    carol.rings().await;
    carol.client.reject().await.unwrap();
    let accid = "carol".parse().unwrap();
    alice.sees_event(&Event::UserReject { accid }).await;
    alice.sees_enter("bob").await;

    let invited = alice.client.invite(&["dave"], InviteOptions::default());
    assert_eq!(invited.await.unwrap().refused, []);
    dave.answers().await;
    alice.sees_enter("dave").await;
    bob.client.leave().await.unwrap();
    let accid = "bob".parse().unwrap();
    dave.sees_event(&Event::UserLeave { accid }).await;
    assert_eq!(dave.client.status().state, State::InCall);
    alice.client.hangup().await.unwrap();
    assert_eq!(dave.sees_end(call_id).await, EndReason::HungUp);
}

#[tokio::test]
async fn second_device_stops_ringing_when_the_first_answers_and_fetches_the_call() {
    let server = Server::start().await;
    let mut alice = Person::login(&server, "alice").await;
    let mut phone = Person::login(&server, "bob").await;
    let mut desk = Person::login(&server, "bob").await;
    let call_id = alice.calls("bob").await;
    desk.rings().await;
    phone.answers().await;
    desk.sees_event(&Event::OtherClientAccept { call_id }).await;
    alice.sees_enter("bob").await;

    let elsewhere = desk.client.status().elsewhere;
    assert_eq!(elsewhere.first().map(|call| call.call_id), Some(call_id));
    let fetched = desk.client.continue_here(call_id, DevicePresets::NONE);
    assert_eq!(fetched.await.unwrap().len(), 2);
    phone
        .sees_event(&Event::OtherClientContinue { call_id })
        .await;
    desk.sees("the connection", |event| match event {
        Event::JoinChannel { .. } => Some(()),
        _ => None,
    })
    .await;
    assert_eq!(phone.client.status().state, State::Idle);
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_with_what_is_wrong() {
    let server = Server::start().await;
    let alice = Person::login(&server, "alice").await;
    let refused = |result: Result<(), hullo_client::Error>| result.err().unwrap().kind();
    let call = |accid: &'static str| {
        let call = alice.client.call(accid, CallOptions::audio());
        async move { call.await.map(drop) }
    };
    for (result, kind) in [
        (call("nobody").await, ErrorKind::AccountNotFound),
        (call("alice").await, ErrorKind::CalledOneself),
        (call("not an accid").await, ErrorKind::BadRequest),
        (alice.client.leave().await, ErrorKind::LeaveWhileIdle),
        (alice.client.reject().await, ErrorKind::RejectWhileIdle),
    ] {
        assert_eq!(refused(result), Some(kind));
    }
}
