"""`study(system, rows) -> Study`: the only place where the floors are wired together."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from inspect import signature
from pathlib import Path
from typing import Any

from endwise.data.rows import Rows
from endwise.deliver import bundle, components
from endwise.engines.base import Engine
from endwise.engines.local import LocalEngine
from endwise.errors import StudyError, UsageError, counted, listed, near
from endwise.findings.examples import examples_of, films_of
from endwise.findings.gathering import number_facts, verdict_of
from endwise.findings.leading import Best
from endwise.findings.trained import trained_in
from endwise.learn.chain import Chain
from endwise.records import Verdict, to_json
from endwise.report import page
from endwise.report.quantities import seconds as seconds_of
from endwise.report.terminal import Progress
from endwise.stores.folder import FolderStore
from endwise.studies.cells import Judging
from endwise.studies.execute import model_of, run_cell
from endwise.studies.prepare import Options, Prepared, cells_of, estimate, prepare
from endwise.studies.runner import Outcome, Runner
from endwise.system.graph import System


@dataclass(frozen=True)
class Study:
    """A finished study: `verdict`, and where its files lie."""

    verdict: Verdict
    folder: Path

    @property
    def report(self) -> Path:
        """The HTML report."""
        return self.folder / "report.html"

    @property
    def winner(self) -> Path:
        """The trained winner: `endwise.load(study.winner)` or `endwise predict`."""
        return self.folder / "winner"

    def __repr__(self) -> str:
        return f"<Study {self.verdict.system}: {self.verdict.best}, in {self.folder}>"


def study(
    system: System,
    rows: Rows | str | Path,
    *,
    out: str | Path | None = None,
    progress: Progress | None = None,
    engine: Engine | None = None,
    **asked: Any,
) -> Study:
    """Measure which design of `system` these rows can afford, and keep the trained winner.

    Parameters
    ----------
    system: signals, components, what is wanted and how it is judged.
    rows: rows, or a folder or table to read them from; a row may lack any label.
    out: the study's folder (default `runs/NAME`). A study that was stopped goes on from there.
    progress: what shows how far it is; plain lines on a terminal, nothing elsewhere.
    engine: who runs the cells; by default worker processes on this machine.
    asked: sizes, repeats, designs, training, quick, workers, seed, budget (seconds), device, examples, labels
        (see `endwise.studies.prepare.Options`).

    Raises RowsError for rows that cannot be used, LabelsError when no design can be trained on their
    labels, UsageError for sizes or designs that do not exist, StudyError when nothing could be measured.
    """
    options = _options(asked)
    folder = Path(out) if out is not None else Path("runs") / system.name
    if not isinstance(rows, Rows):
        rows = Rows.from_folder(rows, list(system.signals.values()))
    saved = folder / "rows" / rows.fingerprint[:16]
    prepared = prepare(system, rows, options, saved)
    store = FolderStore(folder / "store")
    if not saved.exists():
        rows.save(saved)
    with progress or Progress("lines" if os.isatty(2) else "quiet") as shown:
        outcome, seconds = _run(prepared, store, options, engine or LocalEngine(options.workers), shown)
        verdict = verdict_of(prepared, store, options, outcome, seconds)
        shown.message("writing the report and the winner")
        _deliver(prepared, store, outcome.judged, verdict, folder, pictures=options.examples)
    return Study(verdict, folder)


def _options(asked: Mapping[str, Any]) -> Options:
    """What a study is asked to do. Raises UsageError for an option that no study has."""
    known = [field.name for field in fields(Options)]
    strange = [name for name in asked if name not in known]
    if strange:
        of_rows = strange[0] in signature(Rows.from_folder).parameters
        raise UsageError(
            f"A study with {strange[0]}={asked[strange[0]]!r} was asked for.",
            f"Its options are {listed(known, len(known))}.",
            "That is how rows are read." if of_rows else f"'{strange[0]}' is not among them.",
            f"Read them first: ew.Rows.from_folder(folder, list(system.signals.values()), {strange[0]}=...)."
            if of_rows
            else near(strange[0], known),
        )
    return Options(**asked)


def replay(system: System, rows: Rows | str | Path, key: str, *, out: str | Path, **asked: Any) -> str:
    """Run one cell of a study again in this process, as its seed and inputs were; its title.

    `key` is that of a failed cell of the study that the other arguments describe. What the cell raises is
    raised. Raises UsageError where the study has no such failure.
    """
    options = _options(asked)
    if not isinstance(rows, Rows):
        rows = Rows.from_folder(rows, list(system.signals.values()))
    prepared = prepare(system, rows, options, Path(out) / "rows" / rows.fingerprint[:16])
    store = FolderStore(Path(out) / "store")
    failure = store.failure(key) or {}
    rates = tuple(((signal, maker), rate) for signal, maker, rate in failure.get("rates", []))
    like = [cell for cell in cells_of(prepared).values() if cell.title == failure.get("title")]
    cell = next((c for c in (replace(one, rates=rates) for one in like) if prepared.context.key(c) == key), None)
    if cell is None:
        raise UsageError(
            f"The cell {key} was to be run again.",
            f"Its store holds {len(list(store.folder.glob('failed/*.json')))} failures; of this key and study: none.",
            "A key belongs to one study: the same rows, seed and options.",
            "Take the key from the report's list of failures, and the command that it gives.",
        )
    run_cell(prepared.context, store, cell)
    return cell.title


def _run(
    prepared: Prepared, store: FolderStore, options: Options, engine: Engine, shown: Progress
) -> tuple[Outcome, float]:
    started = time.monotonic()
    deadline = None if options.budget is None else started + options.budget
    missing = sum(not store.has(key) for key in cells_of(prepared))  # the search of learning rates adds some
    cost = f" (a guess: {seconds_of(estimate(prepared, store.has))} of CPU time)" if missing else ""
    shown.start(missing, f"{prepared.context.system.name}, to do{cost}")
    best = Best(prepared, store)

    def listen(done: int, total: int, cell: Any) -> None:
        shown.advance(done, total, cell.title, best=best.after(cell))

    with Runner(prepared.context, store, engine, deadline=deadline, listen=listen) as runner:
        outcome = runner.run(prepared.scope)
    if not outcome.judged:
        first = outcome.failures[0].error if outcome.failures else "The budget ended before a design was judged."
        raise StudyError(
            f"A study of '{prepared.context.system.name}' was asked for.",
            f"No design could be judged; {counted(len(outcome.failures), 'cell')} failed. The first:\n{first}",
            "There is nothing to say yet.",
            "Mend what failed, or give it more time; the same command goes on where this one stopped.",
        )
    return outcome, time.monotonic() - started


def _deliver(
    prepared: Prepared, store: FolderStore, judged: Sequence[Judging], verdict: Verdict, folder: Path, *, pictures: bool
) -> None:
    """Write winner, report and verdict, in this order: a verdict that is there has all the rest beside it."""
    context, size = prepared.context, verdict.sizes[-1]
    best = [cell for cell in judged if cell.design.key == verdict.best_key and cell.size == size]
    cell = min(best, key=lambda one: one.repeat)  # fixed beforehand: the first, never the best-looking
    models = {name: model_of(context, store, one, name) for name, one in cell.trainings.items()}
    bundle.save(folder / "winner", cell.design, models, verdict, number_facts(context, store, cell))
    components.save_all(
        folder / components.FOLDER, context.system, trained_in(context, store, judged, size), verdict.command
    )
    examples = examples_of(context, cell.design, Chain(cell.design.parts, models)) if pictures else []
    first = [one for one in judged if one.size == size and one.repeat == 0]
    films = films_of(context, store, first) if pictures else []
    page.write(verdict, folder / "report.html", examples, films)
    fresh = folder / ".verdict.json"
    fresh.write_text(json.dumps(to_json(verdict), indent=1, ensure_ascii=False), encoding="utf-8")
    fresh.replace(folder / "verdict.json")
