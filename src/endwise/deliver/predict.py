"""`endwise predict`: a winner run on files or on the rows of a table, as text, JSON and pictures."""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from endwise.data.cells import MEDIA
from endwise.data.pictures import lies_on, moved_back
from endwise.data.piped import STANDARD_INPUT, spooled
from endwise.data.problems import Problem
from endwise.data.rows import Rows
from endwise.data.tables import READERS
from endwise.deliver.bundle import Bundle, read, rows_of
from endwise.deliver.overlay import drawn
from endwise.errors import BundleError, RowsError, UsageError, counted, listed, near
from endwise.system.signals import Signal


def predicted(
    winner: Path,
    files: Sequence[str],
    given: Mapping[str, str],
    table: Path | None,
    as_json: bool,
    overlay: Path | None,
    allow: Sequence[str],
) -> tuple[list[str], list[str]]:
    """A line of text or JSON for each file or row, and for each problem with one that could not be used.

    Where the input is no picture or sound, its values stand in the place of files; a text may also stand in a file.
    """
    bundle = read(winner, allow=allow)
    _known(bundle, given)
    tables = [file for file in files if Path(file).suffix.lower() in READERS]
    if table is None and len(files) == len(tables) == 1:
        table, files = Path(tables[0]), []
    if table is None and not files:
        raise UsageError(
            f"Predictions by {winner} were asked for.",
            "No file and no --rows was given.",
            "There is nothing to predict.",
            f"Name files for '{bundle.inputs[0].name}', or a table: --rows rows.csv.",
        )
    if tables and table is None:
        raise UsageError(
            f"Predictions by {winner} were asked for.",
            f"{listed(tables)} {'is a table' if len(tables) == 1 else 'are tables'},"
            f" among {counted(len(files), 'file')}.",
            "A table holds many rows, any other file is one; they are read one table at a time.",
            "Give each table alone, and the other files together.",
        )
    if table is not None and files:
        raise UsageError(
            f"Predictions by {winner} were asked for.",
            f"Both --rows {table} and {counted(len(files), 'file')} were given.",
            "Rows come from a table or from files: one of the two would be left out.",
            "Give them one after the other.",
        )
    with tempfile.TemporaryDirectory() as cache, _read_from(table) as source:
        rows = _rows(bundle, files, given, source, Path(cache))
        problems = [str(one) if table is not None else _of_file(one, files) for one in rows.problems]
        names = [str(name) if table is not None else files[int(name)] for name in rows.ids]
        lines = _lines(bundle, rows, names, as_json, overlay)
    return lines, [json.dumps({"problem": one}) if as_json else f"not used: {one}" for one in problems]


def _read_from(table: Path | None) -> AbstractContextManager[Path | None]:
    """The table itself, or where it is `-` a copy of what comes through the pipe."""
    return spooled(sys.stdin.buffer) if table == Path(STANDARD_INPUT) else nullcontext(table)


def _of_file(problem: Problem, files: Sequence[str]) -> str:
    """A problem in the words of somebody who named files: the table between is ours."""
    file = files[problem.row - 2] if problem.row is not None else str(problem.file)  # line 1 is the header
    if problem.reason.startswith("names ") and not Path(file).exists():
        return f"{file}: is not there"
    return f"{file}, {problem.column}: {problem.reason}"


def _known(bundle: Bundle, given: Mapping[str, str]) -> None:
    names = [signal.name for signal in bundle.given]
    for name in given:
        if name not in names:
            raise BundleError(
                f"--given {name}=... was given to '{bundle.design}'.",
                f"Its given signals are: {listed(names)}.",
                f"It takes no '{name}'.",
                near(name, names) if names else "Leave it out.",
            )


def _rows(bundle: Bundle, files: Sequence[str], given: Mapping[str, str], table: Path | None, cache: Path) -> Rows:
    """The rows to predict: a table's own, or one a file with the given values beside it."""
    needs = [*bundle.inputs, *bundle.given]
    if table is not None:
        return _complete(Rows.from_folder(table, needs, skip_bad=True, cache=cache), needs, given)
    missing = [signal.name for signal in bundle.given if signal.name not in given]
    if missing or len(bundle.inputs) > 1:
        raise BundleError(
            f"A prediction by '{bundle.design}' was asked for.",
            f"It takes {listed([signal.name for signal in needs])}.",
            f"Nothing says what {listed(missing or [s.name for s in bundle.inputs[1:]])} is.",
            "Say it for all files, as in --given sex=F, or row by row with --rows rows.csv.",
        )
    return _listed(bundle.inputs[0], needs, files, given, cache)


