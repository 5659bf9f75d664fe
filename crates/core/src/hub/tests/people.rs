//! How those in a call are shown: the shell knows, the call keeps it, and a change is told.

use std::collections::BTreeMap;

use hullo_protocol::*;

use super::super::{Input, Known, SessionId};
use super::Shell;
use super::shell::{accid, call_of, start};
use crate::call::Profile;

fn profile(name: &str) -> Profile {
    Profile {
        name: Some(name.to_owned()),
        avatar: Some(format!("https://example.com/{name}.png")),
    }
}

/// Alice dials bob; the shell knows both.
fn introduced(shell: &mut Shell, alice: SessionId) -> CallView {
    let call_id = shell.fresh_call();
    let id = shell.fresh();
    let request = Request {
        id,
        request_id: Some(shell.fresh_request()),
        command: Command::StartCall(start(call_id, "bob", Media::Audio)),
    };
    let known = ["Alice", "Bob"].map(|name| (accid(name), profile(name)));
    shell.feed(Input::Request {
        session: alice,
        request,
        known: Known {
            people: BTreeMap::from(known),
            ..Known::default()
        },
    });
    call_of(shell.replies[&(alice, id)].clone().into_result())
}

fn shown(call: &CallView) -> Vec<Option<&str>> {
    let participants = call.participants.iter();
    participants.map(|one| one.name.as_deref()).collect()
}

#[test]
fn everybody_in_a_call_is_shown_by_name_and_picture() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call = introduced(&mut shell, alice);
    assert_eq!(shown(&call), [Some("Alice"), Some("Bob")]);
    let invited = shell.take_events(bob);
    let [Event::CallInvited { call, .. }] = &invited[..] else {
        panic!("{invited:?}");
    };
    assert_eq!(shown(call), [Some("Alice"), Some("Bob")]);
    assert_eq!(
        call.participants[0].avatar.as_deref(),
        Some("https://example.com/Alice.png")
    );
    shell.restart(1_000);
    let bob = shell.login("bob", "b1");
    let invite = &shell.welcomed[&bob].0.invites[0];
    assert_eq!(shown(&invite.call), [Some("Alice"), Some("Bob")]);
}

#[test]
fn new_name_is_told_to_the_calls_and_the_devices_of_its_account() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    introduced(&mut shell, alice);
    shell.take_events(alice);
    shell.take_events(bob);
    shell.feed(Input::Profile {
        accid: accid("bob"),
        profile: profile("Robert"),
    });
    let told = |events: &[Event]| {
        events.iter().find_map(|event| match event {
            Event::CallChanged { delta, .. } => delta.participants[0].name.clone(),
            _ => None,
        })
    };
    assert_eq!(told(&shell.take_events(alice)).as_deref(), Some("Robert"));
    let events = shell.take_events(bob);
    assert_eq!(told(&events).as_deref(), Some("Robert"));
    let own = Event::AccountChanged {
        name: Some("Robert".to_owned()),
        avatar: Some("https://example.com/Robert.png".to_owned()),
    };
    assert!(events.contains(&own), "{events:?}");
}

/// A call of a hundred with the longest accids, names, pictures and devices, and an attachment that JSON doubles.
#[test]
fn call_of_a_hundred_fits_into_a_frame_however_its_people_are_shown() {
    let long = |number: usize| accid(&format!("{number:0>64}"));
    let dial = crate::call::Dial {
        call_id: CallId::from_u128(1),
        caller: long(0),
        device: DeviceId::parse(&"d".repeat(64)).unwrap(),
        callees: (1..PARTICIPANTS_MAX).map(long).collect(),
        group: Some(GroupTerms {
            group_id: Some("\"".repeat(GROUP_ID_BYTES_MAX)),
            ..GroupTerms::default()
        }),
        media: Media::Video,
        attachment: Some("\"".repeat(ATTACHMENT_BYTES_MAX)),
        ring_ms: 1,
        secure: true,
    };
    let now = crate::Time(0);
    let mut call = crate::call::Call::dial(dial, now);
    for participant in &mut call.participants {
        participant.profile = Profile {
            name: Some("\"".repeat(NAME_BYTES_MAX)),
            avatar: Some("\"".repeat(AVATAR_BYTES_MAX)),
        };
        participant.inviter = Some(long(0));
        participant.device = Some(DeviceId::parse(&"d".repeat(64)).unwrap());
    }
    let bytes = serde_json::to_vec(&call.view(&long(0), now)).unwrap().len();
    assert!(bytes <= 192 * 1024, "{bytes}");
}
