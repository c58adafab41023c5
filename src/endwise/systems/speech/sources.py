"""Rows from the public data sets of the field, in the layouts in which people download them (see `layouts`).

    rows = librispeech("LibriSpeech/dev-clean", cache="decoded")
    ew.study(system(vocabulary=...), rows)

Recordings come at 8,000 Hz as `audio`; what was said comes in small letters without punctuation as `transcript`.
TIMIT also has `posteriors`: at each hundredth of a second the phone that is being said. A speaker is a group.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypedDict, Unpack

import numpy as np

import endwise as ew
from endwise.systems.speech import layouts, recordings, signals
from endwise.systems.speech.layouts import LAYOUTS, Found, Utterance
from endwise.systems.speech.mfcc import frame_count
from endwise.systems.speech.phone_times import posteriors_of, read_phones
from endwise.systems.speech.phones import LETTERS

SHOWN: Final = 10
"""Problems spelled out in an error."""
SPACES: Final = "-‐‑‒–—―/_…"
"""Signs between words; other punctuation is inside or at the end of one."""
SAID: Final = "&%@#*§"
"""Signs that Unicode counts as punctuation, and people read out: what they say is not in the text."""


class How(TypedDict, total=False):
    """How a data set is read.

    Parameters
    ----------
    vocabulary: the words that may occur; by default all that do, in alphabetical order.
    skip_bad: leave bad rows out, and name them among the rows' problems, instead of raising an error.
    cache: a folder for what is decoded, so that it is decoded once and mapped from then on; else it is in memory.
    progress: is told (done, total) files.
    """

    vocabulary: Sequence[str] | None
    skip_bad: bool
    cache: Path | str | None
    progress: Callable[[int, int], None] | None


def fsdd(folder: Path | str, **how: Unpack[How]) -> ew.Rows:
    """The Free Spoken Digit Dataset: one digit a recording, speakers as groups."""
    return _read("fsdd", folder, how)


def librispeech(folder: Path | str, **how: Unpack[How]) -> ew.Rows:
    """LibriSpeech, or any of its subsets: sentences from books; its test (else dev) part is the test split."""
    return _read("librispeech", folder, how)


def common_voice(folder: Path | str, **how: Unpack[How]) -> ew.Rows:
    """Common Voice, one language: train, dev and test with that split; where there are none, validated."""
    return _read("common_voice", folder, how)


def speech_commands(folder: Path | str, **how: Unpack[How]) -> ew.Rows:
    """Speech Commands: one word a recording; testing_list.txt is the test split, folders called _... are not read."""
    return _read("speech_commands", folder, how)


def audiomnist(folder: Path | str, **how: Unpack[How]) -> ew.Rows:
    """AudioMNIST: one digit a recording, speakers as groups."""
    return _read("audiomnist", folder, how)


def timit(folder: Path | str, **how: Unpack[How]) -> ew.Rows:
    """TIMIT: sentences with the times of their phones, in its own split."""
    return _read("timit", folder, how)


def folder(path: Path | str, **how: Unpack[How]) -> ew.Rows:
    """A folder of one's own: a CSV or TSV in it has the columns file, transcript and, if known, speaker and split."""
    return _read("folder", path, how)


def read(path: Path | str, **how: Unpack[How]) -> ew.Rows:
    """Whichever of the known layouts the folder has.

    This and all above raise ew.RowsError where the folder has not the layout, and where rows are bad (a recording
    that cannot be read, a transcript with figures), naming them; with `skip_bad` these are left out.
    """
    return _read(detect(path), path, how)


def detect(path: Path | str) -> str:
    """Which layout a folder has, one of `LAYOUTS`. Raises ew.RowsError, which lists the known ones."""
    root = Path(path).absolute()
    files = layouts.files_in(root)
    name = next((name for name in LAYOUTS if _found(name, root, files).utterances), None)
    if name is None:
        raise _unknown(Found(root, files), LAYOUTS)
    return name


def cleaned(text: str) -> str:
    """A transcript as models spell it: small letters, no punctuation but apostrophes, single spaces.

    Signs that have to be said (figures, %, &) and letters with accents are left for `signals.transcript` to refuse.

    >>> cleaned("“Well-known”, she said:  it’s HIS!")
    "well known she said it's his"
    """
    plain = unicodedata.normalize("NFC", text).lower().replace("’", "'").translate(dict.fromkeys(map(ord, SPACES), " "))
    kept = (sign for sign in plain if sign in "'" + SAID or not unicodedata.category(sign).startswith("P"))
    return " ".join(word for word in "".join(kept).split() if word.strip("'"))


@dataclass(frozen=True)
class _Ready:
    """A row to be, with nothing wrong but perhaps in its recording."""

    name: str
    of: Utterance
    said: str | None
    phones: np.ndarray | None


def _found(name: str, root: Path, files: Sequence[Path]) -> Found:
    found = Found(root, files)
    LAYOUTS[name](found)
    return found


def _read(name: str, path: Path | str, how: How) -> ew.Rows:
    root, cache = Path(path).absolute(), how.get("cache")
    found = _found(name, root, layouts.files_in(root))
    if not found.utterances:
        raise _unknown(found, [name])
    known = how.get("vocabulary")
    ready = _ready(found, None if known is None else set(known))
    of = {one.name: one for one in ready}
    heard = recordings.decoded(
        [(one.name, one.of.file) for one in ready],
        None if cache is None else Path(cache),
        how.get("progress") or (lambda done, total: None),
    )
    found.problems += [_placed(problem, of[problem.file].of) for problem in heard.problems]
    if found.problems and not (how.get("skip_bad") and len(heard)):
        raise _refusal(root, found)
    return _rows(found, heard, [of[name] for name in heard.ids], known)


