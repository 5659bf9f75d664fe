//! Who meets a budget, and who does not.

use hullo_protocol::{CallId, InviteMore, Media, StartCall};

use super::*;

fn accid(text: &str) -> Accid {
    Accid::parse(text).unwrap()
}

fn app() -> AppKey {
    AppKey::parse("ak_1").unwrap()
}

fn dial(callees: &[&str]) -> Command {
    Command::StartCall(StartCall {
        call_id: CallId::from_u128(1),
        callees: callees.iter().map(|callee| accid(callee)).collect(),
        group: None,
        media: Media::Audio,
        attachment: None,
        ring_ms: None,
        room_token: None,
    })
}

fn invite(callees: &[String]) -> Command {
    Command::Invite(InviteMore {
        call_id: CallId::from_u128(1),
        callees: callees.iter().map(|callee| accid(callee)).collect(),
        attachment: None,
        ring_ms: None,
    })
}

struct Desk {
    budgets: Budgets,
    met: LimitsMet,
}

impl Desk {
    fn new(limits: &Limits) -> Self {
        let met = LimitsMet::default();
        Self {
            budgets: Budgets::new(limits, &met),
            met,
        }
    }

    fn ring(&self, caller: &str, command: &Command) -> Result<usize, ErrorBody> {
        let refused = self.budgets.ring(&app(), &accid(caller), command, &[])?;
        assert!(refused.iter().all(|one| one.kind == ErrorKind::RateLimited));
        Ok(refused.len())
    }
}

#[test]
fn who_dials_too_often_is_told_how_long_to_wait_and_nobody_else_is() {
    let limits = Limits {
        dials_at_once: 3,
        dials_per_minute: 6,
        ..Limits::default()
    };
    let desk = Desk::new(&limits);
    for callee in ["b", "c", "d"] {
        assert_eq!(desk.ring("a", &dial(&[callee])), Ok(0));
    }
    let refused = desk.ring("A", &dial(&["e"])).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::RateLimited);
    assert!((9_000..=10_001).contains(&refused.retry_after_ms.unwrap()));
    assert_eq!(desk.ring("b", &dial(&["e"])), Ok(0));
    assert_eq!(desk.met.of("dials"), 1);
}

#[test]
fn people_of_group_calls_are_counted_each() {
    let limits = Limits {
        invites_at_once: 150,
        ..Limits::default()
    };
    let desk = Desk::new(&limits);
    let crowd: Vec<String> = (0..99).map(|number| format!("u{number}")).collect();
    assert_eq!(desk.ring("a", &invite(&crowd)), Ok(0));
    assert!(desk.ring("a", &invite(&crowd)).is_err());
    assert_eq!(desk.ring("a", &invite(&crowd[..9])), Ok(0));
    assert_eq!(desk.met.of("invites"), 1);
}

#[test]
fn larger_group_than_the_budget_needs_all_of_it() {
    let limits = Limits {
        invites_at_once: 50,
        ..Limits::default()
    };
    let desk = Desk::new(&limits);
    let crowd: Vec<String> = (0..99).map(|number| format!("u{number}")).collect();
    assert_eq!(desk.ring("a", &invite(&crowd)), Ok(0));
    assert!(desk.ring("a", &invite(&crowd[..9])).is_err());
}

#[test]
fn callee_is_not_rung_without_end_by_one_nor_by_many() {
    let limits = Limits {
        rings_at_once: 5,
        rings_by_one_at_once: 2,
        ..Limits::default()
    };
    let desk = Desk::new(&limits);
    assert_eq!(desk.ring("a", &dial(&["v"])), Ok(0));
    assert_eq!(desk.ring("a", &dial(&["v"])), Ok(0));
    assert_eq!(desk.ring("a", &dial(&["v", "w"])), Ok(1));
    assert_eq!(desk.met.of("rings_by_one"), 1);
    for caller in ["b", "c", "d"] {
        assert_eq!(desk.ring(caller, &dial(&["v"])), Ok(0));
    }
    let refused = desk.ring("e", &dial(&["v"])).unwrap_err();
    assert!(refused.retry_after_ms.is_some());
    assert_eq!(desk.met.of("rings"), 1);
}

