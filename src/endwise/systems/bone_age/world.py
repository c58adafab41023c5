"""A world of children's hands: radiographs with the truth of every signal, the same bits for the same seed.

Bone age comes first, uniform over a range; it drives length (growth) and maturity (ossification). Body size,
proportions and each centre's own timing vary from child to child, so no single signal tells the age. The calendar
age is the bone age less what the child is ahead. What is anatomy and what is schematic: `anatomy`, `radiograph`.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

import endwise as ew
from endwise.systems.bone_age import anatomy
from endwise.systems.bone_age.anatomy import Floats, Integers
from endwise.systems.bone_age.bars import HEIGHT, WIDTH
from endwise.systems.bone_age.pose import lay_down
from endwise.systems.bone_age.radiograph import HandOnFilm, bone_thickness, flesh

Doubles: TypeAlias = npt.NDArray[np.float64]
HospitalName: TypeAlias = Literal["first", "second"]

CHUNK: Final = 8
"""Rows that share a random stream and are drawn together. A world grows by whole chunks, so earlier rows keep
their bits; eight pictures stay in a core's cache (450 a second, against 290 with 32)."""
RETURNS: Final = 0.2
"""Chance that a row is the previous row's child again, unless that row is itself a return."""
YEARS_BETWEEN_VISITS: Final = (0.5, 3.0)


class Hospital(NamedTuple):
    """How one hospital takes its pictures (schematic)."""

    stream: int
    fill: float
    """Share of the picture's height that the hand takes."""
    zoom_spread: float
    gain: float
    gamma: float
    haze: float
    """Brightness of the empty film."""
    noise: float
    marker: bool
    """Lead letters in the corners."""


HOSPITALS: Final[dict[HospitalName, Hospital]] = {
    "first": Hospital(1, fill=0.84, zoom_spread=0.05, gain=0.90, gamma=1.0, haze=0.05, noise=0.020, marker=False),
    "second": Hospital(2, fill=0.76, zoom_spread=0.08, gain=0.72, gamma=1.35, haze=0.14, noise=0.035, marker=True),
}


class Children(NamedTuple):
    """The truth of one chunk of rows before any picture is taken."""

    patient: Integers
    sex: Integers
    bone_age: Doubles
    rated_age: Doubles
    chronological_age: Doubles
    size: Doubles
    """(N,) over the mean adult hand."""
    lengths: Doubles
    """(N, 19) in mm."""
    stages: Floats
    """(N, 29) of the centres."""
    breadths: Floats
    cartilage: Floats
    """(N, 29) each child's own shape of bones and growth plates, as factors."""


