"""The page of a comparison: one HTML file that holds everything it shows and asks the network for nothing."""

from __future__ import annotations

from pathlib import Path

from endwise.records import Comparison
from endwise.report.comparison import figures, tables
from endwise.report.comparison.blame import blame_in_words
from endwise.report.comparison.ranking import entries
from endwise.report.comparison.sentences import headline, memo, opening
from endwise.report.page import environment, prose, save


def write(found: Comparison, path: Path) -> None:
    """Write the page to `path`: whole or not at all."""
    save(render(found), path)


def render(found: Comparison) -> str:
    """The page as a string."""
    ranked = entries(found)
    page = environment()
    page.filters["prose"] = prose(ranked)
    return page.get_template("comparison/page.html.j2").render(
        found=found,
        entries=ranked,
        headline=headline(found),
        opening=opening(found),
        memo=memo(found),
        errors=figures.errors(found),
        differences=figures.differences(found),
        tables=tables,
        blame=[blame_in_words(found, one) for one in found.blame],
        contents=_contents(found),
    )


def _contents(found: Comparison) -> dict[str, str]:
    """The sections that have something to show: anchor and title, in order."""
    sections = [
        ("errors", "Errors", True),
        ("differences", "Differences", bool(found.differences)),
        ("slices", "Slices", bool(found.slices)),
        ("blame", "Blame", bool(found.blame)),
        ("rows", "Rows", bool(found.missing or found.extra or found.notes)),
        ("caveats", "Caveats", bool(found.caveats)),
        ("reproduce", "Reproduce", True),
    ]
    return {anchor: title for anchor, title, shown in sections if shown}
