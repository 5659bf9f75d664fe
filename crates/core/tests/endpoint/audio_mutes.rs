//! Whom this device has muted for itself: for as long as the call is known, however often it is left and entered.

use hullo_core::endpoint::{DevicePresets, MediaCommand, Op};
use hullo_protocol::{Command, Event, Slot, SlotKind, Uid};

use crate::phone::group::{active, call_of};
use crate::phone::{INVITE, Phone, accid};

const JOIN: Op = Op::Join {
    call_id: INVITE,
    presets: DevicePresets::NONE,
};

/// In the call, with bob's sound; bob is muted here.
fn bob_muted() -> Phone {
    let mut phone = Phone::logged_in();
    enter(&mut phone, JOIN);
    phone.ask(Op::SetAudioMute {
        accid: accid("bob"),
        muted: true,
    });
    phone
}

fn enter(phone: &mut Phone, op: Op) {
    phone.ask(op);
    let enters = |c: &Command| matches!(c, Command::Join { .. } | Command::Continue { .. });
    phone.answer(enters, call_of(active(INVITE, 4)));
    phone.offer();
}

/// Whether bob is muted here, by what is played and by what the application is told.
fn is_muted(phone: &mut Phone) -> (bool, bool) {
    phone.event(Event::MediaSlots {
        call_id: INVITE,
        slots: vec![Slot {
            mid: "0".into(),
            kind: SlotKind::Audio,
            uid: Some(Uid(1)),
        }],
    });
    let Some(MediaCommand::Slots { slots, .. }) = phone.media.last() else {
        panic!("{:?}", phone.media)
    };
    let told = phone.told().audio_mutes == [accid("bob")];
    (slots[0].muted, told)
}

#[test]
fn who_leaves_and_joins_again_hears_nobody_who_was_muted() {
    let mut phone = bob_muted();
    assert_eq!(is_muted(&mut phone), (true, true));
    phone.ask(Op::Leave);
    assert!(phone.told().audio_mutes.is_empty(), "there is no call");
    enter(&mut phone, JOIN);
    assert_eq!(is_muted(&mut phone), (true, true));
}

#[test]
fn call_that_went_to_another_device_and_came_back_is_as_it_was() {
    let mut phone = bob_muted();
    phone.event(Event::CallContinuedElsewhere { call_id: INVITE });
    let continue_here = Op::ContinueHere {
        call_id: INVITE,
        presets: DevicePresets::NONE,
    };
    enter(&mut phone, continue_here);
    assert_eq!(is_muted(&mut phone), (true, true));
}

#[test]
fn who_is_unmuted_stays_so() {
    let mut phone = bob_muted();
    phone.ask(Op::SetAudioMute {
        accid: accid("bob"),
        muted: false,
    });
    phone.ask(Op::Leave);
    enter(&mut phone, JOIN);
    assert_eq!(is_muted(&mut phone), (false, false));
}

#[test]
fn another_account_knows_nothing_of_it() {
    let mut phone = bob_muted();
    phone.ask(Op::Logout);
    phone.log_in();
    enter(&mut phone, JOIN);
    assert_eq!(is_muted(&mut phone), (false, false));
}
