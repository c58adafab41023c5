"""The page of a forecast in a real headless Chromium, and the picture opened by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from endwise.report.outlook import page
from tests.report import example_outlook as given
from tests.report.test_page_browser import CONTRAST, NAMELESS, READ, browser, opened

__all__ = ["browser"]
pytestmark = pytest.mark.browser

PAGES = {
    "one": [given.one()],
    "six": [given.six()],
    "refused": [given.refused()],
    "several": [given.two("first"), given.refused(), given.hostile()],
}

CUT_OFF = """() => [...document.querySelectorAll('figure svg')].filter(one => one.checkVisibility()).flatMap(svg =>
    [...svg.querySelectorAll('text')].filter(one =>
        one.getBoundingClientRect().right > svg.getBoundingClientRect().right + 1).map(one => one.textContent))"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("outlooks")
    for name, views in PAGES.items():
        page.write(views, "curves.csv", folder / f"{name}.html")
    page.write(PAGES["refused"], "curves.csv", folder / "refused.svg")
    return {file.name: file for file in folder.iterdir()}


@pytest.mark.parametrize("width", [400, 1400])
@pytest.mark.parametrize("name", PAGES)
def test_it_opens_in_peace_and_fits_the_screen(browser: Any, files: dict[str, Path], name: str, width: int) -> None:
    with opened(browser, files[f"{name}.html"], width) as (tab, wrong):
        tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate(CUT_OFF) == []
        assert tab.evaluate(NAMELESS) == []
        assert tab.locator("script, img, main i").count() == 0
        assert wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
def test_text_can_be_read(browser: Any, files: dict[str, Path], width: int, scheme: str) -> None:
    with opened(browser, files["refused.html"], width, scheme) as (tab, _):
        tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert tab.evaluate(CONTRAST, READ) == []
        shown = "narrow" if width == 400 else "wide"
        heights = tab.evaluate(
            f"[...document.querySelectorAll('svg.{shown} text')].map(one => one.getBoundingClientRect().height)"
        )
        assert min(heights) >= 11


def test_the_picture_is_light_by_itself_and_holds_its_words(browser: Any, files: dict[str, Path]) -> None:
    with opened(browser, files["refused.svg"], 900, "dark") as (tab, wrong):
        assert tab.evaluate("getComputedStyle(document.querySelector('rect')).fill") == "rgb(251, 250, 247)"
        assert tab.evaluate(
            "[...document.querySelectorAll('text')].every(one => one.getBoundingClientRect().right <= 760)"
        )
        assert wrong == []
