"""The model that transcribes: a winner of a study, or where there is none a small one, trained once and kept."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path

import endwise as ew
from endwise.systems.speech import signals
from endwise.systems.speech.grammars import grammar_of
from endwise.systems.speech.system import rows_of, system
from endwise.systems.speech.world import generate

WINNER: Final = Path("runs/speech/winner")
DESIGN: Final = "audio -> mfcc -> posteriors -> words -> transcript"
"""Phones, then words: whose words can be changed when it is used, and the best one with few rows."""
SPOKEN: Final = {"commands": 250, "digits": 250}
"""Utterances that teach which words follow each other."""
SIDE: Final = {"sentences": 300}
"""Utterances that teach phones alone, with all their neighbours. Of 200 real recordings of digits 16 % were right after
800 commands, 37 % after 400 and as many sentences, 55 % with digits among them as here."""
TESTED: Final = 40
"""Utterances of each grammar, in other voices, that it is measured on."""


def model(folder: Path | None, told: Callable[[str], None]) -> tuple[Path, ew.Bundle]:
    """The winner in `folder`, else in runs/speech/winner, else the small one, and where it lies.

    The small one is trained where there is none yet, and `told` so. Raises EndwiseError where the folder named holds
    none, MissingExtra where one is to be trained without the extra `speech`.
    """
    found = folder or next((one for one in (WINNER, kept()) if _is_bundle(one)), None)
    if found is None:
        found = kept()
        _train(found, told)
    if not _is_bundle(found):
        raise ew.EndwiseError(
            f"Speech was to be transcribed by the model {found}.",
            "There is no trained winner there.",
            "A model is the folder 'winner' of a study.",
            "Train one: endwise study speech --quick. Or leave --model out: a small one is then trained once.",
        )
    return found, ew.load(found)


def kept() -> Path:
    """Where the small model of this version is kept: in the user's cache."""
    return user_cache_path("endwise") / f"speech-{ew.__version__}" / "winner"


def small_rows(spoken: dict[str, int], side: dict[str, int], tested: int) -> tuple[tuple[str, ...], ew.Rows]:
    """The words of the grammars in `spoken`, and rows: so many utterances of each, and of those in `side` without text.

    `tested` utterances a spoken grammar are the test split. Raises MissingExtra without the extra `speech`.
    """
    words = tuple(dict.fromkeys(word for name in spoken for word in grammar_of(name).vocabulary))
    parts = [
        *(("test", generate(tested, seed=0, grammar=name, voices="test")) for name in spoken),
        *(("train", generate(count, seed=0, grammar=name)) for name, count in spoken.items()),
        *(("side", generate(count, seed=0, grammar=name)) for name, count in side.items()),
    ]
    return words, rows_of(parts, [signals.audio, signals.posteriors, signals.transcript(words)])


def _is_bundle(folder: Path) -> bool:
    return (folder / "bundle.json").is_file()


def _train(folder: Path, told: Callable[[str], None]) -> None:
    """Train the small model into `folder`."""
    count = sum((*SPOKEN.values(), *SIDE.values()))
    told(f"No model at {WINNER}: a small one is trained on {count} generated utterances, once (about two minutes).")
    started = time.monotonic()
    words, rows = small_rows(SPOKEN, SIDE, TESTED)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as out:
        study = ew.study(
            system(vocabulary=words),
            rows,
            designs=[DESIGN],
            sizes=[sum(SPOKEN.values())],
            repeats=1,
            quick=True,
            workers=0,
            examples=False,
            out=Path(out) / "study",
        )
        if not _is_bundle(folder):  # another process may have been sooner
            shutil.rmtree(folder, ignore_errors=True)  # what a broken one left
            study.winner.rename(folder)
    told(
        f"Trained in {time.monotonic() - started:.0f} s, kept at {folder}. "
        "For a better one: endwise study speech (or name a winner with --model)"
    )
