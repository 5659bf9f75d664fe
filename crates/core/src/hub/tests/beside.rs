//! While something is being stored, what needs no store goes on, and says nothing that may not come true.

use hullo_protocol::*;

use super::super::*;
use super::Shell;
use super::shell::{accid, call_of, device, sdp, start};

impl Shell {
    /// Something comes in; what needs no store is done.
    fn arrives(&mut self, input: Input) -> Vec<Output> {
        self.runner.receive(input);
        self.runner.handle_beside(self.now, &mut |_| {})
    }

    /// A session asks; the answer, if there is one already.
    fn asks(&mut self, session: SessionId, command: Command) -> Option<Result<Success, ErrorBody>> {
        let id = self.fresh();
        let request_id = Some(RequestId::from_u128(u128::from(id)));
        let request = Request {
            id,
            request_id,
            command,
        };
        let outputs = self.arrives(Input::Request {
            session,
            request,
            known: Known::default(),
        });
        outputs.into_iter().find_map(|output| match output {
            Output::Reply { session: to, reply } if to == session && reply.re == id => {
                Some(reply.into_result())
            }
            _ => None,
        })
    }

    /// The batch that begins now is not stored before [`Runner::committed`] or [`Runner::failed`].
    fn begins(&mut self) -> Vec<Write> {
        self.runner.begin(256, self.now, &mut |_| {}).unwrap()
    }
}

/// Alice and Bob talk, Carol is signed in, and Dave's dial of Erin is being stored.
fn storing() -> (Shell, [SessionId; 4], [CallId; 2]) {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    let carol = shell.login("carol", "c1");
    let dave = shell.login("dave", "d1");
    let pending = shell.fresh_call();
    let dial = Command::StartCall(start(pending, "erin", Media::Audio));
    assert_eq!(shell.asks(dave, dial), None);
    assert!(!shell.begins().is_empty());
    (shell, [alice, bob, carol, dave], [call_id, pending])
}

#[test]
fn questions_are_answered_while_something_is_being_stored() {
    let (mut shell, [alice, bob, carol, _], [call_id, _]) = storing();
    let accids = vec![accid("bob")];
    let watch = Command::WatchPresence { accids };
    for (session, command) in [
        (carol, Command::Ping),
        (carol, watch),
        (alice, Command::CallSnapshot { call_id }),
        (
            bob,
            Command::Query {
                call_id: Some(call_id),
                group_id: None,
            },
        ),
    ] {
        let answer = shell.asks(session, command.clone());
        assert!(matches!(answer, Some(Ok(_))), "{command:?}: {answer:?}");
    }
    assert!(shell.runner.is_storing());
}

#[test]
fn media_goes_on_while_something_is_being_stored() {
    let (mut shell, [alice, ..], [call_id, _]) = storing();
    let subscribe = Command::Subscribe {
        call_id,
        videos: Vec::new(),
    };
    assert_eq!(shell.asks(alice, subscribe), Some(Ok(Success::Done)));
    let offer = Input::Request {
        session: alice,
        request: Request {
            id: 900,
            request_id: None,
            command: Command::OfferMedia {
                call_id,
                sdp: sdp("AA", 2),
            },
        },
        known: Known::default(),
    };
    let outputs = shell.arrives(offer);
    let negotiates = |output: &Output| {
        matches!(
            output,
            Output::Room {
                command: RoomCommand::Negotiate { .. },
                ..
            }
        )
    };
    assert!(outputs.iter().any(negotiates), "{outputs:?}");
    let event = MediaEvent::Speakers(vec![Uid(1)]);
    let outputs = shell.arrives(Input::Media { call_id, event });
    assert!(
        matches!(&outputs[..], [Output::Notify { .. }]),
        "{outputs:?}"
    );
}

#[test]
fn offer_that_changes_the_call_waits_and_leaves_nothing_behind() {
    let (mut shell, [alice, ..], [call_id, _]) = storing();
    let before = shell.runner.hub.calls.clone();
    let offer = Command::OfferMedia {
        call_id,
        sdp: sdp("A2", 1),
    };
    // Another connection in place of the one that carries the call: alice's media is away for a moment.
    assert_eq!(shell.asks(alice, offer), None);
    assert_eq!(shell.runner.hub.calls, before);
    assert_eq!(shell.runner.waiting(), 1);
    shell.runner.committed();
    assert!(!shell.begins().is_empty());
}

#[test]
fn nobody_learns_of_a_call_that_may_never_have_been() {
    let (mut shell, [_, _, carol, dave], [_, pending]) = storing();
    assert_eq!(
        shell.asks(dave, Command::CallSnapshot { call_id: pending }),
        None
    );
    let query = Command::Query {
        call_id: Some(pending),
        group_id: None,
    };
    assert_eq!(shell.asks(carol, query), None);
    let erin = Input::Connected {
        session: SessionId(900),
        accid: accid("erin"),
        device: device("e1"),
        request: 1,
        calls: Vec::new(),
    };
    assert!(shell.arrives(erin).is_empty(), "she may be rung for");

    let lost = shell.runner.failed();
    assert_eq!(lost.len(), 1, "only the dial was lost");
    shell.begins();
    let outputs = shell.runner.committed();
    let found = outputs.iter().find_map(|output| match output {
        Output::Reply { session, reply } if *session == carol => reply.ok.clone(),
        _ => None,
    });
    assert_eq!(found, Some(Success::Found { calls: Vec::new() }));
    let welcome = outputs.iter().find_map(|output| match output {
        Output::Welcome { snapshot, .. } => Some(snapshot.clone()),
        _ => None,
    });
    assert_eq!(welcome.unwrap().invites, Vec::new());
}