#[test]
fn who_cannot_be_called_counts_as_called_and_who_is_named_twice_is_one() {
    let limits = Limits {
        invites_at_once: 3,
        rings_by_one_at_once: 1,
        ..Limits::default()
    };
    let desk = Desk::new(&limits);
    let nobody = RefusedInvite {
        accid: accid("nobody"),
        kind: ErrorKind::AccountNotFound,
    };
    let command = dial(&["nobody", "b", "B", "c"]);
    let rung = desk
        .budgets
        .ring(&app(), &accid("a"), &command, std::slice::from_ref(&nobody));
    assert_eq!(rung.map(|refused| refused.len()), Ok(0));
    let alone = dial(&["nobody"]);
    let rung = desk.budgets.ring(&app(), &accid("a"), &alone, &[nobody]);
    assert_eq!(rung.unwrap_err().kind, ErrorKind::RateLimited);
}

#[test]
fn logins_and_offers_have_budgets_of_their_own() {
    let limits = Limits {
        logins_at_once: 2,
        offers_at_once: 1,
        ..Limits::default()
    };
    let desk = Desk::new(&limits);
    let phone = DeviceId::parse("phone").unwrap();
    let laptop = DeviceId::parse("laptop").unwrap();
    let (budgets, alice) = (&desk.budgets, accid("alice"));
    assert!(budgets.login(&app(), &alice).is_ok());
    assert!(budgets.login(&app(), &alice).is_ok());
    assert!(budgets.login(&app(), &alice).is_err());
    assert!(budgets.offer(&app(), &alice, &phone).is_ok());
    assert!(budgets.offer(&app(), &alice, &laptop).is_ok());
    assert!(budgets.offer(&app(), &alice, &phone).is_err());
    assert_eq!((desk.met.of("logins"), desk.met.of("offers")), (1, 1));
}

#[test]
fn limit_of_zero_is_none() {
    let limits = Limits {
        logins_at_once: 0,
        ..Limits::default()
    };
    let desk = Desk::new(&limits);
    for _ in 0..10_000 {
        assert!(desk.budgets.login(&app(), &accid("alice")).is_ok());
    }
}

#[test]
fn who_has_been_quiet_is_forgotten() {
    let limits = Limits {
        logins_at_once: 1_000_000,
        logins_per_minute: u32::MAX,
        ..Limits::default()
    };
    let desk = Desk::new(&limits);
    for number in 0..1_000 {
        let accid = accid(&format!("u{number}"));
        assert!(desk.budgets.login(&app(), &accid).is_ok());
    }
    // Each budget is full again in a hundredth of a microsecond.
    let logins = desk.budgets.logins.limiter.as_ref().unwrap();
    while !logins.is_empty() {
        desk.budgets.logins.clean();
    }
}

#[test]
fn app_that_stores_too_much_gets_no_new_calls_for_a_while_and_the_others_do() {
    let limits = Limits {
        app_kilobytes_at_once: 10,
        app_kilobytes_per_minute: 60,
        ..Limits::default()
    };
    let desk = Desk::new(&limits);
    let dial_of = |attachment: usize| hullo_core::call::Dial {
        call_id: CallId::from_u128(1),
        caller: accid("a"),
        device: DeviceId::parse("phone").unwrap(),
        callees: vec![accid("b")],
        group: None,
        media: Media::Audio,
        attachment: Some("x".repeat(attachment)),
        ring_ms: 1,
        secure: false,
    };
    let call = hullo_core::call::Call::dial(dial_of(4_000), hullo_core::Time(0));
    let write = Write::Call(std::sync::Arc::new(call));
    desk.budgets.store(&app(), std::slice::from_ref(&write));
    assert_eq!(desk.ring("a", &dial(&["b"])), Ok(0));
    desk.budgets.store(&app(), &[write.clone(), write]);
    let refused = desk.ring("a", &dial(&["b"])).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::RateLimited);
    assert!(refused.retry_after_ms > Some(1_000));
    assert_eq!(desk.met.of("app_kilobytes"), 1);
    let other = AppKey::parse("ak_2").unwrap();
    let rung = desk.budgets.ring(&other, &accid("a"), &dial(&["b"]), &[]);
    assert_eq!(rung.map(|refused| refused.len()), Ok(0));
}
