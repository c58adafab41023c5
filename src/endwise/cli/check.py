"""`endwise check`."""

from __future__ import annotations

import json

from endwise.cli.options import Flag, Json, Several, pairs


def check(
    what: str,
    *,
    path: str | None = None,
    system: str | None = None,
    given: Several = None,
    group: str | None = None,
    split: str | None = None,
    kind: Several = None,
    quick: Flag = False,
    as_json: Json = False,
) -> int:
    """Look at rows and designs before any training: every problem, the labels, what a study would cost.

    Exits with 1 when there are problems or no design can be trained.

    Parameters
    ----------
    what
        The name of a system, or the path of a folder or table.
    path
        For a folder: the signals from input to output, as in "xray -> joints -> age".
    system
        In place of a path: the Python file that declares the system, FILE.py or FILE.py:NAME.
    given
        Names of signals that every row carries beside the input.
    group
        The column that names whom a row belongs to (patient, speaker): never on both sides.
    split
        The column that says 'train' or 'test'.
    kind
        NAME=KIND where the kind of a column is not what its values suggest.
    quick
        Estimate the quick study.
    """
    from endwise.checking import checked

    found = checked(what, path, system, given or [], group, split, pairs(kind, "--kind"), quick=quick)
    print(json.dumps(found.to_json(), indent=1) if as_json else found.in_words())
    return 0 if found.good else 1
