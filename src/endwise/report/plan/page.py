"""The page of a plan: one HTML file that holds everything it shows and asks the network for nothing."""

from __future__ import annotations

from pathlib import Path

from endwise.records import Plan, Verdict
from endwise.report import scarcity
from endwise.report.bars import Bar, interval_bars
from endwise.report.figures import Figure, drawn
from endwise.report.page import environment, prose, save
from endwise.report.plan.sentences import answer, bought, footing, head, line, purchases
from endwise.report.quantities import amount, span
from endwise.report.ranking import decimals, ranked
from endwise.report.tables import Row, Table


def write(verdict: Verdict, plan: Plan, command: str, path: Path) -> None:
    """Write the page to `path`: whole or not at all."""
    save(render(verdict, plan, command), path)


def render(verdict: Verdict, plan: Plan, command: str = "") -> str:
    """The page as a string."""
    page = environment()
    page.filters["prose"] = prose(ranked(verdict))
    return page.get_template("plan/page.html.j2").render(
        verdict=verdict,
        answer=answer(verdict, plan),
        figure_of_purchases=_figure(verdict, plan),
        purchases=_table(verdict, plan),
        footing=footing(plan),
        scarce=scarcity.table(verdict),
        command=command,
    )


def _table(verdict: Verdict, plan: Plan) -> Table:
    entries = {entry.design: entry for entry in ranked(verdict)}
    rows = [
        Row(name, (entries[one.design].letter, *line(verdict, plan, one))) for name, one in purchases(verdict, plan)
    ]
    heads = head(plan)
    return Table("Ways to spend the money", ("", "design", *heads), tuple(rows), frozenset({heads[0]}))


def _figure(verdict: Verdict, plan: Plan) -> Figure:
    """What each way to spend the money is expected to leave of the error."""
    entries, places = {entry.design: entry for entry in ranked(verdict)}, decimals(verdict)
    shown = purchases(verdict, plan)
    bars = [
        Bar(entries[one.design], f"{name}: {bought(one)}" if one.labels else name, one.error, one.low80, one.high80)
        for name, one in shown
    ]
    said = [
        f"{name}, {one.design}, {bought(one)}: {amount(one.error, verdict.unit, places)}, 80 % band "
        f"{span(one.low80, one.high80, places)}"
        for name, one in shown
    ]
    caption = "Marks: the error that one training is expected to have. Bars: 80 % bands. Letters name designs."
    title = f"{verdict.metric_title}{verdict.unit and f', {verdict.unit}'}"
    text = f"Expected errors after each purchase. {'; '.join(said)}."
    return drawn(lambda canvas: interval_bars(bars, title, canvas), text, caption)
