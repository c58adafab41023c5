"""A trained component, used as it is in another system."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from endwise.deliver.bundle import Bundle


class Frozen:
    """A function whose rows a bundle makes: it takes an array an input and given signal, in the bundle's order.

    `identity` is that of the bundle: another one may be written to its folder while this process lives.
    """

    def __init__(self, folder: str, identity: str) -> None:
        self.folder, self.identity = folder, identity

    def __call__(self, *arrays: Any) -> np.ndarray:
        bundle = _opened(self.folder, self.identity)
        names = [signal.name for signal in (*bundle.inputs, *bundle.given)]
        made: np.ndarray = bundle.predict(dict(zip(names, arrays, strict=True)))[bundle.wants.name]
        return made


@lru_cache(maxsize=8)
def _opened(folder: str, identity: str) -> Bundle:
    from endwise.deliver.bundle import read  # which knows of this class

    return read(Path(folder))
