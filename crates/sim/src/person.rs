//! The people: each has a device and, at random times, does something with it that makes more or less sense.

use hullo_core::endpoint::{DevicePresets, Op, State};
use hullo_protocol::{
    Accid, AppKey, CallId, CallKind, CallView, DeviceInfo, GroupTerms, InviteMode, JoinMode, Media,
    MessageId, OtherCall, SlotKind,
};

use crate::device::Shown;
use crate::dice::Dice;

#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Nothing for now.
    Wait,
    /// Starts an operation of the app.
    Start(Op),
    SignIn,
    Reload,
    /// Closes the app and opens it again later.
    CloseApp,
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
    pub state: State,
    pub call: Option<&'a CallView>,
    /// What is shown beside it.
    pub shown: &'a Shown,
    /// Calls found by asking.
    pub found: &'a [CallId],
    /// Group calls that people know of.
    pub running: &'a [CallId],
    /// Whether the app is signed in, as far as the person knows.
    pub signed_in: bool,
    pub me: &'a Accid,
    /// All accounts, oneself included.
    pub accounts: &'a [Accid],
    /// Whether people break things on purpose.
    pub clumsy: bool,
}

/// Ring times to choose from: mostly short, so that a run sees many calls.
const RING_MS: [Option<u64>; 5] = [Some(1), Some(5_000), Some(8_000), Some(20_000), None];
/// The only group.
const GROUP: &str = "team";

/// Decides what to do next.
pub fn choose(scene: &Scene<'_>, dice: &mut Dice) -> Action {
    if scene.clumsy && dice.chance(60) {
        let mishaps = [
            (4, Action::Reload),
            (2, Action::CloseApp),
            (2, Action::Sleep),
            (3, Action::LoseNetwork),
            (2, Action::ChangeNetwork),
        ];
        return dice.weighted(&mishaps).unwrap_or(Action::Wait);
    }
    if !scene.signed_in {
        // Not at once: where only one device may be signed in, two would drive each other out all day.
        return if dice.chance(400) {
            Action::SignIn
        } else {
            Action::Wait
        };
    }
    if dice.chance(40) {
        return Action::Start(nonsense(scene, dice));
    }
    let mut choices = match scene.state {
        State::Idle => idle(scene, dice),
        State::Calling => vec![
            (180, Action::Wait),
            (14, Action::Start(Op::Cancel)),
            (6, Action::Start(Op::Hangup)),
            (3, Action::Start(invite(scene, dice))),
            (1, Action::Start(Op::Logout)),
        ],
        State::Called => vec![
            (65, Action::Start(Op::ACCEPT)),
            (15, Action::Start(Op::Reject)),
            (5, Action::Start(Op::Hangup)),
            (30, Action::Wait),
            (1, Action::Start(Op::Logout)),
        ],
        State::InCall => in_call(scene, dice),
    };
    if let Some(waiting) = &scene.shown.waiting {
        let call_id = waiting.call_id;
        let accept = |other| {
            Action::Start(Op::AcceptWaiting {
                call_id,
                other,
                presets: DevicePresets::NONE,
            })
        };
        choices.extend([
            (60, accept(OtherCall::Hold)),
            (30, accept(OtherCall::End)),
            (20, Action::Start(Op::RejectWaiting { call_id })),
        ]);
    }
    dice.weighted(&choices).unwrap_or(Action::Wait)
}

/// What people do when nothing may be left in the end.
pub fn wind_down(state: State) -> Action {
    match state {
        State::Idle => Action::Wait,
        State::Calling | State::Called | State::InCall => Action::Start(Op::Hangup),
    }
}

/// The login of a device.
pub fn login(
    accid: &Accid,
    device: DeviceInfo,
    app_key: AppKey,
    token: &str,
    cursor: Option<MessageId>,
    provider: bool,
) -> Op {
    Op::Login {
        app_key,
        accid: accid.clone(),
        token: Some(token.to_owned().into()),
        provider,
        device,
        cursor,
    }
}

fn idle(scene: &Scene<'_>, dice: &mut Dice) -> Vec<(u32, Action)> {
    let several = if scene.accounts.len() > 2 { 35 } else { 8 };
    let mut choices = vec![
        (60, dial(scene, dice)),
        (several, Action::Start(group_call(scene, dice))),
        (20, Action::Wait),
        (3, Action::Start(Op::Logout)),
        (4, Action::Start(read_messages(scene, dice))),
        (3, Action::Start(watch(scene))),
        (6, Action::Start(query(None))),
    ];
    if let Some(call) = scene.shown.elsewhere.first() {
        let call_id = call.call_id;
        choices.push((
            60,
            Action::Start(Op::ContinueHere {
                call_id,
                presets: DevicePresets::NONE,
            }),
        ));
    }
    for call_id in scene.found.iter().chain(scene.running) {
        choices.push((
            25,
            Action::Start(Op::Join {
                call_id: *call_id,
                presets: DevicePresets::NONE,
            }),
        ));
    }
    choices
}

