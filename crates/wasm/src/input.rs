//! Reads an `Input` from its JSON form.
//!
//! By hand, where `Input` has a derived `Deserialize` that does the same, because of what a page downloads: derived code
//! for these tagged enums is a third of the whole module. The tests hold the two to the same form.

use hullo_core::endpoint::{DevicePresets, Input, MediaEvent, Op};
use hullo_protocol::read::{Object, ReadError, ReadResult, group_terms};
use hullo_protocol::{DeviceInfo, MessageId};

pub(crate) fn read(text: &str) -> ReadResult<Input> {
    let mut object = Object::parse(text)?;
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
        "page_hidden" => Input::PageHidden,
        "token" => Input::Token {
            call_id: object.parsed("call_id")?,
            token: object.optional_text("token")?.map(Into::into),
            error: object.optional_text("error")?,
        },
        "login_token" => Input::LoginToken {
            token: object.optional_text("token")?.map(Into::into),
            error: object.optional_text("error")?,
        },
        "media" => Input::Media {
            event: media_event(object.object("event")?)?,
        },
        "timeout" => Input::Timeout,
        _ => return Err(ReadError::unknown("input", &name)),
    })
}

fn op(mut object: Object) -> ReadResult<Op> {
    let name = object.text("op")?;
    Ok(match name.as_str() {
        "login" => Op::Login {
            app_key: object.parsed("app_key")?,
            accid: object.parsed("accid")?,
            token: object.optional_text("token")?.map(Into::into),
            provider: object.optional_flag("provider")?,
            device: device(object.object("device")?)?,
            cursor: object.optional_number("cursor")?.map(MessageId),
        },
        "logout" => Op::Logout,
        "list_messages" => Op::ListMessages {
            with: object.parsed("with")?,
            before: object.optional_number("before")?.map(MessageId),
            limit: object.small_number("limit")?,
        },
        "list_calls" => Op::ListCalls {
            before: object.optional_number("before")?,
            limit: object.small_number("limit")?,
        },
        "mark_calls_read" => Op::MarkCallsRead {
            up_to: object.number("up_to")?,
        },
        "call_record" => Op::CallRecord {
            call_id: object.parsed("call_id")?,
        },
        "watch_presence" => Op::WatchPresence {
            accids: object.list("accids")?,
        },
        _ => return call_op(&name, &mut object),
    })
}

fn call_op(name: &str, object: &mut Object) -> ReadResult<Op> {
    Ok(match name {
        "call" => Op::Call {
            accid: object.parsed("accid")?,
            media: object.enum_value("media")?,
            attachment: object.optional_text("attachment")?,
            timeout_ms: object.optional_number("timeout_ms")?,
            presets: presets(object)?,
        },
        "group_call" => Op::GroupCall {
            accids: object.list("accids")?,
            media: object.enum_value("media")?,
            terms: group_terms(object)?,
            attachment: object.optional_text("attachment")?,
            timeout_ms: object.optional_number("timeout_ms")?,
            presets: presets(object)?,
        },
        "group_invite" => Op::GroupInvite {
            accids: object.list("accids")?,
            attachment: object.optional_text("attachment")?,
            timeout_ms: object.optional_number("timeout_ms")?,
        },
        "join" => Op::Join {
            call_id: object.parsed("call_id")?,
            presets: presets(object)?,
        },
        "query_call" => Op::QueryCall {
            call_id: object.optional_parsed("call_id")?,
            group_id: object.optional_text("group_id")?,
        },
        "continue_here" => Op::ContinueHere {
            call_id: object.parsed("call_id")?,
            presets: presets(object)?,
        },
        "accept" => Op::Accept {
            presets: presets(object)?,
        },
        "reject" => Op::Reject,
        "cancel" => Op::Cancel,
        "hangup" => Op::Hangup,
        "leave" => Op::Leave,
        "accept_waiting" => Op::AcceptWaiting {
            call_id: object.parsed("call_id")?,
            other: object.enum_value("other")?,
            presets: presets(object)?,
        },
        "reject_waiting" => Op::RejectWaiting {
            call_id: object.parsed("call_id")?,
        },
        _ => return media_op(name, object),
    })
}

fn media_op(name: &str, object: &mut Object) -> ReadResult<Op> {
    Ok(match name {
        "switch_call_type" => Op::SwitchCallType {
            media: object.enum_value("media")?,
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
        "retry_device" => Op::RetryDevice {
            kind: object.enum_value("kind")?,
        },
        "set_audio_mute" => Op::SetAudioMute {
            accid: object.parsed("accid")?,
            muted: object.flag("muted")?,
        },
        "show_videos" => Op::ShowVideos {
            accids: object.list("accids")?,
        },
        "share_screen" => Op::ShareScreen {
            enabled: object.flag("enabled")?,
        },
        _ => return Err(ReadError::unknown("op", name)),
    })
}

fn presets(object: &mut Object) -> ReadResult<DevicePresets> {
    let mut preset = |name| match object.has(name) {
        true => object.flag(name).map(Some),
        false => Ok(None),
    };
    Ok(DevicePresets {
        audio: preset("audio")?,
        video: preset("video")?,
    })
}

fn device(mut object: Object) -> ReadResult<DeviceInfo> {
    Ok(DeviceInfo {
        id: object.parsed("id")?,
        platform: object.enum_value("platform")?,
        sdk_version: object.optional_text("sdk_version")?,
    })
}

fn media_event(mut object: Object) -> ReadResult<MediaEvent> {
    let name = object.text("event")?;
    if name == "device" {
        return Ok(MediaEvent::Device {
            kind: object.enum_value("kind")?,
            state: object.enum_value("state")?,
            failure: object.optional_enum_value("failure")?,
            message: object.optional_text("message")?,
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
        _ => return Err(ReadError::unknown("event", &name)),
    })
}

#[cfg(test)]
mod tests;
