//! What an app is called with, and the thread that calls.

use std::ffi::{CString, c_char, c_void};
use std::sync::mpsc::Receiver;
use std::thread;

use crate::code::Refusal;

/// What a client calls. Every function may be null: what nobody wants is not said.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct HulloCallbacks {
    /// Handed to each of them. It must stay good until `closed`.
    pub context: *mut c_void,
    /// Something has happened: {"event":"invited",...}.
    pub event: Option<unsafe extern "C" fn(context: *mut c_void, event: *const c_char)>,
    /// A room token is needed for this call and this number in it (secure mode): answer with hullo_answer, now or later, within
    /// 10 seconds. Where this is null the app has no tokens, and calls that need one fail.
    pub ask_room_token: Option<
        unsafe extern "C" fn(context: *mut c_void, question: u64, call_id: *const c_char, uid: u64),
    >,
    /// A fresh login token is needed: answer with hullo_answer, now or later. Where this is null the app is told by the event
    /// `token_expiring`.
    pub ask_login_token: Option<unsafe extern "C" fn(context: *mut c_void, question: u64)>,
    /// The client is destroyed, all its operations are answered, and nothing is called any more: free the context here.
    pub closed: Option<unsafe extern "C" fn(context: *mut c_void)>,
}

/// Called once with what came of an operation: {"value":{"is":"done"}} or {"error":{"code":404,"kind":"account_not_found",
/// "message":"..."}}.
pub type HulloDone = Option<unsafe extern "C" fn(context: *mut c_void, answer: *const c_char)>;

/// A pointer of the app's, which is handed back and never looked at.
#[derive(Debug, Clone, Copy)]
struct Context(*mut c_void);

// SAFETY: it is never dereferenced here; the header says that callbacks come on another thread.
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

/// Where the answer of an operation goes.
#[derive(Debug)]
pub(crate) struct Done {
    function: HulloDone,
    context: Context,
}

impl Done {
    pub(crate) fn new(function: HulloDone, context: *mut c_void) -> Self {
        Self {
            function,
            context: Context(context),
        }
    }
}

/// What an app is to be told.
#[derive(Debug)]
pub(crate) enum Saying {
    Event(String),
    Answer(Done, String),
    AskRoomToken {
        question: u64,
        call_id: String,
        uid: u64,
    },
    AskLoginToken {
        question: u64,
    },
    Closed,
}

/// Who is called, as it may go to another thread.
struct Listener {
    callbacks: HulloCallbacks,
}

// SAFETY: functions may be called from any thread, as the header says, and the context is never dereferenced here.
unsafe impl Send for Listener {}

/// Starts the thread that calls the app, in order and one at a time, until [`Saying::Closed`] or until nobody says anything
/// any more.
pub(crate) fn start(callbacks: HulloCallbacks, said: Receiver<Saying>) -> Result<(), Refusal> {
    let listener = Listener { callbacks };
    thread::Builder::new()
        .name("hullo-callbacks".to_owned())
        .spawn(move || listener.run(&said))
        .map(drop)
        .map_err(|error| Refusal::NoResource(format!("there is no thread for callbacks: {error}")))
}

impl Listener {
    fn run(self, said: &Receiver<Saying>) {
        let context = self.callbacks.context;
        while let Ok(saying) = said.recv() {
            match saying {
                Saying::Event(event) => self.say_event(&event),
                Saying::Answer(done, answer) => say_answer(&done, &answer),
                Saying::AskRoomToken {
                    question,
                    call_id,
                    uid,
                } => self.ask_room_token(question, &call_id, uid),
                Saying::AskLoginToken { question } => {
                    if let Some(ask) = self.callbacks.ask_login_token {
                        // SAFETY: the app's function, with the context that it gave for it.
                        unsafe { ask(context, question) }
                    }
                }
                Saying::Closed => break,
            }
        }
        if let Some(closed) = self.callbacks.closed {
            // SAFETY: the app's function, with the context that it gave for it.
            unsafe { closed(context) }
        }
    }

    fn say_event(&self, event: &str) {
        let (Some(function), Some(text)) = (self.callbacks.event, c_text(event)) else {
            return;
        };
        // SAFETY: the app's function, with the context that it gave for it and a text that lives until it returns.
        unsafe { function(self.callbacks.context, text.as_ptr()) }
    }

    fn ask_room_token(&self, question: u64, call_id: &str, uid: u64) {
        let (Some(function), Some(text)) = (self.callbacks.ask_room_token, c_text(call_id)) else {
            return;
        };
        // SAFETY: the app's function, with the context that it gave for it and a text that lives until it returns.
        unsafe { function(self.callbacks.context, question, text.as_ptr(), uid) }
    }
}

fn say_answer(done: &Done, answer: &str) {
    let (Some(function), Some(text)) = (done.function, c_text(answer)) else {
        return;
    };
    // SAFETY: the app's function, with the context that it gave for it and a text that lives until it returns.
    unsafe { function(done.context.0, text.as_ptr()) }
}

/// `None` of a text with a zero byte in it, which JSON and ids have none of.
fn c_text(text: &str) -> Option<CString> {
    CString::new(text).ok()
}
