//! Reads calls, messages and records.

use super::object::{Object, ReadResult};
use crate::{
    CallDelta, CallRecord, CallSummary, CallView, EndView, FoundCall, GroupTerms, InviteView,
    Message, MessageBody, MessageId, ParticipantDuration, ParticipantOutcome, ParticipantView,
    Person, QualitySummary, RecentCall, RefusedInvite, Snapshot, SwitchView, Uid,
};

pub(super) fn call(mut object: Object) -> ReadResult<CallView> {
    Ok(CallView {
        call_id: object.parsed("call_id")?,
        version: object.number("version")?,
        kind: object.enum_value("kind")?,
        group: optional_group(&mut object)?,
        media: object.enum_value("media")?,
        state: object.enum_value("state")?,
        caller: object.parsed("caller")?,
        attachment: object.optional_text("attachment")?,
        participants: object.objects("participants", participant)?,
        active_ms: object.optional_number("active_ms")?,
        switch: object.optional_object("switch")?.map(switch).transpose()?,
        end: object.optional_object("end")?.map(end).transpose()?,
        secure: object.optional_flag("secure")?,
    })
}

pub(super) fn delta(mut object: Object) -> ReadResult<CallDelta> {
    let switch = object.nullable("switch")?;
    Ok(CallDelta {
        state: object.optional_enum_value("state")?,
        group: optional_group(&mut object)?,
        media: object.optional_enum_value("media")?,
        participants: object.optional_objects("participants", participant)?,
        switch: switch
            .map(|it| it.map(self::switch).transpose())
            .transpose()?,
        end: object.optional_object("end")?.map(end).transpose()?,
    })
}

pub(super) fn snapshot(mut object: Object) -> ReadResult<Snapshot> {
    Ok(Snapshot {
        calls: object.objects("calls", call)?,
        elsewhere: object.optional_objects("elsewhere", call)?,
        invites: object.objects("invites", invite)?,
        messages: object.objects("messages", message)?,
        more: object.optional_flag("more")?,
        cursor: MessageId(object.optional_number("cursor")?.unwrap_or_default()),
        ended: object.objects("ended", summary)?,
    })
}

pub(super) fn refused_invite(mut object: Object) -> ReadResult<RefusedInvite> {
    Ok(RefusedInvite {
        accid: object.parsed("accid")?,
        kind: object.enum_value("kind")?,
    })
}

pub(super) fn found_call(mut object: Object) -> ReadResult<FoundCall> {
    Ok(FoundCall {
        call_id: object.parsed("call_id")?,
        uid: Uid(object.number("uid")?),
        media: object.enum_value("media")?,
        group: optional_group(&mut object)?,
        people: object.small_number("people")?,
        call: object.optional_object("call")?.map(call).transpose()?,
    })
}

pub(super) fn message(mut object: Object) -> ReadResult<Message> {
    let mut body = object.object("body")?;
    let body = match body.text("type")?.as_str() {
        "call" => MessageBody::Call(summary(body)?),
        other => return Err(super::ReadError::unknown("type", other)),
    };
    Ok(Message {
        id: MessageId(object.number("id")?),
        from: object.parsed("from")?,
        to: object.parsed("to")?,
        sent_at_ms: object.number("sent_at_ms")?,
        body,
    })
}

/// The members of [`GroupTerms`], which may stand among others.
pub fn group_terms(object: &mut Object) -> ReadResult<GroupTerms> {
    Ok(GroupTerms {
        group_id: object.optional_text("group_id")?,
        invite_mode: object
            .optional_enum_value("invite_mode")?
            .unwrap_or_default(),
        join_mode: object.optional_enum_value("join_mode")?.unwrap_or_default(),
        keep_last: object.optional_flag("keep_last")?,
    })
}

fn optional_group(object: &mut Object) -> ReadResult<Option<GroupTerms>> {
    let group = object.optional_object("group")?;
    group.map(|mut group| group_terms(&mut group)).transpose()
}

