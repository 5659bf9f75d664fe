//! Every operation in every state: the table of behaviour A.2.

use hullo_core::endpoint::{DevicePresets, Op, State, Value};
use hullo_protocol::{ErrorKind, Media, OtherCall, SlotKind};

use crate::phone::group::{call_all, invite_all, show};
use crate::phone::{FOREIGN, INVITE, Phone, accid, call_bob};

const STATES: [State; 4] = [State::Idle, State::Calling, State::Called, State::InCall];

/// What an operation is answered at once in idle, calling, called and in a call; none where it asks the server first.
fn answers(op: Op, expected: [Option<Result<(), ErrorKind>>; 4]) {
    for (state, expected) in STATES.into_iter().zip(expected) {
        let mut phone = Phone::in_state(state);
        let ticket = phone.ask(op.clone());
        let result = phone
            .result_of(ticket)
            .cloned()
            .map(|result| result.map(|_| ()));
        assert_eq!(result, expected, "{op:?} while {state:?}");
        if matches!(expected, Some(Err(_))) {
            assert_eq!(
                phone.state(),
                state,
                "{op:?} while {state:?} changes nothing"
            );
            assert!(
                phone.sent.is_empty(),
                "{op:?} while {state:?} sends nothing"
            );
        }
    }
}

fn refused(kind: ErrorKind) -> Option<Result<(), ErrorKind>> {
    Some(Err(kind))
}

const DONE: Option<Result<(), ErrorKind>> = Some(Ok(()));

#[test]
fn call_works_when_idle_only() {
    let expected = [
        None,
        refused(ErrorKind::CallWhileCalling),
        refused(ErrorKind::CallWhileCalled),
        refused(ErrorKind::CallWhileInCall),
    ];
    answers(call_bob(Media::Video), expected);
}

#[test]
fn running_call_is_entered_when_idle_only() {
    let expected = [
        None,
        refused(ErrorKind::CallWhileCalling),
        refused(ErrorKind::CallWhileCalled),
        refused(ErrorKind::CallWhileInCall),
    ];
    let call_id = INVITE;
    answers(call_all(&["bob", "carol"], Media::Video), expected);
    answers(
        Op::Join {
            call_id,
            presets: DevicePresets::NONE,
        },
        expected,
    );
    answers(
        Op::ContinueHere {
            call_id,
            presets: DevicePresets::NONE,
        },
        expected,
    );
}

#[test]
fn inviting_works_in_a_call_and_in_a_group_that_rings() {
    let expected = [
        refused(ErrorKind::InviteWhileIdle),
        refused(ErrorKind::InviteWhileCalling),
        refused(ErrorKind::InviteWhileCalled),
        None,
    ];
    answers(invite_all(&["carol"]), expected);
    let mut phone = Phone::group_calling();
    let ticket = phone.ask(invite_all(&["erin"]));
    assert_eq!(phone.result_of(ticket), None, "the server is asked");
}

#[test]
fn leaving_works_in_a_call_only() {
    let expected = [
        refused(ErrorKind::LeaveWhileIdle),
        refused(ErrorKind::LeaveWhileCalling),
        refused(ErrorKind::LeaveWhileCalled),
        DONE,
    ];
    answers(Op::Leave, expected);
}

#[test]
fn pictures_can_be_chosen_from_the_dial_on() {
    let expected = [refused(ErrorKind::NotInCall), DONE, DONE, DONE];
    answers(show(&["bob"]), expected);
}

#[test]
fn second_call_is_answered_only_where_one_waits() {
    let unknown = [refused(ErrorKind::CallNotFound); 4];
    let call_id = FOREIGN;
    for other in [OtherCall::End, OtherCall::Hold] {
        answers(
            Op::AcceptWaiting {
                call_id,
                other,
                presets: DevicePresets::NONE,
            },
            unknown,
        );
    }
    answers(Op::RejectWaiting { call_id }, unknown);
}

#[test]
fn what_is_asked_of_the_server_alone_works_in_every_state() {
    let query = Op::QueryCall {
        call_id: Some(INVITE),
        group_id: None,
    };
    answers(query, [None; 4]);
}

#[test]
fn accept_works_when_called_only() {
    let expected = [
        refused(ErrorKind::AcceptWhileIdle),
        refused(ErrorKind::AcceptWhileCalling),
        None,
        refused(ErrorKind::AcceptWhileInCall),
    ];
    answers(Op::ACCEPT, expected);
}

#[test]
fn reject_works_when_called_only() {
    let expected = [
        refused(ErrorKind::RejectWhileIdle),
        refused(ErrorKind::RejectWhileCalling),
        DONE,
        refused(ErrorKind::RejectWhileInCall),
    ];
    answers(Op::Reject, expected);
}

