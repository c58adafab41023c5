"""The words, kept as golden files.

After a deliberate change of wording, write them anew and read the difference:

    ENDWISE_WRITE_GOLDEN=1 pytest tests/report/test_sentences.py && git diff tests/report/golden
"""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from endwise.records import Verdict
from endwise.report.sentences import headline, in_words, memo, replay
from tests.report.example_verdict import DIRECT, PATCHES, VARIANTS, open_verdict, point, verdict

GOLDEN = Path(__file__).parent / "golden"


def written(one: Verdict) -> str:
    lines = [headline(one), "", in_words(one), "", *(f"{head}: {sentence}" for head, sentence in memo(one))]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", VARIANTS)
def test_words_are_as_kept(name: str) -> None:
    kept = GOLDEN / f"{name}.txt"
    found = written(VARIANTS[name]())
    if os.environ.get("ENDWISE_WRITE_GOLDEN") == "1":
        kept.write_text(found, encoding="utf-8")
    assert found == kept.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", VARIANTS)
def test_words_are_plain_and_rounded(name: str) -> None:
    words = written(VARIANTS[name]())
    assert words.isascii()
    assert "nan" not in words.split()
    assert not re.search(r"\d\.\d{4,}", words)
    assert "  " not in words


def test_the_memo_answers_the_six_questions_in_order() -> None:
    heads = [head for head, _ in memo(verdict())]
    assert heads == [
        "Ship",
        "How sure",
        "Expected loss",
        "Strongest objection",
        "Cheapest test that could change this",
        "Not compared",
    ]


def test_a_lead_that_may_be_chance_is_not_called_settled() -> None:
    assert headline(open_verdict()) == f"Ship for now: `{PATCHES}`"
    assert "which may be chance" in in_words(open_verdict())


def test_nothing_is_shipped_that_does_not_beat_a_constant() -> None:
    poor = replace(verdict(), constant_error=9.5)
    assert headline(poor).startswith("Do not ship yet")
    assert "Always giving the same answer" in dict(memo(poor))["Strongest objection"]


def test_a_failure_can_be_replayed() -> None:
    one = open_verdict()
    assert replay(one, one.failures[0]) == f"{one.command} --replay 3f9a1c77"


def test_a_design_missing_at_the_largest_size_is_named() -> None:
    short = replace(verdict(), designs=(point(PATCHES, 2), point(DIRECT, 0)), untrainable=())
    assert dict(memo(short))["Not compared"] == "`xray -> age` was not measured at the largest size."
