"""A system out of a path and a folder, without code: `--path "xray -> joints -> lengths -> age"`.

Kinds come from the data, components are the defaults: every forward arrow from one signal of the path to
a later one for which there is a default model, plus the given signals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from endwise.data.kinds import infer
from endwise.errors import DeclarationError, UsageError
from endwise.judge.metrics import default_for
from endwise.learn.model import Network
from endwise.system.components import Component, Learned, learned
from endwise.system.graph import System
from endwise.system.signals import Signal


def names_in(path: str) -> list[str]:
    """The signals of a path. Raises UsageError for one that is no path.

    >>> names_in("xray -> joints -> age")
    ['xray', 'joints', 'age']
    """
    names = [name.strip() for name in re.split(r"->|→", path)]
    if len(names) < 2 or not all(names) or len(set(names)) < len(names):
        raise UsageError(
            f"The path '{path}' was given.",
            f"It reads as: {names}.",
            "A path names at least two signals, each once, from the input to what is wanted.",
            'Write it as --path "xray -> joints -> lengths -> age".',
        )
    several = [at for at, name in enumerate(names) if "," in name]
    if several:
        first, *others = [name.strip() for name in names[0].split(",")]
        chain = " -> ".join([first, *names[1:]])
        raise UsageError(
            f"The path '{path}' was given.",
            f"'{names[several[0]]}' names several signals.",
            "A path is one chain, and a signal that every row carries beside its input is given to all of it.",
            f'Write it as --path "{chain}" --given {" ".join(others)}'
            if several == [0]
            else "Declare the system in Python, where a component takes as many signals as it needs: ew.System(...).",
        )
    return names


def system_of(folder: Path, path: str, *, given: Sequence[str] = (), kinds: Mapping[str, str] | None = None) -> System:
    """The system of all forward arrows along `path` over the data in `folder`.

    Raises RowsError where a name has no column, UsageError for a path that is none, DeclarationError
    where no design is left because no default model fits the kinds.
    """
    names = names_in(path)
    twice = [name for name in given if name in names]
    if twice:
        raise UsageError(
            f"The path '{path}' was given with --given {twice[0]}.",
            f"'{twice[0]}' stands in both.",
            "A given signal is handed to every component and never made.",
            "Take it out of one of the two.",
        )
    signals = infer(folder, [*names, *given], kinds=kinds)
    sides = [signals[name] for name in given]
    arrows: list[Component] = []
    reasons: list[str] = []
    for at, source in enumerate(names):
        for target in names[at + 1 :]:
            arrow = _arrow(signals[source], sides, signals[target])
            if isinstance(arrow, str):
                reasons.append(arrow)
            else:
                arrows.append(arrow)
    wants = signals[names[-1]]
    kept = _useful(arrows, signals[names[0]], wants)
    if not kept:
        kinds_here = ", ".join(f"{name} ({signals[name].kind})" for name in names)
        raise DeclarationError(
            f"The path '{path}' over {folder} was to be studied.",
            f"Its kinds are: {kinds_here}.",
            f"No way from '{names[0]}' to '{names[-1]}' has a default model at every arrow: {' '.join(reasons[:1])}",
            "Say another kind with --kind NAME=KIND, or declare the system in Python with models of your own.",
        )
    taken = {signal.name for arrow in kept for signal in arrow.inputs}
    return System(
        folder.resolve().name, inputs=signals[names[0]], wants=wants, judge=default_for(wants), components=kept,
        given=[side for side in sides if side.name in taken],
    )  # fmt: skip


def left_out(system: System, path: str) -> tuple[str, ...]:
    """A note for each signal of `path` that no design of `system` holds."""
    return tuple(
        f"'{name}' of the path is in no design: no default model makes and takes a signal of its kind"
        for name in names_in(path)
        if name not in system.signals
    )


def _arrow(source: Signal, sides: Sequence[Signal], target: Signal) -> Learned | str:
    """The default arrow with the given signals beside it, or why there is none."""
    reason = ""
    name = f"from_{source.name}"
    for inputs in ((source, *sides), (source,)):  # points come from a picture alone
        arrow = learned(*inputs, to=target, name=name)
        try:
            Network(arrow)
        except DeclarationError as none:
            reason = none.why
        else:
            return arrow
    return reason


def _useful(arrows: Sequence[Component], start: Signal, wants: Signal) -> list[Component]:
    """The arrows that lie on some way from `start` to `wants`."""
    ahead, behind = {start.name}, {wants.name}
    for arrow in arrows:  # sources stand in path order, so one pass reaches all
        if arrow.inputs[0].name in ahead:
            ahead.add(arrow.output.name)
    for arrow in reversed(arrows):
        if arrow.output.name in behind:
            behind.add(arrow.inputs[0].name)
    return [a for a in arrows if a.inputs[0].name in ahead and a.output.name in behind]
