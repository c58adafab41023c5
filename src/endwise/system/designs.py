"""Designs: every way from the inputs to the output, and the arrow language in which they are written.

    xray -> joints -> lengths, patches -> age [chained]

Layers are joined by arrows: an input stands in the first layer, any other signal one layer after the
latest signal that its maker takes. Within a layer signals stand in order of declaration. Given signals
are never printed. The maker is named (`face_box:haar`) only where several could make the signal
without changing anything else in the text.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, cast

from endwise.errors import DeclarationError, UsageError, listed, near
from endwise.system.components import Component
from endwise.system.graph import System
from endwise.system.using import is_estimator, is_learner

Training = Literal["apart", "chained", "joint"]
TRAININGS: tuple[Training, ...] = ("apart", "chained", "joint")
MOST_READINGS = 4096  # a text with more candidate readings than this names every maker

Layers = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class Design:
    """One way from the inputs to the output: `parts`, one component a needed signal, in running order."""

    system: System
    parts: tuple[Component, ...]
    training: Training = "apart"
    starts: Training = "apart"  # how the parts are trained from which a joint training starts

    @cached_property
    def makers(self) -> dict[str, Component]:
        """For each made signal that the design needs, the component that makes it."""
        return {part.output.name: part for part in self.parts}

    @cached_property
    def layers(self) -> Layers:
        """Signal names by layer; the first holds the inputs that the design uses."""
        return _layers(self.system, self.makers)

    @cached_property
    def key(self) -> str:
        """The canonical form: names every maker, so that adding a component renames nothing."""
        made = ";".join(f"{name}={self.makers[name].name}" for name in sorted(self.makers))
        return f"{made}[{self.training}{'' if self.starts == 'apart' else f' from {self.starts}'}]"

    @cached_property
    def text(self) -> str:
        """The design in the arrow language; `parse` reads it back."""
        named = _ambiguous(self.system, self.layers, self.makers)

        def word(name: str) -> str:
            return f"{name}:{self.makers[name].name}" if name in named else name

        path = " -> ".join(", ".join(word(name) for name in layer) for layer in self.layers)
        return path if self.training == "apart" else f"{path} [{self.training}]"

    @cached_property
    def label(self) -> Literal["staged", "end to end", "hybrid"]:
        """What people call it. No computation uses the label."""
        if len(self.parts) == 1 and self.parts[0].learns:
            return "end to end"
        return "staged" if self.makers == _staged(self.system) else "hybrid"

    @property
    def alone(self) -> Training:
        """How each part is trained by itself."""
        return self.starts if self.training == "joint" else self.training

    @property
    def learned(self) -> tuple[Component, ...]:
        """The parts that are trained, in running order."""
        return tuple(part for part in self.parts if part.learns)

    @property
    def has_network(self) -> bool:
        """Whether a network is among what is trained, and not only estimators and learners of one's own."""
        return any(not is_estimator(part.using) and not is_learner(part.using) for part in self.learned)

    def trained(self, training: Training) -> Design:
        """The same parts, trained in another way."""
        return replace(self, training=training)

    @property
    def has_learned_seam(self) -> bool:
        """Whether a learned part takes what another part predicted: only then do trainings differ."""
        tainted: set[str] = set()
        for part in self.parts:
            takes = any(signal.name in tainted for signal in part.inputs)
            if takes and part.learns:
                return True
            if takes or part.start != "fixed":
                tainted.add(part.output.name)
        return False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Design) and (self.key, self.system) == (other.key, other.system)

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return self.text


def designs(system: System) -> Iterator[Design]:
    """Every design of `system`, one after the other, none computed before it is asked for."""
    place = {name: at for at, name in enumerate(system.order)}

    def ways(needed: frozenset[str], chosen: tuple[Component, ...]) -> Iterator[Design]:
        if not needed:
            yield Design(system, chosen[::-1])
            return
        name = max(needed, key=place.__getitem__)  # all that take it have been chosen already
        for maker in system.makers[name]:
            more = {s.name for s in maker.inputs if s.name in system.makers}
            yield from ways((needed - {name}) | more, (*chosen, maker))

    return ways(frozenset({system.wants.name}), ())


def parse(system: System, text: str) -> Design:
    """The design that `text` names. Raises UsageError where it names none, or more than one."""
    asked = f"The design '{text}' of the system '{system.name}' was asked for."
    body, training = _split_training(text, asked)
    words = [[w.strip() for w in layer.split(",")] for layer in re.split(r"->|→", body)]
    named = {w.split(":", 1)[0]: w.split(":", 1)[1] for layer in words for w in layer if ":" in w}
    layers = tuple(tuple(w.split(":", 1)[0] for w in layer) for layer in words)
    written = [name for name in system.signals if name not in system.given_names]
    for name in itertools.chain.from_iterable(layers):
        if name in system.given_names:
            raise UsageError(
                asked,
                f"'{name}' is given: it stands in the rows.",
                "Given signals are never written in a design.",
                f"Leave '{name}' out.",
            )
        if name not in written:
            raise UsageError(
                asked,
                f"Its signals are: {listed(written)}.",
                f"It has no signal '{name}' to write there.",
                near(name, written),
            )
    for name, maker in named.items():
        known = [component.name for component in system.makers.get(name, ())]
        if maker not in known:
            raise UsageError(
                asked,
                f"'{name}' is made by: {listed(known)}.",
                f"No component called '{maker}' makes it.",
                near(maker, known) if known else f"Write '{name}' without a maker.",
            )
    place = list(system.signals).index  # the order within a layer says nothing, so any is read
    found = _readings(system, tuple(tuple(sorted(layer, key=place)) for layer in layers), named)
    if len(found) != 1:
        several = [Design(system, _in_order(system, r)).text for r in found[:6]]
        known = [design.text for design in itertools.islice(designs(system), 12)]
        raise UsageError(
            asked,
            f"The text fits {len(found)} designs" + (f": {'; '.join(several)}." if several else "."),
            "A design is named by its layers, and by the maker where several fit.",
            "Name the maker, as in 'signal:maker'." if found else f"Known designs: {'; '.join(known)}.",
        )
    return Design(system, _in_order(system, found[0]), training)


