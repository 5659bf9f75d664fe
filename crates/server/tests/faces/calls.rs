//! Calls of two, from the first ring to the record.

use serde_json::{Value, json};

use crate::person::{AUDIO, CALLED, CALLING, IDLE, IN_CALL, Person, VIDEO, in_call};
use crate::program::{Options, Server};

/// The record as the message that a person is told of.
async fn hears_record(person: &mut Person) -> Value {
    person.hears("onRecvMessages").await[0].clone()
}

#[tokio::test]
#[ignore = "needs GNUstep and the built library: cargo xtask test objc"]
async fn call_is_answered_and_hung_up_and_both_receive_its_record() {
    let server = Server::start().await;
    let mut alice = Person::login(&server, "alice").await;
    let mut bob = Person::login(&server, "bob").await;
    let call =
        json!({ "do": "call", "user": "bob", "type": VIDEO, "attachment": "{\"order\":17}" });
    alice.does(call).await.unwrap();
    let invited = bob.hears("onInvited").await;
    assert_eq!(
        invited,
        json!(["alice", ["bob"], false, null, VIDEO, "{\"order\":17}"])
    );
    let members = bob.just("accept").await.unwrap();
    assert!(
        members.as_array().unwrap().contains(&json!("bob")),
        "{members}"
    );
    for (person, other) in [(&mut alice, "bob"), (&mut bob, "alice")] {
        person.hears_of("onUserEnter", other).await;
        person.hears("onJoinChannel").await;
        person.hears("onAudioAvailable").await;
    }
    assert_eq!(
        alice.just("members").await.unwrap(),
        json!(["alice", "bob"])
    );
    bob.just("hangup").await.unwrap();
    for person in [&mut alice, &mut bob] {
        person.hears("onCallEnd").await;
        let record = hears_record(person).await;
        assert_eq!(record["messageType"], 12);
        assert_eq!(
            (&record["callType"], &record["callStatus"]),
            (&json!(2), &json!(1))
        );
        assert_eq!(record["durations"], json!(["alice", "bob"]));
        assert_eq!(record["line"]["title"], "视频通话");
    }
    alice.said_in_order(&[
        "onUserAccept",
        "onUserEnter",
        "onCallEndReason",
        "onCallEnd",
    ]);
    bob.said_in_order(&["onInvited", "onUserEnter", "onCallEnd"]);
    assert_eq!(bob.status_at("onInvited"), CALLED);
    assert_eq!(alice.status_at("onUserAccept"), IN_CALL);
    assert_eq!(alice.status_at("onCallEnd"), IDLE);
    alice.was_well_served().await;
    bob.was_well_served().await;
}

#[tokio::test]
#[ignore = "needs GNUstep and the built library: cargo xtask test objc"]
async fn call_that_is_not_answered_says_why_and_leaves_a_record() {
    let server = Server::start().await;
    let mut alice = Person::login(&server, "alice").await;
    let mut bob = Person::login(&server, "bob").await;

    alice.calls("bob", AUDIO).await.unwrap();
    bob.hears("onInvited").await;
    bob.just("reject").await.unwrap();
    alice.hears_of("onUserReject", "bob").await;
    alice.hears("onCallEnd").await;
    bob.hears("onCallEnd").await;
    let record = hears_record(&mut alice).await;
    assert_eq!(
        (&record["callStatus"], &record["outgoing"]),
        (&json!(3), &json!(true))
    );
    assert_eq!(record["line"]["text"], "对方已拒绝");
    let record = hears_record(&mut bob).await;
    assert_eq!(
        (&record["from"], &record["session"]),
        (&json!("alice"), &json!("alice"))
    );
    assert_eq!(record["outgoing"], false);

    alice.calls("bob", AUDIO).await.unwrap();
    bob.hears("onInvited").await;
    alice.just("cancel").await.unwrap();
    bob.hears_of("onUserCancel", "alice").await;
    bob.hears("onCallEnd").await;
    alice.hears("onCallEnd").await;
    for person in [&mut alice, &mut bob] {
        assert_eq!(hears_record(person).await["callStatus"], 2);
        assert_eq!(person.count("onCallEnd"), 2);
    }
    alice.was_well_served().await;
    bob.was_well_served().await;
}

