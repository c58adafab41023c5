"""`endwise compare`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from endwise.cli.options import Flag, Json, command_typed, pairs, refuse_options

File = Annotated[str, Parameter(allow_leading_hyphen=True)]  # '-' is standard input
OPTIONS = (
    "--metric", "--group", "--slice", "--truth-at", "--id", "--column", "--unit", "--common", "--seed", "--json",
    "--html",
)  # fmt: skip


def compare(
    truth: File,
    *predictions: File,
    metric: str | None = None,
    group: str | None = None,
    slices: Annotated[list[str] | None, Parameter(name="--slice", negative="")] = None,
    truth_at: Annotated[list[str] | None, Parameter(negative="")] = None,
    key: Annotated[str | None, Parameter(name="--id")] = None,
    column: str | None = None,
    unit: str | None = None,
    common: Flag = False,
    seed: int = 0,
    as_json: Json = False,
    html: Path | None = None,
) -> None:
    """Compare predictions that any systems made for the same rows: no training, no model.

    Tables are CSV, TSV, JSON lines or Parquet; '-' is standard input. Rows are matched by id.

    Parameters
    ----------
    truth
        The table of true values, with a column for ids.
    predictions
        A table for each system, with ids and predictions; NAME=FILE names the system.
    metric
        mae, rmse, bias, error (or accuracy), wer, cer, share_beyond:12 (default: what suits the values).
    group
        The column of the truth that names whom a row belongs to (patient, speaker).
    slices
        A column of the truth: does the order of the systems turn in one of its slices? May be repeated.
    truth_at
        SIGNAL=FILE (or SYSTEM:SIGNAL=FILE): what the system put out when given that signal's true value.
        Blames the seam. May be repeated.
    key
        The column of ids (default: id, or the only one that could be it).
    column
        The column of true values, where it is not obvious.
    unit
        The unit of the values, as in months.
    common
        Where predictions are missing, compare on the rows that every file has.
    seed
        Of the bootstrap.
    as_json
        One JSON object with everything that was found.
    html
        Write a page to this file.
    """
    refuse_options([truth, *predictions], OPTIONS)
    from endwise.comparing import compare as compared
    from endwise.records import to_json

    found = compared(
        truth, predictions, metric=metric, group=group, slices=slices or (), id=key, column=column,
        truth_at=pairs(truth_at, "--truth-at", "SIGNAL=FILE"), unit=unit or "", common=common, seed=seed,
        command=command_typed(),
    )  # fmt: skip
    if html is not None:
        from endwise.report.comparison.page import write

        write(found, html)
    if as_json:
        print(json.dumps(to_json(found), indent=1))
    else:
        from endwise.report.comparison.terminal import print_comparison

        print_comparison(found, html)
