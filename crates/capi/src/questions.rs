//! What the app is asked for: tokens.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use hullo_client::protocol::{CallId, Token, Uid};
use hullo_client::{Builder, WebSocket};
use tokio::sync::oneshot;

use crate::callbacks::Saying;
use crate::code::Refusal;

/// Which tokens the app has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gives {
    pub(crate) room_tokens: bool,
    pub(crate) login_tokens: bool,
}

/// The app's tokens that are waited for.
#[derive(Debug, Default)]
pub(crate) struct Questions {
    last: AtomicU64,
    open: Mutex<BTreeMap<u64, oneshot::Sender<Result<Token, String>>>>,
}

impl Questions {
    /// A new question, and where its answer comes.
    fn ask(&self) -> (u64, oneshot::Receiver<Result<Token, String>>) {
        let question = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let (answer, answered) = oneshot::channel();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever asked may have stopped waiting.
        open.retain(|_, waits| !waits.is_closed());
        open.insert(question, answer);
        (question, answered)
    }

    pub(crate) fn answer(
        &self,
        question: u64,
        given: Result<Token, String>,
    ) -> Result<(), Refusal> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = open.remove(&question).ok_or(Refusal::NoQuestion)?;
        // Whoever asked may have stopped waiting.
        let _ = answer.send(given);
        Ok(())
    }
}

/// Has the app asked for the tokens that it has.
pub(crate) fn asking_for_tokens(
    mut builder: Builder<WebSocket>,
    gives: Gives,
    questions: &Arc<Questions>,
    sayings: &Sender<Saying>,
) -> Builder<WebSocket> {
    if gives.room_tokens {
        let (questions, sayings) = (questions.clone(), sayings.clone());
        builder = builder.token_handler(move |call_id: CallId, uid: Uid| {
            let (question, answered) = questions.ask();
            let call_id = call_id.to_string();
            let uid = uid.0;
            let _ = sayings.send(Saying::AskRoomToken {
                question,
                call_id,
                uid,
            });
            given(answered)
        });
    }
    if gives.login_tokens {
        let (questions, sayings) = (questions.clone(), sayings.clone());
        builder = builder.token_provider(move || {
            let (question, answered) = questions.ask();
            let _ = sayings.send(Saying::AskLoginToken { question });
            given(answered)
        });
    }
    builder
}

async fn given(answered: oneshot::Receiver<Result<Token, String>>) -> Result<Token, String> {
    answered
        .await
        .unwrap_or_else(|_| Err("the app has not answered".to_owned()))
}
