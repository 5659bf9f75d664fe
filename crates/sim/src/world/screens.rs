//! People who share their screens: what they choose when the browser asks, and its own button that ends a share. They have
//! dice of their own, and most worlds are without them.

use hullo_core::endpoint::{Input, MediaEvent, Op, State};
use hullo_protocol::{DeviceFailure, DeviceState, SlotKind};

use super::{World, WorldEvent};
use crate::observation::Page;

impl World {
    /// Whoever looks at a call begins or ends to share, now and then.
    pub(super) fn share_or_not(&mut self, page: Page, state: State) {
        if !self.screens || state != State::InCall || self.calm_at.is_some() {
            return;
        }
        let dice = &mut self.rng.screens;
        if dice.chance(500) {
            let enabled = dice.chance(750);
            if self.devices[page.device].has_open(page) {
                self.start_op(page.device, Op::ShareScreen { enabled });
            }
        }
    }

    /// The browser asks which screen; that takes as long as a person takes.
    pub(super) fn ask_for_screen(&mut self, page: Page) {
        let Some(time) = self.devices[page.device].browser.screen_asked() else {
            return;
        };
        let at = self.now.plus_ms(self.rng.screens.pick(50..=1_000));
        self.queue
            .schedule(at, WorldEvent::ScreenChosen(page, time));
    }

    pub(super) fn screen_chosen(&mut self, page: Page, time: u32) {
        if !self.asks_for_screen(page, time) {
            return;
        }
        let dice = &mut self.rng.screens;
        let failure = match (dice.chance(250), dice.chance(60)) {
            (true, _) => Some(DeviceFailure::Denied),
            (false, true) => Some(DeviceFailure::Busy),
            (false, false) => None,
        };
        let state = match failure {
            Some(_) => DeviceState::Failed,
            None => DeviceState::On,
        };
        if failure.is_none() && dice.chance(300) {
            let at = self.now.plus_ms(dice.pick(100..=20_000));
            self.queue.schedule(at, WorldEvent::ScreenEnded(page, time));
        }
        self.report_screen(page, state, failure);
    }

    pub(super) fn screen_ended(&mut self, page: Page, time: u32) {
        if self.asks_for_screen(page, time) {
            self.report_screen(page, DeviceState::Off, None);
        }
    }

    fn asks_for_screen(&self, page: Page, time: u32) -> bool {
        let device = &self.devices[page.device];
        device.has_open(page) && device.browser.screen_asked() == Some(time)
    }

    fn report_screen(&mut self, page: Page, state: DeviceState, failure: Option<DeviceFailure>) {
        let event = MediaEvent::Device {
            kind: SlotKind::Screen,
            state,
            failure,
            message: None,
        };
        self.give(page.device, Input::Media { event });
    }
}
