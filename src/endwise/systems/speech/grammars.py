"""What is said: connected digits, the commands of a house, and open sentences.

A grammar is a small set of templates. A name in braces stands for one of its words; each draw takes any template, and
then any word, with equal chance.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import numpy as np

import endwise as ew

_SLOT: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Grammar:
    """Sentences that may be said; all words are small letters and the apostrophe.

    >>> greeting = Grammar("greeting", ("good {time}",), {"time": ("morning", "evening")})
    >>> greeting.vocabulary
    ('good', 'morning', 'evening')
    """

    name: str
    templates: tuple[str, ...]
    slots: Mapping[str, tuple[str, ...]]

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """Every word that may be said, once, in the order of the templates."""
        words: list[str] = []
        for template in self.templates:
            for part in template.split():
                slot = _SLOT.fullmatch(part)
                words += self.slots[slot[1]] if slot else [part]
        return tuple(dict.fromkeys(words))

    def draw(self, random: np.random.Generator) -> str:
        """A sentence, its words with one space between."""

        def word(slot: re.Match[str]) -> str:
            words = self.slots[slot[1]]
            return words[random.integers(len(words))]

        return _SLOT.sub(word, self.templates[random.integers(len(self.templates))])


def _read(name: str) -> dict[str, tuple[str, ...]]:
    """The lists of words in a file of this folder, by their headings in brackets."""
    lists: dict[str, tuple[str, ...]] = {}
    heading = ""
    for line in files(__package__).joinpath(name).read_text("ascii").splitlines():
        if line.startswith("["):
            heading = line.strip("[]")
        elif not line.startswith("#"):
            lists[heading] = (*lists.get(heading, ()), *line.split())
    return lists


def with_s(word: str) -> str:
    """The plural of a regular noun, the third person of a verb.

    >>> with_s("berry"), with_s("box"), with_s("toy")
    ('berries', 'boxes', 'toys')
    """
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + ("es" if re.search(r"(s|x|z|ch|sh)$", word) else "s")


def with_ed(word: str) -> str:
    """The past of a regular verb.

    >>> with_ed("carry"), with_ed("bake"), with_ed("enjoy")
    ('carried', 'baked', 'enjoyed')
    """
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ied"
    return word + ("d" if word.endswith("e") else "ed")


def _inflected(words: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return words | {
        "nouns": tuple(with_s(noun) for noun in words["noun"]),
        "verbs": tuple(with_s(verb) for verb in words["verb"]),
        "verbed": tuple(with_ed(verb) for verb in words["verb"]),
    }


DIGITS: Final = Grammar(
    "digits",
    tuple(" ".join(["{digit}"] * count) for count in range(1, 6)),
    {"digit": ("zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")},
)
_PHRASES: Final = (
    "turn {switch} {device}",
    "turn {switch} {number}",
    "{move} the {opening}",
    "{room} {device} {switch}",
    "play {mood} music",
    "stop the {sound}",
    "set {clock} {number}",
    "call {person}",
    "call {number} {number}",
    "go {way}",
    "go {number} steps",
    "go {way} {number}",
)
COMMANDS: Final = Grammar(
    "commands",
    (
        "please {move} the {room} {opening} now",
        "please play some {mood} music now",
        "set the {room} {clock} to {number}",
        "{number} minutes",
        *_PHRASES,
        *(f"{first} {second}" for first in _PHRASES for second in _PHRASES),
    ),
    {
        "switch": ("on", "off"),
        "device": ("light", "radio", "heater", "fan"),
        "room": ("kitchen", "bedroom", "garage"),
        "move": ("open", "close"),
        "opening": ("door", "window"),
        "mood": ("quiet", "loud"),
        "sound": ("music", "radio", "timer", "alarm"),
        "clock": ("timer", "alarm"),
        "person": ("mother", "anna", "peter"),
        "way": ("left", "right", "back"),
        "number": ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    },
)
"""46 words in phrases of two or three, most of them said in pairs: some 40,000 sentences of two to six words."""
SENTENCES: Final = (
    "{owner} {adjective} {noun} {verbed} {owner} {noun}",
    "{name} {verbs} {number} {adjective} {nouns}",
    "{person} {verbed} {owner} {nouns} {adverb}",
    "{name} and {name} {verbed} {owner} {noun}",
    "{person} will {verb} {owner} {adjective} {noun}",
    "do {nouns} {verb} {owner} {noun}",
    "{number} {nouns} {verbed} {place} {owner} {noun}",
    "{adverb} {person} {verbed} {number} {nouns}",
    "{owner} {noun} is {adjective} and {adjective}",
    "please {verb} {owner} {nouns} {place} {owner} {noun}",
)
"""Open sentences over some 3,300 words: grammatical, without meaning."""
NAMES: Final = ("digits", "commands", "sentences")


@functools.cache
def grammar_of(name: str) -> Grammar:
    """The grammar called `name`, one of `NAMES`. Raises EndwiseError for another."""
    match name:
        case "digits":
            return DIGITS
        case "commands":
            return COMMANDS
        case "sentences":
            return Grammar(name, SENTENCES, _inflected(_read("words.txt")))
    raise not_there("grammar", name, NAMES)


def not_there(kind: str, name: str, known: Iterable[str]) -> ew.EndwiseError:
    """The error for a part of the world that it has not."""
    return ew.EndwiseError(
        f"Speech of the {kind} '{name}' was asked for.",
        f"There are: {', '.join(known)}.",
        "The built-in world of speech makes no other.",
        "Take one of these, or bring recordings of your own.",
    )
