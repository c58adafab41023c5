"""Trained stages taken into other systems: as they are, or to go on from; and what does not fit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from torch import Tensor, nn

import endwise as ew
from endwise.deliver.card import about_of
from endwise.deliver.components import PLACE, copy, find, keep, library, named_in, place_of
from endwise.deliver.frozen import _opened
from endwise.errors import BundleError, DeclarationError, StudyError, UsageError
from tests.studies import tiny
from tests.studies.tiny import m, x

STAGED = "x -> m -> d -> y"


def networks() -> ew.System:
    """The tiny system with default networks."""
    return ew.System(
        "tiny",
        inputs=x,
        wants=tiny.y,
        judge=ew.mean_absolute_error,
        components=[
            ew.learned(x, to=m),
            ew.fixed(m, to=tiny.d, using=tiny.double),
            ew.learned(tiny.d, to=tiny.y),
            ew.learned(x, to=tiny.y),
        ],
    )


class Line(nn.Module):
    """Somebody's own network."""

    def __init__(self) -> None:
        super().__init__()
        self.only = nn.Linear(3, 1)

    def forward(self, rows: Tensor) -> Tensor:
        made: Tensor = self.only(rows)
        return made


def run(system: ew.System, rows: ew.Rows, out: Path, **options: Any) -> ew.Study:
    asked = {"sizes": [60], "repeats": 1, "quick": True, "workers": 0, "training": ("apart",), **options}
    return ew.study(system, rows, out=out, **asked)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study whose stages are there to be taken."""
    return run(networks(), tiny.rows(160), tmp_path_factory.mktemp("source")).folder


@pytest.fixture
def stage(source: Path) -> Path:
    return source / "components" / "m.from_x"


@pytest.fixture(autouse=True)
def _own_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLACE, str(tmp_path / "library"))


def unlabelled() -> ew.Rows:
    """Rows of which nobody wrote down m."""
    rows, at = tiny.rows(160, seed=1), np.arange(160)
    columns = {"x": rows.take("x", at), "y": rows.take("y", at)}
    return ew.Rows.from_columns([x, tiny.y], columns, groups=[f"g{one // 3}" for one in at])


def test_a_study_leaves_every_stage_that_it_trained(source: Path, stage: Path) -> None:
    assert named_in(source / "components") == ["m.from_x", "y.from_d", "y.from_x"]
    about = about_of(stage)
    assert (about["design"], about["system"], about["rows"]) == ("x -> m", "tiny", 30)
    assert about["measured"]["distance"] < 1
    card = (stage / "README.md").read_text(encoding="utf-8")
    assert "Learnt from 30 rows of the system tiny, on true inputs." in card
    assert about["identity"] in card


def test_what_is_reused_makes_the_same_rows_as_where_it_was_trained(source: Path, stage: Path) -> None:
    rows = tiny.rows(8).take("x", np.arange(8))
    taken = ew.reused(stage)
    assert (taken.start, taken.learns, taken.output) == ("frozen", False, m)
    own = ew.load(stage).predict({"x": rows})["m"]
    np.testing.assert_array_equal(taken.using(rows), own)


def test_a_frozen_stage_spares_its_labels(stage: Path, tmp_path: Path) -> None:
    """Nobody wrote down m in these rows: without the stage the staged design cannot be studied."""
    alone = run(networks(), unlabelled(), tmp_path / "alone").verdict
    assert STAGED in {one.design for one in alone.untrainable}
    verdict = run(ew.reusing(networks(), "m", stage), unlabelled(), tmp_path / "with", training=("chained",)).verdict
    assert {one.design for one in verdict.designs} == {f"{STAGED} [chained]", "x -> y"}
    assert not verdict.failures
    (told,) = [one for one in verdict.notes if "reused" in one]
    assert told.startswith("`x -> m` is reused, frozen: 'x -> m' of tiny, learnt from 30 rows (")


def test_what_is_written_to_its_folder_later_is_another_component(tmp_path: Path) -> None:
    """A process that ran the old one does not take the new one for it."""
    rows = tiny.rows(8).take("x", np.arange(8))
    made = []
    for seed in (0, 1):
        stage = run(networks(), tiny.rows(160), tmp_path / "out", seed=seed).folder / "components" / "m.from_x"
        made.append(ew.reused(stage).using(rows))
        np.testing.assert_array_equal(made[-1], ew.load(stage).predict({"x": rows})["m"])
    assert (made[0] != made[1]).any()


def test_a_winner_carries_what_it_reuses(stage: Path, tmp_path: Path) -> None:
    """It still predicts when the component's own folder is gone."""
    moved = tmp_path / "component"
    copy(stage, moved)
    system = ew.reusing(networks(), "m", moved)
    study = run(system, unlabelled(), tmp_path / "out", training=("chained",), designs=[STAGED])
    rows = {"x": tiny.rows(8).take("x", np.arange(8))}
    before = ew.load(study.winner, code={"d": tiny.double}).predict(rows)["y"]
    moved.rename(tmp_path / "elsewhere")
    bundle = ew.load(study.winner, code={"d": tiny.double})
    np.testing.assert_array_equal(bundle.predict(rows)["y"], before)


