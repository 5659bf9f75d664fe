//! Everyone has a budget: who spends it is told how long to wait, and nobody else notices.

use hullo_protocol::{Command, DeviceState, ErrorKind, ParticipantState, Platform, Success};

use crate::client::{
    Client, accept, call_of, dial_group, invite, new_call_id, refusal, start, state_of,
};
use crate::program::{Options, Server};

async fn dial_and_cancel(caller: &mut Client, callee: &str) -> Result<(), ErrorKind> {
    let call_id = new_call_id();
    let dialled = caller.ask(start(call_id, callee)).await;
    if dialled.is_err() {
        return Err(refusal(dialled));
    }
    let cancelled = caller.ask(Command::Cancel { call_id }).await;
    assert_eq!(cancelled, Ok(Success::Done));
    Ok(())
}

#[tokio::test]
async fn who_dials_without_end_is_refused_and_nobody_else() {
    let server = Server::start_with(Options::limits("dials_at_once=3,dials_per_minute=1")).await;
    let [mut alice, mut bob, _carol] = server.login_all(["alice", "bob", "carol"]).await;
    for _ in 0..3 {
        assert_eq!(dial_and_cancel(&mut alice, "carol").await, Ok(()));
    }
    let refused = alice.ask(start(new_call_id(), "bob")).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::RateLimited);
    let wait_ms = refused.retry_after_ms.unwrap();
    assert!((50_000..=60_001).contains(&wait_ms), "{wait_ms}");
    assert_eq!(dial_and_cancel(&mut bob, "alice").await, Ok(()));
    // Another connection, or another device, is the same account.
    let mut again = server.login_on("alice", "laptop", Platform::Web).await.0;
    let refused = dial_and_cancel(&mut again, "carol").await;
    assert_eq!(refused, Err(ErrorKind::RateLimited));
    let met = "hullo_limits_met_total{limit=\"dials\"}";
    assert_eq!(server.metric(met).await, 2.0);
    assert_eq!(server.records("bob").await.len(), 1, "a refusal is no call");
}

#[tokio::test]
async fn victim_is_not_rung_without_end_and_the_others_of_a_group_are() {
    let limits = "rings_by_one_at_once=2,rings_by_one_per_minute=1";
    let server = Server::start_with(Options::limits(limits)).await;
    let [mut alice, mut bob, _carol] = server.login_all(["alice", "bob", "carol"]).await;
    for _ in 0..2 {
        assert_eq!(dial_and_cancel(&mut alice, "carol").await, Ok(()));
    }
    let refused = dial_and_cancel(&mut alice, "carol").await;
    assert_eq!(refused, Err(ErrorKind::RateLimited));
    let group = dial_group(new_call_id(), &["bob", "carol"]);
    let dialled = alice.ask(Command::StartCall(group)).await;
    let Ok(Success::Call { call, refused }) = dialled else {
        panic!("{dialled:?}");
    };
    assert_eq!(state_of(&call, "bob"), ParticipantState::Invited);
    let [carol] = &refused[..] else {
        panic!("{refused:?}");
    };
    assert_eq!(carol.kind, ErrorKind::RateLimited);
    bob.invited().await;
}

/// The answer to a dial that was counted may be lost: the same request is answered as it was.
#[tokio::test]
async fn repeated_dial_is_no_second_one() {
    let server = Server::start_with(Options::limits("dials_at_once=1,dials_per_minute=1")).await;
    let [mut alice, mut bob] = server.login_all(["alice", "bob"]).await;
    let (call_id, request_id) = (new_call_id(), crate::client::request_id());
    let first = alice.ask_as(request_id, start(call_id, "bob")).await;
    let again = alice.ask_as(request_id, start(call_id, "bob")).await;
    assert_eq!(call_of(first).call_id, call_of(again).call_id);
    bob.invited().await;
    assert!(bob.ask(accept(call_id)).await.is_ok());
}

#[tokio::test]
async fn who_signs_in_without_end_has_to_wait_and_keeps_the_session_that_is_there() {
    let server = Server::start_with(Options::limits("logins_at_once=3,logins_per_minute=1")).await;
    let mut kept = server.login_on("alice", "phone", Platform::Web).await.0;
    server.login_on("alice", "laptop", Platform::Web).await;
    server.login_on("alice", "laptop", Platform::Web).await;
    let token = server.token("alice").await;
    let mut client = server.connect().await;
    let refused = client.login(&server.app_key, "alice", &token).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::RateLimited);
    assert!(refused.retry_after_ms.is_some());
    assert_eq!(kept.ask(Command::Ping).await, Ok(Success::Done));
    server.login("bob").await;
}

#[tokio::test]
async fn nobody_finds_out_which_accounts_there_are_by_inviting_names() {
    let limits = "invites_at_once=2,invites_per_minute=1";
    let server = Server::start_with(Options::limits(limits)).await;
    let [mut alice, mut bob] = server.login_all(["alice", "bob"]).await;
    let call_id = new_call_id();
    call_of(alice.ask(start(call_id, "bob")).await);
    call_of(bob.ask(accept(call_id)).await);
    let guess = async |alice: &mut Client| {
        let invited = alice.ask(Command::Invite(invite(call_id, &["nobody"])));
        refusal(invited.await)
    };
    assert_eq!(guess(&mut alice).await, ErrorKind::AccountNotFound);
    assert_eq!(guess(&mut alice).await, ErrorKind::RateLimited);
    let all = ["nobody"; 101];
    let many = alice.ask(Command::Invite(invite(call_id, &all))).await;
    assert_eq!(refusal(many), ErrorKind::ParticipantLimit);
}

#[tokio::test]
async fn screen_that_is_shared_again_and_again_is_refused_after_a_while_and_can_be_ended() {
    let limits = "offers_at_once=2,offers_per_minute=1";
    let server = Server::start_with(Options::limits(limits)).await;
    let [mut alice, mut bob] = server.login_all(["alice", "bob"]).await;
    let call_id = new_call_id();
    call_of(alice.ask(start(call_id, "bob")).await);
    call_of(bob.ask(accept(call_id)).await);
    let share = |screen| Command::SetMedia {
        call_id,
        audio: DeviceState::On,
        video: DeviceState::Off,
        screen: Some(screen),
    };
    for _ in 0..2 {
        assert_eq!(alice.ask(share(true)).await, Ok(Success::Done));
        assert_eq!(alice.ask(share(false)).await, Ok(Success::Done));
    }
    let refused = refusal(alice.ask(share(true)).await);
    assert_eq!(refused, ErrorKind::RateLimited);
    assert_eq!(alice.ask(share(false)).await, Ok(Success::Done));
}
