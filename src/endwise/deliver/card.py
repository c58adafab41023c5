"""What a bundle says of itself, and its model card. Read without torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from endwise.errors import BundleError, listed
from endwise.records import FORMAT

OURS = ("endwise.systems.", "endwise.system.components")  # all that a bundle may name unasked: elsewhere, some write
PARTS = ("system", "design", "wants", "inputs", "given", "parts")


def about_of(folder: Path) -> dict[str, Any]:
    """What a bundle says of itself. Raises BundleError for what is none, or newer."""
    try:
        about: dict[str, Any] = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
        newer = about["format"] > FORMAT
        if not newer and any(name not in about for name in PARTS):
            raise ValueError(f"it lacks {listed([name for name in PARTS if name not in about])}")
    except (OSError, ValueError, KeyError, TypeError) as damage:
        raise BundleError(
            f"The bundle {folder} was to be loaded.",
            f"Its bundle.json cannot be read ({damage}).",
            "A bundle is the folder 'winner' that a study writes.",
            "Give the path of such a folder.",
        ) from None
    if newer:
        raise BundleError(
            f"The bundle {folder} was to be loaded.",
            f"It has format {about['format']}; this endwise reads up to {FORMAT}.",
            "A newer endwise wrote it.",
            "Upgrade endwise.",
        )
    return about


def own_modules(about: Mapping[str, Any]) -> list[str]:
    """The modules of the user's own that a bundle needs, as `allow` wants them."""
    used = [part["using"]["module"] for part in about["parts"] if part["using"] and not part["using"].get("held")]
    return sorted({name for name in used if not name.startswith(OURS)})


def card(about: Mapping[str, Any]) -> str:
    """The model card: what it is, what it was measured at, what it needs."""
    measured = about["measured"]
    takes = ", ".join(signal["name"] for signal in (*about["inputs"], *about["given"]))
    unit = f" {measured['unit']}" if measured["unit"] else ""
    episodes = measured.get("episodes")
    tested = f"on {measured['test_rows']:,} held-out rows" if episodes is None else f"in {episodes:,} episodes"
    return f"""# {about["system"]}: {about["design"]}

- Takes: {takes}. Makes: {about["wants"]}.
- Measured: {measured["metric"]} {measured["error"]:.3g}{unit} (95 % interval {measured["low"]:.3g} to \
{measured["high"]:.3g}) {tested}, trained on {measured["rows"]:,} rows.
- The figure holds for rows like those it was measured on; nothing is known about others.
- Made by endwise {about["endwise"]} with seed {about["provenance"]["seed"]}{made_by(about["provenance"]["command"])}
- Use: `endwise predict THIS_FOLDER FILE...{"".join(f" --allow {name}" for name in own_modules(about))}`
"""


def made_by(command: str) -> str:
    """The command that made something, for the end of a line; nothing where it was made from Python."""
    return f": `{command}`" if command else ", from Python"
