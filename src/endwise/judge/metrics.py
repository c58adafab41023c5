"""The metrics. Lower is better in every one; each keeps one record a row and says its unit and source."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any, Literal

import numpy as np

from endwise.judge.open_set import SHARE, wrong_person
from endwise.system.judging import Metric
from endwise.system.signals import Signal

NUMBERS = ("number", "vector")
TEXTS = ("text",)
UPWARDS = (0.0, inf)
"""The range of an error that may be as large as it likes; a word error rate may exceed 100 %."""


def _mean(records: np.ndarray) -> float:
    return float(np.mean(records))


def _percent(records: np.ndarray) -> float:
    return 100 * float(np.mean(records))


def _root_mean(records: np.ndarray) -> float:
    return float(np.sqrt(np.mean(records)))


def _size_of_mean(records: np.ndarray) -> float:
    return float(abs(np.mean(records)))


def _gaps(signal: Signal, predicted: Any, true: Any) -> np.ndarray:
    return np.asarray(predicted, np.float64) - np.asarray(true, np.float64)


def _absolute(signal: Signal, predicted: Any, true: Any) -> np.ndarray:
    gaps = np.abs(_gaps(signal, predicted, true))
    return gaps.reshape(len(gaps), -1).mean(axis=1)


def _squared(signal: Signal, predicted: Any, true: Any) -> np.ndarray:
    gaps = _gaps(signal, predicted, true) ** 2
    return gaps.reshape(len(gaps), -1).mean(axis=1)


def _wrong(signal: Signal, predicted: Any, true: Any) -> np.ndarray:
    return (np.asarray(predicted) != np.asarray(true)).astype(np.float64)


def _distances(signal: Signal, predicted: Any, true: Any) -> np.ndarray:
    return np.array([signal.distance(p, t) for p, t in zip(predicted, true, strict=True)])


def _edits(by: Literal["words", "characters"], predicted: Sequence[str], true: Sequence[str]) -> np.ndarray:
    """Per row the fewest edits that turn the prediction into the truth, and the length of the truth: (N, 2)."""
    import jiwer  # only texts pay for it

    aligned = (jiwer.process_words if by == "words" else jiwer.process_characters)(list(true), list(predicted))
    edits = [
        sum(max(part.ref_end_idx - part.ref_start_idx, part.hyp_end_idx - part.hyp_start_idx) for part in row)
        for row in ([part for part in row if part.type != "equal"] for row in aligned.alignments)
    ]
    return np.array([edits, [len(row) for row in aligned.references]], np.float64).T


def _word_edits(signal: Signal, predicted: Any, true: Any) -> np.ndarray:
    return _edits("words", predicted, true)


def _character_edits(signal: Signal, predicted: Any, true: Any) -> np.ndarray:
    return _edits("characters", predicted, true)


def _edit_rate(records: np.ndarray) -> float:
    """Edits of all rows over the length of all truths, in percent: never a mean over rows."""
    edits, length = records.sum(axis=0)
    return 100 * float(edits / (length or 1.0))  # where nothing was said at all, each edit counts as one of one


mean_absolute_error = Metric(
    "mean_absolute_error", "mean absolute error", _absolute, _mean, kinds=NUMBERS, range=UPWARDS
)
"""Mean over rows of |predicted - true|, in the signal's unit."""

root_mean_square_error = Metric(
    "root_mean_square_error", "root mean square error", _squared, _root_mean, kinds=NUMBERS, range=UPWARDS
)
"""Root of the mean squared error, in the signal's unit: large errors weigh more."""

bias = Metric("bias", "size of the mean error", _gaps, _size_of_mean, kinds=("number",), range=UPWARDS)
"""|mean of predicted - true|, in the signal's unit: what is left when errors cancel."""

error_rate = Metric("error_rate", "wrong answers", _wrong, _percent, unit="%", kinds=("category",), range=SHARE)
"""Share of rows with the wrong category, in percent: 100 (1 - accuracy)."""

word_error_rate = Metric(
    "word_error_rate",
    "word error rate",
    _word_edits,
    _edit_rate,
    unit="%",
    source="jiwer, process_words",
    kinds=TEXTS,
    range=UPWARDS,
)
"""Words put in, left out or exchanged, over the words of the truth, in percent. Text is judged as it stands."""

character_error_rate = Metric(
    "character_error_rate",
    "character error rate",
    _character_edits,
    _edit_rate,
    unit="%",
    source="jiwer, process_characters",
    kinds=TEXTS,
    range=UPWARDS,
)
"""The same with characters in place of words; spaces count."""

mean_distance = Metric("mean_distance", "mean distance to the truth", _distances, _mean, range=UPWARDS)
"""Mean over rows of the signal's own distance (points: mean distance; text: word errors a true word)."""


def share_beyond(limit: float) -> Metric:
    """The share of rows, in percent, whose absolute error exceeds `limit` (in the signal's unit).

    >>> metric = share_beyond(12)
    >>> metric.title
    'share off by more than 12'
    """

    def records(signal: Signal, predicted: Any, true: Any) -> np.ndarray:
        return (_absolute(signal, predicted, true) > limit).astype(np.float64)

    return Metric(
        f"share_beyond_{limit:g}",
        f"share off by more than {limit:g}",
        records,
        _percent,
        unit="%",
        kinds=NUMBERS,
        range=SHARE,
    )


def default_for(signal: Signal) -> tuple[Metric, ...]:
    """The metrics for a wanted signal of this kind; the first decides."""
    if signal.kind == "number":
        return (mean_absolute_error, root_mean_square_error, bias)
    if signal.kind == "vector":
        return (mean_absolute_error, root_mean_square_error)
    if signal.kind == "category":
        return (error_rate,)
    if signal.kind == "identity":
        return (wrong_person,)
    return (mean_distance,)


def constant(signal: Signal, values: Any) -> Any | None:
    """The best constant answer for true `values` (median, the commonest category or person); None for other kinds."""
    if signal.kind in ("number", "vector"):
        return np.median(np.asarray(values, np.float64), axis=0).astype(np.float32)
    if signal.kind == "category":
        return np.int32(np.bincount(np.asarray(values)).argmax())
    if signal.kind == "identity":
        places = np.asarray(values)[:, 0].astype(np.int64)
        return np.array([np.bincount(places[places >= 0], minlength=1).argmax(), 0], np.float32)
    return None
