//! Calls and their records.

use axum::Json;
use axum::extract::{Path, Query, State};
use hullo_protocol::{
    Accid, CallId, CallKind, CallRecord, CallState, ErrorKind, Media, ParticipantState, Uid,
};
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::backend::{Backend, Valid};
use crate::api_error::{ApiError, ErrorView};
use crate::state::HttpState;
use crate::store::{PageLimit, RecordQuery};

const RECORDS_DEFAULT: u32 = 50;
const RECORDS_MAX: u32 = 200;

/// Which records to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RecordFilter {
    /// Only calls that this account was in.
    #[param(value_type = Option<String>)]
    accid: Option<Accid>,
    /// `next` of the page before.
    before: Option<u64>,
    /// 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// Some records, newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct RecordsView {
    records: Vec<RecordView>,
    /// `before` for the next page, if there is one.
    next: Option<u64>,
}

/// A record as the API shows it: what the wire leaves out is there as `null` or `[]`, and the status also as a number.
#[derive(Serialize, ToSchema)]
struct RecordView {
    #[serde(flatten, serialize_with = "whole")]
    record: CallRecord,
    /// `status` as a number, 1 to 5.
    status_code: u8,
}

impl From<CallRecord> for RecordView {
    fn from(record: CallRecord) -> Self {
        Self {
            status_code: record.status.code(),
            record,
        }
    }
}

/// A backend finds each field that the document names.
fn whole<S: Serializer>(record: &CallRecord, serializer: S) -> Result<S::Ok, S::Error> {
    let mut record = serde_json::to_value(record).map_err(S::Error::custom)?;
    for name in ["group_id", "ended_by", "accepted_at_ms"] {
        fill(&mut record, name, Value::Null);
    }
    for summary in record["quality"].as_array_mut().into_iter().flatten() {
        fill(summary, "first_frame_ms", Value::Null);
    }
    record.serialize(serializer)
}

fn fill(object: &mut Value, name: &str, empty: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.entry(name).or_insert(empty);
    }
}

/// A call, over or not.
#[derive(Serialize, ToSchema)]
pub(super) struct CallStateView {
    call_id: CallId,
    /// A call that has grown is a group call.
    kind: CallKind,
    /// The app's own name of the group.
    group_id: Option<String>,
    state: CallState,
    media: Media,
    /// Who dialled.
    caller: Accid,
    /// Unix milliseconds of the dial.
    started_at_ms: u64,
    /// Everyone in it, the caller first.
    participants: Vec<ParticipantStateView>,
    /// Once it is over.
    record: Option<RecordView>,
}

#[derive(Serialize, ToSchema)]
struct ParticipantStateView {
    accid: Accid,
    uid: Uid,
    state: ParticipantState,
}

/// Lists records, newest first.
#[utoipa::path(
    get, path = "/v1/records", tag = "calls", params(RecordFilter),
    responses(
        (status = 200, body = RecordsView),
        (status = 400, body = ErrorView), (status = 401, body = ErrorView)
    )
)]
pub(super) async fn list_records(
    State(state): State<HttpState>,
    Backend(app): Backend,
    Valid(Query(filter)): Valid<Query<RecordFilter>>,
) -> Result<Json<RecordsView>, ApiError> {
    let limit = filter.limit.unwrap_or(RECORDS_DEFAULT);
    if !(1..=RECORDS_MAX).contains(&limit) {
        let message = format!("limit is {limit}; use 1 to {RECORDS_MAX}");
        return Err(ApiError::bad_request(message));
    }
    let query = RecordQuery {
        accid: filter.accid,
        before: filter.before,
        limit: PageLimit {
            rows: limit,
            bytes: usize::MAX,
        },
    };
    let page = state.store().records(&app.app.key, query).await?;
    Ok(Json(RecordsView {
        records: page
            .records
            .into_iter()
            .map(|(_, record)| record.into())
            .collect(),
        next: page.next,
    }))
}

/// Shows a call, over or not.
#[utoipa::path(
    get, path = "/v1/calls/{call_id}", tag = "calls", params(("call_id" = String, Path,)),
    responses(
        (status = 200, body = CallStateView),
        (status = 401, body = ErrorView), (status = 404, body = ErrorView)
    )
)]
pub(super) async fn show_call(
    State(state): State<HttpState>,
    Backend(app): Backend,
    Valid(Path(call_id)): Valid<Path<CallId>>,
) -> Result<Json<CallStateView>, ApiError> {
    let store = state.store();
    let key = &app.app.key;
    let record = store.record(key, call_id).await?;
    let view = match (store.call(key, call_id).await?, record) {
        (Some(call), record) => CallStateView::of_call(call, record),
        // The state of a call that has been over for some minutes is not kept.
        (None, Some(record)) => CallStateView::of_record(record),
        (None, None) => {
            let message = format!("there was never a call {call_id}, or its record is not kept");
            return Err(ApiError::not_found(ErrorKind::CallNotFound, message));
        }
    };
    Ok(Json(view))
}

impl CallStateView {
    fn of_call(call: hullo_core::call::Call, record: Option<CallRecord>) -> Self {
        let participant = |one: hullo_core::call::Participant| ParticipantStateView {
            accid: one.accid,
            uid: one.uid,
            state: one.state,
        };
        Self {
            call_id: call.call_id,
            kind: call.kind,
            group_id: call.group.and_then(|terms| terms.group_id),
            state: call.state,
            media: call.media,
            caller: call.caller,
            started_at_ms: call.created_at.0,
            participants: call.participants.into_iter().map(participant).collect(),
            record: record.map(RecordView::from),
        }
    }

    /// The caller had uid 1, the callees those behind it; a caller whose call is over has left it.
    fn of_record(record: CallRecord) -> Self {
        let caller = ParticipantStateView {
            accid: record.caller.clone(),
            uid: Uid(1),
            state: ParticipantState::Left,
        };
        let callees = record.outcomes.iter().zip(2..);
        let callees = callees.map(|(callee, uid)| ParticipantStateView {
            accid: callee.accid.clone(),
            uid: Uid(uid),
            state: callee.state,
        });
        Self {
            call_id: record.call_id,
            kind: record.kind,
            group_id: record.group_id.clone(),
            state: CallState::Ended,
            media: record.media,
            caller: record.caller.clone(),
            started_at_ms: record.started_at_ms,
            participants: std::iter::once(caller).chain(callees).collect(),
            record: Some(RecordView::from(record)),
        }
    }
}
