//! The thread of a client: it carries the app's operations to the client, and what that says to the callbacks.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use hullo_client::protocol::{Accid, Platform, Token};
use hullo_client::{
    Builder, Client, Devices, Error, Events, FileStore, NoDevices, Op, Rtc, Status, WebSocket,
};
use serde::Deserialize;
use tokio::sync::{mpsc, watch};

use crate::answer;
use crate::callbacks::{Done, Saying};
use crate::code::Refusal;
use crate::devices::{Face, HulloDevices, Ports};
use crate::questions::{Gives, Questions, asking_for_tokens};

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

/// A client on its thread. It ends when the last of these is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    requests: mpsc::UnboundedSender<Request>,
    status: watch::Receiver<Status>,
    questions: Arc<Questions>,
    ports: Arc<Ports>,
}

impl Running {
    pub(crate) fn ports(&self) -> &Ports {
        &self.ports
    }

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

/// What a client is made of, beside its configuration.
pub(crate) struct Parts {
    pub(crate) gives: Gives,
    /// The app's; without, devices that are there, silent and dark.
    pub(crate) devices: Option<HulloDevices>,
    pub(crate) sayings: Sender<Saying>,
}

/// Starts a client on a thread of its own.
pub(crate) fn start(config: Config, parts: Parts) -> Result<Running, Refusal> {
    let transport = WebSocket::new(&config.server).map_err(|error| refused(&error))?;
    let (requests, asked) = mpsc::unbounded_channel();
    let (ready, started) = std::sync::mpsc::channel();
    let questions = Arc::new(Questions::default());
    let ports = Arc::new(Ports::default());
    let (asking, reached) = (questions.clone(), ports.clone());
    let work = async move || {
        let builder = Client::builder_over(transport.clone(), &config.app_key);
        let builder = asking_for_tokens(builder, parts.gives, &asking, &parts.sayings);
        let (face, given_back) = match parts.devices {
            Some(devices) => Some(Face::new(devices, reached)).unzip(),
            None => (None, None),
        };
        match build(builder, &transport, config, face).await {
            Ok((client, events)) => {
                // Nobody may wait any more.
                let _ = ready.send(Ok(client.watch()));
                serve(client, events, asked, &parts.sayings).await;
                if let Some(mut given_back) = given_back {
                    // Nothing is ever sent there: it ends with the last device.
                    let _ = given_back.recv().await;
                }
                // Where the app has stopped listening it goes nowhere.
                let _ = parts.sayings.send(Saying::Closed);
            }
            Err(refusal) => drop(ready.send(Err(refusal))),
        }
    };
    let no_thread =
        |error| Refusal::NoResource(format!("there is no thread for the client: {error}"));
    // All on this one thread, so that an answer is always given before the events that follow from it.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(no_thread)?;
    thread::Builder::new()
        .name("hullo-client".to_owned())
        .spawn(move || runtime.block_on(work()))
        .map_err(no_thread)?;
    let failed = |_| Refusal::NoResource("the client's thread has failed".to_owned());
    let status = started.recv().map_err(failed)??;
    Ok(Running {
        requests,
        status,
        questions,
        ports,
    })
}

async fn build(
    mut builder: Builder<WebSocket>,
    server: &WebSocket,
    config: Config,
    face: Option<Face>,
) -> Result<(Client, Events), Refusal> {
    builder = builder.platform(config.platform);
    if let Some(path) = config.store {
        builder = builder.store(FileStore::new(path));
    }
    let address = config.media_address;
    let built = match face {
        Some(face) => builder.build(media(server, address, face.engine()).await?),
        None => builder.build(media(server, address, NoDevices::default()).await?),
    };
    built.map_err(|error| refused(&error))
}

/// Media that find their way to the server, unless the app says which address leads there.
async fn media<D: Devices>(
    server: &WebSocket,
    address: Option<IpAddr>,
    devices: D,
) -> Result<Rtc<D>, Refusal> {
    let made = match address {
        Some(address) => Rtc::bind(address, devices).await,
        None => Rtc::to(server, devices),
    };
    made.map_err(|error| Refusal::NoResource(error.to_string()))
}

fn refused(error: &Error) -> Refusal {
    Refusal::BadValue(error.to_string())
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
