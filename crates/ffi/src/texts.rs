//! What people read: English, and Chinese for a language that begins with `zh`.

use hullo_client::protocol::{Accid, CallSummary, ErrorKind};
use hullo_client::texts;
use hullo_client::texts::RecordLine;

use crate::types::HulloError;

/// How a call that is over reads to one of those who were in it or were called.
#[uniffi::remote(Record)]
pub struct RecordLine {
    /// The reader has dialled it.
    pub outgoing: bool,
    /// The reader has missed it.
    pub missed: bool,
    /// What it was: "Video call".
    pub title: String,
    /// What became of it: "02:13", "No answer".
    pub text: String,
}

/// What to tell a person of an error.
#[uniffi::export(default(language = "en"))]
pub(crate) fn error_text(kind: ErrorKind, language: String) -> String {
    texts::error(kind, &language).to_owned()
}

/// A text of call screens by its name, as `@hullo/ui` has them: "control.accept". "{name}" and the like are for the app to fill.
#[uniffi::export(default(language = "en"))]
pub(crate) fn screen_text(name: String, language: String) -> Option<String> {
    texts::screen(&name, &language).map(str::to_owned)
}

/// How a call that is over reads to one of its readers. Fails with `bad_request` for an accid that is none.
#[uniffi::export(default(language = "en"))]
pub(crate) fn record_line(
    summary: CallSummary,
    reader: Accid,
    language: String,
) -> Result<RecordLine, HulloError> {
    Ok(texts::record_line(&summary, &reader, &language))
}
