//! What a client knows of itself, and what it tells.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use hullo_core::endpoint::{AppEvent, LocalMedia, State};
use hullo_protocol::{Accid, CallView};
use tokio::sync::mpsc::UnboundedReceiver;

/// The signed-in account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// As the app's backend created it.
    pub accid: Accid,
    /// For display.
    pub name: Option<String>,
    /// The address of its picture.
    pub avatar: Option<String>,
    /// Whether the app's calls need room tokens.
    pub secure: bool,
}

/// Where a client is: what its last [`Event::Changed`](crate::Event::Changed) said, and who is signed in.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Status {
    /// The account; `None` while signed out.
    pub account: Option<Account>,
    /// Where this device is.
    pub state: State,
    /// The call, unless idle.
    pub call: Option<CallView>,
    /// What this device's microphone, camera and screen do.
    pub local: LocalMedia,
    /// Whom this device has muted for itself in the call.
    pub audio_mutes: Vec<Accid>,
    /// The call that is on hold beside the current one.
    pub held: Option<CallView>,
    /// The invite that waits beside the current call.
    pub waiting: Option<CallView>,
    /// Calls of the account on its other devices, which [`Client::continue_here`](crate::Client::continue_here) fetches.
    pub elsewhere: Vec<CallView>,
    /// The session with the server is open. It is restored by itself when it is not.
    pub connected: bool,
    /// In a call whose connection (to the server, or of its media) is being restored.
    pub reconnecting: bool,
}

impl Status {
    /// Takes what an event says of it.
    pub(crate) fn take(&mut self, event: &AppEvent) {
        match event {
            AppEvent::Changed {
                state,
                call,
                local,
                audio_mutes,
                held,
                waiting,
                elsewhere,
                connected,
                reconnecting,
            } => {
                *self = Self {
                    account: self.account.take(),
                    state: *state,
                    call: call.clone(),
                    local: *local,
                    audio_mutes: audio_mutes.clone(),
                    held: held.clone(),
                    waiting: waiting.clone(),
                    elsewhere: elsewhere.clone(),
                    connected: *connected,
                    reconnecting: *reconnecting,
                };
            }
            AppEvent::AccountChanged { name, avatar } => {
                if let Some(account) = &mut self.account {
                    account.name.clone_from(name);
                    account.avatar.clone_from(avatar);
                }
            }
            AppEvent::Disconnect { .. } => self.account = None,
            _ => {}
        }
    }
}

/// What happens, in order. It ends with the client. Events that nobody takes are kept: whoever wants none drops this.
#[derive(Debug)]
pub struct Events(pub(crate) UnboundedReceiver<AppEvent>);

impl Events {
    /// The next one; `None` once the client is closed. Loses nothing when it is dropped before it is done.
    pub async fn next(&mut self) -> Option<AppEvent> {
        self.0.recv().await
    }
}

impl Stream for Events {
    type Item = AppEvent;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<AppEvent>> {
        self.0.poll_recv(cx)
    }
}
