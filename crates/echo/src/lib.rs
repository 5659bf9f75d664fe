//! Echo: an account that answers by itself and sends back what it hears and sees, so that one person with one window can try a
//! call.
//!
//! It is a client like any other: the endpoint of every device decides ([`hullo_core::endpoint`]), frames go over a WebSocket,
//! sound and picture by ICE, DTLS and SRTP through the SFU. [`manners`] is what a person would do, [`media`] what a browser
//! does.

mod manners;
mod media;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use futures_util::{SinkExt as _, StreamExt as _};
use hullo_core::Time;
use hullo_core::endpoint::{Endpoint, Input, Op, Output};
use hullo_protocol::{
    Accid, AppKey, CallId, DeviceId, DeviceInfo, Platform, SUBPROTOCOL, Token, Uid,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use manners::Manners;
use media::Media;

/// A connection that is not there by then has failed.
const CONNECT: Duration = Duration::from_secs(5);
/// Nothing waits longer than this, so that a deadline in the far future needs no arithmetic.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// Where the server takes WebSockets, under any name.
const SOCKET_URL: &str = "ws://hullo/v1/ws";

/// What Echo needs of the server that it lives beside.
pub trait Host {
    /// A connection to the server, below HTTP.
    type Stream: AsyncRead + AsyncWrite + Unpin;

    /// The app whose accounts may call it.
    fn app_key(&self) -> AppKey;
    /// Its own account.
    fn accid(&self) -> Accid;
    /// An address of this machine that the server's media can be reached from.
    fn media_ip(&self) -> IpAddr;
    /// Connects to the server.
    fn connect(&self) -> impl Future<Output = std::io::Result<Self::Stream>>;
    /// A login token, as the app's backend would make it; why not, for the log.
    fn login_token(&self) -> impl Future<Output = Result<Token, String>>;
    /// A room token, as the app's backend would make it; why not, for the log.
    fn room_token(&self, call_id: CallId, uid: Uid) -> impl Future<Output = Result<Token, String>>;
}

/// Signs in, answers and echoes until it is dropped. Fails only when it cannot begin: when there is no UDP port or no
/// randomness to be had.
pub async fn run<H: Host>(host: H) -> Result<Infallible> {
    let mut echo = Echo {
        media: Media::bind(host.media_ip()).await?,
        endpoint: Endpoint::new(getrandom::u64().map_err(|error| anyhow::anyhow!("{error}"))?),
        manners: Manners::new(host.accid()),
        device: DeviceId::parse("echo").context("a plain word is a device id")?,
        socket: None,
        inputs: VecDeque::new(),
        clock: Clock::start(),
        tickets: 0,
        login: 0,
        host,
    };
    echo.sign_in();
    loop {
        echo.work_off().await;
        echo.wait().await;
    }
}

struct Echo<H: Host> {
    host: H,
    endpoint: Endpoint,
    manners: Manners,
    /// Its one device.
    device: DeviceId,
    media: Media,
    socket: Option<WebSocketStream<H::Stream>>,
    /// What the endpoint has not been given yet.
    inputs: VecDeque<Input>,
    clock: Clock,
    tickets: u64,
    /// The newest login's.
    login: u64,
}

impl<H: Host> Echo<H> {
    fn sign_in(&mut self) {
        self.ask(Op::Login {
            app_key: self.host.app_key(),
            accid: self.host.accid(),
            token: None,
            provider: true,
            device: DeviceInfo {
                id: self.device.clone(),
                platform: Platform::Server,
                sdk_version: None,
            },
            cursor: None,
        });
        self.login = self.tickets;
    }

    fn ask(&mut self, op: Op) {
        self.tickets += 1;
        let ticket = self.tickets;
        self.inputs.push_back(Input::Op { ticket, op });
    }

    /// Gives the endpoint what has happened until nothing more follows from it.
    async fn work_off(&mut self) {
        loop {
            self.inputs.extend(self.media.poll());
            let now = self.clock.now();
            if self.endpoint.poll_timeout().is_some_and(|at| at <= now) {
                self.inputs.push_back(Input::Timeout);
            }
            if let Some(op) = self.manners.due(now) {
                self.ask(op);
            }
            if self.manners.signs_in(now) {
                self.sign_in();
            }
            if self.inputs.is_empty() {
                return;
            }
            while let Some(input) = self.inputs.pop_front() {
                for output in self.endpoint.handle(input, now) {
                    self.carry_out(output, now).await;
                }
            }
        }
    }

    async fn carry_out(&mut self, output: Output, now: Time) {
        match output {
            Output::OpenSocket => {
                self.socket = None;
                let input = match timeout(CONNECT, self.connect()).await {
                    Ok(Ok(socket)) => {
                        self.socket = Some(socket);
                        Input::SocketOpened
                    }
                    Ok(Err(error)) => {
                        tracing::debug!(%error, "Echo could not connect");
                        Input::SocketClosed
                    }
                    Err(_) => Input::SocketClosed,
                };
                self.inputs.push_back(input);
            }
            Output::CloseSocket => {
                if let Some(mut socket) = self.socket.take() {
                    // Gone all the same if the server does not answer.
                    let _ = timeout(CONNECT, socket.close(None)).await;
                }
            }
            Output::Send { text } => {
                if let Some(socket) = &mut self.socket
                    && socket.send(Message::text(text)).await.is_err()
                {
                    self.socket = None;
                    self.inputs.push_back(Input::SocketClosed);
                }
            }
            Output::Media { command } => self.media.apply(command),
            Output::Complete {
                ticket,
                error: Some(error),
                ..
            } => {
                tracing::debug!(?error, "Echo was refused");
                if ticket == self.login {
                    self.manners.sign_in_later(now);
                }
            }
            // Its device begins with each start of the server, and old messages are nothing to it.
            Output::Complete { .. } | Output::KeepCursor { .. } => {}
            Output::AskLoginToken => {
                let (token, error) = split(self.host.login_token().await);
                self.inputs.push_back(Input::LoginToken { token, error });
            }
            Output::AskToken { call_id, uid } => {
                let (token, error) = split(self.host.room_token(call_id, uid).await);
                self.inputs.push_back(Input::Token {
                    call_id,
                    token,
                    error,
                });
            }
            Output::Event { event } => {
                for op in self.manners.take(event, now) {
                    self.ask(op);
                }
            }
        }
    }

    async fn connect(&self) -> Result<WebSocketStream<H::Stream>> {
        let mut request = SOCKET_URL.into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", SUBPROTOCOL.parse()?);
        let stream = self.host.connect().await?;
        let (socket, _) = tokio_tungstenite::client_async(request, stream)
            .await
            .context("no WebSocket")?;
        Ok(socket)
    }

    /// Until a frame, a datagram, or the next deadline.
    async fn wait(&mut self) {
        let until = [self.endpoint.poll_timeout(), self.manners.deadline()]
            .into_iter()
            .flatten()
            .map(|at| self.clock.instant(at))
            .chain([self.media.deadline(), Instant::now() + LOOK_AGAIN])
            .min();
        tokio::select! {
            frame = next_frame(&mut self.socket) => match frame {
                Some(text) => self.inputs.push_back(Input::Frame { text }),
                None => {
                    self.socket = None;
                    self.inputs.push_back(Input::SocketClosed);
                }
            },
            () = self.media.receive() => {}
            () = sleep_until(until.unwrap_or_else(Instant::now)) => {}
        }
    }
}

/// The next text; `None` when the socket is closed. Waits for ever where there is no socket.
async fn next_frame<S>(socket: &mut Option<WebSocketStream<S>>) -> Option<String>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let Some(socket) = socket else {
        return std::future::pending().await;
    };
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return Some(text.to_string()),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
            Some(Ok(_)) => {}
        }
    }
}

fn split(token: Result<Token, String>) -> (Option<Token>, Option<String>) {
    match token {
        Ok(token) => (Some(token), None),
        Err(why) => (None, Some(why)),
    }
}

/// The wall clock at the start, and monotonically on from there.
struct Clock {
    began: Instant,
    began_ms: u64,
}

impl Clock {
    fn start() -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            began: Instant::now(),
            began_ms: since_1970.map_or(0, |since| since.as_millis() as u64),
        }
    }

    fn now(&self) -> Time {
        Time(self.began_ms).plus_ms(self.began.elapsed().as_millis() as u64)
    }

    /// Rounded up, so that what is due then is due.
    fn instant(&self, at: Time) -> Instant {
        self.began + Duration::from_millis(at.since(Time(self.began_ms)))
    }
}
