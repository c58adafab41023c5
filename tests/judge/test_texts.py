"""Error rates of text: summed over rows, as jiwer sums them over a corpus, and never a mean of rows' rates."""

from __future__ import annotations

import jiwer
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from endwise.errors import UsageError
from endwise.judge.metrics import character_error_rate, share_beyond, word_error_rate
from endwise.judge.named import DEFAULT, NAMED, metric_named
from endwise.system.signals import Number, Text

LAW = settings(max_examples=60, deadline=None)
said = Text("said")
sentences = st.lists(st.sampled_from(["a", "cat", "sat", "mat", "über", "."]), max_size=6).map(" ".join)
corpora = st.lists(st.tuples(sentences.filter(bool), sentences), min_size=1, max_size=8)


@LAW
@given(corpora)
def test_word_errors_are_those_of_the_corpus(pairs: list[tuple[str, str]]) -> None:
    true, predicted = map(list, zip(*pairs, strict=True))
    records = word_error_rate.records(said, predicted, true)
    assert records.shape == (len(pairs), 2)
    assert word_error_rate.aggregate(records) == pytest.approx(100 * jiwer.wer(true, predicted))
    for row, (one, other) in zip(records, pairs, strict=True):
        assert row.tolist() == [round(jiwer.wer(one, other) * len(one.split())), len(one.split())]


@LAW
@given(corpora)
def test_character_errors_are_those_of_the_corpus(pairs: list[tuple[str, str]]) -> None:
    true, predicted = map(list, zip(*pairs, strict=True))
    records = character_error_rate.records(said, predicted, true)
    assert character_error_rate.aggregate(records) == pytest.approx(100 * jiwer.cer(true, predicted))


def test_long_rows_weigh_more_than_short_ones() -> None:
    records = word_error_rate.records(said, ["x", "one two three four"], ["y", "one two three four"])
    assert records.tolist() == [[1, 1], [0, 4]]
    assert word_error_rate.aggregate(records) == 20  # a mean over rows would be 50


def test_silence_counts_what_was_put_in() -> None:
    assert word_error_rate.records(said, ["oh no"], [""]).tolist() == [[2, 0]]
    assert word_error_rate.aggregate(np.zeros((3, 2))) == 0


@LAW
@given(st.sampled_from([*NAMED, "share_beyond:2"]), st.integers(0, 99), st.integers(1, 9))
def test_named_metrics_depend_on_the_mean_record_alone(word: str, seed: int, count: int) -> None:
    """What evidence/blocks.py rests on."""
    records = np.random.default_rng(seed).integers(1, 9, size=(count, 2) if word in ("wer", "cer") else count)
    metric = metric_named(word)
    assert metric.aggregate(records.mean(axis=0, keepdims=True)) == pytest.approx(metric.aggregate(records))


def test_words_name_metrics() -> None:
    assert metric_named("accuracy") is metric_named("error")
    assert metric_named("share_beyond:0.5").name == share_beyond(0.5).name
    assert set(DEFAULT.values()) <= set(NAMED)
    assert metric_named("mae").unit_for(Number("age", unit="months")) == "months"


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("accurracy", "It is none of these.\nDid you mean 'accuracy'?"),
        ("share_beyond", "needs a limit, which is a number of 0 or more.\nWrite for example share_beyond:12."),
        ("share_beyond:-3", "needs a limit"),
        ("share_beyond:x", "needs a limit"),
    ],
)
def test_an_unknown_word_is_answered_with_the_known_ones(word: str, told: str) -> None:
    with pytest.raises(UsageError) as refused:
        metric_named(word)
    assert str(refused.value).startswith(f"The metric '{word}' was asked for.\nKnown: mae, rmse, bias, error,")
    assert told in str(refused.value)


def test_the_rate_is_that_of_the_mean_record_too() -> None:
    """Draws over groups know means alone; where most truths are silent, fewer than one word a row is said."""
    said, heard = ["", "no", "", "yes"] * 5, ["", "yes", "", "yes"] * 5
    records = word_error_rate.records(Text("t"), np.array(heard, object), np.array(said, object))
    assert word_error_rate.aggregate(records) == 50
    assert word_error_rate.aggregate(records.mean(axis=0, keepdims=True)) == 50
