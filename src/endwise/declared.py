"""A system that a Python file declares: `--system hand.py`, or `--system hand.py:name` where it holds several."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from endwise.errors import EndwiseError, UsageError, listed, near
from endwise.system.graph import System


def from_file(named: str) -> System:
    """The system of `FILE.py` or `FILE.py:NAME`, where NAME is a system, or a function that makes one.

    Without a name it is the only system at the file's top level, or what its function `system` makes. The file is
    imported as a module from its own folder, so worker processes and winners find its functions by its name. Raises
    UsageError where there is no such file or system, or where the file fails.
    """
    path, _, name = (named, "", "") if named.endswith(".py") else named.rpartition(":")
    file = Path(path)
    if file.suffix != ".py" or not file.is_file():
        raise UsageError(
            f"The system in {named} was asked for.",
            "There is no such Python file.",
            "A system of your own is declared in one: ew.System(...).",
            "Write --system FILE.py, or --system FILE.py:NAME for one of several.",
        )
    with _told(file):
        module = _imported(file)
        found = {id(one): (label, one) for label, one in vars(module).items() if isinstance(one, System)}
        systems = dict(found.values())
        maker = vars(module).get(name or "system")
        if callable(maker) and (name or not systems):
            made = maker()
            systems |= {name or "system": made} if isinstance(made, System) else {}
    if name in systems or (not name and len(systems) == 1):
        return systems[name or next(iter(systems))]
    raise _which(file, name, list(systems))


def importable(file: Path) -> str:
    """The name under which a Python file can be imported from now on, with what lies beside it."""
    folder = str(file.absolute().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return file.stem


def _which(file: Path, name: str, names: list[str]) -> UsageError:
    """The error for a name that the file does not hold, or for none where it holds several systems."""
    asked, here = f"The system in {file} was asked for.", f"It holds: {listed(names)}."
    if not names:
        do = "Declare it at the top level: NAME = ew.System(...)."
        return UsageError(asked, "It holds none.", "There is nothing to study.", do)
    if not name:
        return UsageError(asked, here, "Which is meant is not clear.", f"Write --system {file}:{names[0]}.")
    return UsageError(f"The system '{name}' in {file} was asked for.", here, "No other is there.", near(name, names))


def _imported(file: Path) -> ModuleType:
    """The file as the module of its name. Raises UsageError where another has that name."""
    module = importlib.import_module(importable(file))
    where = getattr(module, "__file__", None)
    if where is None or not Path(where).samefile(file):
        raise UsageError(
            f"The system in {file} was asked for.",
            f"Another module is called '{file.stem}': {where or 'one of Python itself'}.",
            "A winner finds your functions again by the name of their module.",
            "Give the file a name of its own.",
        )
    return module


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """What the user's code raises, with the line of the file; what is wrong with a system says so itself."""
    try:
        yield
    except EndwiseError:
        raise
    except Exception as error:
        seen = traceback.extract_tb(error.__traceback__)
        lines = [one.lineno for one in seen if Path(one.filename).absolute() == file.absolute()]
        raise UsageError(
            f"The system in {file} was asked for.",
            f"{f'Line {lines[-1]}: ' if lines else ''}{type(error).__name__}: {error}",
            "The file fails when it is imported.",
            f"Mend it until this runs: python {file}",
        ) from error
