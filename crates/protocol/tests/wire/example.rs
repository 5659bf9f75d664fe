//! One example of each message from the server.

use hullo_protocol::*;

pub(crate) fn call_id() -> CallId {
    CallId::from_u128(0x0192_f0c1_2345_7000_8000_0000_0000_0001)
}

pub(crate) fn accid(text: &str) -> Accid {
    Accid::parse(text).unwrap()
}

fn participant(name: &str, uid: u64, state: ParticipantState) -> ParticipantView {
    ParticipantView {
        accid: accid(name),
        name: (uid == 1).then(|| "Alice Liddell".into()),
        avatar: (uid == 1).then(|| "https://example.com/alice.png".into()),
        uid: Uid(uid),
        state,
        audio: DeviceState::On,
        video: match uid {
            1 => DeviceState::On,
            _ => DeviceState::Asking,
        },
        reconnecting: false,
        held: uid == 3,
        screen: uid == 2,
        inviter: (uid == 3).then(|| accid("bob")),
        device: (uid == 1).then(|| DeviceId::parse("alice-phone").unwrap()),
    }
}

fn call() -> CallView {
    CallView {
        call_id: call_id(),
        version: 3,
        kind: CallKind::OneToOne,
        group: None,
        media: Media::Video,
        state: CallState::Ringing,
        caller: accid("alice"),
        attachment: Some("order 4711".into()),
        participants: vec![
            participant("alice", 1, ParticipantState::Accepted),
            participant("bob", 2, ParticipantState::Ringing),
        ],
        active_ms: None,
        switch: None,
        end: None,
        secure: false,
    }
}

pub(crate) fn terms() -> GroupTerms {
    GroupTerms {
        group_id: Some("team-7".into()),
        invite_mode: InviteMode::Caller,
        join_mode: JoinMode::Everyone,
        keep_last: true,
    }
}

fn group_call() -> CallView {
    CallView {
        kind: CallKind::Group,
        group: Some(terms()),
        state: CallState::Active,
        participants: vec![
            participant("alice", 1, ParticipantState::Joined),
            participant("bob", 2, ParticipantState::Busy),
            participant("carol", 3, ParticipantState::Joined),
        ],
        active_ms: Some(4_000),
        ..call()
    }
}

fn record() -> CallRecord {
    CallRecord {
        call_id: call_id(),
        kind: CallKind::OneToOne,
        group_id: None,
        caller: accid("alice"),
        callees: vec![accid("bob")],
        media: Media::Video,
        status: RecordStatus::Complete,
        reason: EndReason::HungUp,
        ended_by: Some(accid("bob")),
        started_at_ms: 1_764_000_000_000,
        accepted_at_ms: Some(1_764_000_004_000),
        ended_at_ms: 1_764_000_137_000,
        durations: vec![
            ParticipantDuration {
                accid: accid("alice"),
                duration_ms: 133_000,
            },
            ParticipantDuration {
                accid: accid("bob"),
                duration_ms: 132_900,
            },
        ],
        outcomes: vec![ParticipantOutcome {
            accid: accid("bob"),
            state: ParticipantState::Left,
        }],
        quality: vec![QualitySummary {
            accid: accid("bob"),
            median_up: Quality::Excellent,
            worst_up: Quality::Poor,
            median_down: Quality::Good,
            worst_down: Quality::VeryBad,
            reconnects: 1,
            first_frame_ms: Some(180),
        }],
    }
}

fn summary() -> CallSummary {
    record().summary_of(&accid("bob")).unwrap()
}

fn message() -> Message {
    Message {
        id: MessageId(42),
        from: accid("alice"),
        to: accid("bob"),
        sent_at_ms: 1_764_000_137_000,
        body: MessageBody::Call(summary()),
    }
}

pub(crate) fn replies() -> Vec<(&'static str, Reply)> {
    let ok = |success| Reply::new(7, Ok(success));
    vec![
        ("done", ok(Success::Done)),
        ("logged_in", ok(logged_in())),
        (
            "call",
            ok(Success::Call {
                call: call(),
                refused: Vec::new(),
            }),
        ),
        (
            "group_call",
            ok(Success::Call {
                call: group_call(),
                refused: vec![RefusedInvite {
                    accid: accid("nobody"),
                    kind: ErrorKind::AccountNotFound,
                }],
            }),
        ),
        (
            "renewed",
            ok(Success::Renewed {
                token_expires_in_ms: 86_400_000,
            }),
        ),
        (
            "found",
            ok(Success::Found {
                calls: found_calls(),
            }),
        ),
        (
            "answer",
            ok(Success::Answer {
                sdp: "v=0\r\n".into(),
            }),
        ),
        (
            "messages",
            ok(Success::Messages {
                messages: vec![message()],
                more: false,
            }),
        ),
        ("record", ok(past_call())),
        ("calls", ok(past_calls())),
        (
            "presence",
            ok(Success::Presence {
                accounts: vec![Presence {
                    accid: accid("bob"),
                    online: true,
                }],
            }),
        ),
        (
            "error",
            Reply::new(7, Err(ErrorKind::AlreadyAccepted.into())),
        ),
    ]
}

fn past_call() -> Success {
    Success::Record {
        record: Box::new(record()),
    }
}

