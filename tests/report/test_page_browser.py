"""The page in a real headless Chromium: what a reader sees, hears and reaches with the keyboard."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from endwise.report import page
from tests.report import example_sounds as sounds, example_verdict as given

pytestmark = pytest.mark.browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
READ = (
    "h1, h2, h3, p, dt, dd, a, li, th, td, caption, figcaption, summary, code, .chip, .code, header span, svg text, "
    ".timed span, .edit, .difference"
)

CONTRAST = """
(selector) => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (css) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
                          return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (one) => { for (; one; one = one.parentElement) {
      const found = rgba(getComputedStyle(one).backgroundColor); if (found[3] === 255) return found; }
    return [255, 255, 255]; };
  const weak = [];
  for (const one of document.querySelectorAll(selector)) {
    if (!one.checkVisibility() || !one.textContent.trim()) continue;
    const style = getComputedStyle(one), svg = one instanceof SVGElement;
    if (svg && style.stroke !== 'none') continue;  // the seam around a label, in the colour of the page
    const [a, b] = [light(rgba(svg ? style.fill : style.color)), light(ground(one))].sort((x, y) => x - y);
    const ratio = (b + 0.05) / (a + 0.05);
    if (ratio < 4.5) weak.push([one.tagName, one.textContent.slice(0, 40), ratio.toFixed(2)]);
  }
  return weak;
}
"""
NAMELESS = """
() => [...document.querySelectorAll('svg, img')]
  .filter(one => one.getAttribute('aria-hidden') !== 'true')
  .filter(one => one.getAttribute('role') !== 'img' || !one.getAttribute('aria-label'))
  .map(one => one.outerHTML.slice(0, 120))
"""
FOCUSED = """
() => { const one = document.activeElement, style = getComputedStyle(one);
        return [one.tagName, one.getAttribute('href') || one.getAttribute('aria-label') || one.textContent.trim(),
                parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== 'none']; }
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    place = next(filter(None, map(shutil.which, NAMES)), None)
    if place is None:
        reason = f"No Chromium was found under the names {', '.join(NAMES)}."
        if os.environ.get("ENDWISE_REQUIRE_BROWSER") == "1":
            pytest.fail(f"{reason} One is required here (ENDWISE_REQUIRE_BROWSER=1).")
        pytest.skip(reason)
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=place, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    made = {"full": given.open_verdict(), "hostile": given.hostile(), "one": given.one_design()}
    made["sounds"] = sounds.heard_verdict()
    shown = {"full": given.examples(), "sounds": [sounds.spoken(0), sounds.spoken(1)]}
    for name, verdict in made.items():
        page.write(verdict, folder / f"{name}.html", shown.get(name, ()))
    return {name: folder / f"{name}.html" for name in made}


@contextmanager
def opened(browser: Any, path: Path, width: int = 1400, scheme: str = "light") -> Iterator[tuple[Any, list[str]]]:
    """The page in a tab of its own, with everything that went wrong or out to the network."""
    tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    wrong: list[str] = []
    tab.on("console", lambda said: wrong.append(f"console: {said.text}"))
    tab.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    tab.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    tab.on("request", lambda asked: wrong.append(asked.url) if not asked.url.startswith(("file:", "data:")) else None)
    tab.goto(path.as_uri())
    yield tab, wrong
    tab.close()


@pytest.mark.parametrize("width", [360, 1400])
@pytest.mark.parametrize("name", ["full", "hostile", "one", "sounds"])
def test_it_opens_in_peace_and_fits_the_screen(browser: Any, pages: dict[str, Path], name: str, width: int) -> None:
    with opened(browser, pages[name], width) as (tab, wrong):
        tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert wrong == []


def test_the_first_heading_is_the_answer(browser: Any, pages: dict[str, Path]) -> None:
    with opened(browser, pages["full"], 400) as (tab, _):
        first = tab.locator("h1, h2, h3").first
        assert first.inner_text() == f"Ship for now: A\N{NO-BREAK SPACE}{given.PATCHES}"
        assert first.bounding_box()["y"] < 200


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
@pytest.mark.parametrize("name", ["full", "sounds"])
def test_text_can_be_read(browser: Any, pages: dict[str, Path], name: str, width: int, scheme: str) -> None:
    with opened(browser, pages[name], width, scheme) as (tab, _):
        tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert tab.evaluate(CONTRAST, READ) == []


