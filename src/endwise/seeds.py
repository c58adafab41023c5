"""One seed in, one named random stream per job out."""

from __future__ import annotations

import hashlib

import numpy as np


def digest(*parts: object) -> str:
    """A hex name for `parts` that does not depend on order of work, process or platform."""
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()


def number(seed: int, *names: object) -> int:
    """A 32-bit seed for the job called `names` under the study's `seed`."""
    return int(digest(seed, *names)[:8], 16)


def stream(seed: int, *names: object) -> np.random.Generator:
    """A random generator for the job called `names`: jobs never share a stream."""
    return np.random.default_rng(int(digest(seed, *names)[:32], 16))
