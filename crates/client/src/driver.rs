//! The task of a client: it gives the state machine what has happened, and carries out what that says. It decides nothing.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use hullo_core::endpoint::{AppEvent, Endpoint, Input, Op, Output, Value};
use hullo_protocol::{Accid, AppKey, DeviceId, DeviceInfo, ErrorBody, MessageId, Platform, Token};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::clock::Clock;
use crate::error::Error;
use crate::link::{Link, LinkEvent, What};
use crate::media::Media;
use crate::status::{Account, Status};
use crate::store::Store;
use crate::tokens::{TokenHandler, TokenProvider};
use crate::transport::Transport;

/// Nothing waits longer than this, so that a deadline in the far future needs no arithmetic.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// Frames of the server that wait to be taken; then it waits.
const FRAMES_WAITING: usize = 64;

/// Where the answer to a request goes.
pub(crate) type Done = oneshot::Sender<Result<Value, Error>>;

/// What an app asks.
pub(crate) enum Request {
    Login {
        accid: Accid,
        token: Option<Token>,
        done: Done,
    },
    Op {
        op: Op,
        done: Done,
    },
    NetworkChanged,
}

/// What a driver is made of.
pub(crate) struct Parts<T, M> {
    pub(crate) seed: u64,
    pub(crate) app_key: AppKey,
    pub(crate) device: DeviceId,
    pub(crate) platform: Platform,
    pub(crate) transport: T,
    pub(crate) media: M,
    pub(crate) store: Box<dyn Store>,
    pub(crate) token_provider: Option<TokenProvider>,
    pub(crate) token_handler: Option<TokenHandler>,
}

pub(crate) struct Driver<T, M> {
    endpoint: Endpoint,
    clock: Clock,
    app_key: AppKey,
    device: DeviceInfo,
    media: M,
    store: Box<dyn Store>,
    token_provider: Option<TokenProvider>,
    token_handler: Option<TokenHandler>,
    /// Tokens that the app is asked for.
    asked: JoinSet<Input>,
    transport: Arc<T>,
    link: Option<Link>,
    /// How many connections there were.
    links: u64,
    link_events: (mpsc::Sender<LinkEvent>, mpsc::Receiver<LinkEvent>),
    /// What the endpoint has not been given yet.
    inputs: VecDeque<Input>,
    /// Who waits for which ticket.
    waiting: HashMap<u64, Done>,
    tickets: u64,
    /// That of the newest sign-out.
    logout: Option<u64>,
    requests: mpsc::UnboundedReceiver<Request>,
    events: mpsc::UnboundedSender<AppEvent>,
    status: watch::Sender<Status>,
}

impl<T: Transport, M: Media> Driver<T, M> {
    pub(crate) fn new(
        parts: Parts<T, M>,
        requests: mpsc::UnboundedReceiver<Request>,
        events: mpsc::UnboundedSender<AppEvent>,
        status: watch::Sender<Status>,
    ) -> Self {
        Self {
            endpoint: Endpoint::new(parts.seed),
            clock: Clock::start(),
            app_key: parts.app_key,
            device: DeviceInfo {
                id: parts.device,
                platform: parts.platform,
                sdk_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            },
            media: parts.media,
            store: parts.store,
            token_provider: parts.token_provider,
            token_handler: parts.token_handler,
            asked: JoinSet::new(),
            transport: Arc::new(parts.transport),
            link: None,
            links: 0,
            link_events: mpsc::channel(FRAMES_WAITING),
            inputs: VecDeque::new(),
            waiting: HashMap::new(),
            tickets: 0,
            logout: None,
            requests,
            events,
            status,
        }
    }

    /// Until the client is dropped.
    pub(crate) async fn run(mut self) {
        while self.wait().await {
            self.work_off();
        }
        // What it leaves ringing is not to ring for long.
        self.inputs.push_back(Input::PageHidden);
        self.work_off();
        self.waiting.clear();
        // A connection may be waiting to hand over what came, which nobody takes any more.
        self.link_events.1.close();
        if let Some(link) = self.link.take() {
            link.close().await;
        }
    }

    /// Until something has happened; false once nobody has the client any more.
    async fn wait(&mut self) -> bool {
        let due = self
            .endpoint
            .poll_timeout()
            .map(|at| self.clock.instant(at));
        let until = due.unwrap_or_else(|| Instant::now() + LOOK_AGAIN);
        tokio::select! {
            request = self.requests.recv() => match request {
                Some(request) => self.take_request(request),
                None => return false,
            },
            Some(event) = self.link_events.1.recv() => {
                let input = self.input_of(event);
                self.inputs.extend(input);
            }
            event = self.media.happened() => self.inputs.push_back(Input::Media { event }),
            Some(token) = self.asked.join_next() => self.inputs.extend(token),
            () = sleep_until(until) => {}
        }
        true
    }

