//! One example of each message.

use hullo_protocol::*;

fn call_id() -> CallId {
    CallId::from_u128(0x0192_f0c1_2345_7000_8000_0000_0000_0001)
}

fn request_id() -> RequestId {
    RequestId::from_u128(0x0192_f0c1_2345_7000_8000_0000_0000_0002)
}

fn accid(text: &str) -> Accid {
    Accid::parse(text).unwrap()
}

fn participant(name: &str, uid: u64, state: ParticipantState) -> ParticipantView {
    ParticipantView {
        accid: accid(name),
        uid: Uid(uid),
        state,
        audio: true,
        video: uid == 1,
        reconnecting: false,
        held: uid == 3,
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

fn terms() -> GroupTerms {
    GroupTerms {
        group_id: Some("team-7".into()),
        invite_mode: InviteMode::Caller,
        join_mode: JoinMode::Everyone,
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

fn message() -> Message {
    Message {
        id: MessageId(42),
        from: accid("alice"),
        to: accid("bob"),
        sent_at_ms: 1_764_000_137_000,
        body: MessageBody::CallRecord(record()),
    }
}

pub(crate) fn requests() -> Vec<(&'static str, Request)> {
    let call_id = call_id();
    let plain = |command| Request {
        id: 7,
        request_id: None,
        command,
    };
    let repeatable = |command| Request {
        id: 7,
        request_id: Some(request_id()),
        command,
    };
    vec![
        ("login", plain(Command::Login(login()))),
        ("logout", plain(Command::Logout)),
        ("ping", plain(Command::Ping)),
        ("start_call", repeatable(Command::StartCall(start_call()))),
        ("ring", plain(Command::Ring { call_id })),
        (
            "accept",
            repeatable(Command::Accept {
                call_id,
                room_token: Some("token".to_owned().into()),
                other: Some(OtherCall::Hold),
            }),
        ),
        (
            "reject",
            repeatable(Command::Reject {
                call_id,
                without_token: false,
            }),
        ),
        (
            "reject_without_token",
            repeatable(Command::Reject {
                call_id,
                without_token: true,
            }),
        ),
        ("cancel", repeatable(Command::Cancel { call_id })),
        ("hangup", repeatable(Command::Hangup { call_id })),
        ("end", repeatable(Command::End { call_id })),
        (
            "start_group_call",
            repeatable(Command::StartCall(StartCall {
                callees: vec![accid("bob"), accid("carol")],
                group: Some(terms()),
                ..start_call()
            })),
        ),
        (
            "invite",
            repeatable(Command::Invite(InviteMore {
                call_id,
                callees: vec![accid("dave")],
                attachment: Some("join us".into()),
                ring_ms: Some(20_000),
            })),
        ),
        (
            "join",
            repeatable(Command::Join {
                call_id,
                room_token: Some("token".to_owned().into()),
            }),
        ),
        (
            "query",
            plain(Command::Query {
                call_id: None,
                group_id: Some("team-7".into()),
            }),
        ),
        ("continue", repeatable(Command::Continue { call_id })),
        (
            "hold",
            repeatable(Command::Hold {
                call_id,
                held: true,
            }),
        ),
        (
            "subscribe",
            plain(Command::Subscribe {
                call_id,
                videos: vec![Uid(3), Uid(2)],
            }),
        ),
        (
            "report_first_frame",
            plain(Command::ReportFirstFrame { call_id, ms: 180 }),
        ),
        (
            "switch",
            repeatable(Command::Switch {
                call_id,
                media: Media::Audio,
            }),
        ),
        (
            "answer_switch",
            repeatable(Command::AnswerSwitch {
                call_id,
                agree: true,
            }),
        ),
        ("call_snapshot", plain(Command::CallSnapshot { call_id })),
        (
            "offer_media",
            plain(Command::OfferMedia {
                call_id,
                sdp: "v=0\r\n".into(),
            }),
        ),
        (
            "set_media",
            plain(Command::SetMedia {
                call_id,
                audio: true,
                video: false,
            }),
        ),
        (
            "list_messages",
            plain(Command::ListMessages {
                with: accid("bob"),
                before: Some(MessageId(42)),
                limit: 50,
            }),
        ),
        (
            "watch_presence",
            plain(Command::WatchPresence {
                accids: vec![accid("bob"), accid("carol")],
            }),
        ),
    ]
}

fn login() -> Login {
    Login {
        app_key: AppKey::parse("demo").unwrap(),
        accid: accid("alice"),
        token: "eyJhbGciOiJIUzI1NiJ9.e30.signature".to_owned().into(),
        device: DeviceInfo {
            id: DeviceId::parse("alice-phone").unwrap(),
            platform: Platform::Web,
            sdk_version: Some("0.1.0".into()),
        },
        cursor: Some(MessageId(41)),
        calls: vec![call_id()],
    }
}

fn start_call() -> StartCall {
    StartCall {
        call_id: call_id(),
        callees: vec![accid("bob")],
        group: None,
        media: Media::Video,
        attachment: Some("order 4711".into()),
        ring_ms: Some(30_000),
        room_token: None,
    }
}

pub(crate) fn replies() -> Vec<(&'static str, Reply)> {
    let ok = |success| Reply::new(7, Ok(success));
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
        ended: vec![record()],
    };
    let logged_in = Success::LoggedIn {
        accid: accid("alice"),
        name: Some("Alice".into()),
        secure: false,
        snapshot,
    };
    let presence = vec![Presence {
        accid: accid("bob"),
        online: true,
    }];
    vec![
        ("done", ok(Success::Done)),
        ("logged_in", ok(logged_in)),
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
            "found",
            ok(Success::Found {
                calls: vec![FoundCall {
                    call: group_call(),
                    uid: Uid(4),
                }],
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
        ("presence", ok(Success::Presence { accounts: presence })),
        (
            "error",
            Reply::new(7, Err(ErrorKind::AlreadyAccepted.into())),
        ),
    ]
}

pub(crate) fn events() -> Vec<(&'static str, Event)> {
    let call_id = call_id();
    let delta = CallDelta {
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
            duration_ms: 133_000,
        }),
    };
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
                version: 9,
                delta,
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
            "media_speakers",
            Event::MediaSpeakers {
                call_id,
                uids: vec![Uid(3), Uid(1)],
            },
        ),
        (
            "switch_refused",
            Event::SwitchRefused {
                call_id,
                media: Media::Video,
            },
        ),
        ("media_slots", Event::MediaSlots { call_id, slots }),
        ("media_quality", Event::MediaQuality { call_id, reports }),
        ("message_added", Event::MessageAdded { message: message() }),
        (
            "presence_changed",
            Event::PresenceChanged(Presence {
                accid: accid("bob"),
                online: false,
            }),
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
