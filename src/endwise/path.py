"""A system out of a path and a folder, without code: `--path "xray -> joints -> lengths -> age"`.

Kinds come from the data, components are the defaults: every forward arrow from one step of the path to a signal of a
later one for which there is a default model, plus the given signals. A step is one signal or, with commas between,
several that are handed on together: `photo -> needle, centre -> reading`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from endwise.data.kinds import infer
from endwise.errors import DeclarationError, UsageError, listed
from endwise.judge.metrics import default_for
from endwise.learn.model import Network
from endwise.system.components import Component, Learned, learned
from endwise.system.graph import System
from endwise.system.signals import Signal


def steps_in(path: str) -> list[list[str]]:
    """The signals at each step of a path. Raises UsageError for one that is no path.

    >>> steps_in("photo -> needle, centre -> reading")
    [['photo'], ['needle', 'centre'], ['reading']]
    """
    steps = [[name.strip() for name in step.split(",")] for step in re.split(r"->|→", path)]
    names = [name for step in steps for name in step]
    if len(steps) < 2 or not all(names) or len(set(names)) < len(names):
        raise UsageError(
            f"The path '{path}' was given.",
            f"It reads as: {names}.",
            "A path names at least two signals, each once, from the input to what is wanted.",
            'Write it as --path "xray -> joints -> lengths -> age".',
        )
    if len(steps[0]) > 1:
        first, *others = steps[0]
        chain = " -> ".join([first, *(", ".join(step) for step in steps[1:])])
        raise UsageError(
            f"The path '{path}' was given.",
            f"It begins with {listed([repr(name) for name in steps[0]])}.",
            "A path begins with one input; what every row carries beside it is given, and handed to all of it.",
            f'Write it as --path "{chain}" --given {" ".join(others)}',
        )
    if len(steps[-1]) > 1:
        raise UsageError(
            f"The path '{path}' was given.",
            f"It ends with {listed([repr(name) for name in steps[-1]])}.",
            "A study decides by the error of one signal.",
            f"End it with '{steps[-1][0]}', and study the others each by itself.",
        )
    return steps


def system_of(folder: Path, path: str, *, given: Sequence[str] = (), kinds: Mapping[str, str] | None = None) -> System:
    """The system of all forward arrows along `path` over the data in `folder`.

    Raises RowsError where a name has no column, UsageError for a path that is none, DeclarationError
    where no design is left because no default model fits the kinds.
    """
    steps = steps_in(path)
    names = [name for step in steps for name in step]
    twice = [name for name in given if name in names]
    if twice:
        raise UsageError(
            f"The path '{path}' was given with --given {twice[0]}.",
            f"'{twice[0]}' stands in both.",
            "A given signal is handed to every component and never made.",
            "Take it out of one of the two.",
        )
    signals = infer(folder, names, given=given, kinds=kinds)
    sides = [signals[name] for name in given]
    arrows: list[Component] = []
    reasons: list[str] = []
    for at, step in enumerate(steps):
        for target in [name for later in steps[at + 1 :] for name in later]:
            arrow = _arrow([signals[name] for name in step], sides, signals[target])
            if isinstance(arrow, str):
                reasons.append(arrow)
            else:
                arrows.append(arrow)
    wants = signals[names[-1]]
    kept = _useful(arrows, names[0], wants.name, given)
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
        for step in steps_in(path)
        for name in step
        if name not in system.signals
    )


def _arrow(sources: Sequence[Signal], sides: Sequence[Signal], target: Signal) -> Learned | str:
    """The default arrow with the given signals beside its sources, or why there is none."""
    reason = ""
    name = f"from_{'_and_'.join(source.name for source in sources)}"
    for inputs in ((*sources, *sides), tuple(sources)):  # points come from a picture alone
        arrow = learned(*inputs, to=target, name=name)
        try:
            Network(arrow)
        except DeclarationError as none:
            reason = none.why
        else:
            return arrow
    return reason


def _useful(arrows: Sequence[Component], start: str, wants: str, given: Sequence[str]) -> list[Component]:
    """The arrows that lie on some way from `start` to `wants`."""
    ahead, behind = {start, *given}, {wants}
    for arrow in arrows:  # sources stand in path order, so one pass reaches all
        if _names(arrow) <= ahead:
            ahead.add(arrow.output.name)
    for arrow in reversed(arrows):
        if arrow.output.name in behind and _names(arrow) <= ahead:
            behind |= _names(arrow)
    return [one for one in arrows if _names(one) <= ahead and one.output.name in behind]


def _names(arrow: Component) -> set[str]:
    return {signal.name for signal in arrow.inputs}
