"""Components: the arrows. Each makes one signal from one or several others.

A component starts in one of six ways:

    fixed        a function that people wrote (MFCC, crop, pure pursuit)
    scratch      a model trained from nothing on the rows that have its labels
    frozen       a pretrained model used as it is
    tuned        a pretrained model trained further on the rows
    service      a call to somebody's service
    predictions  a column of predictions that another system made

`scratch` and `tuned` need rows; the others are level lines in a data curve, drawn at n = 0.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

from endwise.errors import DeclarationError
from endwise.seeds import digest
from endwise.system.fingerprint import fingerprint
from endwise.system.signals import NAME, Category, Signal, Vector
from endwise.system.using import is_estimator, is_learner, is_network, remembers

Start = Literal["fixed", "scratch", "frozen", "tuned", "service", "predictions"]
LEARNED: tuple[Start, ...] = ("scratch", "tuned")


@dataclass(frozen=True)
class Component:
    """An arrow from `inputs` to `output`; made by `fixed`, `learned` and `predictions`.

    `name` tells apart several makers of one signal; `version` enters the key of every result, so raise
    it when the component changes in a way its source does not show; `price` is money a row.
    """

    inputs: tuple[Signal, ...]
    output: Signal
    name: str
    start: Start
    using: Any = field(default=None, compare=False)  # `source` stands for it: not all callables can be compared
    version: str = "1"
    price: float = 0.0
    label: Signal | None = None  # what a learned component trains on, where that is not its output
    auxiliary: tuple[Signal, ...] = ()  # what its network learns to tell beside, from the same features
    source: str = ""  # digest of `using`, taken where it is declared: it travels to workers with the component
    differentiable: Any = field(default=None, compare=False)  # the same function over tensors, for joint training
    differentiable_source: str = ""  # its digest, likewise
    encoder: Component | None = None  # whose encoder a network begins with: a learned component, or a reused one
    begins: tuple[str, ...] = field(default=(), compare=False)  # folder and digest of weights of a reused network
    origin: str = ""  # of a reused component: where it was learnt, in words
    learns: ClassVar[bool]

    def __post_init__(self) -> None:
        signals = (*self.inputs, self.output, self.label or self.output, *self.auxiliary)
        wrong = [one for one in signals if not isinstance(one, Signal)]
        if wrong:
            raise DeclarationError(
                f"A component that makes {self.output!r} was asked for.",
                f"It was handed {wrong[0]!r}, a {type(wrong[0]).__name__}.",
                "A component joins signals, which know their kind, unit and shape; a name alone does not.",
                "Declare a signal, as in age = ew.Number('age', unit='months'), and hand that over.",
            )
        if not self.source:
            object.__setattr__(self, "source", "default" if self.using is None else fingerprint(self.using))
        if self.differentiable is not None and not self.differentiable_source:
            object.__setattr__(self, "differentiable_source", fingerprint(self.differentiable))
        if not NAME.fullmatch(self.name):
            raise DeclarationError(
                f"A component that makes '{self.output.name}' was called {self.name!r}.",
                "Designs are written with the names of signals and makers: a -> b:maker -> c.",
                "A name starts with a letter and holds letters, digits and _ . / - only.",
                "Rename the component.",
            )
        names = [signal.name for signal in self.inputs]
        if not names or len(set(names)) != len(names) or self.output.name in names:
            raise DeclarationError(
                f"A component that makes '{self.output.name}' from {names or 'nothing'} was asked for.",
                "A component has at least one input, each once, and never its own output.",
                "Otherwise the design could not be run in any order.",
                "List each input once, and another signal as output.",
            )

    @property
    def target(self) -> Signal:
        """The signal whose true values a learned component trains on: what it makes, or its `label`."""
        return self.label or self.output

    def identity(self) -> str:
        """A digest of all that decides what this component does, its rows apart."""
        signals = [signal.to_json() for signal in (*self.inputs, self.output)]
        label = [] if self.label is None else ["label", self.label.to_json()]
        beside = ["auxiliary", *(one.to_json() for one in self.auxiliary)] if self.auxiliary else []
        begun = [] if self.encoder is None else ["encoder", self.encoder.identity()]
        return digest(self.name, self.start, self.version, signals, self.source, *label, *beside, *begun)

    def __repr__(self) -> str:
        made_from = " + ".join(signal.name for signal in self.inputs)
        return f"<{self.start} {self.output.name}:{self.name} from {made_from}>"


@dataclass(frozen=True, repr=False)
class Fixed(Component):
    """A function over arrays with the rows first; also frozen models, services and given predictions."""

    learns: ClassVar[bool] = False

    def made(self) -> Callable[..., Any]:
        """The function; a new object where `using` is a class, so that no two runs share what it remembers."""
        function: Callable[..., Any] = self.using
        if remembers(function):
            function = function()
            function.reset()  # type: ignore[attr-defined]  # what remembers has it
        return function

    def apply(self, *arrays: Any) -> Any:
        """The output rows for input rows that know nothing of each other."""
        return self.made()(*arrays)


@dataclass(frozen=True, repr=False)
class Learned(Component):
    """A model. `using` is None (the default for these kinds), an estimator, or makes a torch module or a learner."""

    learns: ClassVar[bool] = True


def fixed(
    *inputs: Signal,
    to: Signal,
    using: Callable[..., Any],
    name: str | None = None,
    version: str = "1",
    start: Start = "fixed",
    price: float = 0.0,
    differentiable: Callable[..., Any] | None = None,
) -> Fixed:
    """A component that is a function: it takes one array an input, rows first, and returns such an array.

    `start` may also be `frozen` (a pretrained model behind the function) or `service` (a call, with its
    `price` a row). A class whose objects can be called and have a `reset()` method remembers (a tracker, a filter):
    each run makes an object, and resets it before each episode. `differentiable` is the same function over torch
    tensors: in joint training gradients pass through it to the stages before, which `using` would stop.

    >>> from endwise.system.signals import Number
    >>> metres, feet = Number("metres", unit="m"), Number("feet", unit="ft")
    >>> fixed(metres, to=feet, using=lambda m: m * 3.28084)
    <fixed feet:from_metres from metres>
    """
    if not callable(using):
        raise DeclarationError(
            f"A fixed component that makes '{to.name}' was asked for with using={using!r}.",
            "That is not a function.",
            "A fixed component runs a function over arrays of rows.",
            "Hand over a function, or use learned(...) for a model that is trained.",
        )
    inner = using.func if isinstance(using, functools.partial) else using
    if hasattr(inner, "reset") and not inspect.isclass(inner):
        kind = type(inner).__name__
        raise DeclarationError(
            f"A fixed component that makes '{to.name}' was asked for with using={using!r}.",
            f"That is an object of {kind} with a reset(): it remembers.",
            "Studies run it in several places at once, and each run needs one of its own.",
            f"Hand over the class: using={kind} (with functools.partial, where it takes arguments).",
        )
    if start in LEARNED or start == "predictions":
        raise DeclarationError(
            f"A fixed component that makes '{to.name}' was asked for with start='{start}'.",
            "fixed(...) knows the starts fixed, frozen and service.",
            "The others need rows or a column.",
            "Use learned(...) or predictions(...).",
        )
    return Fixed(inputs, to, name or _name(inputs), start, using, version, price, differentiable=differentiable)


def learned(
    *inputs: Signal,
    to: Signal,
    using: Any = None,
    label: Signal | None = None,
    auxiliary: Sequence[Signal] = (),
    encoder: Component | None = None,
    name: str | None = None,
    version: str = "1",
    start: Start = "scratch",
) -> Learned:
    """A component that is trained on the rows which have its labels.

    `using` is one of: nothing (the default model for these kinds of signal), a scikit-learn estimator,
    a class or function without arguments that makes a `torch.nn.Module`, or a `Learner` class (or a partial
    of one). A module gets one tensor an input and returns the raw output that the signal's kind asks for
    (see docs/models.md). With start='tuned' the module's own weights are where training begins.
    `label` names another signal to train on where rows have no true value of `to`: words are learnt from
    transcripts by a `Learner`; a network learns a vector from a category, so that one category lies apart from
    the others (an embedding of whom it shows).
    `auxiliary` names signals of which the default network learns to tell the true values as well, on rows that have
    them, from the same features as `to` (Caruana 1997, *Multitask learning*); nobody is handed these answers.
    `encoder` names a component that reads the same picture or sequence, another of the system or a reused one: the
    default network is built to read as that one does, and begins with its trained weights (a warm start).

    >>> from endwise.system.signals import Image, Number
    >>> learned(Image("xray"), to=Number("age", unit="months"))
    <scratch age:from_xray from xray>
    """
    if start not in LEARNED:
        raise DeclarationError(
            f"A learned component that makes '{to.name}' was asked for with start='{start}'.",
            f"learned(...) knows the starts {' and '.join(LEARNED)}.",
            "A model that is not trained is a fixed component.",
            "Use fixed(..., start='frozen') for a pretrained model used as it is.",
        )
    if using is not None and not callable(using) and not is_estimator(using):
        raise DeclarationError(
            f"A learned component that makes '{to.name}' was asked for with using={using!r}.",
            "That is no scikit-learn estimator, and nothing that makes a torch module.",
            "A learned component needs a model to train.",
            "Leave using out for the default model, or hand over an estimator, a class or a function.",
        )
    embedded = is_network(using) and isinstance(to, Vector) and isinstance(label, Category)
    if label is not None and not is_learner(using) and not embedded:
        raise DeclarationError(
            f"A learned component that makes '{to.name}' was asked for with label='{getattr(label, 'name', label)}'.",
            f"Its model is using={using!r}.",
            "Estimators train on true values of what they make; so do networks, except for a vector from a category.",
            "Hand over a Learner class, which may train on another signal, or leave label out.",
        )
    beside = tuple(auxiliary)
    if beside and (using is not None or label is not None or {to, *inputs} & {*beside}):
        raise DeclarationError(
            f"A learned component that makes '{to.name}' was asked for with auxiliary={[one.name for one in beside]}.",
            f"It takes {[one.name for one in inputs]}, using={using!r}, with a label of its own: {label is not None}.",
            "Only the default networks learn auxiliary signals, and only ones that they neither take nor make.",
            "Leave using and label out, and name signals that rows carry beside these.",
        )
    check_encoder(to, using, encoder)
    return Learned(
        inputs, to, name or _name(inputs), start, using, version, label=label, auxiliary=beside, encoder=encoder
    )


def check_encoder(to: Signal, using: Any, encoder: Component | None) -> None:
    """Raise DeclarationError where a network made with `using` cannot begin with the encoder of another component."""
    if encoder is None or (using is None and encoder.encoder is None and _has_encoder(encoder)):
        return
    raise DeclarationError(
        f"A learned component that makes '{to.name}' was asked for with encoder={encoder!r}.",
        f"It is made with using={using!r}; that one with using={encoder.using!r}, encoder={encoder.encoder!r}.",
        "A default network begins with the encoder of a default network that began from nothing itself.",
        "Leave using out of both, and name as encoder what reads the picture first.",
    )


def _has_encoder(component: Component) -> bool:
    """Whether it is a default network, to be trained or reused."""
    return bool(component.begins) or (component.learns and component.using is None)


def predictions(*inputs: Signal, to: Signal, column: str, name: str | None = None, version: str = "1") -> Fixed:
    """A component that another system already ran: its output stands in the rows' column `column`.

    Any pipeline joins a study this way without being ported. The column is a given signal of the same
    kind as `to`; a row that lacks it cannot be used for designs with this component.
    """
    given = replace(to, name=column)
    return Fixed((*inputs, given), to, name or column, "predictions", _last, version)


def _last(*arrays: Any) -> Any:
    return arrays[-1]


def _name(inputs: tuple[Signal, ...]) -> str:
    return "from_" + "_".join(str(getattr(signal, "name", signal)) for signal in inputs)