def _split_training(text: str, asked: str) -> tuple[str, Training]:
    match = re.fullmatch(r"\s*(.*?)\s*(?:\[(\w+)\])?\s*", text, re.DOTALL)
    body, training = (match.group(1), match.group(2) or "apart") if match else (text, "apart")
    if training not in TRAININGS:
        raise UsageError(
            asked,
            f"It ends in [{training}].",
            f"A design is trained in one of these ways: {listed(TRAININGS)}.",
            near(training, TRAININGS),
        )
    return body, cast("Training", training)


def _layers(system: System, makers: Mapping[str, Component]) -> Layers:
    depth = {signal.name: 0 for signal in system.inputs}
    for name in (n for n in system.order if n in makers):
        taken = [depth[s.name] for s in makers[name].inputs if s.name in depth]
        depth[name] = 1 + max(taken, default=0)
    used = {s.name for maker in makers.values() for s in maker.inputs} | set(makers)
    shown = [name for name in system.signals if name in used and name not in system.given_names]
    deepest = max((depth[name] for name in shown), default=0)
    layers = (tuple(name for name in shown if depth[name] == at) for at in range(deepest + 1))
    return tuple(layer for layer in layers if layer)


def _candidates(system: System, layers: Layers) -> dict[str, list[Component]]:
    """For each made signal in the text the makers that could stand at its place."""
    offset = 0 if any(signal.name in layers[0] for signal in system.inputs) else 1
    at = {name: depth + offset for depth, layer in enumerate(layers) for name in layer}

    def fits(maker: Component) -> bool:
        taken = [s.name for s in maker.inputs if s.name not in system.given_names]
        depths = [at.get(name, len(at) + 1) for name in taken]
        return 1 + max(depths, default=0) == at[maker.output.name]

    return {name: [m for m in system.makers[name] if fits(m)] for name in at if name in system.makers}


def _readings(system: System, layers: Layers, named: Mapping[str, str]) -> list[dict[str, Component]]:
    """Every choice of makers whose text has exactly these layers, those that are `named` among them."""
    fitting = _candidates(system, layers)
    candidates = {name: [m for m in ms if named.get(name, m.name) == m.name] for name, ms in fitting.items()}
    found: list[dict[str, Component]] = []
    for choice in itertools.islice(itertools.product(*candidates.values()), MOST_READINGS):
        makers = dict(zip(candidates, choice, strict=True))
        if _needed(system, makers) == set(makers) and _layers(system, makers) == layers:
            found.append(makers)
    return found


def _needed(system: System, makers: Mapping[str, Component]) -> set[str]:
    needed: set[str] = set()
    frontier = [system.wants.name]
    while frontier:
        name = frontier.pop()
        if name in makers and name not in needed:
            needed.add(name)
            frontier.extend(s.name for s in makers[name].inputs if s.name in system.makers)
    return needed


def _ambiguous(system: System, layers: Layers, makers: Mapping[str, Component]) -> set[str]:
    """The signals whose maker must be named for the text to have one reading."""
    candidates = _candidates(system, layers)
    several = {name for name, fitting in candidates.items() if len(fitting) > 1}
    count = 1
    for fitting in candidates.values():
        count *= len(fitting)
    if count > MOST_READINGS:
        return several
    readings = _readings(system, layers, {})
    return {name for name in several if any(r[name] is not makers[name] for r in readings)}


def _in_order(system: System, makers: Mapping[str, Component]) -> tuple[Component, ...]:
    return tuple(makers[name] for name in system.order if name in makers)


def _staged(system: System) -> dict[str, Component]:
    """The reference path's makers: as declared, else those of the first design with the most parts."""
    if system.staged_text is not None:
        return parse(system, system.staged_text).makers
    some = itertools.islice(designs(system), MOST_READINGS)
    return max(some, key=lambda design: len(design.parts)).makers


def choose(system: System, texts: Sequence[str]) -> list[Design]:
    """The designs named by `texts`; where none is named, those that the system says are studied, or all.

    Raises DeclarationError when none is named and there are more than 64: which to study is then a
    choice that only the user can make.
    """
    if texts or system.studied:
        return [parse(system, text) for text in texts or system.studied]
    some = list(itertools.islice(designs(system), 65))
    if len(some) > 64:
        raise DeclarationError(
            f"All designs of the system '{system.name}' were asked for.",
            f"Its graph holds more than 64 designs, for example {some[0].text}.",
            "Measuring them all would take days.",
            "Name those to study: --designs 'a -> b -> c' 'a -> c'.",
        )
    return some
