"""Eight accents of English, and how the engine's names of their sounds become phones.

Each accent has its own mnemonics (https://github.com/espeak-ng/espeak-ng/blob/master/docs/phonemes.md). A sound takes
the name of its word class in the CMU pronouncing dictionary ("hot" has AA wherever it is said), except where an accent
has merged two classes: then both have the name of the one that is heard. Sounds of TIMIT's finer set are folded as
usual (Lee & Hon 1989, table 1): the flap and the glottal stop to T, the syllabic n to AH N.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import endwise as ew
from endwise.systems.speech.phones import SILENCE

ACCENTS: Final = {
    "american": "en-US",
    "british": "en",
    "caribbean": "en-029",
    "lancashire": "en-GB-x-gbclan",
    "midlands": "en-GB-x-gbcwmd",
    "new york": "en-US-nyc",
    "received": "en-GB-x-rp",
    "scottish": "en-GB-scotland",
}
"""The accents and the engine's names of them."""

PAUSES: Final = frozenset({"_", "_:", "_!", "_|", "_^_", "__", "_:_", "|", "||"})
STRESS: Final = "',%="
"""Marks before a mnemonic that say how it is stressed."""

_CONSONANTS: Final = {
    "b": "B", "d": "D", "dZ": "JH", "D": "DH", "f": "F", "g": "G", "h": "HH", "j": "Y", ";": "Y", "k": "K", "x": "K",
    "l": "L", "m": "M", "n": "N", "n-": "AH N", "N": "NG", "p": "P", "r": "R", "r-": "R", "s": "S", "S": "SH",
    "t": "T", "t2": "T", "t#": "T", "t[": "T", "?": "T", "tS": "CH", "T": "TH", "v": "V", "w": "W", "w#": "W",
    "z": "Z", "Z": "ZH",
}  # fmt: skip
_VOWELS: Final = {
    "0": "AA", "A:": "AA", "A@": "AA", "a": "AE", "aa": "AE", "a#": "AH", "V": "AH", "@": "AH", "@2": "AH", "@5": "AH",
    "@-": "AH", "3": "AH", "@L": "AH L", "O:": "AO", "O2": "AO", "O@": "AO", "o@": "AO", "aU": "AW", "aI": "AY",
    "aI2": "AY", "aI@": "AY AH", "E": "EH", "e@": "EH", "3:": "ER", "IR": "ER", "VR": "ER", "eI": "EY", "I": "IH",
    "I2": "IH", "I#": "IH", "i": "IY", "i:": "IY", "i@": "IY AH", "i@3": "IY AH", "oU": "OW", "OI": "OY", "U": "UH",
    "U@": "UH", "u": "UW", "u:": "UW",
}  # fmt: skip
_OWN: Final = {
    "american": {
        "3": "ER", "aI3": "AY ER", "A@": "AA R", "O@": "AO R", "o@": "AO R", "e@": "EH R", "i@3": "IY R", "U@": "UH R",
    },
    "lancashire": {"V": "UH"},  # strut as foot
    "midlands": {"V": "UH"},
    "received": {"aa": "AA"},  # bath as palm
    "scottish": {"U": "UW"},  # foot as goose
}  # fmt: skip
_CENTRING: Final = frozenset({"A@", "O@", "o@", "e@", "i@", "i@3", "U@"})
"""Vowels that end towards r or the neutral vowel; before a spoken r that end is the r."""

_TABLES: Final = {
    accent: {name: tuple(phones.split()) for name, phones in {**_CONSONANTS, **_VOWELS, **_OWN.get(accent, {})}.items()}
    for accent in ACCENTS
}


def phones_of(mnemonics: Sequence[str], accent: str) -> Iterator[tuple[str, ...]]:
    """The phones of each of the `mnemonics` that follow each other: one, two, or silence for a pause.

    Raises EndwiseError for a mnemonic that has no phone: it never becomes silence.

    >>> list(phones_of(["h", "'e@", "_:"], "american"))
    [('HH',), ('EH', 'R'), ('sil',)]
    """
    names = [plain(mnemonic) for mnemonic in mnemonics]
    for name, following in zip(names, [*names[1:], ""], strict=True):
        phones = (SILENCE,) if name in PAUSES else _TABLES[accent].get(name)
        if phones is None:
            raise _unknown(name, accent)
        yield phones[:1] if name in _CENTRING and following in ("r", "r-") else phones


def plain(mnemonic: str) -> str:
    """The mnemonic without its marks of stress.

    >>> plain("'aI"), plain("_:")
    ('aI', '_:')
    """
    return mnemonic.lstrip(STRESS)


def _unknown(name: str, accent: str) -> ew.EndwiseError:
    return ew.EndwiseError(
        f"Speech with its phones was asked for, in the accent '{accent}'.",
        f"The engine made a sound that it calls {name!r}.",
        f"That is none of the {len(_TABLES[accent])} sounds whose phone is known, and a guess would be a false label.",
        "Say it in other words, or add the sound to the tables of endwise.systems.speech.accents.",
    )
