"""Systems that a Python file declares, and the command line that studies them."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from endwise.declared import from_file
from endwise.errors import DeclarationError, UsageError

PLANT = """
import endwise as ew
from {helper} import ONE

width, height = ew.Number("width"), ew.Number("height")
area, price = ew.Number("area"), ew.Number("price")


def times(width, height):
    return ONE * width * height


def declared(name):
    return ew.System(name, inputs=[width, height], wants=price, judge=ew.mean_absolute_error, components=[
        ew.fixed(width, height, to=area, using=times),
        ew.learned(area, to=price),
        ew.learned(width, height, to=price, name="end_to_end"),
    ])

"""
FRESH = itertools.count()  # a module is imported once in a process: each test has files of its own names
Writes = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Writes:
    """Writes a Python file that ends with some text, beside the module that it imports."""
    monkeypatch.setattr(sys, "path", [*sys.path])

    def written(end: str) -> Path:
        number = next(FRESH)
        (tmp_path / f"helper_{number}.py").write_text("ONE = 1")
        file = tmp_path / f"plant_{number}.py"
        file.write_text(PLANT.format(helper=f"helper_{number}") + end)
        return file

    return written


@pytest.mark.parametrize("end", ["anything = declared('plant')", "def system():\n    return declared('plant')"])
def test_the_only_system_of_a_file_needs_no_name(write: Writes, end: str) -> None:
    assert from_file(str(write(end))).name == "plant"


@pytest.mark.parametrize("name", ["second", "made"])
def test_one_of_several_systems_is_named(write: Writes, name: str) -> None:
    file = write("first = declared('first')\nsecond = declared('second')\ndef made():\n    return declared('made')")
    assert from_file(f"{file}:{name}").name == name


def test_one_system_under_two_names_is_one(write: Writes) -> None:
    assert from_file(str(write("first = second = declared('plant')"))).name == "plant"


def message(named: str | Path) -> list[str]:
    with pytest.raises(UsageError) as caught:
        from_file(str(named))
    return str(caught.value).splitlines()


def test_several_systems_want_a_name(write: Writes) -> None:
    file = write("first, second = declared('first'), declared('second')")
    assert message(file) == [
        f"The system in {file} was asked for.",
        "It holds: first, second.",
        "Which is meant is not clear.",
        f"Write --system {file}:first.",
    ]


def test_a_misspelt_name_is_told_the_nearest(write: Writes) -> None:
    file = write("first, second = declared('first'), declared('second')")
    assert message(f"{file}:secnd") == [
        f"The system 'secnd' in {file} was asked for.",
        "It holds: first, second.",
        "No other is there.",
        "Did you mean 'second'?",
    ]


@pytest.mark.parametrize("end", ["", "system = 3", "def system():\n    return 3"])
def test_a_file_without_a_system_says_how_to_declare_one(write: Writes, end: str) -> None:
    assert message(write(end))[1:] == [
        "It holds none.",
        "There is nothing to study.",
        "Declare it at the top level: NAME = ew.System(...).",
    ]


@pytest.mark.parametrize("name", ["nothing.py", "rows.csv", "nothing.py:plant"])
def test_what_is_no_python_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    assert message(tmp_path / name)[1] == "There is no such Python file."


def test_a_file_that_fails_tells_its_line(write: Writes) -> None:
    file = write("plant = declared('plant')\n1 / 0")
    line = file.read_text().splitlines().index("1 / 0") + 1
    assert message(file)[1:] == [
        f"Line {line}: ZeroDivisionError: division by zero",
        "The file fails when it is imported.",
        f"Mend it until this runs: python {file}",
    ]


def test_what_is_wrong_with_a_system_is_told_in_its_own_words(write: Writes) -> None:
    with pytest.raises(DeclarationError, match="size"):
        from_file(str(write("ew.Vector('force', size=0)")))


def test_a_name_that_another_module_has_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "json.py").write_text("import endwise")
    assert message(tmp_path / "json.py")[1].startswith("Another module is called 'json': ")


def endwise(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "endwise", *map(str, words)], capture_output=True, text=True, cwd=cwd, check=False
    )


def test_rows_are_checked_studied_and_predicted_with_a_declared_system(write: Writes, tmp_path: Path) -> None:
    file = write("plant = declared('plant')")
    width, height = np.random.default_rng(0).uniform(1, 9, (2, 80)).round(2)
    lines = [f"{a},{b},{np.sqrt(a * b):.3f}" for a, b in zip(width, height, strict=True)]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "rows.csv").write_text("\n".join(["width,height,price", *lines]))
    rows = ("./rows.csv", "--system", file)

    looked = endwise("check", *rows, cwd=elsewhere)
    assert looked.returncode == 0, looked.stderr
    assert "width, height -> area -> price" in looked.stdout

    ran = endwise(
        "study",
        *rows,
        "--quick",
        "--sizes",
        "40",
        "--repeats",
        "1",
        "--designs",
        "width, height -> area -> price",
        cwd=elsewhere,
    )
    assert ran.returncode == 0, ran.stderr
    assert f"endwise predict runs/plant/winner FILE --allow {file.stem}" in ran.stdout
    assert f"FILE... --allow {file.stem}`" in (elsewhere / "runs/plant/winner/README.md").read_text()
    again = endwise("report", "runs/plant", cwd=elsewhere)
    assert f"--allow {file.stem}" in again.stdout

    lost = endwise("predict", "runs/plant/winner", "rows.csv", "--allow", file.stem, cwd=elsewhere)
    assert f"Name its file, --allow {file.stem}.py" in lost.stderr
    told = endwise("predict", "runs/plant/winner", "rows.csv", "--allow", file, cwd=elsewhere)
    assert told.returncode == 0, told.stderr
    assert len(told.stdout.splitlines()) == 80
    piped = subprocess.run(
        [sys.executable, "-m", "endwise", "predict", "runs/plant/winner", "--rows", "-", "--allow", str(file)],
        input=(elsewhere / "rows.csv").read_text(), capture_output=True, text=True, cwd=elsewhere, check=False,
    )  # fmt: skip
    assert piped.stdout == told.stdout.replace("rows.csv:", "stdin.csv:"), piped.stderr
