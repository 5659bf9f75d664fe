//! The stored form, and the record's status for every end.

use hullo_protocol::{
    Accid, CallId, DeviceId, DeviceState, EndReason, ErrorBody, ErrorKind, Media, ParticipantState,
    RecordStatus, RequestId, Uid,
};

use super::{Call, Dial, End, Outcome};
use crate::Time;

fn dialled() -> Call {
    let dial = Dial {
        call_id: CallId::from_u128(1),
        caller: Accid::parse("alice").unwrap(),
        device: DeviceId::parse("a1").unwrap(),
        callees: vec![Accid::parse("bob").unwrap()],
        group: None,
        media: Media::Audio,
        attachment: None,
        ring_ms: 30_000,
        secure: false,
    };
    Call::dial(dial, Time(1_000))
}

fn bob() -> Accid {
    Accid::parse("bob").unwrap()
}

/// What is stored must be read by every later version: when this fails, write a migration, not a new text.
#[test]
fn stored_call_has_this_form() {
    let mut call = dialled();
    let device = DeviceId::parse("b1").unwrap();
    call.accept(&bob(), &device, None, 15_000, Time(3_000))
        .unwrap();
    call.switch(&bob(), &device, Media::Video, 15_000, Time(4_000))
        .unwrap();
    call.count_first_frame(&bob(), 180);
    let stored = r#"{
        "call_id": "00000000-0000-0000-0000-000000000001",
        "kind": "one_to_one", "media": "audio", "state": "active", "version": 1,
        "caller": "alice", "secure": false, "created_at": 1000, "accepted_at": 3000,
        "participants": [
            {"accid": "alice", "uid": 1, "state": "accepted", "device": "a1", "audio": "asking", "video": "off",
             "invited_at": 1000, "answered_at": 1000, "connect_until": 18000},
            {"accid": "bob", "uid": 2, "state": "accepted", "device": "b1", "audio": "asking", "video": "off",
             "invited_at": 1000, "ring_until": 31000, "answered_at": 3000, "connect_until": 18000,
             "tally": {"up": [0,0,0,0,0,0,0], "down": [0,0,0,0,0,0,0], "reconnects": 0, "first_frame_ms": 180}}
        ],
        "switch": {"by": "bob", "media": "video", "until": 19000}
    }"#;
    let stored: serde_json::Value = serde_json::from_str(stored).unwrap();
    assert_eq!(serde_json::to_value(&call).unwrap(), stored);
    assert_eq!(serde_json::from_value::<Call>(stored).unwrap(), call);
}

#[test]
fn devices_that_were_stored_as_on_or_off_are_still_read() {
    let mut stored = serde_json::to_value(dialled()).unwrap();
    stored["participants"][0]["audio"] = true.into();
    stored["participants"][0]["video"] = false.into();
    let call: Call = serde_json::from_value(stored).unwrap();
    let caller = &call.participants[0];
    assert_eq!(
        (caller.audio, caller.video),
        (DeviceState::On, DeviceState::Off)
    );
}

#[test]
fn answers_of_a_call_have_a_limit_in_bytes_and_the_first_and_the_newest_stay() {
    let mut call = dialled();
    let ids: Vec<RequestId> = (0..40).map(RequestId::from_u128).collect();
    let long = ErrorBody::new(ErrorKind::BadRequest, "x".repeat(2_000));
    for id in &ids {
        call.remember(&bob(), *id, Outcome::Refused(long.clone()));
    }
    let bytes = serde_json::to_vec(&call.answers).unwrap().len();
    assert!(bytes < 20_000, "{bytes} bytes");
    let known = |id: &&RequestId| call.answer_to(&bob(), **id).is_some();
    let known: Vec<RequestId> = ids.iter().filter(known).copied().collect();
    assert_eq!((known[0], *known.last().unwrap()), (ids[0], ids[39]));
    assert!(known.len() > 5);
}

#[test]
fn accepted_call_is_complete_however_it_ended() {
    for reason in [
        EndReason::HungUp,
        EndReason::Lost,
        EndReason::ConnectTimedOut,
        EndReason::LoggedOut,
        EndReason::TokenRefused,
        EndReason::Server,
    ] {
        let mut call = dialled();
        let device = DeviceId::parse("b1").unwrap();
        call.accept(&bob(), &device, None, 1, Time(2_000)).unwrap();
        call.finish(reason, None, Time(3_000));
        let record = call.record().unwrap();
        assert_eq!(record.status, RecordStatus::Complete, "{reason:?}");
        assert_eq!(record.durations.len(), 2);
    }
}

#[test]
fn call_that_was_not_accepted_is_what_its_reason_and_its_end_say() {
    use EndReason as R;
    use RecordStatus as S;
    let alice = Accid::parse("alice").unwrap();
    let cases = [
        (R::Cancelled, Some(&alice), S::Cancelled),
        (R::Rejected, Some(&bob()), S::Rejected),
        (R::Busy, Some(&bob()), S::Busy),
        (R::TimedOut, None, S::TimedOut),
        (R::Unreachable, None, S::TimedOut),
        (R::Lost, Some(&alice), S::Cancelled),
        (R::LoggedOut, Some(&alice), S::Cancelled),
        (R::LoggedOut, Some(&bob()), S::TimedOut),
        (R::TokenRefused, Some(&bob()), S::Rejected),
        (R::Server, None, S::Cancelled),
    ];
    for (reason, by, status) in cases {
        let mut call = dialled();
        call.finish(reason, by, Time(2_000));
        let record = call.record().unwrap();
        assert_eq!(record.status, status, "{reason:?} by {by:?}");
        assert!(record.durations.is_empty());
        assert_eq!(
            call.end,
            Some(End {
                reason,
                by: by.cloned()
            })
        );
    }
}

#[test]
fn call_ends_once() {
    let mut call = dialled();
    call.finish(EndReason::Cancelled, None, Time(2_000));
    let ended = call.clone();
    call.finish(EndReason::TimedOut, None, Time(9_000));
    call.leave(
        &bob(),
        ParticipantState::Cancelled,
        EndReason::Lost,
        Time(9_000),
    );
    assert_eq!(call, ended);
    assert_eq!(call.participants[1].uid, Uid(2));
}
