//! Several devices of one account, several delegates of one device, and another server.

use serde_json::json;

use crate::person::{AUDIO, IDLE, Person};
use crate::program::Server;

#[tokio::test]
#[ignore = "needs GNUstep and the built library: cargo xtask test objc"]
async fn second_device_stops_ringing_when_the_first_answers_or_declines() {
    let server = Server::start().await;
    let mut alice = Person::login(&server, "alice").await;
    let mut phone = Person::login(&server, "bob").await;
    let mut desk = Person::login(&server, "bob").await;
    alice.calls("bob", AUDIO).await.unwrap();
    desk.hears("onInvited").await;
    phone.answers().await;
    desk.hears("onOtherClientAccept").await;
    assert_eq!(desk.status_at("onOtherClientAccept"), IDLE);
    alice.hears_of("onUserEnter", "bob").await;
    alice.just("hangup").await.unwrap();
    phone.hears("onCallEnd").await;

    alice.calls("bob", AUDIO).await.unwrap();
    desk.hears("onInvited").await;
    phone.hears("onInvited").await;
    desk.just("reject").await.unwrap();
    phone.hears("onOtherClientReject").await;
    alice.hears_of("onUserReject", "bob").await;
    // One that was answered elsewhere has no end here.
    desk.hears("onCallEnd").await;
    assert_eq!((desk.count("onCallEnd"), phone.count("onCallEnd")), (1, 1));
    for person in [alice, phone, desk] {
        person.was_well_served().await;
    }
}

#[tokio::test]
#[ignore = "needs GNUstep and the built library: cargo xtask test objc"]
async fn account_that_is_signed_out_by_its_backend_is_told_once() {
    let server = Server::start().await;
    let mut bob = Person::login(&server, "bob").await;
    let (status, body) = server.http("DELETE", "/v1/accounts/bob/tokens", None).await;
    assert!(status < 300, "{status} {body}");
    let reason = bob.hears("onDisconnect").await;
    assert_eq!(
        (&reason[0]["code"], &reason[0]["message"]),
        (&20_112.into(), &"signed_out".into())
    );
    assert_eq!(bob.calls("alice", AUDIO).await.unwrap_err()["code"], 20_111);
    assert_eq!(bob.count("onDisconnect"), 1);
    bob.was_well_served().await;
}

#[tokio::test]
#[ignore = "needs GNUstep and the built library: cargo xtask test objc"]
async fn delegate_with_the_shorter_invitation_hears_it_and_none_after_it_has_gone() {
    let server = Server::start().await;
    let mut alice = Person::login(&server, "alice").await;
    let mut bob = Person::login(&server, "bob").await;
    bob.just("oldListener").await.unwrap();
    for calls in 1..=2 {
        alice.calls("bob", AUDIO).await.unwrap();
        bob.hears("onInvited").await;
        alice.just("cancel").await.unwrap();
        bob.hears("onCallEnd").await;
        assert_eq!(
            (bob.count("onInvited"), bob.count("oldInvited")),
            (calls, 1)
        );
    }
    assert_eq!(bob.hears("oldInvited").await, json!(["alice", ["bob"]]));
    assert_eq!(bob.count("oldCallEnd"), 0);
    bob.said_first("onInvited", "oldInvited");
    alice.was_well_served().await;
    bob.was_well_served().await;
}

#[tokio::test]
#[ignore = "needs GNUstep and the built library: cargo xtask test objc"]
async fn set_up_for_another_server_answers_what_was_under_way_and_goes_on_there() {
    let server = Server::start().await;
    // Nobody listens there, so that the sign-in goes on until it is given up.
    let nowhere = json!({ "server": "http://127.0.0.1:1" });
    let mut alice = Person::set_up_with(&server, nowhere).await;
    let token = server.token("alice").await;
    let signing_in = json!({ "do": "login", "user": "alice", "token": token });
    let signing_in = alice.begins(signing_in).await;
    let again = alice.set_up_command(&server);
    alice.does(again).await.unwrap();
    let answer = alice.completes(signing_in).await.unwrap_err();
    assert_eq!(answer["kind"], "closed");
    alice.signs_in("alice", &token).await.unwrap();
    alice.was_well_served().await;
}
