"""Transcripts as text, JSON, CSV and subtitles."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final, Literal

from endwise.systems.speech.subtitles import subtitles
from endwise.systems.speech.transcribing import Transcript, Word

Kind = Literal["text", "json", "srt", "csv"]
ENDINGS: Final[dict[Kind, str]] = {"text": ".txt", "json": ".json", "srt": ".srt", "csv": ".csv"}
PART_COLUMNS: Final = ["word", "start", "end", "confidence", "part", "part_start", "part_end"]


@dataclass(frozen=True)
class Form:
    """How transcripts are written: as what, whether there are many, by which model, and what words are made of.

    `parts` is "phones", "letters" or "" where they are left out; `aligned` puts each word on a line of its own.
    """

    kind: Kind
    many: bool
    model: Path
    design: str
    parts: str
    aligned: bool = False


def written(made: Iterable[Transcript], form: Form) -> Iterator[str]:
    """The transcripts, piece by piece as they come; JSON, whole."""
    match form.kind, form.aligned:
        case "json", _:
            records = [record(one, form) for one in made]
            yield json.dumps(records if form.many else records[0], indent=1) + "\n"
        case "srt", _:
            yield from (subtitles(one.words) for one in made)
        case "csv", False:
            yield from _table(list(_row(Transcript(Path()))), (list(_row(one).values()) for one in made))
        case "csv", True:
            yield from _table(PART_COLUMNS, _part_rows(made))
        case _, True:
            yield from (line for one in made for word in one.words for line in _word_lines(word))
        case _:
            yield from (f"{shown(one.file)}: {one.text}\n" if form.many else f"{one.text}\n" for one in _read(made))


def record(one: Transcript, form: Form) -> dict[str, Any]:
    """A transcript as plain data; times in seconds, to a thousandth."""
    words = [{"word": word.word, **_times(word), "confidence": round(word.confidence, 4)} for word in one.words]
    if form.parts:
        for word, said in zip(words, one.words, strict=True):
            word[form.parts] = [{"name": part.name, **_times(part)} for part in said.parts]
    about = {"words": words, "notes": list(one.notes), "model": shown(form.model), "design": form.design}
    return {**_row(one), **about}


def shown(path: Path) -> str:
    """A path as text that can be printed, whatever its bytes are."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def _row(one: Transcript) -> dict[str, Any]:
    return {
        "path": shown(one.file),
        "seconds": None if one.reason else round(one.seconds, 3),
        "text": None if one.reason else one.text,
        "confidence": None if one.confidence is None else round(one.confidence, 4),
        "notes": "; ".join(one.notes),
        "reason": one.reason,
    }


def _times(one: Any) -> dict[str, Any]:
    return {"start": round(one.start, 3), "end": round(one.end, 3)}


def _read(made: Iterable[Transcript]) -> Iterator[Transcript]:
    """Those that could be read; why the others could not is said elsewhere."""
    return (one for one in made if not one.reason)


def _part_rows(made: Iterable[Transcript]) -> Iterator[list[Any]]:
    for word in (word for one in made for word in one.words):
        for part in word.parts:
            times = [f"{time:.3f}" for time in (word.start, word.end)]
            yield [word.word, *times, f"{word.confidence:.4f}", part.name, f"{part.start:.3f}", f"{part.end:.3f}"]


def _word_lines(word: Word) -> Iterator[str]:
    yield f"{word.start:9.3f} {word.end:9.3f}  {word.word}\n"
    yield from (f"{part.start:9.3f} {part.end:9.3f}    {part.name}\n" for part in word.parts)


def _table(heading: list[str], rows: Iterable[list[Any]]) -> Iterator[str]:
    """Lines of CSV, each as soon as it is there."""
    for row in chain([heading], rows):
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(row)
        yield line.getvalue()
