"""A plan in words and as a table: what to buy, what it is expected to bring, and what else was weighed."""

from __future__ import annotations

from endwise.errors import listed
from endwise.evidence.planning import BUY, NOTHING, SURE
from endwise.records import Plan, Purchase, Verdict
from endwise.report.quantities import amount, number, percent, span
from endwise.report.ranking import decimals

PERCENT = " Errors are in percent: a target of 3 is 3 %."


def answer(verdict: Verdict, plan: Plan) -> str:
    """The plan in a few sentences, designs between backticks."""
    places = decimals(verdict)
    now = f"{amount(plan.now.error, verdict.unit, places)} now"
    if plan.buy is None:
        spent = "for this money" if plan.budget is not None else "with up to 16 times the present labels"
        return (
            f"Not reachable at these prices: no purchase {spent} brings an error of "
            f"{number(plan.target or 0.0)} {verdict.unit}".rstrip()
            + f" with a probability of {percent(SURE)} "
            f"({now}, with `{plan.now.design}`)."
            + (PERCENT if verdict.unit == "%" and (plan.target or 0.0) < 1 else "")
        )
    if plan.answer == NOTHING and plan.budget is not None and plan.budget < min(plan.prices.values()):
        return f"Buy nothing: {money(plan.budget)} does not pay for one label. The error is {now}."
    if plan.answer == NOTHING:
        if plan.target is not None:
            return (
                f"Buy nothing: `{plan.buy.design}` has the error asked for with a probability of "
                f"{percent(plan.buy.reaches or 0.0)} already."
            )
        return (
            f"Buy nothing: no purchase is expected to lower the error of {now} by a hundredth of it. More labels of "
            f"these kinds are not what is lacking; look at `endwise blame`."
        )
    expected = (
        f"The error of one training is then expected at {amount(plan.buy.error, verdict.unit, places)} (80 % band "
        f"{span(plan.buy.low80, plan.buy.high80, places)}); {now}."
    )
    start = "Buy" if plan.answer == BUY else f"Switch design to `{plan.buy.design}`, and buy"
    paid = f", for {money(plan.buy.price)}" if plan.buy.labels else ""
    reached = (
        "" if plan.buy.reaches is None else f" The target is reached with a probability of {percent(plan.buy.reaches)}."
    )
    stays = f" Stay with `{plan.buy.design}`." if plan.answer == BUY else f" Best now is `{plan.now.design}`."
    return f"{start} {bought(plan.buy)}{paid}. {expected}{reached}{stays}"


def money(amount: float) -> str:
    """An amount of money, which has no name.

    >>> money(1200), money(1.444), money(0.095)
    ('1,200', '1.44', '0.095')
    """
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.3g}"


def bought(one: Purchase) -> str:
    """What is bought, in words.

    >>> bought(Purchase("x -> y", {"y": 1200}, 600.0, 1.0, 0.9, 1.1))
    "1,200 labels of 'y'"
    """
    return listed([f"{count:,} labels of '{name}'" for name, count in one.labels.items()]) if one.labels else "nothing"


def purchases(verdict: Verdict, plan: Plan) -> list[tuple[str, Purchase]]:
    """What stands in the table: the plan, the best of other designs, and the plain ways to spend the same money."""
    found = [
        ("now", plan.now),
        ("plan", plan.buy),
        *(("nearest" if plan.buy is None else "other", one) for one in plan.alternatives),
        ("evenly", plan.evenly),
        (f"all on {verdict.wants}", plan.final_label),
    ]
    return [(name, one) for name, one in found if one is not None]


def head(plan: Plan) -> list[str]:
    """The heads of the columns after the design; the first holds words."""
    reaches = [] if plan.target is None else ["reached"]
    return ["labels to buy", "price", "error", "80 % band", *reaches]


def line(verdict: Verdict, plan: Plan, one: Purchase) -> list[str]:
    """A purchase as cells under `head`."""
    places = decimals(verdict)
    return [
        ", ".join(f"{count:,} {name}" for name, count in one.labels.items()) or "none",
        money(one.price),
        number(one.error, places),
        span(one.low80, one.high80, places),
        *([] if one.reaches is None else [percent(one.reaches)]),
    ]


def footing(plan: Plan) -> str:
    """What the plan rests on."""
    have = listed([f"{count:,} of '{name}'" for name, count in plan.have.items()])
    out = "".join(f" `{one.design}` is left out: {one.why}." for one in plan.refused)
    return (
        f"Labels now: {have}. Each design was trained again with a half and a quarter of those of one signal, and of "
        f"all. Labels are bought for rows like these, and a price holds all that one costs.{out}"
    )
