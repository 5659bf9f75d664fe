//! The C face of the Hullo client. What its functions do stands in `include/hullo.h`, which is made of this.
//!
//! - here: the functions; each copies what it is handed ([`input`]) and says by a [`HulloCode`](code::HulloCode) what came of it.
//! - [`clients`]: the clients by number; [`run`]: the thread of one; [`callbacks`]: the thread that calls the app.
//! - [`devices`]: the app's microphone, loudspeaker and camera; [`questions`]: what the app is asked for.

mod answer;
mod callbacks;
mod clients;
mod code;
mod devices;
mod input;
mod questions;
mod run;

#[cfg(test)]
mod tests;

use std::ffi::{CString, c_char, c_void};
use std::slice;
use std::sync::mpsc::channel;

use hullo_client::protocol::{Accid, ErrorKind, Token};
use hullo_client::{Op, texts};

pub use crate::callbacks::{HulloCallbacks, HulloDone};
pub use crate::code::HulloCode;
pub use crate::devices::{HulloDevice, HulloDevices, HulloI420, HulloNv12, HulloOpening};

use crate::callbacks::Done;
use crate::code::{Refusal, guarded};
use crate::input::{give_text, json, optional_text, text};
use crate::questions::Gives;
use crate::run::{Config, Parts, Request};

/// A client's number. 0 is none.
pub type HulloClient = u64;

/// Makes a client, which is signed out, and writes its number to `client`. `config` is JSON:
/// {"server":"https://calls.example.com","app_key":"..."}, and where wanted "platform" ("ios", "android", "desktop", "server"),
/// "store" (the path of a file of this client's own, in which the device keeps who it is; its folder must be there) and
/// "media_address" (the address of this machine that leads to the server's media; found out when absent). `devices` may be null: then
/// microphone and camera are there, silent and dark, and nothing is played or shown.
///
/// # Safety
/// `config` is null or a text, `callbacks` and `devices` are null or point to one, `client` is null or may be written. What they
/// name may be called from other threads, with its context, until `closed` was called.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hullo_create(
    config: *const c_char,
    callbacks: *const HulloCallbacks,
    devices: *const HulloDevices,
    client: *mut HulloClient,
) -> HulloCode {
    guarded(|| {
        if client.is_null() {
            return Err(Refusal::Null("the place for the client"));
        }
        // SAFETY: as this function asks.
        let callbacks = unsafe { callbacks.as_ref() }.ok_or(Refusal::Null("callbacks"))?;
        // SAFETY: as this function asks.
        let config: Config = json(
            &unsafe { text(config, "the configuration") }?,
            "the configuration",
        )?;
        let gives = Gives {
            room_tokens: callbacks.ask_room_token.is_some(),
            login_tokens: callbacks.ask_login_token.is_some(),
        };
        // SAFETY: as this function asks.
        let devices = unsafe { devices.as_ref() }.copied();
        let (sayings, said) = channel();
        let parts = Parts {
            gives,
            devices,
            sayings,
        };
        let running = run::start(config, parts)?;
        callbacks::start(*callbacks, said)?;
        let number = clients::add(running);
        // SAFETY: not null, and as this function asks.
        unsafe { client.write(number) };
        Ok(())
    })
}

/// Gives a client up: connections and devices are given back, what is under way is answered with the error `closed`, and at the
/// end `closed` is called. A running call is not hung up by it: it goes on with the next client of this device's store, or is over
/// when none comes within the grace time. {"op":"logout"} before it ends the call and the session.
#[unsafe(no_mangle)]
pub extern "C" fn hullo_destroy(client: HulloClient) -> HulloCode {
    guarded(|| clients::remove(client))
}

/// Signs in as an account with a token of the app's backend, or, where `token` is null, with one that `ask_login_token` gives. The
/// answer is {"value":{"is":"logged_in","accid":"alice","name":null,"avatar":null,"secure":false}}.
///
/// # Safety
/// `accid` and `token` are null or texts. `done` may be called once from another thread, with `context`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hullo_login(
    client: HulloClient,
    accid: *const c_char,
    token: *const c_char,
    done: HulloDone,
    context: *mut c_void,
) -> HulloCode {
    guarded(|| {
        // SAFETY: as this function asks.
        let accid = unsafe { text(accid, "the accid") }?;
        let accid = Accid::parse(&accid).map_err(|error| Refusal::BadValue(error.to_string()))?;
        // SAFETY: as this function asks.
        let token = unsafe { optional_text(token, "the token") }?.map(Token::from);
        let done = Done::new(done, context);
        clients::of(client)?.send(Request::Login { accid, token, done })
    })
}

