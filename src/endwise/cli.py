"""The command line. The same words as in the library; heavy imports happen inside the commands."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from endwise import __version__
from endwise.errors import EndwiseError, UsageError, counted

if TYPE_CHECKING:
    from endwise.data.rows import Rows
    from endwise.report.terminal import Progress
    from endwise.system.graph import System

app = App(
    name="endwise",
    version=__version__,
    help="One end-to-end model, a chain of stages, or cut somewhere between? Measured on your own rows.",
    help_epilogue="Try: endwise study bone-age --quick",
    help_format="plaintext",  # Markdown would cost a fifth of the time to open
    suppress_keyboard_interrupt=False,  # main says how to go on
)
app.command("endwise.systems.bone_age.app:app", name="bone-age", help="Estimate bone age from hand radiographs.")

Several = Annotated[list[str] | None, Parameter(consume_multiple=True, negative="")]
Flag = Annotated[bool, Parameter(negative="")]


@app.command
def systems(*, as_json: Annotated[Flag, Parameter(name="--json")] = False) -> None:
    """List the reference systems and their designs."""
    from endwise.system.designs import designs
    from endwise.systems.catalog import CATALOG

    found = {name: [d.text for d in designs(entry.load().system())] for name, entry in CATALOG.items()}
    if as_json:
        print(json.dumps(found, indent=1))
        return
    for name, entry in CATALOG.items():
        print(f"{name}: {entry.mapping}")
        for text in found[name]:
            print(f"  {text}")


@app.command
def check(
    what: str,
    *,
    path: str | None = None,
    given: Several = None,
    group: str | None = None,
    split: str | None = None,
    kind: Several = None,
    quick: Flag = False,
    as_json: Annotated[Flag, Parameter(name="--json")] = False,
) -> int:
    """Look at rows and designs before any training: every problem, the labels, what a study would cost.

    Exits with 1 when there are problems or no design can be trained.

    Parameters
    ----------
    what
        The name of a system, or the path of a folder or table.
    path
        For a folder: the signals from input to output, as in "xray -> joints -> age".
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

    found = checked(what, path, given or [], group, split, _pairs(kind, "--kind"), quick=quick)
    print(json.dumps(found.to_json(), indent=1) if as_json else found.in_words())
    return 0 if found.good else 1


@app.command
def study(
    what: str,
    *,
    path: str | None = None,
    quick: Flag = False,
    out: Path | None = None,
    sizes: Annotated[list[int] | None, Parameter(consume_multiple=True, negative="")] = None,
    repeats: int | None = None,
    designs: Several = None,
    training: Annotated[list[Literal["apart", "chained"]] | None, Parameter(consume_multiple=True, negative="")] = None,
    given: Several = None,
    group: str | None = None,
    split: str | None = None,
    kind: Several = None,
    skip_bad: Flag = False,
    workers: int | None = None,
    device: str = "cpu",
    seed: int = 0,
    budget: str | None = None,
    no_examples: Flag = False,
    replay: str | None = None,
    quiet: Flag = False,
    as_json: Annotated[Flag, Parameter(name="--json")] = False,
) -> None:
    """Measure which design the rows can afford, and keep the trained winner. Resumes by itself.

    Parameters
    ----------
    what
        The name of a system (see: endwise systems), or the path of a folder or table.
    path
        For a folder: the signals from input to output, as in "xray -> joints -> lengths -> age".
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
        How stages are trained: on true inputs (apart), on what the stages before put out (chained).
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
    no_examples
        Leave pictures of single rows out of the report.
    replay
        The key of a cell that failed (see the report): run it again in this process, and nothing else.
    quiet
        No progress.
    as_json
        Print the verdict as JSON.
    """
    import endwise
    from endwise.report.terminal import Mode, Progress, print_verdict

    mode: Mode = "quiet" if quiet or as_json else "screen" if sys.stderr.isatty() else "lines"
    options: dict[str, Any] = {
        "quick": quick, "sizes": sizes or (), "repeats": repeats, "designs": designs or (),
        "training": training or ("apart",), "workers": workers, "device": device, "seed": seed,
        "budget": None if budget is None else seconds_in(budget), "examples": not no_examples,
        "command": _command(),
    }  # fmt: skip
    with Progress(mode) as shown:
        system, rows = _asked(what, path, given, group, split, kind, skip_bad, quick, seed, shown)
        folder = out or Path("runs") / system.name
        if replay is not None:
            print(f"ended well: {endwise.replay(system, rows, replay, out=folder, **options)}")
            return
        done = endwise.study(system, rows, out=folder, progress=shown, **options)
    if as_json:
        print((done.folder / "verdict.json").read_text(encoding="utf-8"))
    else:
        print_verdict(done.verdict, done.report, done.winner)


@app.command
def report(folder: Path, *, as_json: Annotated[Flag, Parameter(name="--json")] = False) -> None:
    """Print the verdict of a finished study again, and where its report lies.

    Parameters
    ----------
    folder
        The study's folder, as in runs/bone-age.
    """
    from endwise.report.stored import verdict_in
    from endwise.report.terminal import print_verdict

    verdict = verdict_in(folder)
    if as_json:
        print((folder / "verdict.json").read_text(encoding="utf-8"))
    else:
        print_verdict(verdict, folder / "report.html", folder / "winner")