fn participant(mut object: Object) -> ReadResult<ParticipantView> {
    Ok(ParticipantView {
        accid: object.parsed("accid")?,
        name: object.optional_text("name")?,
        avatar: object.optional_text("avatar")?,
        uid: Uid(object.number("uid")?),
        state: object.enum_value("state")?,
        audio: object.enum_value("audio")?,
        video: object.enum_value("video")?,
        reconnecting: object.optional_flag("reconnecting")?,
        held: object.optional_flag("held")?,
        screen: object.optional_flag("screen")?,
        inviter: object.optional_parsed("inviter")?,
        device: object.optional_parsed("device")?,
    })
}

fn switch(mut object: Object) -> ReadResult<SwitchView> {
    Ok(SwitchView {
        by: object.parsed("by")?,
        media: object.enum_value("media")?,
    })
}

fn end(mut object: Object) -> ReadResult<EndView> {
    Ok(EndView {
        reason: object.enum_value("reason")?,
        by: object.optional_parsed("by")?,
        durations: object.optional_objects("durations", duration)?,
    })
}

fn invite(mut object: Object) -> ReadResult<InviteView> {
    Ok(InviteView {
        call: call(object.object("call")?)?,
        ring_ms_left: object.number("ring_ms_left")?,
    })
}

pub(super) fn record(mut object: Object) -> ReadResult<CallRecord> {
    Ok(CallRecord {
        call_id: object.parsed("call_id")?,
        kind: object.enum_value("kind")?,
        group_id: object.optional_text("group_id")?,
        caller: object.parsed("caller")?,
        callees: object.list("callees")?,
        media: object.enum_value("media")?,
        status: object.enum_value("status")?,
        reason: object.enum_value("reason")?,
        ended_by: object.optional_parsed("ended_by")?,
        started_at_ms: object.number("started_at_ms")?,
        accepted_at_ms: object.optional_number("accepted_at_ms")?,
        ended_at_ms: object.number("ended_at_ms")?,
        durations: object.objects("durations", duration)?,
        outcomes: object.objects("outcomes", outcome)?,
        quality: object.objects("quality", quality)?,
    })
}

pub(super) fn recent_call(mut object: Object) -> ReadResult<RecentCall> {
    Ok(RecentCall {
        id: object.number("id")?,
        summary: summary(object.object("summary")?)?,
        missed: object.flag("missed")?,
        others: object.objects("others", person)?,
    })
}

fn person(mut object: Object) -> ReadResult<Person> {
    Ok(Person {
        accid: object.parsed("accid")?,
        name: object.optional_text("name")?,
        avatar: object.optional_text("avatar")?,
    })
}

fn summary(mut object: Object) -> ReadResult<CallSummary> {
    Ok(CallSummary {
        call_id: object.parsed("call_id")?,
        kind: object.enum_value("kind")?,
        group_id: object.optional_text("group_id")?,
        caller: object.parsed("caller")?,
        callee: object.parsed("callee")?,
        media: object.enum_value("media")?,
        status: object.enum_value("status")?,
        reason: object.enum_value("reason")?,
        ended_by: object.optional_parsed("ended_by")?,
        started_at_ms: object.number("started_at_ms")?,
        accepted_at_ms: object.optional_number("accepted_at_ms")?,
        ended_at_ms: object.number("ended_at_ms")?,
        outcome: object.enum_value("outcome")?,
        caller_ms: object.number("caller_ms")?,
        callee_ms: object.number("callee_ms")?,
        people: object.small_number("people")?,
    })
}

fn duration(mut object: Object) -> ReadResult<ParticipantDuration> {
    Ok(ParticipantDuration {
        accid: object.parsed("accid")?,
        duration_ms: object.number("duration_ms")?,
    })
}

fn outcome(mut object: Object) -> ReadResult<ParticipantOutcome> {
    Ok(ParticipantOutcome {
        accid: object.parsed("accid")?,
        state: object.enum_value("state")?,
    })
}

fn quality(mut object: Object) -> ReadResult<QualitySummary> {
    Ok(QualitySummary {
        accid: object.parsed("accid")?,
        median_up: object.enum_value("median_up")?,
        worst_up: object.enum_value("worst_up")?,
        median_down: object.enum_value("median_down")?,
        worst_down: object.enum_value("worst_down")?,
        reconnects: object.small_number("reconnects")?,
        first_frame_ms: object.optional_small_number("first_frame_ms")?,
    })
}
