"""The scenarios of docs/bindings.md: `scenarios.py NAME SERVER APP_KEY APP_SECRET`, against a server with alice, bob and carol."""

import asyncio
import sys
from collections.abc import Awaitable
from datetime import timedelta

from devices import Ear, Eye, Wall, Whistle, eventually
from person import PATIENCE_S, Backend, Person, connect

from hullo import (
    CallState,
    Client,
    Closed,
    EndReason,
    ErrorBody,
    ErrorKind,
    Event,
    Media,
    MessageBody,
    ParticipantState,
    RecordStatus,
    Refused,
    State,
    record_line,
)


async def call_and_hang_up(backend: Backend) -> None:
    async with backend.person("alice") as alice, backend.person("bob") as bob:
        call_id = await connect(alice, bob)
        assert alice.state() == bob.state() == State.IN_CALL
        assert alice.client.status.connected and not alice.client.status.reconnecting
        await bob.client.hangup()
        assert bob.state() == State.IDLE
        for person in alice, bob:
            end = await person.sees(Event.CALL_END, call_id=call_id)
            assert (end.reason, end.by) == (EndReason.HUNG_UP, "bob")
            # What would be told twice is told by the time that this is answered.
            await person.client.recents()
            assert ends(person) == 1
    for person in alice, bob:
        # What happened is told to its end, to whoever asks, and again.
        async with asyncio.timeout(PATIENCE_S):
            person.told.extend([event async for event in person.client.events()])
            assert [event async for event in person.client.events()] == []
        assert ends(person) == 1
    try:
        await alice.client.logout()
    except Closed:
        return
    raise AssertionError("a client that is closed has signed out")


async def group_call_with_members(backend: Backend) -> None:
    async with (
        backend.person("alice") as alice,
        backend.person("bob") as bob,
        backend.person("carol") as carol,
    ):
        dialled = await alice.client.group_call(
            ["bob", "carol", "nobody"], media=Media.AUDIO, group_id="team"
        )
        assert [(one.accid, one.kind) for one in dialled.refused] == [
            ("nobody", ErrorKind.ACCOUNT_NOT_FOUND)
        ]
        assert dialled.call.group is not None and dialled.call.group.group_id == "team"
        await bob.answers()
        await alice.sees(Event.USER_ENTER, accid="bob")
        invited = await carol.sees(Event.INVITED)
        assert (invited.invitor, invited.name, invited.group) == ("alice", "ALICE", True)
        members = await carol.client.accept(microphone=False)
        assert {member.accid for member in members} == {"alice", "bob", "carol"}
        assert len({member.uid for member in members}) == 3
        await alice.sees(Event.USER_ENTER, accid="carol")
        await bob.client.leave()
        await carol.sees(Event.USER_LEAVE, accid="bob")
        assert carol.state() == State.IN_CALL
        await alice.client.hangup()
        end = await carol.sees(Event.CALL_END, call_id=dialled.call.call_id)
        assert end.reason == EndReason.HUNG_UP


async def reject(backend: Backend) -> None:
    async with backend.person("alice") as alice, backend.person("bob") as bob:
        call_id = await alice.calls("bob")
        await bob.rings()
        await bob.client.reject()
        await alice.sees(Event.USER_REJECT, accid="bob")
        for person in alice, bob:
            end = await person.sees(Event.CALL_END, call_id=call_id)
            assert end.reason == EndReason.REJECTED


async def cancel(backend: Backend) -> None:
    async with backend.person("alice") as alice, backend.person("bob") as bob:
        call_id = await alice.calls("bob")
        await bob.rings()
        await alice.client.cancel()
        await bob.sees(Event.USER_CANCEL, accid="alice")
        for person in alice, bob:
            end = await person.sees(Event.CALL_END, call_id=call_id)
            assert end.reason == EndReason.CANCELLED
        await refused(alice.client.cancel(), ErrorKind.CANCEL_WHILE_IDLE)


async def busy(backend: Backend) -> None:
    async with (
        backend.person("alice") as alice,
        backend.person("bob") as bob,
        backend.person("carol") as carol,
    ):
        running = await connect(alice, bob)
        call_id = await carol.calls("bob")
        await carol.sees(Event.USER_BUSY, accid="bob")
        end = await carol.sees(Event.CALL_END, call_id=call_id)
        assert end.reason == EndReason.BUSY
        call = bob.client.status.call
        assert call is not None and (call.call_id, call.state) == (running, CallState.ACTIVE)
        assert not any(isinstance(event, Event.CALL_WAITING) for event in bob.told)


async def time_out(backend: Backend) -> None:
    async with backend.person("alice") as alice, backend.person("bob") as bob:
        # The server lets it ring for five seconds at least.
        call = await alice.client.call("bob", media=Media.AUDIO, timeout=timedelta(seconds=1))
        await bob.rings()
        for person in alice, bob:
            await person.sees(Event.CALLING_TIME_OUT)
            end = await person.sees(Event.CALL_END, call_id=call.call_id)
            assert (end.reason, end.duration_ms) == (EndReason.TIMED_OUT, 0)
        recents = await bob.client.recents()
        assert (recents.missed, recents.calls[0].missed) == (1, True)


