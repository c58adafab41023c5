"""The hand in numbers: its landmarks, its bones, how they grow and when they ossify.

Every constant names its source; "schematic" means ours, chosen to look right at 96 x 128 pixels.

- Buryanov & Kotiuk 2010, *Proportions of hand segments*, Int. J. Morphol. 28(3):755-758: bone lengths of adults.
- Bayley & Pinneau 1952, *Tables for predicting adult height from skeletal age*, J. Pediatr. 40:423-441,
  with the average percentages of mature height by age that are printed beside them.
- Garn, Rohmann & Silverman 1967, *Radiographic standards for postnatal ossification*, Med. Radiogr. Photogr.
  43:45-66: median ages at which a centre appears, here rounded to a quarter of a year beyond the first year.
- Greulich & Pyle 1959, *Radiographic atlas of skeletal development of the hand and wrist*, 2nd ed.:
  order and ages of fusion (rounded), spread of bone age among children of one age.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]
Integers: TypeAlias = npt.NDArray[np.int64]

FEMALE: Final = 0
MALE: Final = 1

RAYS: Final = ("thumb", "index", "middle", "ring", "little")

LANDMARKS: Final[tuple[str, ...]] = (
    *("thumb CMC", "thumb MCP", "thumb IP", "thumb tip"),
    *(f"{ray} {joint}" for ray in RAYS[1:] for joint in ("CMC", "MCP", "PIP", "DIP", "tip")),
)
"""The 24 landmarks, each ray from the wrist outwards. CMC: carpometacarpal (base of the metacarpal),
MCP: metacarpophalangeal, PIP/DIP: proximal/distal interphalangeal, IP: the thumb's only one."""

BASES: Final[tuple[int, ...]] = tuple(i for i, name in enumerate(LANDMARKS) if name.endswith("CMC"))
TIPS: Final[tuple[int, ...]] = tuple(i for i, name in enumerate(LANDMARKS) if name.endswith("tip"))
MIDDLE_BASE: Final = LANDMARKS.index("middle CMC")
"""Where the wrist is measured from."""

BONES: Final[tuple[tuple[int, int], ...]] = tuple(
    (start, start + 1) for start in range(len(LANDMARKS)) if start not in TIPS
)
"""The 19 bones as pairs of landmarks (near end, far end), in the order of the landmarks."""

Segment = Literal["metacarpal", "proximal", "middle", "distal"]

_FINGER: Final[tuple[Segment, ...]] = ("metacarpal", "proximal", "middle", "distal")
_THUMB: Final[tuple[Segment, ...]] = ("metacarpal", "proximal", "distal")

BONE_SEGMENTS: Final[tuple[Segment, ...]] = (*_THUMB, *_FINGER, *_FINGER, *_FINGER, *_FINGER)
BONE_RAYS: Final[tuple[int, ...]] = (0, 0, 0, *(ray for ray in (1, 2, 3, 4) for _ in _FINGER))
BONE_NAMES: Final[tuple[str, ...]] = tuple(
    f"{RAYS[ray]} {segment}" for ray, segment in zip(BONE_RAYS, BONE_SEGMENTS, strict=True)
)

ADULT_LENGTHS: Final[Floats] = np.array(
    [46.2, 31.6, 21.7]  # thumb: metacarpal, proximal, distal
    + [68.1, 39.8, 22.4, 15.8]  # index: metacarpal, proximal, middle, distal
    + [64.6, 44.6, 26.3, 17.4]  # middle
    + [58.0, 41.4, 25.7, 17.3]  # ring
    + [53.7, 32.7, 18.1, 16.0],  # little
    dtype=np.float32,
)
"""Mean adult length of each bone in mm, the sexes together (Buryanov & Kotiuk 2010)."""

SEX_FACTOR: Final[Floats] = np.array([0.953, 1.047], dtype=np.float32)
"""Adult size of women and men over the mean of both: hands of 166 and 183 mm in common hand surveys."""

BODY_SIZE_SPREAD: Final = 0.055
"""Standard deviation of ln(size) among children of one sex and bone age: the spread of hand length in adults
(10 mm in 183, the surveys above). It is why lengths alone leave the age uncertain."""

