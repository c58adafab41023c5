"""The trained winner as a folder that loads back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from endwise.deliver.bundle import Bundle


def load(folder: Any, **options: Any) -> Bundle:
    """Load the winner of a study; see `endwise.deliver.bundle.read` for `allow` and `code`."""
    from pathlib import Path

    from endwise.deliver.bundle import read

    return read(Path(folder), **options)
