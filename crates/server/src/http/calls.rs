//! Calls and their records.

use axum::Json;
use axum::extract::{Path, Query, State};
use hullo_protocol::{
    Accid, CallId, CallKind, CallRecord, CallState, EndReason, ErrorKind, Media, ParticipantState,
    Quality, RecordStatus, Uid,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::backend::{Backend, Valid};
use crate::api_error::{ApiError, ErrorView};
use crate::state::HttpState;
use crate::store::RecordQuery;

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

/// What remains of a call: exactly one per call.
#[derive(Serialize, ToSchema)]
struct RecordView {
    /// The call, a UUID.
    #[schema(value_type = String)]
    call_id: CallId,
    /// `one_to_one` or `group`.
    #[schema(value_type = String)]
    kind: CallKind,
    /// The app's own name of the group.
    group_id: Option<String>,
    /// Who dialled.
    #[schema(value_type = String)]
    caller: Accid,
    /// Everyone who was invited or joined.
    #[schema(value_type = Vec<String>)]
    callees: Vec<Accid>,
    /// `audio` or `video`.
    #[schema(value_type = String)]
    media: Media,
    /// `complete`, `cancelled`, `rejected`, `timed_out` or `busy`.
    #[schema(value_type = String)]
    status: RecordStatus,
    /// The same as a number, 1 to 5.
    status_code: u8,
    /// Why it ended.
    #[schema(value_type = String)]
    reason: EndReason,
    /// Who ended it, where an account did.
    #[schema(value_type = Option<String>)]
    ended_by: Option<Accid>,
    /// Unix milliseconds of the dial.
    started_at_ms: u64,
    /// Unix milliseconds of the first accept.
    accepted_at_ms: Option<u64>,
    /// Unix milliseconds of the end.
    ended_at_ms: u64,
    /// Connected time of each account that was in the call.
    durations: Vec<DurationView>,
    /// Where each callee's part of the call has ended.
    outcomes: Vec<OutcomeView>,
    /// How well each account that was in the call was connected.
    quality: Vec<QualityView>,
}

#[derive(Serialize, ToSchema)]
struct OutcomeView {
    #[schema(value_type = String)]
    accid: Accid,
    /// `left`, `lost`, `rejected`, `busy`, `cancelled`, `timed_out` or `unreachable`.
    #[schema(value_type = String)]
    state: ParticipantState,
}

/// Grades are `unknown`, `excellent`, `good`, `poor`, `bad`, `very_bad` and `down`, reported every two seconds.
#[derive(Serialize, ToSchema)]
struct QualityView {
    #[schema(value_type = String)]
    accid: Accid,
    /// From it to the server.
    #[schema(value_type = String)]
    median_up: Quality,
    #[schema(value_type = String)]
    worst_up: Quality,
    /// From the server to it.
    #[schema(value_type = String)]
    median_down: Quality,
    #[schema(value_type = String)]
    worst_down: Quality,
    /// How often its device was away and came back.
    reconnects: u32,
    /// From the accept to the first picture of another participant, where it said so.
    first_frame_ms: Option<u32>,
}

#[derive(Serialize, ToSchema)]
struct DurationView {
    #[schema(value_type = String)]
    accid: Accid,
    duration_ms: u64,
}

impl From<CallRecord> for RecordView {
    fn from(record: CallRecord) -> Self {
        let duration = |one: hullo_protocol::ParticipantDuration| DurationView {
            accid: one.accid,
            duration_ms: one.duration_ms,
        };
        let outcome = |one: hullo_protocol::ParticipantOutcome| OutcomeView {
            accid: one.accid,
            state: one.state,
        };
        let quality = |one: hullo_protocol::QualitySummary| QualityView {
            accid: one.accid,
            median_up: one.median_up,
            worst_up: one.worst_up,
            median_down: one.median_down,
            worst_down: one.worst_down,
            reconnects: one.reconnects,
            first_frame_ms: one.first_frame_ms,
        };
        Self {
            call_id: record.call_id,
            kind: record.kind,
            group_id: record.group_id,
            caller: record.caller,
            callees: record.callees,
            media: record.media,
            status_code: record.status.code(),
            status: record.status,
            reason: record.reason,
            ended_by: record.ended_by,
            started_at_ms: record.started_at_ms,
            accepted_at_ms: record.accepted_at_ms,
            ended_at_ms: record.ended_at_ms,
            durations: record.durations.into_iter().map(duration).collect(),
            outcomes: record.outcomes.into_iter().map(outcome).collect(),
            quality: record.quality.into_iter().map(quality).collect(),
        }
    }
}

/// A call, over or not.
#[derive(Serialize, ToSchema)]
pub(super) struct CallStateView {
    /// The call, a UUID.
    #[schema(value_type = String)]
    call_id: CallId,
    /// `one_to_one` or `group`; a call that has grown is a group call.
    #[schema(value_type = String)]
    kind: CallKind,
    /// The app's own name of the group.
    group_id: Option<String>,
    /// `ringing`, `active` or `ended`.
    #[schema(value_type = String)]
    state: CallState,
    /// `audio` or `video`.
    #[schema(value_type = String)]
    media: Media,
    /// Who dialled.
    #[schema(value_type = String)]
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
    #[schema(value_type = String)]
    accid: Accid,
    #[schema(value_type = u64)]
    uid: Uid,
    #[schema(value_type = String)]
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
        limit,
    };
    let page = state.store().records(&app.app.key, query).await?;
    Ok(Json(RecordsView {
        records: page.records.into_iter().map(RecordView::from).collect(),
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
    let Some(call) = store.call(key, call_id).await? else {
        let message = format!("there was never a call {call_id}");
        return Err(ApiError::not_found(ErrorKind::CallNotFound, message));
    };
    let record = store.record(key, call_id).await?;
    let participant = |one: hullo_core::call::Participant| ParticipantStateView {
        accid: one.accid,
        uid: one.uid,
        state: one.state,
    };
    Ok(Json(CallStateView {
        call_id: call.call_id,
        kind: call.kind,
        group_id: call.group.and_then(|terms| terms.group_id),
        state: call.state,
        media: call.media,
        caller: call.caller,
        started_at_ms: call.created_at.0,
        participants: call.participants.into_iter().map(participant).collect(),
        record: record.map(RecordView::from),
    }))
}
