"""`endwise speech`: words with their times from recordings. Importing this loads nothing heavy."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from cyclopts import App, Parameter

if TYPE_CHECKING:
    from endwise.systems.speech.transcribing import Transcript
    from endwise.systems.speech.writing import Form

LINE_EVERY: Final = 5.0
"""Seconds between lines of progress: short work has none."""

Json = Annotated[bool, Parameter(name="--json", negative="")]
Format = Annotated[Literal["text", "json", "srt", "csv"], Parameter(name="--format")]

app = App(
    name="speech",
    help="Transcribe recordings, and find the times of words that are known.",
    help_epilogue="Try: endwise speech transcribe recording.wav --words zero,one,two",
)


@app.command
def transcribe(
    files: Annotated[list[Path], Parameter(negative="", consume_multiple=True)],
    /,
    *,
    words: str | None = None,
    grammar: Path | None = None,
    spell: Annotated[bool, Parameter(name="--open", negative="")] = False,
    kind: Format = "text",
    as_json: Json = False,
    phones: Annotated[bool, Parameter(negative="")] = False,
    out: Path | None = None,
    model: Path | None = None,
) -> int:
    """Print what is said in recordings. Exits with 1 when none could be read; each that could not has its reason.

    Confidence ranks words and recordings by how sure the sound is; it is no probability of being right.
    Where no model is named or found, a small one is trained once.

    Parameters
    ----------
    files
        WAV, FLAC, OGG, MP3 or AIFF files of any rate and length, or folders of them.
    words
        The words to look for: zero,one,two or a file with one a line (default: those of the model).
    grammar
        A file of example sentences, one a line: which word follows which. Else, with --words, any may follow any.
    spell
        Spell what is heard, without a list of words (designs that spell).
    kind
        text, json, srt (subtitles) or csv (a line a file).
    as_json
        The same as --format json.
    phones
        Add the times of phones to JSON; of letters, where the design spells.
    out
        Write to this file, or with a name without ending to this folder, a file each.
    model
        The folder of a trained winner (default: runs/speech/winner, else the small one).
    """
    from endwise.systems.speech.ears import ear_of, loop_of
    from endwise.systems.speech.starter import model as found_model
    from endwise.systems.speech.transcribing import transcripts
    from endwise.systems.speech.wordlists import sentences_of, words_of
    from endwise.systems.speech.writing import Form

    sounds = _sounds(files)
    many = len(sounds) > 1 or any(file.is_dir() for file in files)
    chosen: Literal["text", "json", "srt", "csv"] = "json" if as_json else kind
    _refuse_one_file(chosen, many, out)
    wanted = None if words is None else words_of(words)
    texts = [] if grammar is None else sentences_of(grammar)
    folder, bundle = found_model(model, _tell)
    ear = ear_of(bundle)
    loop = loop_of(ear, wanted, texts, spell=spell)
    form = Form(chosen, many, folder, bundle.design, ear.parts if phones else "")
    made = _Told(transcripts(ear, loop, sounds, _Progress(sounds)))
    _write(made, form, out, sounds)
    return 0 if made.read else 1


@app.command
def align(
    file: Path,
    transcript: str,
    /,
    *,
    kind: Format = "text",
    as_json: Json = False,
    out: Path | None = None,
    model: Path | None = None,
) -> int:
    """Print when each word of a known transcript is said, and each of its phones.

    Designs that spell give the times of letters; their words are as long as the sound of their letters was noticed.

    Parameters
    ----------
    file
        A recording of at most three minutes.
    transcript
        What is said in it: a text in quotes, or a .txt file.
    kind
        text, json, srt (subtitles) or csv (a line a phone).
    as_json
        The same as --format json.
    out
        Write to this file instead of the screen.
    model
        The folder of a trained winner (default: runs/speech/winner, else a small one that is trained once).
    """
    from endwise.systems.speech.ears import ear_of
    from endwise.systems.speech.starter import model as found_model
    from endwise.systems.speech.transcribing import aligned
    from endwise.systems.speech.wordlists import transcript_of
    from endwise.systems.speech.writing import Form

    words = transcript_of(transcript)
    folder, bundle = found_model(model, _tell)
    ear = ear_of(bundle)
    form = Form("json" if as_json else kind, False, folder, bundle.design, ear.parts, aligned=True)
    _write(_Told([aligned(ear, file, words)]), form, out, [file])
    return 0


class _Told:
    """Transcripts on their way; what is wrong with each goes to standard error, and `read` counts those with none."""

    def __init__(self, made: Iterable[Transcript]) -> None:
        self.made, self.read = made, 0

    def __iter__(self) -> Iterator[Transcript]:
        from endwise.systems.speech.writing import shown

        for one in self.made:
            self.read += not one.reason
            if one.reason:
                _tell(f"{shown(one.file)}: not transcribed: the file {one.reason}")
            for note in one.notes:
                _tell(f"{shown(one.file)}: note: {note}")
            yield one


class _Progress:
    """Says from time to time how far the work is."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.place = {file: number for number, file in enumerate(files, 1)}
        self.said = time.monotonic()

    def __call__(self, file: Path, done: float, seconds: float) -> None:
        from endwise.systems.speech.writing import shown

        if time.monotonic() - self.said >= LINE_EVERY:
            self.said = time.monotonic()
            where = f"{done / 60:.1f} of {seconds / 60:.1f} minutes"
            _tell(f"file {self.place[file]:,} of {len(self.place):,}, {shown(file)}: {where}")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _sounds(files: Sequence[Path]) -> list[Path]:
    """The files named, and the sounds in the folders named and below. Raises EndwiseError for none."""
    import endwise as ew
    from endwise.systems.speech.layouts import SOUNDS, files_in

    found: list[Path] = []
    for one in files:
        found += [file for file in files_in(one) if file.suffix.lower() in SOUNDS] if one.is_dir() else [one]
    if any(one.exists() for one in found):
        return list(dict.fromkeys(found))
    raise ew.EndwiseError(
        f"Recordings in {', '.join(map(str, files))} were to be transcribed.",
        "There is no such file." if found else f"No file there ends in {', '.join(SOUNDS)}.",
        "There is nothing to listen to.",
        "Name sound files, or folders that hold them.",
    )


