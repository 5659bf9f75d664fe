//! Call waiting, in an app that wants a second call to ring.

use hullo_protocol::{
    CallId, CallState, Command, EndReason, ErrorKind, Event, OtherCall, ParticipantState, Success,
};

use crate::client::{Client, accept, call_of, new_call_id, refusal, start};
use crate::program::Server;

fn accept_and(call_id: CallId, other: OtherCall) -> Command {
    Command::Accept {
        call_id,
        room_token: None,
        other: Some(other),
    }
}

/// Alice and Bob talk, and Carol calls Bob.
async fn waiting() -> (Server, [Client; 3], CallId, CallId) {
    let server = Server::start_app(&["--busy", "ring"]).await;
    let [mut alice, mut bob, mut carol] = server.login_all(["alice", "bob", "carol"]).await;
    let (first, second) = (new_call_id(), new_call_id());
    alice.ask(start(first, "bob")).await.unwrap();
    bob.ask(accept(first)).await.unwrap();
    carol.ask(start(second, "bob")).await.unwrap();
    loop {
        let (rung, _) = bob.invited().await;
        if rung.call_id == second {
            break;
        }
    }
    let refused = bob.ask(accept(second)).await;
    assert_eq!(refusal(refused), ErrorKind::AlreadyInCall);
    (server, [alice, bob, carol], first, second)
}

#[tokio::test]
async fn call_that_is_held_for_another_goes_on_after_it() {
    let (server, [mut alice, mut bob, mut carol], first, second) = waiting().await;
    let call = call_of(bob.ask(accept_and(second, OtherCall::Hold)).await);
    assert_eq!((call.call_id, call.state), (second, CallState::Active));
    let held = alice.sees(first, "bob", |bob| bob.held).await;
    assert_eq!(held.state, ParticipantState::Accepted);
    carol
        .sees(second, "bob", |bob| {
            bob.state == ParticipantState::Accepted && !bob.held
        })
        .await;

    // One call is active and one is held: a third has no place.
    server.create_accounts(&["dave"]).await;
    let mut dave = server.login("dave").await;
    let third = call_of(dave.ask(start(new_call_id(), "bob")).await);
    assert_eq!(third.end.unwrap().reason, EndReason::Busy);

    let take_up = Command::Hold {
        call_id: first,
        held: false,
    };
    let refused = bob.ask(take_up.clone()).await;
    assert_eq!(refusal(refused), ErrorKind::AlreadyInCall);
    bob.ask(Command::Hangup { call_id: second }).await.unwrap();
    assert_eq!(carol.call_ended(second).await.reason, EndReason::HungUp);
    alice.events.clear();
    assert_eq!(bob.ask(take_up).await, Ok(Success::Done));
    alice.sees(first, "bob", |bob| !bob.held).await;
    let shown = call_of(alice.ask(Command::CallSnapshot { call_id: first }).await);
    assert_eq!(shown.state, CallState::Active);
    alice.ask(Command::Hangup { call_id: first }).await.unwrap();
    bob.call_ended(first).await;
    assert_eq!(server.records("bob").await.len(), 3);
}

#[tokio::test]
async fn call_that_is_ended_for_another_has_its_record() {
    let (server, [mut alice, mut bob, mut carol], first, second) = waiting().await;
    let call = call_of(bob.ask(accept_and(second, OtherCall::End)).await);
    assert_eq!((call.call_id, call.state), (second, CallState::Active));
    let end = alice.call_ended(first).await;
    assert_eq!(end.reason, EndReason::HungUp);
    assert_eq!(bob.call_ended(first).await.reason, EndReason::HungUp);
    let in_call = |one: &hullo_protocol::ParticipantView| one.state.is_in_call();
    carol.sees(second, "bob", in_call).await;
    let records = server.records("bob").await;
    assert_eq!(records.len(), 1, "{records:?}");
    assert_eq!(records[0]["reason"], "hung_up");
}

#[tokio::test]
async fn waiting_call_that_is_rejected_leaves_the_first_alone() {
    let (server, [mut alice, mut bob, mut carol], first, second) = waiting().await;
    bob.ask(Command::Reject {
        call_id: second,
        without_token: false,
    })
    .await
    .unwrap();
    assert_eq!(carol.call_ended(second).await.reason, EndReason::Rejected);
    let events = alice.drain_events().await;
    let ended =
        |event: &Event| matches!(event, Event::CallChanged { delta, .. } if delta.end.is_some());
    assert!(!events.iter().any(ended), "{events:?}");
    let shown = call_of(bob.ask(Command::CallSnapshot { call_id: first }).await);
    assert_eq!(shown.state, CallState::Active);
    assert_eq!(server.records("alice").await.len(), 0);
}
