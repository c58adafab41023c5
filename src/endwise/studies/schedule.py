"""Which cells run, and in which order. Decided by the rows and the results so far, never by the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from endwise.data.splits import FEWEST
from endwise.studies.cells import Joint, Judging, Training, arrow, rates_for, takes_predictions
from endwise.studies.context import Context, searched
from endwise.system.components import Component
from endwise.system.designs import Design
from endwise.system.paths import ancestors, rest, taught
from endwise.system.signals import Signal
from endwise.system.using import is_learner

SCARCE = (2, 4)  # a half and a quarter of the labels: a forecast rests on sizes from n/4 on
SEARCH = (1 / 3, 1.0, 3.0)  # times the recipe's learning rate: the same small budget for every component


@dataclass(frozen=True)
class Scope:
    """What a study measures: designs at sizes, each `repeats` times; `tunes` says whether rates are searched.

    `labels` says whether it also measures what each design does with fewer labels of one signal.
    """

    designs: tuple[Design, ...]
    sizes: tuple[int, ...]
    repeats: int
    tunes: bool
    labels: bool = False

    @property
    def middle(self) -> int:
        """The size at which learning rates are searched; they are reused at the others."""
        return self.sizes[len(self.sizes) // 2]


Rates = Mapping[tuple[str, str], float]


def first_rates(scope: Scope, context: Context) -> dict[tuple[str, str], float]:
    """The recipe's learning rate for every learned component of the study."""
    rate = context.job.recipe.learning_rate
    return {arrow(part): rate for design in scope.designs for part in taught(design.parts)}


def searches(scope: Scope, depth: int, rates: Rates) -> list[tuple[Component, float, Training]]:
    """Trainings that search the rates of components with `depth` learned stages before them.

    A component that several designs hold is searched once, in the first of those that have the fewest
    learned stages before it: on true inputs where that design trains apart, else on what these put out.
    """
    found: dict[tuple[str, str], list[tuple[Component, float, Training]]] = {}
    fewest = _fewest_before(scope)
    for design in scope.designs:
        for at, part in enumerate(design.parts):
            if not searched(part) or arrow(part) in found or not _depth(design, at) == depth == fewest[arrow(part)]:
                continue
            chained = design.alone == "chained" and takes_predictions(design.parts[:at], part)
            path = ancestors(design.parts[:at], part) if chained else ()
            options: list[tuple[Component, float, Training]] = []
            for factor in SEARCH:
                tried = {**rates, arrow(part): rates[arrow(part)] * factor}
                training = Training(part, path, scope.middle, 0, None, rates_for((*path, part), tried))
                options.append((part, training.rate, training))
            found[arrow(part)] = options
    return [option for options in found.values() for option in options]


def depths(scope: Scope) -> range:
    """How many learned stages may stand before a component, over all designs."""
    return range(1 + max(_depth(design, at) for design in scope.designs for at in range(len(design.parts))))


def _fewest_before(scope: Scope) -> dict[tuple[str, str], int]:
    """The fewest learned stages that stand before each component in any design."""
    found: dict[tuple[str, str], int] = {}
    for design in scope.designs:
        for at, part in enumerate(design.parts):
            found[arrow(part)] = min(_depth(design, at), found.get(arrow(part), _depth(design, at)))
    return found


def _depth(design: Design, at: int) -> int:
    return sum(part.learns for part in ancestors(design.parts[:at], design.parts[at]))


def judgings(scope: Scope, rates: Rates) -> Iterator[Judging]:
    """All judgings, the most telling first: the first repeat from the largest size down, then the next."""
    for repeat in range(scope.repeats):
        for size in sorted(scope.sizes, reverse=True):
            for design in scope.designs:
                yield Judging(design, size, repeat, rates_for(design.parts, rates), size == max(scope.sizes))


def rechecks(leaders: Sequence[Design], scope: Scope, rates: Rates) -> list[Judging]:
    """The leading designs at the largest size with all their learning rates times and over three."""
    found: list[Judging] = []
    for design in leaders:
        for factor in (3.0, 1 / 3):
            shifted = tuple((name, rate * factor) for name, rate in rates_for(design.parts, rates))
            found.append(Judging(design, scope.sizes[-1], 0, shifted, largest=True))
    return found


