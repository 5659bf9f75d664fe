//! Starts, stops, kills and asks the program.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hullo_protocol::{AppKey, ErrorKind, Platform, Snapshot};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::{Client, login_on};
use crate::eventually::eventually;

#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    /// Calls need room tokens.
    pub(crate) secure: bool,
    /// More arguments of `hullo app create`.
    pub(crate) app: Vec<&'static str>,
    pub(crate) environment: Vec<(&'static str, String)>,
    /// The user that it runs as.
    pub(crate) uid: Option<u32>,
    /// Its log goes into a pipe that nobody reads.
    pub(crate) unread_log: bool,
    /// How many files it may open.
    pub(crate) files: Option<u32>,
}

impl Options {
    /// With these limits, as `waiting=3`.
    pub(crate) fn limits(limits: &str) -> Self {
        Self {
            environment: vec![("HULLO_LIMIT", limits.to_owned())],
            ..Self::default()
        }
    }

    /// As few accounts call as often as many would.
    pub(crate) fn without_budgets() -> Self {
        Self::limits(
            "logins_at_once=0,dials_at_once=0,invites_at_once=0,rings_at_once=0,rings_by_one_at_once=0,offers_at_once=0",
        )
    }
}

/// A running server with one app, alice, bob and carol.
pub(crate) struct Server {
    child: Child,
    pub(crate) folder: Arc<TempDir>,
    pub(crate) address: SocketAddr,
    pub(crate) media: SocketAddr,
    /// Where the operator asks.
    pub(crate) ops: SocketAddr,
    pub(crate) app_key: AppKey,
    pub(crate) app_secret: String,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    pub(crate) async fn start_with(options: Options) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let (app_key, app_secret) = create_app(&folder, &options);
        let server = Self::spawn(folder, app_key, app_secret, &options);
        server.create_accounts(&["alice", "bob", "carol"]).await;
        server
    }

    /// One whose app was created with these arguments.
    pub(crate) async fn start_app(app: &[&'static str]) -> Self {
        Self::start_with(Options {
            app: app.to_vec(),
            ..Options::default()
        })
        .await
    }

    pub(crate) async fn create_accounts(&self, accids: &[&str]) {
        for accid in accids {
            let body = json!({ "accid": accid, "name": accid.to_uppercase() });
            let (status, body) = self.http("POST", "/v1/accounts", Some(body)).await;
            assert_eq!(status, 201, "{body}");
        }
    }

    fn spawn(folder: Arc<TempDir>, app_key: AppKey, app_secret: String, options: &Options) -> Self {
        let mut child = command(&folder, options)
            .arg("serve")
            .stdout(Stdio::piped())
            .stderr(match options.unread_log {
                true => Stdio::piped(),
                false => Stdio::inherit(),
            })
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut word = |start: &str| {
            let line = lines.next().expect("the server must start").unwrap();
            let rest = line.strip_prefix(start).expect(&line).to_owned();
            rest.split([' ', ',']).next().unwrap().to_owned()
        };
        let url = word("hullo listens on ");
        let media = word("hullo takes media on ");
        let ops = word("hullo shows /healthz, /readyz and /metrics on ");
        Self {
            child,
            folder,
            address: url.rsplit('/').next().unwrap().parse().unwrap(),
            media: media.parse().unwrap(),
            ops: ops.rsplit('/').next().unwrap().parse().unwrap(),
            app_key,
            app_secret,
        }
    }

    /// The same server once more, after [`Server::kill`] or [`Server::stop`].
    pub(crate) fn restart_with(mut self, options: &Options) -> Self {
        self.kill();
        let (key, secret) = (self.app_key.clone(), self.app_secret.clone());
        Self::spawn(self.folder.clone(), key, secret, options)
    }

    pub(crate) fn restart(self) -> Self {
        self.restart_with(&Options::default())
    }

    /// The number of its process.
    #[allow(dead_code, reason = "asked by the tests in `endurance`")]
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// kill -9.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// SIGTERM.
    pub(crate) fn terminate(&self) {
        self.signal("TERM");
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for the end; its exit code.
    pub(crate) async fn exit_code(&mut self) -> Option<i32> {
        eventually("the server ends", async || {
            self.child.try_wait().unwrap().map(|status| status.code())
        })
        .await
    }

    pub(crate) fn database(&self) -> std::path::PathBuf {
        self.folder.path().join("hullo.db")
    }

    /// Asks the HTTP API as the app's backend.
    pub(crate) async fn http(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let credentials = format!("{}:{}", self.app_key, self.app_secret);
        let (status, text) = self.request(method, path, Some(&credentials), body).await;
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Asks anything as anyone.
    pub(crate) async fn request(
        &self,
        method: &str,
        path: &str,
        credentials: Option<&str>,
        body: Option<Value>,
    ) -> (u16, String) {
        self.request_at(self.address, method, path, credentials, body)
            .await
    }

    /// Asks as the operator.
    pub(crate) async fn ask_operator(&self, path: &str) -> (u16, String) {
        self.request_at(self.ops, "GET", path, None, None).await
    }

    async fn request_at(
        &self,
        address: SocketAddr,
        method: &str,
        path: &str,
        credentials: Option<&str>,
        body: Option<Value>,
    ) -> (u16, String) {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.request_text(address, method, path, credentials, &body)
            .await
    }

    /// With a body that need not be JSON.
    pub(crate) async fn request_text(
        &self,
        address: SocketAddr,
        method: &str,
        path: &str,
        credentials: Option<&str>,
        body: &str,
    ) -> (u16, String) {
        let authorization = credentials.map_or_else(String::new, |credentials| {
            let encoded = BASE64_STANDARD.encode(credentials);
            format!("authorization: Basic {encoded}\r\n")
        });
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{authorization}\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            address,
            body.len()
        );
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body = match head.to_ascii_lowercase().contains("transfer-encoding") {
            true => panic!("the harness reads no chunks: {head}"),
            false => body.to_owned(),
        };
        (status, body)
    }

    /// A login token from the API.
    pub(crate) async fn token(&self, accid: &str) -> String {
        let path = format!("/v1/accounts/{}/tokens", in_path(accid));
        let (status, body) = self.http("POST", &path, Some(json!({}))).await;
        assert_eq!(status, 201, "{body}");
        body["token"].as_str().unwrap().to_owned()
    }

    /// A room token from the API.
    pub(crate) async fn room_token(
        &self,
        call_id: hullo_protocol::CallId,
        accid: &str,
        uid: u64,
    ) -> String {
        let body = json!({ "call_id": call_id, "accid": accid, "uid": uid });
        let (status, body) = self.http("POST", "/v1/room-tokens", Some(body)).await;
        assert_eq!(status, 201, "{body}");
        body["token"].as_str().unwrap().to_owned()
    }

    /// A connection that has not logged in.
    pub(crate) async fn connect(&self) -> Client {
        let stream = TcpStream::connect(self.address).await.unwrap();
        Client::over(stream, &format!("ws://{}/v1/ws", self.address)).await
    }

    /// A session of this account, on a device of its name.
    pub(crate) async fn login(&self, accid: &str) -> Client {
        let mut client = self.connect().await;
        let token = self.token(accid).await;
        client
            .login(&self.app_key, accid, &token)
            .await
            .expect("the login must succeed");
        client
    }

    /// A session of this account on a device of another name, and what it was welcomed with.
    pub(crate) async fn login_on(
        &self,
        accid: &str,
        device: &str,
        platform: Platform,
    ) -> (Client, Snapshot) {
        let mut client = self.connect().await;
        let mut login = login_on(&self.app_key, accid, &self.token(accid).await, device);
        login.device.platform = platform;
        let snapshot = client.login_as(login).await.unwrap();
        (client, snapshot)
    }

    /// Sessions of these accounts.
    pub(crate) async fn login_all<const N: usize>(&self, accids: [&str; N]) -> [Client; N] {
        let mut clients = Vec::new();
        for accid in accids {
            clients.push(self.login(accid).await);
        }
        clients.try_into().ok().unwrap()
    }

    /// Changes how the app wants its calls, from the command line.
    pub(crate) fn set_policies(&self, arguments: &[&str]) {
        let set = [&["app", "set", self.app_key.as_str()], arguments].concat();
        let done = output(&self.folder, &Options::default(), &set);
        assert!(done.status.success(), "{done:?}");
    }

    /// The records of an account, newest first.
    pub(crate) async fn records(&self, accid: &str) -> Vec<Value> {
        let path = format!("/v1/records?accid={accid}");
        let (status, body) = self.http("GET", &path, None).await;
        assert_eq!(status, 200, "{body}");
        body["records"].as_array().unwrap().clone()
    }

    /// The value of a line of `/metrics`.
    pub(crate) async fn metric(&self, name: &str) -> f64 {
        let (status, text) = self.ask_operator("/metrics").await;
        assert_eq!(status, 200);
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A text as it stands in the path of a URL.
pub(crate) fn in_path(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    encoded.collect()
}

/// A command on this folder, with ports of its own.
pub(crate) fn command(folder: &TempDir, options: &Options) -> Command {
    let program = env!("CARGO_BIN_EXE_hullo");
    let mut command = match options.files {
        None => Command::new(program),
        Some(files) => {
            let mut shell = Command::new("sh");
            let limited = format!("ulimit -n {files} && exec \"$0\" \"$@\"");
            shell.args(["-c", &limited, program]);
            shell
        }
    };
    if let Some(uid) = options.uid {
        command.uid(uid);
    }
    command
        .current_dir(folder.path())
        .env("HULLO_DATA_DIR", folder.path())
        .env("HULLO_LISTEN", "127.0.0.1:0")
        .env("HULLO_OPS_LISTEN", "127.0.0.1:0")
        .env("HULLO_MEDIA_PORT", "0")
        .env("HULLO_PUBLIC_IP", "127.0.0.1")
        .env("HULLO_LOG", "hullo=debug")
        .envs(options.environment.iter().cloned());
    command
}

/// Runs a command to its end.
pub(crate) fn output(folder: &TempDir, options: &Options, arguments: &[&str]) -> Output {
    command(folder, options).args(arguments).output().unwrap()
}

fn create_app(folder: &TempDir, options: &Options) -> (AppKey, String) {
    let mut arguments = vec!["app", "create", "--name", "Test"];
    arguments.extend(options.secure.then_some("--secure"));
    arguments.extend(&options.app);
    let output = output(folder, options, &arguments);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let value = |name: &str| {
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
        value.expect(name).to_owned()
    };
    let key = AppKey::parse(&value("app_key")).unwrap();
    (key, value("app_secret"))
}

/// Whether the folder's files may be written.
pub(crate) fn set_writable(folder: &Path, writable: bool) {
    use std::os::unix::fs::PermissionsExt as _;
    let modes = if writable {
        (0o755, 0o644)
    } else {
        (0o555, 0o444)
    };
    for entry in std::fs::read_dir(folder).unwrap() {
        let permissions = std::fs::Permissions::from_mode(modes.1);
        std::fs::set_permissions(entry.unwrap().path(), permissions).unwrap();
    }
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(modes.0)).unwrap();
}

/// What the API says went wrong.
pub(crate) fn kind_of(body: &Value) -> ErrorKind {
    serde_json::from_value(body["error"]["kind"].clone())
        .unwrap_or_else(|_| panic!("no error: {body}"))
}

/// Now, as tokens have it.
pub(crate) fn unix_s() -> u64 {
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}
