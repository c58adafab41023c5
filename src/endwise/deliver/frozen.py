"""A trained component, used as it is in another system."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from endwise.errors import BundleError

if TYPE_CHECKING:
    from endwise.deliver.bundle import Bundle


class Frozen:
    """A function whose rows a bundle makes: it takes an array an input and given signal, in the bundle's order.

    `identity` is that of the component: another one may be written to its folder later, and is not taken for it.
    `allow` names modules of the user's own that it may import. Raises BundleError where the bundle cannot be run.
    """

    def __init__(self, folder: str, identity: str, allow: Sequence[str] = ()) -> None:
        self.folder, self.identity, self.allow = folder, identity, tuple(allow)

    def open(self) -> Bundle:
        """The bundle. Raises BundleError where it cannot be run, or is another by now."""
        return _opened(self.folder, self.identity, self.allow)

    def __call__(self, *arrays: Any) -> np.ndarray:
        bundle = self.open()
        names = [signal.name for signal in (*bundle.inputs, *bundle.given)]
        made: np.ndarray = bundle.predict(dict(zip(names, arrays, strict=True)))[bundle.wants.name]
        return made


@lru_cache(maxsize=8)
def _opened(folder: str, identity: str, allow: tuple[str, ...]) -> Bundle:
    from endwise.deliver.bundle import read  # which knows of this class

    bundle = read(Path(folder), allow=allow)
    found = str(bundle.about.get("identity", "none"))
    if found == identity:
        return bundle
    raise BundleError(
        f"The component {folder} was to be used, with the identity {identity[:12]}.",
        f"The one that lies there now has {found[:12]}.",
        "It was trained otherwise: what was measured with the first does not hold for it.",
        "Run the study again to use what is there now; endwise components export keeps one safe from later studies.",
    )
