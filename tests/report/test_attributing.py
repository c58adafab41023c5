"""Mistakes by seam and chained training, in words and on the page."""

from __future__ import annotations

from dataclasses import replace

from endwise.records import Attribution, Blame, Mistake, TruthStep, Verdict
from endwise.report import page
from endwise.report.attributing import FOLLOWS, by_step, counts, errors, summary, worst
from endwise.report.blaming import sentence, untried
from tests.report import example_verdict as given

LISTED = (
    Mistake("hand <7>.png", 40.0, (39.0, 4.0), "lengths"),
    Mistake("12.png", 31.2, (3.0, 2.5), "joints"),
    Mistake("9.png", 50.5, (44.0, 37.4), ""),
)
STEPS = (TruthStep("joints", ("joints",), 12, 3), TruthStep("lengths", ("lengths",), 1, 0))
MEASURED = Attribution(given.PATCHES, 200, 20, False, 24.3, 8.9, 20, STEPS, 7, LISTED)
SEAM = Blame(given.PATCHES, "joints", ("joints",), 12.0, 10.0, 2.0, 1.0, 3.0, "stage-to-blame", 200)
CHAINED = f"{given.PATCHES} [chained]"


def verdict(*blames: Blame, by_row: Attribution = MEASURED) -> Verdict:
    return replace(given.verdict(), blames=blames, attributions=(by_row,))


def test_the_summary_says_what_a_mistake_is_and_where_they_are_made_right() -> None:
    assert summary(verdict(), MEASURED) == (
        "20 of the 200 test rows are mistakes (the worst tenth: off by 24.3 months or more); right is 8.9 months or "
        "less, the median as it is. They become right with the true `joints` (12), with the truth up to `lengths` (1) "
        "or at no seam (7): there what follows is to blame. 20 more lack the truth at some seam."
    )
    idle = tuple(replace(step, made_right=0) for step in STEPS)
    none = replace(MEASURED, exact=True, without=0, steps=idle, never=20)
    assert summary(verdict(), none) == (
        "20 of the 200 test rows are mistakes (any error). No truth at any seam makes one of them right: "
        "what follows is to blame."
    )
    clean = replace(none, mistakes=0, never=0, listed=())
    assert summary(replace(verdict(), closed_loop=True), clean) == "None of the 200 episodes is a mistake."


def test_tables_count_by_seam_and_show_the_worst_first() -> None:
    table = counts(verdict(), MEASURED)
    assert [(row.head, *row.cells) for row in table.rows] == [
        ("joints", "12 (60 %)", "3"), ("lengths", "1 (5 %)", "0"), (f"{FOLLOWS} (right at no seam)", "7 (35 %)", "-"),
    ]  # fmt: skip
    rows = worst(verdict(), MEASURED).rows
    assert [row.head for row in rows] == ["9.png", "hand <7>.png", "12.png"]
    assert rows[0].cells == ("50.5", "44.0", "37.4", FOLLOWS)


def test_the_list_goes_step_by_step() -> None:
    assert [(words, count, [one.row for one in rows]) for words, count, rows in by_step(MEASURED)] == [
        ("right with the true joints", 12, ["12.png"]),
        ("right with the truth up to lengths", 1, ["hand <7>.png"]),
        ("right at no seam, so of what follows", 7, ["9.png"]),
    ]
    assert errors(verdict(), LISTED[1]) == "31.2 -> 3.0 -> 2.5 months"


def test_the_page_shows_counts_and_rows_and_escapes_their_names() -> None:
    html = page.render(verdict(SEAM))
    assert "Mistakes by seam, 20 of 200 test rows" in html
    assert "hand &lt;7&gt;.png" in html
    assert "<7>" not in html


def test_what_chained_training_brings_is_told_in_words() -> None:
    one = Blame(
        given.PATCHES, "joints", (), 12.0, float("nan"), 0.6, 0.1, 1.1, "unseen-predictions", 200,
        rival=CHAINED, rival_error=11.4,
    )  # fmt: skip
    assert sentence(verdict(one), one) == (
        f"Trained on predictions, as `{CHAINED}`, its error is 11.4 months instead of 12.0, over all repeats: 0.6 "
        "months go away (95 % interval 0.1 to 1.1). What follows `joints` learnt from true values, and meets "
        "predictions that it never saw in training."
    )
    html = page.render(verdict(one))
    assert "never saw in training" in html, "also where no truth could be put in, and so nothing is drawn"
    assert "With true values put in at each seam" not in html


def test_where_chained_training_was_not_studied_the_page_says_how() -> None:
    said = untried([replace(SEAM, untried=CHAINED), replace(SEAM, signal="lengths", truths=("lengths",))])
    assert said.startswith("What follows `joints` learnt from true values.")
    assert said.endswith("studying both: `--training apart chained`.")
    assert untried([SEAM]) == ""
    assert "--training apart chained" in page.render(verdict(replace(SEAM, untried=CHAINED)))


def test_a_seam_at_which_nothing_changes_is_not_said_to_be_chance() -> None:
    idle = Blame(given.PATCHES, "joints", ("joints",), 12.0, 12.0, 0.0, 0.0, 0.0, "not-shown", 200)
    assert sentence(verdict(idle), idle) == (
        "With the true `joints` its error is 12.0 months instead of 12.0: nothing changes, so the stages up to there "
        "are not to blame."
    )
    close = replace(idle, low=-0.2, high=0.3)
    assert "which may be chance (95 % interval of the difference -0.2 to 0.3)" in sentence(verdict(close), close)
    hardly = replace(idle, low=-0.003, high=0.004)
    assert "nothing changes" in sentence(verdict(hardly), hardly), "as the digits that are shown do not"


def test_several_truths_are_joined_with_and() -> None:
    both = Blame(given.PATCHES, "patches", ("joints", "patches"), 12.0, 10.0, 2.0, 1.0, 3.0, "stage-to-blame", 200)
    assert sentence(verdict(both), both).startswith("With the true `joints` and `patches` its error is 10.0 months")
