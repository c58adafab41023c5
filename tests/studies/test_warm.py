"""A network that begins with the encoder of another: trained in the same study, or reused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import endwise as ew
from endwise.errors import DeclarationError
from endwise.learn.fit import fit
from endwise.learn.model import Network, NetworkModel
from endwise.learn.models import readers_of
from endwise.learn.ragged import objects
from endwise.learn.trainer import Recipe
from endwise.stores.folder import FolderStore
from endwise.studies.prepare import Options, cells_of, prepare

SIDE = 32
picture, spot, across = (
    ew.Image("picture", size=(SIDE, SIDE)),
    ew.Points("spot", count=1, on="picture"),
    ew.Number("across"),
)
finder = ew.learned(picture, to=spot)
fresh, warm = (ew.learned(picture, to=across, name=n, encoder=e) for n, e in (("fresh", None), ("warm", finder)))
frames = ew.Frames("frames", size=4, rate=100)
heard = ew.Posteriors("heard", labels=("a", "b"), rate=100)
spelled = ew.Text("spelled", alphabet=("a", "b"))


def system() -> ew.System:
    return ew.System(
        "spots", inputs=picture, wants=across, judge=ew.mean_absolute_error,
        components=[finder, ew.fixed(spot, to=across, using=first_of, name="read"), fresh, warm],
    )  # fmt: skip


def first_of(points: np.ndarray) -> np.ndarray:
    return np.asarray(points)[:, 0, 0]


def rows(count: int = 120, *, marked: float = 1.0) -> ew.Rows:
    """A bright spot in noise; `marked` is the share of rows of which somebody wrote down where it is."""
    chance = np.random.default_rng(0)
    at = chance.integers(3, SIDE - 3, (count, 2))
    shown = chance.integers(0, 60, (count, SIDE, SIDE)).astype(np.uint8)
    for one, (x, y) in zip(shown, at, strict=True):
        one[y - 1 : y + 2, x - 1 : x + 2] = 255
    columns = {"picture": shown, "spot": at[:, None].astype(np.float32), "across": at[:, 0].astype(np.float32)}
    known = np.arange(count) < marked * count
    return ew.Rows.from_columns([picture, spot, across], columns, present={"spot": known})


def run(of: ew.System, some: ew.Rows, out: Path, *designs: str) -> ew.Study:
    return ew.study(of, some, designs=designs, sizes=[60], repeats=1, quick=True, workers=0, labels=True, out=out)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> ew.Study:
    out = tmp_path_factory.mktemp("warm")
    return run(system(), rows(), out, "picture -> across:fresh", "picture -> across:warm")


def trained_finder() -> NetworkModel:
    some, at = rows(), np.arange(80)
    model, _ = fit(
        finder, [some.take("picture", at)], some.take("spot", at), held_out=at < 16, recipe=Recipe(max_steps=40), seed=0
    )
    assert isinstance(model, NetworkModel)
    return model


def test_it_sees_what_its_donor_sees_in_the_size_of_fresh_features() -> None:
    donor, shown = trained_finder().network, rows().take("picture", np.arange(40))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        begun = Network(warm)
        begun.learn([shown], np.zeros(40, np.float32), np.arange(40))
        before = features(begun, shown)
        begun.begin(warm, donor, [shown])
    (seen,) = donor.encoded([torch.from_numpy(shown)])
    with torch.no_grad():
        theirs = readers_of(donor.body)[0].trunk(seen)[-1].flatten(1)  # type: ignore[operator]
    made = features(begun, shown)
    np.testing.assert_allclose(made / np.sqrt(np.mean(made**2)), theirs / theirs.square().mean().sqrt(), rtol=1e-4)
    assert np.sqrt(np.mean(made**2)) == pytest.approx(np.sqrt(np.mean(before**2)), rel=1e-4)


def features(network: Network, shown: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        made: np.ndarray = readers_of(network.body)[0](*network.encoded([torch.from_numpy(shown)])).numpy()
    return made


def test_what_hears_sounds_starts_what_spells() -> None:
    hearer = ew.learned(frames, to=heard)
    speller = ew.learned(frames, to=spelled, encoder=hearer)
    donor, begun = Network(hearer), Network(speller)
    begun.begin(speller, donor, [objects([np.zeros((9, 4), np.float32)] * 2)])
    for one, other in zip(donor.body.trunk.parameters(), begun.body.trunk.parameters(), strict=True):  # type: ignore[union-attr]
        assert torch.equal(one, other)


def test_the_donor_is_trained_first_and_its_rows_are_told(study: ew.Study) -> None:
    verdict = study.verdict
    assert not verdict.failures
    (point,) = [one for one in verdict.designs if one.design.endswith(":warm")]
    assert point.labels == {"across": 60, "spot": 60}
    assert "picture -> spot" in {use.component for use in verdict.rows_used}
    assert "`picture -> across:warm` begins with the encoder of `picture -> spot`." in verdict.notes
    store = FolderStore(study.folder / "store")
    titles = [store.read(key)[0]["title"] for key in list(store.keys())]
    assert "train picture -> spot at 60 rows, repeat 1" in titles


def test_its_donor_s_labels_can_be_scarce_too(study: ew.Study) -> None:
    known = {one.design.split(":")[1]: set(one.labels) for one in study.verdict.scarcities}
    assert known == {"fresh": {"across"}, "warm": {"across", "spot"}}


def test_without_its_donor_s_labels_it_cannot_be_trained(tmp_path: Path) -> None:
    verdict = run(system(), rows(marked=0.02), tmp_path, "picture -> across:fresh", "picture -> across:warm").verdict
    (one,) = verdict.untrainable
    assert one.design == "picture -> across:warm"
    assert "training rows for picture -> spot" in one.lacks


def test_its_result_hangs_on_the_donor_s_rows(tmp_path: Path) -> None:
    keys = []
    for marked in (1.0, 0.5):
        some = rows(marked=marked)
        some.save(tmp_path / str(marked))
        options = Options(designs=["picture -> across:fresh", "picture -> across:warm"], sizes=[60], quick=True)
        ready = prepare(system(), some, options, tmp_path / str(marked))
        found = {cell.title: key for key, cell in cells_of(ready).items()}
        keys.append([found[f"train picture -> across:{name} at 60 rows, repeat 1"] for name in ("fresh", "warm")])
    assert keys[0][1] != keys[1][1]


def test_a_winner_that_began_warm_predicts_without_its_donor(tmp_path: Path) -> None:
    only = run(system(), rows(), tmp_path, "picture -> across:warm")
    some = rows().take("picture", np.arange(8))
    made = ew.load(only.winner).predict({"picture": some})["across"]
    assert made.shape == (8,)
    stage = only.folder / "components" / "across.warm"
    np.testing.assert_array_equal(ew.load(stage).predict({"picture": some})["across"], made)


def test_a_reused_component_lends_its_encoder(study: ew.Study, tmp_path: Path) -> None:
    """A stage of another study: none of its labels are here, and it is no component of the system."""
    stage = (
        run(system(), rows(), tmp_path / "first", "picture -> spot -> across").folder
        / "components"
        / "spot.from_picture"
    )
    begun = ew.learned(picture, to=across, name="begun", encoder=ew.reused(stage))
    of = ew.System("count", inputs=picture, wants=across, judge=ew.mean_absolute_error, components=[begun, fresh])
    verdict = run(of, rows(marked=0.0), tmp_path / "second", "picture -> across:begun").verdict
    assert not verdict.failures
    (told,) = verdict.notes
    assert told.startswith("`picture -> across:begun` begins with the encoder of `picture -> spot`, reused, frozen:")
    exchanged = ew.reusing(system(), "spot", stage)
    assert exchanged.component("across", "warm").encoder == exchanged.component("spot", "from_picture")


def test_an_encoder_that_nobody_trains_is_refused() -> None:
    with pytest.raises(DeclarationError, match=r"which is no component of the system") as error:
        ew.System("one", inputs=picture, wants=across, judge=ew.mean_absolute_error, components=[warm])
    assert "encoder=ew.reused(...)" in error.value.do


def test_a_network_without_an_encoder_lends_none() -> None:
    flat = ew.learned(across, to=ew.Number("other"))
    with pytest.raises(DeclarationError, match=r"none is a picture or sequence that both read"):
        Network(ew.learned(across, to=ew.Number("third"), encoder=flat))
    with pytest.raises(DeclarationError, match=r"A default network begins with the encoder of a default network"):
        ew.learned(picture, to=across, encoder=warm)
    with pytest.raises(DeclarationError, match=r"A default network begins with the encoder of a default network"):
        ew.learned(picture, to=across, encoder=ew.fixed(picture, to=spot, using=first_of))


def test_more_components_rename_nothing(tmp_path: Path) -> None:
    less = ew.System(
        "spots",
        inputs=picture,
        wants=across,
        judge=ew.mean_absolute_error,
        components=[finder, fresh, ew.fixed(spot, to=across, using=first_of, name="read")],
    )
    some = rows()
    some.save(tmp_path / "rows")
    before, after = (
        set(cells_of(prepare(of, some, Options(designs=["picture -> across:fresh"], quick=True), tmp_path / "rows")))
        for of in (less, less.having(warm))
    )
    assert before == after


def test_points_cannot_begin_with_an_encoder_of_numbers(tmp_path: Path) -> None:
    """It sees in other widths, and what finds points takes the maps of every level. Known before any training."""
    wide = ew.learned(picture, to=spot, name="wide", encoder=fresh)
    of = ew.System(
        "spots", inputs=picture, wants=across, judge=ew.mean_absolute_error,
        components=[wide, ew.fixed(spot, to=across, using=first_of, name="read"), fresh],
    )  # fmt: skip
    with pytest.raises(DeclarationError, match="serves an encoder of points, boxes or masks, and none of numbers"):
        prepare(of, rows(), Options(quick=True), tmp_path)


def test_an_exchanged_component_has_to_lend_its_encoder_too(tmp_path: Path) -> None:
    """A stage that began warm itself lends none: with it exchanged, what begins with it is refused, and not trained."""
    other = ew.learned(picture, to=spot, name="other", encoder=finder)
    of = ew.System(
        "spots", inputs=picture, wants=across, judge=ew.mean_absolute_error,
        components=[finder, other, ew.fixed(spot, to=across, using=first_of, name="read")],
    )  # fmt: skip
    stage = run(of, rows(), tmp_path, "picture -> spot:other -> across").folder / "components" / "spot.other"
    with pytest.raises(DeclarationError, match="A default network begins with the encoder of a default network"):
        ew.reusing(system(), "spot", stage)


CROPPED = SIDE // 2
crop, brightness = ew.Image("crop", size=(CROPPED, CROPPED)), ew.Number("brightness")


def around(pictures: np.ndarray, points: np.ndarray) -> np.ndarray:
    return (
        (np.asarray(pictures)[:, ::2, ::2] * (np.asarray(points)[:, 0, 0] / SIDE)[:, None, None]).round().astype("u1")
    )


def smooth(pictures: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    return pictures[:, ::2, ::2].float() * (points.reshape(len(points), -1)[:, 0] / SIDE)[:, None, None]


def test_joint_training_goes_on_from_parts_that_began_warm(tmp_path: Path) -> None:
    """Behind a seam that is predicted; the donor trained where its part was trained by itself."""
    judge = ew.learned(crop, to=brightness)
    of = ew.System(
        "crops", inputs=picture, wants=across, judge=ew.mean_absolute_error,
        components=[
            finder, ew.fixed(picture, spot, to=crop, using=around, differentiable=smooth, name="cut"), judge,
            ew.learned(brightness, to=across, name="dark"), ew.learned(crop, to=across, name="warm", encoder=judge),
        ],
    )  # fmt: skip
    some = rows()
    whole = np.arange(len(some))
    names = ("picture", "spot", "across")
    columns = {name: some.take(name, whole) for name in names}
    columns["brightness"] = columns["picture"].reshape(len(some), -1).mean(axis=1).astype(np.float32)
    known = ew.Rows.from_columns([picture, spot, across, brightness], columns)
    done = ew.study(
        of, known, designs=["picture -> spot -> crop -> across"], training=["joint"], sizes=[60], repeats=1,
        quick=True, workers=0, out=tmp_path,
    )  # fmt: skip
    assert not done.verdict.failures
    assert [one.training for one in done.verdict.designs] == ["joint"]
    assert "crop -> brightness" in [use.component for use in done.verdict.rows_used]
