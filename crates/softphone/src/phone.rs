//! The loop that people and scripts share: what happens is shown, what is wanted is done.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use hullo_client::protocol::{Accid, EndReason, Media, Platform, Token};
use hullo_client::{
    CallOptions, Client, DevicePresets, Event, Events, FileStore, GroupCallOptions, Rtc, State,
    WebSocket, texts,
};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use crate::demo;
use crate::devices::{self, Watched};
use crate::keys::Wish;
use crate::options::{Answer, Call, Line};
use crate::screen::Screen;
use crate::script::Script;
use crate::texts::Language;

/// The screen is drawn so often while nothing else happens.
const REDRAW: Duration = Duration::from_millis(100);
/// Nobody answered.
const NOT_REACHED: u8 = 2;

pub(crate) enum Task {
    Call(Call),
    Answer(Answer),
}

impl Task {
    fn line(&self) -> &Line {
        match self {
            Self::Call(call) => &call.line,
            Self::Answer(answer) => &answer.line,
        }
    }

    /// Whom it calls, as far as that is known.
    fn callee(&self) -> String {
        match self {
            Self::Call(call) => call.accids.join(", "),
            Self::Answer(_) => String::new(),
        }
    }

    fn answers_by_itself(&self) -> bool {
        matches!(self, Self::Answer(answer) if answer.auto)
    }

    fn ends_with_the_call(&self) -> bool {
        match self {
            Self::Call(_) => true,
            Self::Answer(answer) => answer.once,
        }
    }
}

/// Where it is shown, and where wishes come from.
pub(crate) enum Face {
    Screen(Box<Screen>),
    Script(Script),
}

pub(crate) fn run(task: Task) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let lived = runtime.context("no runtime").and_then(|runtime| {
        let lived = runtime.block_on(live(&task));
        // A script may keep standard input open, which is read on a thread that cannot be stopped.
        runtime.shutdown_background();
        lived
    });
    match lived {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn live(task: &Task) -> Result<ExitCode> {
    let line = task.line();
    let (engine, watched) = devices::engine(line);
    let (app_key, token) = credentials(line).await?;
    let transport = WebSocket::new(&line.server)?;
    let media = Rtc::to(&transport, engine)?;
    let mut builder = Client::builder_over(transport, &app_key).platform(Platform::Server);
    if let Some(path) = &line.store {
        builder = builder.store(FileStore::new(path));
    }
    if line.token.is_none() {
        let (server, me) = (line.server.clone(), line.me.clone());
        builder = builder.token_handler(move |call_id, uid| {
            let (server, me) = (server.clone(), me.clone());
            async move {
                let token = demo::room_token(&server, &me, &call_id.to_string(), uid.0).await;
                token.map(Token::from)
            }
        });
    }
    let (client, events) = builder.build(media)?;
    client.login(&line.me, token).await?;
    let (wishes, wanted) = mpsc::unbounded_channel();
    let face = match line.json {
        true => Face::Script(Script::begin(wishes)),
        false => Face::Screen(Box::new(Screen::begin(
            line.me.clone(),
            watched.clone(),
            wishes,
        )?)),
    };
    let mut phone = Phone {
        task,
        client,
        face,
        watched,
        talked: false,
        other: task.callee(),
        ended: None,
        code: ExitCode::SUCCESS,
    };
    let ended = phone.live(events, wanted).await;
    let Phone {
        client,
        face,
        ended: how,
        code,
        ..
    } = phone;
    let is_seen = matches!(face, Face::Screen(_));
    // Gives the terminal back.
    drop(face);
    if let Some(how) = how.filter(|_| is_seen) {
        println!("{how}");
    }
    // Whoever calls is not to ring on.
    let _ = client.logout().await;
    client.close().await;
    ended.map(|()| code)
}

/// The app and a login token: those that were given, or the demo's.
async fn credentials(line: &Line) -> Result<(String, String)> {
    match (&line.token, &line.app_key) {
        (Some(token), Some(app_key)) => Ok((app_key.clone(), token.clone())),
        (Some(_), None) => anyhow::bail!("--token needs --app-key, too"),
        (None, _) => {
            let session = demo::session(&line.server, &line.me).await?;
            Ok((session.app_key, session.token))
        }
    }
}

struct Phone<'a> {
    task: &'a Task,
    client: Client,
    face: Face,
    watched: Watched,
    /// Somebody was there.
    talked: bool,
    /// Who is or was at the other end.
    other: String,
    /// How the last call ended.
    ended: Option<String>,
    code: ExitCode,
}

