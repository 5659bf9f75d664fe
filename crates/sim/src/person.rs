//! The people: each has a device in hand and, at random times, does something with it that makes more or less sense.

use hullo_core::endpoint::{Op, State};
use hullo_protocol::{Accid, AppKey, CallView, DeviceInfo, Media};

use crate::dice::Dice;

/// What a person does.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Nothing for now.
    Wait,
    /// Asks the app for something.
    Ask(Op),
    /// Signs in.
    SignIn,
    /// Reloads the page.
    Reload,
    /// Closes the laptop and opens it again.
    Sleep,
    /// Walks out of the network and back in.
    LoseNetwork,
    /// Walks from one network into another; the platform notices.
    ChangeNetwork,
}

/// What a person sees on the screen, and who else there is.
#[derive(Debug)]
pub struct Scene<'a> {
    /// The public state.
    pub state: State,
    /// The call.
    pub call: Option<&'a CallView>,
    /// Whether the app is signed in, as far as the person knows.
    pub signed_in: bool,
    /// The person.
    pub me: &'a Accid,
    /// All accounts, oneself included.
    pub accounts: &'a [Accid],
    /// Whether people break things on purpose.
    pub clumsy: bool,
}

/// Ring times to choose from: mostly short, so that a run sees many calls.
const RING_MS: [Option<u64>; 5] = [Some(1), Some(5_000), Some(8_000), Some(20_000), None];

/// Decides what to do next.
pub fn choose(scene: &Scene<'_>, dice: &mut Dice) -> Deed {
    if scene.clumsy && dice.chance(60) {
        let mishaps = [
            (4, Deed::Reload),
            (2, Deed::Sleep),
            (3, Deed::LoseNetwork),
            (2, Deed::ChangeNetwork),
        ];
        return dice.weighted(&mishaps).unwrap_or(Deed::Wait);
    }
    if !scene.signed_in {
        return Deed::SignIn;
    }
    if dice.chance(40) {
        return Deed::Ask(nonsense(scene, dice));
    }
    let choices = match scene.state {
        State::Idle => vec![
            (70, dial(scene, dice)),
            (20, Deed::Wait),
            (3, Deed::Ask(Op::Logout)),
            (4, Deed::Ask(read_messages(scene, dice))),
            (3, Deed::Ask(watch(scene))),
        ],
        State::Calling => vec![
            (180, Deed::Wait),
            (14, Deed::Ask(Op::Cancel)),
            (6, Deed::Ask(Op::Hangup)),
            (1, Deed::Ask(Op::Logout)),
        ],
        State::Called => vec![
            (55, Deed::Ask(Op::Accept)),
            (15, Deed::Ask(Op::Reject)),
            (5, Deed::Ask(Op::Hangup)),
            (30, Deed::Wait),
            (1, Deed::Ask(Op::Logout)),
        ],
        State::InCall => in_call(scene, dice),
    };
    dice.weighted(&choices).unwrap_or(Deed::Wait)
}

/// What people do when nothing may be left in the end.
pub fn wind_down(state: State) -> Deed {
    match state {
        State::Idle => Deed::Wait,
        State::Calling | State::Called | State::InCall => Deed::Ask(Op::Hangup),
    }
}

/// The login of a device.
pub fn login(accid: &Accid, device: DeviceInfo, app_key: AppKey, token: &str) -> Op {
    Op::Login {
        app_key,
        accid: accid.clone(),
        token: token.to_owned().into(),
        device,
    }
}

fn in_call(scene: &Scene<'_>, dice: &mut Dice) -> Vec<(u32, Deed)> {
    let asked = scene
        .call
        .and_then(|call| call.switch.as_ref())
        .is_some_and(|switch| switch.by != *scene.me);
    let other = scene
        .call
        .into_iter()
        .flat_map(|call| &call.participants)
        .find(|participant| participant.accid != *scene.me);
    let mut choices = vec![
        (70, Deed::Wait),
        (12, Deed::Ask(Op::Hangup)),
        (12, Deed::Ask(switch(dice))),
        (
            6,
            Deed::Ask(Op::MuteLocalAudio {
                muted: dice.chance(500),
            }),
        ),
        (
            4,
            Deed::Ask(Op::MuteLocalVideo {
                muted: dice.chance(500),
            }),
        ),
        (
            4,
            Deed::Ask(Op::EnableLocalVideo {
                enabled: dice.chance(500),
            }),
        ),
        (1, Deed::Ask(Op::Logout)),
    ];
    if let Some(other) = other {
        let accid = other.accid.clone();
        let muted = dice.chance(500);
        choices.push((4, Deed::Ask(Op::SetAudioMute { accid, muted })));
    }
    if asked {
        let agree = dice.chance(600);
        choices.push((80, Deed::Ask(Op::AnswerSwitch { agree })));
    }
    choices
}

fn dial(scene: &Scene<'_>, dice: &mut Dice) -> Deed {
    let others: Vec<&Accid> = scene
        .accounts
        .iter()
        .filter(|accid| *accid != scene.me)
        .collect();
    if others.is_empty() {
        return Deed::Wait;
    }
    let accid = others[dice.index(others.len())].clone();
    Deed::Ask(call(accid, dice))
}

fn call(accid: Accid, dice: &mut Dice) -> Op {
    Op::Call {
        accid,
        media: media(dice),
        attachment: dice.chance(200).then(|| "for the callee".to_owned()),
        timeout_ms: RING_MS[dice.index(RING_MS.len())],
    }
}

fn media(dice: &mut Dice) -> Media {
    if dice.chance(500) {
        Media::Audio
    } else {
        Media::Video
    }
}

fn switch(dice: &mut Dice) -> Op {
    Op::SwitchCallType { media: media(dice) }
}

fn read_messages(scene: &Scene<'_>, dice: &mut Dice) -> Op {
    Op::ListMessages {
        with: scene.accounts[dice.index(scene.accounts.len())].clone(),
        before: None,
        limit: 10,
    }
}

fn watch(scene: &Scene<'_>) -> Op {
    Op::WatchPresence {
        accids: scene.accounts.to_vec(),
    }
}

/// Any operation, whether it makes sense in this state or not.
fn nonsense(scene: &Scene<'_>, dice: &mut Dice) -> Op {
    match dice.index(12) {
        0 => Op::Accept,
        1 => Op::Reject,
        2 => Op::Cancel,
        3 => Op::Hangup,
        4 => switch(dice),
        5 => Op::AnswerSwitch { agree: true },
        6 => Op::MuteLocalAudio { muted: true },
        7 => Op::EnableLocalVideo { enabled: true },
        8 => call(scene.me.clone(), dice),
        9 => match Accid::parse("nobody") {
            Ok(nobody) => call(nobody, dice),
            Err(_) => Op::Hangup,
        },
        10 => Op::SetAudioMute {
            accid: scene.accounts[dice.index(scene.accounts.len())].clone(),
            muted: true,
        },
        _ => call(
            scene.accounts[dice.index(scene.accounts.len())].clone(),
            dice,
        ),
    }
}
