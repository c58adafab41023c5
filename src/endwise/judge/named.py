"""Metrics by the short words that a command line uses."""

from __future__ import annotations

from endwise.errors import UsageError, near
from endwise.judge.metrics import (
    bias,
    character_error_rate,
    error_rate,
    mean_absolute_error,
    root_mean_square_error,
    share_beyond,
    word_error_rate,
)
from endwise.system.judging import Metric

BEYOND = "share_beyond"
NAMED = {
    "mae": mean_absolute_error,
    "rmse": root_mean_square_error,
    "bias": bias,
    "error": error_rate,
    "accuracy": error_rate,  # judged as 1 - accuracy: lower is better in every metric
    "wer": word_error_rate,
    "cer": character_error_rate,
}
DEFAULT = {"number": "mae", "category": "error", "text": "wer"}


def metric_named(word: str) -> Metric:
    """The metric for a word such as `mae` or `share_beyond:12`. Raises UsageError for any other.

    >>> metric_named("share_beyond:12").title
    'share off by more than 12'
    """
    if word in NAMED:
        return NAMED[word]
    name, _, limit = word.partition(":")
    if name == BEYOND and _is_limit(limit):
        return share_beyond(float(limit))
    known = [*NAMED, f"{BEYOND}:12"]
    raise UsageError(
        f"The metric '{word}' was asked for.",
        f"Known: {', '.join(known)}.",
        f"'{BEYOND}' needs a limit, which is a number of 0 or more." if name == BEYOND else "It is none of these.",
        f"Write for example {BEYOND}:12." if name == BEYOND else near(word, known),
    )


def _is_limit(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()
