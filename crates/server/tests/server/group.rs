//! Group calls, from the dial to the record.

use hullo_protocol::{
    CallId, CallState, CallView, Command, DeviceState, EndReason, ErrorBody, ErrorKind, GroupTerms,
    InviteMode, JoinMode, ParticipantState, ParticipantView, StartCall, Success,
};
use serde_json::{Value, json};

use crate::client::{
    Client, accept, accid, call_of, dial_group, invite, new_call_id, refusal, request_id, start,
    state_of,
};
use crate::program::Server;

/// Who could not be invited, and why.
fn refused_of(result: &Result<Success, ErrorBody>) -> Vec<(String, ErrorKind)> {
    match result {
        Ok(Success::Call { refused, .. }) => refused
            .iter()
            .map(|one| (one.accid.to_string(), one.kind))
            .collect(),
        other => panic!("no call: {other:?}"),
    }
}

/// The calls of a group that the asking account finds.
async fn find(client: &mut Client, group_id: &str) -> Vec<CallView> {
    let query = Command::Query {
        call_id: None,
        group_id: Some(group_id.to_owned()),
    };
    match client.ask(query).await {
        Ok(Success::Found { calls }) => calls.into_iter().filter_map(|found| found.call).collect(),
        other => panic!("not found: {other:?}"),
    }
}

fn join(call_id: CallId) -> Command {
    Command::Join {
        call_id,
        room_token: None,
    }
}

fn reject(call_id: CallId) -> Command {
    Command::Reject {
        call_id,
        without_token: false,
    }
}

fn on_terms(call_id: CallId, callees: &[&str], terms: GroupTerms) -> Command {
    Command::StartCall(StartCall {
        group: Some(terms),
        ..dial_group(call_id, callees)
    })
}

fn is(state: ParticipantState) -> impl Fn(&ParticipantView) -> bool {
    move |one| one.state == state
}

/// Everyone's record of a group call says where each callee's part has ended.
async fn check_outcomes(
    server: &Server,
    call_id: CallId,
    everyone: &[&str],
    expected: &[(&str, &str)],
) {
    for name in everyone {
        let record = only_record(server, name, call_id).await;
        assert_eq!(record["kind"], "group");
        assert_eq!(outcomes(&record), expected, "{name}");
    }
}

/// Where each callee's part has ended, by the HTTP API.
fn outcomes(record: &Value) -> Vec<(&str, &str)> {
    let each = record["outcomes"].as_array().unwrap().iter();
    each.map(|one| {
        (
            one["accid"].as_str().unwrap(),
            one["state"].as_str().unwrap(),
        )
    })
    .collect()
}

/// The one record of a call that an account was in.
async fn only_record(server: &Server, accid: &str, call_id: CallId) -> Value {
    let mut records = server.records(accid).await;
    records.retain(|record| record["call_id"] == json!(call_id));
    assert_eq!(records.len(), 1, "{accid}: {records:?}");
    records.remove(0)
}

#[tokio::test]
async fn each_callee_has_a_result_of_its_own_and_the_others_talk_on() {
    let server = Server::start().await;
    server.create_accounts(&["dave", "erin"]).await;
    let [mut alice, mut bob, mut carol, mut dave, mut erin] = server
        .login_all(["alice", "bob", "carol", "dave", "erin"])
        .await;
    let other = new_call_id();
    carol.ask(start(other, "erin")).await.unwrap();

    let call_id = new_call_id();
    let dial = StartCall {
        ring_ms: Some(5_000),
        ..dial_group(call_id, &["bob", "carol", "dave", "erin", "nobody"])
    };
    let dialled = alice.ask(Command::StartCall(dial)).await;
    let none = (String::from("nobody"), ErrorKind::AccountNotFound);
    assert_eq!(refused_of(&dialled), [none]);
    let call = call_of(dialled);
    assert_eq!(state_of(&call, "carol"), ParticipantState::Busy);
    assert_eq!(state_of(&call, "erin"), ParticipantState::Busy);
    assert_eq!(bob.invited().await.0.call_id, call_id);
    bob.ask(accept(call_id)).await.unwrap();
    carol.ask(Command::Cancel { call_id: other }).await.unwrap();
    erin.call_ended(other).await;

    // Those who were busy are free now: the second invitation rings.
    let more = Command::Invite(invite(call_id, &["alice", "carol", "erin"]));
    let invited = bob.ask(more).await;
    let already = (String::from("alice"), ErrorKind::AlreadyInCall);
    assert_eq!(refused_of(&invited), [already]);
    let (rung, _) = carol.invited().await;
    assert_eq!(rung.call_id, call_id);
    carol.ask(reject(call_id)).await.unwrap();
    alice
        .sees(call_id, "carol", is(ParticipantState::Rejected))
        .await;
    erin.ask(accept(call_id)).await.unwrap();
    let timed_out = alice
        .sees(call_id, "dave", is(ParticipantState::TimedOut))
        .await;
    assert_eq!(timed_out.inviter, None);
    dave.sees(call_id, "dave", is(ParticipantState::TimedOut))
        .await;
    let again = Command::Invite(invite(call_id, &["dave"]));
    alice.events.clear();
    erin.ask(again).await.unwrap();
    alice
        .sees(call_id, "dave", is(ParticipantState::Delivered))
        .await;
    dave.ask(accept(call_id)).await.unwrap();

    for one in [&mut alice, &mut dave] {
        one.ask(Command::Hangup { call_id }).await.unwrap();
    }
    bob.sees(call_id, "alice", is(ParticipantState::Left)).await;
    erin.ask(Command::Hangup { call_id }).await.unwrap();
    let end = bob.call_ended(call_id).await;
    let hung_up = (EndReason::HungUp, Some(accid("erin")));
    assert_eq!((end.reason, end.by), hung_up);

    let expected = [
        ("bob", "left"),
        ("carol", "rejected"),
        ("dave", "left"),
        ("erin", "left"),
    ];
    let everyone = ["alice", "bob", "carol", "dave", "erin"];
    check_outcomes(&server, call_id, &everyone, &expected).await;
}