PROPORTION_SPREAD: Final = 0.025
"""Standard deviation of ln(length) of one bone beyond body size. Schematic: Buryanov & Kotiuk's 8-12 % holds
body size, sex and measuring error too."""

STURDINESS_SPREAD: Final = 0.07
BREADTH_SPREAD: Final = 0.06
"""Standard deviation of ln(breadth) beyond body size: of all bones of a child together (slender or sturdy hands) and
of one bone by itself. Schematic, of the order of the 8 % by which the breadth of the second metacarpal varies."""
CARTILAGE_SPREAD: Final = 0.20
"""Standard deviation of ln(width) of one growth plate at the same stage (schematic)."""

MATURE_SHARE: Final[Floats] = np.array(
    [
        # girls, then boys: birth; 1 to 9 years; 10 to 18 years
        [0.309]
        + [0.447, 0.528, 0.570, 0.618, 0.662, 0.703, 0.740, 0.775, 0.807]
        + [0.844, 0.884, 0.929, 0.965, 0.983, 0.991, 0.996, 1.000, 1.000],
        [0.286]
        + [0.422, 0.495, 0.538, 0.580, 0.618, 0.652, 0.690, 0.720, 0.750]
        + [0.780, 0.811, 0.842, 0.873, 0.915, 0.961, 0.983, 0.993, 0.998],
    ],
    dtype=np.float32,
)
"""Share of the adult size reached at each birthday (Bayley & Pinneau 1952). The table is of stature; that every
bone of the hand follows it, and follows bone age rather than the calendar, is our simplification."""


class Centre(NamedTuple):
    """One centre of ossification: ages in months as (girls, boys)."""

    name: str
    appears: tuple[float, float]
    complete: tuple[float, float]
    """Age of fusion of an epiphysis; age at which a carpal bone has its adult outline."""


CARPALS: Final[tuple[Centre, ...]] = (
    Centre("capitate", (2, 3), (150, 174)),
    Centre("hamate", (2, 4), (150, 174)),
    Centre("triquetrum", (21, 30), (150, 174)),
    Centre("lunate", (31, 48), (150, 174)),
    Centre("trapezium", (49, 69), (156, 180)),
    Centre("trapezoid", (50, 72), (156, 180)),
    Centre("scaphoid", (49, 68), (156, 180)),
    Centre("pisiform", (108, 144), (156, 186)),
)
"""The eight wrist bones (appearance: Garn 1967; pisiform: Gray; adult outline: Greulich & Pyle, rounded)."""

EPIPHYSES: Final[tuple[Centre, ...]] = (
    # The order of BONES, then radius and ulna.
    Centre("thumb metacarpal", (19, 31), (168, 192)),
    Centre("thumb proximal", (20, 36), (168, 192)),
    Centre("thumb distal", (12, 18), (159, 183)),
    Centre("index metacarpal", (13, 18), (174, 198)),
    Centre("index proximal", (11, 16), (171, 195)),
    Centre("index middle", (16, 27), (171, 195)),
    Centre("index distal", (22, 39), (159, 183)),
    Centre("middle metacarpal", (14, 21), (174, 198)),
    Centre("middle proximal", (10, 16), (171, 195)),
    Centre("middle middle", (15, 24), (171, 195)),
    Centre("middle distal", (18, 30), (159, 183)),
    Centre("ring metacarpal", (15, 24), (174, 198)),
    Centre("ring proximal", (11, 18), (171, 195)),
    Centre("ring middle", (15, 24), (171, 195)),
    Centre("ring distal", (18, 30), (159, 183)),
    Centre("little metacarpal", (16, 27), (174, 198)),
    Centre("little proximal", (14, 21), (171, 195)),
    Centre("little middle", (22, 42), (171, 195)),
    Centre("little distal", (24, 39), (159, 183)),
    Centre("radius", (10, 13), (198, 213)),
    Centre("ulna", (66, 84), (192, 207)),
)
"""The growing ends of the 19 bones and of radius and ulna (appearance: Garn 1967; fusion: Greulich & Pyle)."""

