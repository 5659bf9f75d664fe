//! Reads an `Input` from its JSON form.
//!
//! By hand, where `Input` has a derived `Deserialize` that does the same, because of what a page downloads: derived code
//! for these tagged enums is a third of the whole module. The tests hold the two to the same form.

use std::fmt::Display;
use std::str::FromStr;

use hullo_core::endpoint::{Input, MediaEvent, Op};
use hullo_protocol::{DeviceInfo, MessageId};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde_json::{Map, Value};

/// Why a text is not an input.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    /// Not JSON at all.
    #[error("an input is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A member is absent, or is not of the kind that it should be.
    #[error("{0} is missing or of the wrong kind")]
    Member(&'static str),
    /// A member has a value that its type does not take.
    #[error("{name}: {reason}")]
    Value {
        /// The member.
        name: &'static str,
        /// What its type says.
        reason: String,
    },
}

type Read<T> = Result<T, InputError>;

/// Reads one input.
pub(crate) fn read(text: &str) -> Read<Input> {
    let mut object = Object(serde_json::from_str(text)?);
    let name = object.text("input")?;
    Ok(match name.as_str() {
        "op" => Input::Op {
            ticket: object.number("ticket")?,
            op: op(object.object("op")?)?,
        },
        "socket_opened" => Input::SocketOpened,
        "socket_closed" => Input::SocketClosed,
        "frame" => Input::Frame {
            text: object.text("text")?,
        },
        "network_changed" => Input::NetworkChanged,
        "token" => Input::Token {
            call_id: object.parsed("call_id")?,
            token: object.optional_text("token").map(Into::into),
            error: object.optional_text("error"),
        },
        "media" => Input::Media {
            event: media_event(object.object("event")?)?,
        },
        "timeout" => Input::Timeout,
        _ => return Err(unknown("input", &name)),
    })
}

fn op(mut object: Object) -> Read<Op> {
    let name = object.text("op")?;
    Ok(match name.as_str() {
        "login" => Op::Login {
            app_key: object.parsed("app_key")?,
            accid: object.parsed("accid")?,
            token: object.text("token")?.into(),
            device: device(object.object("device")?)?,
        },
        "logout" => Op::Logout,
        "call" => Op::Call {
            accid: object.parsed("accid")?,
            media: object.word("media")?,
            attachment: object.optional_text("attachment"),
            timeout_ms: object.optional_number("timeout_ms")?,
        },
        "accept" => Op::Accept,
        "reject" => Op::Reject,
        "cancel" => Op::Cancel,
        "hangup" => Op::Hangup,
        "switch_call_type" => Op::SwitchCallType {
            media: object.word("media")?,
        },
        "answer_switch" => Op::AnswerSwitch {
            agree: object.flag("agree")?,
        },
        "mute_local_audio" => Op::MuteLocalAudio {
            muted: object.flag("muted")?,
        },
        "mute_local_video" => Op::MuteLocalVideo {
            muted: object.flag("muted")?,
        },
        "enable_local_video" => Op::EnableLocalVideo {
            enabled: object.flag("enabled")?,
        },
        "set_audio_mute" => Op::SetAudioMute {
            accid: object.parsed("accid")?,
            muted: object.flag("muted")?,
        },
        "list_messages" => Op::ListMessages {
            with: object.parsed("with")?,
            before: object.optional_number("before")?.map(MessageId),
            limit: object.small_number("limit")?,
        },
        "watch_presence" => Op::WatchPresence {
            accids: object.list("accids")?,
        },
        _ => return Err(unknown("op", &name)),
    })
}

fn device(mut object: Object) -> Read<DeviceInfo> {
    Ok(DeviceInfo {
        id: object.parsed("id")?,
        platform: object.word("platform")?,
        sdk_version: object.optional_text("sdk_version"),
    })
}

fn media_event(mut object: Object) -> Read<MediaEvent> {
    let name = object.text("event")?;
    if name == "capture_failed" {
        return Ok(MediaEvent::CaptureFailed {
            kind: object.word("kind")?,
            denied: object.flag("denied")?,
            message: object.text("message")?,
        });
    }
    let peer = object.small_number("peer")?;
    Ok(match name.as_str() {
        "offered" => MediaEvent::Offered {
            peer,
            sdp: object.text("sdp")?,
        },
        "connected" => MediaEvent::Connected { peer },
        "disconnected" => MediaEvent::Disconnected { peer },
        "failed" => MediaEvent::Failed { peer },
        "first_video_frame" => MediaEvent::FirstVideoFrame {
            peer,
            mid: object.text("mid")?,
            width: object.small_number("width")?,
            height: object.small_number("height")?,
        },
        _ => return Err(unknown("event", &name)),
    })
}

fn unknown(name: &'static str, value: &str) -> InputError {
    let reason = format!("{value} is not known");
    InputError::Value { name, reason }
}

/// A word of the protocol as its enum.
pub(crate) fn word<'de, T: Deserialize<'de>>(word: &'de str) -> Result<T, ValueError> {
    let word: StrDeserializer<'de, ValueError> = word.into_deserializer();
    T::deserialize(word)
}

/// A JSON object whose members are taken out one by one. `null` is the same as absent.
struct Object(Map<String, Value>);

impl Object {
    fn text(&mut self, name: &'static str) -> Read<String> {
        self.optional_text(name).ok_or(InputError::Member(name))
    }

    fn optional_text(&mut self, name: &'static str) -> Option<String> {
        match self.0.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    fn number(&mut self, name: &'static str) -> Read<u64> {
        self.optional_number(name)?.ok_or(InputError::Member(name))
    }

    fn optional_number(&mut self, name: &'static str) -> Read<Option<u64>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_u64().map(Some).ok_or(InputError::Member(name)),
        }
    }

    fn small_number(&mut self, name: &'static str) -> Read<u32> {
        u32::try_from(self.number(name)?).map_err(|error| refused(name, error))
    }

    fn flag(&mut self, name: &'static str) -> Read<bool> {
        self.0
            .get(name)
            .and_then(Value::as_bool)
            .ok_or(InputError::Member(name))
    }

    fn object(&mut self, name: &'static str) -> Read<Self> {
        match self.0.remove(name) {
            Some(Value::Object(members)) => Ok(Self(members)),
            _ => Err(InputError::Member(name)),
        }
    }

    fn parsed<T: FromStr<Err: Display>>(&mut self, name: &'static str) -> Read<T> {
        self.text(name)?
            .parse()
            .map_err(|error| refused(name, error))
    }

    fn word<T: for<'de> Deserialize<'de>>(&mut self, name: &'static str) -> Read<T> {
        word(&self.text(name)?).map_err(|error| refused(name, error))
    }

    fn list<T: FromStr<Err: Display>>(&mut self, name: &'static str) -> Read<Vec<T>> {
        let Some(Value::Array(items)) = self.0.remove(name) else {
            return Err(InputError::Member(name));
        };
        let parse = |item: Value| {
            let text = item.as_str().ok_or(InputError::Member(name))?;
            text.parse().map_err(|error| refused(name, error))
        };
        items.into_iter().map(parse).collect()
    }
}

fn refused(name: &'static str, reason: impl Display) -> InputError {
    let reason = reason.to_string();
    InputError::Value { name, reason }
}

#[cfg(test)]
mod tests;
