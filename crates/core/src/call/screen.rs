//! The shared screen: one in a call, that of whoever shared last.

use hullo_protocol::{Accid, CallState, DeviceId, ErrorBody, Uid};

use super::Call;

impl Call {
    /// Shares this participant's screen, which takes the place of anybody else's, or shares it no more. Who cannot share, because
    /// nobody has answered yet or the participant holds the call, shares nothing and takes nobody's place.
    pub fn share_screen(
        &mut self,
        by: &Accid,
        device: &DeviceId,
        shared: bool,
    ) -> Result<(), ErrorBody> {
        let held = self.in_call(by, device)?.held;
        let shared = shared && !held && self.state == CallState::Active;
        for participant in &mut self.participants {
            if participant.accid == *by {
                participant.screen = shared;
            } else if shared {
                participant.screen = false;
            }
        }
        Ok(())
    }

    /// The participant whose screen is shared.
    pub fn sharer(&self) -> Option<Uid> {
        let sharer = self.participants.iter().find(|own| own.screen);
        sharer.map(|own| own.uid)
    }
}