def generate(
    count: int,
    *,
    seed: int,
    complexity: float = 1.0,
    hospital: HospitalName = "first",
    ages: tuple[float, float] = (0.5 * 12, 18 * 12),
) -> dict[str, npt.NDArray[Any]]:
    """Hand radiographs with the truth of every signal.

    The same arguments give the same bits (on one machine and numpy), and row i does not depend on `count`.
    The children of a seed are the same in both hospitals; only their pictures differ.

    Parameters
    ----------
    count: number of rows.
    seed: not negative.
    complexity: 0 = all children of one sex and age alike, in one pose and exposure; 1 = as in life; 2 = hard.
        It scales the spread of body size, proportions, ossification, pose, zoom and exposure. The film's noise,
        the reader's noise and the spread of bone age among children of one age stay.
    hospital: "second" has another zoom, exposure and noise, and markers in the corners.
    ages: range of the bone age in months.

    Returns
    -------
    xray (N, 128, 96) uint8; mm_per_px (N,) float32; sex (N,) int64, 0 = female, 1 = male;
    joints (N, 24, 2) float32 as (x, y) in pixels; lengths (N, 19) float32 in mm;
    maturity (N, 24) float32 in 0..1; age (N,) float32 in months, as a reader gives it; true_age (N,) float32,
    the bone age without the reader's noise; chronological_age (N,) float32; patient (N,) int64.

    >>> hands = generate(2, seed=0)
    >>> hands["xray"].shape
    (2, 128, 96)
    """
    if complexity < 0:
        raise ew.EndwiseError(
            f"Rows of complexity {complexity:g} were asked for.",
            "It starts at 0, where all hands of one age are alike; 1 is as in life.",
            "It scales how far rows differ, which cannot be less than not at all.",
            "Give 0 or more.",
        )
    chunks = [_chunk(chunk, seed, complexity, HOSPITALS[hospital], ages) for chunk in range(max(1, -(-count // CHUNK)))]
    return {name: np.concatenate([chunk[name] for chunk in chunks])[:count] for name in chunks[0]}


def _chunk(
    chunk: int, seed: int, complexity: float, hospital: Hospital, ages: tuple[float, float]
) -> dict[str, npt.NDArray[Any]]:
    children = _children(np.random.default_rng([seed, chunk, 0]), chunk, complexity, ages)
    camera = np.random.default_rng([seed, chunk, hospital.stream])
    joints, rotation, mm_per_px = lay_down(
        camera,
        children.lengths,
        children.size,
        complexity=complexity,
        fill=hospital.fill,
        zoom_spread=hospital.zoom_spread,
    )
    unit = (children.size / mm_per_px).astype(np.float32)
    hand = HandOnFilm(joints, unit, rotation, children.stages, children.breadths, children.cartilage)
    return {
        "xray": _expose(camera, hand, complexity, hospital),
        "mm_per_px": mm_per_px,
        "sex": children.sex,
        "joints": joints,
        "lengths": children.lengths.astype(np.float32),
        "maturity": np.clip(children.stages @ anatomy.MATURITY_WEIGHTS.T, 0, 1),
        "age": children.rated_age.astype(np.float32),
        "true_age": children.bone_age.astype(np.float32),
        "chronological_age": children.chronological_age.astype(np.float32),
        "patient": children.patient,
    }


def _children(rng: np.random.Generator, chunk: int, complexity: float, ages: tuple[float, float]) -> Children:
    patient = _patients(rng)
    bone_age = _bone_ages(rng, patient, ages)
    sex = rng.integers(0, 2, CHUNK)[patient]
    size_z, development_z, wrist_z, sturdy_z = rng.standard_normal((4, CHUNK, 1))[:, patient]
    rater_z = rng.standard_normal(CHUNK)
    proportion_z = rng.standard_normal((CHUNK, len(anatomy.BONES)))[patient]
    centre_z, breadth_z, cartilage_z = rng.standard_normal((3, CHUNK, len(anatomy.CENTRES)))[:, patient]

    size = anatomy.size_at(bone_age, sex) * np.exp(complexity * anatomy.BODY_SIZE_SPREAD * size_z[:, 0])
    lengths = size[:, None] * anatomy.ADULT_LENGTHS * np.exp(complexity * anatomy.PROPORTION_SPREAD * proportion_z)
    ahead = anatomy.CENTRE_SPREAD * centre_z
    ahead[:, : len(anatomy.CARPALS)] += anatomy.WRIST_SPREAD * wrist_z
    settled = np.minimum(bone_age / anatomy.SETTLED_AGE, 1)
    stages = anatomy.stages_at(bone_age[:, None] + complexity * settled[:, None] * ahead, sex)

    breadths = np.exp(complexity * (anatomy.STURDINESS_SPREAD * sturdy_z + anatomy.BREADTH_SPREAD * breadth_z))
    cartilage = np.exp(complexity * anatomy.CARTILAGE_SPREAD * cartilage_z)

    rater_spread = np.minimum(anatomy.RATER_SPREAD, anatomy.RATER_SHARE * bone_age)
    development = np.interp(bone_age, anatomy.DEVELOPMENT_AGES, anatomy.DEVELOPMENT_SPREADS) * development_z[:, 0]
    return Children(
        patient=patient.astype(np.int64) + chunk * CHUNK,
        sex=sex,
        bone_age=bone_age,
        rated_age=np.maximum(bone_age + rater_spread * rater_z, 0),
        chronological_age=np.maximum(bone_age - development, 0),
        size=size,
        lengths=lengths,
        stages=stages,
        breadths=breadths.astype(np.float32),
        cartilage=cartilage.astype(np.float32),
    )


def _patients(rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """(CHUNK,) for each row the row on which its child is first seen."""
    returns = rng.random(CHUNK) < RETURNS
    returns[0] = False
    returns[1:] &= ~returns[:-1]
    return np.arange(CHUNK) - returns


def _bone_ages(rng: np.random.Generator, patient: npt.NDArray[np.intp], ages: tuple[float, float]) -> Doubles:
    first = rng.uniform(*ages, CHUNK)
    between = 12 * rng.uniform(*YEARS_BETWEEN_VISITS, CHUNK)
    before = first[patient]
    again = np.where(before + between <= ages[1], before + between, before - between)
    return np.where(patient == np.arange(CHUNK), first, np.clip(again, *ages))


def _expose(rng: np.random.Generator, hand: HandOnFilm, complexity: float, hospital: Hospital) -> npt.NDArray[np.uint8]:
    """Absorption in bone and flesh, then exposure, a sloping background, noise and eight bits."""
    spread = (complexity * rng.standard_normal((6, CHUNK, 1, 1))).astype(np.float32)
    gain_z, gamma_z, bone_z, flesh_z, slope_x, slope_y = spread
    absorbed = 1.5 * np.exp(0.15 * bone_z) * bone_thickness(hand) + 0.42 * np.exp(0.30 * flesh_z) * flesh(hand)
    film = (1 - np.exp(-absorbed)) ** (hospital.gamma * np.exp(0.20 * gamma_z))
    x = np.linspace(-1, 1, WIDTH, dtype=np.float32)
    y = np.linspace(-1, 1, HEIGHT, dtype=np.float32)[:, None]
    shine = hospital.haze * (1 + 0.3 * np.clip(slope_x * x + slope_y * y, -2, 2))
    film = shine + hospital.gain * np.exp(0.12 * gain_z) * film
    if hospital.marker:
        film = _marked(film)
    film = film + hospital.noise * rng.standard_normal(film.shape, dtype=np.float32)
    return np.asarray(np.rint(np.clip(film, 0, 1) * 255), dtype=np.uint8)


def _marked(film: Floats) -> Floats:
    """A lead L (left hand) at the upper left and a bar at the lower right."""
    marked = film.copy()
    marked[:, 5:17, 5:8] = marked[:, 14:17, 5:13] = 0.95
    marked[:, -9:-6, -16:-5] = 0.95
    return marked
