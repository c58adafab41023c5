"""What speaks against the verdict, and the cheapest test that could change it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from endwise.errors import counted
from endwise.evidence.rivals import NOTICED, Rival, rivals
from endwise.records import Failure, Verdict
from endwise.report.quantities import amount, percent, small, span
from endwise.report.ranking import Entry, decimals, difference_decimals, gap_unit, ranked, runner_up

SETTLED = 0.95  # probability of being best above which one more repeat is no longer worth its time


@dataclass(frozen=True)
class Fall:
    """By what share a design's error fell over the last step of its data curve."""

    design: str
    share: float
    before: int
    after: int


def failed(verdict: Verdict) -> list[Failure]:
    """Failures that somebody can mend, and for which a design lacks something."""
    return [one for one in verdict.failures if not one.beside]


def causes(failures: Sequence[Failure]) -> list[tuple[str, str]]:
    """Each cause of failures once: the first cell that met it and how many more did, and the cause in words.

    Failures that differ in nothing but numbers have one cause.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for one in failures:
        lines = one.error.splitlines()  # an error of ours has four; of others the last says what it is
        cause = " ".join(lines) if len(lines) == 4 else lines[-1]
        found.setdefault(re.sub(r"-?\d[\d.,e+-]*", "0", cause), []).append((one.cell, cause))
    return [
        (same[0][0] + (f" and {counted(len(same) - 1, 'more cell')}" if len(same) > 1 else ""), same[0][1])
        for same in found.values()
    ]


def same_answer(verdict: Verdict) -> str:
    """What the simplest rival does, as the beginning of a sentence."""
    return "Always giving the same answer" if verdict.by_word is None else "Saying nothing"


def beats_constant(verdict: Verdict) -> bool:
    """Whether the best design errs less than always giving the same answer (true where unknown)."""
    return math.isnan(verdict.constant_error) or verdict.high < verdict.constant_error


def last_fall(entry: Entry) -> Fall | None:
    """The last step of one data curve; None where it has fewer than two points above zero."""
    if len(entry.points) < 2:
        return None
    before, after = entry.points[-2:]
    if not (before.error > 0 and math.isfinite(after.error)):
        return None
    return Fall(entry.design, 1 - after.error / before.error, before.size, after.size)


def falling_rival(verdict: Verdict) -> tuple[Fall, Fall] | None:
    """The rival whose error falls fastest, with the best design's own fall, where it falls faster."""
    falls = [fall for fall in map(last_fall, ranked(verdict)) if fall is not None]
    own = next((fall for fall in falls if fall.design == verdict.best), None)
    rivals = [fall for fall in falls if fall.design != verdict.best]
    if own is None or not rivals:
        return None
    fastest = max(rivals, key=lambda fall: fall.share)
    return (fastest, own) if fastest.share > max(own.share, 0) else None


def objection(verdict: Verdict) -> str:
    """The strongest objection, as one sentence."""
    return next(_objections(verdict), "None that these rows show.")


def _objections(verdict: Verdict) -> Iterator[str]:
    """Objections from the strongest down."""
    places = decimals(verdict)
    if not beats_constant(verdict):
        constant = amount(verdict.constant_error, verdict.unit, places)
        yield f"{same_answer(verdict)} errs by {constant}: the best design is not clearly better than that."
    if not verdict.done:
        yield "The study was stopped before all of it was measured."
    if failed(verdict):
        yield f"{counted(len(failed(verdict)), 'piece')} of work failed, so not every design had its full chance."
    rival = runner_up(verdict)
    if rival is not None and rival.low <= 0:
        interval = span(rival.low, rival.high, difference_decimals(verdict, rival))
        yield (
            f"`{rival.design}` is not told apart from it on {verdict.test_units:,} test units"
            f" (difference {interval} {gap_unit(verdict)}".rstrip()
            + ")."
        )
    gaining = gaining_rival(verdict)
    if gaining is not None:
        chance, n = percent(gaining.last), max(gaining.chances)
        yield f"At {n:,} rows `{gaining.design}` is ahead with probability {chance}."
    falling = None if rivals(verdict) else falling_rival(verdict)
    if falling is not None:
        fastest, own = falling
        slower = f"only {percent(own.share)}" if own.share > 0 else "not at all"
        yield (
            f"From {fastest.before:,} to {fastest.after:,} rows the error of `{fastest.design}`"
            f" fell by {percent(fastest.share)}, that of the best design {slower}: more rows may favour the former."
        )
    for caveat in verdict.caveats:
        yield f"{caveat.title.rstrip('.')} ({caveat.code})."


def next_test(verdict: Verdict) -> str:
    """The cheapest test that could change the verdict, as one sentence or two."""
    if not verdict.done:
        return "Give the same command again: it resumes where it stopped and needs no new label."
    if failed(verdict):
        return "Mend what failed and give the same command again: what was measured is kept."
    if verdict.mode == "quick":
        return "Run the study without `--quick`: more sizes, more repeats and a check of the tuning, with no new label."
    if verdict.runner_up is None:
        return "Study a second design on the same rows: one alone cannot be compared."
    if verdict.probability_best < SETTLED:
        wider = "judge by more episodes" if verdict.closed_loop else "hold out more rows"
        return (
            f"Raise `--repeats` from {verdict.repeats} to {2 * verdict.repeats}, with no new label"
            f"{_saves(verdict, 'repeat', 'one more is expected to lower the loss')}. Where the interval"
            f" stays as wide, {wider}: it rests on {counted(verdict.test_units, 'test unit')}."
        )
    gaining, falling = gaining_rival(verdict), falling_rival(verdict)
    if gaining is None and (rivals(verdict) or falling is None):
        return "None is cheap: the lead is clear, and no rival is expected to gain on it."
    name = gaining.design if gaining else falling[0].design if falling else ""
    return (
        f"Study again at {2 * max(verdict.sizes):,} {verdict.axis}: `{name}` is the design that gains most from more"
        f" of them{_saves(verdict, 'size', 'measuring there is expected to lower the loss')}."
    )


def gaining_rival(verdict: Verdict) -> Rival | None:
    """The design whose probability of being ahead grows most with more rows, where it grows enough to speak of."""
    return next((one for one in rivals(verdict) if one.gain >= NOTICED), None)


def _saves(verdict: Verdict, what: str, words: str) -> str:
    """By how much measuring more lowers the expected loss, where that is known and more than nothing."""
    found = next((one for one in verdict.worth if one.what == what), None)
    if found is None or not found.saved > 0:
        return ""
    saved = small(found.saved, gap_unit(verdict), decimals(verdict))
    return f" ({words} of a choice for {found.n:,} rows by {saved})"


def not_compared(verdict: Verdict) -> str:
    """What the verdict is silent about."""
    parts = [f"`{one.design}` lacks {one.lacks.rstrip('.')}" for one in verdict.untrainable]
    missing = {entry.design for entry in ranked(verdict) if entry.last.size not in (0, max(verdict.sizes))}
    parts += [f"`{design}` was not measured at the largest size" for design in sorted(missing)]
    more = f"; {len(parts) - 3} more" if len(parts) > 3 else ""
    if parts:
        return f"{'; '.join(parts[:3])}{more}."
    if failed(verdict):
        cell, cause = causes(failed(verdict))[0]
        return f"Designs that failed at every size ({cell}): {cause}"
    return "Every design that was asked for was compared."
