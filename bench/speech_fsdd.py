"""Real speech: connected digits of FSDD, each speaker in turn unheard, with phonemes learnt from generated speech.

    python bench/speech_fsdd.py FOLDER [--sizes 30 100 300] [--speakers jackson] [--generated 1000] [--spelled]

FOLDER holds the recordings of the Free Spoken Digit Dataset (Jackson et al., CC BY-SA 4.0). Its single digits are
joined to utterances of one to five, as connected digits are said. A phoneme stage learnt from generated utterances, by
throats and through channels of their own, serves them: as it is, with a decoder that learns from the real ones; or
trained further on the real ones, whose phones are found by alignment, and on some generated. The control (`--spelled`)
spells, and learns from the same generated utterances. Cells are kept in bench/results, so a second run only prints.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import endwise as ew
from endwise.systems.speech import signals, sources
from endwise.systems.speech.adapting import with_phones
from endwise.systems.speech.grammars import DIGITS
from endwise.systems.speech.system import rows_of, system
from endwise.systems.speech.varying import varied
from endwise.systems.speech.world import generate

OUT = Path(__file__).parent / "results" / "speech-fsdd"
VOCABULARY = DIGITS.vocabulary
SOFT = "audio -> mfcc -> posteriors -> words -> transcript"
SPELLED = "audio -> mfcc -> transcript"
TESTED = 200
BESIDE = 300
"""Generated utterances with phones that the stage is trained further on, beside the real ones."""
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


def test_rows(singles: ew.Rows, speakers: list[str]) -> ew.Rows:
    """What the speakers say to be tested on."""
    said = [(*one, name) for name in speakers for one in connected(singles, name, TESTED, 2)]
    return _rows(said, "test")


def train_rows(singles: ew.Rows, unheard: str, count: int) -> ew.Rows:
    """`count` utterances of the other speakers."""
    others = sorted(set(singles.groups) - {unheard})
    each = [connected(singles, name, -(-count // len(others)), 1) for name in others]
    # In turns, and without groups: of three speakers none can be spared to say when to stop.
    return _rows([(*one, "") for row in zip(*each, strict=True) for one in row][:count], "train")


def _rows(said: list[tuple[np.ndarray, str, str]], split: str) -> ew.Rows:
    return ew.Rows.from_columns(
        [signals.audio, signals.transcript(VOCABULARY)],
        {"audio": [audio for audio, _, _ in said], "transcript": [text for _, text, _ in said]},
        groups=[name for _, _, name in said],
        split=[split] * len(said),
        ids=[f"{split} {name} {at}" for at, (_, _, name) in enumerate(said)],
    )


def generated(count: int, split: str, *, spelled: bool) -> ew.Rows:
    """Generated digits with the phones of each frame, and with transcripts where `spelled`."""
    made = varied(generate(count, seed=3, grammar="digits"), seed=3)
    wanted = [signals.audio, signals.posteriors, *([signals.transcript(VOCABULARY)] if spelled else [])]
    rows = rows_of([("train", made)], wanted)
    return ew.Rows.from_columns(
        wanted,
        {signal.name: rows.take(signal.name, np.arange(count)) for signal in wanted},
        groups=[f"voice {name}" for name in rows.groups],
        split=[split] * count,
        ids=[f"generated {at}" for at in range(count)],
    )


def studied(of: ew.System, rows: ew.Rows, design: str, sizes: list[int], out: Path) -> ew.Study:
    """A quick study of one design."""
    return ew.study(
        of, rows, out=out, sizes=sizes, repeats=1, designs=[design], quick=True, examples=False, workers=1
    )  # fmt: skip


def main() -> None:
    """Print word error rates, mean over unheard speakers."""
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--sizes", type=int, nargs="+", default=[30, 100, 300])
    asked.add_argument("--speakers", nargs="*")
    asked.add_argument("--generated", type=int, default=1000)
    asked.add_argument("--spelled", action="store_true")
    asked.add_argument("--out", type=Path, default=OUT)
    given = asked.parse_args()
    singles = sources.fsdd(given.folder, vocabulary=VOCABULARY)
    speakers = given.speakers or sorted(set(singles.groups))
    found: dict[tuple[str, int], list[float]] = {}

    def note(who: str, arm: str, study: ew.Study, size: int | None = None) -> None:
        for point in study.verdict.designs:
            count = point.size if size is None else size
            found.setdefault((arm, count), []).append(point.error)
            print(f"{who:10} {arm:40} {count:5,} {point.error:6.1f} %", flush=True)

    of = system(vocabulary=VOCABULARY)
    # Nobody is heard here: one study for all speakers.
    everybody = test_rows(singles, sorted(set(singles.groups)))
    alone = ew.Rows.join([generated(given.generated, "train", spelled=True), everybody])
    pool = studied(of, alone, SOFT, [given.generated], given.out / "none")
    note("all", "no real row", pool, 0)
    stage = pool.folder / "components" / "posteriors.from_mfcc"
    beside = generated(BESIDE, "side", spelled=False)
    for speaker in speakers:
        heard, tests = train_rows(singles, speaker, max(given.sizes)), test_rows(singles, [speaker])
        rows, folder = ew.Rows.join([heard, tests]), given.out / speaker
        frozen = studied(ew.reusing(of, "posteriors", stage), rows, SOFT, given.sizes, folder / "frozen")
        note(speaker, "phones as they are", frozen)
        told = ew.Rows.join([with_phones(rows, ew.reused(stage), vocabulary=VOCABULARY), beside])
        further = ew.reusing(of, "posteriors", stage, "tuned")
        note(speaker, "phones trained further", studied(further, told, SOFT, given.sizes, folder / "tuned"))
        if given.spelled:
            spelled = ew.Rows.join([rows, generated(given.generated, "side", spelled=True)])
            note(speaker, "spelled, generated added", studied(of, spelled, SPELLED, given.sizes, folder / "spelled"))
    print(f"\n{'mean over unheard speakers':40} {'real utterances':>16} {'word error rate':>16}")
    for (arm, size), errors in found.items():
        print(f"{arm:40} {size:16,} {np.mean(errors):14.1f} %")


if __name__ == "__main__":
    main()
