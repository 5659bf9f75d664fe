//! A client's beginning, its connections, and its end.

use std::io;
use std::sync::Arc;

use hullo_client::protocol::{EndReason, ErrorKind, Token};
use hullo_client::{
    Client, Connection, Event, FileStore, NoDevices, NoMedia, State, Transport, WebSocket,
};
use tokio::sync::Notify;

use crate::eventually::eventually;
use crate::person::{Person, builder, in_call};
use crate::program::{Options, Server};

/// A network whose connections can be cut.
struct Cuttable {
    inner: WebSocket,
    cut: Arc<Notify>,
}

struct CuttableConnection {
    inner: <WebSocket as Transport>::Connection,
    cut: Arc<Notify>,
}

impl Transport for Cuttable {
    type Connection = CuttableConnection;

    async fn connect(&self) -> io::Result<CuttableConnection> {
        Ok(CuttableConnection {
            inner: self.inner.connect().await?,
            cut: self.cut.clone(),
        })
    }
}

impl Connection for CuttableConnection {
    async fn send(&mut self, frame: String) -> io::Result<()> {
        Connection::send(&mut self.inner, frame).await
    }

    async fn receive(&mut self) -> Option<String> {
        tokio::select! {
            frame = self.inner.receive() => frame,
            () = self.cut.notified() => None,
        }
    }

    async fn close(self) {
        Connection::close(self.inner).await;
    }
}

#[tokio::test]
async fn call_goes_on_over_a_new_connection_when_the_old_one_is_cut() {
    let server = Server::start().await;
    let cut = Arc::new(Notify::new());
    let network = Cuttable {
        inner: WebSocket::new(&format!("http://{}", server.address)).unwrap(),
        cut: cut.clone(),
    };
    let over_network = Client::builder_over(network, server.app_key.as_str());
    let devices = NoDevices::default();
    let mut alice = Person::login_with(&server, "alice", over_network, devices).await;
    let mut bob = Person::login(&server, "bob").await;
    let call_id = in_call(&mut alice, &mut bob).await;
    cut.notify_one();
    alice.sees_event(&Event::Reconnecting).await;
    alice.sees_event(&Event::Reconnected).await;
    let call = alice.client.status().call.unwrap();
    assert_eq!(call.call_id, call_id);
    alice.client.hangup().await.unwrap();
    assert_eq!(bob.sees_end(call_id).await, EndReason::HungUp);
}

#[tokio::test]
async fn program_that_starts_again_is_the_same_device_and_goes_on_in_its_call() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("device.json");
    let start = async || {
        let kept = builder(&server).store(FileStore::new(&path));
        Person::login_with(&server, "alice", kept, NoDevices::default()).await
    };
    let mut alice = start().await;
    let mut bob = Person::login(&server, "bob").await;
    let call_id = in_call(&mut alice, &mut bob).await;
    let device_id = alice.client.device_id().clone();
    alice.client.close().await;

    let mut again = start().await;
    assert_eq!(again.client.device_id(), &device_id);
    again.becomes(State::InCall).await;
    let call = again.client.status().call.unwrap();
    assert_eq!(call.call_id, call_id);
    let accid = "alice".parse().unwrap();
    bob.sees_event(&Event::UserReconnected { accid }).await;
    bob.client.hangup().await.unwrap();
    assert_eq!(again.sees_end(call_id).await, EndReason::HungUp);
}

#[tokio::test]
async fn callers_end_is_the_end_of_the_ringing() {
    let server = Server::start().await;
    let alice = Person::login(&server, "alice").await;
    let mut bob = Person::login(&server, "bob").await;
    let call_id = alice.calls("bob").await;
    bob.rings().await;
    drop(alice);
    bob.sees_end(call_id).await;
}

#[tokio::test]
async fn closed_client_is_offline_at_once() {
    let server = Server::start().await;
    let bob = Person::login(&server, "bob").await;
    let alice = Person::login(&server, "alice").await;
    let online = async || {
        let seen = bob.client.watch_presence(&["alice"]).await.unwrap();
        seen[0].online
    };
    assert!(online().await);
    alice.client.close().await;
    eventually("alice is offline", async || (!online().await).then_some(())).await;
}

#[tokio::test]
async fn tokens_come_from_the_app_where_it_hands_them_over() {
    let server = Server::start_with(Options {
        secure: true,
        ..Options::default()
    })
    .await;
    let server = Arc::new(server);
    let with_tokens = |accid: &'static str, uid: u64| {
        let [for_login, for_room] = [server.clone(), server.clone()];
        builder(&server)
            .token_provider(move || {
                let server = for_login.clone();
                async move { Ok::<_, String>(Token::from(server.token(accid).await)) }
            })
            .token_handler(move |call_id, asked| {
                assert_eq!(asked.0, uid);
                let server = for_room.clone();
                async move {
                    let token = server.room_token(call_id, accid, asked.0).await;
                    Ok::<_, String>(Token::from(token))
                }
            })
    };
    let people = [("alice", 1), ("bob", 2)].map(async |(accid, uid)| {
        let builder = with_tokens(accid, uid);
        let person = Person::new(&server, builder, NoDevices::default()).await;
        let account = person.client.login_with_provider(accid).await.unwrap();
        assert!(account.secure);
        person
    });
    let [alice, bob] = people;
    let (mut alice, mut bob) = (alice.await, bob.await);
    in_call(&mut alice, &mut bob).await;
}

#[tokio::test]
async fn who_signs_out_has_no_account_and_no_connection() {
    let server = Server::start().await;
    let alice = Person::login(&server, "alice").await;
    let account = alice.client.status().account.unwrap();
    assert_eq!(account.name.as_deref(), Some("ALICE"));
    alice.client.logout().await.unwrap();
    let status = alice.client.status();
    assert_eq!((status.account, status.connected), (None, false));
    let refused = alice.client.recents(None, 1).await;
    assert_eq!(refused.err().unwrap().kind(), Some(ErrorKind::NotLoggedIn));
}

#[tokio::test]
async fn sign_in_that_cannot_be_says_why() {
    let server = Server::start().await;
    let (client, _) = builder(&server).build(NoMedia).unwrap();
    let wrong = client.login("alice", "nonsense".to_owned()).await;
    assert_eq!(wrong.err().unwrap().kind(), Some(ErrorKind::WrongToken));
    let none = client.login_with_provider("alice").await;
    let kind = none.err().unwrap().kind();
    assert_eq!(kind, Some(ErrorKind::TokenUnavailable));

    let nobody = Client::builder("http://127.0.0.1:1", server.app_key.as_str());
    let (lonely, _) = nobody.unwrap().build(NoMedia).unwrap();
    let refused = lonely.login("alice", server.token("alice").await).await;
    assert_eq!(refused.err().unwrap().kind(), Some(ErrorKind::NoConnection));

    let no_app = Client::builder("http://127.0.0.1:1", "no key").unwrap();
    let refused = no_app.build(NoMedia).err().unwrap();
    assert_eq!(refused.kind(), Some(ErrorKind::BadRequest));
}
