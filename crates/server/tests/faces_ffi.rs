//! The client in Python and in Kotlin against the real program: the same ten scenarios on both, which `docs/bindings.md` names, and the
//! programs of their READMEs. And a foreign WebRTC stack in a call, signalled by what the JSON Schema says alone.
//!
//! They need what `cargo xtask bindings` makes, and are run by `cargo xtask test bindings`.

// An unwrap that fails is a test that fails.
#![allow(clippy::unwrap_used)]
// What the other tests use of the harness is not used here.
#![allow(dead_code)]

#[path = "server/client.rs"]
mod client;
#[path = "server/eventually.rs"]
mod eventually;
#[path = "component/person.rs"]
mod person;
#[path = "server/program.rs"]
mod program;

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hullo_client::Event;
use hullo_client::engine::ready::{FnOutput, Tone};
use hullo_client::engine::{Engine, SAMPLE_RATE};
use hullo_client::protocol::EndReason;
use tokio::process::Command;
use tokio::time::timeout;

use crate::eventually::eventually;
use crate::person::{Person, builder};
use crate::program::{Options, Server};

/// Longer than a scenario takes: each of its steps has a shorter time of its own.
const PATIENCE: Duration = Duration::from_secs(100);

#[derive(Clone, Copy)]
enum Language {
    Python,
    Kotlin,
}

