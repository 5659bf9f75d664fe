//! The functions as a C program calls them.

mod headers;

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::callbacks::HulloCallbacks;
use crate::code::HulloCode;
use crate::*;

/// Nothing here takes that long.
const PATIENCE: Duration = Duration::from_secs(30);

/// What was called.
#[derive(Debug, PartialEq)]
enum Called {
    Event(Value),
    Answer(Value),
    AskLoginToken(u64),
    Closed,
}

/// A client and what it has called.
struct App {
    client: HulloClient,
    called: Receiver<Called>,
}

unsafe fn read(text: *const c_char) -> Value {
    // SAFETY: a text of a callback.
    serde_json::from_slice(unsafe { CStr::from_ptr(text) }.to_bytes()).unwrap()
}

unsafe fn say(context: *mut c_void, what: Called) {
    // SAFETY: the context of `App::new`, which lives until `closed`.
    let sender = unsafe { &*context.cast::<Sender<Called>>() };
    // The test may be over.
    let _ = sender.send(what);
}

unsafe extern "C" fn event(context: *mut c_void, event: *const c_char) {
    // SAFETY: as the client calls it.
    unsafe { say(context, Called::Event(read(event))) }
}

unsafe extern "C" fn answered(context: *mut c_void, answer: *const c_char) {
    // SAFETY: as the client calls it.
    unsafe { say(context, Called::Answer(read(answer))) }
}

unsafe extern "C" fn ask_login_token(context: *mut c_void, question: u64) {
    // SAFETY: as the client calls it.
    unsafe { say(context, Called::AskLoginToken(question)) }
}

unsafe extern "C" fn closed(context: *mut c_void) {
    // SAFETY: as the client calls it, for the last time.
    unsafe {
        say(context, Called::Closed);
        drop(Box::from_raw(context.cast::<Sender<Called>>()));
    }
}

fn c(text: &str) -> CString {
    CString::new(text).unwrap()
}

/// A server that is not there.
fn nowhere() -> Value {
    json!({ "server": "http://127.0.0.1:1", "app_key": "0123456789abcdef0123456789abcdef" })
}

/// A context that `closed` frees, and what comes through it.
fn context() -> (*mut c_void, Receiver<Called>) {
    let (sender, called) = channel();
    (Box::into_raw(Box::new(sender)).cast(), called)
}

impl App {
    fn new() -> Self {
        let (context, called) = context();
        let callbacks = HulloCallbacks {
            context,
            event: Some(event),
            ask_room_token: None,
            ask_login_token: Some(ask_login_token),
            closed: Some(closed),
        };
        let mut client = 0;
        // SAFETY: texts and places that live.
        let code = unsafe {
            hullo_create(
                c(&nowhere().to_string()).as_ptr(),
                &callbacks,
                null(),
                &mut client,
            )
        };
        assert_eq!(code, HulloCode::Ok, "{}", last_error());
        Self { client, called }
    }

    /// The next thing that is no event.
    fn next(&self) -> Called {
        loop {
            match self.called.recv_timeout(PATIENCE).unwrap() {
                Called::Event(_) => {}
                other => return other,
            }
        }
    }

    fn operate(&self, op: &str) -> HulloCode {
        // The answers come through a sender of their own, which is leaked: a test's worth.
        let (context, answers) = context();
        // SAFETY: texts that live, and a context that stays.
        let code = unsafe { hullo_operate(self.client, c(op).as_ptr(), Some(answered), context) };
        if code == HulloCode::Ok {
            let answer = answers.recv_timeout(PATIENCE).unwrap();
            LAST_ANSWER.set(Some(answer));
        }
        code
    }

    /// What an operation is answered.
    fn answer(&self, op: &str) -> Value {
        assert_eq!(self.operate(op), HulloCode::Ok, "{}", last_error());
        match LAST_ANSWER.take() {
            Some(Called::Answer(answer)) => answer,
            other => panic!("{other:?}"),
        }
    }
}

thread_local! {
    static LAST_ANSWER: std::cell::Cell<Option<Called>> = const { std::cell::Cell::new(None) };
}

