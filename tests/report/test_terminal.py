"""Progress and verdict on a terminal, in a file, and in silence."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from endwise.report.quantities import span
from endwise.report.ranking import decimals
from endwise.report.terminal import Mode, Progress, print_verdict
from tests.report.example_sounds import heard_verdict
from tests.report.example_verdict import (
    PATCHES,
    VARIANTS,
    hostile,
    open_verdict,
    overtaken,
    refused,
    verdict,
)


class Clock:
    """A clock that moves when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def console(width: int = 80, terminal: bool = False) -> tuple[Console, io.StringIO]:
    held = io.StringIO()
    return Console(file=held, width=width, force_terminal=terminal, highlight=False, color_system=None), held


def run(mode: Mode, *, terminal: bool = False, cells: int = 4, step: float = 10.0) -> str:
    out, held = console(terminal=terminal)
    clock = Clock()
    with Progress(mode, console=out, clock=clock) as progress:
        progress.start(cells, "bone-age")
        for done in range(1, cells + 1):
            clock.now += step
            progress.advance(done, cells, f"xray -> age [joint] at {75 * done}", "xray -> age [joint]")
    return held.getvalue()


def test_lines_say_count_time_left_and_best_guess() -> None:
    assert run("lines").splitlines() == [
        "bone-age: 4 cells",
        "1/4 cells, about 30 s left; xray -> age [joint] at 75; best so far: xray -> age [joint]",
        "2/4 cells, about 20 s left; xray -> age [joint] at 150; best so far: xray -> age [joint]",
        "3/4 cells, about 10 s left; xray -> age [joint] at 225; best so far: xray -> age [joint]",
        "4/4 cells; xray -> age [joint] at 300; best so far: xray -> age [joint]",
    ]


def test_quick_cells_do_not_flood_a_log() -> None:
    lines = run("lines", cells=200, step=0.1).splitlines()
    assert len(lines) <= 6
    assert lines[-1].startswith("200/200 cells")


def test_quiet_is_silent() -> None:
    assert run("quiet") == ""


def test_the_screen_shows_the_bar_and_leaves_nothing_behind() -> None:
    shown = run("screen", terminal=True)
    assert "4/4 cells" in shown
    assert "best so far: xray -> age [joint]" in shown
    assert shown.rstrip().endswith("\x1b[2K")  # the last thing done is to clear a line


def test_a_study_that_breaks_gives_the_terminal_back() -> None:
    out, held = console(terminal=True)

    def interrupted() -> None:
        with Progress("screen", console=out) as progress:
            progress.start(2, "bone-age")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert held.getvalue().count("\x1b[?25l") == held.getvalue().count("\x1b[?25h") == 1


@pytest.mark.parametrize("name", VARIANTS)
def test_the_verdict_fits_eighty_columns(name: str) -> None:
    out, held = console()
    print_verdict(VARIANTS[name](), Path("out/report.html"), Path("out/winner"), out)
    places = ("report", "winner", "next")
    assert all(len(line) <= 80 for line in held.getvalue().splitlines() if not line.startswith(places))


@pytest.mark.parametrize("width", [80, 60, 40])
def test_no_number_is_lost_for_lack_of_room(width: int) -> None:
    one = overtaken()
    out, held = console(width=width)
    print_verdict(one, Path("r"), Path("w"), out)
    shown = held.getvalue()
    table = shown[shown.index("with 95 %") :]
    largest = [point for point in one.designs if point.size == one.sizes[-1]]
    assert all(span(point.low, point.high, decimals(one)) in table for point in largest)
    assert "300" in table
    if width < 60:
        assert "Not shown for lack of room: 75" in table


def test_what_more_rows_bring_is_shown_beneath() -> None:
    out, held = console()
    print_verdict(refused(), Path("r"), Path("w"), out)
    shown = held.getvalue()
    assert "expected with more rows: medians with 80 % bands" in shown
    assert "at chance" in shown


def test_the_verdict_names_report_winner_and_next_command() -> None:
    out, held = console()
    print_verdict(verdict(), Path("my study/report.html"), Path("my study/winner"), out)
    shown = held.getvalue()
    assert "report  my study/report.html" in shown
    assert "next    endwise predict 'my study/winner' FILE" in shown
    assert "EW204: xray -> age was still improving" in shown
    assert PATCHES in " ".join(shown.split())


def test_a_stopped_study_names_the_command_that_resumes_it() -> None:
    out, held = console()
    print_verdict(open_verdict(), Path("r.html"), Path("w"), out)
    assert f"next    {open_verdict().command}" in held.getvalue()
    assert "failed xray -> age at 300, repeat 2: OutOfMemoryError" in held.getvalue()


def test_brackets_are_text_and_not_markup() -> None:
    out, held = console(width=200)
    print_verdict(hostile(), Path("r.html"), Path("w"), out)
    assert "<script>alert(1)</script> -> age [joint]" in held.getvalue()


def test_confused_words_are_one_sentence() -> None:
    out, held = console(width=60)
    print_verdict(heard_verdict(), Path("report.html"), Path("winner"), out)
    lines = held.getvalue().splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("Most often wrong: 'now' left out (3 times), "))
    assert " ".join(lines[first : lines.index("", first)]).endswith("and 'right' put in (1 time).")
    assert max(map(len, lines[first : lines.index("", first)])) <= 60


def test_a_study_without_texts_says_nothing_of_words() -> None:
    out, held = console()
    print_verdict(verdict(), Path("report.html"), Path("winner"), out)
    assert "Most often" not in held.getvalue()