fn in_call(scene: &Scene<'_>, dice: &mut Dice) -> Vec<(u32, Action)> {
    let asked = scene
        .call
        .and_then(|call| call.switch.as_ref())
        .is_some_and(|switch| switch.by != *scene.me);
    let others: Vec<&Accid> = scene
        .call
        .into_iter()
        .flat_map(|call| &call.participants)
        .map(|participant| &participant.accid)
        .filter(|accid| *accid != scene.me)
        .collect();
    let group = scene.call.is_some_and(|call| call.kind == CallKind::Group);
    let toggle = |dice: &mut Dice| dice.chance(500);
    let mut choices = vec![
        (70, Action::Wait),
        (8, Action::Start(Op::Hangup)),
        (if group { 14 } else { 4 }, Action::Start(Op::Leave)),
        (12, Action::Start(switch(dice))),
        (
            if group { 20 } else { 4 },
            Action::Start(invite(scene, dice)),
        ),
        (
            5,
            Action::Start(Op::MuteLocalAudio {
                muted: toggle(dice),
            }),
        ),
        (
            4,
            Action::Start(Op::MuteLocalVideo {
                muted: toggle(dice),
            }),
        ),
        (
            4,
            Action::Start(Op::EnableLocalVideo {
                enabled: toggle(dice),
            }),
        ),
        (
            2,
            Action::Start(Op::RetryDevice {
                kind: SlotKind::Audio,
            }),
        ),
        (1, Action::Start(Op::Logout)),
    ];
    if !others.is_empty() {
        let accid = others[dice.index(others.len())].clone();
        let muted = toggle(dice);
        choices.push((4, Action::Start(Op::SetAudioMute { accid, muted })));
        let accids = others.into_iter().take(2).cloned().collect();
        choices.push((4, Action::Start(Op::ShowVideos { accids })));
    }
    if asked {
        let agree = dice.chance(600);
        choices.push((80, Action::Start(Op::AnswerSwitch { agree })));
    }
    choices
}

fn dial(scene: &Scene<'_>, dice: &mut Dice) -> Action {
    let others: Vec<&Accid> = scene
        .accounts
        .iter()
        .filter(|accid| *accid != scene.me)
        .collect();
    if others.is_empty() {
        return Action::Wait;
    }
    let accid = others[dice.index(others.len())].clone();
    Action::Start(call(accid, dice))
}

fn call(accid: Accid, dice: &mut Dice) -> Op {
    Op::Call {
        accid,
        media: media(dice),
        attachment: dice.chance(200).then(|| "for the callee".to_owned()),
        timeout_ms: RING_MS[dice.index(RING_MS.len())],
        presets: DevicePresets::NONE,
    }
}

fn group_call(scene: &Scene<'_>, dice: &mut Dice) -> Op {
    let terms = GroupTerms {
        group_id: dice.chance(700).then(|| GROUP.to_owned()),
        invite_mode: [InviteMode::Everyone, InviteMode::Caller][dice.index(2)],
        join_mode: [JoinMode::Invited, JoinMode::Everyone][dice.index(2)],
        keep_last: dice.chance(200),
    };
    Op::GroupCall {
        accids: some_accounts(scene, dice),
        media: media(dice),
        terms,
        attachment: None,
        timeout_ms: RING_MS[dice.index(RING_MS.len())],
        presets: DevicePresets::NONE,
    }
}

fn invite(scene: &Scene<'_>, dice: &mut Dice) -> Op {
    Op::GroupInvite {
        accids: some_accounts(scene, dice),
        attachment: dice.chance(200).then(|| "join us".to_owned()),
        timeout_ms: RING_MS[dice.index(RING_MS.len())],
    }
}

/// Most of the others; now and then somebody twice, oneself, or an account that does not exist.
fn some_accounts(scene: &Scene<'_>, dice: &mut Dice) -> Vec<Accid> {
    let others = scene.accounts.iter().filter(|accid| *accid != scene.me);
    let mut some: Vec<Accid> = others.filter(|_| dice.chance(700)).cloned().collect();
    if dice.chance(60) {
        some.push(scene.accounts[dice.index(scene.accounts.len())].clone());
    }
    if dice.chance(60) {
        some.extend(Accid::parse("nobody").ok());
    }
    some
}

fn query(call_id: Option<CallId>) -> Op {
    let group_id = call_id.is_none().then(|| GROUP.to_owned());
    Op::QueryCall { call_id, group_id }
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
    let anyone = scene.accounts[dice.index(scene.accounts.len())].clone();
    // A call that people know of, or one that never was.
    let call_id = scene
        .running
        .first()
        .copied()
        .unwrap_or(CallId::from_u128(u128::from(dice.seed())));
    match dice.index(21) {
        0 => Op::ACCEPT,
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
            accid: anyone,
            muted: true,
        },
        11 => Op::Leave,
        12 => group_call(scene, dice),
        13 => invite(scene, dice),
        14 => Op::Join {
            call_id,
            presets: DevicePresets::NONE,
        },
        15 => query(Some(call_id)),
        16 => Op::ContinueHere {
            call_id,
            presets: DevicePresets::NONE,
        },
        17 => Op::AcceptWaiting {
            call_id,
            other: OtherCall::Hold,
            presets: DevicePresets::NONE,
        },
        18 => Op::RejectWaiting { call_id },
        19 => Op::ShowVideos {
            accids: vec![anyone],
        },
        _ => call(anyone, dice),
    }
}
