//! What one hears and sees of the other.

use serde_json::{Value, json};

use crate::eventually::eventually;
use crate::person::{AUDIO, Person, VIDEO};
use crate::program::Server;

/// Shades differ by no more where they are the same.
const ALIKE: i64 = 8;

/// Somebody whose microphone hears this tone and whose camera sees this shade.
async fn with_devices(server: &Server, accid: &str, hertz: u32, luma: u32) -> Person {
    let devices = json!({ "hertz": hertz, "luma": luma });
    let mut person = Person::set_up_with(server, devices).await;
    let token = server.token(accid).await;
    person.signs_in(accid, &token).await.unwrap();
    person
}

async fn senses(person: &mut Person, hertz: u32) -> Value {
    person
        .does(json!({ "do": "senses", "hertz": hertz }))
        .await
        .unwrap()
}

async fn hears_tone(person: &mut Person, hertz: u32) {
    eventually(&format!("a tone of {hertz} Hz is heard"), async || {
        let tone = senses(person, hertz).await["tone"].as_f64().unwrap();
        (tone > 0.9).then_some(())
    })
    .await;
}

async fn sees_shade(person: &mut Person, luma: i64) {
    eventually(
        &format!("pictures of the shade {luma} are seen"),
        async || {
            let seen = senses(person, 1).await["seen"].clone();
            let shade = seen[3].as_i64()?;
            let is_it = seen[0].as_i64()? > 5 && seen[1] == 320 && seen[2] == 180;
            (is_it && (shade - luma).abs() < ALIKE).then_some(())
        },
    )
    .await;
}

#[tokio::test]
#[ignore = "needs GNUstep and the built library: cargo xtask test objc"]
async fn two_hear_and_see_each_other_and_close_their_devices_with_the_call() {
    let server = Server::start().await;
    let mut alice = with_devices(&server, "alice", 440, 60).await;
    let mut bob = with_devices(&server, "bob", 1_000, 180).await;
    for (person, other) in [(&mut alice, "bob"), (&mut bob, "alice")] {
        person
            .does(json!({ "do": "look", "user": other }))
            .await
            .unwrap();
        assert_eq!(
            senses(person, 1).await["open"],
            json!([]),
            "no call, no device"
        );
    }
    alice.calls("bob", VIDEO).await.unwrap();
    bob.answers().await;
    for (person, other) in [(&mut alice, "bob"), (&mut bob, "alice")] {
        person.hears_of("onUserEnter", other).await;
        person.hears_of("onFirstVideoFrameDecoded", other).await;
    }
    hears_tone(&mut alice, 1_000).await;
    hears_tone(&mut bob, 440).await;
    sees_shade(&mut alice, 180).await;
    sees_shade(&mut bob, 60).await;
    bob.just("hangup").await.unwrap();
    for person in [&mut alice, &mut bob] {
        person.hears("onCallEnd").await;
        eventually("the devices are closed", async || {
            (senses(person, 1).await["open"] == json!([])).then_some(())
        })
        .await;
    }
    alice.was_well_served().await;
    bob.was_well_served().await;
}

#[tokio::test]
#[ignore = "needs GNUstep and the built library: cargo xtask test objc"]
async fn voice_alone_opens_no_camera_and_a_mute_is_silence() {
    let server = Server::start().await;
    let mut alice = with_devices(&server, "alice", 440, 60).await;
    let mut bob = with_devices(&server, "bob", 1_000, 180).await;
    alice.calls("bob", AUDIO).await.unwrap();
    bob.answers().await;
    hears_tone(&mut bob, 440).await;
    assert_eq!(senses(&mut alice, 1).await["open"], json!([0, 1]));
    alice
        .does(json!({ "do": "muteAudio", "muted": true }))
        .await
        .unwrap();
    bob.waits_for_mute("alice").await;
    eventually("it is silent", async || {
        (senses(&mut bob, 440).await["tone"] == 0.0).then_some(())
    })
    .await;
    hears_tone(&mut alice, 1_000).await;
    alice.was_well_served().await;
    bob.was_well_served().await;
}