def _ready(found: Found, known: set[str] | None) -> list[_Ready]:
    """The rows whose texts are right; the others become problems."""
    ready: dict[str, _Ready] = {}
    for one in found.utterances:
        name = found.name(one.file)
        table, line = one.table or (name, None)
        column = "transcript"
        try:
            said = None if one.said is None else _checked(cleaned(one.said), known)
            column = "posteriors"
            phones = None if one.phones is None else read_phones(one.phones)
            if name in ready:
                column = "audio"
                raise ValueError(f"names '{name}', which another row does already")
            ready[name] = _Ready(name, one, said, phones)
        except ValueError as reason:
            found.problems.append(ew.Problem(table, line, column, str(reason)))
    return list(ready.values())


def _checked(said: str, known: set[str] | None) -> str:
    """A cleaned transcript. Raises ValueError with what is wrong with it."""
    if not said:
        raise ValueError("holds no words")
    strange = next((sign for sign in said if sign not in LETTERS), None)
    if strange is not None:
        raise ValueError(f"holds {strange!r}, which is none of the letters a to z (in {said!r:.60})")
    other = None if known is None else next((word for word in said.split() if word not in known), None)
    if other is not None:
        raise ValueError(f"holds the word {other!r}, which is not in the vocabulary")
    return said


def _placed(problem: ew.Problem, of: Utterance) -> ew.Problem:
    """A recording's problem at the line that names the recording, where one does."""
    if of.table is None:
        return problem
    return ew.Problem(*of.table, problem.column, f"names '{problem.file}', which {problem.reason}")


def _rows(found: Found, heard: ew.Rows, ready: Sequence[_Ready], known: Sequence[str] | None) -> ew.Rows:
    """The recordings `heard` together with what is known of each."""
    texts = [one.said or "" for one in ready]
    words = sorted({word for text in texts for word in text.split()}) if known is None else known
    speakers = [one.of.speaker for one in ready]
    columns: dict[str, list[Any]] = {"transcript": texts}
    present = {"transcript": [one.said is not None for one in ready]}
    made: list[ew.Signal] = [signals.transcript()]
    if any(one.phones is not None for one in ready):
        made.append(signals.posteriors)
        columns["posteriors"] = [_posteriors(heard, at, one.phones) for at, one in enumerate(ready)]
        present["posteriors"] = [one.phones is not None for one in ready]
    groups = speakers if any(speakers) else None
    rows = ew.Rows.from_columns(made, columns, present=present, ids=heard.ids, groups=groups, split=_split(ready))
    # The words were looked at above; a column that knows them would look each up among 90,000 of LibriSpeech.
    text = replace(rows.columns["transcript"], signal=signals.transcript(words))
    both = {**heard.columns, **rows.columns, "transcript": text}
    return replace(rows, columns=both, problems=tuple(found.problems), notes=tuple(_notes(found, ready)))


def _posteriors(heard: ew.Rows, at: int, phones: np.ndarray | None) -> np.ndarray | None:
    return None if phones is None else posteriors_of(phones, frame_count(len(heard.take("audio", [at])[0])))


def _split(ready: Sequence[_Ready]) -> list[str] | None:
    """The test part, else the dev part, is held out; None where the rows are of one part."""
    parts = {one.of.part for one in ready}
    held = next((part for part in ("test", "dev") if part in parts and len(parts) > 1), None)
    return None if held is None else ["test" if one.of.part == held else "train" for one in ready]


def _notes(found: Found, ready: Sequence[_Ready]) -> Iterator[str]:
    yield from found.notes
    told = {one.file for one in found.utterances}
    unread = [file for file in found.files if file.suffix.lower() in layouts.SOUNDS and file not in told]
    if unread:
        yield f"{len(unread):,} sound files belong to no row and were not read, the first {found.name(unread[0])}."
    if {"dev", "test"} <= {one.of.part for one in ready}:
        yield "Rows of the dev part count as training rows."


def _refusal(root: Path, found: Found) -> ew.RowsError:
    lines = [f"  {problem}" for problem in found.problems[:SHOWN]]
    more = [f"  and {len(found.problems) - SHOWN:,} more"] if len(found.problems) > SHOWN else []
    counts = f"{len(found.utterances):,} recordings were found, with {len(found.problems):,} problems:"
    return ew.RowsError(
        f"Recorded speech was to be read from {root}.",
        "\n".join([counts, *lines, *more]),
        "A bad value is never taken for a label, and no row is dropped silently.",
        "Mend them, or leave those rows out with skip_bad=True.",
    )


def _unknown(found: Found, wanted: Collection[str]) -> ew.RowsError:
    sounds = sum(file.suffix.lower() in layouts.SOUNDS for file in found.files)
    seen = "".join(f"; {problem}" for problem in found.problems[:3])
    here = f"It holds {sounds:,} sound files and {len(found.files) - sounds:,} others{seen}."
    drawn = [f"  {name}: {layouts.DRAWN[name]}" for name in wanted]
    return ew.RowsError(
        f"Recorded speech was to be read from {found.root}.",
        here if found.root.is_dir() else "There is no such folder.",
        "\n".join(["It has not the layout:" if len(wanted) == 1 else "It has none of the known layouts:", *drawn]),
        "Point at the folder that holds both recordings and texts, or put a table (CSV) with the columns file,"
        " transcript and speaker into it.",
    )
