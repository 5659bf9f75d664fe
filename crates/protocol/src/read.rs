//! Reads what the server says from its JSON form.
//!
//! By hand, where [`ServerFrame`] has a derived `Deserialize` that does the same, because of what a page downloads: derived
//! code for tagged and flattened enums is the largest part of a client in WebAssembly. `tests/read.rs` holds the two
//! to the same form.

mod object;
mod view;

pub use object::{Object, ReadError, ReadResult, enum_value};
pub use view::group_terms;

use crate::{
    ErrorBody, Event, IceServer, Presence, QualityReport, Reply, ServerFrame, Slot, Success, Uid,
};

impl ServerFrame {
    /// Reads one frame from the server. Unknown members and unknown events are no errors.
    pub fn read(text: &str) -> ReadResult<Self> {
        let object = Object::parse(text)?;
        if object.has("re") {
            reply(object).map(Self::Reply)
        } else {
            event(object).map(Self::Event)
        }
    }
}

fn reply(mut object: Object) -> ReadResult<Reply> {
    Ok(Reply {
        re: object.number("re")?,
        ok: object.optional_object("ok")?.map(success).transpose()?,
        error: object.optional_object("error")?.map(error).transpose()?,
    })
}

fn success(mut object: Object) -> ReadResult<Success> {
    let name = object.text("is")?;
    Ok(match name.as_str() {
        "done" => Success::Done,
        "logged_in" => Success::LoggedIn {
            accid: object.parsed("accid")?,
            name: object.optional_text("name")?,
            avatar: object.optional_text("avatar")?,
            secure: object.flag("secure")?,
            token_expires_in_ms: object.number("token_expires_in_ms")?,
            snapshot: view::snapshot(object.object("snapshot")?)?,
        },
        "renewed" => Success::Renewed {
            token_expires_in_ms: object.number("token_expires_in_ms")?,
        },
        "call" => Success::Call {
            call: view::call(object.object("call")?)?,
            refused: object.optional_objects("refused", view::refused_invite)?,
        },
        "found" => Success::Found {
            calls: object.objects("calls", view::found_call)?,
        },
        "answer" => Success::Answer {
            sdp: object.text("sdp")?,
        },
        "messages" => Success::Messages {
            messages: object.objects("messages", view::message)?,
            more: object.flag("more")?,
        },
        "record" => Success::Record {
            record: Box::new(view::record(object.object("record")?)?),
        },
        "calls" => Success::Calls {
            calls: object.objects("calls", view::recent_call)?,
            more: object.flag("more")?,
            missed: object.small_number("missed")?,
            read_to: object.number("read_to")?,
        },
        "presence" => Success::Presence {
            accounts: object.objects("accounts", presence)?,
        },
        _ => return Err(ReadError::unknown("is", &name)),
    })
}

fn event(mut object: Object) -> ReadResult<Event> {
    let name = object.text("event")?;
    Ok(match name.as_str() {
        "call.invited" => Event::CallInvited {
            call: view::call(object.object("call")?)?,
            ring_ms_left: object.number("ring_ms_left")?,
        },
        "call.changed" => Event::CallChanged {
            call_id: object.parsed("call_id")?,
            base: object.number("base")?,
            version: object.number("version")?,
            delta: view::delta(object)?,
        },
        "invite.accepted_elsewhere" => Event::InviteAcceptedElsewhere {
            call_id: object.parsed("call_id")?,
        },
        "invite.rejected_elsewhere" => Event::InviteRejectedElsewhere {
            call_id: object.parsed("call_id")?,
        },
        "call.elsewhere" => Event::CallElsewhere {
            call_id: object.parsed("call_id")?,
            call: object
                .optional_object("call")?
                .map(view::call)
                .transpose()?,
        },
        "call.continued_elsewhere" => Event::CallContinuedElsewhere {
            call_id: object.parsed("call_id")?,
        },
        "call.switch_refused" => Event::SwitchRefused {
            call_id: object.parsed("call_id")?,
            media: object.enum_value("media")?,
        },
        "media.slots" => Event::MediaSlots {
            call_id: object.parsed("call_id")?,
            slots: object.objects("slots", slot)?,
        },
        "media.quality" => Event::MediaQuality {
            call_id: object.parsed("call_id")?,
            reports: object.objects("reports", quality_report)?,
        },
        "media.ice_servers" => Event::MediaIceServers {
            ice_servers: object.objects("ice_servers", ice_server)?,
        },
        "media.speakers" => Event::MediaSpeakers {
            call_id: object.parsed("call_id")?,
            uids: object.numbers("uids")?.into_iter().map(Uid).collect(),
        },
        "message.added" => Event::MessageAdded {
            message: view::message(object.object("message")?)?,
        },
        "presence.changed" => Event::PresenceChanged {
            accounts: object.objects("accounts", presence)?,
        },
        "call.marked_read" => Event::CallsMarkedRead {
            up_to: object.number("up_to")?,
        },
        "account.changed" => Event::AccountChanged {
            name: object.optional_text("name")?,
            avatar: object.optional_text("avatar")?,
        },
        "session.closed" => Event::SessionClosed {
            reason: object.enum_value("reason")?,
        },
        "session.error" => Event::SessionError {
            error: error(object.object("error")?)?,
        },
        _ => Event::Unknown,
    })
}

fn error(mut object: Object) -> ReadResult<ErrorBody> {
    Ok(ErrorBody {
        code: object.small_number("code")?,
        kind: object.enum_value("kind")?,
        message: object.text("message")?,
        retry_after_ms: object.optional_number("retry_after_ms")?,
    })
}

fn ice_server(mut object: Object) -> ReadResult<IceServer> {
    Ok(IceServer {
        urls: object.list("urls")?,
        username: object.optional_text("username")?,
        credential: object.optional_text("credential")?,
    })
}

fn slot(mut object: Object) -> ReadResult<Slot> {
    Ok(Slot {
        mid: object.text("mid")?,
        kind: object.enum_value("kind")?,
        uid: object.optional_number("uid")?.map(Uid),
    })
}

fn quality_report(mut object: Object) -> ReadResult<QualityReport> {
    Ok(QualityReport {
        accid: object.parsed("accid")?,
        up: object.enum_value("up")?,
        down: object.enum_value("down")?,
        rtt_ms: object.optional_small_number("rtt_ms")?,
        jitter_ms: object.optional_small_number("jitter_ms")?,
        loss_up_permille: object.optional_small_number("loss_up_permille")?,
        loss_down_permille: object.optional_small_number("loss_down_permille")?,
    })
}

fn presence(mut object: Object) -> ReadResult<Presence> {
    Ok(Presence {
        accid: object.parsed("accid")?,
        online: object.flag("online")?,
    })
}
