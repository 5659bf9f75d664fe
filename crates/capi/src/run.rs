//! The thread of a client: it carries the app's operations to the client, and what that says to the callbacks.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use hullo_client::protocol::{Accid, CallId, Platform, Token, Uid};
use hullo_client::{Builder, Client, Error, Events, FileStore, Op, Status, WebSocket};
use serde::Deserialize;
use tokio::sync::{mpsc, oneshot, watch};

use crate::answer;
use crate::callbacks::{Done, Saying};
use crate::code::Refusal;
use crate::late_rtc::LateRtc;

/// What an app asks of a client.
#[derive(Debug)]
pub(crate) enum Request {
    Login {
        accid: Accid,
        token: Option<Token>,
        done: Done,
    },
    Operate(Box<Op>, Done),
    NetworkChanged,
}

/// How a client is to be made.
#[derive(Debug, Deserialize)]
pub(crate) struct Config {
    /// `https://calls.example.com`.
    server: String,
    app_key: String,
    /// What this device is; `ios` and others of the protocol.
    #[serde(default = "desktop")]
    platform: Platform,
    /// A file in which this device keeps who it is. Without, each start is a new device.
    #[serde(default)]
    store: Option<PathBuf>,
    /// The address of this machine that leads to the server's media; found out when absent.
    #[serde(default)]
    media_address: Option<IpAddr>,
}

fn desktop() -> Platform {
    Platform::Desktop
}

/// Which tokens the app has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gives {
    pub(crate) room_tokens: bool,
    pub(crate) login_tokens: bool,
}

/// A client on its thread. It ends when the last of these is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    requests: mpsc::UnboundedSender<Request>,
    status: watch::Receiver<Status>,
    questions: Arc<Questions>,
}

impl Running {
    pub(crate) fn send(&self, request: Request) -> Result<(), Refusal> {
        self.requests.send(request).map_err(|_| Refusal::NoClient)
    }

    pub(crate) fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    pub(crate) fn answer(
        &self,
        question: u64,
        given: Result<Token, String>,
    ) -> Result<(), Refusal> {
        self.questions.answer(question, given)
    }
}

/// The app's tokens that are waited for.
#[derive(Debug, Default)]
struct Questions {
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

    fn answer(&self, question: u64, given: Result<Token, String>) -> Result<(), Refusal> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = open.remove(&question).ok_or(Refusal::NoQuestion)?;
        // Whoever asked may have stopped waiting.
        let _ = answer.send(given);
        Ok(())
    }
}

/// Starts a client on a thread of its own; what it says goes to `sayings`.
pub(crate) fn start(
    config: Config,
    gives: Gives,
    sayings: Sender<Saying>,
) -> Result<Running, Refusal> {
    let transport = WebSocket::new(&config.server).map_err(|error| refused(&error))?;
    let questions = Arc::new(Questions::default());
    let asking = questions.clone();
    let (requests, asked) = mpsc::unbounded_channel();
    let (ready, started) = std::sync::mpsc::channel();
    let no_thread =
        |error| Refusal::NoResource(format!("there is no thread for the client: {error}"));
    thread::Builder::new()
        .name("hullo-client".to_owned())
        .spawn(move || {
            // All on this one thread, so that an answer is always given before the events that follow from it.
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let runtime = match runtime {
                Ok(runtime) => runtime,
                Err(error) => return drop(ready.send(Err(Refusal::NoResource(error.to_string())))),
            };
            runtime.block_on(async {
                let builder = Client::builder_over(transport, &config.app_key);
                let builder = asking_for_tokens(builder, gives, &asking, &sayings);
                match build(builder, config) {
                    Ok((client, events)) => {
                        // Nobody may wait any more.
                        let _ = ready.send(Ok(client.watch()));
                        serve(client, events, asked, &sayings).await;
                    }
                    Err(refusal) => drop(ready.send(Err(refusal))),
                }
            });
        })
        .map_err(no_thread)?;
    let status = started
        .recv()
        .map_err(|_| Refusal::NoResource("the client's thread has failed".to_owned()))??;
    Ok(Running {
        requests,
        status,
        questions,
    })
}

fn build(mut builder: Builder<WebSocket>, config: Config) -> Result<(Client, Events), Refusal> {
    builder = builder.platform(config.platform);
    if let Some(path) = config.store {
        builder = builder.store(FileStore::new(path));
    }
    let media = LateRtc::new(&config.server, config.media_address);
    builder.build(media).map_err(|error| refused(&error))
}

fn refused(error: &Error) -> Refusal {
    Refusal::BadValue(error.to_string())
}

fn asking_for_tokens(
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

/// Carries requests in and what comes of them out, until nobody can ask any more.
async fn serve(
    client: Client,
    mut events: Events,
    mut asked: mpsc::UnboundedReceiver<Request>,
    sayings: &Sender<Saying>,
) {
    let mut answers: FuturesUnordered<BoxFuture<'static, (Done, String)>> = FuturesUnordered::new();
    // The app may have stopped listening: what is said then goes nowhere.
    let say = |saying| drop(sayings.send(saying));
    loop {
        tokio::select! {
            // In this order: an operation's answer comes before the events that follow from it.
            biased;
            Some((done, answer)) = answers.next() => say(Saying::Answer(done, answer)),
            Some(event) = events.next() => say(Saying::Event(answer::event(&event))),
            request = asked.recv() => match request {
                Some(request) => answers.extend(take(&client, request)),
                None => break,
            },
        }
    }
    let last_answers = async {
        while let Some((done, answer)) = answers.next().await {
            say(Saying::Answer(done, answer));
        }
    };
    tokio::join!(client.close(), last_answers);
    say(Saying::Closed);
}

/// Begins what is asked; what it will be answered with.
fn take(client: &Client, request: Request) -> Option<BoxFuture<'static, (Done, String)>> {
    let (answered, done) = match request {
        Request::Operate(op, done) => (client.begin(*op).boxed(), done),
        Request::Login { accid, token, done } => (client.begin_login(accid, token).boxed(), done),
        Request::NetworkChanged => {
            client.network_changed();
            return None;
        }
    };
    Some(
        answered
            .map(|answered| (done, answer::value(answered)))
            .boxed(),
    )
}
