"""The page as text: complete, self-contained, escaped, and written whole or not at all."""

import functools
import json
import re
from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest

from endwise.records import Example, Verdict, from_json, to_json
from endwise.report import figures, page
from tests.report import example_verdict as given
from tests.report.example_sounds import scaled


class Reader(HTMLParser):
    """Collects the tags of a page, the levels of its headings, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def levels(self) -> list[int]:
        return [int(tag[1]) for tag, _ in self.tags if re.fullmatch("h[1-6]", tag)]


@functools.cache
def rendered(name: str, examples: int = 0) -> str:
    return page.render(getattr(given, name)(), given.examples(examples))


def test_the_answer_comes_first() -> None:
    html = rendered("verdict", 6)
    first = re.search(r"<h\d[^>]*>(.*?)</h\d>", html)
    assert first is not None
    assert Reader(first.group()).text == f"Ship A\N{NO-BREAK SPACE}{given.PATCHES}"


def test_headings_go_down_one_level_at_a_time_and_ids_are_unique() -> None:
    reader = Reader(rendered("open_verdict", 2))
    assert reader.levels[0] == 1
    assert reader.levels.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(reader.levels, reader.levels[1:], strict=False))
    ids = Counter(attrs["id"] for _, attrs in reader.tags if "id" in attrs)
    assert max(ids.values()) == 1
    anchors = {(attrs.get("href") or "")[1:] for tag, attrs in reader.tags if tag == "a"}
    assert anchors <= set(ids)


def test_the_page_asks_the_network_for_nothing_and_runs_nothing() -> None:
    html = rendered("verdict", 6)
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "default-src 'none'" in html
    assert not [tag for tag, _ in Reader(html).tags if tag in ("script", "iframe", "object")]


def test_six_examples_stay_below_the_limit() -> None:
    assert len(rendered("verdict", 6).encode()) < 1_500_000


def test_everything_that_was_asked_for_is_there() -> None:
    one = given.open_verdict()
    text = " ".join(Reader(rendered("open_verdict", 2)).text.split())
    wanted = [
        one.command,
        f"{one.command} --replay 3f9a1c77",
        "hands/0412.png, row 412: the picture is truncated",
        "lacks the label 'ossification'",
        "120: no label 'age'",
        "2.13.0+cpu",
        *(caveat.code for caveat in one.caveats),
        *(caveat.explanation for caveat in one.caveats),
        *(design for design in given.KNOWN),
    ]
    assert [part for part in wanted if part not in text] == []


def test_a_verdict_read_back_from_json_gives_the_same_page() -> None:
    back = from_json(Verdict, json.loads(json.dumps(to_json(given.one_design()))))
    assert page.render(back) == rendered("one_design")


def test_sections_with_nothing_to_show_are_left_out() -> None:
    titles = re.findall(r'<h2 id="([a-z]+)-title">', rendered("one_design"))
    assert not {"differences", "examples", "failures"} & set(titles)
    assert {"curves", "designs", "reproduce"} <= set(titles)


def test_what_users_wrote_is_shown_as_text() -> None:
    html = rendered("hostile")
    reader = Reader(html)
    assert not [tag for tag, _ in reader.tags if tag in ("script", "img", "i")]
    assert not [attrs for _, attrs in reader.tags if any(name.startswith("on") for name in attrs)]
    assert "xray -> <script>alert(1)</script> -> age [joint]" in reader.text
    assert "{{ 7 * 7 }}" in reader.text
    assert html.count("</style>") == 1


@pytest.mark.parametrize("name", ["verdict", "one_size", "in_shares", "many_designs"])
def test_figures_are_themed_and_described(name: str) -> None:
    one = getattr(given, name)()
    drawn = figures.curves(one)
    assert "var(--d0)" in drawn.wide
    assert not re.search(r'(?:fill|stroke)="#', drawn.wide)
    assert ' id="' not in drawn.wide  # two drawings in one page must not share an id
    assert one.best in drawn.description
    assert "graphics-" not in drawn.wide


def test_the_constant_predictor_is_drawn_where_it_is_in_range() -> None:
    assert "always the same answer" in figures.curves(given.hopeless()).wide
    far = figures.curves(given.verdict())
    assert "always the same answer" not in far.wide
    assert "38.4 months, outside this figure" in far.caption


def test_one_interval_down_to_zero_leaves_the_scale_logarithmic() -> None:
    zero, apart = figures.curves(scaled(0.004, low=0.0)), figures.curves(scaled(0.004))
    assert "% (log scale)" in zero.wide
    assert "NaN" not in zero.wide
    assert zero.caption.endswith("A bar that reaches the foot ends at 0. Saying nothing would err by 100 %, outside"
                                 " this figure.")  # fmt: skip
    assert "reaches the foot" not in apart.caption


def test_rates_above_a_hundred_are_drawn_with_the_line_of_saying_nothing() -> None:
    drawn = figures.curves(scaled(12.0)).wide
    assert ">200<" in drawn
    assert "saying nothing: 100 %" in drawn


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    place = tmp_path / "out" / "report.html"
    page.write(given.one_design(), place)
    before = place.read_text(encoding="utf-8")
    assert before.startswith("<!doctype html>")
    broken = Example("row", "a -> b", {"x": {"signal": {"kind": "unheard of"}, "value": 1}}, {}, 0.0)
    with pytest.raises(KeyError):
        page.write(given.one_design(), place, [broken])
    assert place.read_text(encoding="utf-8") == before
    assert [one.name for one in place.parent.iterdir()] == ["report.html"]
