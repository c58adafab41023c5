"""The signals, components and judge of the gate system, and rows from its built-in world.

The lecture's example: a picture, the face in it, whose face it is (Ng, Deep Learning Specialization 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np

import endwise as ew
from endwise.systems.gate import hog
from endwise.systems.gate.aligning import Aligned
from endwise.systems.gate.cropping import cut
from endwise.systems.gate.differentiable import cut as smooth_cut
from endwise.systems.gate.embedding import Discriminants
from endwise.systems.gate.gallery import Gallery
from endwise.systems.gate.groups import DRAWN, of_drawn, slices
from endwise.systems.gate.signals import SIZE, crop, embedding, face_box, frame, person, who

ENROLLED = 20
"""People whom the gate knows."""
OTHERS = 100
"""Other people, whose faces are marked and told apart: the stages learn from them, and nobody of them is enrolled."""
OF_OTHERS = 8
"""Pictures of each of the others. Every design learns from them: they cost most of a study's time."""
STRANGERS = 100
"""People who come by and are not known, half of whom set the threshold for the other half."""
OF_STRANGERS = 6
QUICK = {"pictures": 10, "test": 10, "of_others": 6}
STANDARD = {"pictures": 80, "test": 20}
"""Pictures of each enrolled person to train on and to test on."""
VISIT = " on visit "

CROP: Final = "frame -> face_box -> crop:aligned"
STAGED: Final = f"{CROP} -> gradients -> embedding:discriminants -> who:gallery"
BESIDE: Final = (f"{CROP} -> embedding:margin -> who:gallery", f"{CROP} -> who:by_heart", "frame -> who:pixels")
"""Designs that a study compares; the graph also holds those that cut out the detector's box as it is (`crop:zoom`)."""

gradients = ew.Vector("gradients", size=hog.HALF)


@final
@dataclass(frozen=True)
class OverPeople(ew.OpenLoop):
    """Pictures of one person are no independent witnesses, on whichever visit they were taken."""

    def units(self, groups: np.ndarray) -> np.ndarray:
        return np.array([group.rsplit(VISIT, 1)[0] for group in groups.tolist()], dtype=object)


def system(
    *,
    people: Sequence[str] | None = None,
    others: Sequence[str] | None = None,
    groups: Sequence[ew.Category] = DRAWN,
) -> ew.System:
    """Designs from a camera's frame to one of `people`, or a stranger.

    The face is found, its box brought into place and cut out, and made an embedding: by a network that learnt to tell
    `others` apart, or by linear discriminants of its gradients; the nearest of the enrolled is the answer. Or a network
    learns the enrolled by heart, from the face that was cut out, or from the whole frame. Errors are also told for each
    of the `groups` of people that rows tell of.
    """
    known = signal_of_world() if people is None else who(people)
    told = person(names("other", OTHERS) if others is None else others)
    return ew.System(
        "gate",
        inputs=frame,
        wants=known,
        training="chained",  # nobody marks the face on pictures of the enrolled: they are seen as the stages find them
        slices=[
            ew.Slicing("height of the face, px", of=face_box, using=heights),
            ew.Slicing("place of the face", of=face_box, using=places),
            *slices(groups),
        ],
        judge=OverPeople((ew.miss_rate(0.01), ew.miss_rate(0.05), ew.wrong_person, ew.pass_rate(0.01))),
        staged=STAGED,
        studied=[STAGED, *BESIDE],
        components=[
            ew.learned(frame, to=face_box),
            ew.learned(frame, face_box, to=crop, label=face_box, using=Aligned, name="aligned"),
            ew.fixed(frame, face_box, to=crop, using=cut, name="zoom", differentiable=smooth_cut),
            ew.learned(crop, to=embedding, label=told, name="margin"),
            ew.fixed(crop, to=gradients, using=hog.of_half, name="hog"),
            ew.learned(gradients, to=embedding, label=told, using=Discriminants, name="discriminants"),
            ew.learned(embedding, to=known, using=Gallery, name="gallery"),
            ew.learned(crop, to=known, name="by_heart"),
            ew.learned(frame, to=known, name="pixels"),
        ],
    )


