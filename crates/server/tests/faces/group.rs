//! Calls of several.

use serde_json::json;

use crate::person::{AUDIO, Person, VIDEO};
use crate::program::Server;

#[tokio::test]
#[ignore = "needs GNUstep and the built library: cargo xtask test objc"]
async fn group_goes_on_without_the_one_who_declines_and_the_one_who_leaves() {
    let server = Server::start().await;
    let mut alice = Person::login(&server, "alice").await;
    let mut bob = Person::login(&server, "bob").await;
    let mut carol = Person::login(&server, "carol").await;
    let call = json!({
        "do": "groupCall", "users": ["bob", "carol", "stranger"], "group": "team-7", "type": VIDEO,
    });
    alice.does(call).await.unwrap();
    let refused = alice.hears("onUserNotInvited").await;
    assert_eq!(
        (&refused[0], &refused[1]["kind"], &refused[1]["code"]),
        (&json!("stranger"), &json!("account_not_found"), &json!(404))
    );
    let invited = bob.hears("onInvited").await;
    assert_eq!(
        (&invited[0], &invited[2], &invited[3], &invited[4]),
        (
            &json!("alice"),
            &json!(true),
            &json!("team-7"),
            &json!(VIDEO)
        )
    );
    let invitees = invited[1].as_array().unwrap();
    assert!(
        invitees.contains(&json!("bob")) && invitees.contains(&json!("carol")),
        "{invited}"
    );
    let members = bob.just("accept").await.unwrap();
    assert!(
        members.as_array().unwrap().contains(&json!("alice")),
        "{members}"
    );
    carol.hears("onInvited").await;
    carol.just("reject").await.unwrap();
    carol.hears("onCallEnd").await;
    alice.hears_of("onUserAccept", "bob").await;
    alice.hears_of("onUserEnter", "bob").await;
    alice.hears_of("onUserReject", "carol").await;

    let invite = json!({ "do": "groupInvite", "users": ["carol"] });
    alice.does(invite).await.unwrap();
    carol.answers().await;
    bob.hears_of("onUserEnter", "carol").await;
    alice.hears_of("onUserEnter", "carol").await;
    bob.just("leave").await.unwrap();
    bob.hears("onCallEnd").await;
    carol.hears_of("onUserLeave", "bob").await;
    assert_eq!(
        carol.just("members").await.unwrap(),
        json!(["alice", "carol"])
    );
    alice.just("hangup").await.unwrap();
    carol.hears("onCallEnd").await;
    alice.hears("onCallEnd").await;
    assert_eq!((alice.count("onCallEnd"), bob.count("onCallEnd")), (1, 1));
    assert_eq!(carol.count("onCallEnd"), 2, "the declined one, and this");
    for person in [alice, bob, carol] {
        person.was_well_served().await;
    }
}

#[tokio::test]
#[ignore = "needs GNUstep and the built library: cargo xtask test objc"]
async fn group_that_nobody_can_be_invited_to_is_none() {
    let server = Server::start().await;
    let mut alice = Person::login(&server, "alice").await;
    let call = json!({ "do": "groupCall", "users": ["stranger"], "type": AUDIO });
    let refused = alice.does(call).await.unwrap_err();
    assert_eq!(refused["kind"], "account_not_found");
    let none = json!({ "do": "groupCall", "users": [], "type": AUDIO });
    assert!(alice.does(none).await.is_err());
    assert_eq!(alice.count("onCallEnd"), 0);
    alice.was_well_served().await;
}