#[tokio::test]
async fn running_call_is_found_by_its_group_and_joined() {
    let server = Server::start().await;
    let [mut alice, mut bob, mut carol] = server.login_all(["alice", "bob", "carol"]).await;
    let call_id = new_call_id();
    let open = GroupTerms {
        group_id: Some("kitchen".into()),
        join_mode: JoinMode::Everyone,
        ..GroupTerms::default()
    };
    alice.ask(on_terms(call_id, &["bob"], open)).await.unwrap();
    bob.ask(accept(call_id)).await.unwrap();
    let found = find(&mut carol, "kitchen").await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].participants.len(), 2);
    let call = call_of(carol.ask(join(call_id)).await);
    assert_eq!(state_of(&call, "carol"), ParticipantState::Accepted);
    alice
        .sees(call_id, "carol", is(ParticipantState::Accepted))
        .await;

    carol.ask(Command::Hangup { call_id }).await.unwrap();
    alice
        .sees(call_id, "carol", is(ParticipantState::Left))
        .await;
    carol.ask(join(call_id)).await.unwrap();
    let end = Command::End { call_id };
    assert_eq!(refusal(carol.ask(end.clone()).await), ErrorKind::Forbidden);
    assert_eq!(alice.ask(end).await, Ok(Success::Done));
    let end = carol.call_ended(call_id).await;
    assert_eq!(
        (end.reason, end.by),
        (EndReason::HungUp, Some(accid("alice")))
    );
    assert!(find(&mut carol, "kitchen").await.is_empty());
    assert_eq!(refusal(carol.ask(join(call_id)).await), ErrorKind::CallOver);
    assert_eq!(server.records("carol").await[0]["group_id"], "kitchen");
}

#[tokio::test]
async fn stranger_neither_finds_nor_joins_a_call_for_the_invited() {
    let server = Server::start().await;
    let [mut alice, mut bob, mut carol] = server.login_all(["alice", "bob", "carol"]).await;
    let call_id = new_call_id();
    let closed = GroupTerms {
        group_id: Some("board".into()),
        invite_mode: InviteMode::Caller,
        join_mode: JoinMode::Invited,
        keep_last: false,
    };
    alice
        .ask(on_terms(call_id, &["bob"], closed))
        .await
        .unwrap();
    bob.ask(accept(call_id)).await.unwrap();
    assert!(find(&mut carol, "board").await.is_empty());
    assert_eq!(
        refusal(carol.ask(join(call_id)).await),
        ErrorKind::CallNotFound
    );
    let third = Command::Invite(invite(call_id, &["carol"]));
    assert_eq!(refusal(bob.ask(third.clone()).await), ErrorKind::Forbidden);
    alice.ask(third).await.unwrap();
    assert_eq!(carol.invited().await.0.call_id, call_id);
}

#[tokio::test]
async fn two_who_talk_take_in_a_third() {
    let server = Server::start().await;
    let [mut alice, mut bob, mut carol] = server.login_all(["alice", "bob", "carol"]).await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    bob.ask(accept(call_id)).await.unwrap();
    let third = Command::Invite(invite(call_id, &["carol"]));
    let call = call_of(bob.ask(third).await);
    assert!(call.group.is_some());
    let (rung, _) = carol.invited().await;
    assert_eq!(rung.call_id, call_id);
    assert_eq!(state_of(&rung, "alice"), ParticipantState::Accepted);
    let own = |one: &&ParticipantView| one.accid == accid("carol");
    let own = rung.participants.iter().find(own).unwrap();
    assert_eq!(own.inviter, Some(accid("bob")));
    carol.ask(accept(call_id)).await.unwrap();
    alice.ask(Command::Hangup { call_id }).await.unwrap();
    carol
        .sees(call_id, "alice", is(ParticipantState::Left))
        .await;
    bob.ask(Command::Hangup { call_id }).await.unwrap();
    assert_eq!(carol.call_ended(call_id).await.reason, EndReason::HungUp);
    assert_eq!(server.records("alice").await[0]["kind"], "group");
}

