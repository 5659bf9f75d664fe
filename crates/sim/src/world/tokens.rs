//! Login tokens: the app's backend gives them out, well or badly; the server ends the sessions whose tokens have run out, and
//! signs out the accounts whose tokens are revoked.

use hullo_core::endpoint::Input;
use hullo_protocol::{Accid, AppKey, Event, SessionClosed};

use super::{World, WorldEvent};
use crate::network::SocketId;
use crate::observation::{Observation, Page};
use crate::person;
use crate::server::{LoginToken, ServerInput};

const DAY_MS: u64 = 86_400_000;
/// How long a server whose store works may take to close the sessions of an account that is signed out.
const SIGN_OUT_MS: u64 = 5_000;
/// How long login tokens are good in a world in which they run out.
const SHORT_LIFE_MS: std::ops::RangeInclusive<u64> = 2_000..=25_000;

impl World {
    /// A token that is good now.
    pub(super) fn fresh_login_token(&mut self, accid: &Accid) -> LoginToken {
        let life_ms = match self.tokens_run_out() {
            true => self.rng.devices.pick(SHORT_LIFE_MS),
            false => DAY_MS,
        };
        LoginToken {
            generation: self.server.accounts.generation(accid),
            ends: self.now.plus_ms(life_ms),
        }
    }

    fn tokens_run_out(&self) -> bool {
        self.scenario.tokens_run_out && self.calm_at.is_none()
    }

    /// The app's provider is asked, or an app without one learns that its token is about to run out or has done so.
    pub(super) fn ask_login_token(&mut self, page: Page) {
        let bad = self.tokens_run_out();
        if bad && self.rng.devices.chance(60) {
            self.stats.count_fault("token provider never answers");
            // Without a provider it is for the person to sign in again.
            let device = &mut self.devices[page.device];
            device.signed_in &= device.provider;
            return;
        }
        let accid = self.devices[page.device].accid.clone();
        let good = self.fresh_login_token(&accid);
        let result = if bad && self.rng.devices.chance(150) {
            self.stats.count_fault("token provider fails");
            Err("the backend is down".to_owned())
        } else if bad && self.rng.devices.chance(100) {
            self.stats.count_fault("token provider gives an old token");
            Ok(LoginToken {
                ends: self.now.minus_ms(60_000),
                ..good
            })
        } else {
            Ok(good)
        };
        if bad && self.rng.devices.chance(100) {
            self.stats.count_fault("token provider answers twice");
            self.schedule_login_token(page, result.clone());
        }
        self.schedule_login_token(page, result);
    }

    fn schedule_login_token(&mut self, page: Page, result: Result<LoginToken, String>) {
        let late = self.tokens_run_out() && self.rng.devices.chance(80);
        if late {
            self.stats.count_fault("token provider is late");
        }
        let latest_ms = if late { 15_000 } else { 800 };
        let at = self.now.plus_ms(self.rng.devices.pick(5..=latest_ms));
        self.queue
            .schedule(at, WorldEvent::LoginTokenGiven(page, result));
    }

    pub(super) fn login_token_given(&mut self, page: Page, result: Result<LoginToken, String>) {
        let device = &self.devices[page.device];
        if !device.has_open(page) {
            return;
        }
        if let Ok(token) = result {
            let (accid, provider) = (device.accid.clone(), device.provider);
            let generation = self.server.accounts.generation(&accid);
            let good_until = (token.generation == generation).then_some(token.ends);
            self.observe(&Observation::LoginTokenGiven { page, good_until });
            if !provider {
                // It signs in again before the old one has run out.
                return self.log_in(page.device, &token.to_string());
            }
        }
        let (token, error) = match result {
            Ok(token) => (Some(token.to_string().into()), None),
            Err(error) => (None, Some(error)),
        };
        self.give(page.device, Input::LoginToken { token, error });
    }

    /// The app signs in.
    pub(super) fn log_in(&mut self, device: usize, token: &str) {
        let Ok(app_key) = AppKey::parse("demo") else {
            return;
        };
        let this = &self.devices[device];
        let op = person::login(
            &this.accid,
            this.info(),
            app_key,
            token,
            this.cursor,
            this.provider,
        );
        self.start_op(device, op);
    }

    /// The server ends sessions whose tokens have run out, and nothing else.
    pub(super) fn expire_sessions(&mut self) {
        let Some(process) = &self.server.process else {
            return;
        };
        for (socket, life_ms) in process.expired(self.now) {
            self.stats.count_fault("login token ran out");
            if let Some(page) = self.page_of(socket) {
                self.observe(&Observation::SessionExpired { page, life_ms });
            }
            let reason = SessionClosed::TokenExpired;
            // Plain data with string keys: this cannot fail.
            if let Ok(text) = serde_json::to_string(&Event::SessionClosed { reason }) {
                self.server_sends(socket, text, false);
            }
            self.server_closes(socket);
            self.server_receives(ServerInput::Closed { socket });
        }
    }

    pub(super) fn look_for_revoked_sessions(&mut self) {
        let then = self.now.minus_ms(SIGN_OUT_MS);
        let works = self.store_fails_until.max(self.store_slow_until) <= then;
        let Some(process) = self.server.process.as_ref().filter(|_| works) else {
            return;
        };
        for accid in process.revoked_sessions(&self.server.accounts, then) {
            self.observe(&Observation::RevokedSessionStays { accid: &accid });
        }
    }

    /// The page whose connection this is, if it has no newer one.
    fn page_of(&self, socket: SocketId) -> Option<Page> {
        let device = &self.devices[self.sockets.get(&socket)?.device];
        (device.socket == Some(socket)).then(|| device.page())
    }

    /// The app's backend signs an account out of all its devices; one that it disables cannot come back for a while.
    pub(super) fn revoke_tokens(&mut self, disable: bool) {
        if self.server.process.is_none() || self.now < self.store_fails_until {
            return;
        }
        let accid = self.accounts[self.rng.faults.index(self.accounts.len())].clone();
        self.sign_out(accid, disable);
    }

    /// Now and then an account is signed out in the moment in which it signs in.
    pub(super) fn perhaps_revoke_at_login(&mut self, socket: SocketId) {
        let works = self.now >= self.store_fails_until;
        if self.tokens_run_out() && works && self.rng.faults.chance(20) {
            let device = self.sockets.get(&socket).map(|socket| socket.device);
            if let Some(device) = device {
                let accid = self.devices[device].accid.clone();
                self.sign_out(accid, false);
            }
        }
    }

    fn sign_out(&mut self, accid: Accid, disable: bool) {
        self.server.accounts.revoke(&accid, self.now);
        if disable {
            self.stats.count_fault("account disabled");
            self.server.accounts.set_disabled(&accid, true);
            let at = self.now.plus_ms(self.rng.faults.pick(1_000..=15_000));
            self.queue
                .schedule(at, WorldEvent::AccountEnabled(accid.clone()));
        } else {
            self.stats.count_fault("tokens revoked");
        }
        self.observe(&Observation::TokensRevoked { accid: &accid });
        self.server_receives(ServerInput::Revoked(accid));
    }
}
