"""What lies in a folder of recorded speech, in the layouts in which people download them: see `DRAWN`.

The folder may be the data set's own or one above it. Nothing is opened here but tables and texts.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import endwise as ew

SOUNDS: Final = (".wav", ".flac", ".mp3", ".ogg", ".opus", ".aif", ".aiff")
DIGITS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
HEADINGS: Final = {
    "file": ("file", "path", "file_name", "filename", "audio", "wav"),
    "said": ("transcript", "text", "sentence", "transcription"),
    "speaker": ("speaker", "client_id", "speaker_id"),
    "part": ("split",),
}
DRAWN: Final = {
    "timit": "TRAIN/DR1/FCJF0/SA1.WAV, .TXT and .PHN (NIST or RIFF, upper or lower case)",
    "librispeech": "any subset: 84/121123/84-121123-0000.flac and 84-121123.trans.txt",
    "common_voice": "train.tsv, dev.tsv, test.tsv (else validated.tsv) and clips/*.mp3",
    "fsdd": "recordings/7_jackson_32.wav: digit, speaker, take",
    "audiomnist": "data/01/7_01_32.wav: digit, speaker, take",
    "speech_commands": "yes/0a7c2a8d_nohash_0.wav: word, speaker, take; testing_list.txt",
    "folder": "a table (CSV or TSV) with the columns file, transcript and, if known, speaker and split",
}
"""Each layout in a line."""
_FSDD: Final = re.compile(r"(\d)_([a-z]\w*)_\d+", re.IGNORECASE)
_AUDIOMNIST: Final = re.compile(r"(\d)_(\d\d)_\d+")
_COMMAND: Final = re.compile(r"([0-9a-f]{6,8})_nohash_\d+")
_UNWANTED: Final = "__MACOSX"
"""What macOS puts into zip files."""


@dataclass(frozen=True)
class Utterance:
    """One recording and what is known of it, before it is opened.

    Parameters
    ----------
    file: where it lies.
    said: the words as the data set writes them; None where it does not say.
    speaker: "" where unknown.
    part: "train", "test", "dev" or "", as the data set says.
    table: the table and the line that name the file, if one does.
    phones: the file with the times of its phones.
    """

    file: Path
    said: str | None
    speaker: str = ""
    part: str = ""
    table: tuple[str, int] | None = None
    phones: Path | None = None


@dataclass
class Found:
    """What one layout makes of a folder; `files` are all that lie in it."""

    root: Path
    files: Sequence[Path]
    utterances: list[Utterance] = field(default_factory=list)
    problems: list[ew.Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def name(self, file: Path) -> str:
        """A file as messages call it: relative to the folder, in characters that can be printed."""
        return file.relative_to(self.root).as_posix().encode("utf-8", "backslashreplace").decode()

    def spoil(self, file: Path, reason: str, line: int | None = None, column: str = "") -> None:
        """Note what is wrong with a file, or with a line of it."""
        self.problems.append(ew.Problem(self.name(file), line, column, reason))

    def lines(self, file: Path) -> list[str]:
        """The lines of a text; where it cannot be read, none, and a problem."""
        try:
            return file.read_text(encoding="utf-8-sig").split("\n")  # splitlines also cuts at what sentences may hold
        except UnicodeDecodeError:
            self.spoil(file, "is not UTF-8")
        except OSError as error:
            self.spoil(file, f"cannot be opened ({error.strerror or error})")
        return []


def files_in(root: Path) -> list[Path]:
    """All files in a folder and the folders in it, in order; hidden ones are passed over."""
    inside = sorted(root.rglob("*"))
    return [file for file in inside if _wanted(file.relative_to(root)) and file.is_file()]


def _wanted(file: Path) -> bool:
    return not any(part.startswith(".") or part == _UNWANTED for part in file.parts)


def timit(found: Found) -> None:
    """Garofolo et al., TIMIT Acoustic-Phonetic Continuous Speech Corpus (LDC93S1)."""
    kinds: dict[tuple[Path, str], dict[str, Path]] = {}
    for file in found.files:
        stem, suffix = file.stem, file.suffix.lower()
        if suffix == ".wav" and stem.lower().endswith(".wav"):
            stem = stem[:-4]  # SA1.WAV.wav: a copy in RIFF, beside the original in NIST's format
        kinds.setdefault((file.parent, stem.lower()), {})[suffix] = file
    for (folder, _), kind in kinds.items():
        if {".phn", ".txt", ".wav"} <= set(kind):
            words = " ".join(found.lines(kind[".txt"])).split(maxsplit=2)  # first sample, last sample, sentence
            parts = [name.lower() for name in folder.relative_to(found.root).parts] or [found.root.name.lower()]
            part = next((one for one in ("test", "train") if one in parts), "")
            said = words[2] if len(words) == 3 else ""
            found.utterances.append(Utterance(kind[".wav"], said, folder.name.lower(), part, phones=kind[".phn"]))


def librispeech(found: Found) -> None:
    """Panayotov et al. (2015), LibriSpeech; also its relatives in the same layout."""
    sounds = {(file.parent, file.stem): file for file in found.files if file.suffix.lower() in SOUNDS}
    for table in (file for file in found.files if file.name.endswith(".trans.txt")):
        part = table.parents[2].name.partition("-")[0]
        for line, content in enumerate(found.lines(table), 1):
            name, _, said = content.strip().partition(" ")
            file = sounds.get((table.parent, name))
            if file is None and name:
                found.spoil(table, f"no file is called {name}.flac", line, "audio")
            elif file is not None:
                part_ = part if part in ("train", "test", "dev") else ""
                place = (found.name(table), line)
                found.utterances.append(Utterance(file, said, name.partition("-")[0], part_, place))


def common_voice(found: Found) -> None:
    """Ardila et al. (2020), Common Voice: one language."""
    tables = {file.stem: file for file in found.files if file.suffix == ".tsv" and (file.parent / "clips").is_dir()}
    parts: list[str] = [part for part in ("train", "dev", "test") if part in tables]
    for part in parts or ["validated"]:
        if part in tables:
            label = "" if part == "validated" else part
            for line, cells in _lines(found, tables[part], csv.QUOTE_NONE):
                name = cells["file"] if "." in cells["file"] else f"{cells['file']}.mp3"  # as the first editions wrote
                _add(found, tables[part], line, {**cells, "part": label, "file": f"clips/{name}"})


def fsdd(found: Found) -> None:
    """Jackson et al., Free Spoken Digit Dataset."""
    for file in found.files:
        match = _FSDD.fullmatch(file.stem)
        if match and file.suffix.lower() == ".wav":
            found.utterances.append(Utterance(file, DIGITS[int(match[1])], match[2]))
    if found.utterances:
        found.notes.append(
            "FSDD's own test takes (0 to 4) are by the speakers of the others: no split is taken from it."
        )


def audiomnist(found: Found) -> None:
    """Becker et al. (2018), AudioMNIST."""
    for file in found.files:
        match = _AUDIOMNIST.fullmatch(file.stem)
        if match and file.suffix.lower() == ".wav" and file.parent.name == match[2]:
            found.utterances.append(Utterance(file, DIGITS[int(match[1])], match[2]))


def speech_commands(found: Found) -> None:
    """Warden (2018), Speech Commands."""
    lists = [file for file in found.files if file.name == "testing_list.txt"]
    test = {file.parent / line.strip() for file in lists for line in found.lines(file)}
    for file in found.files:
        match = _COMMAND.fullmatch(file.stem)
        if match and file.suffix.lower() == ".wav" and not file.parent.name.startswith("_"):
            part = ("test" if file in test else "train") if test else ""
            found.utterances.append(Utterance(file, file.parent.name, match[1], part))


def folder(found: Found) -> None:
    """Tables of one's own, directly in the folder."""
    for table in found.files:
        if table.parent == found.root and table.suffix.lower() in (".csv", ".tsv"):
            for line, cells in _lines(found, table, csv.QUOTE_MINIMAL):
                _add(found, table, line, cells)


