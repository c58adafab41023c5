"""What lies ahead, in words, on a terminal, as a page and as a picture."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from endwise.errors import UsageError
from endwise.evidence.forecast.curve import DataCurve
from endwise.records import Crossover, DesignForecast, Outlook, Pair
from endwise.report.outlook import figures, page, tables, words
from endwise.report.outlook.ahead import prospect_of
from endwise.report.outlook.prospects import Prospect, prospect
from endwise.report.outlook.terminal import print_outlook
from tests.report import example_outlook as given
from tests.report.example_verdict import STAGED, overtaken
from tests.report.test_page import Reader

VIEWS = {"one": given.one, "two": given.two, "six": given.six, "refused": given.refused, "hostile": given.hostile}


def printed(view: Prospect, width: int = 80) -> str:
    held = io.StringIO()
    print_outlook(view, Console(file=held, width=width, highlight=False, color_system=None))
    return held.getvalue()


def said(view: Prospect) -> str:
    return " ".join(printed(view, 1000).split())


def test_the_design_that_is_ahead_has_the_first_letter() -> None:
    assert [(one.letter, one.design) for one in given.two().lines] == [("A", given.STAGED), ("B", given.DIRECT)]


def test_who_overtakes_is_said_with_its_probability_and_never() -> None:
    (sentence,) = words.overtaking(given.two())
    assert sentence == words.Sentence(
        "`camera -> steer` is behind `camera -> lane -> steer` now. Probability that it is ahead: 2 % at 4,000,"
        " 23 % at 8,000, 39 % at 32,000; that it is still behind at 32,000: 61 %."
    )


def test_who_is_ahead_is_said_of_sizes_that_both_were_measured_at() -> None:
    short, long = given.curve(given.STAGED, 5.0), given.curve(given.DIRECT, 4.0, 1.4, (500, 1000, 2000, 4000))
    designs = tuple(DesignForecast(one.design, "forecast", ()) for one in (short, long))
    pairs = (Pair(given.STAGED, given.DIRECT, (), Crossover(5210.0, None, None, 0.61)),)
    met = prospect([short, long], Outlook(None, designs, pairs, ()), 64_000)
    assert words.standing(met).startswith(
        "As measured, `camera -> lane -> steer` is ahead: 5.00 at 2,000 training rows; `camera -> steer` 5.60 at 2,000."
    )
    apart = prospect(
        [short, given.curve(given.DIRECT, 4.0, 1.4, (8000, 9000))], Outlook(None, designs, pairs, ()), 64_000
    )
    assert words.standing(apart).startswith(
        "`camera -> lane -> steer` and `camera -> steer` were measured at no size in common: 5.00 at 2,000, 4.00 at"
        " 9,000 training rows. By their forecasts, `camera -> lane -> steer` is ahead."
    )
    assert words.overtaking(apart)[0].words.startswith(
        "`camera -> steer` is forecast to be behind `camera -> lane -> steer`. Probability"
    )


def test_no_error_at_all_is_not_told_as_one_that_was_measured() -> None:
    perfect = DataCurve(given.STAGED, given.SIZES, ((0.1,), (0.02,), (0.0,)), n_test=500)
    made = Outlook(None, (DesignForecast(given.STAGED, "forecast", ()),), (), ())
    view = prospect([perfect], made, 32_000)
    assert "has 0.00100 or less at 2,000 training rows." in words.standing(view)
    assert "0.00100 or less" in printed(view)


def test_without_a_size_beyond_it_says_so() -> None:
    view = given.nothing_beyond()
    assert words.standing(view).endswith("at 2,000. None of the sizes asked for lies beyond what was measured.")
    (sentence,) = words.overtaking(view)
    assert sentence.words.endswith(" now. Probability that it is still behind at 32,000: 61 %.")
    assert words.choices(view) == words.refusals(view) == words.targets(view) == []
    assert figures.overtaking(view) is None
    assert "<svg" in figures.bands(view).wide


def test_targets_are_told_in_regimes_and_never_as_one_number_of_rows() -> None:
    assert words.targets(given.two())[0].words == (
        "`camera -> lane -> steer`, error of 4.5 or less: not by 4,000 (4 %); perhaps by 8,000 (50 %); reached by"
        " 32,000 (93 %)."
    )


def test_a_target_that_was_measured_already_is_said_to_be() -> None:
    view = given.two()
    reached = words.targets(Prospect(view.lines, view.outlook, view.most, unit="months"))
    assert "measured already" not in reached[0].words
    easy = given.outlook({given.STAGED: (4.0, 1.1, "forecast")}, {})
    (sentence,) = words.targets(prospect([given.curve(given.STAGED, 4.0)], easy, 32_000))
    assert sentence.words == "`camera -> lane -> steer`, error of 4.5 or less: measured already, 4.00 at 2,000."


def test_what_to_choose_comes_with_its_loss() -> None:
    assert words.choices(given.two())[0].words == (
        "For 4,000: `camera -> lane -> steer`, expected to lose under 0.01; next `camera -> steer`, 0.10."
    )
    assert words.choices(given.one()) == []


def test_every_refusal_has_its_reason() -> None:
    assert [one.words for one in words.refusals(given.refused())] == [
        "`two sizes` was measured at 2 sizes only: any law fits so few. Measure it at 3 or more.",
        "`rises` gets worse with more rows, beyond what chance explains. That is a finding: look for later rows that"
        " differ, labels that are worse, or training that is too short for so many. If these are scores, of which more"
        " is better, turn them into errors first (1 - accuracy).",
        "`at chance` has not learnt yet: at 2,000 training rows its error, 9.00, is not clearly below that of always"
        " giving the same answer. When it will start is not in its curve.",
    ]
    assert [one.words for one in words.refusals(given.one())] == [
        "`camera -> lane -> steer` at 200,000: more than 16 times its largest size, further than forecasts were tested."
    ]
    assert words.refusals(given.two()) == []


def test_what_rests_on_a_refused_forecast_says_so() -> None:
    view = given.refused()
    assert [one.trusted for one in words.overtaking(view)] == [False, False, False]
    assert all(one.words.endswith("Not to be trusted, as said above.") for one in words.overtaking(view))
    assert [one.trusted for one in words.targets(view)] == [True, False, False, False]
    assert words.targets(view)[1].words.endswith("Not to be trusted: too few sizes.")
    assert not any(one.trusted for one in words.choices(view))


def test_the_headline_is_what_to_choose_where_that_is_known() -> None:
    assert words.headline(given.two()) == "`camera -> lane -> steer` stays the choice to 32,000"
    assert words.headline(given.refused()) == words.headline(given.one()) == "What more rows would bring"


@pytest.mark.parametrize("name", VIEWS)
def test_the_terminal_keeps_to_its_width(name: str) -> None:
    assert max(map(len, printed(VIEWS[name]()).splitlines())) <= 80


def test_the_terminal_shows_bands_reasons_and_words() -> None:
    shown = said(given.refused())
    for part in ("4,000 (2x)", "at chance", "too few sizes", "rising", "Who overtakes", "What to choose", "80 % band"):
        assert part in shown


@pytest.mark.parametrize("name", ["one", "six", "refused"])
def test_every_figure_is_drawn_twice_and_described(name: str) -> None:
    view = VIEWS[name]()
    drawn = [figure for figure in (figures.bands(view), figures.overtaking(view)) if figure is not None]
    assert len(drawn) == (1 if name == "one" else 2)
    for figure in drawn:
        assert 'class="wide"' in figure.wide
        assert 'class="narrow"' in figure.narrow
        assert "NaN" not in figure.wide + figure.narrow
        assert all(one.design in figure.description for one in view.lines[:1])


def test_refused_bands_are_grey_and_the_others_are_not() -> None:
    drawn = figures.bands(given.refused()).narrow
    assert "var(--rest)" in drawn
    assert all(f">{reason}<" in drawn for reason in ("too few sizes", "rising", "at chance"))
    assert "var(--rest)" not in figures.bands(given.two()).narrow


def test_the_tables_hold_every_number_behind_the_figures() -> None:
    view = given.two()
    assert len(tables.forecasts(view).rows) == 6
    (row,) = tables.overtaking(view).rows
    assert (row.head, row.cells) == (
        "B overtakes A",
        ("2 %", "23 %", "39 %", "5,210", "never", "never", "61 %"),
    )
    assert [row.cells for row in tables.choices(view).rows] == [
        ("under 0.01", "under 0.01", "under 0.01"),
        ("0.10", "0.20", "0.80"),
    ]


@pytest.mark.parametrize("name", ["one", "hostile"])
def test_the_page_holds_everything_it_shows(name: str) -> None:
    html = page.render([VIEWS[name](), given.two("second")] if name == "hostile" else [VIEWS[name]()], "curves.csv")
    reader = Reader(html)
    assert set(re.findall(r"https?://[^\s\"'<>)]+", html)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert "default-src 'none'" in html
    assert not [tag for tag, _ in reader.tags if tag in ("script", "img")]
    assert reader.levels[0] == 1
    assert reader.levels.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(reader.levels, reader.levels[1:], strict=False))
    ids = Counter(attrs["id"] for _, attrs in reader.tags if "id" in attrs)
    assert max(ids.values()) == 1
    anchors = {(attrs.get("href") or "")[1:] for tag, attrs in reader.tags if tag == "a"}
    assert anchors <= set(ids)


@pytest.mark.parametrize("name", ["one", "hostile"])
def test_the_picture_stands_alone(name: str) -> None:
    svg = page.picture(VIEWS[name](), "curves.csv")
    root = ElementTree.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "var(" not in svg
    texts = [text for one in root.iter("{http://www.w3.org/2000/svg}text") for text in one.itertext()]
    names = " ".join(texts)
    assert all(part in names for one in VIEWS[name]().lines for part in one.design.split())


def test_it_is_written_whole(tmp_path: Path) -> None:
    page.write([given.one()], "curves.csv", tmp_path / "new" / "out.SVG")
    assert (tmp_path / "new" / "out.SVG").read_text().startswith("<svg")
    assert [file.name for file in tmp_path.rglob("*")] == ["new", "out.SVG"]


@pytest.mark.parametrize(
    ("file", "questions", "said"),
    [
        ("out", 1, "It has no suffix."),
        ("out.svg", 2, "A picture shows one."),
        ("out.html", 13, "The table holds 13; a page shows 12 at most."),
    ],
)
def test_what_cannot_be_drawn_is_refused(file: str, questions: int, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        page.check_plot(Path(file), questions)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 4
    page.check_plot(Path("out.HTML"), 12)


def test_a_study_without_any_error_at_a_size_is_drawn_where_the_forecast_takes_it() -> None:
    one = overtaken()
    perfect = [
        replace(point, error=0.0, low=0.0, high=0.0, repeats=(0.0, 0.0))
        if (point.design, point.size) == (STAGED, 300)
        else point
        for point in one.designs
    ]
    view = prospect_of(replace(one, designs=tuple(perfect), unit="%"))
    assert view is not None
    line = view.line(STAGED)
    assert line.means[-1] == line.floor == 50 / one.test_rows
    assert min(value for row in (line.means, *line.repeats) for value in row) > 0
