"""`endwise plan`: which labels to buy next, from what a study measured with fewer of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from math import isfinite
from pathlib import Path

from endwise.errors import StudyError, UsageError, listed, near
from endwise.evidence.labelling import Labelling, labelling
from endwise.evidence.planning import Asked, plan as planned
from endwise.records import Plan, Purchase, Refused, Scarcity, Verdict
from endwise.report.stored import verdict_in

NARROWED = 1.2816 / 1.96  # half of an 80 % interval over half of a 95 % one, of a normal distribution


def plan(
    study: str | Path | Verdict,
    prices: Mapping[str, float],
    *,
    budget: float | None = None,
    target: float | None = None,
) -> Plan:
    """Which labels to buy: those that leave the least error for a budget, or reach a target for the least money.

    Parameters
    ----------
    study: the folder of a finished study that was asked for `labels`, or its verdict.
    prices: the price of one more label, by signal; signals without a price are not bought.
    budget: the money there is, in the unit of the prices.
    target: the error to be reached with a probability of 80 %, in the unit of the study's metric. With a budget too,
        no more than that is spent.

    A label is bought for a row as it comes, in the order in which rows were labelled so far; the price has to hold
    whatever else such a row costs. Purchases of up to 15 times the present labels are looked at. Raises StudyError
    where the study has not measured fewer labels, UsageError for prices and targets that mean nothing.

    >>> import endwise as ew
    >>> ew.plan("runs/bone-age", {"joints": 0.4, "age": 5}, budget=1000).answer  # doctest: +SKIP
    'buy'
    """
    verdict = study if isinstance(study, Verdict) else verdict_in(Path(study))
    known = dict.fromkeys(name for one in verdict.scarcities for name in one.labels)
    if not known:
        raise not_measured(verdict)
    if not verdict.done:
        raise stopped(verdict)
    _check(prices, budget, target, list(known))
    scale = 0.01 if verdict.unit == "%" else 1.0
    found: list[Labelling] = []
    refused: list[Refused] = []
    for design, cells in groupby(sorted(verdict.scarcities, key=lambda one: one.design), lambda one: one.design):
        made = _labelling([replace(one, errors=tuple(scale * e for e in one.errors)) for one in cells], verdict, scale)
        if isinstance(made, Labelling):
            found.append(made)
        else:
            refused.append(Refused(design, made))
    if not found:
        raise StudyError(
            "Labels to buy were asked for.",
            f"Of {listed([f'`{one.design}`' for one in refused])}: {refused[0].why}.",
            "No design's errors say what more labels would bring.",
            "Study more rows first.",
        )
    asked = Asked(prices, budget, None if target is None else scale * target)
    have = {name: max(one.labels.get(name, 0) for one in verdict.scarcities) for name in known if name in prices}
    made_plan = planned(
        found, asked, best=_measured(verdict, scale, target), have=have, wants=verdict.wants, refused=refused
    )
    return made_plan if scale == 1 else _in_percent(made_plan, target)


def stopped(verdict: Verdict) -> StudyError:
    """What is said of a study that did not come to its end."""
    return StudyError(
        f"Labels to buy for '{verdict.system}' were asked for.",
        "Its study was stopped before its end.",
        "A plan starts from a whole study.",
        f"Give its command again, it goes on where it stopped{f': {verdict.command}' if verdict.command else '.'}",
    )


def not_measured(verdict: Verdict) -> StudyError:
    """What is said of a study that was not asked for labels."""
    return StudyError(
        f"Labels to buy for '{verdict.system}' were asked for.",
        "Its study has not measured what the designs do with fewer labels of one signal.",
        "Only that tells what more of them would bring.",
        "Give the study's command again with --labels (labels=True in Python): what was trained is kept.",
    )


def _measured(verdict: Verdict, scale: float, target: float | None) -> Purchase:
    """The best design as it was measured; the 95 % interval of its error narrowed to 80 %."""
    error, low, high = (scale * one for one in (verdict.error, verdict.low, verdict.high))
    low80, high80 = error - NARROWED * (error - low), error + NARROWED * (high - error)
    reached = None if target is None else float(verdict.error <= target)
    return Purchase(verdict.best, {}, 0.0, error, low80, high80, reached)


def _labelling(cells: list[Scarcity], verdict: Verdict, scale: float) -> Labelling | str:
    errors = [error for one in cells for error in one.errors]
    shares = verdict.test_rows if scale != 1 and max(e for e in errors if e == e) <= 1 else None
    if shares is None and min(e for e in errors if e == e) <= 0:
        return "it makes no error at all with some of these labels"
    return labelling(cells, n_test=shares, chance=scale * verdict.constant_error)


def _in_percent(found: Plan, target: float | None) -> Plan:
    def percent(one: Purchase) -> Purchase:
        return replace(one, error=100 * one.error, low80=100 * one.low80, high80=100 * one.high80)

    return replace(
        found,
        target=target,
        now=percent(found.now),
        buy=None if found.buy is None else percent(found.buy),
        alternatives=tuple(percent(one) for one in found.alternatives),
        evenly=None if found.evenly is None else percent(found.evenly),
        final_label=None if found.final_label is None else percent(found.final_label),
    )


def _check(prices: Mapping[str, float], budget: float | None, target: float | None, known: list[str]) -> None:
    strange = [name for name in prices if name not in known]
    if strange or not prices:
        asked = f"a label of '{strange[0]}'" if strange else "labels without a price"
        raise UsageError(
            f"{asked[0].upper()}{asked[1:]} was to be bought." if strange else "Labels were to be bought.",
            f"The designs of this study learn from labels of {listed(known)}.",
            "What is computed from other labels, or no design learns from, cannot be bought."
            if strange
            else "No price was given.",
            near(strange[0], known) if strange else f"Give one, as in --price {known[0]}=0.40.",
        )
    wrong = {
        name: one for name, one in prices.items() if not (isinstance(one, int | float) and isfinite(one) and one > 0)
    }
    if wrong:
        name, one = next(iter(wrong.items()))
        raise UsageError(
            f"A label of '{name}' was to cost {one!r}.",
            "A price is a positive number, in whatever money.",
            "For nothing one would buy all there are.",
            "Give what one more label costs, or leave the signal out if none can be had.",
        )
    if budget is None and target is None:
        raise UsageError(
            "Labels to buy were asked for.",
            "Neither the money there is nor the error to be reached was given.",
            "More labels hardly ever harm: the answer would be all of them.",
            "Give --budget 1000, or --target with an error in the study's unit.",
        )
    for what, value in (("budget", budget), ("target", target)):
        if value is not None and not (isfinite(value) and value > 0):
            raise UsageError(
                f"A plan with a {what} of {value:g} was asked for.",
                f"A {what} is a positive number.",
                "With nothing to spend nothing is bought, and no forecast promises an error of nothing.",
                f"Give a positive {what}.",
            )