/// Asks for anything else: `operation` is JSON, {"op":"call","accid":"bob","media":"video"}. `done`, which may be null, is called
/// once with the answer.
///
/// # Safety
/// `operation` is null or a text. `done` may be called once from another thread, with `context`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hullo_operate(
    client: HulloClient,
    operation: *const c_char,
    done: HulloDone,
    context: *mut c_void,
) -> HulloCode {
    guarded(|| {
        // SAFETY: as this function asks.
        let op: Op = json(
            &unsafe { text(operation, "the operation") }?,
            "the operation",
        )?;
        if matches!(op, Op::Login { .. }) {
            return Err(Refusal::BadValue("sign in with hullo_login".to_owned()));
        }
        let request = Request::Operate(Box::new(op), Done::new(done, context));
        clients::of(client)?.send(request)
    })
}

/// Answers `ask_room_token` or `ask_login_token` with a token, or, where `token` is null, with why there is none, for the eyes of
/// those who look for the reason.
///
/// # Safety
/// `token` and `why` are null or texts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hullo_answer(
    client: HulloClient,
    question: u64,
    token: *const c_char,
    why: *const c_char,
) -> HulloCode {
    guarded(|| {
        // SAFETY: as this function asks.
        let token = unsafe { optional_text(token, "the token") }?;
        // SAFETY: as this function asks.
        let why = unsafe { optional_text(why, "the reason") }?;
        let none = || why.unwrap_or_else(|| "the app has no token".to_owned());
        let given = token.map(Token::from).ok_or_else(none);
        clients::of(client)?.answer(question, given)
    })
}

/// The platform says that the network has come back or is another one: connections are restored at once.
#[unsafe(no_mangle)]
pub extern "C" fn hullo_network_changed(client: HulloClient) -> HulloCode {
    guarded(|| clients::of(client)?.send(Request::NetworkChanged))
}

/// Sends what the microphone has heard since the last time, of any length: in order, from one thread at a time.
///
/// # Safety
/// `samples` is null, or `count` samples may be read from it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hullo_push_audio(
    client: HulloClient,
    samples: *const i16,
    count: usize,
) -> HulloCode {
    guarded(|| {
        check_samples(samples, count)?;
        // SAFETY: not null, not too many, and as this function asks.
        let samples = unsafe { slice::from_raw_parts(samples, count) };
        clients::of(client)?.ports().push_audio(samples)
    })
}

/// Fills `samples` with what the loudspeaker is to play next, all participants mixed; with silence where there is nothing, also where
/// the code is not HULLO_CODE_OK. Call it as fast as samples are played.
///
/// # Safety
/// `samples` is null, or `count` samples may be written to it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hullo_pull_audio(
    client: HulloClient,
    samples: *mut i16,
    count: usize,
) -> HulloCode {
    guarded(|| {
        check_samples(samples, count)?;
        // SAFETY: not null, not too many, and as this function asks.
        let samples = unsafe {
            samples.write_bytes(0, count);
            slice::from_raw_parts_mut(samples, count)
        };
        clients::of(client)?.ports().pull_audio(samples)
    })
}

/// Sends a picture of the camera. It is copied, and encoded on another thread; one that comes too early takes the place of the one
/// before.
///
/// # Safety
/// `picture` is null or points to one, whose planes are null or have as many bytes as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hullo_push_i420(
    client: HulloClient,
    picture: *const HulloI420,
) -> HulloCode {
    guarded(|| {
        // SAFETY: as this function asks.
        let picture = unsafe { picture.as_ref() }.ok_or(Refusal::Null("the picture"))?;
        // SAFETY: as this function asks.
        let picture = unsafe { devices::i420(picture) }?;
        clients::of(client)?.ports().push_picture(picture)
    })
}

/// The same for a picture in NV12.
///
/// # Safety
/// As for hullo_push_i420.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hullo_push_nv12(
    client: HulloClient,
    picture: *const HulloNv12,
) -> HulloCode {
    guarded(|| {
        // SAFETY: as this function asks.
        let picture = unsafe { picture.as_ref() }.ok_or(Refusal::Null("the picture"))?;
        // SAFETY: as this function asks.
        let picture = unsafe { devices::nv12(picture) }?;
        clients::of(client)?.ports().push_picture(picture)
    })
}

/// A device (a HulloDevice) has stopped by itself, `why` for the eyes of those who look for the reason. It is closed by it; the call
/// shows that, and {"op":"retry_device"} opens it again.
///
/// # Safety
/// `why` is null or a text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hullo_device_stopped(
    client: HulloClient,
    device: i32,
    why: *const c_char,
) -> HulloCode {
    guarded(|| {
        let device = HulloDevice::of(device)?;
        // SAFETY: as this function asks.
        let why = unsafe { optional_text(why, "the reason") }?;
        let why = why.unwrap_or_else(|| "it has stopped".to_owned());
        clients::of(client)?.ports().stopped(device, why)
    })
}

/// A kind of error by its name; of a later version, that something went wrong.
fn kind_of(name: &str) -> ErrorKind {
    serde_json::from_value(name.into()).unwrap_or(ErrorKind::Unknown)
}

