"""One cell at a time: what is kept for one study is never taken for another's, and failures are kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from endwise.errors import StudyError
from endwise.stores.folder import FolderStore
from endwise.studies.cells import Judging, rates_for
from endwise.studies.context import Context
from endwise.studies.execute import records_of, run_cell
from endwise.system.components import fixed, learned
from endwise.system.designs import parse
from tests.studies.worlds import a, context, full, system, x, y

RIDGE = [learned(x, to=a, using=Ridge()), learned(a, to=y, using=Ridge())]


def judged(of: Context, store: FolderStore, text: str) -> np.ndarray:
    design = parse(of.system, text)
    cell = Judging(
        design, 24, 0, rates_for(design.parts, dict.fromkeys([("a", "from_x"), ("y", "from_a")], 0.1)), largest=True
    )

    def run(one: Any) -> None:
        for need in of.needs(one):
            run(need)
        if not store.has(of.key(one)):
            run_cell(of, store, one)

    run(cell)
    return records_of(of, store, cell)[0]["mean_absolute_error"]


@pytest.mark.parametrize("text", ["x -> a -> y", "x -> a -> y [chained]"])
def test_outputs_kept_for_other_test_rows_are_not_taken(tmp_path: Path, text: str) -> None:
    of = context(system(made=RIDGE), full())
    store = FolderStore(tmp_path / "one")
    whole = judged(of, store, text)
    for test in (of.test[3:], of.test[::-1]):
        other = context(system(made=RIDGE), full(), split=replace(of.job.split, test=test))
        again = judged(other, store, text)
        assert again == pytest.approx(whole[np.searchsorted(of.test, test)])
        assert (again == judged(other, FolderStore(tmp_path / f"fresh{test[0]}"), text)).all()


def test_two_orders_of_work_give_the_same_bits(tmp_path: Path) -> None:
    of = context(system(made=RIDGE), full())
    texts = ["x -> a -> y", "x -> a -> y [chained]"]
    forward, backward = FolderStore(tmp_path / "f"), FolderStore(tmp_path / "b")
    found = [judged(of, forward, text) for text in texts]
    other = [judged(of, backward, text) for text in texts[::-1]][::-1]
    assert all((one == two).all() for one, two in zip(found, other, strict=True))


def broken(rows: Any) -> Any:
    return rows * np.nan


def test_a_failure_is_kept_with_its_seed_and_says_whose_it_is(tmp_path: Path) -> None:
    made = [fixed(x, to=a, using=broken), learned(a, to=y, using=Ridge())]
    of, store = context(system(made=made), full()), FolderStore(tmp_path)
    with pytest.raises(StudyError) as error:
        judged(of, store, "x -> a -> y")
    assert "<fixed a:from_x from x>" in error.value.here
    assert all((error.value.asked, error.value.why, error.value.do))
    (file,) = tmp_path.glob("failed/*.json")
    kept = store.failure(file.stem)
    assert kept is not None
    assert {"title", "key", "seed", "error", "traceback", "needs"} <= set(kept)
    assert "NaN" in kept["error"]
