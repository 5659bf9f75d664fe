//! The first answer to each request about a call, kept with it.

use hullo_protocol::{Accid, ErrorBody, RefusedInvite, RequestId};
use serde::{Deserialize, Serialize};

use super::Call;

/// How many answers a call keeps: the one to its dial and the newest others.
const ANSWERS_MAX: usize = 128;
/// How much text is in them at most: they are stored with each change of the call.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// What a request was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub request_id: RequestId,
    /// Who asked; other accounts may happen to use the same id.
    pub accid: Accid,
    pub outcome: Outcome,
}

/// The answer to a request about a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is done.
    Done,
    /// It is done but for these accounts, and the answer shows the call.
    Invited(Vec<RefusedInvite>),
    /// It is done, and the answer shows the call. A repetition shows the call as it is then: an old picture of it would
    /// only mislead.
    Call,
    /// It was refused.
    Refused(ErrorBody),
}

impl Answer {
    /// About how much it adds to a stored call.
    pub(super) fn bytes(&self) -> usize {
        /// The names of the fields, the id and the marks between them.
        const FIXED: usize = 100;
        let text = match &self.outcome {
            Outcome::Done | Outcome::Call => 0,
            Outcome::Invited(refused) => {
                let each = |refused: &RefusedInvite| refused.accid.as_str().len() + 40;
                refused.iter().map(each).sum()
            }
            Outcome::Refused(error) => error.message.len(),
        };
        FIXED + self.accid.as_str().len() + text
    }
}

impl Call {
    /// What this request was answered first.
    pub fn answer_to(&self, accid: &Accid, request_id: RequestId) -> Option<&Outcome> {
        self.answers
            .iter()
            .find(|answer| answer.request_id == request_id && answer.accid == *accid)
            .map(|answer| &answer.outcome)
    }

    /// Keeps the first answer to a request. The dial's, which is the oldest, is never dropped.
    pub fn remember(&mut self, accid: &Accid, request_id: RequestId, outcome: Outcome) {
        if self.answer_to(accid, request_id).is_some() {
            return;
        }
        self.answers.push(Answer {
            request_id,
            accid: accid.clone(),
            outcome,
        });
        let mut bytes: usize = self.answers.iter().map(Answer::bytes).sum();
        // The dial's answer and the newest stay.
        while self.answers.len() > 2
            && (self.answers.len() > ANSWERS_MAX || bytes > ANSWER_BYTES_MAX)
        {
            bytes = bytes.saturating_sub(self.answers.remove(1).bytes());
        }
    }
}
