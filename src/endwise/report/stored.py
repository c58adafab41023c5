"""The verdict of a finished study, read back from its folder; no torch, no training."""

from __future__ import annotations

import json
from pathlib import Path

from endwise.errors import StudyError
from endwise.records import Verdict, from_json


def verdict_in(folder: Path) -> Verdict:
    """The verdict that a study left in `folder`. Raises StudyError where there is none."""
    if folder.is_dir() and not any((folder / name).exists() for name in ("verdict.json", "store")):
        raise StudyError(
            f"The verdict of the study in {folder} was asked for.",
            "That folder holds neither a verdict.json nor a store.",
            "It is no study's folder.",
            "Give the folder that a study wrote, as in runs/NAME.",
        )
    try:
        return from_json(Verdict, json.loads((folder / "verdict.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as damage:
        raise StudyError(
            f"The verdict of the study in {folder} was asked for.",
            f"Its verdict.json cannot be read ({damage}).",
            "A study writes it when it ends.",
            "Run the study to its end; it goes on where it stopped.",
        ) from None
