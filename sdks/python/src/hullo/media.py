"""Devices that are ready. An app's own are a `SoundInput`, a `SoundOutput`, a `PictureInput` or a `PictureOutput`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import _native
from ._native import PictureInput, PictureOutput, SoundInput, SoundOutput


@dataclass(frozen=True)
class Tone:
    """A microphone that hears a pure tone."""

    hertz: float
    """From 50 to 8,000."""


@dataclass(frozen=True)
class SoundFile:
    """A WAV file of 48,000 samples a second of 16 bits.

    As a microphone it is heard, of several channels the first. As a loudspeaker it takes the place of what was there, and is whole once the
    call is over.
    """

    path: str

    repeats: bool = False
    """Whether a microphone starts again when it is over. It is silent then otherwise."""


@dataclass(frozen=True)
class TestPicture:
    """A camera that sees bars of colour, and a square that goes round."""

    width: int = 640
    """In pixels; even."""

    height: int = 360
    """In pixels; even."""

    rate: int = 30
    """Pictures a second."""


@dataclass(frozen=True)
class PictureFile:
    """A camera that sees a YUV4MPEG2 file of 8 bits in 4:2:0, again and again."""

    path: str


def devices(
    microphone: SoundInput | Tone | SoundFile | None,
    loudspeaker: SoundOutput | SoundFile | None,
    camera: PictureInput | TestPicture | PictureFile | None,
    screen: PictureOutput | None,
) -> _native.Devices:
    """As the library names them."""
    return _native.Devices(
        microphone=_microphone(microphone),
        loudspeaker=_loudspeaker(loudspeaker),
        camera=_camera(camera),
        screen=screen,
    )


# Of a variant, type checkers do not know that it is one.
def _microphone(of: SoundInput | Tone | SoundFile | None) -> Any:
    match of:
        case None:
            return None
        case Tone(hertz):
            return _native.Microphone.TONE(float(hertz))
        case SoundFile(path, repeats):
            return _native.Microphone.FILE(path, repeats)
        case device:
            return _native.Microphone.APP(device)


def _loudspeaker(of: SoundOutput | SoundFile | None) -> Any:
    match of:
        case None:
            return None
        case SoundFile(path):
            return _native.Loudspeaker.FILE(path)
        case device:
            return _native.Loudspeaker.APP(device)


def _camera(of: PictureInput | TestPicture | PictureFile | None) -> Any:
    match of:
        case None:
            return None
        case TestPicture(width, height, rate):
            return _native.Camera.TEST_PICTURE(width, height, rate)
        case PictureFile(path):
            return _native.Camera.FILE(path)
        case device:
            return _native.Camera.APP(device)
