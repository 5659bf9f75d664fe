//! Somebody with a native client.

use std::fmt::Debug;

use hullo_client::protocol::{CallId, EndReason};
use hullo_client::{
    Builder, CallOptions, Client, DevicePresets, Devices, Event, Events, Media, NoDevices, Rtc,
    State, Transport, WebSocket,
};
use tokio::time::timeout;

use crate::eventually::PATIENCE;
use crate::program::Server;

pub(crate) struct Person {
    pub(crate) client: Client,
    events: Events,
    /// All that it was told.
    pub(crate) told: Vec<Event>,
    /// Those that nobody has waited for yet.
    unseen: Vec<Event>,
}

/// A client to be, at the server.
pub(crate) fn builder(server: &Server) -> Builder<WebSocket> {
    let address = format!("http://{}", server.address);
    Client::builder(&address, server.app_key.as_str()).unwrap()
}

/// Media of these devices, which the server's can be reached from.
pub(crate) async fn rtc<D: Devices>(server: &Server, devices: D) -> Rtc<D> {
    Rtc::bind(server.media.ip(), devices).await.unwrap()
}

impl Person {
    /// Signs in on a device of its own, whose microphone and camera are there.
    pub(crate) async fn login(server: &Server, accid: &str) -> Self {
        Self::login_with(server, accid, builder(server), NoDevices::default()).await
    }

    pub(crate) async fn login_with(
        server: &Server,
        accid: &str,
        builder: Builder<impl Transport>,
        devices: impl Devices,
    ) -> Self {
        let person = Self::new(server, builder, devices).await;
        let token = server.token(accid).await;
        person.client.login(accid, token).await.unwrap();
        person
    }

    /// One that is signed out.
    pub(crate) async fn new(
        server: &Server,
        builder: Builder<impl Transport>,
        devices: impl Devices,
    ) -> Self {
        Self::over(builder, rtc(server, devices).await)
    }

    /// The same with its own way of having media.
    pub(crate) fn over(builder: Builder<impl Transport>, media: impl Media) -> Self {
        let (client, events) = builder.build(media).unwrap();
        Self {
            client,
            events,
            told: Vec::new(),
            unseen: Vec::new(),
        }
    }

    /// Waits for an event that nothing has waited for yet.
    pub(crate) async fn sees<T>(
        &mut self,
        what: impl Debug,
        pick: impl Fn(&Event) -> Option<T>,
    ) -> T {
        let mut looked_at = 0;
        let search = async {
            loop {
                while let Some(event) = self.unseen.get(looked_at) {
                    if let Some(picked) = pick(event) {
                        self.unseen.remove(looked_at);
                        return picked;
                    }
                    looked_at += 1;
                }
                let event = self.events.next().await.expect("the client lives");
                self.told.push(event.clone());
                self.unseen.push(event);
            }
        };
        match timeout(PATIENCE, search).await {
            Ok(picked) => picked,
            Err(_) => panic!("not told of {what:?}; told: {:#?}", self.told),
        }
    }

    pub(crate) async fn sees_event(&mut self, wanted: &Event) {
        self.sees(wanted, |event| (event == wanted).then_some(()))
            .await;
    }

    pub(crate) async fn becomes(&mut self, wanted: State) {
        self.sees(wanted, |event| match event {
            Event::Changed { state, .. } if *state == wanted => Some(()),
            _ => None,
        })
        .await;
    }

    /// Waits for a call to end; why it has.
    pub(crate) async fn sees_end(&mut self, of: CallId) -> EndReason {
        self.sees("the end", |event| match event {
            Event::CallEnd {
                call_id, reason, ..
            } if *call_id == of => Some(*reason),
            _ => None,
        })
        .await
    }

    /// Waits for the phone to ring; who calls.
    pub(crate) async fn rings(&mut self) -> CallId {
        self.sees("a call", |event| match event {
            Event::Invited { call_id, .. } => Some(*call_id),
            _ => None,
        })
        .await
    }

    pub(crate) async fn answers(&mut self) {
        self.rings().await;
        self.client.accept(DevicePresets::NONE).await.unwrap();
    }

    /// Calls by voice.
    pub(crate) async fn calls(&self, accid: &str) -> CallId {
        let call = self.client.call(accid, CallOptions::audio()).await;
        call.unwrap().call_id
    }

    pub(crate) async fn sees_enter(&mut self, accid: &str) {
        let accid = accid.parse().unwrap();
        self.sees_event(&Event::UserEnter { accid }).await;
    }
}

/// In a call of two, whose media is connected.
pub(crate) async fn in_call(alice: &mut Person, bob: &mut Person) -> CallId {
    let call_id = alice.calls("bob").await;
    bob.answers().await;
    alice.sees_enter("bob").await;
    bob.sees_enter("alice").await;
    call_id
}