fn past_calls() -> Success {
    let recent = RecentCall {
        id: 7,
        summary: summary(),
        missed: false,
        others: vec![Person {
            accid: accid("bob"),
            name: Some("Bob".into()),
            avatar: None,
        }],
    };
    Success::Calls {
        calls: vec![recent],
        more: true,
        missed: 2,
        read_to: 3,
    }
}

/// One as those see it who are in it, and one as it is seen from outside.
fn found_calls() -> Vec<FoundCall> {
    vec![
        FoundCall {
            call_id: group_call().call_id,
            uid: Uid(4),
            media: Media::Video,
            group: group_call().group,
            people: 2,
            call: Some(group_call()),
        },
        FoundCall {
            call_id: group_call().call_id,
            uid: Uid(5),
            media: Media::Audio,
            group: group_call().group,
            people: 3,
            call: None,
        },
    ]
}

fn logged_in() -> Success {
    let snapshot = Snapshot {
        calls: vec![CallView {
            state: CallState::Active,
            active_ms: Some(4_000),
            ..call()
        }],
        elsewhere: vec![group_call()],
        invites: vec![InviteView {
            call: call(),
            ring_ms_left: 12_000,
        }],
        messages: vec![message()],
        more: true,
        cursor: MessageId(42),
        ended: vec![summary()],
    };
    Success::LoggedIn {
        accid: accid("alice"),
        name: Some("Alice".into()),
        avatar: None,
        secure: false,
        token_expires_in_ms: 86_400_000,
        snapshot,
    }
}

pub(crate) fn events() -> Vec<(&'static str, Event)> {
    let groups = [call_events(), media_events(), session_events()];
    groups.into_iter().flatten().collect()
}

fn call_events() -> Vec<(&'static str, Event)> {
    let call_id = call_id();
    vec![
        (
            "call_invited",
            Event::CallInvited {
                call: call(),
                ring_ms_left: 30_000,
            },
        ),
        (
            "call_changed",
            Event::CallChanged {
                call_id,
                base: 8,
                version: 9,
                delta: delta(),
            },
        ),
        (
            "invite_accepted_elsewhere",
            Event::InviteAcceptedElsewhere { call_id },
        ),
        (
            "invite_rejected_elsewhere",
            Event::InviteRejectedElsewhere { call_id },
        ),
        (
            "call_elsewhere",
            Event::CallElsewhere {
                call_id,
                call: Some(group_call()),
            },
        ),
        (
            "call_continued_elsewhere",
            Event::CallContinuedElsewhere { call_id },
        ),
        (
            "switch_refused",
            Event::SwitchRefused {
                call_id,
                media: Media::Video,
            },
        ),
    ]
}

fn delta() -> CallDelta {
    CallDelta {
        state: Some(CallState::Ended),
        group: Some(terms()),
        media: Some(Media::Audio),
        participants: vec![participant("bob", 2, ParticipantState::Left)],
        switch: Some(Some(SwitchView {
            by: accid("bob"),
            media: Media::Video,
        })),
        end: Some(EndView {
            reason: EndReason::HungUp,
            by: Some(accid("bob")),
            durations: vec![ParticipantDuration {
                accid: accid("bob"),
                duration_ms: 133_000,
            }],
        }),
    }
}

fn media_events() -> Vec<(&'static str, Event)> {
    let call_id = call_id();
    let slots = vec![
        Slot {
            mid: "0".into(),
            kind: SlotKind::Audio,
            uid: Some(Uid(2)),
        },
        Slot {
            mid: "1".into(),
            kind: SlotKind::Video,
            uid: None,
        },
        Slot {
            mid: "2".into(),
            kind: SlotKind::Screen,
            uid: Some(Uid(2)),
        },
    ];
    let reports = vec![QualityReport {
        accid: accid("bob"),
        up: Quality::Good,
        down: Quality::Excellent,
        rtt_ms: Some(24),
        jitter_ms: Some(3),
        loss_up_permille: Some(12),
        loss_down_permille: Some(0),
    }];
    vec![
        ("media_slots", Event::MediaSlots { call_id, slots }),
        ("media_quality", Event::MediaQuality { call_id, reports }),
        (
            "media_ice_servers",
            Event::MediaIceServers {
                ice_servers: vec![
                    IceServer {
                        urls: vec!["stun:turn.example.com:3478".into()],
                        username: None,
                        credential: None,
                    },
                    IceServer {
                        urls: vec!["turn:turn.example.com:3478?transport=tcp".into()],
                        username: Some("1764200000:42".into()),
                        credential: Some("c2VjcmV0".into()),
                    },
                ],
            },
        ),
        (
            "media_speakers",
            Event::MediaSpeakers {
                call_id,
                uids: vec![Uid(3), Uid(1)],
            },
        ),
    ]
}

fn session_events() -> Vec<(&'static str, Event)> {
    vec![
        ("message_added", Event::MessageAdded { message: message() }),
        (
            "presence_changed",
            Event::PresenceChanged {
                accounts: vec![Presence {
                    accid: accid("bob"),
                    online: false,
                }],
            },
        ),
        ("calls_marked_read", Event::CallsMarkedRead { up_to: 7 }),
        (
            "account_changed",
            Event::AccountChanged {
                name: Some("Alice Liddell".into()),
                avatar: None,
            },
        ),
        (
            "session_closed",
            Event::SessionClosed {
                reason: SessionClosed::Replaced,
            },
        ),
        (
            "session_error",
            Event::SessionError {
                error: ErrorKind::TooLarge.into(),
            },
        ),
    ]
}
