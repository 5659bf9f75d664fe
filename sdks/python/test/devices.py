"""Devices of an app's own: a microphone and a camera that make something to be known by, and those that know it."""

from __future__ import annotations

import asyncio
import math
import struct
import threading
from collections.abc import Callable

from hullo import (
    Picture,
    PictureInput,
    PictureOutput,
    PictureSender,
    SlotKind,
    SoundInput,
    SoundOutput,
    SoundSender,
    SoundSource,
)

RATE = 48_000
FRAME = RATE // 100
SIZE = (320, 240)


class Clock:
    """Does something every 10 ms, as the clock of a sound card does, until it is stopped."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(tick,))
        self._thread.start()

    def _run(self, tick: Callable[[], None]) -> None:
        while not self._over.wait(0.01):
            tick()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()


class Whistle(SoundInput):
    """A microphone that hears a tone of this many hertz."""

    def __init__(self, hertz: int) -> None:
        turn = 2 * math.pi * hertz / RATE
        # The same at the end of a second as at its start.
        second = [int(10_000 * math.sin(turn * at)) for at in range(RATE)]
        self._sound = struct.pack(f"<{RATE}h", *second)

    def start(self, to: SoundSender) -> None:
        at = 0

        def tick() -> None:
            nonlocal at
            to.send(self._sound[at : at + 2 * FRAME])
            at = (at + 2 * FRAME) % len(self._sound)

        self._clock = Clock(tick)

    def stop(self) -> None:
        self._clock.stop()


class Ear(SoundOutput):
    """A loudspeaker that knows a tone."""

    def __init__(self) -> None:
        self._heard = bytes()
        self.is_stopped = False

    def start(self, source: SoundSource) -> None:
        def tick() -> None:
            self._heard = (self._heard + source.fill(FRAME))[-RATE:]

        self._clock = Clock(tick)

    def stop(self) -> None:
        self._clock.stop()
        self.is_stopped = True

    def share_of(self, hertz: int) -> float:
        """How much of what was heard in the last half second is a tone of this many hertz: 1 is all of it."""
        heard = struct.unpack(f"<{len(self._heard) // 2}h", self._heard)
        turn = 2 * math.pi * hertz / RATE
        cosine = sum(sample * math.cos(turn * at) for at, sample in enumerate(heard))
        sine = sum(sample * math.sin(turn * at) for at, sample in enumerate(heard))
        power = sum(sample * sample for sample in heard)
        share: float = (cosine**2 + sine**2) * 2 / max(power * len(heard), 1.0)
        return share


class Wall(PictureInput):
    """A camera in front of a wall of one colour."""

    def __init__(self, luma: int, chroma: int) -> None:
        width, height = SIZE
        data = bytes([luma]) * (width * height) + bytes([chroma]) * (width * height // 2)
        self._picture = Picture(width=width, height=height, data=data)

    def start(self, to: PictureSender) -> None:
        self._clock = Clock(lambda: to.send(self._picture))

    def stop(self) -> None:
        self._clock.stop()


class Eye(PictureOutput):
    """Knows a colour."""

    def __init__(self) -> None:
        self._seen: tuple[str, SlotKind, Picture] | None = None

    def show(self, accid: str, kind: SlotKind, picture: Picture) -> None:
        self._seen = (accid, kind, picture)

    def sees(self, wanted: str, luma: int, chroma: int) -> bool:
        if self._seen is None:
            return False
        accid, kind, picture = self._seen
        assert (accid, kind) == (wanted, SlotKind.VIDEO)
        pixels = picture.width * picture.height
        assert len(picture.data) == pixels * 3 // 2
        middle = picture.data[pixels // 2 + picture.width // 2], picture.data[pixels * 9 // 8]
        return all(abs(is_ - should) < 8 for is_, should in zip(middle, (luma, chroma)))


async def eventually(condition: Callable[[], bool], patience_s: float) -> None:
    async with asyncio.timeout(patience_s):
        while not condition():
            await asyncio.sleep(0.05)
