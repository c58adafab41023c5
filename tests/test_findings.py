"""What a study of texts hands to its report: errors by word, the error of saying nothing, examples in order."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import endwise as ew
from endwise.findings.gathering import MOST_TEXTS
from endwise.records import Verdict, from_json

DIGITS = ("zero", "one", "two", "three")
SPOKEN = ew.Vector("spoken", size=3)
TEXT = ew.Text("text")


def read(spoken: np.ndarray) -> np.ndarray:
    """Each number by its name; 'three' is never understood, and 'zero' is left out."""
    rows = np.empty(len(spoken), object)
    names = ("", "one", "two", "two")
    rows[:] = [" ".join(names[int(at)] for at in row if names[int(at)]) for row in spoken]
    return rows


def system() -> ew.System:
    parts = [ew.fixed(SPOKEN, to=TEXT, using=read)]
    return ew.System("digits", inputs=SPOKEN, wants=TEXT, judge=ew.word_error_rate, components=parts)


def rows(test: int) -> ew.Rows:
    rng = np.random.default_rng(0)
    said = rng.integers(0, 4, (test + 40, 3))
    texts = [" ".join(DIGITS[at] for at in row) for row in said]
    split = ["test"] * test + ["train"] * 40
    columns = {"spoken": said.astype(np.float32), "text": texts}
    return ew.Rows.from_columns([SPOKEN, TEXT], columns, split=split)


def study(folder: Path, test: int) -> Verdict:
    return ew.study(system(), rows(test), sizes=[40], repeats=1, quick=True, out=folder).verdict


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("texts")


@pytest.fixture(scope="module")
def verdict(folder: Path) -> Verdict:
    return study(folder, 30)


def test_the_words_that_are_never_understood_are_named(verdict: Verdict) -> None:
    found = verdict.by_word
    assert found is not None
    assert (found.rows, found.said) == (30, 90)
    assert [(one.word, one.said == one.wrong) for one in found.words] == [("three", True), ("zero", True)]
    assert [one.instead for one in found.words] == ["two", ""]
    measured = next(point.error for point in verdict.designs)
    assert 100 * (found.wrong + found.put_in) / found.said == pytest.approx(measured)


def test_they_are_kept_with_the_verdict(folder: Path, verdict: Verdict) -> None:
    kept = from_json(Verdict, json.loads((folder / "verdict.json").read_text(encoding="utf-8")))
    assert kept.by_word == verdict.by_word


def test_saying_nothing_is_the_simplest_rival_of_a_text(verdict: Verdict) -> None:
    assert verdict.constant_error == 100.0
    assert "Saying nothing would err by 100 %." in verdict.words


def test_each_example_shows_the_error_of_its_own_row(folder: Path, verdict: Verdict) -> None:
    html = (folder / "report.html").read_text(encoding="utf-8")
    errors = [float(one) for one in re.findall(r"<span>error ([\d.]+) %</span>", html)]
    assert errors == sorted(errors)
    assert errors[0] == 0
    assert {one for one in errors if one} <= {33.3, 66.7, 100.0}  # of three words each


def test_of_many_test_rows_some_are_taken_and_it_is_said(tmp_path: Path) -> None:
    found = study(tmp_path, 2 * MOST_TEXTS + 1)
    assert found.by_word is not None
    assert found.by_word.rows == 334
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Of 1,002 words in 334 of the 1,001 test rows, taken evenly," in html
