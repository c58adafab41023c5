"""`endwise plan` on a real study, and what it says of prices and studies that it cannot use."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsRegressor

import endwise as ew
from endwise.cli.plan import _measured
from endwise.errors import StudyError, UsageError
from endwise.report.plan.sentences import PERCENT, answer
from tests.studies.tiny import rows, system

PRICES = {"m": 1.0, "y": 2.0}


def endwise(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "endwise", *map(str, words)], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> ew.Study:
    out = tmp_path_factory.mktemp("plan") / "tiny"
    learns = system(using=KNeighborsRegressor(5))  # a straight line would not tell the sine from a constant
    return ew.study(learns, rows(300), out=out, labels=True, quick=True, workers=0, examples=False)


def test_a_plan_from_a_study_and_from_its_verdict_is_the_same(study: ew.Study) -> None:
    found = ew.plan(study.folder, PRICES, budget=400)
    assert found == ew.plan(study.verdict, PRICES, budget=400)
    assert found.now.design == study.verdict.best
    assert found.have == {"m": max(one.labels.get("m", 0) for one in study.verdict.scarcities), "y": 240}


def test_the_command_says_what_to_buy_as_words_and_as_json(study: ew.Study) -> None:
    asked = ("plan", study.folder, "--price", "m=1", "--price", "y=2", "--budget", "400")
    started = time.monotonic()
    found = json.loads(endwise(*asked, "--json").stdout)
    assert time.monotonic() - started < 30
    assert found["answer"] in ("buy", "switch", "nothing")
    assert set(found["buy"]) == {"design", "labels", "price", "error", "low80", "high80", "reaches"}
    told = " ".join(endwise(*asked).stdout.split())
    assert "evenly" in told
    assert "all on y" in told
    assert "cm" in told
    far = " ".join(endwise("plan", study.folder, "--price", "y=2", "--target", "0.001").stdout.split())
    assert far.startswith("Not reachable at these prices")


def test_the_page_shows_every_purchase_and_asks_the_network_for_nothing(study: ew.Study, tmp_path: Path) -> None:
    page = tmp_path / "plan.html"
    ran = endwise("plan", study.folder, "--price", "m=1", "--price", "y=2", "--budget", "400", "--html", page)
    assert str(page) in ran.stdout
    html = page.read_text(encoding="utf-8")
    found = ew.plan(study.folder, PRICES, budget=400)
    assert found.buy is not None
    for name, count in found.buy.labels.items():
        assert f"{count:,} labels of &#39;{name}&#39;" in html
    assert "<svg" in html
    assert "all on y" in html
    assert "http" not in html.replace("http://www.w3.org", "").replace("http-equiv", "")
    assert "--budget 400" in html


def test_a_plan_needs_no_torch(study: ew.Study) -> None:
    code = "import sys; sys.modules['torch'] = None; import endwise as ew; ew.plan(sys.argv[1], {'y': 2}, budget=9)"
    ran = subprocess.run([sys.executable, "-c", code, str(study.folder)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_a_study_that_was_not_asked_for_labels_is_measured_first(tmp_path: Path) -> None:
    folder, out = tmp_path / "own", tmp_path / "run"
    folder.mkdir()
    made = np.random.default_rng(0).normal(size=(160, 3))
    lines = [f"{a:.4f},{2 * a:.4f},{4 * a + 0.1 * b:.4f}" for a, b, _ in made]
    (folder / "rows.csv").write_text("\n".join(["a,m,y", *lines]) + "\n")
    ran = endwise(
        "study", folder, "--path", "a -> m -> y", "--quick", "--sizes", "64", "128", "--repeats", "1",
        "--no-examples", "--out", out,
    )  # fmt: skip
    if ran.returncode:
        pytest.fail(ran.stderr)
    asked = ("plan", out, "--price", "y=2", "--price", "m=1", "--budget", "100", "--json")
    first = endwise(*asked)
    assert first.returncode == 0, first.stderr
    assert "of CPU time" in first.stderr, "what it costs is said before it is spent"
    assert json.loads((out / "verdict.json").read_text())["command"].endswith("--labels")
    again = endwise(*asked)
    assert again.stdout == first.stdout
    assert again.stderr == ""


def test_a_study_is_measured_again_where_its_rows_are(study: ew.Study) -> None:
    begun_elsewhere = replace(study.verdict, scarcities=(), command="endwise study ./gone.csv --path 'a -> b'")
    with pytest.raises(StudyError) as error:
        _measured(study.folder, begun_elsewhere)
    assert error.value.why == "Its rows, ./gone.csv, are not here."
    assert error.value.do == "Run this from the folder in which the study was begun."


def test_a_study_from_python_says_how_to_ask_for_labels(study: ew.Study, tmp_path: Path) -> None:
    plain = ew.study(system(), rows(120), out=tmp_path / "run", quick=True, workers=0, examples=False)
    with pytest.raises(StudyError, match="labels=True in Python"):
        ew.plan(plain.folder, PRICES, budget=100)
    told = endwise("plan", plain.folder, "--price", "y=1", "--budget", "10")
    assert told.returncode == 1
    assert "has not measured what the designs do with fewer labels" in told.stderr


@pytest.mark.parametrize(
    ("prices", "asked", "told"),
    [
        ({"n": 1.0}, {"budget": 10}, "The designs of this study learn from labels of m, y"),
        ({"d": 1.0}, {"budget": 10}, "What is computed from other labels"),
        ({}, {"budget": 10}, "No price was given"),
        ({"y": 0.0}, {"budget": 10}, "A price is a positive number"),
        ({"y": float("nan")}, {"budget": 10}, "A price is a positive number"),
        ({"y": 1.0}, {}, "Neither the money there is nor the error to be reached"),
        ({"y": 1.0}, {"budget": -1}, "A budget is a positive number"),
        ({"y": 1.0}, {"target": 0}, "A target is a positive number"),
        ({"y": "5"}, {"budget": 1}, "A label of 'y' was to cost '5'."),
    ],
)
def test_what_cannot_be_planned_is_said(
    study: ew.Study, prices: dict[str, Any], asked: dict[str, float], told: str
) -> None:
    with pytest.raises(UsageError) as error:
        ew.plan(study.folder, prices, **asked)
    assert told in " ".join(str(error.value).split())


def test_a_price_that_is_no_number_is_said(study: ew.Study, tmp_path: Path) -> None:
    ran = endwise("plan", study.folder, "--price", "y=5$", "--budget", "10")
    assert (ran.returncode, "'5$' is not a number" in ran.stderr) == (1, True)
    shutil.copytree(study.folder, tmp_path / "torn")
    (tmp_path / "torn" / "verdict.json").write_text("{")
    assert "cannot be read" in endwise("plan", tmp_path / "torn", "--price", "y=5", "--budget", "10").stderr


def test_few_test_groups_do_not_raise_the_error_that_there_is(study: ew.Study) -> None:
    """Of errors in percent, the least that can be told is half a test row, not half a group of them."""
    found = study.verdict
    shares = [replace(one, errors=tuple(10 * error for error in one.errors)) for one in found.scarcities]
    verdict = replace(found, unit="%", constant_error=10 * found.constant_error, test_units=5, scarcities=tuple(shares))
    now = ew.plan(verdict, PRICES, budget=400).now
    measured = np.mean(next(one.errors for one in shares if one.design == now.design))  # all labels come first
    assert now.error == pytest.approx(measured, rel=0.1)


def test_a_study_that_was_stopped_is_no_start(study: ew.Study) -> None:
    stopped = replace(study.verdict, done=False, command="endwise study tiny --labels")
    with pytest.raises(StudyError) as error:
        ew.plan(stopped, PRICES, budget=400)
    assert error.value.here == "Its study was stopped before its end."
    assert error.value.do == "Give its command again, it goes on where it stopped: endwise study tiny --labels"


def test_money_that_pays_for_no_label_is_not_taken_for_labels_that_bring_nothing(study: ew.Study) -> None:
    ran = endwise("plan", study.folder, "--price", "y=5", "--budget", "0.2")
    assert ran.stdout.startswith("Buy nothing: 0.2 does not pay for one label.")
    cheap = endwise("plan", study.folder, "--price", "y=0.001", "--price", "m=0.001", "--budget", "0.7")
    bought = re.match(r"Buy (\d+) labels of 'y', for (0\.\d+)\.", " ".join(cheap.stdout.split()))
    assert bought
    assert 0.6 < float(bought[2]) == int(bought[1]) / 1000 <= 0.7


def test_a_target_of_a_share_is_told_that_errors_are_in_percent(study: ew.Study) -> None:
    shares = [replace(one, errors=tuple(10 * error for error in one.errors)) for one in study.verdict.scarcities]
    chance = 10 * study.verdict.constant_error
    verdict = replace(study.verdict, unit="%", constant_error=chance, scarcities=tuple(shares))
    assert answer(verdict, ew.plan(verdict, PRICES, target=0.03)).endswith(PERCENT)
    assert PERCENT not in answer(study.verdict, ew.plan(study.verdict, PRICES, target=0.03))
