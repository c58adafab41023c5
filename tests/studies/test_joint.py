"""Designs trained jointly, as cells of a study beside those trained apart and chained."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from sklearn.linear_model import Ridge

import endwise as ew
from endwise.studies.cells import Joint
from endwise.studies.prepare import Options, cells_of, prepare
from endwise.studies.trainable import row_use
from tests.studies import tiny
from tests.studies.tiny import d, m, x, y

SORT = ew.Category("sort", values=("low", "high"))
TEXT = "x -> m -> d -> y"


def system(*, smooth: bool = True, training: Literal["apart", "chained"] = "apart") -> ew.System:
    """Two networks, a function between them through which gradients pass or not, and the way past both."""
    return ew.System(
        "tiny",
        inputs=x,
        wants=y,
        judge=ew.mean_absolute_error,
        training=training,
        components=[
            ew.learned(x, to=m),
            ew.fixed(m, to=d, using=tiny.double, differentiable=tiny.double if smooth else None),
            ew.learned(d, to=y),
            ew.learned(x, to=y),
        ],
    )


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> ew.Study:
    return ew.study(
        system(), tiny.rows(160), sizes=[30, 120], repeats=1, quick=True, workers=0,
        training=("apart", "chained", "joint"), designs=[TEXT], out=tmp_path_factory.mktemp("joint"),
    )  # fmt: skip


def test_each_way_of_training_is_a_design_of_its_own(study: ew.Study) -> None:
    texts = {one.design for one in study.verdict.designs}
    assert texts == {TEXT, f"{TEXT} [chained]", f"{TEXT} [joint]"}
    assert not study.verdict.failures
    errors = {one.design: one.error for one in study.verdict.designs if one.size == 120}
    assert max(errors.values()) < study.verdict.constant_error / 2


def test_joint_training_starts_from_the_parts_trained_apart(study: ew.Study) -> None:
    """No part is trained by itself once more: the store holds each training once."""
    from endwise.stores.folder import FolderStore

    store = FolderStore(study.folder / "store")
    records = [store.read(key)[0] for key in list(store.keys())]
    told = [one for one in records if one["kind"] == "training"]
    at_120 = [one["title"] for one in told if one["size"] == 120 and "fold" not in one["title"]]
    assert sorted(at_120) == [
        "train d -> y at 120 rows, repeat 1",
        "train d -> y chained at 120 rows, repeat 1",
        "train x -> m at 120 rows, repeat 1",
        "train x -> m, d -> y [joint] at 120 rows, repeat 1",
    ]


def test_its_rows_are_those_that_teach_any_stage(study: ew.Study) -> None:
    (use,) = [one for one in study.verdict.rows_used if one.component.endswith("[joint]")]
    assert use.component == "x -> m, d -> y [joint]"
    assert use.used == 120


def test_a_joint_winner_is_delivered_and_predicts(tmp_path: Path) -> None:
    rows = tiny.rows(160)
    only = ew.study(
        system(), rows, sizes=[120], repeats=1, quick=True, workers=0, designs=[f"{TEXT} [joint]"], out=tmp_path
    )
    assert only.verdict.best == f"{TEXT} [joint]"
    bundle = ew.load(only.winner, code={"d": tiny.double})
    test = rows.take("x", np.arange(8))
    made = bundle.predict({"x": test})["y"]
    assert np.abs(made - rows.take("y", np.arange(8))).mean() < only.verdict.constant_error


def test_the_same_study_gives_the_same_claims(tmp_path: Path) -> None:
    once, again = (
        ew.study(
            system(), tiny.rows(120), sizes=[60], repeats=1, quick=True, workers=0, designs=[f"{TEXT} [joint]"],
            out=tmp_path / name,
        ).verdict
        for name in ("once", "again")
    )  # fmt: skip
    assert tiny.claims(once) == tiny.claims(again)


def test_no_group_that_says_when_to_stop_teaches_a_stage(tmp_path: Path) -> None:
    """Rows of one person may carry different labels: all of them stay out where one of them stops the training."""
    rows, at = tiny.rows(160, middle=1.0), np.arange(160)
    apart = ew.Rows.from_columns(
        [x, m, y], {name: rows.take(name, at) for name in ("x", "m", "y")},
        present={"m": at % 2 == 0, "y": at % 2 == 1}, groups=[f"g{one // 4}" for one in at],
    )  # fmt: skip
    apart.save(tmp_path / "rows")
    ready = prepare(system(), apart, Options(designs=[f"{TEXT} [joint]"], quick=True), tmp_path / "rows")
    cells = [cell for cell in cells_of(ready).values() if isinstance(cell, Joint)]
    assert cells
    for cell in cells:
        index, held = ready.context.index(cell), ready.context.held_out(cell)
        assert held.any()
        assert apart.has("y")[index[held]].all()
        assert not set(ready.context.units[index[held]]) & set(ready.context.units[index[~held]])
        assert apart.has("m")[index[~held]].any()
        assert row_use(ready.context, cell).used == len(index)


@pytest.mark.parametrize("way", ["apart", "chained"])
def test_it_starts_from_parts_trained_as_the_system_trains_them(
    way: Literal["apart", "chained"], tmp_path: Path
) -> None:
    """A gate's last stage can be trained apart, on strangers alone: from there nothing good begins."""
    rows = tiny.rows(120)
    rows.save(tmp_path / "rows")
    asked = Options(designs=[f"{TEXT} [joint]"], quick=True)
    ready = prepare(system(training=way), rows, asked, tmp_path / "rows")
    cells = [cell for cell in cells_of(ready).values() if isinstance(cell, Joint)]
    assert {cell.alone for cell in cells} == {way}
    assert {bool(cell.starts[-1].path) for cell in cells} == {way == "chained"}


def test_where_the_gradient_stops_is_said(tmp_path: Path) -> None:
    middle = ew.Number("e")
    of = ew.System(
        "tiny", inputs=x, wants=y, judge=ew.mean_absolute_error,
        components=[
            ew.learned(x, to=SORT), ew.learned(SORT, x, to=middle), ew.learned(middle, to=y),
        ],
    )  # fmt: skip
    rows = tiny.rows(120)
    at = np.arange(120)
    columns = {"x": rows.take("x", at), "y": rows.take("y", at), "e": rows.take("x", at)[:, 0]}
    columns["sort"] = (columns["e"] > 0).astype(np.int32)
    whole = ew.Rows.from_columns([x, SORT, middle, y], columns, groups=[f"g{one // 3}" for one in at])
    text = "x -> sort -> e -> y [joint]"
    verdict = ew.study(of, whole, sizes=[60], repeats=1, quick=True, workers=0, designs=[text], out=tmp_path).verdict
    assert f"`{text}`: no gradient passes `sort`; the stages before learn from their own labels alone." in verdict.notes


@pytest.mark.parametrize(
    ("of", "lacks"),
    [
        (tiny.system(using=Ridge()), "a network in every learned stage"),
        (system(smooth=False), "a seam through which a gradient passes ('d' stops it)"),
    ],
)
def test_a_design_that_cannot_be_trained_jointly_says_why(of: ew.System, lacks: str, tmp_path: Path) -> None:
    verdict = ew.study(
        of, tiny.rows(120), sizes=[60], repeats=1, quick=True, workers=0, training=("apart", "joint"), out=tmp_path
    ).verdict
    (left,) = verdict.untrainable
    assert left.design == f"{TEXT} [joint]"
    assert lacks in left.lacks
    assert {one.design for one in verdict.designs} == {TEXT, "x -> y"}
