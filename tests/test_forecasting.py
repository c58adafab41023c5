"""`endwise forecast` from anybody's numbers: laws of its answers, and the command as a real process."""

from __future__ import annotations

import json
import math
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

import endwise
from endwise.errors import UsageError
from endwise.forecasting import forecast, size_of
from endwise.records import Outlook, to_json

DOCS = Path(__file__).parents[1] / "docs" / "forecast-command.md"
SIZES = (100, 200, 400, 800)


def rows(scale: float = 1.0, curve: str | None = None) -> list[dict[str, object]]:
    """Two designs, three repeats each: one flat, one that falls."""
    chance = random.Random(4)
    made = []
    for design, law in (("staged", lambda n: 0.3 * n**-0.1), ("end to end", lambda n: 3.0 * n**-0.45)):
        for n in SIZES:
            for repeat in range(3):
                error = scale * law(n) * math.exp(chance.gauss(0, 0.03))
                made.append({"design": design, "n": n, "error": error, "repeat": repeat, "curve": curve})
    return made


def columns(given: list[dict[str, object]]) -> dict[str, list[object]]:
    return {name: [row[name] for row in given] for name in given[0] if given[0][name] is not None}


def csv_of(given: list[dict[str, object]]) -> str:
    held = columns(given)
    return "\n".join([",".join(held), *(",".join(map(str, row)) for row in zip(*held.values(), strict=True))]) + "\n"