    fn take_request(&mut self, request: Request) {
        let (op, done) = match request {
            Request::Op { op, done } => (op, done),
            Request::Login { accid, token, done } => {
                let op = Op::Login {
                    app_key: self.app_key.clone(),
                    cursor: self.cursor_of(&accid),
                    accid,
                    token,
                    provider: self.token_provider.is_some(),
                    device: self.device.clone(),
                };
                (op, done)
            }
            Request::NetworkChanged => {
                self.inputs.push_back(Input::NetworkChanged);
                return;
            }
        };
        self.tickets += 1;
        let ticket = self.tickets;
        if op == Op::Logout {
            self.logout = Some(ticket);
        }
        self.waiting.insert(ticket, done);
        self.inputs.push_back(Input::Op { ticket, op });
    }

    /// What a connection says, unless it is one of before.
    fn input_of(&mut self, event: LinkEvent) -> Option<Input> {
        if self.link.as_ref().map(|link| link.number) != Some(event.number) {
            return None;
        }
        Some(match event.what {
            What::Opened => Input::SocketOpened,
            What::Frame(text) => Input::Frame { text },
            What::Closed => {
                self.link = None;
                Input::SocketClosed
            }
        })
    }

    /// Gives the endpoint what has happened until nothing more follows from it.
    fn work_off(&mut self) {
        let now = self.clock.now();
        if self.endpoint.poll_timeout().is_some_and(|at| at <= now) {
            self.inputs.push_back(Input::Timeout);
        }
        while let Some(input) = self.inputs.pop_front() {
            let (mut done, mut events) = (Vec::new(), Vec::new());
            // The whole of the outputs first, so that an app finds everything done that its event speaks of, and the status as an
            // operation has left it that is done.
            for output in self.endpoint.handle(input, now) {
                match output {
                    Output::Event { event } => {
                        self.status.send_modify(|status| status.take(&event));
                        events.push(event);
                    }
                    Output::Complete {
                        ticket,
                        value,
                        error,
                    } => done.extend(self.complete(ticket, value, error)),
                    other => self.carry_out(other),
                }
            }
            for (asked, result) in done {
                // Who asked may have gone.
                let _ = asked.send(result);
            }
            for event in events {
                // An app may want none.
                let _ = self.events.send(event);
            }
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::OpenSocket => {
                self.links += 1;
                let events = self.link_events.0.clone();
                self.link = Some(Link::open(self.transport.clone(), self.links, events));
            }
            Output::CloseSocket => self.link = None,
            Output::Send { text } => {
                if let Some(link) = &self.link {
                    link.send(text);
                }
            }
            Output::Media { command } => self.media.apply(command),
            Output::KeepCursor { accid, cursor } => self.keep_cursor(&accid, cursor),
            Output::AskLoginToken => self.ask_login_token(),
            Output::AskToken { call_id, uid } => {
                let asked = self.token_handler.as_ref().map(|ask| ask(call_id, uid));
                self.asked.spawn(async move {
                    let (token, error) = match asked {
                        Some(asked) => split(asked.await),
                        None => (None, Some("there is no token handler".to_owned())),
                    };
                    Input::Token {
                        call_id,
                        token,
                        error,
                    }
                });
            }
            Output::Complete { .. } | Output::Event { .. } => {}
        }
    }

    fn ask_login_token(&mut self) {
        let asked = self.token_provider.as_ref().map(|ask| ask());
        self.asked.spawn(async move {
            let (token, error) = match asked {
                Some(asked) => split(asked.await),
                None => (None, Some("there is no token provider".to_owned())),
            };
            Input::LoginToken { token, error }
        });
    }

    /// Who asked for it, and what it completes with.
    fn complete(
        &mut self,
        ticket: u64,
        value: Option<Value>,
        error: Option<ErrorBody>,
    ) -> Option<(Done, Result<Value, Error>)> {
        if let Some(Value::LoggedIn {
            accid,
            name,
            avatar,
            secure,
        }) = &value
        {
            let account = Account {
                accid: accid.clone(),
                name: name.clone(),
                avatar: avatar.clone(),
                secure: *secure,
            };
            self.status
                .send_modify(|status| status.account = Some(account));
        }
        if self.logout == Some(ticket) && error.is_none() {
            self.status.send_modify(|status| status.account = None);
        }
        let result = match error {
            Some(error) => Err(Error::Refused(error)),
            None => Ok(value.unwrap_or(Value::Done)),
        };
        Some((self.waiting.remove(&ticket)?, result))
    }

    fn cursor_of(&mut self, accid: &Accid) -> Option<MessageId> {
        let kept = self.store.load(&self.cursor_name(accid));
        let kept = kept.unwrap_or_else(|error| {
            tracing::warn!(%error, "the store of this device cannot be read: old messages may come again");
            None
        });
        kept?.parse().ok().map(MessageId)
    }

    fn keep_cursor(&mut self, accid: &Accid, cursor: MessageId) {
        if let Err(error) = self
            .store
            .save(&self.cursor_name(accid), &cursor.0.to_string())
        {
            tracing::warn!(%error, "the store of this device cannot be written: old messages will come again");
        }
    }

    /// An accid means the same account in whatever case it is written.
    fn cursor_name(&self, accid: &Accid) -> String {
        format!(
            "cursor of {} in {}",
            accid.as_str().to_lowercase(),
            self.app_key
        )
    }
}

fn split(token: Result<Token, String>) -> (Option<Token>, Option<String>) {
    match token {
        Ok(token) => (Some(token), None),
        Err(why) => (None, Some(why)),
    }
}