def test_the_check_of_contrast_finds_pale_text(browser: Any, pages: dict[str, Path]) -> None:
    with opened(browser, pages["one"]) as (tab, _):
        tab.evaluate("document.documentElement.style.setProperty('--soft', '#b0b0b0')")
        weak = {tag for tag, _, _ in tab.evaluate(CONTRAST, READ)}
        assert {"FIGCAPTION", "SUMMARY", "text"} <= weak


def test_dark_and_light_differ_in_the_figures_too(browser: Any, pages: dict[str, Path]) -> None:
    seen = set()
    for scheme in ("light", "dark"):
        with opened(browser, pages["full"], 1400, scheme) as (tab, _):
            fill = "getComputedStyle(document.querySelector('svg.wide path[fill^=var]')).fill"
            seen.add((tab.evaluate(fill), tab.evaluate("getComputedStyle(document.documentElement).backgroundColor")))
    assert len({fill for fill, _ in seen}) == len({ground for _, ground in seen}) == 2


@pytest.mark.parametrize("name", ["full", "sounds"])
def test_every_figure_has_a_name(browser: Any, pages: dict[str, Path], name: str) -> None:
    with opened(browser, pages[name]) as (tab, _):
        assert tab.evaluate(NAMELESS) == []
        assert tab.get_by_role("main").count() == tab.get_by_role("navigation").count() == 1
        assert tab.evaluate("[...document.querySelectorAll('th')].every(one => one.scope)")


@pytest.mark.parametrize("width", [400, 1400])
def test_one_drawing_of_each_figure_is_shown(browser: Any, pages: dict[str, Path], width: int) -> None:
    shown, hidden = ("narrow", "wide") if width == 400 else ("wide", "narrow")
    with opened(browser, pages["full"], width) as (tab, _):
        assert all(one.is_visible() for one in tab.locator(f"svg.{shown}").all())
        assert not any(one.is_visible() for one in tab.locator(f"svg.{hidden}").all())
        sizes = tab.evaluate(
            f"[...document.querySelectorAll('svg.{shown} text')].map(one => one.getBoundingClientRect().height)"
        )
        assert min(sizes) >= 11


@pytest.mark.parametrize("width", [360, 1200])
def test_the_tracks_of_a_sound_line_up_and_their_names_fit(browser: Any, pages: dict[str, Path], width: int) -> None:
    with opened(browser, pages["sounds"], width) as (tab, _):
        tracks = tab.locator(".tracks").first
        places = [one.bounding_box() for one in tracks.locator(".plot, .ticks").all()]
        assert len(places) == 6  # sound, steps, chances, phones, words, and the axis
        assert len({(one["x"], one["width"]) for one in places}) == 1
        names = tracks.locator(".segment").evaluate_all("all => all.map(one => one.scrollWidth - one.clientWidth)")
        assert sum(over > 1 for over in names) <= 0.2 * len(names)
        letters = "[...document.querySelectorAll('.timed span')].map(one => parseFloat(getComputedStyle(one).fontSize))"
        assert min(tab.evaluate(letters)) >= 11
        hearing = tab.get_by_role("region", name="audio, mfcc, posteriors, phonemes, words over time").first
        assert hearing.get_attribute("tabindex") == "0"


def test_ink_is_dark_on_light_and_light_on_dark(browser: Any, pages: dict[str, Path]) -> None:
    seen = []
    for scheme in ("light", "dark"):
        with opened(browser, pages["sounds"], 1200, scheme) as (tab, _):
            seen.append(tab.evaluate("getComputedStyle(document.querySelector('.ink')).filter"))
    assert seen == ["none", "invert(1)"]


def test_the_keyboard_reaches_links_tables_and_details(browser: Any, pages: dict[str, Path]) -> None:
    with opened(browser, pages["full"], 400) as (tab, _):
        reached = []
        for _step in range(40):
            tab.keyboard.press("Tab")
            reached.append(tab.evaluate(FOCUSED))
            if reached[-1][0] == "BODY":
                reached.pop()
                break
        assert reached[0][:2] == ["A", "#answer"]
        assert all(visible for _, _, visible in reached)
        named = {name for _, name, _ in reached}
        assert {"#curves", "#reproduce", "Every design at the largest size (table)"} <= named
        assert {tag for tag, _, _ in reached} >= {"A", "SUMMARY", "DIV"}


def test_what_users_wrote_stays_text(browser: Any, pages: dict[str, Path]) -> None:
    with opened(browser, pages["hostile"]) as (tab, wrong):
        assert tab.locator("script, img, main i").count() == 0
        assert tab.get_by_text("xray -> <script>alert(1)</script> -> age [joint]").first.is_visible()
        assert "<img src=x onerror=alert(2)>" in tab.title()
        assert wrong == []
