"""Every component that a study trained, as a folder of its own: a bundle of one part, for other systems to take.

    components/joints.from_xray/      trained on true inputs
    components/age.from_maturity.3f2a41c09b/    likewise, where several are called so: with what stands before it

The identity of a component is a digest of all that decided its weights: what it is, its rows, seed and recipe.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from endwise.deliver.bundle import write, written
from endwise.deliver.card import about_of, made_by
from endwise.deliver.frozen import Frozen
from endwise.errors import BundleError, UsageError, counted, near
from endwise.learn.model import Model
from endwise.records import FORMAT
from endwise.system.components import Component
from endwise.system.graph import System

FOLDER = "components"
NAME = re.compile(r"[^\W_][\w.-]*")
PLACE = "ENDWISE_COMPONENTS"
"""Names another folder for the user's components."""


@dataclass(frozen=True)
class Trained:
    """One component as a study trained it: `path` says in words what its inputs came from, "" for true ones.

    `key` is that of its training: a digest of all that decided its weights. `rows` taught it; `told` is what the study
    measured of it on test rows: rows, distance and the like.
    """

    key: str
    component: Component
    model: Model
    path: str
    rows: int
    told: Mapping[str, float]


def save_all(folder: Path, system: System, trained: Sequence[Trained], command: str) -> None:
    """Write each into a folder of its own in `folder`, over an older one of its name; nothing else there is touched.

    A component that the system itself reuses stays as it is: what has its name gets another.
    """
    names = Counter(_name(one) for one in trained)
    reused = {Path(one).resolve() for one in map(_taken_from, system.components) if one}
    for one in trained:
        about = _about(system.name, one, command)
        plain = names[_name(one)] == 1 and (folder / _name(one)).resolve() not in reused
        about["name"] = _name(one) if plain else f"{_name(one)}.{one.key[:10]}"
        write(folder / about["name"], about, card(about), {one.component.output.name: one.model}, [one.component])


def _taken_from(part: Component) -> str:
    """The folder of the component that a part reuses; empty for none."""
    if isinstance(part.using, Frozen):
        return part.using.folder
    return str(Path(part.begins[0]).parent.parent) if part.begins else ""


def _name(one: Trained) -> str:
    return f"{one.component.output.name}.{one.component.name}".replace("/", "_")


def _about(system: str, one: Trained, command: str) -> dict[str, Any]:
    part = one.component
    taken = " + ".join(signal.name for signal in part.inputs)
    return {
        "format": FORMAT, "endwise": version("endwise"), "system": system, "key": part.identity(),
        "design": f"{taken} -> {part.output.name}", "wants": part.output.name,
        "inputs": [signal.to_json() for signal in part.inputs], "given": [], "parts": [written(part)],
        "identity": one.key, "path": one.path, "rows": one.rows, "parameters": one.model.parameters,
        "measured": dict(one.told), "provenance": {"command": command},
    }  # fmt: skip


def card(about: Mapping[str, Any]) -> str:
    """The component in words: what it is, what it learnt from, how well it does."""
    told = about["measured"]
    unit = about["parts"][0]["output"].get("unit") or ""
    distance = f"{told['distance']:.3g} {unit}".rstrip() if told else ""
    measured = (
        f"off by {distance} on average, on {int(told['rows']):,} test rows" if told else "never measured by itself"
    )
    after = f", on what {about['path']} put out" if about["path"] else ", on true inputs"
    return f"""# {about["name"]}

- Takes: {", ".join(one["name"] for one in about["inputs"])}. Makes: {about["wants"]}.
- Learnt from {about["rows"]:,} rows of the system {about["system"]}{after}.
- Measured: {measured}. Nothing is known about other rows.
- Identity: {about["identity"]}
- Made by endwise {about["endwise"]}{made_by(about["provenance"]["command"])}
- Use: `endwise components import THIS_FOLDER`, then `endwise study ... --reuse {about["wants"]}={about["name"]}`
"""


def library() -> Path:
    """Where the user keeps components: named by `ENDWISE_COMPONENTS`, or in the data folder of the account."""
    return Path(os.environ[PLACE]) if os.environ.get(PLACE) else user_data_path("endwise") / FOLDER


def named_in(folder: Path) -> list[str]:
    """The names of all components in a folder; other bundles, as winners, are none."""
    return sorted(one.parent.name for one in folder.glob("*/bundle.json") if "identity" in about_of(one.parent))


def place_of(folder: Path | None) -> Path:
    """Where the components of a study lie, or the user's own. Raises UsageError where a study has none."""
    if folder is None:
        return library()
    inside = folder / FOLDER if (folder / FOLDER).is_dir() else folder
    if named_in(inside):
        return inside
    raise UsageError(
        f"The components of {folder} were asked for.",
        f"Neither {folder} nor {folder / FOLDER} holds any.",
        "A study writes one for each component that it trained, when it ends.",
        "Give the folder of a finished study, as runs/bone-age, or none for those that you imported.",
    )


def keep(source: Path, name: str | None) -> Path:
    """Copy a component into the user's own, by default under its own name. Raises UsageError for one that is a path."""
    called = name or str(about_of(source).get("name", source.name))
    if not NAME.fullmatch(called):
        raise UsageError(
            f"A component was to be kept as {called!r}.",
            "That is no plain name.",
            "Components lie side by side, each in a folder that is called as it is.",
            "Give one of letters, digits and _ . - that begins with a letter or digit: --name hand-joints",
        )
    copy(source, library() / called)
    return library() / called


def find(what: str | Path) -> tuple[Path, dict[str, Any]]:
    """The folder of a component, a path or the name of one that was imported, and what it says of itself.

    Raises UsageError for none, BundleError where it is another bundle.
    """
    for folder in (Path(what), library() / str(what)):
        if (folder / "bundle.json").is_file():
            return folder, told_by(folder)
    known = named_in(library())
    raise UsageError(
        f"The component '{what}' was asked for.",
        f"It is no folder with a bundle.json, and of {counted(len(known), 'imported component')} none is so called.",
        "A component is taken by its name, or by the path of its folder.",
        near(str(what), known) if known else "Import one: endwise components import runs/NAME/components/COMPONENT",
    )


def told_by(folder: Path) -> dict[str, Any]:
    """What a component says of itself. Raises BundleError for a bundle that is none."""
    about = about_of(folder)
    if "identity" in about:
        return about
    raise BundleError(
        f"The component {folder} was asked for.",
        "It is a bundle of a whole design, not of one component.",
        "What is reused is a stage: a trained component with what it takes and makes.",
        f"See those of a study: endwise components list {folder.parent}",
    )


def copy(source: Path, target: Path) -> None:
    """Copy a component's folder. Raises BundleError where another thing is there already, or for no component."""
    about = told_by(source)
    if target.exists():
        there = about_of(target).get("identity") if (target / "bundle.json").is_file() else None
        if there == about["identity"]:
            return
        raise BundleError(
            f"The component {source} was to be copied to {target}.",
            "Something else is there already." if there is None else f"Another of that name is there: {there[:12]}.",
            "Nothing that is there is overwritten.",
            "Give another place or --name, or remove what is there first.",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, target)
