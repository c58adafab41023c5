"""`endwise systems`."""

from __future__ import annotations

import json

from endwise.cli.options import Json


def systems(*, as_json: Json = False) -> None:
    """List the reference systems and their designs."""
    from endwise.system.designs import designs
    from endwise.systems.catalog import CATALOG

    found = {name: [d.text for d in designs(entry.load().system())] for name, entry in CATALOG.items()}
    if as_json:
        print(json.dumps(found, indent=1))
        return
    for name, entry in CATALOG.items():
        print(f"{name}: {entry.mapping}")
        for text in found[name]:
            print(f"  {text}")
