//! What kind of world a seed makes: who is in it, how bad its network is, what goes wrong.

use hullo_core::hub::{BusyPolicy, Config, DevicePolicy, REMEMBERED_BYTES, SMALL_CALL};
use hullo_protocol::{CONNECT_MS, GRACE_MS, SWITCH_MS};

use crate::dice::Dice;

/// The settings of one world.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// How many devices each account has.
    pub devices: Vec<usize>,
    pub config: Config,
    /// How long people do things, in milliseconds.
    pub people_ms: u64,
    /// The longest pause between two actions of a person.
    pub pause_ms_max: u64,
    /// Pauses are whole seconds for everyone, so that actions of different people collide.
    pub in_step: bool,
    /// The longest time of a frame in one direction, spikes aside.
    pub latency_ms_max: u64,
    /// People reload, sleep and walk out of the network.
    pub clumsy: bool,
    /// Connections break by themselves.
    pub breaking: bool,
    /// Requests are duplicated and events reordered.
    pub rough: bool,
    pub crashing: bool,
    /// The store is slow or fails at times.
    pub store_failing: bool,
    /// The clocks of devices are wrong, and do not run evenly.
    pub skewed: bool,
    /// Devices cannot be opened, token handlers fail, timers come late.
    pub poor_devices: bool,
    /// Login tokens last for seconds, those who give them out fail, are late or give old ones, and accounts are signed out.
    pub tokens_run_out: bool,
}

impl Scenario {
    /// The world of these dice. One in eight is a calm one, in which only people misbehave.
    pub fn draw(dice: &mut Dice) -> Self {
        let accounts = [2, 2, 3, 3, 4, 5][dice.index(6)];
        let devices = (0..accounts)
            .map(|_| [1, 1, 1, 2, 3][dice.index(5)])
            .collect();
        let calm = dice.chance(125);
        let mut bad = |per_mille| dice.chance(per_mille) && !calm;
        let (clumsy, breaking, rough) = (bad(600), bad(600), bad(400));
        let (crashing, store_failing, poor_devices) = (bad(400), bad(300), bad(400));
        let skewed = bad(500);
        let secure = dice.chance(200);
        let busy = [BusyPolicy::Reject, BusyPolicy::Ring][dice.index(2)];
        let policies = [
            DevicePolicy::All,
            DevicePolicy::All,
            DevicePolicy::DesktopAndMobile,
            DevicePolicy::One,
        ];
        let devices_policy = policies[dice.index(4)];
        let people_ms = dice.pick(20_000..=60_000);
        let scenario = Self {
            devices,
            config: Config {
                secure,
                connect_ms: CONNECT_MS,
                grace_ms: GRACE_MS,
                switch_ms: SWITCH_MS,
                busy,
                devices: devices_policy,
                small_call: 0,
                remembered_bytes: REMEMBERED_BYTES,
            },
            people_ms,
            pause_ms_max: [700, 2_000, 4_000, 8_000][dice.index(4)],
            in_step: dice.chance(250),
            latency_ms_max: dice.pick(2..=400),
            clumsy,
            breaking,
            rough,
            crashing,
            store_failing,
            skewed,
            poor_devices,
            tokens_run_out: false,
        };
        scenario
            .with_large_calls()
            .with_short_memory()
            .with_short_tokens(calm)
    }

    /// Worlds have few people: in most of them a call of two or three counts as a large one. Decided by what is drawn
    /// already, so that a seed makes the same world with it.
    fn with_large_calls(mut self) -> Self {
        self.config.small_call = [0, 2, 3, SMALL_CALL][self.latency_ms_max as usize % 4];
        self
    }

    /// In every fourth world only the last calls are remembered, or none at all once nobody repeats a request about it. Decided by
    /// what is drawn already, too.
    fn with_short_memory(mut self) -> Self {
        if self.people_ms.is_multiple_of(4) {
            self.config.remembered_bytes =
                [0, 4_000, 16_000, 64_000][self.people_ms as usize / 4 % 4];
        }
        self
    }

    /// In every third world. Decided by what is drawn already, too.
    fn with_short_tokens(mut self, calm: bool) -> Self {
        self.tokens_run_out = !calm && self.people_ms.is_multiple_of(3);
        self
    }
}
