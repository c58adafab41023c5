"""Sequences: what a network reads from recordings and frames, spells out or hears at each step."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge
from torch import nn

from endwise.errors import BundleError, DeclarationError, StudyError
from endwise.learn.fit import fit
from endwise.learn.heads.sequences import Heard, Spelled
from endwise.learn.model import Model, load
from endwise.learn.ragged import Ragged, objects, ragged
from endwise.learn.trainer import Fit, Recipe
from endwise.system.components import Learned, learned
from endwise.system.signals import Audio, Category, Frames, Number, Posteriors, Symbols, Text, Vector

TONES = {"a": 300.0, "b": 900.0, "c": 1900.0}  # Hz: a letter is 80 ms of a tone, 40 ms of near silence after it
SOUND = Audio("sound", rate=8000)
ENERGIES = Frames("energies", size=4, rate=100)
SPELLED = Text("spelled", alphabet="abc")
LETTERS = Symbols("letters", alphabet=("a", "b", "c"))
HEARD = Posteriors("heard", labels=("nothing", "a", "b", "c"), rate=100)
LAST = Category("last", values=("a", "b", "c"))
PATIENT = Recipe(max_steps=400, evaluate_every=40, patience=100)
QUICK = Recipe(max_steps=20, evaluate_every=5)
ROWS = 48


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def world() -> dict[str, np.ndarray]:
    """Rows of every signal above, of one to four letters each."""
    random = np.random.default_rng(0)
    texts = ["".join(random.choice(list("abc"), random.integers(1, 5))) for _ in range(ROWS)]
    sounds, energies, heard = [], [], []
    for text in texts:
        time = np.arange(640) / 8000
        silence = np.zeros(320)
        pieces = [np.concatenate([np.sin(2 * np.pi * TONES[letter] * time), silence]) for letter in text]
        wave = np.concatenate([silence, *pieces])
        sounds.append((0.3 * wave + 0.003 * random.normal(size=len(wave))).astype(np.float32))
        steps = np.concatenate([[0] * 4, *[[1 + "abc".index(letter)] * 8 + [0] * 4 for letter in text]]).astype(int)
        heard.append(np.eye(4, dtype=np.float32)[steps])
        energies.append((heard[-1] * 3 + random.normal(scale=0.5, size=(len(steps), 4))).astype(np.float32))
    return {
        "sound": objects(sounds), "energies": objects(energies), "heard": objects(heard), "spelled": objects(texts),
        "letters": objects([np.array(["abc".index(one) for one in text], np.int32) for text in texts]),
        "last": np.array(["abc".index(text[-1]) for text in texts], np.int32),
    }  # fmt: skip


def trained(component: Learned, world: dict[str, np.ndarray], recipe: Recipe = QUICK) -> tuple[Model, Fit]:
    inputs = [world[signal.name] for signal in component.inputs]
    return fit(component, inputs, world[component.target.name], held_out=np.arange(ROWS) < 8, recipe=recipe, seed=1)


def test_frames_are_heard_and_spelled(world: dict[str, np.ndarray]) -> None:
    hearer, _ = trained(learned(ENERGIES, to=HEARD), world, PATIENT)
    found = hearer.predict([world["energies"]])
    assert [one.shape for one in found] == [one.shape for one in world["heard"]]
    right = np.concatenate([a.argmax(1) == b.argmax(1) for a, b in zip(found, world["heard"], strict=True)])
    assert right.mean() > 0.97
    assert all(HEARD.check(one) is not None for one in found)
    speller, _ = trained(learned(ENERGIES, to=SPELLED), world, PATIENT)
    assert (speller.predict([world["energies"]]) == world["spelled"]).mean() > 0.9


def test_recordings_are_spelled(world: dict[str, np.ndarray]) -> None:
    model, done = trained(learned(SOUND, to=LETTERS), world, PATIENT)
    found = model.predict([world["sound"]])
    same = [a.dtype == np.int32 and a.tolist() == b.tolist() for a, b in zip(found, world["letters"], strict=True)]
    assert np.mean(same) > 0.9
    assert done.held_out_loss < 0.2


def test_a_sequence_yields_a_category(world: dict[str, np.ndarray]) -> None:
    shouted = Category("shouted", values=("no", "yes"))
    rows = {**world, "shouted": np.array(["c" in text for text in world["spelled"]], np.int32)}
    for source in (SOUND, ENERGIES, HEARD):
        model, _ = trained(learned(source, to=shouted), rows, PATIENT)
        assert (model.predict([rows[source.name]]) == rows["shouted"]).mean() > 0.9


PAIRS = [
    learned(SOUND, to=SPELLED), learned(SOUND, to=HEARD), learned(ENERGIES, to=SPELLED), learned(ENERGIES, to=HEARD),
    learned(HEARD, to=SPELLED), learned(SOUND, ENERGIES, to=LAST),
]  # fmt: skip


def raw_of(model: Model, inputs: list[np.ndarray]) -> list[np.ndarray]:
    network = model.network  # type: ignore[attr-defined]
    with torch.no_grad():
        made = network(*[ragged(one, "cpu") for one in inputs])  # type: ignore[arg-type]
    return made.rows() if isinstance(made, Ragged) else list(made.numpy())


@pytest.mark.parametrize("component", PAIRS, ids=repr)
def test_a_row_gives_the_same_alone_and_among_others(component: Learned, world: dict[str, np.ndarray]) -> None:
    model, _ = trained(component, world)
    inputs = [world[signal.name] for signal in component.inputs]
    together = raw_of(model, inputs)
    for at in range(6):
        alone = raw_of(model, [one[at : at + 1] for one in inputs])[0]
        assert alone.shape == together[at].shape
        np.testing.assert_allclose(alone, together[at], atol=1e-5)


@pytest.mark.parametrize("component", PAIRS, ids=repr)
def test_the_same_seed_gives_the_same_and_saving_keeps_it(
    component: Learned, world: dict[str, np.ndarray], tmp_path: Path
) -> None:
    (first, one), (second, two) = trained(component, world), trained(component, world)
    assert (one.steps, one.held_out_loss) == (two.steps, two.held_out_loss)
    first.save(tmp_path)
    inputs = [world[signal.name] for signal in component.inputs]
    for other in (second, load(component, tmp_path)):
        for a, b in zip(raw_of(first, inputs), raw_of(other, inputs), strict=True):
            np.testing.assert_array_equal(a, b)


def test_a_sequence_shorter_than_a_step_and_an_empty_batch_are_read(world: dict[str, np.ndarray]) -> None:
    for component in PAIRS[:4]:
        model, _ = trained(component, world)
        source = component.inputs[0]
        tiny = np.zeros((1, *source.shape[1:]), np.float32)
        assert len(model.predict([objects([tiny])])) == 1
        assert model.predict([objects([])]).shape == (0,)


def test_a_row_that_cannot_be_spelled_in_its_time_does_no_harm() -> None:
    head = Spelled(SPELLED)
    raw = Ragged(torch.zeros(2, 3, 4, requires_grad=True), torch.tensor([3, 3]))
    target = ragged(list(head.targets(objects(["a", "abcabc"]))), "cpu")
    loss = head.loss(raw, target)
    assert loss[0] > 0
    assert loss[1] == 0


def test_what_is_heard_is_judged_by_cross_entropy_a_step() -> None:
    head = Heard(HEARD)
    raw = Ragged(torch.zeros(1, 5, 4), torch.tensor([3]))
    target = ragged([np.eye(4, dtype=np.float32)[[0, 1, 2]]], "cpu")
    assert head.loss(raw, target).item() == pytest.approx(np.log(4))


def test_steps_that_do_not_meet_are_refused_and_so_are_too_many_words() -> None:
    target = ragged([np.eye(4, dtype=np.float32)[[0] * 50]], "cpu")
    with pytest.raises(StudyError, match=r"It answers 50 steps more or fewer"):
        Heard(HEARD).loss(Ragged(torch.zeros(1, 100, 4), torch.tensor([100])), target)
    many = Text("said", alphabet="ab", words=tuple(f"{at:b}".replace("0", "a").replace("1", "b") for at in range(8001)))
    with pytest.raises(DeclarationError, match=r"(?s)declares 8,001 words.*none: then it spells letter by letter"):
        Spelled(many)


def test_what_sequences_cannot_do_is_said(world: dict[str, np.ndarray]) -> None:
    with pytest.raises(DeclarationError, match=r"(?s)declares no alphabet.*alphabet="):
        trained(learned(SOUND, to=Text("spelled")), world)
    slow = Posteriors("heard", labels=HEARD.labels, rate=50)
    with pytest.raises(DeclarationError, match=r"read at 100 steps a second, 'heard' is wanted at 50"):
        trained(learned(ENERGIES, to=slow), world)
    with pytest.raises(DeclarationError, match=r"An estimator reads a table"):
        trained(learned(SOUND, to=LAST, using=Ridge()), world)
    spoilt = {**world, "sound": world["sound"].copy()}
    spoilt["sound"][3] = np.array([0.0, np.nan], np.float32)
    with pytest.raises(StudyError, match=r"1 row hold NaN or an infinite number, the first is row 3"):
        trained(learned(SOUND, to=SPELLED), spoilt)
    with pytest.raises(DeclarationError, match=r"(?s)of shape \(2, 400, 4\).*must return 2 x any x 4 numbers"):
        trained(learned(ENERGIES, to=SPELLED, using=Unwrapped), world)


class Unwrapped(nn.Module):
    """Forgets how long its rows are."""

    def forward(self, rows: Ragged) -> torch.Tensor:
        return rows.values


class Counter:
    """Learns the mean of its target for each length of recording, in whole tenths of a second."""

    def __init__(self) -> None:
        self.means = np.zeros(0)

    def fit(self, inputs: list[np.ndarray], target: np.ndarray, held_out: np.ndarray, seed: int) -> float:
        self.means = np.array([np.mean([len(text) for text in target])])
        return 0.5

    def predict(self, inputs: list[np.ndarray]) -> np.ndarray:
        return np.full(len(inputs[0]), self.means[0], np.float32)

    def state(self) -> dict[str, np.ndarray]:
        return {"means": self.means}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        self.means = state["means"]


def test_a_learner_learns_from_another_signal_and_comes_back(world: dict[str, np.ndarray], tmp_path: Path) -> None:
    length = Number("length")
    component = learned(SOUND, to=length, label=SPELLED, using=Counter)
    model, done = trained(component, world)
    assert (done.held_out_loss, model.parameters) == (0.5, 1)
    model.save(tmp_path)
    expected = np.mean([len(text) for text in world["spelled"]])
    assert load(component, tmp_path).predict([world["sound"]]) == pytest.approx(expected)
    (tmp_path / "learnt.safetensors").write_bytes(b"nothing")
    with pytest.raises(BundleError, match="What it learnt cannot be read"):
        load(component, tmp_path)


def test_only_a_learner_trains_on_another_signal() -> None:
    with pytest.raises(DeclarationError, match=r"(?s)label='spelled'.*Hand over a Learner class"):
        learned(SOUND, to=Vector("embedding", size=3), label=SPELLED)
