//! A client of the wire: asks, waits for answers and for events.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use hullo_protocol::{
    Accid, AppKey, CallId, CallView, Command, DeviceId, DeviceInfo, ErrorBody, ErrorKind, Event,
    GroupTerms, InviteMore, Login, Media, MessageId, ParticipantState, ParticipantView, Platform,
    Reply, Request, RequestId, ServerFrame, SessionClosed, Snapshot, StartCall, Success, Token,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::eventually::PATIENCE;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

pub(crate) struct Client {
    socket: WebSocketStream<Box<dyn Stream>>,
    next_id: u64,
    /// Those that nobody has waited for yet.
    pub(crate) events: VecDeque<Event>,
    replies: VecDeque<Reply>,
    /// The code that the server closed with.
    closed: Option<u16>,
    /// Of the frames so far, in bytes.
    pub(crate) largest_frame: usize,
}

impl Client {
    pub(crate) async fn over(
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        url: &str,
    ) -> Self {
        let opened = Self::try_over(stream, url).await;
        opened.expect("the server takes a WebSocket")
    }

    /// The same where the server may refuse.
    pub(crate) async fn try_over(
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        url: &str,
    ) -> Option<Self> {
        let mut request = url.into_client_request().unwrap();
        let protocol = hullo_protocol::SUBPROTOCOL.parse().unwrap();
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        let stream: Box<dyn Stream> = Box::new(stream);
        let opened = tokio_tungstenite::client_async(request, stream).await;
        let (socket, answer) = opened.ok()?;
        assert_eq!(
            answer.headers()["sec-websocket-protocol"],
            hullo_protocol::SUBPROTOCOL
        );
        Some(Self {
            socket,
            next_id: 1,
            events: VecDeque::new(),
            replies: VecDeque::new(),
            closed: None,
            largest_frame: 0,
        })
    }

    /// Logs in on a device of the account's name.
    pub(crate) async fn login(
        &mut self,
        app_key: &AppKey,
        accid: &str,
        token: &str,
    ) -> Result<Snapshot, ErrorBody> {
        self.login_knowing(app_key, accid, token, None, Vec::new())
            .await
    }

    /// Logs in as a device that was here before.
    pub(crate) async fn login_knowing(
        &mut self,
        app_key: &AppKey,
        accid: &str,
        token: &str,
        cursor: Option<MessageId>,
        calls: Vec<CallId>,
    ) -> Result<Snapshot, ErrorBody> {
        let login = Login {
            cursor,
            calls,
            ..login_on(
                app_key,
                accid,
                token,
                &format!("device-of-{}", accid.trim_start_matches('0')),
            )
        };
        self.login_as(login).await
    }

    pub(crate) async fn login_as(&mut self, login: Login) -> Result<Snapshot, ErrorBody> {
        match self.ask(Command::Login(login)).await? {
            Success::LoggedIn { snapshot, .. } => Ok(snapshot),
            other => panic!("{other:?}"),
        }
    }

    /// Sends a command and waits for its answer.
    pub(crate) async fn ask(&mut self, command: Command) -> Result<Success, ErrorBody> {
        self.ask_as(request_id(), command).await
    }

    /// The same under a given request id.
    pub(crate) async fn ask_as(
        &mut self,
        request_id: RequestId,
        command: Command,
    ) -> Result<Success, ErrorBody> {
        let id = self.send(request_id, command).await;
        self.reply(id).await.into_result()
    }

