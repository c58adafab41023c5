"""Open or shut, and why. The gate opens for one reason only; everything else shuts it.

It opens where there is exactly one face, and of all who are enrolled exactly one person whose score is above the
threshold, both made by the model that looks now. It does not know a living face from a picture of one, see `LIVENESS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from endwise.systems.gate.door.enrolled import Enrolled

if TYPE_CHECKING:
    from endwise.systems.gate.door.recogniser import Face

Liveness: TypeAlias = "Callable[[np.ndarray, Face], str | None]"
"""Takes the photograph, grey (H, W), and the face on it; the reason why it is no living face, or None."""
LIVENESS: Final[Liveness | None] = None
"""The place for a check that a face is alive. There is none: a photograph held to the camera passes."""
WARNING: Final = "There is no liveness check: a photograph held to the camera passes."


@dataclass(frozen=True)
class Decision:
    """Whether the gate opens, why, for whom, and the best score and the threshold that it was compared with."""

    opens: bool
    reason: str
    who: str | None = None
    score: float | None = None
    threshold: float | None = None

    @property
    def word(self) -> str:
        """What the gate does."""
        return "open" if self.opens else "shut"


class Keeper:
    """Decides by those enrolled as they were when it was made, for faces of the model `version`."""

    def __init__(self, enrolled: Enrolled, version: str, liveness: Liveness | None = LIVENESS) -> None:
        self.threshold, self.version, self.liveness = enrolled.threshold, version, liveness
        self.names, self.templates = enrolled.templates(version)
        self.enrolled = len(enrolled.people)

    def scores(self, embedding: np.ndarray) -> np.ndarray:
        """Cosines of a face with all templates, (P,)."""
        return np.asarray(self.templates @ np.asarray(embedding, np.float32))

    def unready(self) -> str:
        """Why it opens for nobody; "" where it may."""
        if not self.enrolled:
            return "nobody is enrolled"
        if not self.names:
            return f"everybody was enrolled with another model, and has to be enrolled again with {self.version}"
        if self.threshold is None:
            return "no threshold is set"
        if self.threshold.version != self.version:
            return f"the threshold was set for another model ({self.threshold.version}), not for {self.version}"
        return ""

    def decide(self, photograph: np.ndarray, faces: Sequence[Face]) -> Decision:
        """Whether to open for whoever is on a photograph."""
        reason = self.unready()
        if reason or self.threshold is None:
            return Decision(False, reason)
        limit = self.threshold.value
        if len(faces) != 1:
            return Decision(False, f"{len(faces):,} faces" if faces else "no face", threshold=limit)
        scores = self.scores(faces[0].embedding)
        best = int(scores.argmax())
        score = float(scores[best])
        above = np.flatnonzero(scores > limit)
        if not len(above):
            return Decision(False, "a stranger", None, score, limit)
        if len(above) > 1:
            names = " and ".join(self.names[at] for at in above[np.argsort(-scores[above])][:2])
            return Decision(False, f"a tie: above the threshold are {names}", None, score, limit)
        lifeless = None if self.liveness is None else self.liveness(photograph, faces[0])
        if lifeless is not None:
            return Decision(False, lifeless, None, score, limit)
        return Decision(True, "recognised", self.names[best], score, limit)
