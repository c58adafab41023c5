"""The study on a terminal: its progress while it runs, and the verdict when it is done.

Progress goes to standard error, the verdict to standard output, so that a pipe holds the answer only.
Whatever comes from users is printed as plain text: `[joint]` is never taken for markup.
"""

from __future__ import annotations

import shlex
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from endwise.errors import counted
from endwise.records import Band, DesignPoint, Verdict
from endwise.report.advice import causes, failed
from endwise.report.grid import Cell, Row, grid
from endwise.report.mistakes import confusions
from endwise.report.outlook.ahead import prospect_of
from endwise.report.outlook.prospects import Prospect
from endwise.report.outlook.words import SHORT
from endwise.report.quantities import number, seconds, span
from endwise.report.ranking import decimals, ranked, sizes
from endwise.report.sentences import in_words

Mode = Literal["screen", "lines", "quiet"]
LINE_EVERY = 5.0  # seconds between plain lines: a log stays short, a reader is not left waiting
NOTES = 4  # told on a terminal; the report has all
WINDOW = 12  # cells that the estimate of the time left looks back on


class Progress:
    """The progress of one study: a live bar, plain lines, or nothing.

    >>> with Progress("quiet") as progress:
    ...     progress.start(12, "bone-age")
    ...     progress.advance(1, 12, "xray -> age at 75", best=None)
    """

    def __init__(
        self, mode: Mode, *, console: Console | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._mode = mode
        self._console = console or Console(stderr=True, highlight=False)
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque(maxlen=WINDOW)
        self._said = -LINE_EVERY
        self._done, self._total, self._left, self._note, self._best = 0, 0, "", "", ""
        self._live = Live(get_renderable=self._screen, console=self._console, transient=True)

    def __enter__(self) -> Progress:
        if self._mode == "screen":
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._mode == "screen":
            self._live.stop()

    def start(self, total: int, title: str) -> None:
        """The study `title` begins, with `total` cells to measure."""
        self._seen.append((self._clock(), 0))
        self._total = total
        self.message(f"{title}: {counted(total, 'cell')}")

    def advance(self, done: int, total: int, note: str, best: str | None) -> None:
        """`done` of `total` cells are measured, the last one being `note`; `best` is the best guess so far."""
        now = self._clock()
        self._left = self._time_left(now, done, total)
        self._done, self._total, self._note = done, total, note
        self._best = f"best so far: {best}" if best else ""
        if self._mode == "lines" and (now - self._said >= LINE_EVERY or done == total):
            self._said = now
            self._line("; ".join(part for part in (self._count(), self._note, self._best) if part))

    def message(self, text: str) -> None:
        """One line that stays: what was skipped, what failed, how to resume."""
        if self._mode != "quiet":
            self._line(text)

    def _line(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)

    def _count(self) -> str:
        left = f", {self._left} left" if self._left else ""
        return f"{self._done:,}/{self._total:,} cells{left}"

    def _screen(self) -> Group:
        """Three lines: the bar with count and time left, the last cell, the best guess so far."""
        bar = Table.grid(padding=(0, 1))
        bar.add_row(ProgressBar(max(self._total, 1), self._done, width=28), Text(self._count()))
        lines = [Text(line, style="dim", no_wrap=True, overflow="ellipsis") for line in (self._note, self._best)]
        return Group(bar, *lines)

    def _time_left(self, now: float, done: int, total: int) -> str:
        """The time left at the pace of the last cells; empty while nothing is known."""
        if not self._seen:
            self._seen.append((now, 0))
        then, before = self._seen[0]
        self._seen.append((now, done))
        if done <= before or done >= total or now <= then:
            return ""
        return f"about {seconds((now - then) / (done - before) * (total - done))}"


def print_verdict(
    verdict: Verdict, report: Path, winner: Path, console: Console | None = None, *, allow: Sequence[str] = ()
) -> None:
    """Print the verdict: the words, the table design x size, confused words, caveats, notes, and where all lies.

    `allow` names the modules of the user's own that the winner needs.
    """
    out = console or Console(highlight=False)
    out.print()
    out.print(prose(verdict.words or in_words(verdict)))
    out.print()
    out.print(_measured(verdict, out.width))
    out.print()
    view = prospect_of(verdict)
    if view is not None:
        out.print(_expected(verdict, view, out.width))
        out.print()
    if verdict.by_word is not None and verdict.by_word.confusions:
        out.print(Text(confusions(verdict.by_word)))
        out.print()
    for caveat in verdict.caveats:
        words = prose(f"{caveat.title}. {caveat.explanation}")
        out.print(Text.assemble(("caveat ", "yellow"), (caveat.code, "bold"), ": ", words))
    for note in verdict.notes[:NOTES]:
        out.print(Text.assemble(("note ", "yellow"), prose(note)))
    if len(verdict.notes) > NOTES:
        out.print(Text.assemble(("note ", "yellow"), f"{len(verdict.notes) - NOTES:,} more in the report."))
    for cell, cause in causes(failed(verdict)):
        out.print(Text.assemble(("failed ", "red"), f"{cell}: {cause}"))
    for cell, cause in causes([one for one in verdict.failures if one.beside]):
        out.print(Text.assemble(("not measured ", "yellow"), f"{cell}: {cause}"))
    out.print()
    for name, value in _places(verdict, report, winner, allow):
        out.print(Text.assemble((f"{name:<8}", "dim"), value), soft_wrap=True)


def prose(text: str) -> Text:
    """A sentence whose `designs` between backticks are set off."""
    parts = text.split("`")
    return Text.assemble(*((part, "bold cyan" if at % 2 else "") for at, part in enumerate(parts)))


def _measured(verdict: Verdict, width: int) -> Text:
    """The errors with their intervals, design by size."""
    title = f"{verdict.metric_title}{verdict.unit and f', {verdict.unit}'}, with 95 % intervals; by {verdict.axis}"
    places = decimals(verdict)
    rows = [
        Row(entry.letter, entry.design, [_cell(entry.at(size), places) for size in sizes(verdict)])
        for entry in ranked(verdict)
    ]
    heads = [f"{size:,}" for size in sizes(verdict)]
    return Text.assemble((f"{title}\n", "dim"), grid(heads, rows, width))


def _expected(verdict: Verdict, view: Prospect, width: int) -> Text:
    """The errors that are expected with more rows: medians with their 80 % bands."""
    places = decimals(verdict)
    rows = [Row(one.letter, one.design, [_band(one.band(n), places) for n in view.sizes]) for one in view.lines]
    heads = [f"{n:,}" for n in view.sizes]
    return Text.assemble(("expected with more rows: medians with 80 % bands\n", "dim"), grid(heads, rows, width))


def _band(band: Band | None, places: int) -> Cell:
    if band is None:
        return Cell("-")
    return Cell(number(band.median, places), span(band.low80, band.high80, places), SHORT[band.state])


def _cell(point: DesignPoint | None, places: int) -> Cell:
    if point is None:
        return Cell("-")
    return Cell(number(point.error, places), span(point.low, point.high, places))


def _places(verdict: Verdict, report: Path, winner: Path, allow: Sequence[str]) -> list[tuple[str, str]]:
    predict = " ".join(["endwise predict", shlex.quote(str(winner)), "FILE", *(f"--allow {name}" for name in allow)])
    return [
        ("report", str(report)),
        ("winner", str(winner)),
        ("next", predict if verdict.done else verdict.command),
    ]
