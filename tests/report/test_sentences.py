"""The words, kept as golden files.

After a deliberate change of wording, write them anew and read the difference:

    ENDWISE_WRITE_GOLDEN=1 pytest tests/report/test_sentences.py && git diff tests/report/golden
"""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from endwise.records import Failure, Verdict
from endwise.report.advice import causes
from endwise.report.sentences import correction, headline, in_words, memo, replay
from tests.report.example_verdict import (
    DIRECT,
    PATCHES,
    VARIANTS,
    open_verdict,
    out_of_reach,
    overtaken,
    point,
    refused,
    settled_verdict,
    verdict,
)

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


def test_what_more_rows_change_follows_how_sure() -> None:
    heads = [head for head, _ in memo(overtaken())]
    assert heads[:4] == ["Ship", "How sure", "With more rows", "Expected loss"]


def test_a_crossover_is_told_as_probabilities_by_size() -> None:
    said = dict(memo(overtaken()))["With more rows"]
    assert "`xray -> age` gains with more rows" in said
    assert "8 % at 600, 41 % at 1,200 and 77 % at 4,800" in said


def test_no_crossover_within_reach_is_an_answer_with_its_reason() -> None:
    said = dict(memo(out_of_reach()))["With more rows"]
    assert "No crossover is within reach: at 4,800 rows" in said
    assert "is ahead with probability 6 %" in said
    assert "as it is expected to have come down to" in said


def test_designs_that_are_level_today_may_stay_so_or_fall_behind() -> None:
    def said(today: float) -> str:
        level = tuple(replace(one, probability_better=today) for one in out_of_reach().differences)
        return dict(memo(replace(out_of_reach(), differences=level)))["With more rows"]

    assert "The lead grows with more rows: at 4,800 the nearest design behind it, `xray -> age`, is ahead" in said(0.4)
    assert "No crossover is within reach" in said(0.1)


def test_of_designs_that_are_level_the_one_that_stays_is_named() -> None:
    given = out_of_reach()
    assert given.forecast is not None
    falls, stays = given.forecast.pairs
    stays = replace(stays, overtakes=tuple(replace(one, probability=0.4) for one in stays.overtakes))
    level = tuple(replace(one, probability_better=0.4) for one in given.differences)
    both = replace(given, forecast=replace(given.forecast, pairs=(falls, stays)), differences=level)
    told = dict(memo(both))["With more rows"]
    assert f"Up to 4,800 rows `{stays.behind}` is expected to stay as close as it is." in told


def test_a_design_at_chance_promises_nothing() -> None:
    said = dict(memo(refused()))["With more rows"]
    assert "`xray -> age` is still at chance, and its curve does not say when it will start to learn." in said
    given = refused()
    assert given.forecast is not None
    other = next(one for one in given.forecast.designs if one.design not in (given.best, "xray -> age"))
    both = tuple(replace(one, state="at-chance") if one is other else one for one in given.forecast.designs)
    told = dict(memo(replace(given, forecast=replace(given.forecast, designs=both))))["With more rows"]
    assert "are still at chance, and their curves do not say when they will start to learn." in told
    assert told.count("at chance") == 1
    best = tuple(replace(one, state="too-few-sizes") if one.design == given.best else one for one in both)
    told = dict(memo(replace(given, forecast=replace(given.forecast, designs=best))))["With more rows"]
    assert told.startswith(
        f"`{given.best}` was measured at too few sizes to be forecast, so nothing is forecast beyond"
    )


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


def test_the_answer_says_why_it_differs_from_the_tables() -> None:
    assert correction(verdict()).endswith(
        f"adds 0.1 months to that of `{PATCHES}`, for its having been chosen on the same rows."
    )
    assert correction(replace(verdict(), error=9.13)) == ""


def test_a_caveat_that_applies_several_times_is_counted() -> None:
    one = verdict()
    twice = replace(one, caveats=(*one.caveats, one.caveats[0]))
    assert "3 caveats apply: EW101 (2 times), EW204." in in_words(twice)


def test_what_failed_is_told_by_its_cause_and_mended_first() -> None:
    words = "The component f was run on {} rows.\nIt returned an array of shape (79,).\nIt needs (80,).\nMend it."
    cells = [Failure(f"judge a at {size} rows", str(size), 0, words.format(size)) for size in (80, 160)]
    other = Failure("judge b at 80 rows", "b", 0, "ZeroDivisionError: division by zero")
    broken = replace(settled_verdict(), failures=(*cells, other))
    here = "The component f was run on 80 rows. It returned an array of shape (79,). It needs (80,). Mend it."
    assert causes(broken.failures) == [
        ("judge a at 80 rows and 1 more cell", here), ("judge b at 80 rows", "ZeroDivisionError: division by zero"),
    ]  # fmt: skip
    told = dict(memo(broken))
    assert "Ship for now" in told
    assert told["Cheapest test that could change this"].startswith("Mend what failed")
    assert here in told["Not compared"]
