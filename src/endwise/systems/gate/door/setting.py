"""Set the threshold of a gallery."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

import endwise as ew
from endwise.systems.gate.door import strangers
from endwise.systems.gate.door.deciding import Keeper
from endwise.systems.gate.door.enrolled import Register
from endwise.systems.gate.door.enrolling import now
from endwise.systems.gate.door.recogniser import Recogniser
from endwise.systems.gate.door.strangers import Scores, Stranger
from endwise.systems.gate.door.thresholds import Threshold, threshold_of

Follow = Callable[[Iterable[Stranger]], Iterable[Stranger]]


def check_rate(fpir: float) -> None:
    """Raises EndwiseError for a share of strangers that is none."""
    if not 0 < fpir < 1:
        raise ew.EndwiseError(
            f"A share of {fpir:g} of strangers was to be let through (--fpir).",
            "A share lies between 0 and 1: 0.01 is one stranger in a hundred.",
            "At 0 no photographs of strangers are enough to set it; at 1 everybody is let in.",
            "Ask for a share such as 0.01 or 0.001.",
        )


def set_threshold(
    register: Register,
    recogniser: Recogniser,
    fpir: float,
    folder: Path | None,
    told: Callable[[str], None],
    follow: Follow,
) -> tuple[Threshold, list[str]]:
    """Measure and keep the threshold at which a share `fpir` of strangers is let through, and what limits it.

    Strangers come from `folder`, or of None from the built-in world. Raises EndwiseError where nobody is enrolled for
    this model, or no photograph shows one face.
    """
    enrolled = register.read()
    keeper = Keeper(enrolled, recogniser.version)
    if not keeper.names:
        raise _nobody(register, keeper)
    names = [person.name for person in enrolled.people]
    coming = strangers.generated() if folder is None else strangers.from_folder(folder, names, told)
    scores = strangers.score(follow(coming), recogniser, keeper)
    if not len(scores.best):
        raise _faceless(scores, folder)
    source = "generated faces" if folder is None else str(folder)
    found = threshold_of(
        scores.best,
        scores.people,
        fpir,
        version=recogniser.version,
        enrolled=len(keeper.names),
        source=source,
        when=now(),
    )
    register.set_threshold(found)
    return found, list(_notes(found, scores, generated=folder is None))


def _notes(found: Threshold, scores: Scores, *, generated: bool) -> Iterable[str]:
    if scores.left_out:
        yield f"{scores.left_out:,} pictures with no face, or with several, are left out: they open nothing."
    if found.short:
        yield (
            f"there are too few strangers for {100 * found.fpir:g} %: {found.pictures:,} pictures, at least "
            f"{int(np.ceil(1 / found.fpir)):,} are needed. The threshold is the highest score that was seen."
        )
    if generated:
        yield (
            "these strangers are generated faces: the rate holds where those enrolled and those who come by are such, "
            "and says little about real ones. Photographs of real strangers: endwise gate threshold --strangers FOLDER"
        )


def _nobody(register: Register, keeper: Keeper) -> ew.EndwiseError:
    return ew.EndwiseError(
        "A threshold was to be set.",
        f"Of {keeper.enrolled:,} people enrolled in {register.folder}, {len(keeper.names):,} are known to this model.",
        "It says how much strangers may resemble those who are enrolled.",
        "Enrol people first: endwise gate enrol NAME PHOTO...",
    )


def _faceless(scores: Scores, folder: Path | None) -> ew.EndwiseError:
    return ew.EndwiseError(
        f"A threshold was to be set by {'generated faces' if folder is None else folder}.",
        f"Of {scores.left_out:,} pictures that could be read none shows exactly one face.",
        "There is nothing to compare with those who are enrolled.",
        "Name a folder with photographs of single people who are not enrolled; see what is found on one with: "
        "endwise gate identify FILE",
    )
