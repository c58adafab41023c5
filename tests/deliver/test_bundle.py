"""The winner as a folder: what loads back, and what is refused."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import endwise as ew
from endwise.deliver.bundle import plain, read
from endwise.deliver.code import reference
from endwise.errors import BundleError
from endwise.system.signals import Category, Image, Number, Points
from tests.studies.tiny import double, rows, system


@pytest.fixture(scope="module")
def winner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The staged design, whatever would have won."""
    out = tmp_path_factory.mktemp("runs")
    options: dict[str, Any] = {"quick": True, "workers": 0, "sizes": [48], "repeats": 1}
    return ew.study(system(), rows(), out=out, designs=["x -> m -> d -> y"], **options).winner


def inputs() -> dict[str, np.ndarray]:
    return {"x": rows().take("x", np.arange(6))}


def test_it_makes_every_signal_on_the_way(winner: Path) -> None:
    made = ew.load(winner, code={"d": double}).predict(inputs())
    assert list(made) == ["m", "d", "y"]
    np.testing.assert_allclose(made["d"], 2 * made["m"])


def test_code_of_a_user_is_never_imported_unasked(winner: Path) -> None:
    with pytest.raises(BundleError) as caught:
        ew.load(winner)
    assert "Its part that makes 'd' uses double of the module 'tests.studies.tiny'." in str(caught.value)
    assert "--allow tests.studies.tiny" in str(caught.value)


def test_code_of_an_allowed_module_is_imported(winner: Path) -> None:
    allowed = ew.load(winner, allow=["tests.studies.tiny"]).predict(inputs())
    handed_over = ew.load(winner, code={"d": double}).predict(inputs())
    np.testing.assert_array_equal(allowed["y"], handed_over["y"])


def test_a_module_that_is_gone_is_named(winner: Path, tmp_path: Path) -> None:
    about = json.loads((winner / "bundle.json").read_text())
    for part in about["parts"]:
        if part["output"]["name"] == "d":
            part["using"]["name"] = "gone"
    moved = _copy(winner, tmp_path / "winner", about)
    with pytest.raises(BundleError, match=r"It cannot be imported: .*gone"):
        read(moved, allow=["tests.studies.tiny"])


def test_a_missing_input_is_named(winner: Path) -> None:
    with pytest.raises(BundleError, match="It also needs: x"):
        ew.load(winner, code={"d": double}).predict({"z": np.zeros(3)})


def test_a_newer_bundle_is_refused(winner: Path, tmp_path: Path) -> None:
    about = {**json.loads((winner / "bundle.json").read_text()), "format": 99}
    with pytest.raises(BundleError, match="A newer endwise wrote it"):
        ew.load(_copy(winner, tmp_path / "winner", about))


def test_damaged_weights_are_refused(winner: Path, tmp_path: Path) -> None:
    copied = _copy(winner, tmp_path / "winner", json.loads((winner / "bundle.json").read_text()))
    (copied / "models" / "m" / "estimator.skops").write_bytes(b"no longer a zip")
    with pytest.raises(BundleError, match="It cannot be read"):
        ew.load(copied, code={"d": double})


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="A bundle is the folder 'winner' that a study writes"):
        ew.load(tmp_path)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("endwise.engines.local", "os.system"),
        ("endwise.deliver", "load"),
        ("endwise.systems.catalog", "importlib.import_module"),
    ],
)
def test_a_bundle_cannot_name_what_our_modules_import(winner: Path, tmp_path: Path, module: str, name: str) -> None:
    about = json.loads((winner / "bundle.json").read_text())
    for part in about["parts"]:
        if part["output"]["name"] == "m":
            part |= {"estimator": False, "using": {"module": module, "name": name, "arguments": {"command": "true"}}}
    with pytest.raises(BundleError, match=r"does not run unasked|does not define"):
        ew.load(_copy(winner, tmp_path / "winner", about), code={"d": double})


@pytest.mark.parametrize("text", ["[]", "{}", '{"format": 1}'])
def test_a_damaged_bundle_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "bundle.json").write_text(text)
    with pytest.raises(BundleError, match="cannot be read"):
        ew.load(tmp_path)


def scaled(rows: Any, by: Any = 1) -> Any:
    return rows * by


class Scaling:
    def __init__(self, by: float) -> None:
        self.by = by

    def __call__(self, rows: Any) -> Any:
        return rows * self.by


def test_a_function_is_kept_by_name_only_where_the_name_gives_it_back() -> None:
    assert reference(functools.partial(scaled, by=2)) == {
        "module": __name__, "name": "scaled", "arguments": {"by": 2},
    }  # fmt: skip
    held = [functools.partial(scaled, 2), functools.partial(scaled, by=np.ones(2)), Scaling(2), lambda rows: rows]
    for using in held:
        told = reference(using)
        assert told is not None
        assert told["held"]
        json.dumps(told)


def test_what_a_name_does_not_give_back_is_asked_for(winner: Path, tmp_path: Path) -> None:
    about = json.loads((winner / "bundle.json").read_text())
    for part in about["parts"]:
        if part["output"]["name"] == "d":
            part["using"] = reference(Scaling(2))
    moved = _copy(winner, tmp_path / "winner", about)
    with pytest.raises(BundleError, match="holds values that a bundle does not keep"):
        ew.load(moved, allow=[__name__])
    made = ew.load(moved, code={"d": Scaling(2)}).predict(inputs())
    np.testing.assert_allclose(made["d"], 2 * made["m"])


def test_a_folder_of_somebody_elses_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "winner").mkdir()
    (tmp_path / "winner" / "medal.txt").write_text("gold")
    with pytest.raises(BundleError, match="nothing that it did not write"):
        ew.study(system(), rows(), out=tmp_path, quick=True, workers=0, sizes=[48], repeats=1, designs=["x -> y"])
    assert (tmp_path / "winner" / "medal.txt").read_text() == "gold"


def test_the_card_says_what_was_measured_and_on_what(winner: Path) -> None:
    card = (winner / "README.md").read_text()
    assert "# tiny: x -> m -> d -> y" in card
    assert "mean_absolute_error" in card
    assert "trained on 48 rows" in card


@pytest.mark.parametrize(
    ("signal", "value", "told"),
    [
        (Number("n"), np.float32(2), 2.0),
        (Category("c", values=("a", "b")), np.int32(1), "b"),
        (Points("p", count=1), np.array([[1, 2]]), [[1, 2]]),
        (Image("i", size=(2, 2)), np.zeros((2, 2), np.uint8), None),
    ],
)
def test_values_become_plain_data(signal: ew.Signal, value: Any, told: Any) -> None:
    assert plain(signal, value) == told


def _copy(winner: Path, target: Path, about: dict[str, Any]) -> Path:
    for file in winner.rglob("*"):
        if file.is_file():
            place = target / file.relative_to(winner)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.read_bytes())
    (target / "bundle.json").write_text(json.dumps(about))
    return target
