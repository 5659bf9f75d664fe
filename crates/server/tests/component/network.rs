//! Bad networks: packets are lost, and an address changes in the middle of a call.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use hullo_client::engine::ready::TestPicture;
use hullo_client::{
    CallOptions, Client, Connection, DevicePresets, Rtc, Transport, VideoCodec, WebSocket,
};
use tokio::net::UdpSocket;
use tokio::sync::Notify;

use crate::engine::{Senses, engine, with_engine};
use crate::person::{Person, builder};
use crate::program::Server;

/// Between a client and the server's media: loses packets, and can move to another port, as a NAT does.
struct Path {
    front: SocketAddr,
    loss_percent: Arc<AtomicU32>,
    moves: Arc<Notify>,
}

impl Path {
    async fn to(media: SocketAddr, loss_percent: u32) -> Self {
        let front = UdpSocket::bind((media.ip(), 0)).await.unwrap();
        let path = Self {
            front: front.local_addr().unwrap(),
            loss_percent: Arc::new(AtomicU32::new(loss_percent)),
            moves: Arc::new(Notify::new()),
        };
        let (loss, moves) = (path.loss_percent.clone(), path.moves.clone());
        tokio::spawn(carry(front, media, loss, moves));
        path
    }

    fn transport(&self, server: &Server) -> Detour {
        Detour {
            inner: WebSocket::new(&format!("http://{}", server.address)).unwrap(),
            from: format!(" {} typ host", server.media.port()),
            to: format!(" {} typ host", self.front.port()),
        }
    }
}

async fn carry(front: UdpSocket, media: SocketAddr, loss: Arc<AtomicU32>, moves: Arc<Notify>) {
    let open = async || UdpSocket::bind((media.ip(), 0)).await.unwrap();
    let mut back = open().await;
    let mut client = None;
    let (mut up, mut down) = ([0; 2_000], [0; 2_000]);
    // Any sequence does that has no pattern (Numerical Recipes, 7.1).
    let mut dice = 1_u32;
    let mut is_lost = || {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (dice >> 8) % 100 < loss.load(Ordering::Relaxed)
    };
    loop {
        tokio::select! {
            received = front.recv_from(&mut up) => {
                let Ok((length, from)) = received else { return };
                client = Some(from);
                if !is_lost() {
                    // One that is not sent is lost, too.
                    let _ = back.send_to(&up[..length], media).await;
                }
            }
            received = back.recv_from(&mut down) => {
                let (Ok((length, _)), Some(client)) = (received, client) else { continue };
                if !is_lost() {
                    let _ = front.send_to(&down[..length], client).await;
                }
            }
            () = moves.notified() => back = open().await,
        }
    }
}

/// Leads a client's media over a path: the server's candidates name that.
struct Detour {
    inner: WebSocket,
    from: String,
    to: String,
}

struct DetourConnection<C> {
    inner: C,
    from: String,
    to: String,
}

impl Transport for Detour {
    type Connection = DetourConnection<<WebSocket as Transport>::Connection>;

    async fn connect(&self) -> io::Result<Self::Connection> {
        Ok(DetourConnection {
            inner: self.inner.connect().await?,
            from: self.from.clone(),
            to: self.to.clone(),
        })
    }
}

impl<C: Connection> Connection for DetourConnection<C> {
    async fn send(&mut self, frame: String) -> io::Result<()> {
        self.inner.send(frame).await
    }

    async fn receive(&mut self) -> Option<String> {
        let frame = self.inner.receive().await?;
        Some(frame.replace(&self.from, &self.to))
    }

    async fn close(self) {
        self.inner.close().await;
    }
}

/// Alice's media go over the path, Bob's do not; they are in a video call.
async fn call_over(path: &Path, server: &Server) -> (Person, Senses, Person, Senses) {
    let builder = Client::builder_over(path.transport(server), server.app_key.as_str());
    let (devices, of_alice) = engine(440.0, VideoCodec::Vp8);
    let alice = Person::login_with(server, "alice", builder, devices).await;
    let (mut bob, of_bob) = with_engine(server, "bob", 1_000.0, VideoCodec::Vp8).await;
    let call = alice.client.call("bob", CallOptions::video()).await;
    call.unwrap();
    bob.rings().await;
    bob.client.accept(DevicePresets::NONE).await.unwrap();
    (alice, of_alice, bob, of_bob)
}

#[tokio::test]
async fn one_packet_in_twenty_is_not_missed() {
    let server = Server::start().await;
    let path = Path::to(server.media, 5).await;
    let (_alice, of_alice, _bob, of_bob) = call_over(&path, &server).await;
    of_bob.hears(440.0).await;
    of_alice.hears(1_000.0).await;
    of_bob.sees(TestPicture::default()).await;
    of_alice.sees(TestPicture::default()).await;
}

#[tokio::test]
async fn where_one_in_five_is_lost_they_still_hear_and_see_each_other() {
    let server = Server::start().await;
    let path = Path::to(server.media, 20).await;
    let (_alice, of_alice, _bob, of_bob) = call_over(&path, &server).await;
    of_bob.hears_mostly(440.0).await;
    of_alice.hears_mostly(1_000.0).await;
    of_bob.sees(TestPicture::default()).await;
    of_alice.sees(TestPicture::default()).await;
}

#[tokio::test]
async fn a_call_goes_on_from_another_address() {
    let server = Server::start().await;
    let path = Path::to(server.media, 0).await;
    let (_alice, of_alice, _bob, of_bob) = call_over(&path, &server).await;
    of_bob.hears(440.0).await;
    path.moves.notify_one();
    of_bob.forget();
    of_alice.forget();
    of_bob.hears(440.0).await;
    of_alice.hears(1_000.0).await;
    of_bob.sees(TestPicture::default()).await;
    of_alice.sees(TestPicture::default()).await;
}

#[tokio::test]
async fn a_device_without_a_network_is_in_the_call_once_it_has_one() {
    let server = Server::start().await;
    let (devices, of_alice) = engine(440.0, VideoCodec::Vp8);
    let searches = Arc::new(AtomicU32::new(0));
    let (count, address) = (searches.clone(), server.media.ip());
    let search = move || {
        let has_network = count.fetch_add(1, Ordering::Relaxed) > 0;
        async move {
            match has_network {
                true => Ok(address),
                false => Err(io::Error::from(io::ErrorKind::NetworkUnreachable)),
            }
        }
    };
    let media = Rtc::sought(search, devices).unwrap();
    let alice = Person::over(builder(&server), media);
    let token = server.token("alice").await;
    alice.client.login("alice", token).await.unwrap();
    let (mut bob, of_bob) = with_engine(&server, "bob", 1_000.0, VideoCodec::Vp8).await;
    alice
        .client
        .call("bob", CallOptions::video())
        .await
        .unwrap();
    bob.rings().await;
    bob.client.accept(DevicePresets::NONE).await.unwrap();
    of_bob.hears(440.0).await;
    of_alice.sees(TestPicture::default()).await;
    assert!(searches.load(Ordering::Relaxed) > 1);
}
