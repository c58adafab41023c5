"""Headings: which column of a table is the id, which the true value, which the prediction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from endwise.data.cells import is_absent, name_of
from endwise.data.tables import Table
from endwise.errors import UsageError, listed, near

ID = "id"
LIKELY_IDS = ("file_name", "filename", "file", "path", "image", "audio", "name", "key", "uid", "uuid", "row", "index")
ROW = "row"  # what `endwise predict --json` calls the id, whatever the table calls it
PREDICTION = ("prediction", "predicted", "pred")


@dataclass(frozen=True)
class Headings:
    """The columns that a comparison reads: `ids` and `predicted` hold one name a table of predictions.

    `copies` names the tables that hold a column called like the true value beside that of the predictions.
    """

    id: str
    column: str
    group: str | None
    slices: tuple[str, ...]
    ids: tuple[str, ...]
    predicted: tuple[str, ...]
    copies: tuple[str, ...] = ()


def choose(
    truth: Table, outputs: Sequence[Table], *, key: str | None, column: str | None, group: str | None,
    slices: Sequence[str],
) -> Headings:  # fmt: skip
    """The columns to read. Raises UsageError where one that was named is missing or one cannot be told."""
    named = [("--id", key), ("--column", column), ("--group", group), *(("--slice", one) for one in slices)]
    for option, name in named:
        if name is not None and name not in truth.columns:
            raise _no_column(truth, option, name)
    taken = {name for name in (group, *slices) if name}
    own = _key(truth, outputs, key, taken | {column or ""})
    ids = [own if own in table.columns else ROW for table in outputs]
    wanted = column or _wanted(truth, outputs, taken | {own})
    found = [_predicted(truth, table, name, wanted) for table, name in zip(outputs, ids, strict=True)]
    copies = [table.name for table, name in zip(outputs, found, strict=True) if name != wanted in table.columns]
    return Headings(own, wanted, group, tuple(slices), tuple(ids), tuple(found), tuple(copies))


def _key(truth: Table, outputs: Sequence[Table], asked: str | None, taken: set[str]) -> str:
    """The column by which rows are matched: the one asked for, `id`, or the only one that could be it."""
    if asked is not None:
        for table in outputs:
            if not _has(table, asked):
                raise _no_column(table, "--id", asked)
        return asked
    shared = [name for name in _names(truth) if all(_has(table, name) for table in outputs)]
    if ID in shared:
        return ID
    could = [name for name in shared if name not in taken and _is_likely(name) and _is_unique(truth, name)]
    if len(could) == 1:
        return could[0]
    told = f"Columns that could be: {listed(could)}." if could else "None of the shared columns is clearly an id."
    raise UsageError(
        f"The rows of {truth.name} were to be matched with their predictions by an id.",
        f"No column is called 'id' in every file. {_columns([truth, *outputs])}",
        told,
        f"Name the column: --id {could[0] if could else next(iter(shared), 'COLUMN')}",
    )


def _has(table: Table, key: str) -> bool:
    """Whether a table of predictions has the ids that the truth keeps in `key`."""
    return key in table.columns or ROW in table.columns


def _is_likely(name: str) -> bool:
    return name.lower() in LIKELY_IDS or name.lower().endswith("_id")


def _is_unique(table: Table, name: str) -> bool:
    cells = [name_of(cell) for cell in table.cells[name] if not is_absent(cell)]
    return len(set(cells)) == len(cells)


def _wanted(truth: Table, outputs: Sequence[Table], taken: set[str]) -> str:
    """The column of true values: the only one left, or the only one left that predictions have too."""
    left = [name for name in _names(truth) if name not in taken]
    shared = [name for name in left if any(name in table.columns for table in outputs)]
    in_all = [name for name in shared if all(name in table.columns for table in outputs)]
    for could in (left, shared, in_all):
        if len(could) == 1:
            return could[0]
    raise UsageError(
        f"The true values in {truth.name} were to be compared with predictions.",
        f"Beside id, group and slices {truth.name} has the columns {listed(left)}; "
        f"{listed(shared)} {'is' if len(shared) < 2 else 'are'} among those of the predictions.",
        "It is not clear which of them holds the true value."
        if left
        else "So no column is left to hold the true value.",
        f"Name the column: --column {' or --column '.join((shared or left or ['COLUMN'])[:4])}",
    )


def _predicted(truth: Table, table: Table, key: str, wanted: str) -> str:
    """The column of predictions: one that says so, one called like the true value, or the only other one.

    A file with both holds a copy of the truth more often than not: the column that says so is taken.
    """
    of = {f"{word}_{wanted}".lower() for word in PREDICTION} | {f"{wanted}_{word}".lower() for word in PREDICTION}
    for says in (PREDICTION, {*of, "y_hat", "yhat"}):
        could = [name for name in _names(table) if name != key and name.lower() in says]
        if len(could) == 1:
            return could[0]
    if wanted in table.columns:
        return wanted
    other = [name for name in _names(table) if name != key and name not in truth.columns]
    if len(other) == 1:
        return other[0]
    raise UsageError(
        f"Predictions of '{wanted}' were to be read from {table.name}.",
        f"Its columns are {listed(_names(table))}.",
        f"None is called '{wanted}' or one of {', '.join(PREDICTION)}, and {len(other)} others are left.",
        f"Call the column of predictions '{wanted}' or 'prediction'.",
    )


def _names(table: Table) -> list[str]:
    """The columns that have a name; the one that pandas writes for its index has none."""
    return [name for name in table.columns if name]


def _columns(tables: Sequence[Table]) -> str:
    return " ".join(f"{table.name} has {listed(_names(table))}." for table in tables[:3])


def _no_column(table: Table, option: str, name: str) -> UsageError:
    return UsageError(
        f"{option} {name} was given.",
        f"{table.name} has the columns {listed(_names(table))}.",
        f"'{name}' is not among them.",
        near(name, _names(table)),
    )
