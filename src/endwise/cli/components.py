"""`endwise components`: what a study trained, stage by stage, for other systems to take."""

from __future__ import annotations

import json
from pathlib import Path

from cyclopts import App

from endwise.cli.options import Json

components = App(name="components", help="List, show, export and import trained stages, to use them in other studies.")


@components.command(name="list")
def list_components(folder: Path | None = None, /, *, as_json: Json = False) -> None:
    """List the components that a study trained; without a folder those that you imported.

    Parameters
    ----------
    folder
        The folder of a study.
    as_json
        Print a JSON object a line.
    """
    from endwise.deliver.card import about_of
    from endwise.deliver.components import named_in, place_of

    place = place_of(folder)
    names = named_in(place)
    for name in names:
        about = about_of(place / name)
        if as_json:
            print(json.dumps({"name": name, "folder": str(place / name), **_facts(about)}))
        else:
            print(f"{name}: {about['design']}, learnt from {about['rows']:,} rows, {about['identity'][:12]}")
    if not names and not as_json:
        print(f"none in {place}: endwise components import FOLDER")


@components.command
def show(component: str, /, *, as_json: Json = False) -> None:
    """Print what a component takes and makes, what it learnt from, and how well it does.

    Parameters
    ----------
    component
        The name of an imported component, or a folder.
    as_json
        Print it as JSON.
    """
    from endwise.deliver.components import card, find

    _, about = find(component)
    print(json.dumps(_facts(about), indent=1) if as_json else card(about), end="\n" if as_json else "")


@components.command
def export(folder: Path, component: str, target: Path, /) -> None:
    """Copy a component of a study to a folder of its own, to hand it on.

    Parameters
    ----------
    folder
        The folder of the study.
    component
        Its name there.
    target
        Where to copy it.
    """
    from endwise.deliver.components import copy, named_in, place_of
    from endwise.errors import UsageError, near

    place = place_of(folder)
    if component not in named_in(place):
        raise UsageError(
            f"The component '{component}' of {folder} was to be exported.",
            f"Its components are: {', '.join(named_in(place))}.",
            "None is so called.",
            near(component, named_in(place)),
        )
    copy(place / component, target)
    print(f"{target}: {component}")


@components.command(name="import")
def import_component(source: Path, /, *, name: str | None = None) -> None:
    """Keep a component under a name, by which every study can take it.

    Parameters
    ----------
    source
        A component's folder: of a study, or exported.
    name
        What to call it (default: as it is called there).
    """
    from endwise.deliver.card import about_of
    from endwise.deliver.components import keep

    kept = keep(source, name)
    print(
        f"{kept.name}: kept in {kept.parent}. Use it: endwise study ... --reuse {about_of(source)['wants']}={kept.name}"
    )


def _facts(about: dict[str, object]) -> dict[str, object]:
    """What of a component is for other programs."""
    keys = ("identity", "system", "design", "inputs", "wants", "path", "rows", "parameters", "measured", "endwise")
    return {key: about[key] for key in keys}