#[tokio::test]
#[ignore = "needs GNUstep and the built library: cargo xtask test objc"]
async fn call_that_nobody_answers_ends_when_its_time_is_over() {
    let server = Server::start().await;
    let mut alice = Person::login(&server, "alice").await;
    let mut bob = Person::login(&server, "bob").await;
    let shortest = json!({ "do": "timeout", "seconds": 1 });
    assert_eq!(alice.does(shortest).await.unwrap(), 5, "the shortest time");
    alice.calls("bob", VIDEO).await.unwrap();
    bob.hears("onInvited").await;
    alice.hears("onCallingTimeOut").await;
    for person in [&mut alice, &mut bob] {
        person.hears("onCallEnd").await;
        let record = hears_record(person).await;
        assert_eq!(
            (&record["callStatus"], &record["durations"]),
            (&json!(4), &json!([]))
        );
    }
    alice.said_in_order(&["onCallingTimeOut", "onCallEndReason", "onCallEnd"]);
    assert_eq!(
        alice.status_at("onCallingTimeOut"),
        IDLE,
        "state first, then the event"
    );
    alice.was_well_served().await;
    bob.was_well_served().await;
}

#[tokio::test]
#[ignore = "needs GNUstep and the built library: cargo xtask test objc"]
async fn busy_is_said_to_the_caller_alone() {
    let server = Server::start().await;
    let mut alice = Person::login(&server, "alice").await;
    let mut bob = Person::login(&server, "bob").await;
    let mut carol = Person::login(&server, "carol").await;
    in_call(&mut alice, &mut bob, AUDIO).await;
    carol.calls("bob", AUDIO).await.unwrap();
    carol.hears_of("onUserBusy", "bob").await;
    carol.hears("onCallEnd").await;
    assert_eq!(hears_record(&mut carol).await["callStatus"], 5);
    alice.just("hangup").await.unwrap();
    bob.hears("onCallEnd").await;
    assert_eq!((bob.count("onInvited"), bob.count("onCallEnd")), (1, 1));
    for person in [alice, bob, carol] {
        person.was_well_served().await;
    }
}

#[tokio::test]
#[ignore = "needs GNUstep and the built library: cargo xtask test objc"]
async fn audio_becomes_video_when_the_other_side_agrees_and_back_at_once() {
    let server = Server::start().await;
    let mut alice = Person::login(&server, "alice").await;
    let mut bob = Person::login(&server, "bob").await;
    in_call(&mut alice, &mut bob, AUDIO).await;
    let switching = alice.begins(json!({ "do": "switch", "type": VIDEO })).await;
    assert_eq!(bob.hears("onSwitchAsked").await, json!([VIDEO, "alice"]));
    bob.just("answerSwitch").await.unwrap();
    alice.completes(switching).await.unwrap();
    for person in [&mut alice, &mut bob] {
        assert_eq!(person.hears("onCallTypeChange").await, json!([VIDEO]));
    }
    bob.does(json!({ "do": "switch", "type": AUDIO }))
        .await
        .unwrap();
    assert_eq!(alice.hears("onCallTypeChange").await, json!([AUDIO]));
    alice.was_well_served().await;
    bob.was_well_served().await;
}

#[tokio::test]
#[ignore = "needs GNUstep and the built library: cargo xtask test objc"]
async fn camera_of_an_app_that_cannot_be_asked_stays_closed() {
    let server = Server::start().await;
    let mut alice = Person::login(&server, "alice").await;
    let mut bob = Person::login(&server, "bob").await;
    in_call(&mut alice, &mut bob, AUDIO).await;
    bob.just("stopListening").await.unwrap();
    let refused = alice.does(json!({ "do": "switch", "type": VIDEO })).await;
    let refused = refused.unwrap_err();
    assert_eq!(
        (&refused["code"], &refused["kind"]),
        (&json!(20_103), &json!("switch_refused"))
    );
    assert_eq!(bob.count("onSwitchAsked"), 0);
    alice.was_well_served().await;
    bob.was_well_served().await;
}

