"""The verdict in words: plain English that a tech lead can forward as it stands.

Designs stand between backticks, which the terminal and the page turn into their own type.
"""

from __future__ import annotations

from collections import Counter

from endwise.errors import counted
from endwise.records import Difference, Failure, Verdict
from endwise.report.advice import beats_constant, failed, next_test, not_compared, objection, same_answer
from endwise.report.outlook.ahead import loss_at, with_more_rows
from endwise.report.quantities import amount, number, percent, small, span
from endwise.report.ranking import decimals, difference_decimals, gap_unit, runner_up

CONFIDENT = 0.8  # probability of being best from which the memo says "ship" without a reservation


def in_words(verdict: Verdict) -> str:
    """The verdict as one paragraph: the answer, how sure, the runner-up, the loss, what to do next."""
    sentences = [
        _opening(verdict),
        _chance(verdict),
        _runner_up(verdict),
        _regret(verdict),
        with_more_rows(verdict),
        _constant(verdict),
        "" if verdict.done else "The study was stopped early, so this is the answer so far.",
        _caveats(verdict),
        f"Next: {_lower(next_test(verdict))}",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def memo(verdict: Verdict) -> list[tuple[str, str]]:
    """The memo that opens the report: heading and sentence, in the order in which they are asked."""
    return [
        (_decision(verdict).rstrip(":"), f"`{verdict.best}` at {_size(verdict)}: {_error(verdict)}."),
        ("How sure", _how_sure(verdict)),
        *([("With more rows", ahead)] if (ahead := with_more_rows(verdict)) else []),
        *(("What is missing", one.explanation) for one in verdict.caveats if one.code == "signal-missing"),
        ("Expected loss", _loss(verdict)),
        ("Strongest objection", objection(verdict)),
        ("Cheapest test that could change this", next_test(verdict)),
        ("Not compared", not_compared(verdict)),
    ]


def headline(verdict: Verdict) -> str:
    """The answer as a headline."""
    return f"{_decision(verdict)} `{verdict.best}`"


def lede(verdict: Verdict) -> str:
    """The sentence under the headline: the size, the error, and against how many."""
    count = len({point.key for point in verdict.designs if point.size == verdict.sizes[-1]})
    standing = f"Best of {count} designs" if count > 1 else "The only design studied"
    return f"{standing} at {_size(verdict)}: {_error(verdict)}."


def correction(verdict: Verdict) -> str:
    """Why the best design's error in the answer is not the one in tables and figures; empty where they agree."""
    places = decimals(verdict)
    found = [p.error for p in verdict.designs if p.key == verdict.best_key and p.size == max(verdict.sizes)]
    if not found or number(found[0], places) == number(verdict.error, places):
        return ""
    added = small(verdict.error - found[0], gap_unit(verdict), places)
    return (
        f"Figures and tables show errors as measured. The answer above adds {added} to that of `{verdict.best}`,"
        " for its having been chosen on the same rows."
    )


def replay(verdict: Verdict, failure: Failure) -> str:
    """The command that runs a failed training again, with its rows and seed."""
    return f"{verdict.command} --replay {failure.key}"


def _decision(verdict: Verdict) -> str:
    if not beats_constant(verdict):
        return "Do not ship yet:"
    if failed(verdict) or (verdict.runner_up is not None and verdict.probability_best < CONFIDENT):
        return "Ship for now:"
    return "Ship"


def _size(verdict: Verdict) -> str:
    return f"{max(verdict.sizes, default=0):,} {verdict.axis}"


def _error(verdict: Verdict) -> str:
    places = decimals(verdict)
    interval = span(verdict.low, verdict.high, places)
    return f"{verdict.metric_title} {amount(verdict.error, verdict.unit, places)} (95 % interval {interval})"


def _opening(verdict: Verdict) -> str:
    count = len({point.key for point in verdict.designs if point.size == verdict.sizes[-1]})
    standing = f"is best of {count} designs" if count > 1 else "is the only design studied"
    return f"At {_size(verdict)}, `{verdict.best}` {standing}: {_error(verdict)}."


def _chance(verdict: Verdict) -> str:
    if verdict.runner_up is None:
        return ""
    return f"It is best with probability {percent(verdict.probability_best)}."


def _runner_up(verdict: Verdict) -> str:
    rival = runner_up(verdict)
    return "" if rival is None else f"Runner-up `{rival.design}` {_behind(verdict, rival)}."


def _behind(verdict: Verdict, rival: Difference) -> str:
    places = difference_decimals(verdict, rival)
    gap = amount(abs(rival.difference), gap_unit(verdict), places)
    side = "worse" if rival.difference >= 0 else "better"
    interval = span(rival.low, rival.high, places)
    if rival.low <= 0 <= rival.high:
        return f"is {side} by {gap}, which may be chance (95 % interval of the difference {interval})"
    return f"is {side} by {gap} (95 % interval {interval})"


def _regret(verdict: Verdict) -> str:
    if verdict.runner_up is None:
        return ""
    cost = small(verdict.regret, gap_unit(verdict), decimals(verdict))
    return f"Choosing the first is expected to cost {cost} against the design that is truly best."


def _constant(verdict: Verdict) -> str:
    if verdict.constant_error != verdict.constant_error:
        return ""
    constant = amount(verdict.constant_error, verdict.unit, decimals(verdict))
    if beats_constant(verdict):
        return f"{same_answer(verdict)} would err by {constant}."
    return f"{same_answer(verdict)} would err by {constant}: this is not clearly better."


def _caveats(verdict: Verdict) -> str:
    if not verdict.caveats:
        return ""
    times = Counter(caveat.code for caveat in verdict.caveats)
    codes = ", ".join(code if count == 1 else f"{code} ({count} times)" for code, count in times.items())
    count = len(verdict.caveats)
    return f"{counted(count, 'caveat')} {'applies' if count == 1 else 'apply'}: {codes}."


def _how_sure(verdict: Verdict) -> str:
    basis = f"{counted(verdict.test_units, 'held-out unit')} and {counted(verdict.repeats, 'repeat')}"
    rival = runner_up(verdict)
    if rival is None:
        return f"Nothing to compare it with. Its interval rests on {basis}."
    chance = percent(verdict.probability_best)
    return f"Best with probability {chance}, on {basis}. Runner-up `{rival.design}` {_behind(verdict, rival)}."


def _loss(verdict: Verdict) -> str:
    if verdict.runner_up is None:
        return "Unknown: no other design was studied."
    cost = small(verdict.regret, gap_unit(verdict), decimals(verdict))
    now = f"{cost[0].upper()}{cost[1:]} on average, against the design that is truly best at this size"
    later = [loss for multiple in (4, 16) if (loss := loss_at(verdict, multiple))]
    return f"{now}; kept for more rows, {' and '.join(later)}." if later else f"{now}."


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
