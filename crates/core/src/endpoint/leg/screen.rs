//! The screen of this device: asked for, shared, taken back, or given up because another shares instead.

use hullo_protocol::{DeviceFailure, DeviceState, ErrorBody, ErrorKind};

use super::{CallLeg, local_participant};
use crate::endpoint::context::Context;
use crate::endpoint::requests::Purpose;
use crate::endpoint::{LocalDevice, Value};

/// What is known of the share besides what the device does, which stands in [`CallLeg::local`].
#[derive(Debug, Default)]
pub(super) struct ScreenShare {
    /// Who waits until the screen is captured. Invariant: nobody, unless the screen is asked for.
    tickets: Vec<u64>,
    /// The server has said that it is shared: from then on, that it is not means that another has taken its place.
    is_confirmed: bool,
}

impl CallLeg {
    /// Begins to share the screen, or ends it.
    pub(super) fn share_screen(&mut self, ticket: u64, enabled: bool, cx: &mut Context) {
        match (enabled, self.local.screen.state) {
            (true, DeviceState::On) | (false, DeviceState::Off) => {}
            (true, DeviceState::Asking) => return self.share.tickets.push(ticket),
            (true, DeviceState::Off | DeviceState::Failed) => {
                self.local.screen = LocalDevice::of(DeviceState::Asking);
                return self.share.tickets.push(ticket);
            }
            (false, _) => {
                let message = "taken back by shareScreen(false)";
                self.end_share(&ErrorBody::new(ErrorKind::ScreenDenied, message), cx);
            }
        }
        cx.complete(ticket, Ok(Value::Done));
    }

    /// The device's media says what has become of the screen that was asked for. Refused by the person, it is as it was.
    pub(in crate::endpoint) fn handle_screen(
        &mut self,
        state: DeviceState,
        failure: Option<DeviceFailure>,
        message: Option<String>,
        cx: &mut Context,
    ) {
        if !self.wants_screen() {
            return;
        }
        let denied = failure == Some(DeviceFailure::Denied);
        let (kind, left) = match state {
            DeviceState::Asking => return,
            DeviceState::On => {
                self.local.screen = LocalDevice::of(DeviceState::On);
                let tickets = std::mem::take(&mut self.share.tickets);
                return cx.complete_all(tickets, &Ok(Value::Done));
            }
            DeviceState::Failed if !denied => (
                ErrorKind::ScreenUnavailable,
                LocalDevice {
                    state: DeviceState::Failed,
                    failure,
                },
            ),
            DeviceState::Off | DeviceState::Failed => {
                (ErrorKind::ScreenDenied, LocalDevice::default())
            }
        };
        let message = message.unwrap_or_else(|| kind.text().to_owned());
        self.end_share(&ErrorBody::new(kind, message), cx);
        self.local.screen = left;
    }

    /// Whether the screen is to be captured.
    pub(super) fn wants_screen(&self) -> bool {
        matches!(
            self.local.screen.state,
            DeviceState::Asking | DeviceState::On
        )
    }

    /// Whether somebody's screen is shared, or is about to be.
    pub(super) fn needs_screen_line(&self, cx: &Context) -> bool {
        let others = self.view.participants.iter();
        let mut others = others.filter(|p| Some(&p.accid) != cx.me());
        self.wants_screen() || others.any(|p| p.screen)
    }

    /// What the server is to be told of the screen. That it is shared is said until it is confirmed, and not again: it might
    /// take the place of another that has taken its own.
    pub(super) fn screen_to_tell(&self) -> Option<bool> {
        match self.local.screen.state {
            DeviceState::On if self.share.is_confirmed => None,
            DeviceState::On => Some(true),
            DeviceState::Off | DeviceState::Asking | DeviceState::Failed => Some(false),
        }
    }

    /// Looks at what the server says of this device's screen, after each change of the call and each answer: another may have
    /// taken its place.
    pub(in crate::endpoint) fn follow_share(&mut self, cx: &mut Context) {
        if self.local.screen.state != DeviceState::On {
            return;
        }
        let is_shared = local_participant(&self.view, cx.me()).is_some_and(|own| own.screen);
        let is_waiting = |purpose| cx.requests.is_waiting(&purpose);
        let is_answered = self.media.is_screen_told()
            && !is_waiting(Purpose::SetMedia)
            && !is_waiting(Purpose::Snapshot(self.view.call_id));
        match is_shared {
            true => self.share.is_confirmed |= is_answered,
            false if is_answered || self.share.is_confirmed => {
                self.end_share(&ErrorKind::CallOver.into(), cx);
            }
            false => {}
        }
    }

    /// The screen is not shared any more; those who wait for it are told why.
    pub(super) fn end_share(&mut self, error: &ErrorBody, cx: &mut Context) {
        self.local.screen = LocalDevice::default();
        let ScreenShare { tickets, .. } = std::mem::take(&mut self.share);
        cx.complete_all(tickets, &Err(error.clone()));
    }
}
