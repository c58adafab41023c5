"""Errors looked at more closely: slices, stages and trade-offs, from a study to its report."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import endwise as ew
from endwise.records import Slice, SliceScore, Stage, TradeOff, Verdict, from_json, to_json
from endwise.report import page, tables, thresholds

SPOT = ew.Box("spot", on="picture")
PICTURE = ew.Image("picture", size=(8, 8))
SIGN = ew.Category("sign", values=("plain", "odd"))
WHO = ew.Identity("who", people=("Ada", "Grace"))


def find(pictures: np.ndarray) -> np.ndarray:
    """Half of the boxes are right, half far off."""
    boxes = np.tile(np.float32([0, 0, 4, 4]), (len(pictures), 1))
    boxes[pictures[:, 0, 0] % 2 == 1] += 4
    return boxes


def name(pictures: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Whom the second pixel names, as sure as the third is bright."""
    return np.stack([pictures[:, 0, 1] % 2, pictures[:, 0, 2] / 255], axis=1).astype(np.float32)


def system(*, judge: tuple[ew.Metric, ...] = (ew.wrong_person, ew.pass_rate(0.05))) -> ew.System:
    return ew.System(
        "door",
        inputs=PICTURE,
        given=[SIGN],
        wants=WHO,
        judge=list(judge),
        components=[ew.fixed(PICTURE, to=SPOT, using=find), ew.fixed(PICTURE, SPOT, to=WHO, using=name)],
        slices=[
            ew.Slicing("sign", SIGN),
            ew.Slicing("left edge, px", SPOT, using=lambda boxes: boxes[:, 0]),
        ],
    )


