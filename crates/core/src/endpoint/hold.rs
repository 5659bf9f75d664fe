//! A call that is on hold beside the current one: its media is closed, its changes are followed, and it is taken up again
//! when the other is over. The other may be on another of the account's devices: then the call is parked here.

use hullo_protocol::{Accid, CallDelta, CallId, CallState, CallSummary, CallView, EndReason};

use super::context::Context;
use super::leg::diff::{Change, Versions, merge, missed_end, own_end};
use super::leg::{CallLeg, LegPhase, local_participant};
use super::requests::Purpose;
use super::{AppEvent, DevicePresets, Endpoint};

/// The call on hold, where there is one. What it returns, the application is told.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) leg: Option<CallLeg>,
}

impl Held {
    pub(super) fn is(&self, call_id: CallId) -> bool {
        self.leg.as_ref().is_some_and(|leg| leg.is(call_id))
    }

    pub(super) fn call_id(&self) -> Option<CallId> {
        self.leg.as_ref().map(|leg| leg.view.call_id)
    }

    pub(super) fn view(&self) -> Option<CallView> {
        self.leg.as_ref().map(|leg| leg.view.clone())
    }

    /// Whether it waits for a call on another device.
    pub(super) fn park(&mut self, parked: bool) {
        if let Some(leg) = &mut self.leg {
            leg.parked = parked;
        }
    }

    /// The person takes up what is parked. Should the other call stand in the way still, the server says so.
    pub(super) fn take_up(&mut self, ticket: u64, presets: DevicePresets, cx: &mut Context) {
        if let Some(leg) = &mut self.leg {
            leg.parked = false;
            leg.preset(presets);
            cx.complete(ticket, Ok(leg.accepted()));
        }
    }

    /// Hangs up what is parked.
    #[must_use = "the application is to be told"]
    pub(super) fn hang_up_parked(&mut self, cx: &mut Context) -> Option<AppEvent> {
        let parked = self.leg.as_ref().filter(|leg| leg.parked);
        cx.queue_hangup(parked?.view.call_id);
        self.end(EndReason::HungUp, cx.me().cloned(), cx)
    }

    /// A change of this call.
    #[must_use = "the application is to be told"]
    pub(super) fn change(
        &mut self,
        versions: Versions,
        delta: CallDelta,
        cx: &mut Context,
    ) -> Option<AppEvent> {
        let leg = self.leg.as_ref()?;
        match versions.to(leg.view.version, &delta) {
            Change::Next => {
                let mut view = leg.view.clone();
                merge(&mut view, versions.version, delta);
                return self.adopt(view, cx);
            }
            Change::Gap => cx.request_snapshot(leg.view.call_id),
            Change::Old => {}
        }
        None
    }

    /// Takes the call as it is now, unless that is another one or older than what is known.
    #[must_use = "the application is to be told"]
    pub(super) fn adopt(&mut self, view: CallView, cx: &Context) -> Option<AppEvent> {
        let newer = |leg: &&mut CallLeg| leg.is(view.call_id) && leg.view.version <= view.version;
        let leg = self.leg.as_mut().filter(newer)?;
        leg.parked &= is_held_by(cx.me(), &view);
        let end = own_end(&view, cx.me(), leg.joined_at.is_some());
        leg.view = view;
        let (reason, by) = end?;
        self.end(reason, by, cx)
    }

    /// It is over.
    #[must_use = "the application is to be told"]
    pub(super) fn end(
        &mut self,
        reason: EndReason,
        by: Option<Accid>,
        cx: &Context,
    ) -> Option<AppEvent> {
        let leg = self.leg.take()?;
        let own = || leg.own_end_view(reason, by, cx);
        let end = leg.view.end.clone().unwrap_or_else(own);
        Some(leg.call_end(end, cx.me()))
    }

    /// It ended while this device was away.
    #[must_use = "the application is to be told"]
    pub(super) fn end_missing(&mut self, summary: &CallSummary, cx: &Context) -> Option<AppEvent> {
        let leg = self.leg.take()?;
        let end = missed_end(summary, leg.view.kind, cx.me());
        Some(leg.call_end(end, cx.me()))
    }