#[tokio::test]
async fn hundred_are_in_one_call_and_the_next_is_told_that_it_is_full() {
    let server = Server::start().await;
    let names: Vec<String> = (0..100).map(|number| format!("guest-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    server.create_accounts(&names).await;
    let mut guests = Vec::new();
    for name in &names {
        guests.push(server.login(name).await);
    }
    let call_id = new_call_id();
    let terms = GroupTerms {
        group_id: Some("all-hands".to_owned()),
        join_mode: JoinMode::Everyone,
        ..GroupTerms::default()
    };
    let dialled = guests[0].ask(on_terms(call_id, &names[1..], terms)).await;
    assert!(refused_of(&dialled).is_empty());
    for guest in &mut guests[1..] {
        assert_eq!(guest.invited().await.0.call_id, call_id);
        guest.ask(accept(call_id)).await.unwrap();
    }
    let shown = call_of(guests[99].ask(Command::CallSnapshot { call_id }).await);
    let inside = shown
        .participants
        .iter()
        .filter(|one| one.state.is_in_call());
    assert_eq!(inside.count(), 100);

    let mut alice = server.login("alice").await;
    let refused = alice.ask(join(call_id)).await;
    assert_eq!(refusal(refused), ErrorKind::ParticipantLimit);
    let one_more = Command::Invite(invite(call_id, &["alice"]));
    let refused = guests[7].ask(one_more).await;
    assert_eq!(refusal(refused), ErrorKind::ParticipantLimit);

    guests[0].ask(Command::End { call_id }).await.unwrap();
    for guest in &mut guests {
        assert_eq!(guest.call_ended(call_id).await.reason, EndReason::HungUp);
    }
    let records = server.records("guest-42").await;
    assert_eq!(outcomes(&records[0]).len(), 99);
    let (_, shown) = server
        .http("GET", &format!("/v1/calls/{call_id}"), None)
        .await;
    assert_eq!(shown["state"], json!(CallState::Ended));
    assert_eq!(shown["kind"], "group");
    assert_eq!(shown["group_id"], "all-hands");
}

#[tokio::test]
async fn group_call_goes_on_after_a_kill() {
    let mut server = Server::start().await;
    let [mut alice, mut bob, mut carol] = server.login_all(["alice", "bob", "carol"]).await;
    let call_id = new_call_id();
    let dial = Command::StartCall(dial_group(call_id, &["bob", "carol"]));
    alice.ask(dial).await.unwrap();
    bob.ask(accept(call_id)).await.unwrap();
    carol.invited().await;
    server.kill();
    let server = server.restart();
    let [mut alice, mut bob] = server.login_all(["alice", "bob"]).await;
    let (mut carol, welcome) = server
        .login_on("carol", "device-of-carol", hullo_protocol::Platform::Web)
        .await;
    assert_eq!(welcome.invites[0].call.call_id, call_id);
    carol.ask(accept(call_id)).await.unwrap();
    bob.ask(Command::Hangup { call_id }).await.unwrap();
    carol.ask(Command::Hangup { call_id }).await.unwrap();
    assert_eq!(alice.call_ended(call_id).await.reason, EndReason::HungUp);
    assert_eq!(server.records("carol").await.len(), 1);
}

#[tokio::test]
async fn burst_of_news_cuts_nobody_off_who_reads() {
    let server = Server::start().await;
    let names = ["alice", "bob", "carol", "dave", "erin", "frank"];
    server.create_accounts(&names[3..]).await;
    let mut people = server.login_all(names).await;
    let call_id = new_call_id();
    let dial = Command::StartCall(dial_group(call_id, &names[1..]));
    people[0].ask(dial).await.unwrap();
    for callee in &mut people[1..] {
        callee.invited().await;
        callee.ask(accept(call_id)).await.unwrap();
    }
    let (talking, listening) = people.split_at_mut(4);
    for toggle in 0..90 {
        for person in &mut *talking {
            let set = Command::SetMedia {
                call_id,
                audio: match toggle % 2 {
                    0 => DeviceState::On,
                    _ => DeviceState::Off,
                },
                video: DeviceState::Off,
                screen: None,
            };
            person.send(request_id(), set).await;
        }
    }
    for person in listening.iter_mut().chain(talking) {
        // More at once than a client is granted is refused, but nobody is cut off for what others do.
        let answer = person.ask(Command::Ping).await;
        assert!(matches!(
            answer.map_err(|error| error.kind),
            Ok(_) | Err(ErrorKind::RateLimited)
        ));
    }
}