def rows() -> ew.Rows:
    """Who is right on plain rows, wrong on odd ones; strangers look like somebody, less surely."""
    count = 120
    draw = np.random.default_rng(0)
    pictures = draw.integers(0, 255, (count, 8, 8), dtype=np.uint8)
    pictures[:, 0, 0] = np.arange(count) % 2
    place = draw.integers(0, 2, count)
    sign = np.arange(count) // 2 % 2
    pictures[:, 0, 1] = place ^ sign
    stranger = np.arange(count) % 3 == 0
    pictures[:, 0, 2] = np.where(stranger, 100, 200)
    who = np.stack([np.where(stranger, -1 - np.arange(count) // 3, place), np.ones(count)], axis=1)
    return ew.Rows.from_columns(
        [PICTURE, SIGN, SPOT, WHO],
        {
            "picture": pictures,
            "sign": sign.astype(np.int32),
            "spot": np.tile(np.float32([0, 0, 4, 4]), (count, 1)),
            "who": who.astype(np.float32),
        },
        groups=[f"g{at}" for at in range(count)],
        split=["test"] * 110 + ["train"] * 10,
    )


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> ew.Study:
    return ew.study(system(), rows(), sizes=[8], repeats=1, quick=True, workers=0, out=tmp_path_factory.mktemp("door"))


def test_each_slice_has_its_own_error(study: ew.Study) -> None:
    found = {(one.column, one.value): one for one in study.verdict.slices}
    assert set(found) == {("sign", "plain"), ("sign", "odd"), ("left edge, px", "0")}
    assert [found["sign", sign].scores[0].error for sign in ("plain", "odd")] == [0, 100]
    assert found["sign", "plain"].rows + found["sign", "odd"].rows == found["left edge, px", "0"].rows == 110


def test_a_slice_of_all_rows_errs_as_the_whole(study: ew.Study) -> None:
    """Records that count only some rows are aggregated, not averaged."""
    whole = next(one for one in study.verdict.slices if one.column == "left edge, px")
    assert whole.scores[0].error == pytest.approx(study.verdict.designs[0].error)


def test_a_slice_tells_the_other_metrics_at_the_threshold_of_all_rows(study: ew.Study) -> None:
    """Every stranger is as sure as the others, so nobody passes at the threshold of all; slices come as declared."""
    signs = [one for one in study.verdict.slices if one.column == "sign"]
    assert [one.value for one in signs] == ["plain", "odd"]
    assert [one.scores[0].beside for one in signs] == [{"pass_rate_5": 0.0}] * 2
    assert study.verdict.beside == {"pass_rate_5": "strangers let through where 5 % were to be, %"}
    table = tables.slices_beside(study.verdict)
    assert table is not None
    assert table.head[3:] == ("known people taken for another, %", "strangers let through where 5 % were to be, %")
    assert [row.cells[2:] for row in table.rows[:2]] == [("0", "0"), ("100", "0")]
    by_metric = tables.beside(study.verdict)
    assert by_metric is not None
    assert by_metric.rows[0].cells[1] == "0"


def test_a_slice_of_strangers_alone_has_nobody_to_miss(tmp_path: Path) -> None:
    """It is not said to have no error: there is nothing to judge."""
    whole = rows()
    assert whole.split is not None
    strangers = whole.take("who", np.arange(len(whole)))[:, 0] < 0
    columns = {name: whole.take(name, np.arange(len(whole))) for name in whole.signals}
    marked = ew.Rows.from_columns(
        [PICTURE, SIGN, SPOT, WHO],
        {**columns, "sign": strangers.astype(np.int32)},
        groups=[f"g{at}" for at in range(len(whole))],
        split=whole.split.tolist(),
    )
    verdict = ew.study(system(), marked, sizes=[8], repeats=1, quick=True, workers=0, out=tmp_path / "door").verdict
    known, nobody = (one for one in verdict.slices if one.column == "sign")
    assert set(known.scores[0].beside) == set()
    assert (nobody.value, nobody.scores) == ("odd", ())
    table = tables.slices(verdict)
    assert [row.cells[-1] for row in table.rows[:2]] == ["no", "nothing to judge"]
    again = tables.slices_beside(verdict)
    assert again is not None
    assert again.rows[0].cells[-1] == "-"


def test_a_stage_is_held_against_its_truth(study: ew.Study) -> None:
    (stage,) = study.verdict.stages
    assert (stage.part, stage.signal, stage.rows, stage.unit) == ("picture -> spot", "spot", 110, "")
    assert stage.distance == pytest.approx(0.5)
    assert stage.missed == pytest.approx(0.5)
    assert stage.worst_tenth == pytest.approx(1)


def test_the_trade_off_ends_where_everybody_passes(study: ew.Study) -> None:
    (one,) = study.verdict.trade_offs
    assert one.let_through[0] == 0
    assert one.missed[-1] <= one.missed[0]
    assert tables.missed_at(one, 0.0) == pytest.approx(0.5, abs=0.05)  # the wrongly named, however sure


def test_it_all_comes_back_from_json_and_stands_in_the_report(study: ew.Study) -> None:
    kept = from_json(Verdict, json.loads((study.folder / "verdict.json").read_text(encoding="utf-8")))
    assert (kept.slices, kept.stages, kept.trade_offs) == (
        study.verdict.slices,
        study.verdict.stages,
        study.verdict.trade_offs,
    )
    text = study.report.read_text(encoding="utf-8")
    for heading in ("Strangers let through, people missed", "Among which rows", "Stage by stage"):
        assert f">{heading}</h2>" in text


def test_examples_go_from_the_surest_to_the_strangers_who_pass(study: ew.Study) -> None:
    text = study.report.read_text(encoding="utf-8")
    examples = text[text.index('id="examples"') :]
    assert "a stranger" in examples
    assert "Ada" in examples


def test_the_tables_name_what_they_hold(study: ew.Study, tmp_path: Path) -> None:
    stage = Stage("a -> b", "b", 7, 1.25, 3.5, "px")
    few = Slice("sex", "F", 3, 3)
    told = Slice("sex", "M", 40, 30, (SliceScore(study.verdict.best, 12.0, 10, 14),), (), ())
    verdict = Verdict(
        **{
            **{name: getattr(study.verdict, name) for name in Verdict.__dataclass_fields__},
            "stages": (stage,), "slices": (few, told), "trade_offs": (),
        }
    )  # fmt: skip
    assert tables.stages(verdict).rows[0].cells == ("7", "1.25 px", "3.50 px")
    assert [row.cells[-1] for row in tables.slices(verdict).rows] == ["too few groups", "no"]
    assert thresholds.trade_offs(verdict) is None
    page.write(verdict, tmp_path / "report.html")
    assert "Strangers let through" not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_what_is_missed_at_a_share_is_the_least_before_it() -> None:
    one = TradeOff("a -> b", (0.0, 0.01, 0.2), (0.9, 0.5, 0.1))
    assert [tables.missed_at(one, share) for share in (0.0, 0.01, 0.05, 1.0)] == [0.9, 0.5, 0.5, 0.1]
    assert to_json(one)["design"] == "a -> b"
