"""A phoneme stage brought to other speech by transcripts alone, and what speech is varied by: on made-up phones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import endwise as ew
from endwise.learn.ragged import objects
from endwise.system.designs import choose
from endwise.systems.speech import signals
from endwise.systems.speech.adapting import with_phones
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


class Poor:
    """A phoneme stage that hears what was prepared, whatever is played."""

    def __init__(self, chances: np.ndarray) -> None:
        self.chances = chances

    def __call__(self, cepstra: np.ndarray) -> np.ndarray:
        return self.chances[: len(cepstra)]


def rows_of(texts: np.ndarray, split: list[str]) -> ew.Rows:
    count = len(texts)
    columns = {"audio": objects([np.zeros(800, np.float32)] * count), "transcript": texts}
    said = [signals.audio, signals.transcript(WORDS)]
    return ew.Rows.from_columns(said, columns, groups=[f"g{at}" for at in range(count)], split=split)


def stage(chances: np.ndarray) -> ew.Component:
    return ew.fixed(signals.mfcc, to=signals.posteriors, using=Poor(chances), start="frozen")


def test_transcripts_tell_what_a_stage_mistakes() -> None:
    """It takes most D for T: aligned with what was said, they are D."""
    _, chances, texts, truth = spoken(40, 1)
    heard = [one.argmax(axis=1) for one in chances]
    told = with_phones(rows_of(texts, ["train"] * 40), stage(chances), vocabulary=WORDS, pronunciations=LEXICON)
    found = [one.argmax(axis=1) for one in told.take("posteriors", np.arange(40))]
    before, after = (np.mean([np.mean(a == b) for a, b in zip(each, truth, strict=True)]) for each in (heard, found))
    assert before < 0.9
    assert after > 0.97


def test_nobody_is_judged_by_a_guess() -> None:
    _, chances, texts, _ = spoken(6, 2)
    split = ["train", "test", "side", "train", "test", "train"]
    told = with_phones(rows_of(texts, split), stage(chances), vocabulary=WORDS, pronunciations=LEXICON)
    assert told.has("posteriors").tolist() == [part != "test" for part in split]
    assert told.split is not None
    assert told.split.tolist() == split
    assert told.take("transcript", np.arange(6)).tolist() == texts.tolist()


def test_where_a_transcript_does_not_fit_there_are_no_phones() -> None:
    _, chances, texts, _ = spoken(4, 3)
    chances[2] = chances[2][:1]
    told = with_phones(rows_of(texts, ["train"] * 4), stage(chances), vocabulary=WORDS, pronunciations=LEXICON)
    assert told.has("posteriors").tolist() == [True, True, False, True]


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


def test_a_study_compares_four_designs_and_the_others_can_be_asked_for() -> None:
    of = system(vocabulary=WORDS, pronunciations=LEXICON)
    assert [one.label for one in choose(of, [])] == ["staged", "hybrid", "hybrid", "end to end"]
    others = {one.text for one in ew.designs(of)} - {one.text for one in choose(of, [])}
    assert others == {"audio -> mfcc -> units -> transcript", "audio -> mfcc -> posteriors -> transcript"}
