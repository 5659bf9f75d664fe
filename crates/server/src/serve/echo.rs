//! The demo's Echo: one account that answers by itself, so that one person with one window can try a call. It reaches the
//! server as every client does, but for the network below HTTP.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use hullo_core::hub::RoomGrant;
use hullo_echo::Host;
use hullo_protocol::{Accid, AppKey, CallId, Token, Uid};
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;

use super::door::Door;
use crate::auth;
use crate::demo;
use crate::state::HttpState;
use crate::store::App;

/// Its tokens are as good as those of the demo's people.
const TOKEN_S: u64 = 24 * 60 * 60;
const ROOM_TOKEN_S: u64 = 60;
/// What is under way between it and the server, in each direction.
const PIPE_BYTES: usize = 64 * 1024;
/// Where its connections come from.
const ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The server as Echo sees it.
struct Beside {
    app: App,
    accid: Accid,
    media_ip: IpAddr,
    state: HttpState,
    door: Arc<Door>,
}

/// Lets Echo in, until it is aborted; nobody where no address of the media is of this machine.
pub(super) fn start(
    state: &HttpState,
    app: &App,
    door: Door,
    media: &[SocketAddr],
) -> Option<JoinHandle<()>> {
    let is_local = |ip: &IpAddr| UdpSocket::bind((*ip, 0)).is_ok();
    let Some(media_ip) = media.iter().map(SocketAddr::ip).find(is_local) else {
        tracing::warn!("Echo is not there: none of the media's addresses is of this machine");
        return None;
    };
    let host = Beside {
        app: app.clone(),
        accid: Accid::parse(demo::ECHO).ok()?,
        media_ip,
        state: state.clone(),
        door: Arc::new(door),
    };
    Some(tokio::spawn(async move {
        let Err(error) = hullo_echo::run(host).await;
        tracing::error!(%error, "Echo is not there");
    }))
}

impl Beside {
    /// Unix seconds.
    fn seconds_from_now(&self, seconds: u64) -> u64 {
        self.state.wall().0 / 1000 + seconds
    }
}

impl Host for Beside {
    type Stream = DuplexStream;

    fn app_key(&self) -> AppKey {
        self.app.key.clone()
    }

    fn accid(&self) -> Accid {
        self.accid.clone()
    }

    fn media_ip(&self) -> IpAddr {
        self.media_ip
    }

    async fn connect(&self) -> io::Result<DuplexStream> {
        let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
        self.door.clone().take_stream(theirs, ADDRESS)?;
        Ok(ours)
    }

    async fn login_token(&self) -> Result<Token, String> {
        let found = self.state.store().account(&self.app.key, &self.accid).await;
        let account = found.map_err(|error| error.to_string())?;
        let account = account.ok_or("there is no such account")?;
        let expires_s = self.seconds_from_now(TOKEN_S);
        auth::mint_login(
            &self.app,
            &account.accid,
            account.token_generation,
            expires_s,
        )
        .map(Token::from)
        .ok_or_else(|| "the token could not be signed".to_owned())
    }

    async fn room_token(&self, call_id: CallId, uid: Uid) -> Result<Token, String> {
        let grant = RoomGrant {
            call_id,
            accid: self.accid.clone(),
            uid,
        };
        auth::mint_room(&self.app, &grant, self.seconds_from_now(ROOM_TOKEN_S))
            .map(Token::from)
            .ok_or_else(|| "the token could not be signed".to_owned())
    }
}