fn last_error() -> String {
    let mut text = null_mut();
    // SAFETY: a place that lives.
    unsafe { hullo_last_error(&mut text) };
    taken(text)
}

fn taken(text: *mut c_char) -> String {
    // SAFETY: a text that a function gave out, freed once.
    unsafe {
        let copy = CStr::from_ptr(text).to_str().unwrap().to_owned();
        hullo_free(text);
        copy
    }
}

#[test]
fn operation_is_answered_once_and_closed_comes_last() {
    let app = App::new();
    let answer = app.answer(r#"{"op":"hangup"}"#);
    assert_eq!(answer, json!({ "value": { "is": "done" } }));
    let refused = app.answer(r#"{"op":"call","accid":"bob","media":"audio"}"#);
    assert_eq!(refused["error"]["kind"], "not_logged_in");
    assert_eq!(refused["error"]["code"], 20_111);
    assert_eq!(hullo_destroy(app.client), HulloCode::Ok);
    assert_eq!(app.next(), Called::Closed);
    assert!(
        app.called.recv_timeout(PATIENCE).is_err(),
        "nothing comes after it"
    );
}

#[test]
fn client_that_was_destroyed_is_none() {
    let app = App::new();
    assert_eq!(hullo_destroy(app.client), HulloCode::Ok);
    assert_eq!(hullo_destroy(app.client), HulloCode::NoClient);
    assert_eq!(app.operate(r#"{"op":"hangup"}"#), HulloCode::NoClient);
    assert_eq!(hullo_network_changed(app.client), HulloCode::NoClient);
    assert_eq!(hullo_destroy(0), HulloCode::NoClient);
    assert_ne!(App::new().client, app.client);
}

#[test]
fn what_is_under_way_when_a_client_is_destroyed_is_answered() {
    let app = App::new();
    let (context, answers) = context();
    // SAFETY: texts that live, and a context that stays.
    let code = unsafe {
        hullo_login(
            app.client,
            c("alice").as_ptr(),
            null(),
            Some(answered),
            context,
        )
    };
    assert_eq!(code, HulloCode::Ok);
    assert_eq!(app.next(), Called::AskLoginToken(1));
    assert_eq!(hullo_destroy(app.client), HulloCode::Ok);
    let Ok(Called::Answer(answer)) = answers.recv_timeout(PATIENCE) else {
        panic!("no answer");
    };
    assert_eq!(answer["error"]["kind"], "closed");
    assert_eq!(app.next(), Called::Closed);
}

#[test]
fn login_without_a_server_fails_for_the_lack_of_it() {
    let app = App::new();
    let (context, answers) = context();
    let (alice, token) = (c("alice"), c("a.b.c"));
    // SAFETY: texts that live, and a context that stays.
    let code = unsafe {
        hullo_login(
            app.client,
            alice.as_ptr(),
            token.as_ptr(),
            Some(answered),
            context,
        )
    };
    assert_eq!(code, HulloCode::Ok);
    let Ok(Called::Answer(answer)) = answers.recv_timeout(PATIENCE) else {
        panic!("no answer");
    };
    assert_eq!(answer["error"]["kind"], "no_connection");
}

#[test]
fn token_that_the_app_does_not_have_fails_the_login_with_its_reason() {
    let app = App::new();
    let (context, answers) = context();
    // SAFETY: texts that live, and a context that stays.
    unsafe {
        hullo_login(
            app.client,
            c("alice").as_ptr(),
            null(),
            Some(answered),
            context,
        )
    };
    let Called::AskLoginToken(question) = app.next() else {
        panic!("no question");
    };
    // SAFETY: texts that live.
    let give = |why: &CStr| unsafe { hullo_answer(app.client, question, null(), why.as_ptr()) };
    assert_eq!(give(c"the backend is asleep"), HulloCode::Ok);
    assert_eq!(give(c"twice"), HulloCode::NoQuestion);
    let Ok(Called::Answer(answer)) = answers.recv_timeout(PATIENCE) else {
        panic!("no answer");
    };
    assert_eq!(answer["error"]["kind"], "token_unavailable");
}

#[test]
fn mistakes_are_codes_with_words() {
    let app = App::new();
    let wrong = b"\xff\xfe\0";
    // SAFETY: null, or bytes that end with a zero.
    let operate = |op: *const c_char| unsafe { hullo_operate(app.client, op, None, null_mut()) };
    assert_eq!(operate(null()), HulloCode::Null);
    assert!(last_error().contains("the operation is null"));
    assert_eq!(operate(wrong.as_ptr().cast()), HulloCode::NotUtf8);
    for op in [
        "",
        "{",
        "[]",
        r#"{"op":"dance"}"#,
        r#"{"op":"call","accid":"no such thing","media":"audio"}"#,
    ] {
        assert_eq!(operate(c(op).as_ptr()), HulloCode::BadJson, "{op}");
    }
    let login = json!({ "op": "login", "app_key": "0123456789abcdef0123456789abcdef", "accid": "alice", "device": { "id": "d", "platform": "ios" } });
    assert_eq!(operate(c(&login.to_string()).as_ptr()), HulloCode::BadValue);
    assert!(last_error().contains("hullo_login"));
    // SAFETY: null.
    unsafe {
        assert_eq!(
            hullo_login(app.client, null(), null(), None, null_mut()),
            HulloCode::Null
        );
        assert_eq!(hullo_status(app.client, null_mut()), HulloCode::Null);
        assert_eq!(
            hullo_answer(app.client, 99, null(), null()),
            HulloCode::NoQuestion
        );
        assert_eq!(
            hullo_error_text(null(), null(), null_mut()),
            HulloCode::Null
        );
        hullo_free(null_mut());
    }
}

#[test]
fn client_that_cannot_be_made_is_a_code_with_words() {
    let callbacks = HulloCallbacks {
        context: null_mut(),
        event: None,
        ask_room_token: None,
        ask_login_token: None,
        closed: None,
    };
    let mut client = 7;
    let mut create = |config: &str| {
        // SAFETY: texts and places that live.
        unsafe { hullo_create(c(config).as_ptr(), &callbacks, null(), &mut client) }
    };
    assert_eq!(create("{}"), HulloCode::BadJson);
    let mut config = nowhere();
    config["server"] = json!("ftp://example.com");
    assert_eq!(create(&config.to_string()), HulloCode::BadValue);
    assert!(last_error().contains("https"), "{}", last_error());
    config = nowhere();
    config["app_key"] = json!("not a key");
    assert_eq!(create(&config.to_string()), HulloCode::BadValue);
    config = nowhere();
    config["store"] = json!("/proc/version");
    assert_eq!(create(&config.to_string()), HulloCode::BadValue);
    // SAFETY: texts and places that live, or null.
    unsafe {
        let config = c(&nowhere().to_string());
        assert_eq!(
            hullo_create(config.as_ptr(), null(), null(), &mut client),
            HulloCode::Null
        );
        assert_eq!(
            hullo_create(config.as_ptr(), &callbacks, null(), null_mut()),
            HulloCode::Null
        );
    }
    assert_eq!(client, 7, "nothing was written");
}

#[test]
fn devices_that_no_call_has_open_take_and_give_nothing() {
    let app = App::new();
    let mut samples = [7_i16; 480];
    // SAFETY: samples that live.
    let code = unsafe { hullo_push_audio(app.client, samples.as_ptr(), samples.len()) };
    assert_eq!(code, HulloCode::NotOpen);
    // SAFETY: samples that live.
    let code = unsafe { hullo_pull_audio(app.client, samples.as_mut_ptr(), samples.len()) };
    assert_eq!((code, samples), (HulloCode::NotOpen, [0; 480]));
    // SAFETY: null.
    unsafe {
        assert_eq!(hullo_push_audio(app.client, null(), 1), HulloCode::Null);
        assert_eq!(hullo_pull_audio(app.client, null_mut(), 1), HulloCode::Null);
        assert_eq!(hullo_push_nv12(app.client, null()), HulloCode::Null);
        assert_eq!(
            hullo_device_stopped(app.client, 9, null()),
            HulloCode::BadValue
        );
        assert_eq!(
            hullo_device_stopped(app.client, 2, null()),
            HulloCode::NotOpen
        );
    }
    let too_many = usize::MAX;
    // SAFETY: refused before anything is read.
    let code = unsafe { hullo_push_audio(app.client, samples.as_ptr(), too_many) };
    assert_eq!(code, HulloCode::BadValue);
}

#[test]
fn picture_that_is_none_is_refused() {
    let app = App::new();
    let plane = [0_u8; 24];
    let picture = HulloI420 {
        width: 4,
        height: 4,
        y: plane.as_ptr(),
        u: plane.as_ptr(),
        v: plane.as_ptr(),
        stride_y: 4,
        stride_u: 2,
        stride_v: 2,
        age_us: 0,
    };
    // SAFETY: a picture whose planes live, or null.
    let push = |picture: *const HulloI420| unsafe { hullo_push_i420(app.client, picture) };
    assert_eq!(push(&picture), HulloCode::NotOpen);
    assert_eq!(push(null()), HulloCode::Null);
    let wrong = [
        HulloI420 {
            width: 0,
            ..picture
        },
        HulloI420 {
            height: u32::MAX,
            ..picture
        },
        HulloI420 {
            stride_y: 3,
            ..picture
        },
        HulloI420 {
            stride_u: usize::MAX,
            ..picture
        },
    ];
    for picture in wrong {
        assert_eq!(push(&picture), HulloCode::BadValue, "{picture:?}");
    }
    assert_eq!(
        push(&HulloI420 {
            v: null(),
            ..picture
        }),
        HulloCode::Null
    );
}

#[test]
fn status_and_texts_are_given_out() {
    let app = App::new();
    let mut text = null_mut();
    // SAFETY: a place that lives.
    let code = unsafe { hullo_status(app.client, &mut text) };
    assert_eq!(code, HulloCode::Ok);
    let status: Value = serde_json::from_str(&taken(text)).unwrap();
    assert_eq!(
        (&status["state"], &status["account"]),
        (&json!("idle"), &Value::Null)
    );
    // SAFETY: texts and places that live.
    let code = unsafe { hullo_error_text(c"timeout".as_ptr(), c"zh".as_ptr(), &mut text) };
    assert_eq!(
        (code, taken(text).as_str()),
        (HulloCode::Ok, "服务器响应超时。")
    );
    // SAFETY: texts and places that live.
    let code = unsafe { hullo_screen_text(c"end.hungUp".as_ptr(), c"en".as_ptr(), &mut text) };
    assert_eq!((code, taken(text).as_str()), (HulloCode::Ok, "Call ended"));
    // SAFETY: texts and places that live.
    let code = unsafe { hullo_screen_text(c"no.such".as_ptr(), c"en".as_ptr(), &mut text) };
    assert_eq!(code, HulloCode::BadValue);
}

unsafe extern "C" fn destroy_from_within(context: *mut c_void, answer: *const c_char) {
    // SAFETY: the context of the test below, which lives until the test is over.
    let (client, sender) = unsafe { &*context.cast::<(HulloClient, Sender<Called>)>() };
    assert_eq!(hullo_destroy(*client), HulloCode::Ok);
    // SAFETY: as the client calls it.
    let _ = sender.send(Called::Answer(unsafe { read(answer) }));
}

#[test]
fn client_may_be_destroyed_from_inside_a_callback() {
    let app = App::new();
    let (sender, answers) = channel::<Called>();
    let context = Box::into_raw(Box::new((app.client, sender)));
    let hangup = c(r#"{"op":"hangup"}"#);
    // SAFETY: texts that live, and a context that stays.
    unsafe {
        hullo_operate(
            app.client,
            hangup.as_ptr(),
            Some(destroy_from_within),
            context.cast(),
        )
    };
    answers.recv_timeout(PATIENCE).unwrap();
    assert_eq!(app.next(), Called::Closed);
}
