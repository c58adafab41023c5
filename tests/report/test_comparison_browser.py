"""The page of a comparison in a real headless Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from endwise.report.comparison import page
from tests.report.example_comparison import VARIANTS
from tests.report.test_page_browser import CONTRAST, NAMELESS, READ, browser as browser, opened

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("comparisons")
    for name in ("close", "hostile", "many"):
        page.write(VARIANTS[name](), folder / f"{name}.html")
    return {name: folder / f"{name}.html" for name in ("close", "hostile", "many")}


@pytest.mark.parametrize("width", [400, 1400])
@pytest.mark.parametrize("name", ["close", "hostile", "many"])
def test_it_opens_in_peace_and_fits_the_screen(browser: Any, pages: dict[str, Path], name: str, width: int) -> None:
    with opened(browser, pages[name], width) as (tab, wrong):
        tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate(NAMELESS) == []
        assert wrong == []


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1400, "light")])
def test_text_can_be_read(browser: Any, pages: dict[str, Path], width: int, scheme: str) -> None:
    with opened(browser, pages["close"], width, scheme) as (tab, _):
        tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert tab.evaluate(CONTRAST, READ) == []
        assert tab.locator("h1").inner_text().startswith("A\N{NO-BREAK SPACE}staged leads")


def test_what_users_wrote_stays_text(browser: Any, pages: dict[str, Path]) -> None:
    with opened(browser, pages["hostile"]) as (tab, wrong):
        assert tab.locator("script, img, main i").count() == 0
        assert wrong == []
