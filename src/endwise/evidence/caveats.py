"""Caveats: what a reader must know before trusting a verdict. Codes are stable; docs/caveats has a page for each."""

from __future__ import annotations

from endwise.records import Caveat

FEW_UNITS = 30  # test groups under which one that is hard may be missing from them all

TEXTS: dict[str, tuple[str, str]] = {
    "still-at-chance": (
        "Has not learnt yet",
        "{designs}: no better than always answering the same ({constant}) at {size:,} rows. "
        "Such a curve does not say when learning will start.",
    ),
    "too-few-repeats": (
        "Too few repeats",
        "{repeats} repeats show little of how much results vary with the sample and the seed. "
        "Three or more are better: --repeats 3.",
    ),
    "test-set-too-small": (
        "Few independent test units",
        "Designs were judged on {units} independent {of}. Intervals are as wide as so few make them, and still too "
        "narrow where a few in a hundred hold most of the error: under {fewest}, such may be missing.",
    ),
    "single-group": (
        "All test rows are of one group",
        "Each of the {rows:,} counts as independent: intervals and probabilities say how sure all this is of that "
        "group, and nothing of others.",
    ),
    "still-improving": (
        "Training was cut short",
        "The step limit stopped {parts} while still improving: more training may change the order.",
    ),
    "no-groups": (
        "Rows that name no group",
        "Each such row counts as independent. If several of them come from one person, patient or recording, "
        "name the column with --group: else the errors are too good and the intervals too narrow.",
    ),
    "not-tuned": (
        "Learning rates were not searched",
        "A quick study trains every design with the same learning rate and little patience. A standard study "
        "searches the rate and trains longer.",
    ),
    "learning-rate-matters": (
        "The order depends on the learning rate",
        "Retrained with three times or a third of its learning rates, {design} comes out at {error}, "
        "which changes the order of the two leading designs.",
    ),
    "metric-disagrees": (
        "Another metric prefers another design",
        "By {metric}, {design} is best ({error}). The verdict goes by {deciding}.",
    ),
    "signal-missing": (
        "A signal is missing",
        "Even with the true {few}, `{path}` has an error of {error}; told the true {added} as well it has {other}. "
        "What is lost is not in what it is told: better stages before it do not bring it back.",
    ),
    "failed-cells": (
        "Some cells failed",
        "{count} pieces of work failed; designs that need them are missing at some sizes. See the failures.",
    ),
    "skipped-rows": (
        "Bad rows were skipped",
        "{count} problems were found in the rows; those rows were left out. They are named in the report.",
    ),
    "single-size": (
        "One size only",
        "Nothing can be said about how errors change with more rows.",
    ),
    "too-few-sizes": (
        "Too few sizes to forecast",
        "{sizes} sizes were measured, and any law fits so few. Three are needed: leave --sizes out, or name more.",
    ),
    "beyond-measured-range": (
        "The crossover is forecast, not measured",
        "That `{design}` comes to be ahead rests on curves continued beyond {size:,} rows. Bands and probabilities "
        "were tested up to 16 times the largest size on other data, where probabilities above one half were too sure.",
    ),
    "rising-curve": (
        "An error rises with more rows",
        "{designs}: worse with more rows, beyond what chance explains. Look for rows that differ, labels that are "
        "worse, or training that is too short for so many.",
    ),
    "curves-cross-more-than-once": (
        "Curves cross more than once",
        "{design} and the best design change places more than once over the measured sizes, each time beyond "
        "chance. A forecast may miss the next crossing.",
    ),
    "stopped-early": (
        "The study was stopped early",
        "Some cells are missing. The same command goes on where it stopped.",
    ),
    "groups-cross-split": (
        "Groups stood on both sides of the split",
        "{count} training rows belong to a group with test rows; they train nothing.",
    ),
    "apart-impossible": (
        "Some stages could not train on true inputs",
        "{designs}: no row has both the label and the true inputs of every stage, so stages train on what "
        "the stages before them put out.",
    ),
    "blame-not-additive": (
        "Blame does not add up",
        "Each seam was given the truth alone. What goes away at one may go away at another too: the shares "
        "may sum to more or less than the whole.",
    ),
    "rows-left-out": (
        "Rows without a prediction were left out",
        "{count:,} of {rows:,} rows are not predicted in every file. If a system leaves out what is hard, the "
        "errors speak of the easy rows only.",
    ),
    "equals-truth": (
        "Predictions that equal the truth",
        "{systems}: every prediction is the true value. Check that the file holds what the system put out.",
    ),
}


def caveat(code: str, **facts: object) -> Caveat:
    """The caveat `code` with its facts filled in.

    >>> caveat("single-size").title
    'One size only'
    """
    title, text = TEXTS[code]
    return Caveat(code, title, text.format(**facts))
