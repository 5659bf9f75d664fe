//! What the screen says, in English and Chinese.

use hullo_client::State;
use hullo_client::protocol::{DeviceState, EndReason, ParticipantState, Quality};

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

    pub(crate) fn participant(self, state: ParticipantState) -> &'static str {
        match state {
            ParticipantState::Invited | ParticipantState::Delivered => {
                self.pick("being called", "呼叫中")
            }
            ParticipantState::Ringing => self.pick("ringing", "响铃中"),
            ParticipantState::Accepted => self.pick("connecting", "连接中"),
            ParticipantState::Joined => self.pick("here", "已加入"),
            ParticipantState::Left => self.pick("has left", "已离开"),
            ParticipantState::Lost => self.pick("lost", "已断线"),
            ParticipantState::Rejected => self.pick("declined", "已拒绝"),
            ParticipantState::Busy => self.pick("busy", "忙线"),
            ParticipantState::Cancelled => self.pick("called off", "已取消"),
            ParticipantState::TimedOut => self.pick("no answer", "无人接听"),
            ParticipantState::Unreachable => self.pick("not reachable", "无法接通"),
        }
    }

    pub(crate) fn device(self, state: DeviceState) -> &'static str {
        match state {
            DeviceState::On => self.pick("on", "开"),
            DeviceState::Off => self.pick("off", "关"),
            DeviceState::Asking => self.pick("opening", "打开中"),
            DeviceState::Failed => self.pick("failed", "故障"),
        }
    }

    pub(crate) fn end(self, reason: EndReason) -> &'static str {
        match reason {
            EndReason::HungUp => self.pick("hung up", "通话结束"),
            EndReason::Cancelled => self.pick("called off", "已取消"),
            EndReason::Rejected => self.pick("declined", "对方已拒绝"),
            EndReason::Busy => self.pick("busy", "对方忙线中"),
            EndReason::TimedOut => self.pick("no answer", "无人接听"),
            EndReason::Unreachable => self.pick("not reachable", "对方无法接通"),
            EndReason::ConnectTimedOut => self.pick("no connection", "连接失败"),
            EndReason::Lost => self.pick("connection lost", "连接已断开"),
            EndReason::LoggedOut => self.pick("signed out", "账号已登出"),
            EndReason::TokenRefused => {
                self.pick("refused: no right to this room", "房间令牌被拒绝")
            }
            EndReason::Server => self.pick("ended by the server", "服务器已结束通话"),
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
