"""The speech engine espeak-ng, through the extra `speech`: text in, samples and the names of its sounds out.

The engine is a C library with one global state: there is one a process, used by one thread at a time.
"""

from __future__ import annotations

import ctypes
import functools
import importlib
import tempfile
import threading
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias, final

import numpy as np
import numpy.typing as npt

import endwise as ew
from endwise.systems.speech.accents import ACCENTS

Wave: TypeAlias = npt.NDArray[np.int16]

ENGINE_RATE: Final = 22050
VARIANTS: Final = Path("voices", "!v")
LANGUAGES: Final = Path("lang", "gmw")
STEADY_VOICE: Final = "flutter 0\nroughness 0\necho 0 0\n"
"""What every voice is told besides. Flutter and roughness run on from one utterance to the next, so that the same text
would never give the same samples twice; an echo is the room's, and rooms are added later."""
STEADY_ACCENT: Final = {"en-GB-scotland": "replace 00 r r/\n"}
"""What an accent is told besides: the Scottish trill runs on too, and gives way to the r of the others."""
VOLUME: Final = 15
"""Of 100. Louder, some voices reach full scale, and the gain that is then held back reaches into the next utterance."""

# The C interface, as in speak_lib.h of espeak-ng 1.52.
_SYNCHRONOUS, _PHONEME_EVENTS, _DO_NOT_EXIT, _UTF8 = 2, 0x0001, 0x8000, 1
_SET_RATE, _SET_VOLUME, _SET_PITCH = 1, 2, 3
_LIST_END, _PHONEME = 0, 7


class _Identity(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),  # in characters, from 1
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),  # in milliseconds
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Identity),
    )


_Listener = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Sound(NamedTuple):
    """One sound as the engine reports it."""

    mnemonic: str
    word_position: int
    """Where its word starts in the text, in characters from 1; words that the engine merges have that of the first."""
    start: int
    """The sample with which it starts."""


class Utterance(NamedTuple):
    """What the engine made of a text."""

    wave: Wave
    """(N,) at 22,050 a second; exact zeros where nothing sounds."""
    sounds: tuple[Sound, ...]


def utter(text: str, *, voice: str, accent: str, rate: int, pitch: int) -> Utterance:
    """`text` said by a voice: the same arguments give the same samples.

    Parameters
    ----------
    voice: one of the engine's voice variants, such as "f3".
    accent: one of `accents.ACCENTS`.
    rate: words a minute, 80 to 450.
    pitch: 0 to 99; 50 is the voice's own.

    Raises MissingExtra without the extra `speech`, EndwiseError for a voice that the engine lacks.
    """
    with _ALONE:
        return _engine().utter(text, voice, accent, rate, pitch)


_ALONE: Final = threading.Lock()


@functools.cache
def _engine() -> _Engine:
    return _Engine()


@final
class _Engine:
    """The library with its data, loaded once."""

    def __init__(self) -> None:
        loader = _loader()
        self._folder = tempfile.TemporaryDirectory(prefix="endwise-voices-")  # lives as long as the engine
        _lay_out(Path(loader.get_data_path()), Path(self._folder.name))
        self._library = ctypes.CDLL(loader.get_library_path())
        self._library.espeak_Initialize(_SYNCHRONOUS, 0, self._folder.name.encode(), _PHONEME_EVENTS | _DO_NOT_EXIT)
        self._listener = _Listener(self._listen)  # the library keeps no reference to it
        self._library.espeak_SetSynthCallback(self._listener)
        self._waves: list[bytes] = []
        self._sounds: list[Sound] = []

    def utter(self, text: str, voice: str, accent: str, rate: int, pitch: int) -> Utterance:
        encoded = text.encode()
        self._choose(voice, accent)
        self._waves.clear()
        self._sounds.clear()
        self._library.espeak_SetParameter(_SET_RATE, rate, 0)
        self._library.espeak_SetParameter(_SET_VOLUME, VOLUME, 0)
        self._library.espeak_SetParameter(_SET_PITCH, pitch, 0)
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(1))  # of the noise in fricatives and breath
        self._library.espeak_Synth(encoded, ctypes.c_size_t(len(encoded) + 1), 0, 1, 0, _UTF8, None, None)
        return Utterance(np.frombuffer(b"".join(self._waves), np.int16), tuple(self._sounds))

    def _choose(self, voice: str, accent: str) -> None:
        # The library takes the accent's plain voice where it lacks a variant, and does not say so.
        there = (Path(self._folder.name) / VARIANTS / voice).is_file()
        if not there or self._library.espeak_SetVoiceByName(f"{ACCENTS[accent]}+{voice}".encode()) != 0:
            raise ew.EndwiseError(
                f"The voice '{voice}' was to speak, in the accent '{accent}'.",
                "The engine does not have them.",
                "Voices and accents come with the package espeakng-loader, of which other versions may hold others.",
                "Take a voice of endwise.systems.speech.speakers.VOICES, or install espeakng-loader 0.2.4.",
            )

    def _listen(self, wave: Any, count: int, events: Any) -> int:
        if wave and count > 0:
            self._waves.append(ctypes.string_at(wave, 2 * count))
        place = 0
        while (event := events[place]).type != _LIST_END:
            if event.type == _PHONEME:
                self._sounds.append(Sound(event.id.string.decode(), event.text_position, event.sample))
            place += 1
        return 0


def _loader() -> Any:
    try:
        return importlib.import_module("espeakng_loader")
    except ImportError:
        raise ew.MissingExtra.of("Speech made by espeak-ng", "speech") from None


def _lay_out(bundled: Path, folder: Path) -> None:
    """The engine's data as `folder`: links to what is bundled, and voices and accents that are steady."""
    for entry in bundled.iterdir():
        if entry.name not in ("voices", "lang"):
            (folder / entry.name).symlink_to(entry)
    for kind in (VARIANTS, LANGUAGES):
        (folder / kind).mkdir(parents=True)
    for entry in (bundled / VARIANTS).iterdir():
        (folder / VARIANTS / entry.name).write_bytes(entry.read_bytes() + b"\n" + STEADY_VOICE.encode())
    for name in ACCENTS.values():
        told = STEADY_ACCENT.get(name, "").encode()
        (folder / LANGUAGES / name).write_bytes((bundled / LANGUAGES / name).read_bytes() + b"\n" + told)
