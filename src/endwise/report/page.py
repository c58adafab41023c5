"""The report: one HTML file that holds everything it shows and asks the network for nothing.

The page has no script and forbids any (a content security policy), and every text that comes from users
is escaped by the template: a design called `<script>` shows as text.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from endwise.records import Example, Film, Verdict
from endwise.report import attributing, blaming, figures, mistakes, scarcity, tables
from endwise.report.examples import draw
from endwise.report.marks import swatch
from endwise.report.outlook import figures as outlook_figures, tables as outlook_tables
from endwise.report.outlook.ahead import prospect_of, with_more_rows
from endwise.report.pictures import gif
from endwise.report.quantities import seconds
from endwise.report.ranking import Entry, ranked
from endwise.report.sentences import correction, headline, in_words, lede, memo, replay
from endwise.report.thresholds import trade_offs

HERE = Path(__file__).parent


def write(verdict: Verdict, path: Path, examples: Sequence[Example] = (), films: Sequence[Film] = ()) -> None:
    """Write the report to `path`: whole or not at all."""
    save(render(verdict, examples, films), path)


def save(text: str, path: Path) -> None:
    """Write a file that is there to be shown: whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(0o644)  # a temporary file is private
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def environment() -> Environment:
    """The templates with their filters; every text that is not ours is escaped."""
    page = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    page.filters.update(chip=_chip, breakable=_breakable, swatch=swatch, ours=Markup)
    return page


def render(verdict: Verdict, examples: Sequence[Example] = (), films: Sequence[Film] = ()) -> str:
    """The page as a string."""
    entries = ranked(verdict)
    page = environment()
    page.filters["prose"] = prose(entries)
    return page.get_template("page.html.j2").render(
        verdict=verdict,
        entries=entries,
        headline=headline(verdict),
        lede=lede(verdict),
        memo=memo(verdict),
        words=verdict.words or in_words(verdict),
        correction=correction(verdict),
        replay=lambda failure: replay(verdict, failure),
        curves=figures.curves(verdict),
        differences=figures.differences(verdict),
        view=prospect_of(verdict),
        ahead=with_more_rows(verdict),
        outlook_figures=outlook_figures,
        outlook_tables=outlook_tables,
        tables=tables,
        trade_off=trade_offs(verdict),
        blamed=blaming.blamed(verdict),
        blaming=blaming,
        attributing=attributing,
        scarcity=scarcity,
        mistakes=mistakes,
        training_seconds=tables.training_seconds(verdict),
        study_time=_study_time(verdict),
        drawings=[draw(example, "" if verdict.closed_loop else verdict.unit) for example in examples],
        films=[
            (entry, film.shows, gif(film.gif)) for entry in entries for film in films if film.design == entry.design
        ],
        contents=_contents(verdict, bool(examples), bool(films)),
    )


def _contents(verdict: Verdict, examples: bool, films: bool) -> dict[str, str]:
    """The sections that have something to show: anchor and title, in order."""
    sections = [
        ("curves", "Error against rows", True),
        ("ahead", "With more rows", prospect_of(verdict) is not None),
        ("differences", "Differences", bool(tables.differences(verdict).rows)),
        ("designs", "Designs and their cost", True),
        ("thresholds", "Strangers let through, people missed", bool(verdict.trade_offs)),
        ("slices", "Among which rows", bool(verdict.slices)),
        ("stages", "Stage by stage", bool(verdict.stages)),
        ("ceilings", "With perfect stages", bool(verdict.ceilings)),
        ("blame", "Which stage is to blame", bool(verdict.blames)),
        ("labels", "With fewer labels", bool(verdict.scarcities)),
        ("caveats", "Caveats", bool(verdict.caveats)),
        ("words", "Errors by word", verdict.by_word is not None),
        ("films", "Where each design loses most", films),
        ("examples", "Examples", examples),
        ("rows", "Rows used", bool(verdict.rows_used or verdict.notes or verdict.problems)),
        ("training", "Tuning and training", bool(verdict.tuning or tables.training_seconds(verdict))),
        ("unstudied", "Designs not studied", bool(verdict.untrainable)),
        ("failures", "Failures", bool(verdict.failures)),
        ("reproduce", "Reproduce", True),
    ]
    return {anchor: title for anchor, title, shown in sections if shown}


def _study_time(verdict: Verdict) -> str:
    spent = verdict.times.get("study_seconds")
    return "" if spent is None else seconds(float(spent))


def prose(entries: Sequence[Entry]) -> Callable[[str], Markup]:
    """A filter for sentences: `designs` between backticks get their letter and type, numbers keep their unit."""
    known = {entry.design: entry for entry in entries}

    def word(part: str) -> Markup:
        entry = known.get(part)
        letter = Markup("") if entry is None else _chip(entry) + "\N{NO-BREAK SPACE}"
        return letter + Markup("<code>{}</code>").format(_breakable(part))

    def shown(text: str) -> Markup:
        parts = text.split("`")
        if len(parts) % 2 == 0:  # an unpaired backtick is an ordinary character
            return escape(text)
        return Markup("").join(word(part) if at % 2 else _unbroken(part) for at, part in enumerate(parts))

    return shown


def _chip(entry: Entry) -> Markup:
    """The letter of a design in its colour."""
    return Markup('<b class="chip {}">{}</b>').format(entry.accent, entry.letter)


def _breakable(design: str) -> Markup:
    """A design that may break around an arrow, never within it."""
    return Markup(' <span class="arrow">-&gt;</span> ').join(escape(part) for part in design.split(" -> "))


def _unbroken(text: str) -> Markup:
    """Text in which a number and its per cent sign stay on one line."""
    return escape(re.sub(r"(?<=\d) %", "\N{NO-BREAK SPACE}%", text))
