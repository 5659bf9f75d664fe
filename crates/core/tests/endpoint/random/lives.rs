//! What the application may see of calls, whatever happens: each comes, and ends once.

use std::collections::BTreeMap;

use hullo_core::endpoint::{AppEvent, Output, State, Value};
use hullo_protocol::{CallId, CallView};

/// The calls that the application saw come and go: each that the server had ends once, before the next change is shown. A
/// dial that the server never had ends once, too, or not at all when its operation failed.
#[derive(Default)]
pub(super) struct Lives {
    known: BTreeMap<CallId, Life>,
    waiting: Option<CallId>,
    /// An invite that waited and is shown no more: it has to be told why.
    unexplained: Option<CallId>,
    captures: bool,
}

#[derive(Default)]
struct Life {
    at_server: bool,
    shown: bool,
}

impl Lives {
    /// What came out of one input, of which `rejected` says whether it declined an invite that waited.
    pub(super) fn see(&mut self, outputs: &[Output], rejected: bool) -> Result<(), String> {
        for output in outputs {
            match output {
                Output::Event { event } => self.hear(event)?,
                Output::Complete {
                    value: Some(Value::Done),
                    ..
                } if rejected => self.unexplained = None,
                Output::Media { command } => self.look(command),
                _ => {}
            }
        }
        self.settle()?;
        match self.known.is_empty() && self.captures {
            true => Err("a device is open, and there is no call".into()),
            false => Ok(()),
        }
    }

    fn look(&mut self, command: &hullo_core::endpoint::MediaCommand) {
        use hullo_core::endpoint::MediaCommand::{Capture, Close};
        match command {
            Capture {
                audio,
                video,
                screen,
            } => self.captures = *audio || *video || *screen,
            Close => self.captures = false,
            _ => {}
        }
    }

    fn hear(&mut self, event: &AppEvent) -> Result<(), String> {
        match event {
            AppEvent::Changed {
                state,
                call,
                held,
                waiting,
                elsewhere,
                ..
            } => {
                self.settle()?;
                if (*state == State::Idle) != call.is_none() {
                    return Err(format!("{state:?} with {call:?}"));
                }
                let shown: Vec<&CallView> = call.iter().chain(held).collect();
                self.show(*state, &shown, waiting.as_ref(), elsewhere)
            }
            AppEvent::CallEnd { call_id, .. }
            | AppEvent::OtherClientAccept { call_id }
            | AppEvent::OtherClientReject { call_id }
            | AppEvent::OtherClientContinue { call_id } => self.end(*call_id),
            AppEvent::CallWaiting { call_id, .. } => match self.waiting == Some(*call_id) {
                true => Ok(()),
                false => Err(format!("{call_id} waits and is not shown")),
            },
            AppEvent::CallWaitingEnd { call_id } => match self.unexplained.take() {
                Some(gone) if gone == *call_id => Ok(()),
                other => Err(format!("{call_id} waits no more, gone was {other:?}")),
            },
            _ => Ok(()),
        }
    }

    fn show(
        &mut self,
        state: State,
        shown: &[&CallView],
        waiting: Option<&CallView>,
        elsewhere: &[CallView],
    ) -> Result<(), String> {
        let ids: Vec<CallId> = shown.iter().map(|call| call.call_id).collect();
        let waiting = waiting.map(|call| call.call_id);
        let twice = ids.len() == 2 && ids[0] == ids[1];
        if twice || waiting.is_some_and(|waiting| ids.contains(&waiting)) {
            return Err(format!("{ids:?} beside {waiting:?}"));
        }
        self.known.values_mut().for_each(|life| life.shown = false);
        for call in shown {
            let life = self.known.entry(call.call_id).or_default();
            life.shown = true;
            life.at_server |= call.version > 0;
        }
        let is_listed = |id: &CallId| elsewhere.iter().any(|call| call.call_id == *id);
        if state != State::Called && ids.iter().any(is_listed) {
            return Err(format!("{ids:?} are here and elsewhere"));
        }
        let gone = self.waiting.filter(|gone| waiting != Some(*gone));
        // What is current now waits no more.
        self.unexplained = gone.filter(|gone| !ids.contains(gone));
        self.waiting = waiting;
        Ok(())
    }

    fn end(&mut self, call_id: CallId) -> Result<(), String> {
        match self.known.remove(&call_id) {
            Some(Life { shown: false, .. }) => Ok(()),
            Some(_) => Err(format!("{call_id} has ended and is still shown")),
            None => Err(format!("{call_id} ends and is not there")),
        }
    }

    /// Nothing is gone without a word.
    fn settle(&mut self) -> Result<(), String> {
        if let Some(gone) = self.unexplained {
            return Err(format!("{gone} waits no more, and nobody said why"));
        }
        let lost = self
            .known
            .iter()
            .find(|(_, life)| !life.shown && life.at_server);
        if let Some((call_id, _)) = lost {
            return Err(format!("{call_id} is gone without an end"));
        }
        self.known.retain(|_, life| life.shown);
        Ok(())
    }
}