    /// Another device has fetched it from here.
    #[must_use = "the application is to be told"]
    pub(super) fn leave_to_other_device(&mut self, call_id: CallId) -> Option<AppEvent> {
        self.leg.take_if(|leg| leg.is(call_id))?;
        Some(AppEvent::OtherClientContinue { call_id })
    }

    /// Brings it in line with a snapshot, and takes it out of the calls that are not known here.
    #[must_use = "the application is to be told"]
    pub(super) fn reconcile(
        &mut self,
        named: &[CallId],
        calls: &mut Vec<CallView>,
        elsewhere: &[CallView],
        ended: &[CallSummary],
        cx: &Context,
    ) -> Option<AppEvent> {
        let call_id = self.call_id()?;
        if let Some(index) = calls.iter().position(|call| call.call_id == call_id) {
            return self.adopt(calls.remove(index), cx);
        }
        let continued = elsewhere.iter().any(|call| call.call_id == call_id);
        match ended.iter().find(|summary| summary.call_id == call_id) {
            Some(summary) => self.end_missing(summary, cx),
            None if continued => self.leave_to_other_device(call_id),
            None if !named.contains(&call_id) => None,
            None => self.end(EndReason::Lost, None, cx),
        }
    }

    /// After a reload: the one of two calls of this device that is on hold.
    pub(super) fn restore(&mut self, call: CallView, cx: &Context) {
        if self.leg.is_none() && is_held_by(cx.me(), &call) && call.state == CallState::Active {
            let leg = CallLeg::restored(call, LegPhase::InCall, true, cx);
            self.leg = Some(leg);
        }
    }
}

impl Endpoint {
    /// Puts the current call on hold, where there is one; returns which. What is current next follows at once.
    pub(super) fn put_on_hold(&mut self) -> Option<CallId> {
        if self.held.leg.is_some() {
            // The server holds one call only. Were it otherwise, this one would be left, not forgotten.
            self.hang_up(false);
        }
        let mut leg = self.current.take()?;
        leg.put_on_hold(&mut self.cx);
        self.held.leg = Some(leg);
        self.held.call_id()
    }

    /// The server has put the current call on hold, and nobody here has asked for it: the account has answered another call
    /// on another device. Or one was to be answered here, and it is not known how that went: then it has just been given up.
    pub(super) fn park_held(&mut self) {
        let resumes = self.cx.requests.is_waiting(&Purpose::Resume);
        let asked = resumes || self.waiting.answering().is_some();
        let current = self.current.as_ref().filter(|leg| leg.is_in_call());
        if asked || !current.is_some_and(|leg| is_held_by(self.cx.me(), &leg.view)) {
            return;
        }
        let given_up = self.cx.requests.has_unconfirmed_hangup();
        let parked = self.put_on_hold();
        self.held.park(!given_up);
        self.announce(parked.map(|call_id| AppEvent::CallHeld { call_id }));
    }

    /// What the account was in on another device is over, or may be.
    pub(super) fn unpark(&mut self) {
        let me = self.cx.me();
        let busy = |call: &CallView| local_participant(call, me).is_some_and(|own| !own.held);
        let parked = self.current.is_none() && self.calls_elsewhere().iter().any(busy);
        self.held.park(parked);
    }

    /// Takes the call up again that was on hold, once no other is current.
    pub(super) fn resume_held(&mut self) {
        let answering = self.waiting.answering().is_some();
        if self.current.is_some() || self.joining.is_some() || answering {
            return;
        }
        let Some(leg) = self.held.leg.take_if(|held| !held.parked) else {
            return;
        };
        let (call_id, media) = (leg.view.call_id, leg.view.media);
        let switched = self.current.insert(leg).resume(&mut self.cx);
        self.on_current(CallLeg::open_media);
        self.sync();
        self.announce([AppEvent::CallResumed { call_id }]);
        if switched {
            self.cx.emit(AppEvent::CallTypeChange { media });
        }
    }
}

/// Whether the account has the call on hold.
pub(super) fn is_held_by(me: Option<&Accid>, call: &CallView) -> bool {
    local_participant(call, me).is_some_and(|own| own.held)
}
