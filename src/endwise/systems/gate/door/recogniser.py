"""The stages of a trained winner that know nobody in particular: they find faces, and make each an embedding."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import torch

import endwise as ew
from endwise.systems.gate.door.finding import find
from endwise.systems.gate.signals import crop, embedding, face_box, frame
from endwise.systems.gate.system import STAGED

LIKELY: Final = 0.4
"""Chance from which on something is a face. A detector from 2,400 frames finds so 89 of 90 faces in other frames of the
world, one that is none, and one face on each of 30 portraits; at 0.2 it is 89 and 6, at 0.5 89 and none."""
AT_ONCE: Final = 32
"""Frames that the detector looks at together: some megabytes."""


@dataclass(frozen=True, eq=False)
class Face:
    """A face on a photograph: box (4,) in its px, chance 0..1, crop uint8 (48, 48), embedding (64,) of length 1."""

    box: np.ndarray
    chance: float
    crop: np.ndarray
    embedding: np.ndarray


class Recogniser:
    """Faces on photographs by a winner in `folder`.

    `version` is a digest of what was learnt: embeddings of another one say nothing to this.
    Raises EndwiseError for a winner that finds no faces, or makes no embedding.
    """

    def __init__(self, bundle: ew.Bundle, folder: Path) -> None:
        _refuse_others(bundle)
        self._chain = bundle.chain.after([face_box.name])
        self._detector = cast(Any, bundle.models[face_box.name])  # a default network: it has one, with its head
        self.version = version_of(bundle, folder)

    def faces(self, photograph: np.ndarray) -> list[Face]:
        """All faces on a grey photograph of any size, uint8 (H, W), the surest first."""
        spots = find(photograph, self._detect)
        if not spots:
            return []
        boxes = np.stack([spot.inside for spot in spots]).astype(np.float32)
        frames = np.stack([spot.frame for spot in spots])
        made = self._chain({frame.name: frames, face_box.name: boxes})
        rows = zip(spots, made[crop.name], made[embedding.name], strict=True)
        return [Face(spot.box, spot.chance, cut, vector) for spot, cut, vector in rows]

    def _detect(self, frames: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        return [tuple(one) for some in self._raw(frames) for one in self._detector.network.head.found(some, LIKELY)]

    def _raw(self, frames: np.ndarray) -> Iterator[Any]:
        with torch.no_grad():
            for first in range(0, len(frames), AT_ONCE):
                yield self._detector.network(torch.from_numpy(frames[first : first + AT_ONCE]))


def version_of(bundle: ew.Bundle, folder: Path) -> str:
    """A digest of the parts that lead to an embedding, and of all that they learnt: 12 hexadecimal digits."""
    digest = hashlib.sha256()
    for part in _embedding_parts(bundle):
        digest.update(json.dumps(part, sort_keys=True).encode())
        learnt = folder / "models" / part["output"]["name"]
        for file in sorted(learnt.iterdir()) if learnt.is_dir() else []:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _embedding_parts(bundle: ew.Bundle) -> list[dict[str, Any]]:
    """What is written of the parts up to the embedding, in running order."""
    parts: list[dict[str, Any]] = list(bundle.about["parts"])
    return parts[: 1 + [part["output"]["name"] for part in parts].index(embedding.name)]


def _refuse_others(bundle: ew.Bundle) -> None:
    made = {part.output.name: part.output for part in bundle.parts}
    head = getattr(getattr(bundle.models.get(face_box.name), "network", None), "head", None)
    staged = hasattr(head, "found") and made.get(crop.name) == crop and made.get(embedding.name) == embedding
    if staged and bundle.inputs == (frame,) and not bundle.given:
        return
    raise ew.EndwiseError(
        f"People were to be enrolled and recognised by the design '{bundle.design}' of '{bundle.system}'.",
        f"It makes {', '.join(made)}.",
        "It knows those whom it was trained on, and nobody else: only a design that finds a face and makes it an "
        "embedding can be told of others without training it again.",
        "Name a staged winner of the system gate with --model; without it one in runs/gate is taken, and where there "
        "is none a small one is trained. To train one: endwise study gate "
        f'--designs "{STAGED}"',
    )
