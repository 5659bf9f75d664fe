//! What remains of calls: pages that fit, summaries, records by name, past calls.

use hullo_protocol::{
    Command, ErrorKind, Event, GroupTerms, PAGE_BYTES_MAX, ParticipantState, Platform, StartCall,
    Success,
};

use crate::client::{Client, accept, accid, call_of, dial, new_call_id, refusal, start};
use crate::program::Server;

/// As long as an accid may be, and unlike the others.
fn long_accid(number: usize) -> String {
    format!("{number:0>64}")
}

#[tokio::test]
async fn calls_of_a_hundred_with_long_names_keep_nobody_from_signing_in() {
    let server = Server::start().await;
    let everyone: Vec<String> = (0..100).map(long_accid).collect();
    let names: Vec<&str> = everyone.iter().map(String::as_str).collect();
    server.create_accounts(&names).await;
    let mut host = server.login(names[0]).await;
    for _ in 0..3 {
        let call_id = new_call_id();
        let start = StartCall {
            callees: names[1..].iter().map(|name| accid(name)).collect(),
            group: Some(GroupTerms {
                group_id: Some("\"".repeat(64)),
                ..GroupTerms::default()
            }),
            ..dial(call_id, names[1])
        };
        host.ask(Command::StartCall(start)).await.unwrap();
        host.ask(Command::Cancel { call_id }).await.unwrap();
    }
    let page = Command::ListMessages {
        with: accid(names[1]),
        before: None,
        limit: 100,
    };
    let Ok(Success::Messages { messages, more }) = host.ask(page).await else {
        panic!("no page");
    };
    assert_eq!((messages.len(), more), (3, false));
    // The host has 297 messages of these calls, and each callee has three.
    for name in [names[0], names[99]] {
        let fresh = server.login(name).await;
        assert!(
            fresh.largest_frame <= PAGE_BYTES_MAX + 1_024,
            "{}",
            fresh.largest_frame
        );
    }
}

