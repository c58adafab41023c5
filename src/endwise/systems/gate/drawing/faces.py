"""People: what a face looks like as numbers, drawn once for a person and changed a little from visit to visit.

Lengths are shares of the face's height, hairline to chin (about 187 mm). In a face's own plane `u` runs from the
middle to its left and `v` down; v = -0.5 is the hairline and v = 0.5 the chin. Mean lengths are round figures after
Farkas (1994), *Anthropometry of the Head and Face*; tones, styles and how traits go together are schematic.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final, Literal, TypeAlias, TypeVar, get_args

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[Any]
"""float32 throughout; numpy's stubs take float32 times a Python float for float64, numpy does not."""
HairStyle: TypeAlias = Literal["bald", "ring", "short", "medium", "long", "curly"]
BeardStyle: TypeAlias = Literal["none", "stubble", "moustache", "goatee", "full"]
Style = TypeVar("Style", bound=str)

IDENTITY_STREAM: Final = 0

TRAITS: Final[dict[str, tuple[float, float, float]]] = {
    # name: (mean, spread, shift of the mean from women to men in spreads)
    "width": (0.372, 0.018, 0.3),
    "jaw": (2.55, 0.45, 0.9),
    "chin": (0.58, 0.07, -0.5),
    "cheek": (0.0, 0.012, -0.3),
    "hairline": (-0.470, 0.022, -0.2),
    "eye_size": (0.083, 0.006, -0.6),
    "eye_apart": (0.168, 0.010, 0.2),
    "eye_height": (-0.078, 0.012, 0.0),
    "eye_tilt": (-0.07, 0.07, 0.2),
    "eye_open": (0.40, 0.06, -0.6),
    "iris": (0.22, 0.11, 0.0),
    "brow_thick": (0.016, 0.0045, 1.0),
    "brow_lift": (0.086, 0.012, -0.9),
    "brow_tilt": (0.02, 0.10, -0.2),
    "nose_length": (0.178, 0.016, 0.3),
    "nose_width": (0.086, 0.011, 0.6),
    "nose_bridge": (1.0, 0.22, 0.4),
    "mouth_width": (0.136, 0.013, 0.4),
    "mouth_height": (0.285, 0.014, 0.0),
    "lips": (0.029, 0.0075, -0.5),
    "ears": (1.0, 0.15, 0.4),
    "skin": (0.60, 0.16, 0.0),
    "hair_tone": (0.20, 0.15, -0.1),
    "hair_volume": (0.055, 0.018, -0.3),
    "hair_length": (0.45, 0.25, 0.0),
    "age": (0.40, 0.25, 0.0),
}
"""What a person's standard normal numbers mean. `jaw` and `chin` are exponents of the outline (larger: squarer; more
pointed), `eye_open` a share of the eye's half width, `skin`, `iris` and `hair_tone` tones in 0..1, `age` 0 = twenty,
1 = eighty years. The last rows' shifts leave hair to the styles below."""
FURTHEST: Final = 2.3
"""Numbers beyond this many spreads are cut: no face is impossible."""
STYLES: Final[tuple[tuple[float, ...], tuple[float, ...]]] = (
    (0.00, 0.00, 0.14, 0.31, 0.41, 0.14),
    (0.09, 0.10, 0.56, 0.11, 0.04, 0.10),
)
"""Chance of each `HairStyle` for women and men."""
BEARDS: Final = (0.48, 0.20, 0.08, 0.09, 0.15)
"""Chance of each `BeardStyle` for men."""
FRECKLE: Final = (0.006, 0.2)
"""Radius of a freckle, and how dark it is; every mole is larger and darker."""
GLASSES: Final = 0.25
"""Share of people who own glasses."""