CENTRES: Final[tuple[Centre, ...]] = CARPALS + EPIPHYSES

CENTRE_SPREAD: Final = 8.0
"""Standard deviation in months of one centre's own age about the bone age of the hand (schematic, of the order
of the spread between bones of one hand in Greulich & Pyle's and Garn's tables) ..."""
WRIST_SPREAD: Final = 5.0
"""... and of all carpals together about the growing ends: the wrist may run ahead of the fingers or behind."""
SETTLED_AGE: Final = 72.0
"""Below this age in months both spreads shrink in proportion to age, as every spread of maturity does."""


def _ripens_with(landmark: str) -> tuple[str, ...]:
    ray, joint = landmark.split(" ")
    wrist = {
        "thumb": ("thumb metacarpal", "trapezium"),
        "index": ("trapezoid", "scaphoid", "radius"),
        "middle": ("capitate", "lunate", "radius"),
        "ring": ("hamate", "triquetrum", "ulna"),
        "little": ("triquetrum", "pisiform", "ulna"),
    }
    far = {"MCP": "proximal", "PIP": "middle", "DIP": "distal", "IP": "distal", "tip": "distal"}
    if joint == "CMC":
        return wrist[ray]
    own = (f"{ray} {far[joint]}",)
    return (*own, f"{ray} metacarpal") if joint == "MCP" and ray != "thumb" else own


def _maturity_weights() -> Floats:
    weights = np.zeros((len(LANDMARKS), len(CENTRES)), dtype=np.float32)
    names = [centre.name for centre in CENTRES]
    for row, landmark in enumerate(LANDMARKS):
        seen = _ripens_with(landmark)
        weights[row, [names.index(name) for name in seen]] = 1 / len(seen)
    return weights


MATURITY_WEIGHTS: Final[Floats] = _maturity_weights()
"""(24, 29): which centres a landmark's maturity is the mean of. A joint shows the growing ends beside it, the base
of a metacarpal the wrist below it (schematic); a tip shares its distal phalanx."""

DEVELOPMENT_AGES: Final = (0.0, 12.0, 24.0, 36.0, 60.0, 120.0, 240.0)
DEVELOPMENT_SPREADS: Final = (0.5, 2.0, 4.0, 6.0, 8.5, 11.0, 11.0)
"""Standard deviation in months of bone age among healthy children, by age (Greulich & Pyle 1959, rounded)."""

RATER_SPREAD: Final = 4.0
RATER_SHARE: Final = 0.15
"""Standard deviation in months of one reader about the true bone age, never above a share of that age. Between
readers of one atlas studies report 4-8 months; RSNA 2017 averaged several. Schematic."""


def size_at(age: npt.NDArray[np.floating], sex: Integers) -> Floats:
    """Size of a hand over the mean adult of both sexes.

    Parameters
    ----------
    age: (N,) bone age in months.
    sex: (N,) 0 = female, 1 = male.

    Returns
    -------
    (N,) float32, about 0.3 at birth to 1.05.
    """
    birthdays: npt.NDArray[np.float64] = np.arange(MATURE_SHARE.shape[1], dtype=np.float64) * 12
    girls: npt.NDArray[np.float64] = np.interp(age, birthdays, MATURE_SHARE[FEMALE])
    boys: npt.NDArray[np.float64] = np.interp(age, birthdays, MATURE_SHARE[MALE])
    return np.asarray(np.where(sex == MALE, boys, girls) * SEX_FACTOR[sex], dtype=np.float32)


def stages_at(ages: npt.NDArray[np.floating], sex: Integers) -> Floats:
    """Stage of every centre: 0 before it appears, 1 when fused or of adult outline, linear in age between.

    Parameters
    ----------
    ages: (N, 29) each centre's own bone age in months, in the order of `CENTRES`.
    sex: (N,) 0 = female, 1 = male.
    """
    appears = np.array([centre.appears for centre in CENTRES]).T[sex]
    complete = np.array([centre.complete for centre in CENTRES]).T[sex]
    return np.asarray(np.clip((ages - appears) / (complete - appears), 0, 1), dtype=np.float32)