#[tokio::test]
#[ignore = "needs GNUstep and the built library: cargo xtask test objc"]
async fn what_cannot_be_asked_is_refused_with_the_reference_s_number() {
    let server = Server::start().await;
    let mut nobody = Person::start();
    let code = |answer: Result<Value, Value>| answer.unwrap_err()["code"].clone();
    assert_eq!(code(nobody.just("hangup").await), 20_111);
    let mut alice = Person::set_up(&server).await;
    assert_eq!(code(alice.signs_in("alice", "nonsense").await), 302);
    assert_eq!(code(alice.calls("bob", AUDIO).await), 20_111);
    let token = server.token("alice").await;
    alice.signs_in("alice", &token).await.unwrap();
    for (command, expected) in [
        ("leave", 20_009),
        ("cancel", 20_013),
        ("accept", 20_017),
        ("reject", 20_021),
        ("switch", 20_025),
    ] {
        assert_eq!(code(alice.just(command).await), expected, "{command}");
    }
    alice.just("hangup").await.unwrap();
    assert_eq!(code(alice.calls("alice", AUDIO).await), 20_110);
    assert_eq!(code(alice.calls("no such accid", AUDIO).await), 414);
    assert_eq!(code(alice.just("nonsense").await), 414);
    let refused = alice.calls("stranger", AUDIO).await.unwrap_err();
    assert_eq!(
        (&refused["code"], &refused["kind"]),
        (&json!(404), &json!("account_not_found"))
    );
    assert_eq!(refused["text"], "账号不存在。");
    assert_eq!(refused["domain"], "com.netease.nmc.rtc.error");
    let mute = json!({ "do": "muteUser", "user": "bob" });
    assert_eq!(code(alice.does(mute).await), 20_100);

    let mut bob = Person::login(&server, "bob").await;
    alice.calls("bob", AUDIO).await.unwrap();
    bob.hears("onInvited").await;
    assert_eq!(code(alice.calls("carol", AUDIO).await), 20_002);
    assert_eq!(code(bob.calls("carol", AUDIO).await), 20_003);
    bob.just("accept").await.unwrap();
    alice.hears_of("onUserEnter", "bob").await;
    assert_eq!(code(alice.calls("carol", AUDIO).await), 20_004);
    assert_eq!(code(alice.just("cancel").await), 20_016);
    alice
        .does(json!({ "do": "muteUser", "user": "BOB" }))
        .await
        .unwrap();
    assert_eq!(
        alice
            .does(json!({ "do": "muteAudio", "muted": true }))
            .await
            .unwrap(),
        0
    );
    bob.waits_for_mute("alice").await;
    for person in [nobody, alice, bob] {
        person.was_well_served().await;
    }
}

#[tokio::test]
#[ignore = "needs GNUstep and the built library: cargo xtask test objc"]
async fn secure_calls_ask_the_app_s_token_handler() {
    let server = Server::start_with(Options {
        secure: true,
        ..Options::default()
    })
    .await;
    let mut alice = Person::login(&server, "alice").await;
    let mut bob = Person::login(&server, "bob").await;
    for person in [&mut alice, &mut bob] {
        person.just("tokenHandler").await.unwrap();
    }
    let calling = alice
        .begins(json!({ "do": "call", "user": "bob", "type": AUDIO }))
        .await;
    gives_token(&server, &mut alice, "alice", 1).await;
    alice.completes(calling).await.unwrap();
    bob.hears("onInvited").await;
    let accepting = bob.begins(json!({ "do": "accept" })).await;
    gives_token(&server, &mut bob, "bob", 2).await;
    bob.completes(accepting).await.unwrap();
    alice.hears_of("onUserEnter", "bob").await;
    bob.hears_of("onUserEnter", "alice").await;
    alice.was_well_served().await;
    bob.was_well_served().await;
}

/// Waits for the app to be asked for a room token, and gives it.
async fn gives_token(server: &Server, person: &mut Person, accid: &str, uid: u64) {
    let asked = person.hears("tokenHandler").await;
    assert_eq!(asked[0], uid);
    let call_id = serde_json::from_value(asked[1].clone()).unwrap();
    let token = server.room_token(call_id, accid, uid).await;
    person
        .does(json!({ "do": "token", "token": token }))
        .await
        .unwrap();
}

#[tokio::test]
#[ignore = "needs GNUstep and the built library: cargo xtask test objc"]
async fn secure_call_of_an_app_without_a_token_handler_rings_nobody() {
    let server = Server::start_with(Options {
        secure: true,
        ..Options::default()
    })
    .await;
    let mut alice = Person::login(&server, "alice").await;
    let mut bob = Person::login(&server, "bob").await;
    let refused = alice.calls("bob", AUDIO).await.unwrap_err();
    assert_eq!(refused["kind"], "token_unavailable");
    assert!(bob.just("reject").await.is_err(), "nothing rings");
    assert_eq!(bob.count("onInvited"), 0);
    alice.was_well_served().await;
    bob.was_well_served().await;
}

#[tokio::test]
#[ignore = "needs GNUstep and the built library: cargo xtask test objc"]
async fn sign_out_ends_the_call_for_both() {
    let server = Server::start().await;
    let mut alice = Person::login(&server, "alice").await;
    let mut bob = Person::login(&server, "bob").await;
    in_call(&mut alice, &mut bob, AUDIO).await;
    assert_eq!(alice.status_at("onUserRinging"), CALLING);
    alice.just("logout").await.unwrap();
    alice.hears("onCallEnd").await;
    bob.hears("onCallEnd").await;
    assert!(bob.count("onCallEnd") == 1 && alice.count("onCallEnd") == 1);
    assert_eq!(alice.calls("bob", AUDIO).await.unwrap_err()["code"], 20_111);
    alice.was_well_served().await;
    bob.was_well_served().await;
}
