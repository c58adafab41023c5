"""`endwise predict`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from endwise.cli.options import Json, Several, pairs


def predict(
    winner: Path,
    *files: str,
    given: Several = None,
    rows: Annotated[Path | None, Parameter(allow_leading_hyphen=True)] = None,
    as_json: Json = False,
    overlay: Path | None = None,
    allow: Several = None,
) -> int:
    """Run a trained winner on files or on the rows of a table.

    Exits with 1 when a file could not be used; the others are predicted all the same.

    Parameters
    ----------
    winner
        The folder 'winner' of a study.
    files
        Pictures or sounds for the winner's input; where that is a text or numbers, the text or numbers themselves.
    given
        NAME=VALUE for given signals, one value for all files.
    rows
        A table or folder with a column for each input and given signal; '-' is standard input.
    as_json
        One JSON object a row, with every signal on the way.
    overlay
        A folder for pictures with the signals on the way drawn in.
    allow
        Modules of your own that the winner may import, by name, or as files: FILE.py.
    """
    from endwise.declared import importable
    from endwise.deliver.predict import predicted

    allowed = [importable(Path(one)) if one.endswith(".py") else one for one in allow or []]
    lines, problems = predicted(winner, files, pairs(given, "--given"), rows, as_json, overlay, allowed)
    for line in [*lines, *problems]:
        print(line)
    return 1 if problems else 0