def _listed(
    first: Signal, needs: Sequence[Signal], files: Sequence[str], given: Mapping[str, str], cache: Path
) -> Rows:
    """Rows for files or values, by way of a table beside the files: one reader for all that comes from outside."""
    if isinstance(first, MEDIA) and not any(Path(file).is_file() for file in files):
        raise UsageError(
            f"A prediction for {listed(files)} was asked for.",
            "There is no such file.",
            f"'{first.name}' ({first.kind}) is read from a file.",
            "Check the path.",
        )
    folder = cache / "files"
    folder.mkdir()
    cells = [_cell(first, file, folder / str(at)) for at, file in enumerate(files)]
    empty = [repr(file) for file, cell in zip(files, cells, strict=True) if not cell.strip()]
    if empty:
        raise UsageError(
            f"Predictions for {counted(len(files), 'value')} of '{first.name}' were asked for.",
            f"Nothing stands in {listed(empty)}.",
            "An empty value says that there is none, and every row needs its input.",
            "Leave it out; nothing was predicted.",
        )
    with (folder / "rows.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["id", first.name, *given])
        writer.writerows([at, cell, *given.values()] for at, cell in enumerate(cells))
    return Rows.from_folder(folder, needs, skip_bad=True, cache=cache / "decoded")


def _cell(signal: Signal, file: str, inside: Path) -> str:
    """What stands in the table for a file or value: the name of a copy, what a text file holds, or the value itself."""
    path = Path(file)
    if isinstance(signal, MEDIA):
        copy = inside.with_name(f"{inside.name}{path.suffix}")
        if path.is_file():
            copy.write_bytes(path.read_bytes())
        return copy.name
    return path.read_text(encoding="utf-8").strip() if signal.kind == "text" and path.is_file() else file


def _complete(rows: Rows, needs: Sequence[Signal], given: Mapping[str, str]) -> Rows:
    """Rows of a table with the values of --given where no column has them."""
    twice = [name for name in given if rows.has(name).any()]
    if twice:
        raise UsageError(
            f"Predictions for the rows of a table were asked for, with --given {twice[0]}={given[twice[0]]}.",
            f"The table has a column '{twice[0]}'.",
            "It is not clear which of the two holds.",
            "Leave out --given, or take the column out of the table.",
        )
    added = [signal for signal in needs if signal.name in given]
    columns = {s.name: np.repeat(np.asarray(_value(s, given[s.name]))[None], len(rows), axis=0) for s in added}
    everything = np.arange(len(rows))
    kept = [signal for signal in needs if signal not in added]
    lacking = [signal.name for signal in kept if not rows.has(signal.name).all()]
    if lacking:
        raise RowsError(
            "Predictions for the rows of a table were asked for.",
            f"Of {len(rows):,} rows some have no {listed(lacking)}.",
            "Every row needs all inputs.",
            "Fill them in, or say one value for all rows with --given NAME=VALUE.",
        )
    if not added:
        return rows
    own = {signal.name: rows.take(signal.name, everything) for signal in kept}
    return replace(Rows.from_columns(needs, {**own, **columns}, ids=rows.ids), problems=rows.problems, fits=rows.fits)


def _value(signal: Signal, text: str) -> Any:
    try:
        return signal.check(text)
    except ValueError as reason:
        raise UsageError(
            f"--given {signal.name}={text} was given.",
            f"It {reason}.",
            f"'{signal.name}' ({signal.kind}) takes no such value.",
            "Give one that the winner was trained on.",
        ) from None


def _lines(bundle: Bundle, rows: Rows, names: Sequence[str], as_json: bool, overlay: Path | None) -> list[str]:
    everything = np.arange(len(rows))
    if not len(rows):
        return []
    lines: list[str] = []
    inputs = {s.name: rows.view(s.name, everything) for s in (*bundle.inputs, *bundle.given)}
    made = bundle.predict(inputs)
    told = _in_files(made, bundle.signals, rows)
    for at, values in enumerate(rows_of(told, bundle.signals)):
        name = names[at]
        if as_json:
            lines.append(json.dumps({"row": name, **{key: one for key, one in values.items() if one is not None}}))
        else:
            lines.append(f"{name}: {bundle.wants.name} {bundle.wants.show(told[bundle.wants.name][at])}")
        if overlay is not None:
            overlay.mkdir(parents=True, exist_ok=True)
            one: dict[str, Any] = {key: array[at] for key, array in {**inputs, **made}.items()}
            drawn(bundle.signals, one).save(overlay / f"{at:04d}-{Path(name).stem}.png")
    return lines


def _in_files(made: Mapping[str, Any], signals: Mapping[str, Signal], rows: Rows) -> dict[str, Any]:
    """What was made, in pixels of the files where it is measured on pictures that were read."""
    told = dict(made)
    for name, values in made.items():
        on = lies_on(signals[name], list(signals.values()))
        if on in rows.fits:
            pairs = zip(values, rows.fits[on], strict=True)
            told[name] = np.stack([moved_back(signals[name], np.asarray(value), fit) for value, fit in pairs])
    return told
