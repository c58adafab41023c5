"""The model that drives: a winner of a study, or where there is none a small one, trained once and kept."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path

import endwise as ew
from endwise.systems.driving.judge import Drives
from endwise.systems.driving.routes import Preset
from endwise.systems.driving.system import STAGED, system, world_rows

FRAMES: Final = 400
"""To train the small model on: it takes about a minute."""
TESTS: Final = 50
ROUTE: Final = 50
"""Frames to test on, and of a route at most: tests are whole routes."""
ROUTES: Final = 4
"""Routes on which the small model is judged, so that its card says something."""


def model(folder: Path | None, text: str | None, preset: Preset, told: Callable[[str], None]) -> ew.Bundle:
    """The winner in `folder`; else that of the last study of this world; else a small one of the design `text`.

    A winner of a study is passed over where another design is asked for. The small one is trained where there is none
    yet, and `told` so; without a text it is the staged one.

    Raises EndwiseError for a folder that holds no winner of the driving system or one of another design, and for a
    text that names no design.
    """
    of = system(preset=preset)
    design = None if text is None else ew.parse(of, text)
    if folder is not None:
        return _named(folder, design)
    winner = Path("runs") / of.name / "winner"
    if _is_bundle(winner):
        found = ew.load(winner)
        if found.system == of.name and (design is None or design.text == found.design):
            return found
    design = design or ew.parse(of, STAGED)
    kept = kept_at(design)
    if not _is_bundle(kept):
        _train(design, preset, kept, told)
    return ew.load(kept)


def kept_at(design: ew.Design) -> Path:
    """Where the small model of a design and this version is kept: in the user's cache."""
    mark = sha256(design.key.encode()).hexdigest()[:12]
    return user_cache_path("endwise") / f"{design.system.name}-{ew.__version__}" / mark / "winner"


def _is_bundle(folder: Path) -> bool:
    return (folder / "bundle.json").is_file()


def _named(folder: Path, design: ew.Design | None) -> ew.Bundle:
    """The winner that somebody named."""
    bundle = ew.load(folder)
    asked = f"A route was to be driven by the model {folder}."
    if bundle.system not in ("driving", "driving-roadworks"):
        raise ew.EndwiseError(
            asked,
            f"It is a winner of the system '{bundle.system}'.",
            "It makes no steering from a camera's pictures.",
            "Name the winner of a driving study, or leave --model out: a small one is then trained once.",
        )
    if design is not None and design.text != bundle.design:
        raise ew.EndwiseError(
            asked,
            f"It is of the design {bundle.design}.",
            f"The design asked for is {design.text}.",
            "Leave out --design to drive the model, or --model to drive the design.",
        )
    return bundle


def _train(design: ew.Design, preset: Preset, folder: Path, told: Callable[[str], None]) -> None:
    """Train the small model of `design` into `folder`."""
    told(
        f"No trained model of {design.text}: a small one is trained on {FRAMES} pictures, once (about a minute). "
        "One of a study has seen far more of them."
    )
    started = time.monotonic()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as out:
        study = ew.study(
            system(preset=preset, judge=Drives(preset, routes=ROUTES)),
            world_rows(frames=FRAMES + ROUTE, test=TESTS, preset=preset),
            designs=[design.text],
            sizes=[FRAMES],
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
        f"For a better one: endwise study {design.system.name} (or name a winner with --model)"
    )