async def secure(backend: Backend) -> None:
    asked = []

    async def bobs_handler(call_id: str, uid: int) -> str:
        asked.append((call_id, uid))
        return await backend.room_token(call_id, "bob", uid)

    async def broken_handler(call_id: str, uid: int) -> str:
        raise OSError("the backend is down")

    async def sign_in(client: Person, accid: str) -> None:
        account = await client.client.login(accid, await backend.login_token(accid))
        assert account.secure

    async with (
        backend.person("alice") as alice,
        Client(backend.server, backend.app_key, token_handler=bobs_handler) as bobs,
        Client(backend.server, backend.app_key, token_handler=broken_handler) as carols,
    ):
        bob, carol = Person(bobs), Person(carols)
        await sign_in(bob, "bob")
        await sign_in(carol, "carol")
        call_id = await connect(alice, bob)
        call = bob.client.status.call
        assert call is not None and call.secure
        uids = {one.accid: one.uid for one in call.participants}
        assert asked == [(call_id, uids["bob"])]
        error = await refused(
            carol.client.call("alice", media=Media.AUDIO), ErrorKind.TOKEN_UNAVAILABLE
        )
        assert "the backend is down" in error.message


async def second_device(backend: Backend) -> None:
    async with (
        backend.person("alice") as alice,
        backend.person("bob") as phone,
        backend.person("bob") as desk,
    ):
        call_id = await alice.calls("bob")
        await desk.rings()
        await phone.answers()
        await desk.sees(Event.OTHER_CLIENT_ACCEPT, call_id=call_id)
        await alice.sees(Event.USER_ENTER, accid="bob")
        assert [call.call_id for call in desk.client.status.elsewhere] == [call_id]
        assert len(await desk.client.continue_here(call_id)) == 2
        await phone.sees(Event.OTHER_CLIENT_CONTINUE, call_id=call_id)
        await desk.sees(Event.JOIN_CHANNEL, call_id=call_id)
        assert (phone.state(), desk.state()) == (State.IDLE, State.IN_CALL)
        assert ends(phone) == 0


async def switch(backend: Backend) -> None:
    async with backend.person("alice") as alice, backend.person("bob") as bob:
        await connect(alice, bob)
        for agrees in False, True:
            asking = asyncio.create_task(alice.client.switch_call_type(Media.VIDEO))
            asked = await bob.sees(Event.SWITCH_ASKED)
            assert (asked.accid, asked.media) == ("alice", Media.VIDEO)
            await bob.client.answer_switch(agrees)
            assert await asking == agrees
        for person in alice, bob:
            await person.sees(Event.CALL_TYPE_CHANGE, media=Media.VIDEO)
        assert await bob.client.switch_call_type(Media.AUDIO)
        for person in alice, bob:
            await person.sees(Event.CALL_TYPE_CHANGE, media=Media.AUDIO)


async def record_and_message(backend: Backend) -> None:
    async with backend.person("alice") as alice, backend.person("bob") as bob:
        call_id = await connect(alice, bob)
        await alice.client.hangup()
        for person, other in (alice, "bob"), (bob, "alice"):
            message = (await person.sees(Event.MESSAGE_ADDED)).message
            assert (message.sender, message.to) == ("alice", "bob")
            assert isinstance(message.body, MessageBody.CALL)
            summary = message.body[0]
            assert (summary.call_id, summary.status) == (call_id, RecordStatus.COMPLETE)
            line = record_line(summary, "alice" if person is alice else "bob", "zh")
            assert (line.title, line.outgoing) == ("语音通话", person is alice), line
            page = await person.client.messages(other)
            assert [one.id for one in page.messages] == [message.id]
            record = await person.client.record(call_id)
            assert (record.caller, record.callees, record.ended_by) == ("alice", ["bob"], "alice")
            assert [one.state for one in record.outcomes] == [ParticipantState.LEFT]
            recents = await person.client.recents()
            assert [one.summary.call_id for one in recents.calls] == [call_id]
        await refused(alice.client.record("no id"), ErrorKind.BAD_REQUEST)


async def sound_and_pictures(backend: Backend) -> None:
    ear, eye = Ear(), Eye()
    whistle, wall = Whistle(1_000), Wall(luma=180, chroma=90)
    async with (
        backend.person("alice", microphone=whistle, camera=wall) as alice,
        backend.person("bob", loudspeaker=ear, screen=eye) as bob,
    ):
        await alice.client.call("bob")
        await bob.answers()
        first = await bob.sees(Event.FIRST_VIDEO_FRAME, accid="alice")
        assert (first.width, first.height) == (320, 240)
        await eventually(lambda: ear.share_of(1_000) > 0.9, PATIENCE_S)
        await eventually(lambda: eye.sees("alice", 180, 90), PATIENCE_S)
    # A client that is closed has closed its devices.
    assert ear.is_stopped


def ends(person: Person) -> int:
    return sum(isinstance(event, Event.CALL_END) for event in person.told)


async def refused(operation: Awaitable[object], kind: ErrorKind) -> ErrorBody:
    try:
        await operation
    except Refused as refusal:
        assert refusal.error.kind == kind, refusal
        return refusal.error
    raise AssertionError(f"not refused as {kind}")


if __name__ == "__main__":
    name, *backend = sys.argv[1:]
    asyncio.run(globals()[name](Backend(*backend)))
    print(f"{name}: as it should be")
