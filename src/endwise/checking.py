"""`endwise check`: everything that can be known before training."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from endwise.data.folder import Inspection, inspect
from endwise.data.rows import Rows
from endwise.declared import from_file
from endwise.errors import DeclarationError, LabelsError, RowsError, UsageError, counted
from endwise.path import left_out, system_of
from endwise.studies.prepare import Options, Prepared, estimate, prepare
from endwise.system.graph import System
from endwise.system.signals import Category, Signal


@dataclass(frozen=True)
class Checked:
    """What was found: problems (each in words), labels per signal, designs, and the cost of a study."""

    what: str
    rows: int
    labels: Mapping[str, int]
    kinds: Mapping[str, str]
    problems: tuple[str, ...]
    ignored: tuple[str, ...]
    notes: tuple[str, ...]
    designs: tuple[str, ...]
    lacking: Mapping[str, str]
    sizes: tuple[int, ...]
    cpu_seconds: float

    @property
    def good(self) -> bool:
        """Whether a study would run on all rows."""
        return not self.problems and bool(self.designs)

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "what": self.what, "rows": self.rows, "labels": dict(self.labels), "kinds": dict(self.kinds),
            "problems": list(self.problems),
            "ignored": list(self.ignored), "notes": list(self.notes), "designs": list(self.designs),
            "lacking": dict(self.lacking), "sizes": list(self.sizes), "cpu_seconds": round(self.cpu_seconds, 1),
        }  # fmt: skip

    def in_words(self) -> str:
        """For a terminal."""
        lines = [f"{self.what}: {counted(self.rows, 'row')}"]
        lines += [f"  {name} ({self.kinds[name]}): {count:,}" for name, count in self.labels.items()]
        lines += _block("read as", self.notes) + _block("not read", self.ignored)
        lines += _block(counted(len(self.problems), "problem"), self.problems)
        lines += _block("designs that can be studied", self.designs)
        lines += _block("designs that cannot", [f"{design}: {lacks}" for design, lacks in self.lacking.items()])
        if self.designs:
            sizes = ", ".join(f"{size:,}" for size in self.sizes)
            lines.append(f"a study at {sizes} rows would take roughly {_duration(self.cpu_seconds)} of one core")
        return "\n".join(lines)


def _block(title: str, lines: Sequence[str]) -> list[str]:
    return [f"{title}:", *(f"  {line}" for line in lines)] if lines else []


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} minutes"


def is_folder(what: str) -> bool:
    """Whether a command means a path of the user's own and not a system by name. A system's name comes first."""
    from endwise.systems.catalog import CATALOG

    written_as_path = os.sep in what or what.startswith(".") or Path(what).suffix != ""
    return what not in CATALOG and (written_as_path or Path(what).exists())


def own_system(
    folder: Path, path: str | None, file: str | None, given: Sequence[str], kinds: Mapping[str, str]
) -> tuple[System, tuple[str, ...]]:
    """The system that reads the user's own rows, of --path or --system, and what is to be noted of it.

    Raises UsageError where none, or both, of them is given.
    """
    if file is None:
        path = path or _path_needed(folder)
        system = system_of(folder, path, given=given, kinds=kinds)
        return system, left_out(system, path)
    beside = [name for name, value in (("--path", path), ("--given", given), ("--kind", kinds)) if value]
    if beside:
        raise UsageError(
            f"--system {file} was given with {' and '.join(beside)}.",
            "The file declares the signals, their kinds and which of them are given.",
            "Only one of them could be right.",
            "Leave one of them out.",
        )
    return from_file(file), ()


def _path_needed(folder: Path) -> str:
    """Raise the error for a folder or table without --path."""
    example = '--path "xray -> joints -> age"'
    if not folder.exists():
        raise UsageError(
            f"Rows in {folder} were asked for.",
            "There is no such file or folder.",
            "Rows are read from a folder or a table, and systems go by their names.",
            "Check the path, or see `endwise systems`.",
        )
    if folder.suffix == ".py":
        raise UsageError(
            f"The file {folder} was given.",
            "It is Python.",
            "A study needs rows as well: the path of a folder or table comes first.",
            f"Write: ./ROWS --system {folder}.",
        )
    raise UsageError(
        f"The rows in {folder} were given.",
        "Neither --path nor --system was given.",
        "Without one the order of the signals is not known.",
        f"Name them from the input to what is wanted: {example}; or give --system FILE.py.",
    )


def checked(
    what: str,
    path: str | None,
    system: str | None,
    given: Sequence[str],
    group: str | None,
    split: str | None,
    kinds: Mapping[str, str],
    *,
    quick: bool,
) -> Checked:
    """Look at a system's or a folder's rows and designs."""
    if is_folder(what):
        folder = Path(what)
        declared, notes = own_system(folder, path, system, given, kinds)
        signals = list(declared.signals.values())
        found = inspect(folder, signals, group=group, split=split)
        found = replace(found, notes=(*found.notes, *notes))
        rows = Rows.from_folder(folder, signals, group=group, split=split, skip_bad=True) if found.usable else None
        return _checked(what, declared, rows, found, quick=quick)
    from endwise.systems.catalog import find

    module = find(what).load()
    rows = module.rows(quick=quick)
    return _checked(what, module.system(), rows, Inspection((), len(rows), len(rows), rows.counts), quick=quick)


def _checked(what: str, system: System, rows: Rows | None, found: Inspection, *, quick: bool) -> Checked:
    prepared, lacking = _prepared(system, rows, quick=quick)
    return Checked(
        what=what,
        rows=found.rows,
        labels=found.labels,
        kinds={name: _kind(signal) for name, signal in system.signals.items()},
        problems=tuple(str(problem) for problem in found.problems),
        ignored=tuple(str(problem) for problem in found.ignored),
        notes=found.notes,
        designs=tuple(design.text for design in prepared.scope.designs) if prepared else (),
        lacking=lacking,
        sizes=prepared.scope.sizes if prepared else (),
        cpu_seconds=estimate(prepared) if prepared else 0.0,
    )


def _kind(signal: Signal) -> str:
    """What the values of a signal are, in two or three words."""
    if isinstance(signal, Category):
        return f"category of {len(signal.values)}"
    size = " x ".join(map(str, signal.shape)) if signal.shape and not signal.ragged else ""
    return f"{signal.kind} of {size}" if size else signal.kind


def _prepared(system: System, rows: Rows | None, *, quick: bool) -> tuple[Prepared | None, dict[str, str]]:
    if rows is None:
        return None, {"every design": "no row can be used"}
    try:
        prepared = prepare(system, rows, Options(quick=quick), Path(tempfile.gettempdir()))
    except (DeclarationError, LabelsError, RowsError) as error:
        return None, {"every design": f"{error.here} {error.why}"}
    return prepared, {one.design: one.lacks for one in prepared.untrainable}
