"""A comparison in words, on a terminal and as a page."""

from __future__ import annotations

import functools
import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from endwise.report.comparison import figures, page, tables
from endwise.report.comparison.sentences import headline, in_words, memo, rows
from endwise.report.comparison.terminal import print_comparison
from tests.report.example_comparison import VARIANTS, close, lone, many, settled, twins
from tests.report.test_page import Reader

GOLDEN = Path(__file__).parent / "golden"


@functools.cache
def rendered(name: str) -> str:
    return page.render(VARIANTS[name]())


@pytest.mark.parametrize("name", ["close", "settled", "lone", "twins"])
def test_the_words_are_as_agreed(name: str) -> None:
    """After a deliberate change of wording: ENDWISE_WRITE_GOLDEN=1, and read the difference."""
    told, file = in_words(VARIANTS[name]()) + "\n", GOLDEN / f"comparison_{name}.txt"
    if os.environ.get("ENDWISE_WRITE_GOLDEN") == "1":
        file.write_text(told, encoding="utf-8")
    assert told == file.read_text(encoding="utf-8")


def test_the_headline_says_whether_the_lead_is_more_than_chance() -> None:
    assert headline(settled()) == "`new` is best"
    assert headline(close()) == "`staged` leads, but is not told apart from `end to end`"
    assert headline(twins()) == "`one` leads, but is not told apart from `two`"
    assert headline(lone()) == "`staged` errs by 9.3 months"
    third = replace(close().differences[1], low=-1.0)
    both = replace(close(), differences=(close().differences[0], third))
    assert headline(both).endswith("not told apart from 2 others")
    assert "Not told apart from it either: `old`." in in_words(both)


def test_rows_that_were_left_out_are_counted() -> None:
    assert rows(close()) == (
        "240 rows of 80 groups (patient), matched by `file_name`; true values in `age`. Left out: 12 rows of truth.csv "
        "without a true value; "
        "4 rows without a prediction in every file; 14 rows of staged.csv are not in truth.csv."
    )


@pytest.mark.parametrize("name", VARIANTS)
def test_it_fits_eighty_columns(name: str) -> None:
    held = io.StringIO()
    found = VARIANTS[name]()
    print_comparison(found, None, Console(file=held, width=80, highlight=False, color_system=None))
    shown = held.getvalue()
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert all(caveat.code in shown for caveat in found.caveats)
    assert "\N{HORIZONTAL ELLIPSIS}" not in shown  # nothing was cut


def test_the_terminal_shows_every_table_whole() -> None:
    held = io.StringIO()
    print_comparison(close(), Path("out/page.html"), Console(file=held, width=80, highlight=False, color_system=None))
    shown = held.getvalue()
    for part in ("expected loss", "B ahead", "too few groups", "share", "41 %", "report out/page.html"):
        assert part in shown
    assert "missing old.csv: x0003 (line 5), x0009 (line 11)" in " ".join(shown.split())
    assert "z9 (line 239) and 4 more" in " ".join(shown.split())


def test_accuracy_has_a_column_of_its_own() -> None:
    table = tables.scores(settled())
    assert table.head[3] == "accuracy"
    assert table.rows[0].cells[2] == "88.0"


def test_the_page_opens_with_the_answer_and_asks_the_network_for_nothing() -> None:
    html = rendered("close")
    reader = Reader(html)
    assert reader.levels[:2] == [1, 2]
    assert all(b - a <= 1 for a, b in zip(reader.levels, reader.levels[1:], strict=False))
    assert "default-src 'none'" in html
    assert not [tag for tag, _ in reader.tags if tag in ("script", "iframe", "img")]
    text = " ".join(reader.text.split())
    wanted = [
        close().command, "x0044 (line 46)", "and 4 more", "B ahead", "Taken for the predictions", "numpy",
        *(title for title, _ in memo(close())), *(caveat.explanation for caveat in close().caveats),
    ]  # fmt: skip
    assert [part for part in wanted if part not in text] == []


def test_sections_with_nothing_to_show_are_left_out() -> None:
    html = rendered("lone")
    assert not [part for part in ("differences", "slices", "rows", "caveats") if f'id="{part}"' in html]
    assert 'id="blame"' in html


def test_what_users_wrote_is_shown_as_text() -> None:
    reader = Reader(rendered("hostile"))
    assert not [tag for tag, _ in reader.tags if tag in ("script", "img", "i")]
    assert not [attrs for _, attrs in reader.tags if any(name.startswith("on") for name in attrs)]
    assert "<script>alert(1)</script>" in reader.text
    assert "[bold]{{ 7 * 7 }}`" in reader.text


@pytest.mark.parametrize("name", ["close", "many"])
def test_figures_are_themed_and_described(name: str) -> None:
    found = VARIANTS[name]()
    for drawn in (figures.errors(found), figures.differences(found)):
        assert drawn is not None
        assert "var(--d0)" in drawn.wide or "var(--d1)" in drawn.wide
        assert found.systems[0].name in drawn.description
        assert ' id="' not in drawn.wide
    assert figures.differences(lone()) is None


def test_many_systems_have_a_row_each() -> None:
    assert [row.entry.letter for row in tables.scores(many()).rows if row.entry] == list("ABCDEFGHIJKL")
    assert tables.slices(many(), 4).head == ("slice", "rows", "groups", "A", "B", "C", "D", "order turns")