def _write(made: _Told, form: Form, out: Path | None, sounds: Sequence[Path]) -> None:
    """Print the transcripts, or write them to a file, or to a folder a file each."""
    from endwise.systems.speech.writing import written

    if out is None:
        for text in written(made, form):
            print(text, end="", flush=True)
    elif not _is_folder(out):
        _refuse_input(out, sounds)
        with out.open("w", encoding="utf-8", newline="") as target:
            target.writelines(written(made, form))
        _tell(f"{out}: written")
    else:
        count = _write_each(made, form, out, sounds)
        _tell(f"{out}: {count:,} files written")


def _write_each(made: _Told, form: Form, out: Path, sounds: Sequence[Path]) -> int:
    """A file in the folder for each recording that could be read, named after it."""
    from dataclasses import replace

    from endwise.systems.speech.writing import ENDINGS, written

    out.mkdir(parents=True, exist_ok=True)
    names: set[str] = set()
    for one in (one for one in made if not one.reason):
        stem = one.file.stem
        name = stem if stem not in names else next(n for i in range(2, 2**31) if (n := f"{stem}-{i}") not in names)
        names.add(name)
        target = out / (name + ENDINGS[form.kind])
        _refuse_input(target, sounds)
        with target.open("w", encoding="utf-8", newline="") as file:
            file.writelines(written([one], replace(form, many=False)))
    return len(names)


def _is_folder(out: Path) -> bool:
    return out.is_dir() or not out.suffix


def _refuse_one_file(kind: str, many: bool, out: Path | None) -> None:
    import endwise as ew

    if kind == "srt" and many and (out is None or not _is_folder(out)):
        raise ew.EndwiseError(
            "Subtitles of several recordings were asked for.",
            f"They were to go to {'the screen' if out is None else out}.",
            "A file of subtitles belongs to one recording.",
            "Name a folder for them: --out subtitles",
        )


def _refuse_input(out: Path, sounds: Sequence[Path]) -> None:
    import endwise as ew

    if out.exists() and any(out.samefile(one) for one in sounds if one.exists()):
        raise ew.EndwiseError(
            f"A transcript was to be written to {out}.",
            "That is one of the recordings.",
            "It would be overwritten.",
            "Name another file or folder with --out.",
        )