    /// Sends a command; its id.
    pub(crate) async fn send(&mut self, request_id: RequestId, command: Command) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        let request = Request {
            id,
            request_id: Some(request_id),
            command,
        };
        self.send_text(serde_json::to_string(&request).unwrap())
            .await;
        id
    }

    pub(crate) async fn send_text(&mut self, text: String) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// Lays a frame in, to go with those that follow until [`Client::flush`].
    pub(crate) async fn feed_text(&mut self, text: String) {
        self.socket.feed(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn flush(&mut self) {
        self.socket.flush().await.unwrap();
    }

    pub(crate) async fn send_message(&mut self, message: Message) -> Result<(), Error> {
        self.socket.send(message).await
    }

    /// The answer to a request.
    pub(crate) async fn reply(&mut self, id: u64) -> Reply {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.replies.iter().position(|reply| reply.re == id) {
                return self.replies.remove(at).unwrap();
            }
            assert!(
                self.read(until).await,
                "closed while it waited for reply {id}"
            );
        }
    }

    /// Answers of this kind that nobody has waited for.
    pub(crate) fn refusals(&self, kind: ErrorKind) -> usize {
        let is_one = |reply: &&Reply| reply.error.as_ref().is_some_and(|error| error.kind == kind);
        self.replies.iter().filter(is_one).count()
    }

    /// The first event that `want` wants.
    pub(crate) async fn event<T>(&mut self, want: impl Fn(&Event) -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        let mut seen = 0;
        loop {
            while seen < self.events.len() {
                if let Some(wanted) = want(&self.events[seen]) {
                    self.events.remove(seen);
                    return wanted;
                }
                seen += 1;
            }
            assert!(
                self.read(until).await,
                "closed while it waited for an event"
            );
        }
    }

    /// The error of a frame that had no request id.
    pub(crate) async fn session_error(&mut self) -> ErrorKind {
        self.event(|event| match event {
            Event::SessionError { error } => Some(error.kind),
            _ => None,
        })
        .await
    }

    /// Waits for a call to this account.
    pub(crate) async fn invited(&mut self) -> (CallView, u64) {
        self.event(|event| match event {
            Event::CallInvited { call, ring_ms_left } => Some((call.clone(), *ring_ms_left)),
            _ => None,
        })
        .await
    }

    /// Waits until a participant of a call has become like this.
    pub(crate) async fn sees(
        &mut self,
        wanted: CallId,
        accid: &str,
        is: impl Fn(&ParticipantView) -> bool,
    ) -> ParticipantView {
        let accid = self::accid(accid);
        self.event(|event| match event {
            Event::CallChanged { call_id, delta, .. } if *call_id == wanted => {
                let mut changed = delta.participants.iter();
                changed.find(|one| one.accid == accid && is(one)).cloned()
            }
            _ => None,
        })
        .await
    }

    /// Waits for the end of a call.
    pub(crate) async fn call_ended(&mut self, wanted: CallId) -> hullo_protocol::EndView {
        self.event(|event| match event {
            Event::CallChanged { call_id, delta, .. } if *call_id == wanted => delta.end.clone(),
            _ => None,
        })
        .await
    }

    /// Waits for a message.
    pub(crate) async fn message(&mut self) -> hullo_protocol::Message {
        self.event(|event| match event {
            Event::MessageAdded { message } => Some(message.clone()),
            _ => None,
        })
        .await
    }

    /// All events until now: what was sent before the answer to a ping.
    pub(crate) async fn drain_events(&mut self) -> Vec<Event> {
        assert_eq!(self.ask(Command::Ping).await, Ok(Success::Done));
        self.events.drain(..).collect()
    }

    /// Waits until the server ends the session: its reason and the close code.
    pub(crate) async fn session_closed(&mut self) -> (Option<SessionClosed>, Option<u16>) {
        let until = Instant::now() + PATIENCE;
        while self.read(until).await {}
        let reason = self.events.iter().find_map(|event| match event {
            Event::SessionClosed { reason } => Some(*reason),
            _ => None,
        });
        (reason, self.closed)
    }

    /// Reads the frames that have come, and waits for none.
    pub(crate) async fn read_what_is_there(&mut self) {
        while let Some(message) = self.socket.next().now_or_never() {
            if !self.keep(message) {
                return;
            }
        }
    }

    /// Reads a frame; false when there are no more.
    async fn read(&mut self, until: Instant) -> bool {
        let Ok(message) = timeout_at(until, self.socket.next()).await else {
            panic!("it did not come in time; {:?} did", self.events);
        };
        self.keep(message)
    }

    fn keep(&mut self, message: Option<Result<Message, Error>>) -> bool {
        match message {
            Some(Ok(Message::Text(text))) => {
                self.largest_frame = self.largest_frame.max(text.len());
                match serde_json::from_str(&text).unwrap() {
                    ServerFrame::Reply(reply) => self.replies.push_back(reply),
                    ServerFrame::Event(event) => self.events.push_back(event),
                }
                true
            }
            Some(Ok(Message::Close(frame))) => {
                self.closed = frame.map(|frame| frame.code.into());
                true
            }
            Some(Ok(_)) => true,
            Some(Err(_)) | None => false,
        }
    }
}

pub(crate) fn accid(text: &str) -> Accid {
    Accid::parse(text).unwrap()
}

/// The first login of a program on a device of this name.
pub(crate) fn login_on(app_key: &AppKey, accid: &str, token: &str, device: &str) -> Login {
    Login {
        app_key: app_key.clone(),
        accid: self::accid(accid),
        token: Token::from(token.to_owned()),
        device: DeviceInfo {
            id: DeviceId::parse(device).unwrap(),
            platform: Platform::Server,
            sdk_version: None,
        },
        cursor: None,
        calls: Vec::new(),
    }
}

/// 128 bits that nobody else has.
fn unique() -> u128 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let count = NEXT.fetch_add(1, Ordering::Relaxed);
    u128::from(std::process::id()) << 64 | u128::from(count)
}

pub(crate) fn request_id() -> RequestId {
    RequestId::from_u128(unique())
}

pub(crate) fn new_call_id() -> CallId {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    CallId::from_parts(now.as_millis() as u64, unique())
}

/// A dial without anything special.
pub(crate) fn dial(call_id: CallId, callee: &str) -> StartCall {
    StartCall {
        call_id,
        callees: vec![accid(callee)],
        group: None,
        media: Media::Video,
        attachment: None,
        ring_ms: None,
        room_token: None,
    }
}

/// A dial of a group.
pub(crate) fn dial_group(call_id: CallId, callees: &[&str]) -> StartCall {
    StartCall {
        callees: callees.iter().map(|name| accid(name)).collect(),
        group: Some(GroupTerms::default()),
        ..dial(call_id, "nobody")
    }
}

pub(crate) fn invite(call_id: CallId, callees: &[&str]) -> InviteMore {
    InviteMore {
        call_id,
        callees: callees.iter().map(|name| accid(name)).collect(),
        attachment: None,
        ring_ms: None,
    }
}

pub(crate) fn start(call_id: CallId, callee: &str) -> Command {
    Command::StartCall(dial(call_id, callee))
}

pub(crate) fn accept(call_id: CallId) -> Command {
    Command::Accept {
        call_id,
        room_token: None,
        other: None,
    }
}

pub(crate) fn refusal(result: Result<Success, ErrorBody>) -> ErrorKind {
    match result {
        Err(error) => error.kind,
        Ok(success) => panic!("not refused: {success:?}"),
    }
}

pub(crate) fn call_of(result: Result<Success, ErrorBody>) -> CallView {
    match result {
        Ok(Success::Call { call, .. }) => call,
        other => panic!("no call: {other:?}"),
    }
}

/// Where an account is in a call.
pub(crate) fn state_of(call: &CallView, wanted: &str) -> ParticipantState {
    let wanted = accid(wanted);
    let mut participants = call.participants.iter();
    participants
        .find(|one| one.accid == wanted)
        .map(|one| one.state)
        .unwrap_or_else(|| panic!("{wanted} is not in {call:?}"))
}
