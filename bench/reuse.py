"""Stages reused: what a stage trained elsewhere saves, in rows.

    python bench/reuse.py [--out FOLDER]

Speech (extra `speech`): the phoneme stage of a study of commands serves connected digits, whose words are others, as it
is and trained further. Bone age: the joint finder of one pool of hands serves another in which few hands, or none, have
their joints marked. Cells are kept, so a second run only prints.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import endwise as ew
from endwise.systems.bone_age import system as hands
from endwise.systems.speech import system as speech
from endwise.systems.speech.grammars import grammar_of

OUT = Path(__file__).parent / "results" / "reuse"
SOFT = "audio -> mfcc -> posteriors -> words -> transcript"
LENGTHS = "xray -> joints -> lengths -> age"
UTTERANCES, DIGITS, TESTED = 300, 100, 100
"""Commands that teach the phoneme stage; digits to learn from, and to test on."""
AGES, MARKED = 200, 25
"""Hands with an age, and those of the second pool with joints marked; the first pool has a hundred."""


def main() -> None:
    """Run the studies, or go on with them, and print their figures."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--out", type=Path, default=OUT)
    out = asked.parse_args().out
    print("speech: word error rate, %, on digits by other voices")
    spoken(out)
    print("bone age: mean absolute error, months, and how far joints are off, px")
    marked(out)


def spoken(out: Path) -> None:
    """The phoneme stage of one word list serves another."""
    commands = speech.world_rows(utterances=UTTERANCES, test=TESTED)
    first = run(speech.system(), commands, out / "commands", [SOFT], [UTTERANCES])
    stage = first.folder / "components" / "posteriors.from_mfcc"
    rows = speech.world_rows(utterances=DIGITS, test=TESTED, grammar="digits", seed=1)
    of = speech.system(vocabulary=grammar_of("digits").vocabulary)
    sizes = [DIGITS // 4, DIGITS // 2, DIGITS]
    ways = ways_to_start(of, "posteriors", stage)
    for name, made in ways.items():
        tell(name, run(made(), rows, out / f"digits-{name}", [SOFT], sizes))


def marked(out: Path) -> None:
    """The joint finder of one pool serves another."""
    first = run(hands.system(), hands.world_rows(ages=AGES, test=100), out / "hands", [LENGTHS], [AGES])
    stage = first.folder / "components" / "joints.from_xray"
    rows = hands.world_rows(ages=AGES, test=300, joints_labelled=MARKED, seed=1)
    for name, made in ways_to_start(hands.system(), "joints", stage).items():
        study = run(made(), rows, out / f"hands-{name}", [LENGTHS], [AGES])
        tell(name, study)
        off = next(stage.distance for stage in study.verdict.stages if stage.signal == "joints")
        print(f"{'':8} joints off by {off:.2f} px")


def ways_to_start(of: ew.System, signal: str, stage: Path) -> dict[str, Callable[[], ew.System]]:
    """From nothing, as it is, and trained further."""
    return {
        "fresh": lambda: of,
        "frozen": lambda: ew.reusing(of, signal, stage),
        "tuned": lambda: ew.reusing(of, signal, stage, "tuned"),
    }


def run(of: ew.System, rows: ew.Rows, out: Path, designs: list[str], sizes: list[int]) -> ew.Study:
    """A quick study of one repeat."""
    return ew.study(of, rows, out=out, designs=designs, sizes=sizes, repeats=1, quick=True, examples=False)


def tell(name: str, study: ew.Study) -> None:
    """The error at each size, with the interval at the largest."""
    points = sorted(study.verdict.designs, key=lambda point: point.size)
    told = "  ".join(f"{point.size:,}: {point.error:.1f}" for point in points)
    print(f"{name:8} {told}  ({points[-1].low:.1f} to {points[-1].high:.1f})")


if __name__ == "__main__":
    main()
