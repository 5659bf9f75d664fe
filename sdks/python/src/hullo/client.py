"""The client as Python knows such things: a context, keyword arguments, events to iterate over."""

from __future__ import annotations

import asyncio
import atexit
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import timedelta
from types import TracebackType

from . import _native
from ._native import (
    Account,
    CallOptions,
    CallRecord,
    CallView,
    ClientOptions,
    DevicePresets,
    Dialled,
    Event,
    FoundCall,
    GroupCallOptions,
    GroupTerms,
    InviteMode,
    InviteOptions,
    JoinMode,
    Media,
    Member,
    Messages,
    OtherCall,
    PictureInput,
    PictureOutput,
    Platform,
    Presence,
    Recents,
    SlotKind,
    SoundInput,
    SoundOutput,
    Status,
)
from .media import PictureFile, SoundFile, TestPicture, Tone, devices

# A thread of the library that came back to Python when that is gone would end the program as a failure.
atexit.register(_native.finish_callbacks)

TokenProvider = Callable[[], Awaitable[str]]
"""Asks the app's backend for a fresh login token."""

TokenHandler = Callable[[str, int], Awaitable[str]]
"""Asks the app's backend for a room token (secure mode), signed for this call and this number of the account in it."""


class Client:
    """One device of one account at a time: it signs in, calls, rings and answers, and reconnects by itself.

    Use it in ``async with``, in one event loop. What goes wrong is a `Refused`, whose `error` has a `kind` to branch on; of a client that is
    closed, a `Closed`. Both are a `HulloError`.

    Leaving the context gives back the connection and the devices, and hangs up nothing: a call goes on with the next client of this
    device (one with the same `store`), or is over when none comes within the grace time. `logout` before that ends the call.
    """

    def __init__(
        self,
        server: str,
        app_key: str,
        *,
        microphone: SoundInput | Tone | SoundFile | None = None,
        loudspeaker: SoundOutput | SoundFile | None = None,
        camera: PictureInput | TestPicture | PictureFile | None = None,
        screen: PictureOutput | None = None,
        token_provider: TokenProvider | None = None,
        token_handler: TokenHandler | None = None,
        store: str | None = None,
        platform: Platform = Platform.SERVER,
        local_address: str | None = None,
    ) -> None:
        """A client of the app at a server: ``https://calls.example.com``.

        Without a microphone it says nothing, without a loudspeaker it plays to nobody, and of a camera a call that wants one is told
        that there is none; the screen shows the others' pictures.

        The provider is asked for login tokens, the handler for room tokens. `store` is a file of this client's own, where it keeps who
        it is; without, each start is a new device. `local_address` is the address of this machine that leads to the server's media,
        where it does not find that by itself.
        """
        self._options = ClientOptions(
            server=server,
            app_key=app_key,
            platform=platform,
            store=store,
            local_address=local_address,
        )
        self._devices = devices(microphone, loudspeaker, camera, screen)
        self._provider = token_provider and _Provider(token_provider)
        self._handler = token_handler and _Handler(token_handler)
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._native: _native.NativeClient | None = None

    async def __aenter__(self) -> Client:
        loop = asyncio.get_running_loop()
        # What the library asks of Python it asks there.
        _native.uniffi_set_event_loop(loop)  # type: ignore[arg-type]
        listener = _Listener(loop, self._events)
        self._native = await _native.NativeClient.open(
            self._options, listener, self._devices, self._provider, self._handler
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def _client(self) -> _native.NativeClient:
        if self._native is None:
            raise RuntimeError("use it in `async with Client(...) as client`")
        return self._native

    async def close(self) -> None:
        """Gives back all that it has, and waits until that is done. Leaving the context does it, too."""
        if self._native is not None:
            await self._native.close()

    async def events(self) -> AsyncIterator[Event]:
        """What happens, in order, until the client is closed. Each is given to one who iterates, and kept until there is one."""
        while (event := await self._events.get()) is not None:
            yield event
        # The next who asks is told as well that there are no more.
        self._events.put_nowait(None)

    @property
    def device_id(self) -> str:
        """The server takes two clients with one id for the same device."""
        return self._client.device_id()

    @property
    def status(self) -> Status:
        """Where it is now."""
        return self._client.status()

    def network_changed(self) -> None:
        """The platform says that the network has come back or is another one: connections are restored at once."""
        self._client.network_changed()

    async def login(self, accid: str, token: str | None = None) -> Account:
        """Connects and signs in, with a token of the token provider where none is given. A call that this device was in before goes on.

        For the account that is signed in it hands over a fresh token: session and call go on. Fails with ``WRONG_TOKEN``,
        ``TOKEN_EXPIRED``, ``TOKEN_REVOKED``, ``TOKEN_UNAVAILABLE``, ``ACCOUNT_NOT_FOUND``, ``ACCOUNT_DISABLED``, ``NO_CONNECTION`` or
        ``TIMEOUT``.
        """
        if token is None:
            return await self._client.login_with_provider(accid)
        return await self._client.login(accid, token)

    async def logout(self) -> None:
        """Ends any call, signs out and disconnects."""
        await self._client.logout()

    async def call(
        self,
        accid: str,
        *,
        media: Media = Media.VIDEO,
        microphone: bool | None = None,
        camera: bool | None = None,
        attachment: str | None = None,
        timeout: timedelta | None = None,
    ) -> CallView:
        """Dials. Done when the server has the call, which may already have ended (busy).

        When the other side was dialling too, both are in the one call that results. `attachment` is the app's own text for the callee,
        `timeout` how long it rings. Fails with ``CALL_WHILE_CALLING``, ``CALL_WHILE_CALLED``, ``CALL_WHILE_IN_CALL``,
        ``CALLED_ONESELF``, ``ACCOUNT_NOT_FOUND``, ``NOT_LOGGED_IN`` and others.
        """
        invite = InviteOptions(attachment=attachment, timeout=timeout)
        presets = DevicePresets(audio=microphone, video=camera)
        return await self._client.call(accid, CallOptions(media=media, presets=presets, invite=invite))

    async def group_call(
        self,
        accids: Iterable[str],
        *,
        media: Media = Media.VIDEO,
        microphone: bool | None = None,
        camera: bool | None = None,
        group_id: str | None = None,
        invite_mode: InviteMode = InviteMode.EVERYONE,
        join_mode: JoinMode = JoinMode.INVITED,
        keep_last: bool = False,
        attachment: str | None = None,
        timeout: timedelta | None = None,
    ) -> Dialled:
        """Dials 1 to 99 accounts at once. Fails when none could be invited, with that one's kind or with ``INVITE_FAILED``, and
        otherwise as `call` does."""
        invite = InviteOptions(attachment=attachment, timeout=timeout)
        presets = DevicePresets(audio=microphone, video=camera)
        terms = GroupTerms(
            group_id=group_id, invite_mode=invite_mode, join_mode=join_mode, keep_last=keep_last
        )
        call = CallOptions(media=media, presets=presets, invite=invite)
        return await self._client.group_call(list(accids), GroupCallOptions(call=call, terms=terms))

    async def invite(
        self,
        accids: Iterable[str],
        *,
        attachment: str | None = None,
        timeout: timedelta | None = None,
    ) -> Dialled:
        """Invites more accounts into the call; a one-to-one call becomes a group call by it. Fails like `group_call`, and with
        ``FORBIDDEN`` where only the caller may invite."""
        options = InviteOptions(attachment=attachment, timeout=timeout)
        return await self._client.invite(list(accids), options)

    async def find_call(self, call_id: str) -> list[FoundCall]:
        """Looks for a running call by its name; nothing where the account is not in it and may not join."""
        return await self._client.find_call(call_id)

    async def find_calls(self, group_id: str) -> list[FoundCall]:
        """Looks for the running calls of a group."""
        return await self._client.find_calls(group_id)

    async def join(
        self, call_id: str, *, microphone: bool | None = None, camera: bool | None = None
    ) -> list[Member]:
        """Goes into a running group call that does not ring here. Its members, oneself included."""
        return await self._client.join(call_id, DevicePresets(audio=microphone, video=camera))

    async def continue_here(
        self, call_id: str, *, microphone: bool | None = None, camera: bool | None = None
    ) -> list[Member]:
        """Takes over a call that the account has on another device (``status.elsewhere``)."""
        presets = DevicePresets(audio=microphone, video=camera)
        return await self._client.continue_here(call_id, presets)

    async def accept(
        self, *, microphone: bool | None = None, camera: bool | None = None
    ) -> list[Member]:
        """Answers the call that rings. Its members, oneself included."""
        return await self._client.accept(DevicePresets(audio=microphone, video=camera))

    async def accept_waiting(
        self,
        call_id: str,
        other: OtherCall,
        *,
        microphone: bool | None = None,
        camera: bool | None = None,
    ) -> list[Member]:
        """Answers the invite that waits beside the current call, which is left or held until the new one is over."""
        presets = DevicePresets(audio=microphone, video=camera)
        return await self._client.accept_waiting(call_id, other, presets)

    async def reject_waiting(self, call_id: str) -> None:
        """Declines the invite that waits beside the current call."""
        await self._client.reject_waiting(call_id)

    async def reject(self) -> None:
        """Declines the call that rings."""
        await self._client.reject()

    async def cancel(self) -> None:
        """Takes back a dial of this device. Where the other side was faster, the call that has begun is hung up."""
        await self._client.cancel()

    async def hangup(self) -> None:
        """Ends the call in whatever state, here at once. A group call ends for all when its caller hangs up, and goes on for the
        others when somebody else does."""
        await self._client.hangup()

    async def leave(self) -> None:
        """Leaves the call, as fast; a group call goes on for the others, whoever leaves."""
        await self._client.leave()

    async def switch_call_type(self, media: Media) -> bool:
        """To audio at once, to video with the other side's consent: whether it agreed."""
        return await self._client.switch_call_type(media)

    async def answer_switch(self, agree: bool) -> None:
        """Answers ``Event.SWITCH_ASKED``."""
        await self._client.answer_switch(agree)

    async def mute_local_audio(self, muted: bool) -> None:
        """Mutes the microphone, for the answer while it rings. It stays open."""
        await self._client.mute_local_audio(muted)

    async def mute_local_video(self, muted: bool) -> None:
        """Pauses this device's picture and closes the camera, or opens it again."""
        await self._client.mute_local_video(muted)

    async def enable_local_video(self, enabled: bool) -> None:
        """Opens or closes the camera, for the answer while it rings."""
        await self._client.enable_local_video(enabled)

    async def retry_device(self, kind: SlotKind) -> None:
        """Tries a microphone or camera again that has failed. Nothing if it has not."""
        await self._client.retry_device(kind)

    async def set_audio_mute(self, accid: str, muted: bool) -> None:
        """Mutes a participant for this device alone, for the call."""
        await self._client.set_audio_mute(accid, muted)

    async def show_videos(self, accids: Iterable[str]) -> None:
        """Whose pictures are received, the most important first. Kept for the call."""
        await self._client.show_videos(list(accids))

    async def messages(self, accid: str, *, before: int | None = None, limit: int = 50) -> Messages:
        """The conversation with an account, newest first: at most `limit` entries, those before one if it is named."""
        return await self._client.messages(accid, before, limit)

    async def recents(self, *, before: int | None = None, limit: int = 50) -> Recents:
        """The past calls of the account with everybody, newest first, and how many were missed since they were read."""
        return await self._client.recents(before, limit)

    async def mark_recents_read(self, up_to: int) -> None:
        """The person has read the past calls up to this place: those missed after it count, on all devices of the account."""
        await self._client.mark_recents_read(up_to)

    async def record(self, call_id: str) -> CallRecord:
        """The record of a call that is over and that the account has dialled or was called in. Fails with ``CALL_NOT_FOUND``."""
        return await self._client.record(call_id)

    async def watch_presence(self, accids: Iterable[str]) -> list[Presence]:
        """Follows the presence of these accounts, in place of those followed before."""
        return await self._client.watch_presence(list(accids))


class _Listener(_native.EventListener):
    """Puts what happens into a queue of the event loop. It must hold no client: the client holds it."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, events: asyncio.Queue[Event | None]
    ) -> None:
        self._loop = loop
        self._events = events

    def on_event(self, event: Event) -> None:
        self._put(event)

    def on_closed(self) -> None:
        self._put(None)

    def _put(self, event: Event | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._events.put_nowait, event)
        except RuntimeError:
            # The loop is closed: nobody is there who would be told.
            pass


class _Provider(_native.TokenProvider):
    def __init__(self, ask: TokenProvider) -> None:
        self._ask = ask

    async def login_token(self) -> str:
        return await self._ask()


class _Handler(_native.TokenHandler):
    def __init__(self, ask: TokenHandler) -> None:
        self._ask = ask

    async def room_token(self, call_id: str, uid: int) -> str:
        return await self._ask(call_id, uid)