@dataclasses.dataclass(frozen=True, eq=False)
class Face:
    """One person's face on one day. The first fields are `TRAITS`; lengths in face heights, tones in 0..1.

    Each face equals itself alone, so that what is drawn from it once can be kept with it.
    """

    width: float
    jaw: float
    chin: float
    cheek: float
    hairline: float
    eye_size: float
    eye_apart: float
    eye_height: float
    eye_tilt: float
    eye_open: float
    iris: float
    brow_thick: float
    brow_lift: float
    brow_tilt: float
    nose_length: float
    nose_width: float
    nose_bridge: float
    mouth_width: float
    mouth_height: float
    lips: float
    ears: float
    skin: float
    hair_tone: float
    hair_volume: float
    hair_length: float
    age: float
    male: bool
    hair: HairStyle
    parting: float
    """Where the hair is parted, as an angle round the head."""
    fringe: float
    """How far the hair falls over the forehead; negative where it has receded at the temples."""
    beard: BeardStyle
    beard_density: float
    marks: Floats
    """(M, 4) moles and freckles: u, v, radius, how dark."""
    glasses: float
    """0 = none; otherwise how round the lenses are, 1 = circles."""
    strands: Floats
    """(512,) texture of hair and skin, smooth and periodic, mean 0."""
    hat: float = -1.0
    """Tone of a hat; below 0 there is none."""

    def grain(self, across: Floats) -> Floats:
        """The person's own strands at places across them, any shape; 128 to the period."""
        return self.strands.take((across * 4).astype(np.intp) & (len(self.strands) - 1))


def identity(seed: int, person: int) -> Face:
    """The face of a person: depends on the seed and the person's number alone."""
    rng = np.random.default_rng([seed, person, IDENTITY_STREAM])
    male = bool(rng.random() < 0.5)
    z = np.clip(rng.standard_normal(len(TRAITS)), -FURTHEST, FURTHEST)
    side = 0.5 if male else -0.5
    shape = {
        name: mean + spread * (float(value) + side * shift)
        for value, (name, (mean, spread, shift)) in zip(z, TRAITS.items(), strict=True)
    }
    shape["skin"] = float(np.clip(shape["skin"], 0.24, 0.88))
    shape["hair_tone"] = float(np.clip(shape["hair_tone"], 0.04, 0.6 * shape["skin"] + 0.1))
    shape["age"] = float(np.clip(shape["age"], 0, 1))
    if rng.random() < 2 * (shape["age"] - 0.5):
        shape["hair_tone"] = float(rng.uniform(0.45, 0.80))  # grey
    receding = rng.uniform(0, 0.10) * shape["age"] if male else 0.0
    return Face(
        **shape,
        male=male,
        hair=_choice(rng, get_args(HairStyle), STYLES[male]),
        parting=float(rng.normal(0, 0.5)),
        fringe=float(rng.uniform(0.08, 0.20)) if rng.random() < 0.25 else -float(receding),
        beard=_choice(rng, get_args(BeardStyle), BEARDS) if male else "none",
        beard_density=float(rng.uniform(0.5, 0.95)),
        marks=_marks(rng),
        glasses=float(rng.uniform(0.1, 1.0)) if rng.random() < GLASSES else 0.0,
        strands=_strands(rng),
    )


def _choice(rng: np.random.Generator, names: tuple[Style, ...], chances: tuple[float, ...]) -> Style:
    return names[int(rng.choice(len(names), p=chances))]


def _marks(rng: np.random.Generator) -> Floats:
    """Up to three moles, and on some faces a score of freckles."""
    moles, freckles = int(rng.integers(0, 4)), 20 * int(rng.random() < 0.15)
    count = moles + freckles
    mole = np.arange(count) < moles
    return np.stack(
        [
            rng.uniform(-0.28, 0.28, count),
            np.where(mole, rng.uniform(-0.35, 0.42, count), rng.uniform(-0.02, 0.12, count)),
            np.where(mole, rng.uniform(0.007, 0.014, count), FRECKLE[0]),
            np.where(mole, rng.uniform(0.3, 0.7, count), FRECKLE[1]),
        ],
        axis=1,
    ).astype(np.float32)


def _strands(rng: np.random.Generator) -> Floats:
    noise = rng.standard_normal(512)
    smooth = noise + 0.7 * (np.roll(noise, 1) + np.roll(noise, -1)) + np.repeat(rng.standard_normal(64), 8)
    return (smooth / smooth.std()).astype(np.float32)
