"""Cells: the pieces of work of a study, each with a key made of everything that decides its result.

A `Training` trains one learned component on one sample; a `Judging` runs a whole design on the test
rows. Cells form a graph (`needs`); a cell that is done is never done again, by whichever study.

Where a component trains on what the stages before it put out (*chained*), no training row gets its
inputs from a stage that trained on the row's own group: rows that those stages never saw take the
stages as they are, all others take stages trained without the half of the groups in which the row lies
(two-fold out-of-fold), for all designs alike. Two folds are enough for long chains too: stages trained
without fold f train on the rows of the other fold, whose inputs come from stages trained without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from endwise.system.components import Component
from endwise.system.designs import Design, Training as Way
from endwise.system.paths import Path, ancestors, rest, taught

Labels = tuple[tuple[str, int], ...]
"""Signals, and how many of a sample's rows keep their label of each; those that are not named keep all."""


@dataclass(frozen=True)
class Training:
    """One learned component, trained.

    `path` holds the components that make its inputs, in running order; empty when it trains on true
    inputs (apart). `without` is the fold whose rows are kept out, None for none. `rates` maps each
    learned component, as (signal, maker), to its learning rate. `labels` says how scarce labels are.
    """

    component: Component
    path: Path
    size: int
    repeat: int
    without: int | None
    rates: tuple[tuple[tuple[str, str], float], ...]
    labels: Labels = ()

    @property
    def rate(self) -> float:
        """The learning rate of this training."""
        return dict(self.rates)[arrow(self.component)]

    def feeders(self, without: int | None) -> dict[str, Training]:
        """The trainings whose models make the inputs of rows that need stages `without` a fold."""
        found: dict[str, Training] = {}
        for at, part in enumerate(self.path):
            if part.learns:
                before = ancestors(self.path[:at], part)
                rates = rates_for((*before, part), dict(self.rates))
                chain = before if takes_predictions(self.path[:at], part) else ()
                found[part.output.name] = Training(part, chain, self.size, self.repeat, without, rates, self.labels)
        return found

    @property
    def donor(self) -> Training | None:
        """The training whose encoder this one begins with; None for none, or a reused one."""
        donor = self.component.encoder
        if donor is None or not donor.learns:
            return None
        path = ancestors(self.path, donor) if takes_predictions(self.path, donor) else ()
        rates = rates_for((*path, donor), dict(self.rates))
        return Training(donor, path, self.size, self.repeat, self.without, rates, self.labels)

    @property
    def title(self) -> str:
        """The cell in words."""
        mode = " chained" if self.path else ""
        half = "" if self.without is None else f", without fold {self.without}"
        at = f"at {self.size:,} rows{_scarce(self.labels)}, repeat {self.repeat + 1}{half}"
        return f"train {arrow_text(self.component)}{mode} {at}"


@dataclass(frozen=True)
class Joint(Training):
    """All learned parts of a design, trained further together from where each was trained by itself.

    `component` is the last part, `path` all before it, `alone` how each was trained; there are no folds, since nothing
    is handed on from outside.
    """

    alone: Way = "apart"

    @property
    def donor(self) -> None:
        """None: whose encoder a part began with was asked where it was trained by itself."""

    @property
    def starts(self) -> tuple[Training, ...]:
        """The trainings from which it goes on."""
        learned = [part for part in self.parts if part.learns]
        return tuple(_alone(self, part, self.alone) for part in learned)

    @property
    def parts(self) -> Path:
        """All parts, in running order."""
        return (*self.path, self.component)

    @property
    def title(self) -> str:
        """The cell in words."""
        return f"train {self.trained} at {self.size:,} rows{_scarce(self.labels)}, repeat {self.repeat + 1}"

    @property
    def trained(self) -> str:
        """What is trained, as people read it."""
        return f"{', '.join(arrow_text(part) for part in self.parts if part.learns)} [joint]"


@dataclass(frozen=True)
class Judging:
    """A design at one size and repeat, run on the test rows or in the judge's episodes.

    `truths` names signals whose true values are put in; the parts that only lead up to them are not run. `largest`
    says whether it is at the study's largest size, `labels` how scarce labels were in training.
    """

    design: Design
    size: int
    repeat: int
    rates: tuple[tuple[tuple[str, str], float], ...]
    largest: bool
    truths: tuple[str, ...] = ()
    labels: Labels = ()

    @property
    def parts(self) -> Path:
        """The parts that are run, in running order."""
        return rest(self.design.parts, self.truths)

    @property
    def trainings(self) -> dict[str, Training]:
        """For each learned part that is run, by the signal it makes, the training that it takes its model from."""
        design, learned = self.design, [part for part in self.parts if part.learns]
        if design.training == "joint":
            joint = Joint(
                design.parts[-1], design.parts[:-1], self.size, self.repeat, None, self.rates, self.labels, design.alone
            )
            return {part.output.name: joint for part in learned}
        return {part.output.name: _alone(self, part, design.alone) for part in learned}

    @property
    def title(self) -> str:
        """The cell in words."""
        true = f" with true {', '.join(self.truths)}" if self.truths else ""
        at = f"at {self.size:,} rows{_scarce(self.labels)}, repeat {self.repeat + 1}"
        return f"judge {self.design.text}{true} {at}"


Cell = Training | Judging


def _alone(whole: Joint | Judging, part: Component, way: Way) -> Training:
    """The training of one of the parts of a design by itself."""
    parts = whole.design.parts if isinstance(whole, Judging) else whole.parts
    before = parts[: parts.index(part)]
    path = ancestors(before, part) if way == "chained" and takes_predictions(before, part) else ()
    rates = rates_for((*path, part), dict(whole.rates))
    return Training(part, path, whole.size, whole.repeat, None, rates, whole.labels)


def _scarce(labels: Labels) -> str:
    """The labels that are left, in words."""
    return "".join(f", {count:,} with '{name}'" for name, count in labels)


def arrow(component: Component) -> tuple[str, str]:
    """A component's name within its system: the signal it makes, and its own name."""
    return component.output.name, component.name


def arrow_text(component: Component) -> str:
    """A component as people read it: what it takes, what it makes, and its own name where somebody gave it one."""
    taken = [signal.name for signal in component.inputs]
    own = "" if component.name == f"from_{'_'.join(taken)}" else f":{component.name}"
    return f"{' + '.join(taken)} -> {component.output.name}{own}"


def rates_for(parts: Path, rates: Mapping[tuple[str, str], float]) -> tuple[tuple[tuple[str, str], float], ...]:
    """The learning rates of all that learns for `parts`, in a fixed order."""
    return tuple(sorted((arrow(part), rates[arrow(part)]) for part in taught(parts)))


def takes_predictions(before: Path, part: Component) -> bool:
    """Whether anything that `part` takes depends on what was predicted, by whatever kind of model."""
    return any(earlier.start != "fixed" for earlier in ancestors(before, part))


def described(cell: Cell) -> dict[str, Any]:
    """A cell as plain data, for its record."""
    rates = [[*name, rate] for name, rate in cell.rates]
    what: dict[str, Any] = {"title": cell.title, "size": cell.size, "repeat": cell.repeat, "rates": rates}
    if cell.labels:
        what["labels"] = dict(cell.labels)
    if isinstance(cell, Judging):
        named = {"design": cell.design.text, "canonical": cell.design.key, "truths": list(cell.truths)}
        return {**what, "kind": "judging", **named}
    made = {"component": cell.component.name, "makes": cell.component.output.name}
    return {**what, **made, "kind": "training", "rate": cell.rate, "without": cell.without}