def test_a_tuned_stage_begins_where_it_was_and_gets_no_worse(stage: Path, tmp_path: Path) -> None:
    """Five times fewer rows than it was trained on, from other people: the few are enough to go on."""
    few = tiny.rows(60, middle=1.0, seed=3)
    fresh, tuned = (
        run(system, few, tmp_path / name, sizes=[24], designs=[STAGED]).folder
        for name, system in (("fresh", networks()), ("tuned", ew.reusing(networks(), "m", stage, "tuned")))
    )
    off = [about_of(one / "components" / "m.from_x")["measured"]["distance"] for one in (fresh, tuned)]
    assert off[1] < off[0]
    assert about_of(tuned / "components" / "m.from_x")["identity"] != about_of(stage)["identity"]


def test_the_identity_is_that_of_what_was_learnt(source: Path, stage: Path, tmp_path: Path) -> None:
    again = run(networks(), tiny.rows(160), tmp_path / "again").folder / "components" / "m.from_x"
    other = run(networks(), tiny.rows(160), tmp_path / "other", seed=5).folder / "components" / "m.from_x"
    assert about_of(again)["identity"] == about_of(stage)["identity"] != about_of(other)["identity"]


def test_it_is_the_same_component_wherever_it_lies(stage: Path, tmp_path: Path) -> None:
    copy(stage, tmp_path / "copy")
    assert ew.reused(stage).identity() == ew.reused(tmp_path / "copy").identity()
    assert ew.reused(stage).identity() != ew.reused(stage, start="tuned").identity()


def test_its_signals_may_be_called_otherwise(stage: Path) -> None:
    taken = ew.reused(stage, ew.Vector("seen", size=3), to=ew.Number("told"), name="theirs")
    assert repr(taken) == "<frozen told:theirs from seen>"


@pytest.mark.parametrize(
    ("signals", "here"),
    [
        (lambda: ((ew.Vector("x", size=4),), m), "'x' has size 4 here, 3 there"),
        (lambda: ((x,), ew.Number("m", unit="mm")), "'m' has unit mm here, none there"),
        (lambda: ((ew.Number("x"),), m), "'x' has kind number here, vector there"),
        (lambda: ((x, m), ew.Number("n")), "It takes x; x, m were handed over."),
    ],
)
def test_other_signals_are_refused(stage: Path, signals: Callable[[], Any], here: str) -> None:
    inputs, to = signals()
    with pytest.raises(DeclarationError) as error:
        ew.reused(stage, *inputs, to=to)
    assert here in error.value.here


def test_where_it_does_not_belong_it_takes_nobody_s_place(stage: Path, source: Path) -> None:
    with pytest.raises(DeclarationError) as error:
        ew.reusing(networks(), "d", stage)
    assert "Nothing that learns makes 'd'; learned are: m, y." in error.value.here
    with pytest.raises(DeclarationError) as error:
        ew.reusing(networks(), "y", stage)
    assert "has unit cm here" in error.value.here


def test_only_networks_go_on(tmp_path: Path) -> None:
    study = run(tiny.system(using=Ridge()), tiny.rows(160), tmp_path / "ridge")
    stage = study.folder / "components" / "m.from_x"
    assert ew.reused(stage).start == "frozen"
    with pytest.raises(DeclarationError, match=r"It is no default network"):
        ew.reused(stage, start="tuned")


def test_a_component_is_found_by_its_name_once_it_is_imported(stage: Path) -> None:
    with pytest.raises(UsageError) as error:
        find("finder")
    assert "of 0 imported components none is so called" in error.value.here
    assert "endwise components import" in error.value.do
    copy(stage, library() / "finder")
    assert find("finder") == (library() / "finder", about_of(stage))
    with pytest.raises(UsageError, match=r"finder"):
        find("fnider")


