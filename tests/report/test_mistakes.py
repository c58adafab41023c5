"""Mistakes word by word: counted as the word error rate counts them, and told in a table and a sentence."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from endwise.judge.metrics import word_error_rate
from endwise.records import Verdict, from_json, to_json
from endwise.report.alignment import edits, told
from endwise.report.mistakes import confusions, summary, table, word_errors
from endwise.report.page import render
from endwise.report.sentences import headline, in_words, memo
from endwise.system.signals import Text
from endwise.system.signals.sequences import edit_distance
from tests.report.example_sounds import HEARD, SAID, heard_verdict, scaled, spoken

GOLDEN = Path(__file__).parent / "golden" / "sounds.txt"
LAW = settings(deadline=None, max_examples=80)
WORDS = st.lists(st.sampled_from(["a", "b", "c", "dd"]), max_size=6)


@LAW
@given(WORDS, WORDS)
def test_edits_lead_from_the_truth_to_what_was_found(found: list[str], true: list[str]) -> None:
    steps = edits(found, true)
    assert [at.found for at in steps if at.found is not None] == list(range(len(found)))
    assert [at.true for at in steps if at.true is not None] == list(range(len(true)))
    assert all(found[at.found or 0] == true[at.true or 0] for at in steps if at.kind == "same")
    assert sum(at.kind != "same" for at in steps) == round(edit_distance(found, true) * max(len(true), 1))


@LAW
@given(WORDS)
def test_what_is_right_has_no_difference(words: list[str]) -> None:
    assert told(edits(words, words), words, words) == "no difference"


def test_many_edits_of_a_kind_are_counted_rather_than_named() -> None:
    assert told(edits("abcde", ""), "abcde", "") == "5 put in ('a', 'b', 'c' and 2 more)"


@LAW
@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5))
def test_the_counts_are_those_of_the_word_error_rate(pairs: list[tuple[list[str], list[str]]]) -> None:
    found, true = ([" ".join(pair[at]) for pair in pairs] for at in (0, 1))
    counted = word_errors(found, true)
    rate = word_error_rate.aggregate(word_error_rate.records(Text("said"), found, true))
    assert 100 * (counted.wrong + counted.put_in) / max(counted.said, 1) == pytest.approx(rate)
    assert sum(one.wrong for one in counted.words) == counted.wrong  # four different words at most
    assert all(one.times <= one.wrong <= one.said for one in counted.words)


def test_the_worst_words_come_first_with_what_stood_in_their_place() -> None:
    rows = [(row.head, *row.cells) for row in table(word_errors(HEARD, SAID)).rows]
    assert rows == [
        ("now", "4", "3", "75 %", "left out (3 times)"),
        ("anna", "2", "1", "50 %", "'peter' (1 time)"),
        ("call", "3", "1", "33 %", "'fall' (1 time)"),
    ]


def test_the_commonest_confusions_are_one_sentence() -> None:
    counted = word_errors(HEARD, SAID)
    assert confusions(counted) == (
        "Most often wrong: 'now' left out (3 times), 'anna' put in (1 time) and 'right' put in (1 time)."
    )
    assert confusions(word_errors(["b"], ["a"])) == "Most often wrong: 'a' taken for 'b' (1 time)."
    assert confusions(word_errors(["a"], ["a"])) == ""


def test_a_study_of_something_else_says_nothing_of_words() -> None:
    other = replace(heard_verdict(), by_word=None)
    assert summary(other) == ""
    assert "Errors by word" not in render(other)


def test_the_page_holds_the_table_the_sentence_and_the_rows() -> None:
    html = render(heard_verdict(), [spoken()])
    assert "Errors by word" in html
    assert "&#39;now&#39; left out (3 times)" in html
    assert "<b>anna</b>" not in html
    assert "<b>away</b>" not in html


def test_a_verdict_keeps_its_words_as_json() -> None:
    one = heard_verdict()
    assert from_json(Verdict, to_json(one)).by_word == one.by_word


def test_words_are_as_kept() -> None:
    lines = []
    for one in (heard_verdict(), replace(heard_verdict(), test_rows=900), scaled(12.0), scaled(0.004, 0.0)):
        assert one.by_word is not None
        lines += [headline(one), in_words(one), *(f"{head}: {sentence}" for head, sentence in memo(one)[:4])]
        lines += [summary(one), confusions(one.by_word), ""]
    found = "\n".join(lines)
    if os.environ.get("ENDWISE_WRITE_GOLDEN") == "1":
        GOLDEN.write_text(found, encoding="utf-8")
    assert found == GOLDEN.read_text(encoding="utf-8")
    assert found.isascii()
    assert " 1 points" not in found