def run(
    *words: str | Path, given: str = "", cwd: Path | None = None, before: str = "pass"
) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, without torch."""
    script = f"import sys; sys.modules['torch'] = None; {before}; from endwise.cli import main; main()"
    command = [sys.executable, "-c", script, "forecast", *map(str, words)]
    return subprocess.run(command, input=given, capture_output=True, text=True, cwd=cwd, check=False)


def refused(*words: str, given: str = "") -> str:
    ran = run(*words, given=given)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""
    return ran.stderr


# ------------------------------------------------------------------------------------------------- laws


def test_the_order_of_the_rows_does_not_matter() -> None:
    given = rows()
    mixed = random.Random(0).sample(given, len(given))
    assert forecast(columns(given)) == forecast(columns(mixed))


def test_in_another_unit_the_forecast_is_the_same_in_that_unit() -> None:
    (one,), (other,) = (forecast(columns(rows(scale)), targets=[0.1 * scale]) for scale in (1.0, 240.0))
    assert flat(other, 240.0) == pytest.approx(flat(one, 1.0), rel=1e-6)


def flat(found: Outlook, scale: float) -> list[float]:
    bands = [band for one in found.designs for band in one.forecasts]
    return [
        *(value / scale for b in bands for value in (b.median, b.low80, b.high80, b.low90, b.high90)),
        *(one.expected_regret / scale for one in found.choice),
        *(reach.probability for one in found.designs for reach in one.targets),
        *(one.probability for pair in found.pairs for one in pair.overtakes),
    ]


def test_curves_in_one_table_are_answered_as_if_alone() -> None:
    first, second = rows(curve="first"), rows(3.0, curve="second")
    both = forecast(columns(second + first))
    assert both == forecast(columns(first)) + forecast(columns(second))
    alone = forecast(columns(rows()))
    assert both[0].designs == alone[0].designs


def test_multiples_are_of_the_largest_size_and_sizes_not_beyond_a_curve_are_left_out() -> None:
    short = [row for row in rows() if row["design"] == "staged" or row["n"] != 800]
    (found,) = forecast(columns(short), at=["2x", 600, 100])
    sizes = {one.design: [band.n for band in one.forecasts] for one in found.designs}
    assert sizes == {"staged": [1600], "end to end": [600, 1600]}


def test_every_state_comes_with_its_band() -> None:
    given = {
        "falls": ([0.4, 0.3, 0.22], 0.9),
        "at chance": ([0.5, 0.5, 0.5], 0.5),
        "rises": ([0.2, 0.25, 0.31], 0.9),
        "two sizes": ([0.4, 0.3], 0.9),
    }
    table = [
        (design, n, error * (1 + 0.01 * repeat), repeat, chance)
        for design, (errors, chance) in given.items()
        for n, error in zip((100, 200, 400), errors, strict=False)
        for repeat in (-1, 0, 1)
    ]
    held = dict(zip(("design", "n", "error", "repeat", "chance"), map(list, zip(*table, strict=True)), strict=True))
    (found,) = forecast(held, at=["4x", "32x"])
    states = {one.design: (one.state, [band.state for band in one.forecasts]) for one in found.designs}
    assert states == {
        "at chance": ("at-chance", ["at-chance", "at-chance"]),
        "falls": ("forecast", ["forecast", "too-far"]),
        "rises": ("rising", ["rising", "rising"]),
        "two sizes": ("too-few-sizes", ["too-few-sizes", "too-few-sizes"]),
    }
    assert all(math.isfinite(band.median) for one in found.designs for band in one.forecasts)


@pytest.mark.parametrize("scale", [0.001, 1.0, 14.0, 3000.0])
def test_any_positive_unit_one_repeat_and_one_size_will_do(scale: float) -> None:
    (found,) = forecast({"n": [100, 200, 400], "error": [4 * scale, 3 * scale, 2 * scale]})
    assert [one.state for one in found.designs] == ["forecast"]
    (found,) = forecast({"n": [100], "error": [scale]})
    assert [one.state for one in found.designs] == ["too-few-sizes"]
    assert found.pairs == ()


def test_zero_errors_are_forecast_where_the_test_rows_are_counted() -> None:
    (found,) = forecast({"n": [100, 200, 400], "error": [0.1, 0.02, 0.0], "n_test": [50] * 3})
    assert 0 < found.designs[0].forecasts[0].median < 0.1


def test_the_front_door_leads_to_it() -> None:
    assert endwise.forecast is forecast


# ------------------------------------------------------------------------------------------------- what is asked


@pytest.mark.parametrize(("asked", "size"), [("4x", 8000), ("1.5x", 3000), ("4×", 8000), ("1e5", 100_000), (77, 77)])
def test_sizes_are_numbers_or_multiples(asked: str | int, size: int) -> None:
    assert size_of(asked, 2000) == size


@pytest.mark.parametrize("asked", ["", "x", "-4x", "0", "000", "ten", "4y", "1e99"])
def test_other_sizes_are_refused(asked: str) -> None:
    with pytest.raises(UsageError) as caught:
        forecast(columns(rows()), at=[asked])
    assert str(caught.value).splitlines() == [
        f"A size of '{asked}' was asked for.",
        "It is neither a number of rows nor a multiple.",
        "Sizes are written without separators, since a comma stands between two of them.",
        "Write for example 100000, or 4x for four times the largest size.",
    ]


def test_targets_are_errors() -> None:
    with pytest.raises(UsageError, match=r"The target -0.1 was asked for.\nIt is not an error."):
        forecast(columns(rows()), targets=[-0.1])


def test_crossovers_are_looked_for_beyond_what_was_measured() -> None:
    with pytest.raises(UsageError) as caught:
        forecast(columns(rows()), most=800)
    assert str(caught.value).splitlines() == [
        "Crossovers up to 800 rows were asked for.",
        "The largest size is 800.",
        "What lies within the measured sizes is known and not forecast.",
        "Give more than 800, or a multiple such as 16x.",
    ]


# ------------------------------------------------------------------------------------------------- the command


def test_the_object_has_the_keys_that_other_programs_read(tmp_path: Path) -> None:
    (tmp_path / "curves.csv").write_text(csv_of(rows()))
    ran = run("curves.csv", "--at", "2x,100000", "--target", "0.05,0.02", "--json", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    (line,) = ran.stdout.splitlines()
    found = json.loads(line)
    assert list(found) == ["curve", "designs", "pairs", "choice"]
    assert found["curve"] is None
    for one in found["designs"]:
        assert list(one) == ["design", "state", "forecasts", "targets"]
        assert {tuple(band) for band in one["forecasts"]} == {
            ("n", "median", "low80", "high80", "low90", "high90", "state")
        }
        assert {tuple(reach) for reach in one["targets"]} == {("target", "n", "probability")}
        assert len(one["targets"]) == 4
    (pair,) = found["pairs"]
    assert list(pair) == ["ahead", "behind", "overtakes", "crossover"]
    assert {tuple(one) for one in pair["overtakes"]} == {("n", "probability")}
    assert list(pair["crossover"]) == ["q10", "q50", "q90", "never"]
    assert {tuple(one) for one in found["choice"]} == {("design", "n", "expected_regret")}
    assert found == json.loads(
        json.dumps(to_json(forecast(tmp_path / "curves.csv", at=["2x", 100_000], targets=[0.05, 0.02])[0]))
    )


@pytest.mark.parametrize("words", [(), ("-",)])
def test_a_pipe_is_read_with_torch_out_of_reach(words: tuple[str, ...]) -> None:
    given = csv_of(rows(curve="one") + rows(2.0, curve="two"))
    ran = run(*words, "--json", given=given)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    assert [json.loads(line)["curve"] for line in ran.stdout.splitlines()] == ["one", "two"]


def test_json_lines_are_read_from_a_pipe_too() -> None:
    given = "\n".join(json.dumps(row) for row in rows())
    assert "end to end" in run(given=given).stdout


def test_answers_come_as_they_are_known_and_a_reader_may_stop(tmp_path: Path) -> None:
    given = [row for at in range(40) for row in rows(curve=str(at))]
    (tmp_path / "many.csv").write_text(csv_of(given))
    command = f"{sys.executable} -m endwise forecast many.csv --json"
    with subprocess.Popen(
        command.split(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    ) as ran:
        assert ran.stdout is not None
        assert ran.stderr is not None
        assert json.loads(ran.stdout.readline())["curve"] == "0"
        ran.stdout.close()
        assert ran.stderr.read() == ""
    assert ran.returncode == 0


def test_without_a_table_or_a_pipe_it_says_what_to_write() -> None:
    said = run(before="sys.stdin = type('Terminal', (), {'isatty': lambda self: True})()").stderr
    assert said.splitlines() == [
        "A forecast was asked for.",
        "No table was given, and nothing is piped in.",
        "A forecast starts from errors that were measured.",
        "Write: endwise forecast curves.csv (columns design, n, error), or pipe the table in.",
    ]


def test_what_is_wrong_is_said_without_a_traceback() -> None:
    assert "standard input: is empty: it has no bytes" in refused()
    assert "The target 'five' was asked for." in refused("--target", "five", given=csv_of(rows()))


def test_a_misspelt_option_is_no_file() -> None:
    assert "Did you mean '--json'?" in refused("--jsn", given=csv_of(rows()))


def test_a_reach_that_is_too_short_for_one_curve_is_refused_before_any_is_answered() -> None:
    given = rows(curve="a") + [{**row, "curve": "b", "n": 100 * row["n"]} for row in rows()]  # type: ignore[operator]
    assert "The largest size of 'b' is 80,000." in refused("--max", "2000", "--json", given=csv_of(given))


def test_a_file_that_cannot_be_drawn_is_refused_before_anything_is_printed() -> None:
    assert refused("--plot", "out.png", given=csv_of(rows())).splitlines() == [
        "A plot of 1 curve in out.png was asked for.",
        "Its suffix is '.png'.",
        "The suffix says what is drawn: a page with words and tables, or one picture.",
        "Write for example --plot out.html or --plot out.svg.",
    ]


def test_it_draws_a_picture(tmp_path: Path) -> None:
    ran = run("--plot", "out.svg", given=csv_of(rows()), cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == "drawn in out.svg\n"
    assert "staged" in (tmp_path / "out.svg").read_text()


@pytest.mark.slow  # about ten seconds
def test_a_million_rows_are_answered_within_a_gigabyte(tmp_path: Path) -> None:
    with (tmp_path / "many.csv").open("w") as table:
        table.write("design,n,error,repeat\n")
        for design in ("a", "b"):
            for k in range(10):
                table.writelines(f"{design},{100 * 2**k},0.{900 - 40 * k}{at % 1000:03},{at}\n" for at in range(50_000))
    told = "import atexit, resource; usage = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; "
    ran = run(
        "many.csv", "--json", cwd=tmp_path, before=told + "atexit.register(lambda: sys.stderr.write(str(usage())))"
    )
    assert ran.returncode == 0, ran.stderr
    assert len(json.loads(ran.stdout)["designs"]) == 2
    if sys.platform == "linux":  # elsewhere it is not counted in kilobytes
        assert int(ran.stderr) < 1_000_000


# ------------------------------------------------------------------------------------------------- the docs


def test_the_example_of_the_docs_gives_what_the_docs_show(tmp_path: Path) -> None:
    text = DOCS.read_text(encoding="utf-8")
    blocks = dict(re.findall(r"^```(?:\w+ )?title=\"([^\"]+)\"\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))
    (tmp_path / "curves.csv").write_text(blocks["curves.csv"])
    commands = {name: block for name, block in blocks.items() if name.startswith("endwise forecast")}
    assert len(commands) == 2
    for command, shown in commands.items():
        ran = run(*command.split()[2:], cwd=tmp_path)
        assert ran.returncode == 0, ran.stderr
        if "--json" in command:
            same(json.loads(ran.stdout), json.loads(shown))
        else:
            assert masked(ran.stdout) == masked(shown)


def same(found: object, shown: object) -> None:
    """Alike in all but digits that the docs leave out."""
    if isinstance(shown, dict):
        assert isinstance(found, dict)
        assert list(found) == list(shown)
        for name in shown:
            same(found[name], shown[name])
    elif isinstance(shown, list):
        assert isinstance(found, list)
        for one, other in zip(found, shown, strict=True):
            same(one, other)
    elif isinstance(shown, float):
        assert found == pytest.approx(shown, rel=0.02, abs=0.005)
    else:
        assert found == shown


def masked(text: str) -> list[str]:
    """The words without their numbers, and without how they are broken into lines."""
    return re.sub(r"under #|over #", "#", re.sub(r"[\d.,]*\d", "#", text)).split()