LAYOUTS: Final[Mapping[str, Callable[[Found], None]]] = {
    one.__name__: one for one in (timit, librispeech, common_voice, fsdd, audiomnist, speech_commands, folder)
}
"""In the order in which they are tried."""


def _lines(found: Found, table: Path, quoting: int) -> Iterator[tuple[int, dict[str, str]]]:
    """The cells of a table under our names, line by line; none where it has no column of files or of transcripts."""
    lines = found.lines(table)
    tabs = table.suffix.lower() == ".tsv" or (lines and "\t" in lines[0])
    reader = csv.reader(lines, delimiter="\t" if tabs else ",", quoting=quoting)  # type: ignore[arg-type]
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        ours = {
            name: next((header.index(one) for one in known if one in header), -1) for name, known in HEADINGS.items()
        }
        if min(ours["file"], ours["said"]) < 0:
            return
        for cells in reader:
            if len(cells) == len(header):
                yield reader.line_num, {name: cells[at].strip() for name, at in ours.items() if at >= 0}
            elif cells:
                found.spoil(table, f"has {len(cells)} cells, the header has {len(header)}", reader.line_num)
    except csv.Error as error:
        found.spoil(table, f"cannot be read as a table ({error}); the lines after it were not read", reader.line_num)


def _add(found: Found, table: Path, line: int, cells: Mapping[str, str]) -> None:
    """The utterance of one line of a table; a file that is not in the folder is a problem."""
    file = table.parent / cells["file"]
    part = cells.get("part", "").lower()
    if not file.resolve().is_relative_to(found.root.resolve()):
        found.spoil(table, f"names '{cells['file']}', which leaves the folder", line, "audio")
    elif not file.is_file():
        found.spoil(table, f"names '{cells['file']}', which is not there", line, "audio")
    elif part not in ("", "train", "dev", "test"):
        found.spoil(table, f"is {part!r}, none of train, dev and test", line, "split")
    else:
        said = cells["said"] or None
        found.utterances.append(Utterance(file, said, cells.get("speaker", ""), part, (found.name(table), line)))
