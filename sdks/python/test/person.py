"""Somebody with the Python client, and the app's backend, as the scenarios need them."""

from __future__ import annotations

import asyncio
import base64
import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from hullo import Client, Event, Media, State

PATIENCE_S = 20
"""Longer than anything takes that is not broken."""

T = TypeVar("T")


@dataclass
class Backend:
    """The app's backend: it signs tokens."""

    server: str
    app_key: str
    app_secret: str

    async def login_token(self, accid: str) -> str:
        return await self._ask(f"/v1/accounts/{accid}/tokens", {})

    async def room_token(self, call_id: str, accid: str, uid: int) -> str:
        body = {"call_id": call_id, "accid": accid, "uid": uid}
        return await self._ask("/v1/room-tokens", body)

    async def _ask(self, path: str, body: dict[str, Any]) -> str:
        credentials = base64.b64encode(f"{self.app_key}:{self.app_secret}".encode()).decode()
        request = urllib.request.Request(
            self.server + path,
            json.dumps(body).encode(),
            {"authorization": f"Basic {credentials}", "content-type": "application/json"},
        )
        answer = await asyncio.to_thread(lambda: urllib.request.urlopen(request).read())
        token: str = json.loads(answer)["token"]
        return token

    def client(self, accid: str, **devices: Any) -> Client:
        """A client that asks here for its tokens."""
        return Client(
            self.server,
            self.app_key,
            token_provider=lambda: self.login_token(accid),
            token_handler=lambda call_id, uid: self.room_token(call_id, accid, uid),
            **devices,
        )

    @asynccontextmanager
    async def person(self, accid: str, **devices: Any) -> AsyncIterator[Person]:
        """One who is signed in, on a device of its own."""
        async with self.client(accid, **devices) as client:
            await client.login(accid)
            yield Person(client)


class Person:
    def __init__(self, client: Client) -> None:
        self.client = client
        self.told: list[Event] = []
        self._unseen: list[Event] = []

    async def sees(self, kind: type[T], **fields: object) -> T:
        """Waits for an event of this kind, with these fields, that nothing has waited for yet."""

        def fits(event: Event) -> bool:
            wanted = fields.items()
            return isinstance(event, kind) and all(getattr(event, k) == v for k, v in wanted)

        async def search() -> T:
            looked_at = 0
            while True:
                while looked_at < len(self._unseen):
                    if fits(self._unseen[looked_at]):
                        return self._unseen.pop(looked_at)  # type: ignore[return-value]
                    looked_at += 1
                event = await anext(self.client.events())
                self.told.append(event)
                self._unseen.append(event)

        try:
            return await asyncio.wait_for(search(), PATIENCE_S)
        except TimeoutError:
            raise AssertionError(f"not told of {kind.__name__} {fields}; told: {self.told}")

    async def rings(self) -> str:
        """Waits for the phone to ring; which call it is."""
        return (await self.sees(Event.INVITED)).call_id

    async def answers(self) -> None:
        await self.rings()
        await self.client.accept()

    async def calls(self, accid: str) -> str:
        """Calls by voice; which call it is."""
        return (await self.client.call(accid, media=Media.AUDIO)).call_id

    def state(self) -> State:
        return self.client.status.state


async def connect(caller: Person, callee: Person) -> str:
    """A call of the two whose media is connected."""
    call_id = await caller.calls("bob")
    await callee.answers()
    await caller.sees(Event.USER_ENTER, accid="bob")
    await callee.sees(Event.USER_ENTER, accid="alice")
    return call_id
