"""`endwise study`."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from endwise.cli.options import Flag, Json, Several, command_typed, pairs, seconds_in
from endwise.errors import UsageError

if TYPE_CHECKING:
    from endwise.data.rows import Rows
    from endwise.report.terminal import Progress
    from endwise.system.graph import System


def study(
    what: str,
    *,
    path: str | None = None,
    system: str | None = None,
    quick: Flag = False,
    out: Path | None = None,
    sizes: Annotated[list[int] | None, Parameter(consume_multiple=True, negative="")] = None,
    repeats: int | None = None,
    designs: Several = None,
    training: Annotated[
        list[Literal["apart", "chained", "joint"]] | None, Parameter(consume_multiple=True, negative="")
    ] = None,
    reuse: Several = None,
    tune: Several = None,
    given: Several = None,
    group: str | None = None,
    split: str | None = None,
    kind: Several = None,
    skip_bad: Flag = False,
    workers: int | None = None,
    device: str = "cpu",
    seed: int = 0,
    budget: str | None = None,
    labels: Flag = False,
    no_examples: Flag = False,
    replay: str | None = None,
    quiet: Flag = False,
    as_json: Json = False,
) -> None:
    """Measure which design the rows can afford, and keep the trained winner. Resumes by itself.

    Parameters
    ----------
    what
        The name of a system (see: endwise systems), or the path of a folder or table.
    path
        For a folder: the signals from input to output, as in "xray -> joints -> lengths -> age".
    system
        In place of a path: the Python file that declares the system, FILE.py or FILE.py:NAME.
    quick
        Three sizes, two repeats, no search of learning rates, less patience in training.
    out
        Where everything is written (default: runs/NAME).
    sizes
        Training rows with the wanted output, instead of n/16 .. n.
    repeats
        New samples and seeds at each size (default 3; quick 2).
    designs
        Those to study, in the arrow language (default: all).
    training
        How stages are trained: on true inputs (apart), on what the stages before put out (chained), further together
        from there (joint); several are compared. By default as the system says, which for a folder is apart.
    reuse
        SIGNAL=COMPONENT: a stage that was trained before makes it, as it is (see: endwise components).
    tune
        SIGNAL=COMPONENT: the same, trained further on these rows.
    given
        Names of signals that every row carries beside the input.
    group
        The column that names whom a row belongs to (patient, speaker): never on both sides.
    split
        The column that says 'train' or 'test' (default: a fifth of the groups is held out).
    kind
        NAME=KIND where the kind of a column is not what its values suggest.
    skip_bad
        Leave bad rows out, counted and named in the report, instead of refusing.
    workers
        Processes (default: one a core; 0: this process).
    device
        Where networks are trained: cpu, cuda.
    seed
        Everything random follows from it.
    budget
        Time after which no new work is started: 90s, 30m, 2h. What comes out then depends on the machine.
    labels
        Also measure what each design does with fewer labels of one signal: what `endwise plan` starts from.
    no_examples
        Leave pictures of single rows out of the report.
    replay
        The key of a cell that failed (see the report): run it again in this process, and nothing else.
    quiet
        No progress.
    as_json
        Print the verdict as JSON.
    """
    _study(dict(locals()), command_typed())


def again(command: str, folder: Path) -> None:
    """Give a study's command again, asked for labels too; what it keeps lies in `folder`."""
    from cyclopts import App

    app = App()
    app.default(study)
    _, bound, _ = app.parse_args([*shlex.split(command)[2:], "--labels"], exit_on_error=False, print_error=False)
    bound.apply_defaults()
    _study({**bound.arguments, "out": folder, "budget": None, "replay": None}, f"{command} --labels", quiet=True)


def _study(asked: dict[str, Any], command: str, *, quiet: bool = False) -> None:
    """Run the study that is asked for by the options of `study`; print its verdict unless `quiet`."""
    import endwise
    from endwise.deliver.card import about_of, own_modules
    from endwise.report.terminal import Mode, Progress, print_verdict

    silent = asked["quiet"] or asked["as_json"]
    mode: Mode = "quiet" if silent else "screen" if sys.stderr.isatty() else "lines"
    budget = asked["budget"]
    options: dict[str, Any] = {
        **{name: asked[name] or () for name in ("sizes", "designs", "training")},
        **{name: asked[name] for name in ("quick", "repeats", "workers", "device", "seed", "labels")},
        "budget": None if budget is None else seconds_in(budget), "examples": not asked["no_examples"],
        "command": command,
    }  # fmt: skip
    with Progress(mode) as shown:
        system, rows = _asked(asked, shown)
        for signal, component in pairs(asked["reuse"], "--reuse", "SIGNAL=COMPONENT").items():
            system = endwise.reusing(system, signal, component, "frozen")
        for signal, component in pairs(asked["tune"], "--tune", "SIGNAL=COMPONENT").items():
            system = endwise.reusing(system, signal, component, "tuned")
        folder = asked["out"] or Path("runs") / system.name
        if asked["replay"] is not None:
            print(f"ended well: {endwise.replay(system, rows, asked['replay'], out=folder, **options)}")
            return
        done = endwise.study(system, rows, out=folder, progress=shown, **options)
    if quiet:
        return
    if asked["as_json"]:
        print((done.folder / "verdict.json").read_text(encoding="utf-8"))
    else:
        print_verdict(done.verdict, done.report, done.winner, allow=own_modules(about_of(done.winner)))


def _asked(asked: dict[str, Any], shown: Progress) -> tuple[System, Rows]:
    """The system and rows that a command names."""
    from endwise.checking import is_folder

    what: str = asked["what"]
    if not is_folder(what):
        from endwise.systems.catalog import find

        entry = find(what)
        _own_only(what, asked)
        shown.message(f"making the rows of {what}")
        module = entry.load()
        return module.system(), module.rows(quick=asked["quick"], seed=asked["seed"])
    from endwise.checking import own_system
    from endwise.data.rows import Rows

    folder, kinds = Path(what), pairs(asked["kind"], "--kind")
    system, notes = own_system(folder, asked["path"], asked["system"], asked["given"] or [], kinds)
    shown.message(f"reading {what}")
    signals = list(system.signals.values())
    rows = Rows.from_folder(folder, signals, group=asked["group"], split=asked["split"], skip_bad=asked["skip_bad"])
    return system, replace(rows, notes=(*rows.notes, *notes))


def _own_only(what: str, given: dict[str, Any]) -> None:
    """Refuse options that a built-in system would ignore."""
    names = ("path", "system", "given", "group", "split", "kind", "skip_bad")
    asked = [f"--{name.replace('_', '-')}" for name in names if given[name]]
    if asked:
        raise UsageError(
            f"The system '{what}' was asked for with {' and '.join(asked)}.",
            "Those options describe a folder of your own.",
            "A built-in system brings its rows, groups and split with it.",
            f"Leave them out, or give a path: ./{what}.",
        )
