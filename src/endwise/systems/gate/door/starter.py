"""The model of the gate: a winner of a study, or where there is none a small one, trained once and kept."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path

import endwise as ew
from endwise.systems.gate.system import ENROLLED, STAGED, names, system, world_rows

WINNER: Final = Path("runs/gate/winner")
SMALL: Final = {"pictures": 3, "test": 2, "others": 240, "strangers": 20}
"""Rows of the built-in world: the others teach the stages; the rest is only there to measure them."""


def model(folder: Path | None, told: Callable[[str], None]) -> tuple[Path, ew.Bundle]:
    """The winner in `folder`, else in runs/gate/winner, else the small one, and where it lies.

    The small one is trained where there is none yet, and `told` so. Raises EndwiseError where the folder named holds
    none.
    """
    found = folder or next((one for one in (WINNER, kept()) if _is_bundle(one)), None)
    if found is None:
        found = kept()
        _train(found, told)
    if not _is_bundle(found):
        raise ew.EndwiseError(
            f"Faces were to be recognised by the model {found}.",
            "There is no trained winner there.",
            "A model is the folder 'winner' of a study.",
            "Train one: endwise study gate --quick. Or leave --model out: a small one is then trained once.",
        )
    return found, ew.load(found)


def kept() -> Path:
    """Where the small model of this version is kept: in the user's cache."""
    return user_cache_path("endwise") / f"gate-{ew.__version__}" / "winner"


def _is_bundle(folder: Path) -> bool:
    return (folder / "bundle.json").is_file()


def _train(folder: Path, told: Callable[[str], None]) -> None:
    """Train the small model into `folder`."""
    told(
        f"No model at {WINNER}: a small one is trained on drawn faces of {SMALL['others']} people, once "
        "(some minutes). It has never seen a real face."
    )
    started = time.monotonic()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as out:
        study = ew.study(
            system(others=names("other", SMALL["others"])),
            world_rows(**SMALL),
            designs=[STAGED],
            sizes=[ENROLLED * SMALL["pictures"]],
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
        "For a better one: endwise study gate (or name a winner with --model)"
    )