@app.command
def predict(
    winner: Path,
    *files: Path,
    given: Several = None,
    rows: Path | None = None,
    as_json: Annotated[Flag, Parameter(name="--json")] = False,
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
        Pictures (or other media) for the winner's input.
    given
        NAME=VALUE for given signals, one value for all files.
    rows
        A table or folder with a column for each input and given signal.
    as_json
        One JSON object a row, with every signal on the way.
    overlay
        A folder for pictures with the signals on the way drawn in.
    allow
        Modules of your own that the winner may import.
    """
    from endwise.deliver.predict import predicted

    lines, problems = predicted(winner, files, _pairs(given, "--given"), rows, as_json, overlay, allow or [])
    for line in [*lines, *problems]:
        print(line)
    return 1 if problems else 0


@app.command
def store(folder: Path, *, clean: Flag = False, everything: Flag = False) -> None:
    """Show what a study's store holds, and clean it.

    Parameters
    ----------
    folder
        A study's folder or its store.
    clean
        Remove what crashes left half-written for a day or more.
    everything
        With --clean: remove all cells; the next study begins anew.
    """
    from endwise.stores.folder import MARK, FolderStore

    inner = folder if (folder / MARK).exists() else folder / "store"
    if not (inner / MARK).exists():
        raise UsageError(
            f"The store of {folder} was asked for.",
            f"Neither {folder} nor {folder / 'store'} is a store.",
            f"A store is marked by a file {MARK}.",
            "Give the folder that a study was written to, as in runs/bone-age.",
        )
    if everything and not clean:
        raise UsageError(
            f"--everything was given for {folder}.",
            "It says what --clean removes.",
            "Without --clean nothing is removed.",
            f"If all cells are to go: endwise store {folder} --clean --everything",
        )
    kept = FolderStore(inner)
    if clean:
        print(f"removed {counted(kept.clean(everything=everything), 'item')}")
    usage = kept.usage()
    print(
        f"{inner}: {counted(usage.cells, 'cell')}, {usage.bytes / 1e6:.1f} MB; "
        f"{usage.failed} failed, {usage.leftovers} half-written"
    )


@app.command
def init(name: Path) -> None:
    """Write a project to start from: a system of your own in Python, with made-up rows to try it on.

    Parameters
    ----------
    name
        The project's folder; it must not exist yet.
    """
    from endwise.deliver.project import start

    for file in start(name):
        print(f"wrote {file}")
    print(f"next: cd {name} && python study.py")


def _asked(
    what: str, path: str | None, given: list[str] | None, group: str | None, split: str | None,
    kind: list[str] | None, skip_bad: bool, quick: bool, seed: int, shown: Progress,
) -> tuple[System, Rows]:  # fmt: skip
    """The system and rows that a command names."""
    from endwise.checking import is_folder

    if not is_folder(what):
        from endwise.systems.catalog import find

        _own_only(what, path, given, group, split, kind, skip_bad)
        shown.message(f"making the rows of {what}")
        module = find(what).load()
        return module.system(), module.rows(quick=quick, seed=seed)
    from endwise.checking import path_needed
    from endwise.data.rows import Rows
    from endwise.path import left_out, system_of

    folder, path = Path(what), path or path_needed(what)
    system = system_of(folder, path, given=given or [], kinds=_pairs(kind, "--kind"))
    shown.message(f"reading {what}")
    signals = list(system.signals.values())
    rows = Rows.from_folder(folder, signals, group=group, split=split, skip_bad=skip_bad)
    return system, replace(rows, notes=(*rows.notes, *left_out(system, path)))


def _own_only(what: str, *options: object) -> None:
    """Refuse options that a built-in system would ignore."""
    names = ("--path", "--given", "--group", "--split", "--kind", "--skip-bad")
    asked = [name for name, value in zip(names, options, strict=True) if value]
    if asked:
        raise UsageError(
            f"The system '{what}' was asked for with {' and '.join(asked)}.",
            "Those options describe a folder of your own.",
            "A built-in system brings its rows, groups and split with it.",
            f"Leave them out, or give a path: ./{what}.",
        )


def seconds_in(text: str) -> float:
    """Seconds in a duration such as 90s, 30m or 2h. Raises UsageError for anything else.

    >>> seconds_in("30m")
    1800.0
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|h)", text.strip())
    if match is None:
        raise UsageError(
            f"A budget of '{text}' was asked for.",
            "It is a number and a unit: s, m or h.",
            "Without a unit it is not clear how long is meant.",
            "Write for example --budget 30m.",
        )
    return float(match.group(1)) * {"s": 1, "m": 60, "h": 3600}[match.group(2)]


def _pairs(items: list[str] | None, option: str) -> dict[str, str]:
    wrong = [item for item in items or [] if "=" not in item]
    if wrong:
        raise UsageError(
            f"{option} {wrong[0]} was given.",
            "It has no '='.",
            f"{option} takes NAME=VALUE.",
            f"Write for example {option} {wrong[0]}=VALUE.",
        )
    return dict(item.split("=", 1) for item in items or [])


def _command() -> str:
    """The command as typed, with quotes where a shell needs them."""
    import shlex

    return " ".join(["endwise", *(shlex.quote(word) for word in sys.argv[1:])])


def main() -> None:
    """Run the command line. Errors are printed without a traceback; exit codes: 1 error, 130 interrupted."""
    try:
        code = app(result_action="return_value")
    except EndwiseError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    except OSError as error:  # a path that cannot be read or written, a full disk
        where = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(
            f"The command was: {_command()}\n"
            f"{where}{error.strerror or error}.\n"
            "A file or folder could not be read or written.\n"
            "Check the path, the room on the disk and who may write there; a study goes on where it stopped.\n"
        )
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write(f"\nStopped. What was done is kept; this goes on from there:\n  {_command()}\n")
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)
