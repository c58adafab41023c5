"""A trained component taken into another system: used as it is, or as the weights from which training begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from endwise.deliver.components import find
from endwise.deliver.frozen import Frozen
from endwise.errors import DeclarationError, listed
from endwise.learn.model import weights_digest
from endwise.seeds import digest
from endwise.system.components import Component, Fixed, Learned
from endwise.system.graph import System
from endwise.system.signals import Signal, from_json

Way = Literal["frozen", "tuned"]


def reused(
    what: str | Path,
    *inputs: Signal,
    to: Signal | None = None,
    start: Way = "frozen",
    name: str | None = None,
    allow: Sequence[str] = (),
) -> Component:
    """A component that was trained before, in another study or system.

    Parameters
    ----------
    what: the folder of a component (a study writes them into `components/`), or the name of an imported one.
    inputs, to: the signals that it takes and makes here, in its own order; by default its own. They may be called
        otherwise, and have to be the same in all else: kind, size, unit, labels, alphabet.
    start: `frozen` is used as it is and needs no rows; `tuned` is trained further, from its weights, on the rows of
        the study that carry its label (networks only).
    name: what tells it from other makers of the signal; by default as it was called.
    allow: modules of your own that a frozen one may import, if its network was made by your code.

    Raises DeclarationError where signals do not fit, or what is to be tuned is no network; UsageError where there is
    no such component; BundleError where it is no component, is damaged, or needs code that was not allowed.
    """
    folder, about = find(what)
    own = [from_json(one) for one in (*about["inputs"], *about["given"])]
    wants = next(from_json(one["output"]) for one in about["parts"] if one["output"]["name"] == about["wants"])
    taken, made = inputs or tuple(own), to or wants
    _check_fit(what, [*own, wants], [*taken, made])
    last = about["parts"][-1]
    called = name or last["name"]
    rows = f", learnt from {about['rows']:,} rows" if "rows" in about else ""
    origin = f"{start}: '{about['design']}' of {about['system']}{rows} ({about['identity'][:12]})"
    source = digest("reused", start, about["identity"])
    weights, default = folder.absolute() / "models" / wants.name, _is_default(about["parts"])
    begins = (str(weights), weights_digest(weights)) if default else ()
    if start == "frozen":
        using = Frozen(str(folder.absolute()), about["identity"], allow)
        using.open()
        return Fixed(taken, made, called, "frozen", using, last["version"], source=source, origin=origin, begins=begins)
    if not default:
        raise DeclarationError(
            f"The component '{what}' was to be trained further.",
            "It is no default network.",
            "Of these alone the weights say all that is needed to go on.",
            "Use it as it is: start='frozen'.",
        )
    return Learned(taken, made, called, "tuned", None, last["version"], source=source, origin=origin, begins=begins)


def _is_default(parts: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a component is one default network, of which the weights say all."""
    last = parts[-1]
    own = last["using"] is not None or last["estimator"] or last["label"] is not None or last.get("encoder") is not None
    return len(parts) == 1 and last["learned"] and not own


def reusing(system: System, signal: str, what: str | Path, start: Way = "frozen", allow: Sequence[str] = ()) -> System:
    """The system with a component trained before in the place of its own learned maker of `signal`.

    The first maker of the signal that the component fits is replaced, and lends its name, so that designs are written
    as before; `start` and `allow` are those of `reused`. Raises DeclarationError where it fits none, and what `reused`
    raises.
    """
    own = [one for one in system.makers.get(signal, ()) if one.learns]
    why: list[str] = []
    for maker in own:
        try:
            taken = reused(what, *maker.inputs, to=maker.output, start=start, name=maker.name, allow=allow)
        except DeclarationError as error:
            why.append(error.here)
            continue
        return system.replaced(maker, taken)
    learned = sorted({one.output.name for one in system.components if one.learns})
    raise DeclarationError(
        f"'{signal}' of the system '{system.name}' was to be made by the component '{what}'.",
        " ".join(why) if why else f"Nothing that learns makes '{signal}'; learned are: {listed(learned)}.",
        "A component takes the place of one that takes and makes the same.",
        "See what it takes and makes: endwise components show NAME",
    )


def _check_fit(what: str | Path, theirs: Sequence[Signal], here: Sequence[Signal]) -> None:
    asked = f"The component '{what}' was to be used."
    own = [one.name for one in theirs]
    if len(here) != len(theirs):
        raise DeclarationError(
            asked,
            f"It takes {listed(own[:-1])}; {listed([one.name for one in here[:-1]])} were handed over.",
            "Each of its inputs is a signal of this system.",
            "Hand over as many, in this order.",
        )
    names = {one.name: other.name for one, other in zip(theirs, here, strict=True)}
    different = [text for one, other in zip(theirs, here, strict=True) for text in _differences(one, other, names)]
    if different:
        raise DeclarationError(
            asked,
            f"Its signals are others: {'; '.join(different)}.",
            "It was trained on rows of exactly its own kind, size, unit and labels.",
            "Bring the rows into its form with a fixed component, or train one for this system.",
        )


def _differences(theirs: Signal, here: Signal, names: dict[str, str]) -> Iterator[str]:
    """How a signal of this system differs from that of the component, in all but its name."""
    one, other = theirs.to_json(), here.to_json()
    for key in dict.fromkeys((*one, *other)):
        mine, its = other.get(key), one.get(key)
        if key == "name" or (key == "on" and names.get(str(its), its) == mine):
            continue
        if mine != its:
            yield f"'{here.name}' has {key} {_short(mine)} here, {_short(its)} there"


def _short(value: Any) -> str:
    text = "none" if value in ("", None, []) else str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