def heights(boxes: np.ndarray) -> np.ndarray:
    """How high each face is, in whole pixels of the frame."""
    return np.rint(boxes[:, 3] - boxes[:, 1])


def places(boxes: np.ndarray) -> list[str]:
    """Whether a face is in the middle half of the frame's width, or at a side."""
    across = (boxes[:, 0] + boxes[:, 2]) / 2 / SIZE[1]
    return ["in the middle" if 0.25 <= one <= 0.75 else "at a side" for one in across]


def signal_of_world() -> ew.Identity:
    """Who the built-in world's enrolled are."""
    return who(names("enrolled", ENROLLED))


def names(role: str, count: int) -> list[str]:
    """What people of the built-in world are called."""
    return [f"{role} {number}" for number in range(1, count + 1)]


def rows(*, quick: bool, seed: int = 0, complexity: float = 1.0) -> ew.Rows:
    """Rows of the built-in world: the enrolled, others whose faces are marked, and strangers, all different people."""
    return world_rows(**(QUICK if quick else STANDARD), seed=seed, complexity=complexity)


def world_rows(
    *,
    pictures: int,
    test: int,
    others: int = OTHERS,
    of_others: int = OF_OTHERS,
    strangers: int = STRANGERS,
    seed: int = 0,
    complexity: float = 1.0,
) -> ew.Rows:
    """`pictures` of each enrolled person to train on and `test` on later visits, and `strangers` who come by.

    Of the `others`, `of_others` pictures each (side rows), box and person are told; to a design that learns the
    enrolled by heart they are strangers that it may learn from.
    """
    from endwise.systems.gate.world import generate

    known, told = signal_of_world(), person(names("other", others))
    crowds = [
        ("enrolled", "train", np.arange(ENROLLED), pictures, TEST_FROM),
        ("enrolled", "test", np.arange(ENROLLED), test, 0),
        ("stranger", "test", ENROLLED + np.arange(strangers), OF_STRANGERS, 0),
        ("other", "side", ENROLLED + MOST_STRANGERS + np.arange(others), of_others, 0),
    ]
    made = [
        generate(people.tolist(), of, seed=seed, first_picture=first, complexity=complexity)
        for _, _, people, of, first in crowds
    ]
    called = [
        [f"{role} {number - people[0] + 1}" for number in part["person"]]
        for (role, _, people, _, _), part in zip(crowds, made, strict=True)
    ]
    everybody = [name for part in called for name in part]
    role = np.repeat([name for name, *_ in crowds], [len(part) for part in called])
    split = np.repeat([part for _, part, *_ in crowds], [len(part) for part in called])
    visit = np.concatenate([part["visit"] for part in made])
    other = role == "other"
    return ew.Rows.from_columns(
        [frame, face_box, told, known, *DRAWN],
        {
            **of_drawn(np.concatenate([part["person"] for part in made]), seed),
            "frame": np.concatenate([part["frame"] for part in made]),
            "face_box": np.concatenate([part["face_box"] for part in made]),
            "person": np.array(
                [told.values.index(name) if yes else 0 for name, yes in zip(everybody, other, strict=True)], np.int32
            ),
            "who": np.stack([known.check(name) for name in everybody]),
        },
        present={"face_box": other | (split == "test"), "person": other},
        groups=[f"{name}{VISIT}{number}" for name, number in zip(everybody, visit, strict=True)],
        split=split.tolist(),
    )


TEST_FROM = 1000
"""Pictures before this one are for tests, those from it on for training: more of them change no test row."""
MOST_STRANGERS = 10_000
"""Numbers that strangers have in the world, before those of the others begin."""