#[test]
fn cancel_works_when_calling_only() {
    let expected = [
        refused(ErrorKind::CancelWhileIdle),
        DONE,
        refused(ErrorKind::CancelWhileCalled),
        refused(ErrorKind::CancelWhileInCall),
    ];
    answers(Op::Cancel, expected);
}

#[test]
fn hang_up_works_in_every_state_and_at_once() {
    answers(Op::Hangup, [DONE; 4]);
}

#[test]
fn switch_works_in_a_call_only() {
    let expected = [
        refused(ErrorKind::SwitchWhileIdle),
        refused(ErrorKind::SwitchWhileCalling),
        refused(ErrorKind::SwitchWhileCalled),
        None,
    ];
    answers(
        Op::SwitchCallType {
            media: Media::Audio,
        },
        expected,
    );
    let not_in_call = refused(ErrorKind::NotInCall);
    answers(
        Op::AnswerSwitch { agree: true },
        [not_in_call, not_in_call, not_in_call, None],
    );
}

#[test]
fn screen_is_shared_in_a_call_only() {
    let not_in_call = refused(ErrorKind::NotInCall);
    let asked = [not_in_call, not_in_call, not_in_call, None];
    answers(Op::ShareScreen { enabled: true }, asked);
    let done = [not_in_call, not_in_call, not_in_call, DONE];
    answers(Op::ShareScreen { enabled: false }, done);
}

#[test]
fn own_devices_can_be_set_in_every_call() {
    let expected = [refused(ErrorKind::NotInCall), DONE, DONE, DONE];
    answers(Op::MuteLocalAudio { muted: true }, expected);
    answers(Op::MuteLocalVideo { muted: true }, expected);
    answers(Op::EnableLocalVideo { enabled: false }, expected);
    let kind = SlotKind::Audio;
    answers(Op::RetryDevice { kind }, expected);
}

#[test]
fn participant_can_be_muted_when_there_is_one() {
    let expected = [refused(ErrorKind::NotInCall), DONE, DONE, DONE];
    answers(
        Op::SetAudioMute {
            accid: accid("bob"),
            muted: true,
        },
        expected,
    );
    let unknown = refused(ErrorKind::ParticipantNotFound);
    let expected = [refused(ErrorKind::NotInCall), unknown, unknown, unknown];
    answers(
        Op::SetAudioMute {
            accid: accid("carol"),
            muted: true,
        },
        expected,
    );
}

#[test]
fn call_to_oneself_or_with_too_much_text_is_refused() {
    let call = |accid, attachment| Op::Call {
        accid,
        media: Media::Audio,
        attachment,
        timeout_ms: None,
        presets: DevicePresets::NONE,
    };
    for (op, kind) in [
        (call(accid("alice"), None), ErrorKind::CalledOneself),
        (
            call(accid("bob"), Some("x".repeat(4097))),
            ErrorKind::TooLarge,
        ),
    ] {
        let mut phone = Phone::logged_in();
        let ticket = phone.ask(op);
        assert_eq!(phone.result_of(ticket), Some(&Err(kind)));
        assert_eq!(phone.state(), State::Idle);
        assert!(phone.sent.is_empty());
    }
}

#[test]
fn nothing_but_sign_in_works_before_it() {
    let mut phone = Phone::new();
    let call_id = INVITE;
    let group_id = None;
    for op in [
        call_bob(Media::Audio),
        call_all(&["bob"], Media::Audio),
        Op::Join {
            call_id,
            presets: DevicePresets::NONE,
        },
        Op::ContinueHere {
            call_id,
            presets: DevicePresets::NONE,
        },
        Op::QueryCall {
            call_id: Some(call_id),
            group_id,
        },
    ] {
        let ticket = phone.ask(op);
        assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::NotLoggedIn)));
    }
    let ticket = phone.ask(Op::Hangup);
    assert_eq!(phone.result_of(ticket), Some(&Ok(Value::Done)));
}

#[test]
fn accepting_twice_is_accepting_once() {
    let mut phone = Phone::called();
    let first = phone.ask(Op::ACCEPT);
    let second = phone.ask(Op::ACCEPT);
    phone.answer_accept();
    assert!(matches!(
        phone.result_of(first),
        Some(Ok(Value::Accepted { .. }))
    ));
    assert_eq!(phone.result_of(first), phone.result_of(second));
    assert_eq!(
        phone.sent.iter().filter(|r| r.request_id.is_some()).count(),
        1
    );
}

#[test]
fn accept_resolves_with_the_members_who_are_in_the_call() {
    let mut phone = Phone::called();
    let ticket = phone.ask(Op::ACCEPT);
    phone.answer_accept();
    let Some(Ok(Value::Accepted { members, .. })) = phone.result_of(ticket) else {
        panic!("{:?}", phone.done);
    };
    let members: Vec<_> = members.iter().map(|member| member.accid.as_str()).collect();
    assert_eq!(members, ["bob", "alice"]);
}
