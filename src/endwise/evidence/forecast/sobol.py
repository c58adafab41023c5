"""Points that fill a cube evenly, the same on every machine and in every version.

The weights of the learnt prior belong to shapes by their place in the bank, so the bank must never move with a
library's version: these few lines stand in for `scipy.stats.qmc.Sobol`, whose points they equal.
"""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist

import numpy as np

# Joe & Kuo 2008, new-joe-kuo-6: per dimension the degree, the coefficients and the first direction numbers.
DIRECTIONS: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (1, 0, (1,)),
    (2, 1, (1, 3)),
    (3, 1, (1, 3, 1)),
    (3, 2, (1, 1, 1)),
    (4, 1, (1, 1, 3, 3)),
)
BITS = 30


def sobol(count: int, dimensions: int) -> np.ndarray:
    """The first `count` Sobol points in `dimensions` (6 at most), shape (count, dimensions), in [0, 1).

    Source: Bratley & Fox 1988 (Gray-code order), direction numbers of Joe & Kuo 2008.

    >>> sobol(4, 2).tolist()
    [[0.0, 0.0], [0.5, 0.5], [0.75, 0.25], [0.25, 0.75]]
    """
    places = np.arange(count, dtype=np.uint64)
    gray = places ^ (places >> np.uint64(1))
    points = np.zeros((count, dimensions), dtype=np.uint64)
    for at in range(dimensions):
        for bit, direction in enumerate(_directions(at)):
            points[:, at] ^= np.where((gray >> np.uint64(bit)) & np.uint64(1), np.uint64(direction), np.uint64(0))
    return points / float(1 << BITS)


def _directions(dimension: int) -> list[int]:
    """The direction numbers of one dimension, as integers of `BITS` bits."""
    if dimension == 0:
        return [1 << (BITS - 1 - bit) for bit in range(BITS)]
    degree, coefficients, first = DIRECTIONS[dimension - 1]
    numbers = [value << (BITS - 1 - bit) for bit, value in enumerate(first)]
    for bit in range(degree, BITS):
        number = numbers[bit - degree] ^ (numbers[bit - degree] >> degree)
        for k in range(1, degree):
            if (coefficients >> (degree - 1 - k)) & 1:
                number ^= numbers[bit - k]
        numbers.append(number)
    return numbers


def normal(uniform: np.ndarray) -> np.ndarray:
    """Standard normal quantiles of values in (0, 1), without importing scipy.

    >>> normal(np.array([0.5, 0.975])).round(3).tolist()
    [0.0, 1.96]
    """
    inverse = NormalDist().inv_cdf
    return np.array([inverse(one) for one in uniform.ravel().tolist()]).reshape(uniform.shape)


@lru_cache(maxsize=8)
def normal_strata(count: int) -> np.ndarray:
    """The middles of `count` equally likely slices of the standard normal distribution, in order."""
    strata = normal((np.arange(count) + 0.5) / count)
    strata.flags.writeable = False
    return strata
