"""The trained winner as a folder.

    winner/bundle.json      the design: its components and signals, what was measured, provenance
    winner/README.md        a model card for people
    winner/models/NAME/     one trained model a learned part (safetensors, or skops for estimators)

Loading runs no code from the folder. Functions and modules are named in `bundle.json`; those of endwise's own
systems are looked up by name, those of a user are imported only when the caller allows their module.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from endwise.deliver.card import about_of, card
from endwise.deliver.code import found, reference
from endwise.deliver.frozen import Frozen
from endwise.errors import BundleError, listed
from endwise.learn.chain import Chain
from endwise.learn.model import Model, load
from endwise.records import FORMAT, Verdict, to_json
from endwise.system.components import Component, Fixed, Learned
from endwise.system.designs import Design
from endwise.system.signals import Identity, Segments, Signal, from_json
from endwise.system.using import is_estimator

REUSED = "reused"


@dataclass(frozen=True)
class Bundle:
    """A design that can be run: `predict` takes inputs and given signals, and returns every signal."""

    system: str
    design: str
    wants: Signal
    inputs: tuple[Signal, ...]
    given: tuple[Signal, ...]
    parts: tuple[Component, ...]
    chain: Chain
    about: Mapping[str, Any]

    @property
    def signals(self) -> dict[str, Signal]:
        """Every signal of the design by name, in running order."""
        made = [part.output for part in self.parts]
        return {signal.name: signal for signal in (*self.inputs, *self.given, *made)}

    @property
    def models(self) -> dict[str, Model]:
        """The trained model of each learned part, by the signal that it makes."""
        return self.chain.models

    def predict(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Every signal that the design makes, for N rows. Raises BundleError where an input is missing."""
        missing = [s.name for s in (*self.inputs, *self.given) if s.name not in inputs]
        if missing:
            raise BundleError(
                f"A prediction by '{self.design}' was asked for.",
                f"It got: {listed(list(inputs))}.",
                f"It also needs: {listed(missing)}.",
                "Hand it over: as a column of --rows, or for one value for all rows as --given NAME=VALUE.",
            )
        made = self.chain({s.name: inputs[s.name] for s in (*self.inputs, *self.given)})
        return {part.output.name: made[part.output.name] for part in self.parts}

    def __repr__(self) -> str:
        return f"<Bundle {self.system}: {self.design}>"


def save(folder: Path, design: Design, models: Mapping[str, Model], verdict: Verdict, more: Mapping[str, Any]) -> None:
    """Write the winner, with `more` beside what the verdict measured; an older one there is replaced.

    Raises BundleError where something else of that name is there.
    """
    taken = {signal.name for part in design.parts for signal in part.inputs}
    about = {
        "format": FORMAT,
        "endwise": version("endwise"),
        "system": design.system.name,
        "design": design.text,
        "key": design.key,
        "wants": design.system.wants.name,
        "inputs": [signal.to_json() for signal in design.system.inputs if signal.name in taken],
        "given": [signal.to_json() for signal in design.system.given if signal.name in taken],
        "parts": [written(part) for part in design.parts],
        "measured": {
            "metric": verdict.metric, "unit": verdict.unit, "error": verdict.error, "low": verdict.low,
            "high": verdict.high, "rows": verdict.sizes[-1], "test_rows": verdict.test_rows,
            "episodes": verdict.test_units if verdict.closed_loop else None, **more,
        },
        "provenance": {"seed": verdict.seed, "command": verdict.command, "versions": to_json(verdict.versions)},
    }  # fmt: skip
    write(folder, about, card(about), models, design.parts)


