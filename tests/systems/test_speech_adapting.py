"""A phoneme stage brought to other speech by transcripts alone, and what speech is varied by: on made-up phones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import endwise as ew
from endwise.learn.ragged import objects
from endwise.systems.speech.adapting import Adapted
from endwise.systems.speech.correction import Correction, Frames
from endwise.systems.speech.phones import PHONES
from endwise.systems.speech.system import normalised, system
from endwise.systems.speech.varying import PEAK, quickened, tilted, varied

LEXICON = {"tea": [["T", "IY"]], "two": [["T", "UW"]], "do": [["D", "UW"]], "knee": [["N", "IY"]]}
WORDS = list(LEXICON)
SOUNDS = np.random.default_rng(9).normal(size=(len(PHONES), 13)).astype(np.float32)
"""The cepstra of each phone."""


def spoken(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Cepstra, the chances that a poor stage gives (T for D in half the frames), texts, and the true phones."""
    random = np.random.default_rng(seed)
    cepstra, chances, texts, truth = [], [], [], []
    for _ in range(count):
        text = list(random.choice(WORDS, random.integers(1, 4)))
        phones = ["sil", *(phone for word in text for phone in LEXICON[word][0]), "sil"]
        right = np.repeat([PHONES.index(phone) for phone in phones], 8)
        heard = np.where((right == PHONES.index("D")) & (random.random(len(right)) < 0.7), PHONES.index("T"), right)
        logits = random.normal(size=(len(right), len(PHONES)))
        logits[np.arange(len(right)), heard] += 3
        cepstra.append((SOUNDS[right] + 0.5 * random.normal(size=(len(right), 13))).astype(np.float32))
        chances.append((np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)).astype(np.float32))
        texts.append(" ".join(text))
        truth.append(right)
    return objects(cepstra), objects(chances), objects(texts), objects(truth)


def right(chances: np.ndarray, truth: np.ndarray) -> float:
    """The mean chance of the true phone."""
    return float(np.mean([one[np.arange(len(one)), phones].mean() for one, phones in zip(chances, truth, strict=True)]))


@pytest.fixture(scope="module")
def adapted() -> Adapted:
    cepstra, chances, texts, _ = spoken(60, 1)
    learner = Adapted(WORDS, LEXICON)
    assert 0 < learner.fit([cepstra, chances], texts, np.arange(60) < 12, 0) < 0.5
    return learner


def test_transcripts_alone_teach_what_a_stage_mistakes(adapted: Adapted) -> None:
    cepstra, chances, _, truth = spoken(30, 2)
    corrected = adapted.predict([cepstra, chances])
    assert right(chances, truth) < 0.4
    assert right(corrected, truth) > 0.8
    assert all(np.allclose(one.sum(axis=1), 1, atol=1e-5) for one in corrected)


def test_what_was_adapted_comes_back(adapted: Adapted) -> None:
    again = Adapted(WORDS, LEXICON)
    again.restore(adapted.state())
    cepstra, chances, _, _ = spoken(3, 3)
    for one, other in zip(*(each.predict([cepstra, chances]) for each in (adapted, again)), strict=True):
        assert (one == other).all()


def test_the_same_seed_learns_the_same(adapted: Adapted) -> None:
    cepstra, chances, texts, _ = spoken(60, 1)
    again = Adapted(WORDS, LEXICON)
    again.fit([cepstra, chances], texts, np.arange(60) < 12, 0)
    assert all((again.state()[name] == one).all() for name, one in adapted.state().items())


def test_where_no_transcript_fits_the_chances_stay() -> None:
    cepstra, chances, texts, _ = spoken(8, 4)
    short = objects([one[:1] for one in cepstra]), objects([one[:1] for one in chances])
    learner = Adapted(WORDS, LEXICON)
    assert learner.fit(list(short), texts, np.arange(8) < 2, 0) == pytest.approx(np.log(len(PHONES)))
    for one, before in zip(learner.predict(list(short)), short[1], strict=True):
        np.testing.assert_allclose(one, before, atol=0.01)


def test_a_correction_learns_along_its_gradient() -> None:
    random = np.random.default_rng(0)
    seen = random.normal(size=(2000, 6)).astype(np.float32)
    labels = (seen[:, 0] * seen[:, 1] > 0).astype(np.int64)  # no straight line tells these apart
    frames = Frames(seen, np.zeros((2000, 2), np.float32), labels)
    correction = Correction()
    assert (correction.chances(seen, frames.before) == 0.5).all()
    assert correction.train(frames.some(np.arange(1500)), frames.some(np.arange(1500, 2000)), random) < 0.5
    assert (correction.chances(seen, frames.before).argmax(axis=1) == labels).mean() > 0.85


@given(seed=st.integers(0, 2**16), length=st.integers(800, 4000))
@settings(max_examples=20, deadline=None)
def test_cepstra_forget_level_and_neighbours(seed: int, length: int) -> None:
    random = np.random.default_rng(seed)
    sound = (0.05 * random.normal(size=length)).astype(np.float32)
    alone, louder = normalised(objects([sound]))[0], normalised(objects([4 * sound, sound[: length // 2]]))[0]
    np.testing.assert_allclose(alone, louder, atol=0.02)
    np.testing.assert_allclose(alone.mean(axis=0), 0, atol=1e-3)
    assert (alone.std(axis=0) < 1.01).all()


def test_silence_and_the_shortest_sound_have_finite_cepstra() -> None:
    for row in normalised(objects([np.zeros(800, np.float32), np.full(1, 0.5, np.float32)])):
        assert np.isfinite(row).all()


@given(faster=st.floats(0.8, 1.25), seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_what_is_played_faster_is_shorter_and_higher(faster: float, seed: int) -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(8000) / 8000 + seed).astype(np.float32)
    played = quickened(tone, faster)
    assert len(played) == int(8000 / faster)
    highest = np.abs(np.fft.rfft(played)).argmax() * 8000 / len(played)
    assert highest == pytest.approx(440 * faster, abs=3)


@given(taken=st.floats(-0.7, 0.7))
def test_a_tilt_stays_in_range(taken: float) -> None:
    loud = np.where(np.arange(100) % 2, 1, -1).astype(np.float32)
    assert np.abs(tilted(loud, taken)).max() <= PEAK + 1e-6


def test_times_move_with_the_sound_whatever_follows() -> None:
    audio = [np.zeros(8000, np.float32), np.zeros(4000, np.float32)]
    phones = [np.array([[3, 0, len(one) / 8000]], np.float32) for one in audio]
    made = {"audio": audio, "phonemes": phones, "words": phones, "transcript": ["a", "b"]}
    both = varied(made, 5)
    first = varied({name: values[:1] for name, values in made.items()}, 5)
    assert (first["phonemes"][0] == both["phonemes"][0]).all()
    for at in (0, 1):
        assert both["phonemes"][at][0, 2] == pytest.approx(len(both["audio"][at]) / 8000, abs=2e-4)
        assert both["phonemes"][at][0, 0] == 3
    assert made["audio"] == audio
    assert len(both["audio"][0]) != 8000


def test_a_system_that_adapts_has_one_design_more() -> None:
    plain, more = ({one.text for one in ew.designs(system(vocabulary=WORDS, adapts=each))} for each in (False, True))
    assert more - plain == {"audio -> mfcc -> posteriors -> adapted -> words -> transcript"}
    assert plain < more