@pytest.mark.parametrize("name", ["../mine", "a/b", ".hidden", ""])
def test_a_name_that_leads_elsewhere_is_refused(stage: Path, name: str, tmp_path: Path) -> None:
    """Also one that stands in the folder itself: it may be somebody's."""
    theirs = tmp_path / "theirs"
    copy(stage, theirs)
    about = json.loads((theirs / "bundle.json").read_text(encoding="utf-8"))
    (theirs / "bundle.json").write_text(json.dumps({**about, "name": name}), encoding="utf-8")
    with pytest.raises(UsageError, match=r"That is no plain name"):
        keep(theirs, None)
    assert keep(theirs, "finder") == library() / "finder"


def test_nothing_is_overwritten_by_another(source: Path, stage: Path, tmp_path: Path) -> None:
    copy(stage, tmp_path / "kept")
    copy(stage, tmp_path / "kept")  # the same again: nothing to do
    with pytest.raises(BundleError, match=r"Another of that name is there"):
        copy(source / "components" / "y.from_x", tmp_path / "kept")
    (tmp_path / "mine").mkdir()
    with pytest.raises(BundleError, match=r"Something else is there already"):
        copy(stage, tmp_path / "mine")
    with pytest.raises(BundleError, match=r"It is a bundle of a whole design"):
        copy(source / "winner", tmp_path / "winner")


def test_a_winner_is_no_component(source: Path, tmp_path: Path) -> None:
    """It has no identity of its own: two of them would be taken for each other."""
    for used in (lambda: ew.reused(source / "winner"), lambda: find(source / "winner")):
        with pytest.raises(BundleError, match=r"It is a bundle of a whole design") as error:
            used()
        assert f"endwise components list {source}" in error.value.do
    assert "winner" not in named_in(source)
    with pytest.raises(UsageError, match=r"A study writes one for each component"):
        place_of(source / "winner")


@pytest.mark.parametrize("start", ["frozen", "tuned"])
def test_what_was_exchanged_after_it_was_declared_is_refused(stage: Path, start: Any, tmp_path: Path) -> None:
    """A study measures what it was asked to: not what lies in the same folder later."""
    folder = tmp_path / "stage"
    copy(stage, folder)
    taken = ew.reusing(networks(), "m", folder, start)
    other = run(networks(), tiny.rows(160), tmp_path / "other", seed=5).folder / "components" / "m.from_x"
    shutil.rmtree(folder)
    copy(other, folder)
    _opened.cache_clear()
    with pytest.raises(StudyError) as error:
        run(taken, tiny.rows(160), tmp_path / "out", designs=[STAGED])
    told = "The one that lies there now has" if start == "frozen" else "They are others than when it was declared"
    assert told in error.value.here
    assert "Run the study again to" in str(error.value)


def test_a_component_of_one_s_own_code_says_what_to_allow(tmp_path: Path) -> None:
    """At once, and not in the midst of a study."""
    own = ew.System(
        "own", inputs=x, wants=m, judge=ew.mean_absolute_error, components=[ew.learned(x, to=m, using=Line)]
    )
    stage = run(own, tiny.rows(160, middle=1.0), tmp_path / "own").folder / "components" / "m.from_x"
    with pytest.raises(BundleError) as error:
        ew.reused(stage)
    assert f"allow=['{__name__}']" in error.value.do
    taken = ew.reusing(networks(), "m", stage, allow=[__name__])
    assert not run(taken, unlabelled(), tmp_path / "with", training=("chained",)).verdict.failures


@pytest.mark.parametrize("start", ["frozen", "tuned"])
def test_a_study_deletes_nothing_that_it_did_not_write(stage: Path, start: Any, tmp_path: Path) -> None:
    """Neither what it reuses out of its own folder, nor what somebody put there."""
    system = networks()
    folder = run(system, tiny.rows(160), tmp_path).folder
    inside = folder / "components" / "m.from_x"
    copy(stage, folder / "components" / "mine")
    before = about_of(inside)["identity"]
    taken = ew.reusing(system, "m", inside, start)
    again = run(taken, tiny.rows(160), tmp_path, seed=5)
    assert again.folder == folder
    assert about_of(inside)["identity"] == before
    names = named_in(folder / "components")
    assert {"m.from_x", "mine", "y.from_d"} <= {*names}
    assert len([one for one in names if one.startswith("m.from_x.")]) == (start == "tuned")


def test_a_folder_without_components_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"A study writes one for each component"):
        place_of(tmp_path)
