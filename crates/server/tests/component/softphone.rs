//! `hullo call` and `hullo answer`, as scripts use them.

#![cfg(feature = "softphone")]

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::eventually::PATIENCE;
use crate::program::Server;

/// A softphone that runs.
struct Phone {
    child: Child,
    commands: ChildStdin,
    events: Lines<BufReader<ChildStdout>>,
    told: Vec<Value>,
}

impl Phone {
    async fn start(server: &Server, accid: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hullo"))
            .args(arguments)
            .args(["--as", accid, "--json", "--server"])
            .arg(format!("http://{}", server.address))
            .args(["--app-key", server.app_key.as_str()])
            .env("HULLO_TOKEN", server.token(accid).await)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let events = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            commands: child.stdin.take().unwrap(),
            events,
            child,
            told: Vec::new(),
        }
    }

    async fn says(&mut self, event: &str) -> Value {
        let search = async {
            loop {
                let line = self.events.next_line().await.unwrap();
                let line = line.unwrap_or_else(|| panic!("it ended; it said {:#?}", self.told));
                let said: Value = serde_json::from_str(&line).unwrap();
                self.told.push(said.clone());
                if said["event"] == event {
                    return said;
                }
            }
        };
        match timeout(PATIENCE, search).await {
            Ok(said) => said,
            Err(_) => panic!("it does not say {event}; it said {:#?}", self.told),
        }
    }

    async fn command(&mut self, line: &str) {
        let line = format!("{line}\n");
        self.commands.write_all(line.as_bytes()).await.unwrap();
    }

    async fn code(mut self) -> Option<i32> {
        let ended = timeout(PATIENCE, self.child.wait()).await;
        ended.unwrap().unwrap().code()
    }
}

fn recorded(file: &Path) -> Vec<i16> {
    let mut reader = hound::WavReader::open(file).unwrap();
    reader.samples::<i16>().map(Result::unwrap).collect()
}

/// Whether half a second of it is a tone of this many hertz.
fn has_tone(samples: &[i16], hertz: f64) -> bool {
    samples.chunks_exact(24_000).any(|part| {
        let (mut cosine, mut sine, mut power) = (0.0, 0.0, 1.0);
        for (at, sample) in part.iter().enumerate() {
            let turn = hertz * std::f64::consts::TAU * at as f64 / 48_000.0;
            let sample = f64::from(*sample);
            cosine += sample * turn.cos();
            sine += sample * turn.sin();
            power += sample * sample;
        }
        (cosine * cosine + sine * sine) * 2.0 / (power * part.len() as f64) > 0.9
    })
}

#[tokio::test]
async fn one_calls_the_other_answers_and_what_was_said_is_in_its_file() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("heard.wav");
    let record = file.to_str().unwrap();
    let answer = [
        "answer", "--auto", "--once", "--play", "silence", "--record", record,
    ];
    let mut bob = Phone::start(&server, "bob", &answer).await;
    bob.says("connection_changed").await;
    let call = [
        "call", "bob", "--play", "tone", "--record", "nothing", "--video", "test",
    ];
    let mut alice = Phone::start(&server, "alice", &call).await;
    bob.says("first_video_frame").await;
    bob.says("active_speakers").await;
    // They come every two seconds; so long the jitter buffer takes at most to find its delay, which changes the tone.
    for _ in 0..3 {
        bob.says("user_network_quality").await;
    }
    alice.command("mute").await;
    assert_eq!(bob.says("audio_muted").await["muted"], true);
    alice.command("dance").await;
    alice.command("hangup").await;
    assert_eq!(bob.says("call_end").await["reason"], "hung_up");
    assert_eq!(alice.code().await, Some(0));
    assert_eq!(bob.code().await, Some(0));
    assert!(has_tone(&recorded(&file), 440.0));
}

#[tokio::test]
async fn who_does_not_get_through_is_told_by_the_exit_code() {
    let server = Server::start().await;
    let answer = [
        "answer", "--once", "--play", "silence", "--record", "nothing",
    ];
    let mut bob = Phone::start(&server, "bob", &answer).await;
    bob.says("connection_changed").await;
    let call = ["call", "bob", "--play", "silence", "--record", "nothing"];
    let alice = Phone::start(&server, "alice", &call).await;
    bob.says("invited").await;
    bob.command("accept please").await;
    bob.command("reject").await;
    assert_eq!(alice.code().await, Some(2));
    assert_eq!(bob.code().await, Some(2));
    let nobody = Phone::start(&server, "alice", &["call", "nobody", "--play", "silence"]).await;
    assert_eq!(nobody.code().await, Some(1));
}
