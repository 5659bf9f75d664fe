//! Somebody with the Objective-C component, in a process of its own: `sdks/objc/test/face`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::time::timeout;

use crate::eventually::PATIENCE;
use crate::program::Server;

pub(crate) const VIDEO: u32 = 0;
pub(crate) const AUDIO: u32 = 1;

pub(crate) const IDLE: u32 = 0;
pub(crate) const CALLING: u32 = 1;
pub(crate) const CALLED: u32 = 2;
pub(crate) const IN_CALL: u32 = 4;

/// What a method of the component completed with.
pub(crate) type Answer = Result<Value, Value>;

pub(crate) struct Person {
    _process: Child,
    commands: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    folder: TempDir,
    commanded: u64,
    /// All that it said, in order.
    pub(crate) said: Vec<Value>,
    /// Those of `said` that somebody has waited for.
    seen: Vec<bool>,
}

/// The program, built once.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let libraries = Path::new(env!("CARGO_BIN_EXE_hullo")).parent().unwrap();
        let library = libraries.join("libhullo.so");
        assert!(
            library.is_file(),
            "no {library:?}: cargo build -p hullo-capi"
        );
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("face");
        let build = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdks/objc/test/build.sh");
        let built = Command::new(build).arg(&program).arg(libraries).status();
        assert!(built.unwrap().success(), "the component does not compile");
        program
    })
}

impl Person {
    /// Signs in on a device of its own.
    pub(crate) async fn login(server: &Server, accid: &str) -> Self {
        let mut person = Self::set_up(server).await;
        let token = server.token(accid).await;
        person.signs_in(accid, &token).await.unwrap();
        person
    }

    /// One that is set up and signed out.
    pub(crate) async fn set_up(server: &Server) -> Self {
        Self::set_up_with(server, json!({})).await
    }

    /// The same with more to say of how.
    pub(crate) async fn set_up_with(server: &Server, more: Value) -> Self {
        let mut person = Self::start();
        let mut setup = person.set_up_command(server);
        for (name, value) in more.as_object().into_iter().flatten() {
            setup[name] = value.clone();
        }
        person.does(setup).await.unwrap();
        person
    }

    /// What sets it up for this server.
    pub(crate) fn set_up_command(&self, server: &Server) -> Value {
        json!({
            "do": "setup",
            "server": format!("http://{}", server.address),
            "app_key": server.app_key,
            "media": server.media.ip(),
            "store": self.folder.path().join("device.json"),
        })
    }

    /// One whose process has only begun.
    pub(crate) fn start() -> Self {
        let mut process = tokio::process::Command::new(program())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self {
            commands: process.stdin.take().unwrap(),
            lines: BufReader::new(process.stdout.take().unwrap()).lines(),
            _process: process,
            folder: tempfile::tempdir().unwrap(),
            commanded: 0,
            said: Vec::new(),
            seen: Vec::new(),
        }
    }

    pub(crate) async fn signs_in(&mut self, accid: &str, token: &str) -> Answer {
        self.does(json!({ "do": "login", "user": accid, "token": token }))
            .await
    }

    /// Commands, and gives the number under which it will be answered.
    pub(crate) async fn begins(&mut self, mut command: Value) -> u64 {
        self.commanded += 1;
        command["number"] = json!(self.commanded);
        let line = format!("{command}\n");
        self.commands.write_all(line.as_bytes()).await.unwrap();
        self.commanded
    }

