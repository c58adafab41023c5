"""Whole studies, on a system that trains in a moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import endwise as ew
from endwise.errors import LabelsError, StudyError, UsageError
from tests.studies.tiny import claims, d, double, m, rows, system, x, y

QUICK: dict[str, Any] = {"quick": True, "workers": 0, "seed": 3, "training": ("apart", "chained")}


def raises(a: np.ndarray) -> np.ndarray:
    raise ZeroDivisionError("somebody's component broke")


def breaks_off(a: np.ndarray) -> np.ndarray:
    os.kill(os.getpid(), signal.SIGKILL)
    return a


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> ew.Study:
    return ew.study(system(), rows(), out=tmp_path_factory.mktemp("runs") / "tiny", **QUICK)


def test_a_study_leaves_verdict_report_and_winner(done: ew.Study) -> None:
    verdict = json.loads((done.folder / "verdict.json").read_text())
    assert verdict["best"] == done.verdict.best
    assert verdict["sizes"] == [24, 48, 96]
    assert {point["design"] for point in verdict["designs"]} == {
        "x -> m -> d -> y",
        "x -> m -> d -> y [chained]",
        "x -> y",
    }
    assert all(len(point["repeats"]) == 2 for point in verdict["designs"])
    assert "<html" in done.report.read_text(encoding="utf-8")
    assert (done.winner / "bundle.json").exists()
    assert done.verdict.words in str(done.verdict)


def test_the_points_lie_in_their_intervals_and_pair_with_the_best(done: ew.Study) -> None:
    for point in done.verdict.designs:
        assert point.low <= point.error <= point.high
        assert point.error == pytest.approx(np.mean(point.repeats))
    assert {one.against for one in done.verdict.differences} == {done.verdict.best}
    assert 0 <= done.verdict.probability_best <= 1
    assert done.verdict.regret >= 0


def test_the_rows_used_add_up_to_the_training_rows(done: ew.Study) -> None:
    for use in done.verdict.rows_used:
        assert use.used + sum(use.unused.values()) == 96


def test_workers_and_order_change_no_claim(done: ew.Study, tmp_path: Path) -> None:
    again = ew.study(system(), rows(), out=tmp_path / "tiny", **(QUICK | {"workers": 2}))
    assert claims(again.verdict) == claims(done.verdict)


def test_another_seed_changes_the_claims(done: ew.Study, tmp_path: Path) -> None:
    other = ew.study(system(), rows(), out=tmp_path / "tiny", **(QUICK | {"seed": 4}))
    assert claims(other.verdict) != claims(done.verdict)


def _cells(folder: Path) -> dict[str, tuple[int, int]]:
    files = (folder / "store").glob("cells/??/*/cell.json")
    finished = (file for file in files if not file.parent.name.startswith("."))  # others are being written
    return {file.parent.name: (file.stat().st_ino, file.stat().st_mtime_ns) for file in finished}


def test_a_finished_study_trains_nothing_again(done: ew.Study) -> None:
    before = _cells(done.folder)
    again = ew.study(system(), rows(), out=done.folder, **QUICK)
    assert _cells(done.folder) == before
    assert claims(again.verdict) == claims(done.verdict)


def test_another_design_trains_only_what_is_new(tmp_path: Path) -> None:
    ew.study(system(), rows(), out=tmp_path, **QUICK)
    before = _cells(tmp_path)
    ew.study(system(ew.learned(m, to=y)), rows(), out=tmp_path, **QUICK)
    after = _cells(tmp_path)
    assert {key: after[key] for key in before} == before
    assert len(after) > len(before)


SCRIPT = """
import sys
import endwise as ew
from tests.studies.tiny import rows, system
ew.study(system(), rows(), out=sys.argv[1], quick=True, workers=1, seed=3, training=("apart", "chained"))
"""


def test_a_study_killed_at_any_moment_resumes_to_the_same_claims(done: ew.Study, tmp_path: Path) -> None:
    out = tmp_path / "tiny"
    kept: dict[str, tuple[int, int]] = {}
    for wanted in (1, 8, 20):
        process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(out)], cwd=Path(__file__).parents[2])
        while len(_cells(out)) < wanted and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = _cells(out)
        assert {key: now[key] for key in kept} == kept
        kept = now
    resumed = ew.study(system(), rows(), out=out, **QUICK)
    assert {key: _cells(out)[key] for key in kept} == kept
    assert claims(resumed.verdict) == claims(done.verdict)


def test_a_component_that_raises_costs_only_its_designs(tmp_path: Path) -> None:
    broken = ew.fixed(x, to=d, using=raises, name="broken")
    study = ew.study(system(broken), rows(), out=tmp_path, **QUICK)
    assert "x -> y" in {point.design for point in study.verdict.designs}
    assert all("x -> d" not in point.design for point in study.verdict.designs)
    assert "failed-cells" in {caveat.code for caveat in study.verdict.caveats}
    failure = study.verdict.failures[0]
    assert "ZeroDivisionError: somebody's component broke" in failure.error
    with pytest.raises(StudyError, match="somebody's component broke"):
        ew.replay(system(broken), rows(), failure.key, out=tmp_path, **QUICK)


def test_a_component_that_kills_its_worker_costs_only_its_designs(tmp_path: Path) -> None:
    deadly = ew.fixed(x, to=d, using=breaks_off, name="deadly")
    study = ew.study(system(deadly), rows(), out=tmp_path, quick=True, workers=2, seed=3, sizes=[96], repeats=1)
    assert "x -> y" in {point.design for point in study.verdict.designs}
    assert any("killed" in failure.error for failure in study.verdict.failures)


def test_a_size_with_too_few_labels_is_not_measured_and_nothing_is_to_be_mended(tmp_path: Path) -> None:
    some = rows(middle=0.25, groups=False)  # 30 labels of m, some 8 of them for tests
    study = ew.study(system(), some, out=tmp_path, quick=True, workers=0, sizes=[16, 90], repeats=1, examples=False)
    few = [failure for failure in study.verdict.failures if "Under 8 rows" in failure.error]
    assert few
    assert all(failure.beside for failure in few)
    assert "failed-cells" not in {caveat.code for caveat in study.verdict.caveats}
    assert "mend what failed" not in study.verdict.words
    sizes = {point.design: point.size for point in study.verdict.designs if point.design.startswith("x -> m")}
    assert set(sizes.values()) == {90}


def test_where_every_cell_fails_the_first_reason_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"No design could be judged(.|\n)*somebody's component broke"):
        ew.study(system(using=_Broken()), rows(), out=tmp_path, **QUICK)


class _Broken:
    """An estimator that cannot be fitted."""

    def get_params(self, deep: bool = True) -> dict[str, object]:
        return {}

    def set_params(self, **_: object) -> _Broken:
        return self

    def fit(self, *_: object) -> None:
        raise ZeroDivisionError("somebody's component broke")

    def predict(self, *_: object) -> None: ...


def test_no_time_at_all_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="The budget ended"):
        ew.study(system(), rows(), out=tmp_path, budget=0, **QUICK)
    assert ew.study(system(), rows(), out=tmp_path, **QUICK).verdict.done


def test_a_design_without_labels_is_listed_with_what_it_lacks(tmp_path: Path) -> None:
    study = ew.study(system(), rows(middle=0.0), out=tmp_path, **QUICK)
    assert {point.design for point in study.verdict.designs} == {"x -> y"}
    lacking = study.verdict.untrainable[0]
    assert lacking.design == "x -> m -> d -> y"
    assert "rows with 'm' 0" in lacking.lacks


def test_where_no_design_can_be_trained_it_says_why(tmp_path: Path) -> None:
    only = ew.System("staged", inputs=x, wants=y, judge=ew.mean_absolute_error, components=system().components[:3])
    with pytest.raises(LabelsError) as caught:
        ew.study(only, rows(middle=0.0), out=tmp_path, **QUICK)
    assert "Rows: 120, with: x 120, y 120." in str(caught.value)
    assert "x -> m -> d -> y: 0 training rows for x -> m" in str(caught.value)


def test_sizes_beyond_the_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="The training rows with the wanted output number 96"):
        ew.study(system(), rows(), out=tmp_path, **(QUICK | {"sizes": [48, 5000]}))


def test_predictions_of_another_system_join_the_study(tmp_path: Path) -> None:
    table = rows()
    everything = np.arange(len(table))
    theirs = ew.Number("theirs", unit="cm")
    signals = [x, m, y, theirs]
    truth = table.take("y", everything)
    columns = {"x": table.take("x", everything), "m": np.zeros(120, np.float32), "y": truth, "theirs": truth + 0.01}
    joined = ew.Rows.from_columns(signals, columns, groups=table.groups)
    study = ew.study(system(ew.predictions(x, to=y, column="theirs")), joined, out=tmp_path, **QUICK)
    assert study.verdict.best == "x -> y:theirs"
    assert study.verdict.error == pytest.approx(0.01, abs=1e-3)


def test_the_winner_predicts_what_the_study_measured(done: ew.Study) -> None:
    table = rows()
    code = {"d": double}
    winner = ew.load(done.winner, code=code)
    made = winner.predict({"x": table.take("x", np.arange(5))})
    one = winner.predict({"x": table.take("x", np.arange(1))})
    assert made["y"].shape == (5,)
    np.testing.assert_allclose(one["y"], made["y"][:1], atol=1e-5)


def test_networks_give_the_same_bits_in_this_process_and_in_a_worker(tmp_path: Path) -> None:
    networks = ew.System("nets", inputs=x, wants=y, judge=ew.mean_absolute_error, components=[ew.learned(x, to=y)])
    options: dict[str, Any] = {"quick": True, "sizes": [40], "repeats": 1}
    here = ew.study(networks, rows(60), out=tmp_path / "here", workers=0, **options)
    there = ew.study(networks, rows(60), out=tmp_path / "there", workers=1, **options)
    assert claims(here.verdict) == claims(there.verdict)


def test_a_standard_study_searches_rates_and_rechecks_the_leaders(tmp_path: Path) -> None:
    networks = ew.System("nets", inputs=x, wants=y, judge=ew.mean_absolute_error, components=[ew.learned(x, to=y)])
    study = ew.study(networks, rows(60), out=tmp_path, workers=0, sizes=[40], repeats=1)
    (tuning,) = study.verdict.tuning
    assert len(tuning.losses) == 3
    assert min(tuning.losses, key=lambda rate: tuning.losses[rate]) == f"{tuning.chosen:.2g}"
    assert "not-tuned" not in {caveat.code for caveat in study.verdict.caveats}


@pytest.mark.parametrize(("option", "hint"), [("quik", "Did you mean 'quick'?"), ("group", "from_folder(folder, ")])
def test_an_option_that_no_study_has_is_refused(option: str, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        ew.study(system(), rows(), **{option: "machine"})
    assert hint in error.value.do
