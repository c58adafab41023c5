"""Who speaks: a voice, an accent and a pitch of one's own.

The engine brings 104 voices. Used are the 77 below. Left out are, with the reason:

- whisper, whisperf, caleb: voiceless; caleb and Reed besides make other noise each time;
- the robots (UniRobot, anikaRobot, robosoft to robosoft8, RicishayMax to RicishayMax3): without their echo they are
  copies of other voices on one tone;
- "fast" and "Mr serious": settings for other purposes than a voice;
- Alicia, Demonic, Lee, david, ian, kaukovalta, shelby, zac: novelties of which no more than 37 frames in a hundred
  were given their phone by a linear classifier that had heard the other voices (log-mel frames, 8 sentences; the
  voices that stayed: 46 to 83).

Voices with nearly the same formants (Gene and Gene2; f2 and f5; m7, m8 and Nguyen) are on the same side of the split.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from endwise.systems.speech.accents import ACCENTS

VoicesName: TypeAlias = Literal["train", "test"]

TRAIN_VOICES: Final = (
    "Alex", "Andrea", "Andy", "AnxiousAndy", "Diogo", "Henrique", "Hugo", "Jacky", "Marco", "Mario", "Michael", "Mike",
    "Storm", "Tweaky", "adam", "anika", "announcer", "antonio", "aunty", "benjamin", "boris", "croak", "ed", "f1", "f3",
    "f4", "grandma", "grandpa", "gustave", "john", "klatt", "klatt2", "klatt3", "klatt4", "klatt5", "klatt6", "m1",
    "m3", "m4", "m6", "marcelo", "max", "michel", "miguel", "mike2", "norbert", "pablo", "paul", "sandro", "steph",
    "steph2", "steph3", "travis",
)  # fmt: skip
TEST_VOICES: Final = (
    "Annie", "Denis", "Gene", "Gene2", "Nguyen", "belinda", "edward", "edward2", "f2", "f5", "iven", "iven2", "iven3",
    "iven4", "linda", "m2", "m5", "m7", "m8", "pedro", "quincy", "rob", "robert", "victor",
)  # fmt: skip
VOICES: Final[dict[VoicesName, tuple[str, ...]]] = {"train": TRAIN_VOICES, "test": TEST_VOICES}
"""Nobody who is heard in training is heard in the test. All accents are heard in both: a merger of two vowels that
never occurs in training cannot be learnt from any number of rows."""

COMMON_ACCENT: Final = "american"
PITCHES: Final = (-2, -1, 0, 1, 2)
PITCH_STEP: Final = 7.5
"""Of the engine's 0 to 99: about a semitone and a half for most voices."""


class Speaker(NamedTuple):
    """One speaker: a row's group."""

    voice: str
    accent: str
    pitch: int
    """0 to 99; 50 is the voice's own."""

    @property
    def name(self) -> str:
        """As rows carry it, such as "f3 scottish 58"."""
        return f"{self.voice} {self.accent} {self.pitch}"


def draw(random: np.random.Generator, *, voices: VoicesName, complexity: float) -> Speaker:
    """Any of the `voices`, with an accent and a pitch whose spread is what `world.generate` says of `complexity`."""
    voice, accent = random.choice(VOICES[voices]), random.choice(list(ACCENTS))
    step, share = random.choice(PITCHES), random.random()
    pitch = round(50 + PITCH_STEP * complexity * step)
    return Speaker(str(voice), str(accent) if share < complexity else COMMON_ACCENT, min(max(pitch, 0), 99))