    /// Waits for what a command has completed with.
    pub(crate) async fn completes(&mut self, number: u64) -> Answer {
        let what = format!("the answer {number}");
        let is_it = |line: &Value| (line["answer"] == number).then(|| line.clone());
        let answer = self.waits_for(&what, is_it).await;
        match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer["value"].clone()),
        }
    }

    pub(crate) async fn does(&mut self, command: Value) -> Answer {
        let number = self.begins(command).await;
        self.completes(number).await
    }

    /// Does what needs no more words.
    pub(crate) async fn just(&mut self, what: &str) -> Answer {
        self.does(json!({ "do": what })).await
    }

    pub(crate) async fn calls(&mut self, accid: &str, media: u32) -> Answer {
        self.does(json!({ "do": "call", "user": accid, "type": media }))
            .await
    }

    /// Waits for a callback that nobody has waited for yet; its arguments.
    pub(crate) async fn hears(&mut self, callback: &str) -> Value {
        self.waits_for(callback, |line| {
            (line["callback"] == callback).then(|| line["arguments"].clone())
        })
        .await
    }

    /// The same for one about this account.
    pub(crate) async fn hears_of(&mut self, callback: &str, accid: &str) {
        self.waits_for(&format!("{callback} of {accid}"), |line| {
            let is_it = line["callback"] == callback && line["arguments"][0] == accid;
            is_it.then_some(())
        })
        .await;
    }

    /// Waits until it is told that this account's microphone is off.
    pub(crate) async fn waits_for_mute(&mut self, accid: &str) {
        self.waits_for("a muted microphone", |line| {
            let is_it = line["callback"] == "onAudioAvailable"
                && line["arguments"] == json!([false, accid]);
            is_it.then_some(())
        })
        .await;
    }

    /// Waits for the phone to ring, and answers; who is in the call.
    pub(crate) async fn answers(&mut self) -> Value {
        self.hears("onInvited").await;
        self.just("accept").await.unwrap()
    }

    async fn waits_for<T>(&mut self, what: &str, pick: impl Fn(&Value) -> Option<T>) -> T {
        let mut looked_at = 0;
        let search = async {
            loop {
                while let Some(line) = self.said.get(looked_at) {
                    let picked = match self.seen[looked_at] {
                        true => None,
                        false => pick(line),
                    };
                    if let Some(picked) = picked {
                        self.seen[looked_at] = true;
                        return picked;
                    }
                    looked_at += 1;
                }
                let line = self.lines.next_line().await.unwrap();
                let line = line.expect("the component lives");
                self.said.push(serde_json::from_str(&line).expect(&line));
                self.seen.push(false);
            }
        };
        match timeout(PATIENCE, search).await {
            Ok(picked) => picked,
            Err(_) => panic!("no {what}; it said: {:#?}", self.said),
        }
    }

    /// Where these callbacks stand in what it said: each once, and in this order.
    pub(crate) fn said_in_order(&self, callbacks: &[&str]) {
        let places: Vec<usize> = callbacks.iter().map(|name| self.place_of(name)).collect();
        assert!(places.is_sorted(), "{callbacks:?}: {:#?}", self.names());
    }

    fn place_of(&self, name: &str) -> usize {
        let is_it = |line: &&Value| line["callback"] == name;
        let count = self.said.iter().filter(is_it).count();
        assert_eq!(count, 1, "{name}: {:#?}", self.names());
        self.said
            .iter()
            .position(|line| line["callback"] == name)
            .unwrap()
    }

    /// The first of one callback came before the first of the other.
    pub(crate) fn said_first(&self, one: &str, other: &str) {
        let place = |wanted: &str| self.names().iter().position(|name| *name == wanted);
        assert!(place(one) < place(other), "{:#?}", self.names());
    }

    pub(crate) fn count(&self, callback: &str) -> usize {
        self.names()
            .iter()
            .filter(|name| **name == callback)
            .count()
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.said
            .iter()
            .filter_map(|line| line["callback"].as_str())
            .collect()
    }

    /// Where the component said that it was when it called this.
    pub(crate) fn status_at(&self, callback: &str) -> u32 {
        let status = &self.said[self.place_of(callback)]["status"];
        serde_json::from_value(status.clone()).unwrap()
    }

    /// What holds of every run: all of it on the main thread, and every command completed once.
    pub(crate) async fn was_well_served(mut self) {
        // Whatever is still under way comes before the answer to this one.
        self.just("members").await.unwrap();
        for line in &self.said {
            assert_eq!(line["main"], true, "{line}");
        }
        for number in 1..=self.commanded {
            let answers = self
                .said
                .iter()
                .filter(|line| line["answer"] == number)
                .count();
            assert_eq!(answers, 1, "command {number} of {:#?}", self.said);
        }
    }
}

/// In a call of two, whose media is connected.
pub(crate) async fn in_call(alice: &mut Person, bob: &mut Person, media: u32) {
    alice.calls("bob", media).await.unwrap();
    bob.answers().await;
    alice.hears_of("onUserEnter", "bob").await;
    bob.hears_of("onUserEnter", "alice").await;
}
