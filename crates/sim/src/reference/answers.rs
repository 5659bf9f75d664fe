//! The first answer to each request, which every repetition of it must get.

use std::collections::BTreeMap;
use std::rc::Rc;

use hullo_core::hub::SessionId;
use hullo_protocol::{Accid, ErrorKind, RequestId};

/// How many refusals a session has to remember.
const REFUSALS_MAX: usize = 16;

/// By who asked; why it was refused, if it was.
type ByRequest = BTreeMap<(Accid, RequestId), Option<ErrorKind>>;

#[derive(Debug, Clone, Default)]
pub(super) struct Answers {
    /// Those that are stored. Shared with the copies of the model that are made for each batch.
    committed: Rc<ByRequest>,
    /// Those of the batch under way.
    new: ByRequest,
    /// The newest refusals of each session.
    refusals: BTreeMap<SessionId, Vec<(RequestId, ErrorKind)>>,
}

impl Answers {
    pub(super) fn first(&self, me: &Accid, request_id: RequestId) -> Option<Option<ErrorKind>> {
        let key = (me.clone(), request_id);
        let first = self.new.get(&key).or_else(|| self.committed.get(&key));
        first.copied()
    }

    pub(super) fn remember(&mut self, me: &Accid, request_id: RequestId, kind: Option<ErrorKind>) {
        self.new.insert((me.clone(), request_id), kind);
    }

    /// How the request was refused in this session, if it was.
    pub(super) fn refusal(&self, session: SessionId, request_id: RequestId) -> Option<ErrorKind> {
        let mut refusals = self.refusals.get(&session)?.iter();
        let (_, kind) = refusals.find(|(id, _)| *id == request_id)?;
        Some(*kind)
    }

    pub(super) fn remember_refusal(
        &mut self,
        session: SessionId,
        request_id: RequestId,
        kind: ErrorKind,
    ) {
        let refusals = self.refusals.entry(session).or_default();
        if refusals.len() == REFUSALS_MAX {
            refusals.remove(0);
        }
        refusals.push((request_id, kind));
    }

    pub(super) fn forget_session(&mut self, session: SessionId) {
        self.refusals.remove(&session);
    }

    pub(super) fn forget_all_sessions(&mut self) {
        self.refusals.clear();
    }

    /// The batch under way is stored.
    pub(super) fn commit(&mut self) {
        if !self.new.is_empty() {
            // Not `append`, which rebuilds the whole map.
            let new = std::mem::take(&mut self.new);
            Rc::make_mut(&mut self.committed).extend(new);
        }
    }
}
