"""Which seam each mistake goes to, in words and tables: for the page and for the terminal."""

from __future__ import annotations

from endwise.errors import counted
from endwise.records import Attribution, Mistake, Verdict
from endwise.report.quantities import amount, number
from endwise.report.ranking import decimals
from endwise.report.tables import Row, Table

FOLLOWS = "what follows"
SHOWN = 12  # mistakes on the page: the rest is in verdict.json, and `endwise blame --rows` lists it


def of(verdict: Verdict, design: str) -> Attribution | None:
    """What was found for a design; None where too few rows know the truth at every seam."""
    return next((one for one in verdict.attributions if one.design == design), None)


def summary(verdict: Verdict, one: Attribution) -> str:
    """How many rows are mistakes, what that means here, and where they are made right."""
    units = _units(verdict, one.rows)
    if not one.mistakes:
        return f"None of the {units} is a mistake.{_without(one)}"
    are = "is a mistake" if one.mistakes == 1 else "are mistakes"
    return f"{one.mistakes:,} of the {units} {are}{_meaning(verdict, one)}. {_places(one)}{_without(one)}"


def _meaning(verdict: Verdict, one: Attribution) -> str:
    if one.exact:
        return " (any error)"
    line, right = (amount(value, verdict.unit, decimals(verdict)) for value in (one.wrong_from, one.right_to))
    return f" (the worst tenth: off by {line} or more); right is {right} or less, the median as it is"


def _places(one: Attribution) -> str:
    """Each step with its count, from the input side on."""
    told = [
        f"with the {_truth(at)} `{step.signal}` ({step.made_right:,})"
        for at, step in enumerate(one.steps)
        if step.made_right
    ]
    if not told:
        return "No truth at any seam makes one of them right: what follows is to blame."
    never = f" or at no seam ({one.never:,}): there what follows is to blame" if one.never else ""
    return f"They become right {', '.join(told)}{never}."


def _truth(at: int) -> str:
    """How the truth at a step is told: at the first seam alone, or at all up to one."""
    return "truth up to" if at else "true"


def counts(verdict: Verdict, one: Attribution) -> Table:
    """Mistakes by the step at which they are right the first time, and rows that the truth makes mistakes."""
    rows = [Row(step.signal, (_share(step.made_right, one), f"{step.made_wrong:,}")) for step in one.steps]
    rows.append(Row(f"{FOLLOWS} (right at no seam)", (_share(one.never, one), "-")))
    head = ("true from the input up to", "mistakes made right", "others made mistakes")
    return Table(f"Mistakes by seam, {one.mistakes:,} of {_units(verdict, one.rows)}", head, tuple(rows))


def worst(verdict: Verdict, one: Attribution) -> Table:
    """The worst mistakes: the error as it is, at each step of the truth, and the seam that each goes to."""
    places = decimals(verdict)
    rows = tuple(
        Row(
            mistake.row,
            (
                number(mistake.error, places), *(number(error, places) for error in mistake.with_truth),
                mistake.signal or FOLLOWS,
            ),
        )
        for mistake in sorted(one.listed, key=lambda mistake: -mistake.error)[:SHOWN]
    )  # fmt: skip
    unit = f" ({verdict.unit})" if verdict.unit else ""
    head = ("row", f"error{unit}", *(f"true {step.signal}" for step in one.steps), "goes to")
    return Table("The worst mistakes, with the truth further and further on", head, rows, frozenset({"goes to"}))


def by_step(one: Attribution) -> list[tuple[str, int, list[Mistake]]]:
    """Each step in words with its count and the mistakes listed for it; what follows stands last."""
    steps = [
        (f"right with the {_truth(at)} {step.signal}", step.signal, step.made_right)
        for at, step in enumerate(one.steps)
    ]
    steps.append((f"right at no seam, so of {FOLLOWS}", "", one.never))
    return [
        (words, count, [mistake for mistake in one.listed if mistake.signal == signal])
        for words, signal, count in steps
        if count
    ]


def errors(verdict: Verdict, mistake: Mistake) -> str:
    """A mistake's error as it is and at each step of the truth, as in 31.2 -> 30.1 -> 4 months."""
    places = decimals(verdict)
    chain = " -> ".join(number(error, places) for error in (mistake.error, *mistake.with_truth))
    return f"{chain} {verdict.unit}".strip()


def _share(count: int, one: Attribution) -> str:
    return f"{count:,}" if not one.mistakes else f"{count:,} ({100 * count / one.mistakes:.0f} %)"


def _units(verdict: Verdict, count: int) -> str:
    return counted(count, "episode" if verdict.closed_loop else "test row")


def _without(one: Attribution) -> str:
    return "" if not one.without else f" {one.without:,} more lack the truth at some seam."
