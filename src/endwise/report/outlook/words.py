"""The outlook in words: who overtakes whom, which targets are in reach, what to choose.

Designs stand between backticks. What rests on a forecast that should not be trusted says so. There is no single
number of rows that is needed: a target is reached, perhaps reached, or not reached by a size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from endwise.errors import counted, listed
from endwise.evidence.forecast.states import AT_CHANCE, FORECAST, LEAST, RISING, TOO_FAR, TOO_FEW
from endwise.records import Choice, Pair, Reach
from endwise.report.outlook.prospects import Line, Prospect
from endwise.report.quantities import amount, number, percent, places

SHORT = {
    FORECAST: "",
    AT_CHANCE: "at chance",
    TOO_FEW: "too few sizes",
    TOO_FAR: "too far",
    RISING: "rising",
}
REACHED, NOT_REACHED = 0.9, 0.1  # the probabilities from which up and down a target counts as reached and as not
READING: tuple[str, ...] = (
    "Up to the largest size: means over repeats, each repeat a ring. Beyond: the median of what is to be expected.",
    "The error lies in the dark band in 80 of 100 such cases, in the light one in 90.",
    "Grey: computed, but not to be trusted, for the reason given.",
)
READING_BARS: tuple[str, ...] = (
    READING[0],
    "The error lies within the bar in 80 of 100 such cases; bars stand a little aside.",
    READING[2],
)
TOO_SURE = "Probabilities above one half were too sure on public curves: 65 % came true in 54 of 100 cases, 75 % in 57."
READING_OVERTAKES = (
    "Read up from a size: the probability that a design is ahead of {first} once both have so many rows.",
    "A line that stays low says that no crossover is in sight, not that there is none further on.",
)
READING_CHOICE = (
    "The loss is what a choice is expected to cost against the design that is then best, in the unit of the {metric}."
)


@dataclass(frozen=True)
class Sentence:
    """Something said. `trusted` is False where it rests on a forecast that should not be."""

    words: str
    trusted: bool = True


def headline(view: Prospect) -> str:
    """What to choose now and later, as a headline; what cannot be trusted gives none."""
    best = {found[0].n: found[0].design for found in _ranked(view)}
    first = view.lines[0].design
    trusted = all(one.trusted(n) for one in view.lines for n in view.sizes)
    if not best or not trusted:
        return "What more rows would bring"
    if set(best.values()) == {first}:
        return f"`{first}` stays the choice to {max(best):,}"
    turn = next(n for n, design in best.items() if design != first)
    return f"`{first}` now, `{best[turn]}` for {turn:,} {view.axis}"


def standing(view: Prospect) -> str:
    """Where things stand with what was measured."""
    first, *others = view.lines
    beyond = "" if view.sizes else " None of the sizes asked for lies beyond what was measured."
    if not others:
        return f"As measured, `{first.design}` has {_error_at(view, first)} {view.axis}.{beyond}"
    second, won = others[0], sum(pair.ahead == first.design for pair in view.pairs)
    met, of = met_at(first, second), "" if won == len(others) else f"{won} of "
    ahead = "ahead" if len(others) == 1 else f"ahead of {of}the other {len(others)}"
    if met is None:
        errors = f"{_error_at(view, first)}, {_error_at(view, second)} {view.axis}"
        apart = f"`{first.design}` and `{second.design}` were measured at no size in common: {errors}."
        return f"{apart} By their forecasts, `{first.design}` is {ahead}.{beyond}"
    errors = f"{_error_at(view, first, met)} {view.axis}; `{second.design}` {_error_at(view, second, met)}"
    return f"As measured, `{first.design}` is {ahead}: {errors}.{beyond}"


def met_at(one: Line, other: Line) -> int | None:
    """The largest size that both were measured at, which says who is ahead; None where there is none."""
    return max(set(one.sizes) & set(other.sizes), default=None)


def refusals(view: Prospect) -> list[Sentence]:
    """Why forecasts should not be trusted, one sentence a design."""
    return [Sentence(words, False) for one in view.lines for words in _refusal(view, one)]


def _refusal(view: Prospect, one: Line) -> list[str]:
    name, state, last = f"`{one.design}`", one.forecast.state, f"{one.sizes[-1]:,} {view.axis}"
    if state == AT_CHANCE:
        return [
            f"{name} has not learnt yet: at {last} its {view.metric}, {number(one.means[-1])}, is not clearly below"
            " that of always giving the same answer. When it will start is not in its curve."
        ]
    if state == TOO_FEW:
        count = counted(len(one.sizes), "size")
        return [f"{name} was measured at {count} only: any law fits so few. Measure it at {LEAST} or more."]
    if state == RISING:
        return [
            f"{name} gets worse with more rows, beyond what chance explains. That is a finding: look for later rows"
            " that differ, labels that are worse, or training that is too short for so many. If these are scores, of"
            " which more is better, turn them into errors first (1 - accuracy)."
        ]
    far = [f"{n:,}" for n in view.sizes if (band := one.band(n)) is not None and band.state == TOO_FAR]
    if far:
        return [f"{name} at {listed(far)}: more than 16 times its largest size, further than forecasts were tested."]
    return []


def overtaking(view: Prospect) -> list[Sentence]:
    """Whether the first design is overtaken: one sentence for each of the others, and how far to believe it."""
    said = [_overtaking(view, pair) for pair in view.pairs]
    likely = any(one.probability > 0.5 for pair in view.pairs if view.trusted(pair) for one in pair.overtakes)
    return [*said, Sentence(TOO_SURE)] if likely else said


def _overtaking(view: Prospect, pair: Pair) -> Sentence:
    chances = [f"{percent(one.probability)} at {one.n:,}{_far(view, pair, one.n)}" for one in pair.overtakes]
    ahead = f"Probability that it is ahead: {', '.join(chances)}; that it is" if chances else "Probability that it is"
    behind = f"still behind at {view.most:,}: {percent(pair.crossover.never)}"
    trusted = view.trusted(pair)
    met = met_at(view.line(pair.ahead), view.line(pair.behind))
    now = f"is behind `{pair.ahead}` now" if met is not None else f"is forecast to be behind `{pair.ahead}`"
    doubt = "" if trusted else " Not to be trusted, as said above."
    return Sentence(f"`{pair.behind}` {now}. {ahead} {behind}.{doubt}", trusted)


def _far(view: Prospect, pair: Pair, n: int) -> str:
    bands = [view.line(name).band(n) for name in (pair.ahead, pair.behind)]
    return f" ({SHORT[TOO_FAR]})" if any(band is not None and band.state == TOO_FAR for band in bands) else ""


def targets(view: Prospect) -> list[Sentence]:
    """For each target and design, the sizes by which it is reached, perhaps reached, or not."""
    asked = sorted({reach.target for one in view.lines for reach in one.forecast.targets}, reverse=True)
    return [_target(view, one, target) for target in asked for one in view.lines]


def _target(view: Prospect, one: Line, target: float) -> Sentence:
    name = f"`{one.design}`, {view.metric} of {f'{target:g} {view.unit}'.strip()} or less"
    if one.means[-1] <= target:
        return Sentence(f"{name}: measured already, {_error_at(view, one)}.")
    reaches = [reach for reach in one.forecast.targets if reach.target == target]
    regimes = (
        ("not by", [reach for reach in reaches if reach.probability <= NOT_REACHED][-1:]),  # nor by any before
        ("perhaps by", [reach for reach in reaches if NOT_REACHED < reach.probability < REACHED]),
        ("reached by", [reach for reach in reaches if reach.probability >= REACHED][:1]),  # and by any after
    )
    said = "; ".join(f"{regime} {_chances(found)}" for regime, found in regimes if found)
    trusted = all(one.trusted(reach.n) for reach in reaches)
    return Sentence(f"{name}: {said or 'no size lies beyond its own'}.{'' if trusted else _why(one)}", trusted)


def _chances(reaches: Sequence[Reach]) -> str:
    return ", ".join(f"{reach.n:,} ({percent(reach.probability)})" for reach in reaches)


def _why(one: Line) -> str:
    states = dict.fromkeys(SHORT[band.state] for band in one.forecast.forecasts if SHORT[band.state])
    return f" Not to be trusted: {', '.join(states)}."


def choices(view: Prospect) -> list[Sentence]:
    """What to choose for each size, what that is expected to lose, and the next best."""
    return [_choice(view, found) for found in _ranked(view)]


def _ranked(view: Prospect) -> list[list[Choice]]:
    """For each size at which there is a choice: every design, the smallest loss first."""
    by_size = ([one for one in view.outlook.choice if one.n == n] for n in view.sizes)
    return [sorted(found, key=lambda one: one.expected_regret) for found in by_size if len(found) > 1]


def _choice(view: Prospect, ranked: Sequence[Choice]) -> Sentence:
    best, second = ranked[:2]
    n = best.n
    decimals = places([best.expected_regret, second.expected_regret], 2)
    trusted = all(view.line(one.design).trusted(n) for one in ranked)
    return Sentence(
        f"For {n:,}: `{best.design}`, expected to lose {loss(best.expected_regret, decimals)};"
        f" next `{second.design}`, {loss(second.expected_regret, decimals)}."
        f"{'' if trusted else ' Not every forecast for it is to be trusted.'}",
        trusted,
    )


def loss(regret: float, decimals: int) -> str:
    """An expected loss: never a bare zero unless it is one.

    >>> loss(0.0021, 2), loss(0.13, 2), loss(0.0, 2)
    ('under 0.01', '0.13', '0')
    """
    least = 10.0**-decimals
    return f"under {number(least, decimals)}" if 0 < regret < least / 2 else number(regret, decimals)


def _error_at(view: Prospect, one: Line, n: int | None = None) -> str:
    """An error with its size: the largest, if no other is given."""
    at = -1 if n is None else one.sizes.index(n)
    return f"{measured(one, at, view.unit)} at {one.sizes[at]:,}"


def measured(one: Line, at: int = -1, unit: str = "") -> str:
    """An error that was measured: at the floor it may be less, as none at all cannot be drawn."""
    below = " or less" if 0 < one.means[at] <= one.floor else ""
    return f"{amount(one.means[at], unit)}{below}"