#[tokio::test]
async fn record_is_read_by_name_by_those_who_were_in_the_call_or_called() {
    let server = Server::start().await;
    let [mut alice, mut bob, mut carol] = server.login_all(["alice", "bob", "carol"]).await;
    let call_id = new_call_id();
    let group = StartCall {
        callees: vec![accid("bob"), accid("carol")],
        group: Some(GroupTerms::default()),
        ..dial(call_id, "bob")
    };
    alice.ask(Command::StartCall(group)).await.unwrap();
    call_of(bob.ask(accept(call_id)).await);
    let reject = Command::Reject {
        call_id,
        without_token: false,
    };
    carol.ask(reject).await.unwrap();
    alice.ask(Command::End { call_id }).await.unwrap();

    let mut records = Vec::new();
    for client in [&mut alice, &mut bob, &mut carol] {
        match client.ask(Command::CallRecord { call_id }).await {
            Ok(Success::Record { record }) => records.push(*record),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(records[0].callees, [accid("bob"), accid("carol")]);
    assert_eq!(records[0], records[1]);
    // Who has declined learns nothing of how the others fared.
    let outcomes = &records[2].outcomes;
    assert_eq!(outcomes.len(), 1, "{outcomes:?}");
    assert_eq!(outcomes[0].state, ParticipantState::Rejected);
    assert!(records[2].durations.is_empty());

    let strange = new_call_id();
    alice.ask(start(strange, "bob")).await.unwrap();
    alice
        .ask(Command::Cancel { call_id: strange })
        .await
        .unwrap();
    let asked = carol.ask(Command::CallRecord { call_id: strange }).await;
    assert_eq!(refusal(asked), ErrorKind::CallNotFound);
}

#[tokio::test]
async fn recents_are_the_own_calls_with_everybody_and_what_was_missed() {
    let server = Server::start().await;
    let [mut alice, mut bob] = server.login_all(["alice", "bob"]).await;
    let rejected = new_call_id();
    alice.ask(start(rejected, "bob")).await.unwrap();
    let reject = Command::Reject {
        call_id: rejected,
        without_token: false,
    };
    bob.ask(reject).await.unwrap();
    let cancelled = new_call_id();
    alice.ask(start(cancelled, "bob")).await.unwrap();
    let cancel = Command::Cancel { call_id: cancelled };
    alice.ask(cancel).await.unwrap();
    let group = new_call_id();
    let start_group = StartCall {
        callees: vec![accid("alice"), accid("carol")],
        group: Some(GroupTerms::default()),
        ..dial(group, "alice")
    };
    bob.ask(Command::StartCall(start_group)).await.unwrap();
    call_of(alice.ask(accept(group)).await);
    bob.ask(Command::End { call_id: group }).await.unwrap();

    let list = |before, limit| Command::ListCalls { before, limit };
    let page = |answer| match answer {
        Ok(Success::Calls {
            calls,
            more,
            missed,
            ..
        }) => (calls, more, missed),
        other => panic!("{other:?}"),
    };
    let (calls, more, missed) = page(bob.ask(list(None, 2)).await);
    assert_eq!((calls.len(), more, missed), (2, true, 1));
    assert_eq!(calls[0].summary.call_id, group);
    assert_eq!(calls[0].summary.caller, accid("bob"));
    let others: Vec<_> = calls[0]
        .others
        .iter()
        .map(|one| one.name.as_deref())
        .collect();
    assert_eq!(others, [Some("ALICE"), Some("CAROL")]);
    assert_eq!(calls[1].summary.call_id, cancelled);
    assert!(calls[1].missed && !calls[0].missed);
    let (older, more, _) = page(bob.ask(list(Some(calls[1].id), 2)).await);
    assert_eq!((older.len(), more), (1, false));
    assert_eq!(older[0].summary.outcome, ParticipantState::Rejected);
    assert!(!older[0].missed);
    assert_eq!(refusal(bob.ask(list(None, 0)).await), ErrorKind::BadRequest);
}

#[tokio::test]
async fn calls_that_were_read_on_one_device_are_read_on_all() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    let mut bob = server.login("bob").await;
    let (mut desk, _) = server.login_on("bob", "desk", Platform::Web).await;
    for _ in 0..2 {
        let call_id = new_call_id();
        alice.ask(start(call_id, "bob")).await.unwrap();
        alice.ask(Command::Cancel { call_id }).await.unwrap();
    }
    let unread = async |client: &mut Client| {
        let list = Command::ListCalls {
            before: None,
            limit: 1,
        };
        match client.ask(list).await {
            Ok(Success::Calls {
                calls,
                missed,
                read_to,
                ..
            }) => (calls[0].id, missed, read_to),
            other => panic!("{other:?}"),
        }
    };
    let (newest, missed, read_to) = unread(&mut bob).await;
    assert_eq!((missed, read_to), (2, 0));

    // What does not exist yet cannot have been read.
    let far = Command::MarkCallsRead { up_to: u64::MAX };
    bob.ask(far).await.unwrap();
    for device in [&mut bob, &mut desk] {
        let up_to = device
            .event(|event| match event {
                Event::CallsMarkedRead { up_to } => Some(*up_to),
                _ => None,
            })
            .await;
        assert_eq!(up_to, newest);
    }
    assert_eq!(unread(&mut desk).await, (newest, 0, newest));

    // It never goes back, and survives the server.
    desk.ask(Command::MarkCallsRead { up_to: 1 }).await.unwrap();
    let server = server.restart();
    let mut bob = server.login("bob").await;
    assert_eq!(unread(&mut bob).await, (newest, 0, newest));
    let mut alice = server.login("alice").await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    alice.ask(Command::Cancel { call_id }).await.unwrap();
    assert_eq!(unread(&mut bob).await, (newest + 1, 1, newest));
}
