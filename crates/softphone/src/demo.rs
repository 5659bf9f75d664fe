//! `hullo demo` signs in whoever asks.

use anyhow::{Context as _, Result, bail};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1::handshake;
use hyper::{Request, StatusCode, Uri, header};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpStream;

/// What the demo says of an account.
#[derive(Deserialize)]
pub(crate) struct Session {
    pub(crate) app_key: String,
    pub(crate) token: String,
}

#[derive(Deserialize)]
struct RoomToken {
    token: String,
}

/// The app's key and a login token for an account.
pub(crate) async fn session(server: &str, accid: &str) -> Result<Session> {
    let text = get(server, &format!("/demo/session.json?accid={accid}")).await?;
    serde_json::from_str(&text).context("the demo answers in a way that is not known here")
}

/// A room token, where the demo runs with `--secure`.
pub(crate) async fn room_token(
    server: &str,
    accid: &str,
    call_id: &str,
    uid: u64,
) -> Result<String> {
    let path = format!("/demo/room-token?accid={accid}&call_id={call_id}&uid={uid}");
    let text = get(server, &path).await?;
    let room: RoomToken = serde_json::from_str(&text)?;
    Ok(room.token)
}

async fn get(server: &str, path: &str) -> Result<String> {
    let address: Uri = server.parse().context("the server's address is none")?;
    let advice = "say who you are: --app-key KEY --token TOKEN";
    if address.scheme_str() != Some("http") {
        bail!("only a demo over http:// signs in whoever asks; {advice}");
    }
    let authority = address.authority().context("the address names no server")?;
    let port = authority.port_u16().unwrap_or(80);
    let host = authority.host().trim_matches(['[', ']']);
    let stream = TcpStream::connect((host, port))
        .await
        .with_context(|| format!("there is no server at {server}"))?;
    let (mut requests, connection) = handshake(TokioIo::new(stream)).await?;
    // Its end is seen by the request.
    tokio::spawn(connection);
    let request = Request::get(path)
        .header(header::HOST, authority.as_str())
        .body(Empty::<Bytes>::new())?;
    let answer = requests.send_request(request).await?;
    let status = answer.status();
    let body = answer.into_body().collect().await?.to_bytes();
    let text = String::from_utf8_lossy(&body).into_owned();
    match status {
        StatusCode::OK => Ok(text),
        StatusCode::NOT_FOUND => bail!("the server is no demo, or knows no such account; {advice}"),
        other => bail!("the demo refuses: {other} {text}"),
    }
}
