//! What the app is told, as JSON.

use hullo_client::texts::RecordLine;
use hullo_client::{Error, Event, Status, Value};
use serde::Serialize;
use serde_json::json;

/// `{"value":...}` or `{"error":{"code","kind","message"}}`.
pub(crate) fn value(answered: Result<Value, Error>) -> String {
    match answered {
        Ok(value) => text(&json!({ "value": value })),
        Err(Error::Refused(error)) => text(&json!({ "error": error })),
        Err(error) => {
            let message = error.to_string();
            text(&json!({ "error": { "code": 0, "kind": "closed", "message": message } }))
        }
    }
}

pub(crate) fn event(event: &Event) -> String {
    text(event)
}

/// The state as `Changed` says it, with the account and this device's id.
pub(crate) fn status(status: &Status) -> String {
    let account = status.account.as_ref().map(|account| {
        json!({
            "accid": account.accid,
            "name": account.name,
            "avatar": account.avatar,
            "secure": account.secure,
        })
    });
    text(&json!({
        "account": account,
        "state": status.state,
        "call": status.call,
        "local": status.local,
        "audio_mutes": status.audio_mutes,
        "held": status.held,
        "waiting": status.waiting,
        "elsewhere": status.elsewhere,
        "connected": status.connected,
        "reconnecting": status.reconnecting,
    }))
}

pub(crate) fn record_line(line: &RecordLine) -> String {
    text(&json!({
        "direction": if line.outgoing { "outgoing" } else { "incoming" },
        "missed": line.missed,
        "title": line.title,
        "text": line.text,
    }))
}

/// What these types say is JSON always: their maps have texts for keys.
fn text(what: &impl Serialize) -> String {
    serde_json::to_string(what).unwrap_or_else(|error| {
        json!({ "event": "error", "error": { "code": 500, "kind": "server", "message": error.to_string() } }).to_string()
    })
}