def write(
    folder: Path, about: Mapping[str, Any], words: str, models: Mapping[str, Model], parts: Sequence[Component]
) -> None:
    """Write a bundle whole or not at all: `about` it, the same in `words`, the models, and what is reused in it."""
    _refuse_foreign(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    for name, model in models.items():
        model.save(fresh / "models" / name)
    for part in parts:
        if isinstance(part.using, Frozen):
            part.using.open()  # still the one that was measured
            shutil.copytree(part.using.folder, fresh / REUSED / part.output.name)
    (fresh / "bundle.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
    (fresh / "README.md").write_text(words, encoding="utf-8")
    fresh.chmod(0o755)
    if folder.exists():
        shutil.rmtree(folder)
    fresh.rename(folder)


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and not (folder / "bundle.json").exists():
        raise BundleError(
            f"The winner was to be written to {folder}.",
            "Something else of that name is there: it holds no bundle.json.",
            "endwise replaces a winner of its own, and nothing that it did not write.",
            "Move it away, or name another folder with --out; the study goes on where it stopped.",
        )


def written(part: Component) -> dict[str, Any]:
    """A component as plain data."""
    frozen = isinstance(part.using, Frozen)
    return {
        "name": part.name, "start": part.start, "version": part.version, "learned": part.learns,
        "inputs": [signal.to_json() for signal in part.inputs], "output": part.output.to_json(),
        "label": None if part.label is None else part.label.to_json(),
        "using": None if frozen else reference(part.using), "estimator": is_estimator(part.using), "reused": frozen,
        "origin": part.origin, "encoder": _like(part.encoder),
    }  # fmt: skip


def _like(encoder: Component | None) -> dict[str, Any] | None:
    """What is needed of the component whose encoder a network began with: it is built to read alike."""
    if encoder is None:
        return None
    return {"inputs": [one.to_json() for one in encoder.inputs], "output": encoder.output.to_json()}


def read(
    folder: Path, *, device: str = "cpu", allow: Sequence[str] = (), code: Mapping[str, Any] | None = None
) -> Bundle:
    """Load a winner.

    `allow` names modules of the user's own that may be imported; `code` maps a signal's name to the
    function or module class that makes it, in place of importing anything.
    Raises BundleError for what is no bundle, is newer, or needs code that was not allowed.
    """
    about = about_of(folder)
    parts = tuple(_part(one, folder, allow, code or {}) for one in about["parts"])
    models = {
        part.output.name: load(part, folder / "models" / part.output.name, device)
        for part in parts
        if isinstance(part, Learned)
    }
    inputs, given = (tuple(from_json(one) for one in about[name]) for name in ("inputs", "given"))
    wants = next(part.output for part in parts if part.output.name == about["wants"])
    return Bundle(about["system"], about["design"], wants, inputs, given, parts, Chain(parts, models), about)


def _part(written: Mapping[str, Any], folder: Path, allow: Sequence[str], code: Mapping[str, Any]) -> Component:
    inputs = tuple(from_json(one) for one in written["inputs"])
    output = from_json(written["output"])
    kind = Learned if written["learned"] else Fixed
    label = None if written.get("label") is None else from_json(written["label"])
    like, encoder = written.get("encoder"), None
    if like is not None:
        encoder = Learned(tuple(map(from_json, like["inputs"])), from_json(like["output"]), "encoder", "scratch")
    part = kind(
        inputs, output, written["name"], written["start"], None, written["version"], label=label, encoder=encoder,
        origin=written.get("origin", ""),
    )  # fmt: skip
    using: Any
    if written.get("reused"):
        inner = folder.absolute() / REUSED / output.name
        using = Frozen(str(inner), about_of(inner).get("identity", "none"), allow)
    elif written["estimator"] and isinstance(part, Learned):
        from endwise.learn.estimator import EstimatorModel  # brings scikit-learn: only for those who use it

        using = EstimatorModel.load(part, folder / "models" / output.name).estimator
    else:
        using = code[output.name] if output.name in code else found(written, folder, allow, output.name)
    return replace(part, using=using, source="")


def rows_of(made: Mapping[str, Any], signals: Mapping[str, Signal]) -> list[dict[str, Any]]:
    """Predictions as plain data, one dict a row; a category by its name."""
    count = len(next(iter(made.values())))
    return [{name: plain(signals[name], values[at]) for name, values in made.items()} for at in range(count)]


def plain(signal: Signal, value: Any) -> Any:
    """One value as plain data for JSON; pictures are left out (None)."""
    if signal.drawn in ("picture", "pictures", "overlay"):
        return None
    if signal.kind in ("category", "symbols"):
        return signal.show(value)
    if isinstance(signal, Identity):
        return {"name": signal.people[int(value[0])] if value[0] >= 0 else None, "score": round(float(value[1]), 4)}
    if isinstance(signal, Segments):
        return [[signal.alphabet[int(place)], round(start, 3), round(end, 3)] for place, start, end in value.tolist()]
    return np.asarray(value).tolist() if not isinstance(value, str) else value
