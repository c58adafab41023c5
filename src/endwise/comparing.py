"""`endwise compare`: predictions that any systems made for the same rows, weighed without training."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from unicodedata import category

import numpy as np

from endwise.data.predictions.answers import Answers, Kind, kind_of, read_answers
from endwise.data.predictions.headings import PREDICTION
from endwise.data.predictions.matching import Matched, read_predictions, units
from endwise.data.predictions.slicing import cut
from endwise.data.predictions.sources import Source, named
from endwise.errors import UsageError, listed, near
from endwise.evidence.caveats import caveat
from endwise.evidence.comparison.outputs import Output, weigh
from endwise.evidence.comparison.slices import Part
from endwise.judge.named import DEFAULT, metric_named
from endwise.records import Caveat, Comparison
from endwise.report.comparison.sentences import in_words
from endwise.system.judging import Metric
from endwise.system.signals import Category, Number, Signal, Text

NOTICED = 0.9  # a share of the word errors that is left without case and punctuation: below it, it is said
Paths = str | Path | Sequence[str | Path] | Mapping[str, str | Path]


def compare(
    truth: str | Path, predictions: Paths, *, metric: str | None = None, group: str | None = None,
    slices: Sequence[str] = (), id: str | None = None, column: str | None = None,  # noqa: A002 - the option's word
    truth_at: Mapping[str, str | Path] | None = None, unit: str = "", common: bool = False, seed: int = 0,
    command: str = "",
) -> Comparison:  # fmt: skip
    """Compare what systems predicted for the same rows: errors, differences, slices, blame; no training.

    Parameters
    ----------
    truth: the table of true values: CSV, TSV, JSON lines or Parquet; "-" is standard input.
    predictions: a file a system, matched with the truth by id; a mapping names the systems.
    metric: mae, rmse, bias, error (or accuracy), wer, cer, share_beyond:LIMIT; by default what suits the values.
    group: the column of the truth that names whom a row belongs to; intervals resample groups.
    slices: columns of the truth in whose slices the order of the systems is looked at.
    id, column: the columns of ids and of true values, where they are not obvious.
    truth_at: SIGNAL (or SYSTEM:SIGNAL) -> what the system put out when given that signal's true value.
    unit: the unit of the values, for the words.
    common: compare on the rows that every file has, where some predictions are missing.
    seed: of the bootstrap.

    Raises RowsError for tables that cannot be read, matched or judged; UsageError for names that are not there.

    >>> compare("truth.csv", ["a.csv", "b.csv"], group="patient").systems[0].name  # doctest: +SKIP
    'a'
    """
    systems = _systems(predictions)
    given = [_given(where, str(path), systems) for where, path in (truth_at or {}).items()]
    judge = None if metric is None else metric_named(metric)
    matched = read_predictions(
        str(truth), [*systems, *given], key=id, column=column, group=group, slices=slices, common=common
    )
    kind, why = kind_of(matched) if judge is None else (_kind(judge), "")
    judge = judge or metric_named(DEFAULT[kind])
    answers, signal = read_answers(matched, kind), _signal(kind, unit)
    draft = replace(_draft(matched, judge, signal), chosen=why, group=group, seed=seed, command=command)
    outputs = [_output(source, matched, answers, at, judge, signal) for at, source in enumerate([*systems, *given])]
    notes = (*_columns(matched), *answers.notes, *_spelling(outputs, answers, judge, signal))
    draft = replace(draft, notes=notes)
    done = weigh(outputs, units(matched), _parts(matched), judge, draft)
    return replace(done, words=in_words(done))


def _draft(matched: Matched, metric: Metric, signal: Signal) -> Comparison:
    """What is known before anything is weighed."""
    return Comparison(
        metric=metric.name,
        metric_title=metric.title,
        unit=metric.unit_for(signal),
        wants=matched.headings.column,
        chosen="",
        id=matched.headings.id,
        group=None,
        rows=len(matched.ids),
        groups=0,
        unlabelled=matched.unlabelled,
        left_out=matched.left_out,
        truth=matched.true.file,
        missing=matched.missing,
        extra=matched.extra,
        caveats=tuple(_no_groups(matched)),
        versions=_versions(),
    )


def _systems(predictions: Paths) -> list[Source]:
    if isinstance(predictions, Mapping):
        return [Source(name, str(path)) for name, path in predictions.items()]
    files = [predictions] if isinstance(predictions, str | Path) else list(predictions)
    if not files:
        raise UsageError(
            "Predictions were to be compared with their truth.",
            "Only the file of true values was given.",
            "Nothing says what a system predicted.",
            "Name at least one file of predictions: endwise compare TRUTH.csv PREDICTIONS.csv",
        )
    return named([str(file) for file in files])


def _given(where: str, path: str, systems: Sequence[Source]) -> Source:
    """The source for SIGNAL or SYSTEM:SIGNAL."""
    names = [one.system for one in systems]
    system, colon, signal = where.rpartition(":")
    if not colon and len(names) == 1:
        system = names[0]
    if system in names and signal:
        return Source(system, path, signal)
    raise UsageError(
        f"The truth at '{where}' was given as {path}.",
        f"The systems are {listed(names)}.",
        f"'{system}' is not among them." if colon else "It is not clear which of them was given the truth.",
        near(system, names) if colon else f"Say which: --truth-at {names[0]}:{where}={path}",
    )


def _kind(metric: Metric) -> Kind:
    kinds: dict[str, Kind] = {"number": "number", "category": "category", "text": "text"}
    return kinds[metric.kinds[0]]


def _signal(kind: Kind, unit: str) -> Signal:
    if kind == "number":
        return Number("answer", unit=unit)
    return Text("answer") if kind == "text" else Category("answer")


def _output(source: Source, matched: Matched, answers: Answers, at: int, metric: Metric, signal: Signal) -> Output:
    predicted = answers.predicted[at]
    records = metric.records(signal, predicted, answers.true)
    exact = bool(np.all(predicted == answers.true))
    return Output(source.system, matched.predicted[at].file, records, source.signal, exact)


def _parts(matched: Matched) -> list[Part]:
    return [Part(column, value, rows) for column, cells in matched.slices.items() for value, rows in cut(cells).items()]


def _no_groups(matched: Matched) -> list[Caveat]:
    return [caveat("no-groups")] if matched.groups is None or "" in matched.groups else []


def _columns(matched: Matched) -> list[str]:
    """Notes on columns taken for predictions: those that do not say so, and those beside one of the truth's name."""
    column, files = matched.headings.column, dict[str, list[str]]()
    for one in matched.predicted:
        if one.file in matched.headings.copies:
            files.setdefault(one.name, []).append(f"{one.file} (not its '{column}')")
        elif one.name != column and one.name.lower() not in PREDICTION:
            files.setdefault(one.name, []).append(one.file)
    return [f"Taken for the predictions: the column '{name}' of {listed(found)}." for name, found in files.items()]


def _spelling(outputs: Sequence[Output], answers: Answers, metric: Metric, signal: Signal) -> list[str]:
    """Notes on systems whose words are right but for case and punctuation: a house style is no recognition error."""
    if metric.name != "word_error_rate":
        return []
    true, notes = _bare(answers.true), []
    for output, predicted in zip(outputs, answers.predicted, strict=True):
        error = metric.aggregate(output.records)
        bare = metric.aggregate(metric.records(signal, _bare(predicted), true))
        if bare < NOTICED * error:
            notes.append(
                f"{output.file}: without case and punctuation its {metric.title} would be {bare:.1f} % instead of"
                f" {error:.1f} %. Where these do not count, take them out of all files first."
            )
    return notes


def _bare(texts: np.ndarray) -> np.ndarray:
    """Texts in small letters and without punctuation."""
    silent = (text.casefold().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "") for text in texts)
    kept = ("".join(" " if category(one).startswith("P") else one for one in text) for text in silent)
    return np.array([" ".join(text.split()) for text in kept], dtype=object)


def _versions() -> dict[str, str]:
    return {"endwise": version("endwise"), "python": platform.python_version(), "numpy": np.__version__}