def ceilings(scope: Scope, rates: Rates, knows: Callable[[str], bool]) -> list[Judging]:
    """Each design at the largest size with true values put in: for each of its parts, at all that it takes.

    `knows` tells of which signals the judge has the truth. What several designs do after the same true values is
    one and the same cell.
    """
    found: list[Judging] = []
    for design in scope.designs:
        made = [part.output.name for part in design.parts]
        for part in design.parts:
            truths = tuple(sorted(signal.name for signal in part.inputs if signal.name in made))
            if truths and all(map(knows, truths)) and _cut_off(design, truths):
                rated = rates_for(design.parts, rates)
                found.append(Judging(design, scope.sizes[-1], 0, rated, largest=True, truths=truths))
    return found


def truth_runs(scope: Scope, designs: Sequence[Design], rates: Rates, knows: Callable[[str], bool]) -> list[Judging]:
    """Each of `designs` at the largest size with true values put in at every seam that `knows` the truth.

    At a seam alone, all else as the stages before make it; and at it and everything made before it. What the rest of
    the design does not take is not put in, so that in a chain both are one and the same cell.
    """
    found: dict[Judging, None] = {}
    for design in designs:
        for name, up_to in zip(seams(design, knows), truth_steps(design, knows), strict=True):
            for truths in (_taken(design, (name,)), up_to):
                found[
                    Judging(design, scope.sizes[-1], 0, rates_for(design.parts, rates), largest=True, truths=truths)
                ] = None
    return list(found)


def scarcities(scope: Scope, rates: Rates, counts: Mapping[str, int]) -> list[Judging]:
    """Each design at the largest size with a half and a quarter of the labels: of each signal alone, and of all.

    `counts` holds the labels of each signal. The first tell what the labels of one signal are worth, the last how
    such gains go together. Fewer labels than a training needs are not tried.
    """
    found: list[Judging] = []
    for repeat in range(scope.repeats):
        for design in scope.designs:
            for part in SCARCE:
                left = {name: count // part for name, count in counts.items() if count // part >= FEWEST}
                asked = dict.fromkeys([*(((name, count),) for name, count in left.items()), tuple(left.items())])
                rated = rates_for(design.parts, rates)
                found += [Judging(design, scope.sizes[-1], repeat, rated, True, labels=one) for one in asked if one]
    return found


def seams(design: Design, knows: Callable[[str], bool]) -> list[str]:
    """The signals on the way whose truth can be put in, from the input side on."""
    return [part.output.name for part in design.parts[:-1] if knows(part.output.name)]


def truth_steps(design: Design, knows: Callable[[str], bool]) -> list[tuple[str, ...]]:
    """What is put in with the truth at the first seam, at the first two, the first three, ...: a step for each seam."""
    names = seams(design, knows)
    return [_taken(design, names[: at + 1]) for at in range(len(names))]


def _taken(design: Design, truths: Sequence[str]) -> tuple[str, ...]:
    """Those of `truths` that the rest of the design still takes."""
    taken = {signal.name for part in rest(design.parts, truths) for signal in part.inputs}
    return tuple(sorted(taken.intersection(truths)))


def _cut_off(design: Design, truths: Sequence[str]) -> bool:
    """Whether nothing that leads up to these signals is needed any more once they are told."""
    makers = [part for part in design.parts if part.output.name in truths]
    before = {one for maker in makers for one in ancestors(design.parts, maker)}
    return not before & set(rest(design.parts, truths))


SEQUENCE = 80_000
"""Numbers that a sequence costs as much as: what its trunk works through in two seconds of speech."""
TEXT = 1_000
"""Likewise of a text or symbols, of which the short stretches are counted."""
LEARNER = 0.02
"""CPU seconds a row that a learner of one's own takes: a guess from decoders that align every row."""


def cost(training: Training, rows: int, epochs: float = 40.0) -> float:
    """A rough guess of a training's CPU seconds, from rows and the numbers in one input value.

    Measured on the default models on one core: about 12 ns a number, row and pass, and 0.3 s to set up.
    """
    if is_learner(training.component.using):
        return 0.3 + LEARNER * rows
    trained = [part for part in training.parts if part.learns] if isinstance(training, Joint) else [training.component]
    numbers = sum(_numbers(signal) for part in trained for signal in part.inputs)
    return 0.3 + 12e-9 * 3 * epochs * rows * numbers


def _numbers(signal: Signal) -> int:
    if signal.kind in ("text", "symbols"):
        return TEXT
    return SEQUENCE if signal.ragged else prod(size or 0 for size in signal.shape)
