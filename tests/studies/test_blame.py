"""Truth runs of real studies: which are made, on which rows, and that they give the error of what is left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import Ridge

import endwise as ew
from endwise.records import Blame
from tests.studies import tiny
from tests.studies.tiny import d, m, x, y

CHAIN = "x -> m -> d -> y"


def studied(folder: Path, rows: ew.Rows, system: ew.System | None = None) -> ew.Verdict:
    return ew.study(system or tiny.system(), rows, out=folder, quick=True, workers=0, sizes=[60], repeats=1).verdict


def of(verdict: ew.Verdict, design: str = CHAIN) -> dict[tuple[str, ...], Blame]:
    return {one.truths: one for one in verdict.blames if one.design.startswith(design)}


def test_truth_at_a_seam_leaves_the_error_of_what_follows(tmp_path: Path) -> None:
    """In a chain the truth of the last signal put in makes all before it idle; a fixed part between loses nothing."""
    verdict = studied(tmp_path / "out", tiny.rows(middle=1.0))
    found = of(verdict)
    assert set(found) == {("m",), ("d",)}
    assert found["m",].with_truth == found["d",].with_truth
    ceiling = next(one for one in verdict.ceilings if one.designs == (CHAIN,))
    assert found["d",].with_truth == pytest.approx(ceiling.error)
    point = next(one for one in verdict.designs if one.design == CHAIN)
    assert found["m",].error == pytest.approx(point.error)
    assert found["m",].rows == verdict.test_rows
    assert found["m",].rival == "x -> y"


def test_branches_are_told_alone_and_together(tmp_path: Path) -> None:
    parts = [ew.learned(m, x, to=y, using=Ridge(), name="both"), ew.learned(d, m, to=y, using=Ridge(), name="two")]
    verdict = studied(tmp_path / "out", tiny.rows(middle=1.0), tiny.system(*parts))
    assert set(of(verdict, "x -> m -> d -> y:two")) == {("m",), ("d",), ("d", "m")}


def test_rows_that_lack_the_truth_are_counted(tmp_path: Path) -> None:
    rows = tiny.rows(600, middle=0.5)
    verdict = studied(tmp_path / "out", rows)
    one = of(verdict)["m",]
    assert one.without > 0
    assert one.rows + one.without == verdict.test_rows


def test_too_few_rows_with_the_truth_say_nothing(tmp_path: Path) -> None:
    rows = tiny.rows(240)
    split = np.where(np.arange(len(rows)) % 4 == 3, "test", "train")
    known = np.where(split == "test", np.arange(len(rows)) < 36, True)
    few = ew.Rows.from_columns(
        [x, m, y],
        {name: rows.take(name, np.arange(len(rows))) for name in ("x", "y")}
        | {"m": (rows.take("x", np.arange(len(rows))) @ np.array([1, 2, 3], np.float32))},
        present={"m": known},
        split=split.tolist(),
    )
    assert studied(tmp_path / "out", few).blames == ()


class Fails:
    """A model that learns and then cannot predict wrong values: true ones are whole numbers here."""

    def __call__(self, values: np.ndarray) -> np.ndarray:
        if (values != np.rint(values)).any():
            raise ValueError("only whole numbers")
        return 2 * values


def test_a_design_that_fails_as_it_is_is_blamed_for_nothing(tmp_path: Path) -> None:
    rows = tiny.rows(middle=1.0)
    index = np.arange(len(rows))
    columns = {"x": rows.take("x", index), "m": np.rint(rows.take("m", index)), "y": rows.take("y", index)}
    whole = ew.Rows.from_columns([x, m, y], columns)
    other = ew.Number("e")
    parts = [ew.fixed(m, to=other, using=Fails()), ew.learned(other, to=y, using=Ridge(), name="whole")]
    verdict = studied(tmp_path / "out", whole, tiny.system(*parts))
    assert verdict.failures
    assert "x -> m -> e -> y" not in {one.design for one in verdict.blames}
    assert of(verdict)
