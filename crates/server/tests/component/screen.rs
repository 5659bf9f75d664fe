//! Screens, which a native client neither shares nor shows: nothing else suffers by it.

use hullo_client::protocol::{DeviceState, ErrorKind, SlotKind};
use hullo_client::{
    Event, InviteOptions, Media, MediaCommand, MediaEvent, NoDevices, Op, Rtc, State,
};
use tokio::time::timeout;

use crate::eventually::PATIENCE;
use crate::person::{Person, builder, in_call, rtc};
use crate::program::Server;

/// Media that says that it shares a screen when it is asked to, as a browser does.
struct WithScreen {
    inner: Rtc<NoDevices>,
    is_shared: bool,
}

impl Media for WithScreen {
    fn apply(&mut self, command: MediaCommand) {
        let MediaCommand::Capture {
            audio,
            video,
            screen,
        } = command
        else {
            return self.inner.apply(command);
        };
        self.is_shared |= screen;
        self.inner.apply(MediaCommand::Capture {
            audio,
            video,
            screen: false,
        });
    }

    async fn happened(&mut self) -> MediaEvent {
        if std::mem::take(&mut self.is_shared) {
            return MediaEvent::Device {
                kind: SlotKind::Screen,
                state: DeviceState::On,
                failure: None,
                message: None,
            };
        }
        self.inner.happened().await
    }
}

const SHARE: Op = Op::ShareScreen { enabled: true };

#[tokio::test]
async fn screen_that_is_not_there_cannot_be_shared_and_the_call_goes_on() {
    let server = Server::start().await;
    let mut alice = Person::login(&server, "alice").await;
    let mut bob = Person::login(&server, "bob").await;
    in_call(&mut alice, &mut bob).await;
    let shared = timeout(PATIENCE, alice.client.ask(SHARE)).await;
    let refused = shared.expect("an answer").err().unwrap();
    assert_eq!(refused.kind(), Some(ErrorKind::ScreenUnavailable));
    assert_eq!(alice.client.status().state, State::InCall);
    assert!(!alice.client.status().reconnecting);
}

#[tokio::test]
async fn call_in_which_another_shares_its_screen_goes_on_and_grows() {
    let server = Server::start().await;
    let media = WithScreen {
        inner: rtc(&server, NoDevices::default()).await,
        is_shared: false,
    };
    let mut alice = Person::over(builder(&server), media);
    let token = server.token("alice").await;
    alice.client.login("alice", token).await.unwrap();
    let mut bob = Person::login(&server, "bob").await;
    let mut carol = Person::login(&server, "carol").await;
    in_call(&mut alice, &mut bob).await;
    alice.client.ask(SHARE).await.unwrap();
    let accid = "alice".parse().unwrap();
    let shares = Event::ScreenAvailable {
        accid,
        available: true,
    };
    bob.sees_event(&shares).await;

    // More people need more m-lines.
    let more = bob.client.invite(&["carol"], InviteOptions::default());
    assert_eq!(more.await.unwrap().refused, []);
    carol.answers().await;
    bob.sees_enter("carol").await;
    assert!(!bob.client.status().reconnecting);
}
