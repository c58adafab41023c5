"""The system: signals joined by components, checked when it is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Literal

from endwise.errors import DeclarationError, listed, near
from endwise.system.components import Component, check_encoder
from endwise.system.fingerprint import fingerprint
from endwise.system.judging import ClosedLoop, Judge, Metric, judge_of
from endwise.system.signals import Signal
from endwise.system.slicing import Slicing


class System:
    """Signals + components + what is wanted + how it is judged.

    Parameters
    ----------
    name: a short name, for reports and stores.
    inputs: the raw signals that every design starts from.
    wants: the wanted output.
    judge: a metric, several of which the first decides, or a judge of one's own.
    components: the arrows; several may make the same signal.
    given: side signals that rows always carry (the patient's sex, a scale): never predicted.
    staged: the reference path that people call staged, in the arrow language; by default the design
        with the most parts.
    training: how its studies train stages where nothing else is asked for: on true inputs ("apart") or, where a
        stage has to learn the mistakes of the one before it, on what that puts out ("chained").
    slices: groups of test rows that errors are also told for.
    studied: the designs that a study compares where none is named, in the arrow language; by default all.

    Raises DeclarationError when the graph has a cycle, a signal that nobody makes, two signals of one
    name, two components of one name for a signal, or a component that leads nowhere.
    """

    def __init__(
        self,
        name: str,
        *,
        inputs: Sequence[Signal] | Signal,
        wants: Signal,
        judge: Judge | Metric | Sequence[Metric],
        components: Iterable[Component],
        given: Sequence[Signal] = (),
        staged: str | None = None,
        training: Literal["apart", "chained"] = "apart",
        slices: Sequence[Slicing] = (),
        studied: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.inputs = (inputs,) if isinstance(inputs, Signal) else tuple(inputs)
        self.wants = wants
        self.judge = judge_of(judge)
        self.judge_source = fingerprint(self.judge)
        self.components = tuple(components)
        columns = [c.inputs[-1] for c in self.components if getattr(c, "start", None) == "predictions"]
        self.given = tuple(dict.fromkeys((*given, *columns)))
        self.staged_text, self.training, self.slices = staged, training, tuple(slices)
        self.studied = tuple(studied)
        self._check()

    def replaced(self, maker: Component, by: Component) -> System:
        """The same system with another component in the place of `maker`, also where others begin with its encoder."""
        others = [replace(one, encoder=by) if one.encoder == maker else one for one in self.components]
        return self._of([by if one is maker else one for one in others])

    def having(self, *more: Component) -> System:
        """The same system with more components; results that are kept stay valid, since nothing is renamed in them."""
        return self._of([*self.components, *more])

    def _of(self, components: Sequence[Component]) -> System:
        return System(
            self.name, inputs=self.inputs, wants=self.wants, judge=self.judge, given=self.given, components=components,
            staged=self.staged_text, training=self.training, slices=self.slices, studied=self.studied,
        )  # fmt: skip

    @cached_property
    def signals(self) -> dict[str, Signal]:
        """Every signal by name, in order of declaration: inputs, given, as components make them, then labels."""
        made = [component.output for component in self.components]
        labels = [one for c in self.components for one in (c.label, *c.auxiliary) if one is not None]
        return {signal.name: signal for signal in (*self.inputs, *self.given, *made, *labels)}

    @cached_property
    def source_names(self) -> frozenset[str]:
        """Names of inputs and given signals: present when training, testing and predicting."""
        return frozenset(signal.name for signal in (*self.inputs, *self.given))

    @cached_property
    def given_names(self) -> frozenset[str]:
        """Names of given signals: never printed in a design, never blamed."""
        return frozenset(signal.name for signal in self.given)

    @cached_property
    def makers(self) -> dict[str, tuple[Component, ...]]:
        """For each made signal its components, in order of declaration."""
        found: dict[str, list[Component]] = {}
        for component in self.components:
            found.setdefault(component.output.name, []).append(component)
        return {name: tuple(components) for name, components in found.items()}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Made signals so that each stands after everything that any of its components takes."""
        order: list[str] = []
        state: dict[str, bool] = {}  # False while on the path, True when done

        for start in self.makers:
            trail: list[tuple[str, Iterator[str]]] = [(start, self._takes(start))]
            while trail:
                name, rest = trail[-1]
                state.setdefault(name, False)
                following = next((n for n in rest if not state.get(n, False)), None)
                if following is None:
                    trail.pop()
                    if not state[name]:
                        state[name] = True
                        order.append(name)
                elif following in state:
                    loop = [n for n, _ in trail[[n for n, _ in trail].index(following) :]]
                    raise self._wrong(
                        f"The components make a circle: {' -> '.join([*loop, following])}.",
                        "A signal cannot be made from itself.",
                        "Take one of these components out, or split a signal into before and after.",
                    )
                else:
                    trail.append((following, self._takes(following)))
        return tuple(order)

    def _takes(self, name: str) -> Iterator[str]:
        """The made signals that the makers of `name` take."""
        return (s.name for c in self.makers[name] for s in c.inputs if s.name in self.makers)

    def component(self, signal: str, maker: str) -> Component:
        """The component called `maker` that makes `signal`. Raises DeclarationError where there is none."""
        for component in self.makers.get(signal, ()):
            if component.name == maker:
                return component
        known = [c.name for c in self.makers.get(signal, ())]
        raise self._wrong(
            f"The maker '{maker}' of '{signal}' was asked for; '{signal}' is made by: {listed(known)}.",
            "No component has that name.",
            near(maker, known),
        )

    def _wrong(self, here: str, why: str, do: str) -> DeclarationError:
        return DeclarationError(f"The system '{self.name}' was declared.", here, why, do)

    def _check(self) -> None:
        self._check_kinds()
        self._check_names()
        for component in self.components:
            for signal in component.inputs:
                if signal.name not in self.source_names and signal.name not in self.makers:
                    raise self._wrong(
                        f"{component} takes '{signal.name}'.",
                        "Nobody makes that signal, and it is neither an input nor given.",
                        near(signal.name, [n for n in self.signals if n != component.output.name]),
                    )
        if self.wants.name not in self.makers:
            raise self._wrong(
                f"It wants '{self.wants.name}'; its components make: {listed(list(self.makers))}.",
                "No component makes what is wanted.",
                f"Add one, for example learned({self.inputs[0].name}, to={self.wants.name}).",
            )
        for metric in self.judge.metrics:
            if metric.kinds and self.wants.kind not in metric.kinds:
                raise self._wrong(
                    f"It is judged by '{metric.name}', and wants '{self.wants.name}', a {self.wants.kind}.",
                    f"That metric judges signals of the kinds: {listed(metric.kinds)}.",
                    "Take another metric: error_rate for a category, mean_distance for any kind.",
                )
        if self.slices and isinstance(self.judge, ClosedLoop):
            raise self._wrong(
                f"It has the slicing '{self.slices[0].title}', and is judged in a closed loop.",
                "Slices are groups of test rows; a closed loop is judged by episodes.",
                "Leave the slices out, or add a metric of the world that tells such episodes apart.",
            )
        self._check_encoders()
        self._check_useful()
        _ = self.order  # raises on a circle
        from endwise.system.designs import parse  # designs are made of systems

        for text in (*([] if self.staged_text is None else [self.staged_text]), *self.studied):
            parse(self, text)

    def _check_kinds(self) -> None:
        declared = (*self.inputs, *self.given, self.wants)
        for thing, kind in [*((one, Signal) for one in declared), *((one, Component) for one in self.components)]:
            if not isinstance(thing, kind):
                raise self._wrong(
                    f"It was handed {thing!r}, a {type(thing).__name__}.",
                    f"Inputs, given signals and what is wanted are signals; this is no {kind.__name__.lower()}.",
                    "Hand over the objects themselves: wants=age, components=[ew.learned(xray, to=age)].",
                )
        if not self.inputs:
            raise self._wrong("It has no inputs.", "A design starts from at least one.", "Name them: inputs=[xray].")

    def _check_names(self) -> None:
        seen: dict[str, Signal] = {}
        everywhere = (s for c in self.components for s in (*c.inputs, c.output, c.target, *c.auxiliary))
        for signal in (*self.inputs, *self.given, self.wants, *everywhere):
            if seen.setdefault(signal.name, signal) != signal:
                raise self._wrong(
                    f"Two different signals are called '{signal.name}': {seen[signal.name]} and {signal}.",
                    "A name stands for one signal with one kind, shape and unit.",
                    "Use the same object in both places, or give one of them another name.",
                )
        pairs = [(c.output.name, c.name) for c in self.components]
        for output, name in pairs:
            if pairs.count((output, name)) > 1:
                raise self._wrong(
                    f"Two components that make '{output}' are called '{name}'.",
                    "Designs tell them apart by name.",
                    "Give each its own: learned(..., name='...').",
                )
            if output in self.source_names:
                raise self._wrong(
                    f"The component '{name}' makes '{output}', which is an input or given.",
                    "Inputs and given signals are never made.",
                    "Take the component out, or take the signal off the inputs.",
                )

    def _check_encoders(self) -> None:
        for component in self.components:
            begun = component.encoder
            check_encoder(component.output, component.using, begun)  # a component may have been exchanged
            if begun is not None and begun.learns and begun not in self.components:
                raise self._wrong(
                    f"{component} begins with the encoder of {begun}, which is no component of the system.",
                    "It would not be trained.",
                    "Add it to the components, or hand over a reused one: encoder=ew.reused(...).",
                )

    def _check_useful(self) -> None:
        """Every component must lie on some way to the wanted output."""
        useful, frontier = {self.wants.name}, [self.wants.name]
        while frontier:
            for name in self._takes(frontier.pop()):
                if name not in useful:
                    useful.add(name)
                    frontier.append(name)
        for component in self.components:
            if component.output.name not in useful:
                raise self._wrong(
                    f"{component} makes '{component.output.name}', which leads nowhere.",
                    f"No way from it to '{self.wants.name}' exists.",
                    "Add the component that takes it, or leave this one out.",
                )

    def __repr__(self) -> str:
        sources = ", ".join(signal.name for signal in self.inputs)
        return f"<System {self.name}: {sources} -> {self.wants.name}, {len(self.components)} components>"