impl Phone<'_> {
    async fn live(
        &mut self,
        mut events: Events,
        mut wanted: mpsc::UnboundedReceiver<Wish>,
    ) -> Result<()> {
        if let Task::Call(call) = self.task {
            self.dial(call).await?;
        }
        let mut is_open = true;
        let mut redraw = interval(REDRAW);
        redraw.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                event = events.next() => {
                    let event = event.context("the client has failed")?;
                    if self.take(&event).await? {
                        return Ok(());
                    }
                }
                wish = wanted.recv(), if is_open => match wish {
                    Some(Wish::Quit) => return Ok(()),
                    Some(wish) => self.grant(wish).await,
                    // A script that has no more commands goes on without.
                    None => is_open = false,
                },
                _ = tokio::signal::ctrl_c() => return Ok(()),
                _ = redraw.tick() => self.show()?,
            }
        }
    }

    async fn dial(&self, call: &Call) -> Result<()> {
        let media = self.media();
        let mut options = CallOptions {
            media,
            ..CallOptions::default()
        };
        options.invite.attachment.clone_from(&call.attachment);
        match call.accids.as_slice() {
            [one] => {
                self.client.call(one, options).await?;
            }
            several => {
                let options = GroupCallOptions {
                    call: options,
                    ..GroupCallOptions::default()
                };
                let several: Vec<&str> = several.iter().map(String::as_str).collect();
                self.client.group_call(&several, options).await?;
            }
        }
        Ok(())
    }

    fn media(&self) -> Media {
        match self.task.line().video {
            Some(_) => Media::Video,
            None => Media::Audio,
        }
    }

    /// Whether it was the last.
    async fn take(&mut self, event: &Event) -> Result<bool> {
        match &mut self.face {
            Face::Screen(screen) => screen.take(event),
            Face::Script(script) => script.take(event)?,
        }
        match event {
            Event::Invited { invitor, name, .. } => {
                self.other = name.clone().unwrap_or_else(|| invitor.to_string());
                if self.task.answers_by_itself() {
                    self.grant(Wish::Accept).await;
                }
            }
            Event::UserEnter { .. } => self.talked = true,
            Event::CallEnd { reason, by, .. } => {
                self.watched.forget_the_picture();
                self.end(*reason, by.as_ref());
                self.show()?;
                let talked = std::mem::take(&mut self.talked);
                if self.task.ends_with_the_call() {
                    self.code = code(talked, *reason);
                    return Ok(true);
                }
            }
            Event::Disconnect { reason } => anyhow::bail!("signed out: {reason:?}"),
            _ => {}
        }
        self.show()?;
        Ok(false)
    }

    /// How it ended, in words.
    fn end(&mut self, reason: EndReason, by: Option<&Accid>) {
        let me = &self.task.line().me;
        let is_mine = by.map(|by| by.as_str().eq_ignore_ascii_case(me));
        let has_dialled = matches!(self.task, Task::Call(_));
        let language = Language::of_terminal().tag();
        let how = texts::ending(reason, is_mine, has_dialled, &self.other, language);
        if let Face::Screen(screen) = &mut self.face {
            screen.end(&how);
        }
        self.ended = Some(how);
    }

    /// What cannot be done now is said, and changes nothing.
    async fn grant(&mut self, wish: Wish) {
        let status = self.client.status();
        let local = status.local;
        let presets = DevicePresets {
            video: self.task.line().video.is_none().then_some(false),
            ..DevicePresets::NONE
        };
        let done = match wish {
            Wish::Accept => self.client.accept(presets).await.map(drop),
            Wish::Reject => self.client.reject().await,
            Wish::TurnMicrophone(on) => {
                let on = on.unwrap_or(local.audio_muted);
                self.client.mute_local_audio(!on).await
            }
            Wish::TurnCamera(on) => {
                let on = on.unwrap_or(local.video_muted);
                self.client.mute_local_video(!on).await
            }
            Wish::HangUp if status.state == State::Called => self.client.reject().await,
            Wish::HangUp if status.state == State::Calling => self.client.cancel().await,
            Wish::HangUp => self.client.hangup().await,
            Wish::Quit => Ok(()),
        };
        if let Err(error) = done {
            match &mut self.face {
                Face::Screen(screen) => screen.complain(&error),
                Face::Script(script) => script.complain(&error),
            }
        }
    }

    fn show(&mut self) -> Result<()> {
        match &mut self.face {
            Face::Screen(screen) => screen.draw(&self.client.status()),
            Face::Script(_) => Ok(()),
        }
    }
}

fn code(talked: bool, reason: EndReason) -> ExitCode {
    match (talked, reason) {
        (_, EndReason::Server | EndReason::TokenRefused) => ExitCode::FAILURE,
        (true, _) => ExitCode::SUCCESS,
        (false, _) => ExitCode::from(NOT_REACHED),
    }
}
