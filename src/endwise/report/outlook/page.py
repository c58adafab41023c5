"""The outlook as a file to look at: a page that holds everything, or one picture."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from html import escape
from pathlib import Path

from endwise.errors import UsageError, counted
from endwise.report.marks import swatch
from endwise.report.outlook import figures, tables, words
from endwise.report.outlook.prospects import Prospect
from endwise.report.page import HERE, environment, prose, save

MOST_QUESTIONS = 12  # more figures than this are not read, and the page would not open on a phone
SUFFIXES = (".html", ".svg")
WIDTH, MARGIN, LINE, WRAP = 760, 24, 20, 112  # of the picture, in pixels; and letters in a line


def check_plot(path: Path, questions: int) -> None:
    """Refuse a file that cannot be drawn, before anything is computed. Raises UsageError."""
    asked = f"A plot of {counted(questions, 'curve')} in {path} was asked for."
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(
            asked,
            f"Its suffix is '{path.suffix}'." if path.suffix else "It has no suffix.",
            "The suffix says what is drawn: a page with words and tables, or one picture.",
            f"Write for example --plot {_named(path, '.html')} or --plot {_named(path, '.svg')}.",
        )
    if path.suffix.lower() == ".svg" and questions > 1:
        raise UsageError(
            asked,
            "The table holds more than one curve.",
            "A picture shows one.",
            f"Write --plot {path.with_suffix('.html')}, or keep one value of the column 'curve'.",
        )
    if questions > MOST_QUESTIONS:
        raise UsageError(
            asked,
            f"The table holds {questions:,}; a page shows {MOST_QUESTIONS} at most.",
            "Nobody would read more, and the file would be too large to open.",
            "Keep the curves of interest, or leave --plot out and read the answers with --json.",
        )


def _named(path: Path, suffix: str) -> Path:
    return path.with_suffix(suffix) if path.name else path / f"curves{suffix}"


def write(views: Sequence[Prospect], source: str, path: Path) -> None:
    """Draw the questions of the table `source` into a page or, for one question, a picture."""
    save(picture(views[0], source) if path.suffix.lower() == ".svg" else render(views, source), path)


def render(views: Sequence[Prospect], source: str) -> str:
    """The page as a string."""
    return (
        environment()
        .get_template("outlook/page.html.j2")
        .render(views=views, source=source, figures=figures, tables=tables, words=words, prose=prose)
    )


def picture(view: Prospect, source: str) -> str:
    """Both figures as one SVG for a light page: with its legend, how to read it, and no colour from elsewhere."""
    parts: list[str] = []
    bands, overtaking = figures.bands(view), figures.overtaking(view)
    down = float(MARGIN + LINE)
    title = source if view.outlook.curve is None else f"{source}: {view.outlook.curve}"
    down += _words(parts, down, [title], 'font-size="16" font-weight="650" fill="var(--ink)"')
    for one in view.lines:
        parts.append(f'<g transform="translate({MARGIN},{down - 11})">{_inner(swatch(one.entry))}</g>')
        names = textwrap.wrap(f"{one.letter}  {one.design}", WRAP - 10)
        down += _words(parts, down, names, 'fill="var(--ink)"', MARGIN + 46)
    for figure in (bands, overtaking):
        if figure is not None:
            svg, height = _placed(figure.wide, down)
            parts.append(svg)
            down += height + LINE
            down += _words(parts, down, textwrap.wrap(figure.caption, WRAP), 'font-size="12" fill="var(--soft)"')
    said = [line for one in words.refusals(view) for line in textwrap.wrap(one.words.replace("`", ""), WRAP)]
    down += _words(parts, down, said, 'font-size="12" fill="var(--ink)"')
    name, box = escape(bands.description, quote=True), f"0 0 {WIDTH} {down:.0f}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{down:.0f}" viewBox="{box}" role="img"'
    head += f' aria-label="{name}" font-family="system-ui, sans-serif" font-size="13">'
    return _light(f'{head}<rect width="100%" height="100%" fill="var(--page)"/>{"".join(parts)}</svg>\n')


def _words(parts: list[str], down: float, lines: Sequence[str], style: str, across: float = MARGIN) -> float:
    """Set lines of text; the height they take."""
    for at, line in enumerate(lines):
        parts.append(f'<text x="{across}" y="{down + at * LINE}" {style}>{escape(line)}</text>')
    return LINE * (len(lines) + 0.2)


def _inner(svg: str) -> str:
    """What stands inside an SVG element."""
    return svg[svg.index(">") + 1 : svg.rindex("</svg>")]


def _placed(svg: str, down: float) -> tuple[str, float]:
    """A figure at its place in the picture, and its height there."""
    found = re.search(r'viewBox="([\d.-]+) ([\d.-]+) ([\d.]+) ([\d.]+)"', svg)
    if found is None:
        raise ValueError("a figure without a viewBox")  # ours always have one
    width, height = float(found[3]), float(found[4])
    shown = WIDTH - 2 * MARGIN
    scale = shown / width
    place = f'x="{MARGIN}" y="{down}" width="{shown}" height="{height * scale:.1f}" {found[0]}'
    return f"<svg {place}>{_inner(svg)}</svg>", height * scale


def _light(svg: str) -> str:
    """The drawing with the colours of the light page in place of their names."""
    light = (HERE / "page.css").read_text(encoding="utf-8").split("}", 1)[0]
    colours = dict(re.findall(r"--(\w[\w-]*): (#\w+)", light))
    return re.sub(r"var\(--([\w-]+)\)", lambda name: colours[name[1]], svg)