#[test]
fn what_an_account_asks_is_done_in_its_order() {
    let (mut shell, [alice, ..], [call_id, _]) = storing();
    assert_eq!(shell.asks(alice, Command::Hangup { call_id }), None);
    assert_eq!(shell.asks(alice, Command::CallSnapshot { call_id }), None);
    shell.runner.committed();
    shell.begins();
    let outputs = shell.runner.committed();
    let views: Vec<CallView> = outputs
        .into_iter()
        .filter_map(|output| match output {
            Output::Reply { session, reply } if session == alice => Some(reply.into_result()),
            _ => None,
        })
        .filter(|answer| matches!(answer, Ok(Success::Call { .. })))
        .map(call_of)
        .collect();
    assert_eq!(views[0].state, CallState::Ended);
}

#[test]
fn people_come_and_go_while_something_is_being_stored() {
    let (mut shell, [_, _, carol, _], _) = storing();
    let frank = Input::Connected {
        session: SessionId(900),
        accid: accid("frank"),
        device: device("f1"),
        request: 1,
        calls: Vec::new(),
    };
    let outputs = shell.arrives(frank);
    assert!(
        matches!(&outputs[..], [Output::Welcome { .. }]),
        "{outputs:?}"
    );
    shell.arrives(Input::Disconnected { session: carol });
    shell.runner.failed();
    let ping = shell.asks(SessionId(900), Command::Ping);
    assert_eq!(
        ping,
        Some(Ok(Success::Done)),
        "its welcome was not lost with the batch"
    );
    assert!(shell.runner.hub.sessions.find(carol).is_none());
}

#[test]
fn questions_are_answered_while_nothing_can_be_stored() {
    let (mut shell, [alice, ..], [call_id, _]) = storing();
    shell.runner.failed();
    let answer = shell.asks(alice, Command::CallSnapshot { call_id });
    assert!(matches!(answer, Some(Ok(_))), "{answer:?}");
}

#[test]
fn outage_costs_each_due_call_once_a_second_and_not_with_each_request() {
    let mut shell = Shell::new();
    let callers = ["alice", "bob", "carol"];
    let callers = callers.map(|name| shell.login(name, name));
    for (caller, callee) in callers.into_iter().zip(["erin", "frank", "grace"]) {
        shell.dial(caller, callee, Media::Audio);
    }
    shell.now = shell.now.plus_ms(RING_MS_DEFAULT);
    shell.runner.receive(Input::Timeout);
    let all = shell.begins().len();
    assert_eq!(all, 3, "the ring times are over");
    shell.runner.failed();
    let dave = shell.login("dave", "d1");
    let dial = Command::StartCall(start(shell.fresh_call(), "heidi", Media::Audio));
    assert_eq!(shell.asks(dave, dial), None);
    let writes = shell.begins();
    assert_eq!(writes.len(), 1, "the dial alone: {writes:?}");
    shell.runner.failed();
    shell.now = shell.runner.poll_timeout().unwrap();
    shell.runner.receive(Input::Timeout);
    assert_eq!(shell.begins().len(), all);
}

#[test]
fn newest_requests_are_refused_when_too_many_wait() {
    let (mut shell, [alice, bob, ..], [call_id, _]) = storing();
    assert_eq!(shell.asks(alice, Command::Hangup { call_id }), None);
    shell.arrives(Input::Disconnected { session: alice });
    assert_eq!(shell.asks(bob, Command::Hangup { call_id }), None);
    let refused = shell.runner.refuse_surplus(2);
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].session, bob);
    assert!(shell.runner.refuse_surplus(2).is_empty());
    assert_eq!(
        shell.runner.refuse_surplus(0).len(),
        1,
        "who is gone is not forgotten"
    );
    assert_eq!(shell.runner.waiting(), 1);
}

#[test]
fn who_was_still_signing_in_is_signed_out_as_well() {
    let (mut shell, ..) = storing();
    let erin = SessionId(900);
    let login = Input::Connected {
        session: erin,
        accid: accid("erin"),
        device: device("e1"),
        request: 1,
        calls: Vec::new(),
    };
    assert!(shell.arrives(login).is_empty(), "she may be rung for");
    let signed_out = Input::SignOut {
        accid: accid("erin"),
    };
    assert!(shell.arrives(signed_out).is_empty());
    shell.runner.committed();
    shell.begins();
    let outputs = shell.runner.committed();
    let closed =
        |output: &Output| matches!(output, Output::Close { session, .. } if *session == erin);
    assert!(outputs.iter().any(closed), "{outputs:?}");
}

#[test]
fn dial_that_is_refused_is_refused_at_once_and_one_that_was_made_is_answered_as_it_was() {
    let (mut shell, [alice, _, carol, _], [call_id, _]) = storing();
    let mut dial = |session, call_id| {
        let id = shell.fresh();
        let input = Input::Request {
            session,
            request: Request {
                id,
                request_id: Some(RequestId::from_u128(u128::from(id))),
                command: Command::StartCall(start(call_id, "bob", Media::Audio)),
            },
            known: Known {
                limited: Some(Box::new(ErrorKind::ServerBusy.into())),
                ..Known::default()
            },
        };
        let replies = shell.arrives(input).into_iter();
        let mut replies = replies.filter_map(|output| match output {
            Output::Reply { reply, .. } => Some(reply.into_result()),
            _ => None,
        });
        replies.next().expect("an answer")
    };
    let refused = dial(carol, CallId::from_u128(77)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::ServerBusy);
    // Another request about a call that is there.
    let exists = dial(alice, call_id).unwrap_err();
    assert_eq!(exists.kind, ErrorKind::CallExists);
}