/// Samples that can be: not null, and no more than memory has.
fn check_samples(samples: *const i16, count: usize) -> Result<(), Refusal> {
    if samples.is_null() {
        return Err(Refusal::Null("the samples"));
    }
    match count
        .checked_mul(2)
        .is_some_and(|bytes| isize::try_from(bytes).is_ok())
    {
        true => Ok(()),
        false => Err(Refusal::BadValue(format!("{count} samples"))),
    }
}

/// Where the client is now, as JSON: what its last event {"event":"changed"} said, and "account". Free it with hullo_free.
///
/// # Safety
/// `status` is null or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hullo_status(client: HulloClient, status: *mut *mut c_char) -> HulloCode {
    guarded(|| {
        let client = clients::of(client)?;
        // SAFETY: as this function asks.
        unsafe { give_text(&answer::status(&client.status()), status) }
    })
}

/// What to tell a person of an error of this kind ("account_not_found"): Chinese for a language that begins with "zh", and
/// otherwise English. Free it with hullo_free.
///
/// # Safety
/// `kind` and `language` are null or texts, `text` is null or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hullo_error_text(
    kind: *const c_char,
    language: *const c_char,
    text: *mut *mut c_char,
) -> HulloCode {
    guarded(|| {
        // SAFETY: as this function asks.
        let kind = unsafe { input::text(kind, "the kind") }?;
        // SAFETY: as this function asks.
        let language = unsafe { input::text(language, "the language") }?;
        // SAFETY: as this function asks.
        unsafe { give_text(texts::error(kind_of(&kind), &language), text) }
    })
}

/// The number that belongs to an error of this kind; 0 to a kind that this version does not know.
///
/// # Safety
/// `kind` is null or a text, `code` is null or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hullo_error_code(kind: *const c_char, code: *mut u32) -> HulloCode {
    guarded(|| {
        // SAFETY: as this function asks.
        let kind = unsafe { input::text(kind, "the kind") }?;
        if code.is_null() {
            return Err(Refusal::Null("the place for the number"));
        }
        // SAFETY: not null, and as this function asks.
        unsafe { code.write(kind_of(&kind).code()) };
        Ok(())
    })
}

/// A text of call screens by its name ("incoming.video", "end.noAnswer"), the same as in `@hullo/ui`; {name} and the like are
/// filled by the app. HULLO_CODE_BAD_VALUE for a name that is none. Free it with hullo_free.
///
/// # Safety
/// `name` and `language` are null or texts, `text` is null or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hullo_screen_text(
    name: *const c_char,
    language: *const c_char,
    text: *mut *mut c_char,
) -> HulloCode {
    guarded(|| {
        // SAFETY: as this function asks.
        let name = unsafe { input::text(name, "the name") }?;
        // SAFETY: as this function asks.
        let language = unsafe { input::text(language, "the language") }?;
        let found = texts::screen(&name, &language)
            .ok_or_else(|| Refusal::BadValue(format!("there is no text {name:?}")))?;
        // SAFETY: as this function asks.
        unsafe { give_text(found, text) }
    })
}

/// How a call that is over reads in a conversation, as JSON: {"direction":"outgoing","missed":false,"title":"Video call",
/// "text":"02:13"}. `summary` is the body of a message or of a recent call as JSON, `reader` the accid of who reads it. Free it
/// with hullo_free.
///
/// # Safety
/// `summary`, `reader` and `language` are null or texts, `line` is null or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hullo_record_line(
    summary: *const c_char,
    reader: *const c_char,
    language: *const c_char,
    line: *mut *mut c_char,
) -> HulloCode {
    guarded(|| {
        // SAFETY: as this function asks.
        let summary = json(&unsafe { text(summary, "the summary") }?, "the summary")?;
        // SAFETY: as this function asks.
        let reader = unsafe { text(reader, "the reader") }?;
        let reader = Accid::parse(&reader).map_err(|error| Refusal::BadValue(error.to_string()))?;
        // SAFETY: as this function asks.
        let language = unsafe { text(language, "the language") }?;
        let read = texts::record_line(&summary, &reader, &language);
        // SAFETY: as this function asks.
        unsafe { give_text(&answer::record_line(&read), line) }
    })
}

/// What the last code other than HULLO_CODE_OK on this thread meant, in English for the developer. Free it with hullo_free.
///
/// # Safety
/// `text` is null or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hullo_last_error(text: *mut *mut c_char) -> HulloCode {
    let last = code::last_error();
    // SAFETY: as this function asks.
    guarded(|| unsafe { give_text(&last, text) })
}

/// Frees a text that a function gave out; null is nothing. A text is freed once.
///
/// # Safety
/// `text` is null, or came from a function of this header and was not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hullo_free(text: *mut c_char) {
    if !text.is_null() {
        // SAFETY: it was made by `CString::into_raw` in `give_text`, and is freed once.
        drop(unsafe { CString::from_raw(text) });
    }
}
