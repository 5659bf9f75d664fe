//! Echo: an account that answers by itself and sends back what it hears and sees, so that one person with one window can try a
//! call.
//!
//! It is a native client like any other ([`hullo_client`]). [`manners`] is what a person would do, [`mirror`] its devices.

mod manners;
mod mirror;

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use hullo_client::{Client, Error, Events, Op, Rtc, Transport, upgrade};
use hullo_core::Time;
use hullo_protocol::{Accid, AppKey, CallId, Token, Uid};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::WebSocketStream;

use manners::Manners;
use mirror::Mirror;

/// Where the server takes WebSockets, under any name.
const SOCKET_URL: &str = "ws://hullo/v1/ws";
/// Where nothing is due.
const IDLE: Duration = Duration::from_secs(3_600);

/// What Echo needs of the server that it lives beside.
pub trait Host: Send + Sync + 'static {
    /// A connection to the server, below HTTP.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// The app whose accounts may call it.
    fn app_key(&self) -> AppKey;
    /// Its own account.
    fn accid(&self) -> Accid;
    /// An address of this machine that the server's media can be reached from.
    fn media_ip(&self) -> IpAddr;
    /// Connects to the server.
    fn connect(&self) -> impl Future<Output = io::Result<Self::Stream>> + Send;
    /// A login token, as the app's backend would make it; why not, for the log.
    fn login_token(&self) -> impl Future<Output = Result<Token, String>> + Send;
    /// A room token, as the app's backend would make it; why not, for the log.
    fn room_token(
        &self,
        call_id: CallId,
        uid: Uid,
    ) -> impl Future<Output = Result<Token, String>> + Send;
}

/// Signs in, answers and echoes until it is dropped. Fails only when it cannot begin: when there is no UDP port or no
/// randomness to be had.
pub async fn run<H: Host>(host: H) -> Result<Infallible> {
    let ip = host.media_ip();
    let media = Rtc::bind(ip, Mirror::default())
        .await
        .with_context(|| format!("Echo cannot take a UDP port of {ip}"))?;
    let accid = host.accid();
    let app_key = host.app_key();
    let host = Arc::new(host);
    let [for_login, for_room] = [host.clone(), host.clone()];
    let (client, events) = Client::builder_over(Door(host), app_key.as_str())
        .token_provider(move || {
            let host = for_login.clone();
            async move { host.login_token().await }
        })
        .token_handler(move |call_id, uid| {
            let host = for_room.clone();
            async move { host.room_token(call_id, uid).await }
        })
        .build(media)?;
    let mut echo = Echo {
        client: Arc::new(client),
        events,
        manners: Manners::new(accid.clone()),
        accid,
        asked: JoinSet::new(),
        began: Instant::now(),
    };
    echo.sign_in();
    loop {
        echo.live().await?;
    }
}

/// The way to the server.
struct Door<H>(Arc<H>);

impl<H: Host> Transport for Door<H> {
    type Connection = WebSocketStream<H::Stream>;

    async fn connect(&self) -> io::Result<Self::Connection> {
        upgrade(self.0.connect().await?, SOCKET_URL).await
    }
}

struct Echo {
    client: Arc<Client>,
    events: Events,
    manners: Manners,
    accid: Accid,
    /// What it has asked for.
    asked: JoinSet<Asked>,
    began: Instant,
}

/// What has become of what it asked for.
enum Asked {
    Login(Result<(), Error>),
    Op(Result<(), Error>),
}

impl Echo {
    fn now(&self) -> Time {
        Time(self.began.elapsed().as_millis() as u64)
    }

    fn sign_in(&mut self) {
        let (client, accid) = (self.client.clone(), self.accid.clone());
        self.asked.spawn(async move {
            let done = client.login_with_provider(accid.as_str()).await;
            Asked::Login(done.map(drop))
        });
    }

    fn ask(&mut self, op: Op) {
        let client = self.client.clone();
        self.asked
            .spawn(async move { Asked::Op(client.ask(op).await.map(drop)) });
    }

    /// Until something happens, and what it does then.
    async fn live(&mut self) -> Result<()> {
        let due = self.manners.deadline();
        let due = due.map(|at| self.began + Duration::from_millis(at.0));
        let until = due.unwrap_or_else(|| Instant::now() + IDLE);
        tokio::select! {
            event = self.events.next() => {
                let Some(event) = event else {
                    bail!("Echo's client has failed");
                };
                let now = self.now();
                for op in self.manners.take(event, now) {
                    self.ask(op);
                }
            }
            Some(Ok(asked)) = self.asked.join_next() => self.look_at(&asked),
            () = sleep_until(until) => self.do_what_is_due(),
        }
        Ok(())
    }

    fn do_what_is_due(&mut self) {
        let now = self.now();
        if let Some(op) = self.manners.due(now) {
            self.ask(op);
        }
        if self.manners.signs_in(now) {
            self.sign_in();
        }
    }

    fn look_at(&mut self, asked: &Asked) {
        let (Asked::Login(done) | Asked::Op(done)) = asked;
        if let Err(error) = done {
            tracing::debug!(%error, "Echo was refused");
            if matches!(asked, Asked::Login(_)) {
                self.manners.sign_in_later(self.now());
            }
        }
    }
}
