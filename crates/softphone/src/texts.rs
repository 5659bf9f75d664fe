//! What only this screen says, in English and Chinese; the rest are the texts of all clients (`hullo_client::texts`).

use hullo_client::State;
use hullo_client::protocol::{DeviceState, Quality};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Chinese,
}

impl Language {
    /// That of the terminal (POSIX: `LC_ALL` stands above `LC_MESSAGES`, and that above `LANG`).
    pub(crate) fn of_terminal() -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        match set.is_some_and(|value| value.starts_with("zh")) {
            true => Self::Chinese,
            false => Self::English,
        }
    }

    pub(crate) fn pick(self, english: &'static str, chinese: &'static str) -> &'static str {
        match self {
            Self::English => english,
            Self::Chinese => chinese,
        }
    }

    pub(crate) fn state(self, state: State, connected: bool) -> &'static str {
        match state {
            State::Idle if connected => self.pick("ready", "待机"),
            State::Idle => self.pick("no connection", "未连接"),
            State::Calling => self.pick("calling", "正在呼叫"),
            State::Called => self.pick("is calling you", "来电"),
            State::InCall => self.pick("in the call", "通话中"),
        }
    }

    /// As the texts of all clients name it.
    pub(crate) fn tag(self) -> &'static str {
        self.pick("en", "zh")
    }

    pub(crate) fn device(self, state: DeviceState) -> &'static str {
        match state {
            DeviceState::On => self.pick("on", "开"),
            DeviceState::Off => self.pick("off", "关"),
            DeviceState::Asking => self.pick("opening", "打开中"),
            DeviceState::Failed => self.pick("failed", "故障"),
        }
    }

    pub(crate) fn quality(self, quality: Quality) -> &'static str {
        match quality {
            Quality::Unknown => "",
            Quality::Excellent => self.pick("excellent", "极好"),
            Quality::Good => self.pick("good", "良好"),
            Quality::Poor => self.pick("fair", "一般"),
            Quality::Bad => self.pick("bad", "较差"),
            Quality::VeryBad => self.pick("very bad", "很差"),
            Quality::Down => self.pick("no packets", "断网"),
        }
    }
}