impl Language {
    /// Runs a scenario against the server.
    fn scenario(self, name: &str, server: &Server) -> Command {
        let mut command = match self {
            Self::Python => python("sdks/python/test/scenarios.py"),
            Self::Kotlin => kotlin("io.github.hullo.test.ScenariosKt"),
        };
        command.arg(name);
        command.arg(format!("http://{}", server.address));
        command.args([server.app_key.as_str(), &server.app_secret]);
        command
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What `cargo xtask test bindings` names.
fn made(variable: &str) -> String {
    let why = "run `cargo xtask test bindings`, which makes the bindings and says where they are";
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set: {why}"))
}

fn python(program: &str) -> Command {
    let mut command = Command::new("python3");
    command
        .arg(root().join(program))
        .env("PYTHONPATH", made("HULLO_PYTHONPATH"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn kotlin(class: &str) -> Command {
    let mut command = Command::new("java");
    command
        .args(["-enableassertions", "-cp", &made("HULLO_CLASSPATH")])
        .arg(class);
    command
}

async fn run(mut command: Command) -> Output {
    let command = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let ended = timeout(PATIENCE, command.output()).await;
    let output = ended.expect("it must end").unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, complained) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{said}{complained}");
    output
}

async fn passes(language: Language, name: &str) {
    let server = Server::start_with(Options {
        secure: name == "secure",
        ..Options::default()
    })
    .await;
    let output = run(language.scenario(name, &server)).await;
    // One that was not found, or was cut off, does not say so.
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(said.trim(), format!("{name}: as it should be"));
}

macro_rules! scenarios {
    ($($name:ident),+) => {
        mod python_has {
            $(#[tokio::test]
            #[ignore = "needs what cargo xtask bindings makes"]
            async fn $name() {
                super::passes(super::Language::Python, stringify!($name)).await;
            })+
        }

        mod kotlin_has {
            $(#[tokio::test]
            #[ignore = "needs what cargo xtask bindings makes"]
            async fn $name() {
                super::passes(super::Language::Kotlin, stringify!($name)).await;
            })+
        }
    };
}

scenarios!(
    call_and_hang_up,
    group_call_with_members,
    reject,
    cancel,
    busy,
    time_out,
    secure,
    second_device,
    switch,
    record_and_message,
    sound_and_pictures
);

/// The first program of a README, in the language of its block.
fn readme(path: &str, language: &str) -> String {
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    let begin = format!("```{language}\n");
    let (_, rest) = text.split_once(&begin).expect("a program");
    rest.split_once("```").unwrap().0.to_owned()
}

/// Bob answers whoever runs this program as alice, and hangs up when both hear each other.
async fn is_answered(mut program: Command) {
    let server = Server::start().await;
    let mut bob = Person::login(&server, "bob").await;
    program.arg(format!("http://{}", server.address));
    program.args([server.app_key.as_str(), &server.token("alice").await]);
    let bob_answers = async {
        bob.answers().await;
        bob.sees_enter("alice").await;
        bob.client.hangup().await.unwrap();
        bob.sees("the end", |event| match event {
            Event::CallEnd { .. } => Some(()),
            _ => None,
        })
        .await;
    };
    let (output, ()) = tokio::join!(run(program), bob_answers);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.to_lowercase().contains("hung_up"), "{said}");
}

#[tokio::test]
#[ignore = "needs what cargo xtask bindings makes"]
async fn program_of_the_python_readme_calls_bob() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("call.py");
    std::fs::write(&path, readme("sdks/python/README.md", "python")).unwrap();
    is_answered(python(path.to_str().unwrap())).await;
}

#[tokio::test]
#[ignore = "needs what cargo xtask bindings makes"]
async fn program_of_the_kotlin_readme_calls_bob() {
    is_answered(kotlin("ReadmeKt")).await;
}

/// The last half second that was heard.
#[derive(Clone, Default)]
struct Ears(Arc<Mutex<Vec<i16>>>);

impl Ears {
    fn loudspeaker(&self) -> FnOutput<impl FnMut(&[i16]) + Send + use<>> {
        let heard = self.0.clone();
        FnOutput::new(move |played: &[i16]| {
            let mut heard = heard.lock().unwrap();
            heard.extend(played);
            let old = heard.len().saturating_sub(SAMPLE_RATE / 2);
            heard.drain(..old);
        })
    }

    /// How much of it is a tone of this many hertz: 1 is all of it.
    fn share_of(&self, hertz: f64) -> f64 {
        let heard = self.0.lock().unwrap();
        let turn = hertz * std::f64::consts::TAU / SAMPLE_RATE as f64;
        let (mut cosine, mut sine, mut power) = (0.0, 0.0, 0.0);
        for (at, sample) in heard.iter().enumerate() {
            let (sample, phase) = (f64::from(*sample), turn * at as f64);
            cosine += sample * phase.cos();
            sine += sample * phase.sin();
            power += sample * sample;
        }
        (cosine * cosine + sine * sine) * 2.0 / (power * heard.len() as f64).max(1.0)
    }
}

/// `aiortc`, a WebRTC stack in Python that shares no code with this one.
#[tokio::test]
#[ignore = "needs what cargo xtask bindings makes"]
async fn foreign_webrtc_stack_and_a_native_client_hear_each_other() {
    let server = Server::start().await;
    let ears = Ears::default();
    let engine = Engine::builder()
        .microphone(Tone { hertz: 440.0 })
        .loudspeaker(ears.loudspeaker())
        .build();
    let mut alice = Person::login_with(&server, "alice", builder(&server), engine).await;
    // Bob rings once he is signed in.
    let mut program = python("examples/aiortc/answer.py");
    program.arg(format!("http://{}", server.address));
    program.args([server.app_key.as_str(), "bob"]);
    program.args([&server.token("bob").await, "440"]);
    let alice_calls = async {
        let presence = alice.client.watch_presence(&["bob"]).await.unwrap();
        if !presence.iter().any(|one| one.online) {
            alice
                .sees("bob's coming", |event| match event {
                    Event::PresenceChanged { presence } if presence.online => Some(()),
                    _ => None,
                })
                .await;
        }
        let call_id = alice.calls("bob").await;
        alice.sees_enter("bob").await;
        let whistle_comes = async || (ears.share_of(1_000.0) > 0.9).then_some(());
        eventually("alice hears bob whistle", whistle_comes).await;
        alice.client.hangup().await.unwrap();
        alice.sees_end(call_id).await
    };
    let (output, reason) = tokio::join!(run(program), alice_calls);
    assert_eq!(reason, EndReason::HungUp);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(said.trim(), "heard 440 Hz");
}
