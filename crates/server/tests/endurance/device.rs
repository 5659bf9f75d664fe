//! A device: an endpoint with a socket, a clock and media, and what it has seen.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use hullo_core::Time;
use hullo_core::endpoint::{AppEvent, Endpoint, Input, MediaEvent, Op, Output, State, Value};
use hullo_protocol::{Accid, CallId, EndReason, ErrorBody, ErrorKind, ParticipantState};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant as TokioInstant, sleep_until};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::media::Media;

/// Where the server is at the moment.
pub(crate) type Address = Arc<Mutex<SocketAddr>>;

/// How a call ended for a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) reason: EndReason,
    pub(crate) by: Option<Accid>,
    /// It said so itself, before the server knew.
    pub(crate) own: bool,
}

/// What a device has seen so far.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) state: State,
    pub(crate) call: Option<CallId>,
    /// Its media is connected in the call.
    pub(crate) joined: bool,
    /// The call goes on, but the connection is being restored.
    pub(crate) reconnecting: bool,
    pub(crate) signed_in: bool,
    /// The calls that the server has confirmed to it.
    pub(crate) known: BTreeSet<CallId>,
    /// How often each call has begun here: whoever has left a group call may be invited again.
    pub(crate) begins: BTreeMap<CallId, usize>,
    pub(crate) ends: BTreeMap<CallId, Vec<Ended>>,
    pub(crate) asked: u64,
    pub(crate) completed: BTreeMap<u64, u32>,
    /// Operations that failed because nothing could be stored.
    pub(crate) refused_by_the_store: u32,
    /// How many sockets it has opened.
    pub(crate) connections: u32,
    /// How often the connection had to be restored during a call.
    pub(crate) reconnects: u32,
}

/// The handle of a running device.
pub(crate) struct Device {
    pub(crate) accid: Accid,
    pub(crate) seen: Arc<Mutex<Seen>>,
    ops: UnboundedSender<(u64, Op)>,
}

impl Device {
    pub(crate) fn start(seed: u64, accid: Accid, address: Address) -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (ops, receiver) = unbounded_channel();
        let (media, media_events) = Media::new();
        let runner = Runner {
            endpoint: Endpoint::new(seed),
            me: accid.clone(),
            began: Instant::now(),
            address,
            seen: seen.clone(),
            media,
            sender: None,
            incoming: None,
            opening: false,
        };
        tokio::spawn(runner.run(receiver, media_events));
        Self { accid, seen, ops }
    }

    /// Asks for something; whatever comes of it is seen.
    pub(crate) fn ask(&self, op: Op) {
        let ticket = {
            let mut seen = self.seen.lock().unwrap();
            seen.asked += 1;
            seen.asked
        };
        self.ops.send((ticket, op)).unwrap();
    }

    pub(crate) fn state(&self) -> State {
        self.seen.lock().unwrap().state
    }
}

type Sender = SplitSink<WebSocketStream<TcpStream>, Message>;
type Incoming = SplitStream<WebSocketStream<TcpStream>>;

struct Runner {
    endpoint: Endpoint,
    me: Accid,
    began: Instant,
    address: Address,
    seen: Arc<Mutex<Seen>>,
    media: Media,
    sender: Option<Sender>,
    incoming: Option<Incoming>,
    opening: bool,
}

impl Runner {
    async fn run(
        mut self,
        mut ops: UnboundedReceiver<(u64, Op)>,
        mut media_events: UnboundedReceiver<MediaEvent>,
    ) {
        loop {
            let due = self.endpoint.poll_timeout();
            let wait = due.map_or(3_600_000, |due| due.since(self.now()));
            let deadline = TokioInstant::now() + Duration::from_millis(wait);
            let input = tokio::select! {
                op = ops.recv() => match op {
                    Some((ticket, op)) => Input::Op { ticket, op },
                    None => return,
                },
                Some(event) = media_events.recv() => Input::Media { event },
                message = next(&mut self.incoming) => match message {
                    Some(text) => Input::Frame { text },
                    None => {
                        self.drop_socket();
                        Input::SocketClosed
                    }
                },
                opened = connect(self.opening, self.address.clone()) => {
                    self.opening = false;
                    match opened {
                        Some(socket) => {
                            let (sender, incoming) = socket.split();
                            self.seen.lock().unwrap().connections += 1;
                            self.sender = Some(sender);
                            self.incoming = Some(incoming);
                            Input::SocketOpened
                        }
                        None => Input::SocketClosed,
                    }
                },
                () = sleep_until(deadline) => Input::Timeout,
            };
            let now = self.now();
            let own = matches!(&input, Input::Op { .. });
            for output in self.endpoint.handle(input, now) {
                self.carry_out(output, own).await;
            }
        }
    }

