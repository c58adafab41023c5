"""Blame in words: what becomes of an error when the truth is put in at a seam."""

from __future__ import annotations

from endwise.records import Comparison, SeamBlame
from endwise.report.comparison.ranking import gap_decimals, gap_unit
from endwise.report.quantities import amount, number, span


def blame_in_words(found: Comparison, one: SeamBlame) -> str:
    """Whether the stages up to a signal are to blame for a system's error, and for how much of it."""
    places = gap_decimals(found, one)
    change = (
        f"Given the true `{one.signal}`, `{one.system}` errs by {number(one.given, places)} "
        f"instead of {amount(one.error, found.unit, places)}"
    )
    if one.low > 0:
        return f"{change}: {_gone(found, one, places)}"
    if one.high < 0:
        interval = span(-one.high, -one.low, places)
        return (
            f"{change}, more than before (95 % interval of the difference {interval}): what makes `{one.signal}` is "
            f"not to blame. What comes after it does worse on the truth than on what it is used to."
        )
    return (
        f"{change}, which may be chance (95 % interval of the difference {span(one.low, one.high, places)}): what "
        f"makes `{one.signal}` is not shown to be to blame; at most {_at_most(found, one, places)} are its fault. "
        f"Look at what comes after `{one.signal}`, or at what `{one.signal}` cannot carry."
    )


def _gone(found: Comparison, one: SeamBlame, places: int) -> str:
    """The part that goes away, and where the rest comes from."""
    share = f"{_share(one.share)}, 95 % interval {_share(one.share_low)} to {_share(one.share_high)}"
    went = (
        f"{number(one.gone, places)} of {amount(one.error, gap_unit(found), places)} go away ({share}). "
        f"What makes `{one.signal}` is to blame for that."
    )
    if one.given == 0:
        return f"{went} Nothing is left."
    return f"{went} The rest is due to what comes after `{one.signal}`, or to what `{one.signal}` cannot carry."


def _at_most(found: Comparison, one: SeamBlame, places: int) -> str:
    return amount(max(one.high, 0.0), gap_unit(found), places)


def _share(value: float) -> str:
    return f"{value:.0%}".replace("%", " %")
