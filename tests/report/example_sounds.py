"""Verdicts and examples of systems that turn sound into text; none of their figures was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from endwise.records import DesignPoint, Example, Verdict
from endwise.report.mistakes import word_errors
from tests.report.example_verdict import in_percent

STAGED = "audio -> mfcc -> posteriors -> phonemes -> words -> transcript"
PHONES = ("sil", "K", "AO", "L", "P", "IY", "T", "ER", "N", "AW")
WORDS = ("call", "peter", "now", "<b>anna</b>")
RATE, STEPS = 8000, 100

SAID = ["call peter now", "call anna", "peter call peter", "now now now", "anna"]
HEARD = ["call peter", "call peter", "peter fall peter", "now", "anna right anna"]


def heard_verdict() -> Verdict:
    """A study of texts, with its errors by word."""
    return replace(
        in_percent(), system="speech", wants="transcript", axis="rows with a transcript", test_rows=len(SAID),
        constant_error=100.0, by_word=word_errors(HEARD, SAID),
    )  # fmt: skip


def scaled(factor: float, low: float | None = None) -> Verdict:
    """Word error rates `factor` times those of `in_percent`; with `low` in place of the best design's lower ends."""
    base = heard_verdict()

    def moved(point: DesignPoint) -> DesignPoint:
        foot = point.low * factor if low is None or point.design != base.best else low
        repeats = tuple(one * factor for one in point.repeats)
        return replace(point, error=point.error * factor, low=foot, high=point.high * factor, repeats=repeats)

    gaps = tuple(
        replace(one, difference=one.difference * factor, low=one.low * factor, high=one.high * factor)
        for one in base.differences
    )
    return replace(
        base, designs=tuple(map(moved, base.designs)), differences=gaps, error=base.error * factor,
        low=base.low * factor if low is None else low, high=base.high * factor, regret=base.regret * factor,
    )  # fmt: skip


def spoken(number: int = 0) -> Example:
    """One utterance of a second and a half on the longest way, half of it understood."""
    rng = np.random.default_rng(number)
    true = [("sil", 0.2), ("K", 0.08), ("AO", 0.2), ("L", 0.1), ("P", 0.07), ("IY", 0.15), ("T", 0.06), ("ER", 0.24),
            ("N", 0.08), ("AW", 0.22), ("sil", 0.1)]  # fmt: skip
    found = [*true[:2], ("AO", 0.2), ("N", 0.1), *true[4:8], ("sil", 0.4)]
    sound = rng.normal(0, 0.01, 12000)
    sound += np.sin(np.cumsum(np.linspace(300, 3000, 12000)) * 2 * np.pi / RATE) * 0.3
    values = {
        "audio": _held("audio", "audio", sound, rate=RATE),
        "mfcc": _held("frames", "mfcc", rng.normal(0, 1, (150, 13)), size=13, rate=STEPS),
        "posteriors": _held("posteriors", "posteriors", _chances(found, 0.8), labels=PHONES, rate=STEPS),
        "phonemes": _held("segments", "phonemes", _segments(found), alphabet=PHONES),
        "words": _held("segments", "words", [[0, 0.2, 0.58], [1, 0.58, 1.1]], alphabet=WORDS),
        "transcript": _held("text", "transcript", "call peter right <b>away</b>"),
    }
    truth = {
        "posteriors": _chances(true, 1.0),
        "phonemes": _segments(true),
        "words": [[0, 0.2, 0.58], [1, 0.58, 1.1], [3, 1.1, 1.4]],
        "transcript": "call peter now",
    }
    return Example(str(number), STAGED, values, truth, 66.7, inputs=("audio",))


def _held(kind: str, name: str, value: object, **more: object) -> dict[str, object]:
    plain = {key: list(one) if isinstance(one, tuple) else one for key, one in more.items()}
    return {"signal": {"kind": kind, "name": name, **plain}, "value": value}


def _segments(said: Sequence[tuple[str, float]]) -> list[list[float]]:
    ends = np.cumsum([length for _, length in said]).tolist()
    return [[PHONES.index(one), end - length, end] for (one, length), end in zip(said, ends, strict=True)]


def _chances(said: Sequence[tuple[str, float]], sure: float) -> np.ndarray:
    chances = np.full((150, len(PHONES)), (1 - sure) / (len(PHONES) - 1))
    for place, start, end in _segments(said):
        chances[round(start * STEPS) : round(end * STEPS), int(place)] = sure
    return chances