    fn now(&self) -> Time {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() - self.began.elapsed();
        Time((started + self.began.elapsed()).as_millis() as u64)
    }

    fn drop_socket(&mut self) {
        self.sender = None;
        self.incoming = None;
    }

    async fn carry_out(&mut self, output: Output, own: bool) {
        match output {
            Output::OpenSocket => {
                self.drop_socket();
                self.opening = true;
            }
            Output::CloseSocket => {
                self.opening = false;
                self.drop_socket();
            }
            Output::Send { text } => {
                if let Some(sender) = &mut self.sender {
                    // What cannot be sent was lost with its connection.
                    let _ = sender.send(Message::text(text)).await;
                }
            }
            Output::Media { command } => self.media.apply(command),
            Output::Complete {
                ticket,
                value,
                error,
            } => self.complete(ticket, value, error.as_ref()),
            Output::KeepCursor { .. } => {}
            Output::AskToken { .. } => unreachable!("the app is not secure"),
            Output::AskLoginToken => unreachable!("there is no provider"),
            Output::Event { event } => self.note(event, own),
        }
    }

    fn complete(&self, ticket: u64, value: Option<Value>, error: Option<&ErrorBody>) {
        let mut seen = self.seen.lock().unwrap();
        *seen.completed.entry(ticket).or_default() += 1;
        assert!(value.is_some() != error.is_some(), "either of the two");
        if error.is_some_and(|error| error.kind == ErrorKind::StorageUnavailable) {
            seen.refused_by_the_store += 1;
        }
        match value {
            Some(Value::LoggedIn { .. }) => seen.signed_in = true,
            Some(Value::Call { call, .. } | Value::Accepted { call, .. }) => {
                seen.known.insert(call.call_id);
            }
            _ => {}
        }
    }

    fn note(&self, event: AppEvent, own: bool) {
        let mut seen = self.seen.lock().unwrap();
        match event {
            AppEvent::Changed { state, call, .. } => {
                seen.state = state;
                let before = seen.call;
                seen.call = call.as_ref().map(|call| call.call_id);
                if let Some(begun) = seen.call.filter(|_| seen.call != before) {
                    *seen.begins.entry(begun).or_default() += 1;
                }
                seen.joined = call.as_ref().is_some_and(|call| {
                    let mut participants = call.participants.iter();
                    participants.any(|p| {
                        p.accid == self.me && p.state == ParticipantState::Joined && !p.reconnecting
                    })
                });
                // A call of version 0 is not the server's yet.
                if let Some(call) = call.filter(|call| call.version > 0) {
                    seen.known.insert(call.call_id);
                }
            }
            AppEvent::Reconnecting => {
                seen.reconnecting = true;
                seen.reconnects += 1;
            }
            AppEvent::Reconnected => seen.reconnecting = false,
            AppEvent::CallEnd {
                call_id,
                reason,
                by,
                ..
            } => {
                seen.reconnecting = false;
                let ended = Ended { reason, by, own };
                seen.ends.entry(call_id).or_default().push(ended);
            }
            _ => {}
        }
    }
}

/// The next frame; never, without a socket; none when it is gone.
async fn next(incoming: &mut Option<Incoming>) -> Option<String> {
    let Some(incoming) = incoming else {
        return std::future::pending().await;
    };
    loop {
        match incoming.next().await {
            Some(Ok(Message::Text(text))) => return Some(text.to_string()),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
            Some(Ok(_)) => {}
        }
    }
}

/// Opens a socket, if that is wanted; none when the server is not there.
async fn connect(wanted: bool, address: Address) -> Option<WebSocketStream<TcpStream>> {
    if !wanted {
        return std::future::pending().await;
    }
    let address = *address.lock().unwrap();
    let stream = TcpStream::connect(address).await.ok()?;
    let mut request = format!("ws://{address}/v1/ws")
        .into_client_request()
        .unwrap();
    let protocol = hullo_protocol::SUBPROTOCOL.parse().unwrap();
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    let (socket, _) = tokio_tungstenite::client_async(request, stream)
        .await
        .ok()?;
    Some(socket)
}
