"""Real speech: connected digits of FSDD, each speaker in turn unheard, with phonemes learnt from generated speech.

    python bench/speech_fsdd.py FOLDER [--sizes 30 100 300] [--speakers jackson]

FOLDER holds the recordings of the Free Spoken Digit Dataset (Jackson et al., CC BY-SA 4.0). Its single digits are
joined to utterances of one to five, as connected digits are said. Beside them stand 1,000 generated utterances: with
phones alone for the designs that reuse a phoneme stage, with transcripts for the others (the fair control).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import endwise as ew
from endwise.systems.speech import signals, sources
from endwise.systems.speech.grammars import DIGITS
from endwise.systems.speech.system import system, world_rows

OUT = Path(__file__).parent / "results" / "speech-fsdd"
VOCABULARY = DIGITS.vocabulary
SOFT = "audio -> mfcc -> posteriors -> words -> transcript [chained]"
SPELLED = "audio -> mfcc -> transcript"
GENERATED = 1000
TESTED = 200
RATE = signals.RATE


def connected(singles: ew.Rows, speaker: str, count: int, seed: int) -> list[tuple[np.ndarray, str]]:
    """`count` utterances of one to five digits by one speaker, pauses of 50 to 200 ms between: (audio, transcript)."""
    random = np.random.default_rng([seed, len(speaker), sum(map(ord, speaker))])
    own = np.flatnonzero(singles.groups == speaker)
    audio, said = singles.take("audio", own), singles.take("transcript", own)

    def pause() -> np.ndarray:
        return (1e-4 * random.normal(size=int(RATE * random.uniform(0.05, 0.2)))).astype(np.float32)

    made = []
    for _ in range(count):
        picked = random.integers(len(own), size=random.integers(1, 6))
        pieces = [piece for at in picked for piece in (audio[at], pause())]
        made.append((np.concatenate([pause(), *pieces]), " ".join(said[at] for at in picked)))
    return made


def real_rows(singles: ew.Rows, unheard: str, count: int) -> ew.Rows:
    """`count` utterances of the other speakers to train on, and those of the one to test on."""
    others = sorted(set(singles.groups) - {unheard})
    train = [(one, name) for name in others for one in connected(singles, name, -(-count // len(others)), 1)]
    test = [(one, unheard) for one in connected(singles, unheard, TESTED, 2)]
    both = [*train, *test]
    return ew.Rows.from_columns(
        [signals.audio, signals.transcript(VOCABULARY)],
        {"audio": [audio for (audio, _), _ in both], "transcript": [text for (_, text), _ in both]},
        groups=[name for _, name in both],
        split=["train"] * len(train) + ["test"] * len(test),
        ids=[f"{name} {at}" for at, (_, name) in enumerate(both)],
    )


def generated(split: str, *, spelled: bool) -> ew.Rows:
    """Generated digits with the phones of each frame, and with transcripts where `spelled`."""
    rows = world_rows(utterances=GENERATED, test=8, grammar="digits", seed=3)
    keep = np.flatnonzero(rows.split == "train")
    kept = [signals.audio, signals.posteriors, *([signals.transcript(VOCABULARY)] if spelled else [])]
    return ew.Rows.from_columns(
        kept,
        {signal.name: rows.take(signal.name, keep) for signal in kept},
        groups=[f"voice {rows.groups[at]}" for at in keep],
        split=[split] * len(keep),
        ids=[f"generated {at}" for at in keep],
    )


def main() -> None:
    """Print word error rates, mean over unheard speakers."""
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--sizes", type=int, nargs="+", default=[30, 100, 300])
    asked.add_argument("--speakers", nargs="*")
    given = asked.parse_args()
    singles = sources.fsdd(given.folder, vocabulary=VOCABULARY)
    speakers = given.speakers or sorted(set(singles.groups))
    phones, spelled = generated("side", spelled=False), generated("side", spelled=True)
    alone = generated("train", spelled=True)
    found: dict[tuple[str, int], list[float]] = {}
    for speaker in speakers:
        real = real_rows(singles, speaker, max(given.sizes))
        only_test = ew.Rows.join([alone, real_rows(singles, speaker, 0)])
        arms = [
            ("phonemes from generated, no real row", only_test, SOFT, [GENERATED]),
            ("spelled from generated, no real row", only_test, SPELLED, [GENERATED]),
            ("phonemes from generated", ew.Rows.join([real, phones]), SOFT, given.sizes),
            ("phonemes and words from generated", ew.Rows.join([real, spelled]), SOFT, given.sizes),
            ("spelled, real alone", real, SPELLED, given.sizes),
            ("spelled, generated added", ew.Rows.join([real, spelled]), SPELLED, given.sizes),
        ]
        for name, rows, design, sizes in arms:
            study = ew.study(
                system(vocabulary=VOCABULARY), rows, out=OUT / speaker / name.replace(" ", "-"), sizes=sizes, repeats=1,
                designs=[design], quick=True, examples=False,
            )  # fmt: skip
            for point in study.verdict.designs:
                found.setdefault((name, 0 if "no real" in name else point.size), []).append(point.error)
                print(f"{speaker:10} {name:40} {point.size:5,} {point.error:6.1f} %", flush=True)
    print(f"\n{'mean over unheard speakers':40} {'real utterances':>16} {'word error rate':>16}")
    for (name, size), errors in found.items():
        print(f"{name:40} {size:16,} {np.mean(errors):14.1f} %")


if __name__ == "__main__":
    main()
