"""Stages reused: what a stage trained elsewhere saves, in rows.

    python bench/reuse.py [--out FOLDER]

Speech (extra `speech`): the phoneme stage of a study of commands serves connected digits, whose words are others, as it
is and trained further. Bone age: the joint finder of one pool of hands serves another in which few hands, or none, have
their joints marked; and its encoder starts the end-to-end model. Gate: the encoder of the face detector starts a count
of heads. Cells are kept, so a second run only prints.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np

import endwise as ew
from endwise.systems.bone_age import system as hands
from endwise.systems.gate.signals import SIZE, face_box, frame
from endwise.systems.gate.world import generate, photograph
from endwise.systems.speech import system as speech
from endwise.systems.speech.grammars import grammar_of

OUT = Path(__file__).parent / "results" / "reuse"
SOFT = "audio -> mfcc -> posteriors -> words -> transcript"
LENGTHS = "xray -> joints -> lengths -> age"
UTTERANCES, DIGITS, TESTED = 300, 100, 100
"""Commands that teach the phoneme stage; digits to learn from, and to test on."""
AGES, MARKED = 200, 25
"""Hands with an age, and those of the second pool with joints marked; the first pool has a hundred."""
FACES, HEADS, MOST_HEADS = 1200, 400, 4
"""Faces that teach the detector, photographs to count heads on, and the most heads on one."""
REPEATS = 3


def main() -> None:
    """Run the studies, or go on with them, and print their figures."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--out", type=Path, default=OUT)
    out = asked.parse_args().out
    print("speech: word error rate, %, on digits by other voices")
    spoken(out)
    print("bone age: mean absolute error, months, and how far joints are off, px")
    marked(out)
    print("bone age, end to end, on top of nothing or of the encoder of the joint finder: months")
    begun(out)
    print("heads on a photograph, on top of nothing or of the encoder of the face detector: mean error, heads")
    counted(out)


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


def begun(out: Path) -> None:
    """The joint finder's encoder starts the end-to-end model, within one study."""
    rows = hands.world_rows(ages=4 * AGES, test=400)
    given = (hands.mm_per_px, hands.sex)
    finder = hands.system().component("joints", "from_xray")
    of = hands.system().having(ew.learned(hands.xray, *given, to=hands.age, name="warm", encoder=finder))
    designs, sizes = ["xray -> age:pixels", "xray -> age:warm"], [AGES // 4, AGES, 4 * AGES]
    study = run(of, rows, out / "begun", designs, sizes, REPEATS)
    for design in designs:
        tell(design, study, design)


def counted(out: Path) -> None:
    """The face detector's encoder starts a count of heads, which has no face marked."""
    found = generate(range(FACES // 4), 4, seed=1)
    marked = ew.Rows.from_columns([frame, face_box], {"frame": found["frame"], "face_box": found["face_box"]})
    detector = ew.System(
        "faces", inputs=frame, wants=face_box, judge=ew.mean_distance, components=[ew.learned(frame, to=face_box)]
    )
    first = run(detector, marked, out / "faces", ["frame -> face_box"], [FACES * 3 // 4])
    count = ew.Number("heads", low=0)
    of = ew.System(
        "heads", inputs=frame, wants=count, judge=ew.mean_absolute_error,
        components=[
            ew.learned(frame, to=count, name="fresh"),
            ew.learned(
                frame, to=count, name="warm", encoder=ew.reused(first.folder / "components" / "face_box.from_frame")
            ),
        ],
    )  # fmt: skip
    heads = [at % (MOST_HEADS + 1) for at in range(2 * HEADS)]
    shots = [photograph(range(5 * at, 5 * at + many), seed=2, picture=at, size=SIZE) for at, many in enumerate(heads)]
    columns = {"frame": np.stack([shot.picture for shot in shots]), "heads": np.array(heads, np.float32)}
    split = ["train" if at < HEADS else "test" for at in range(2 * HEADS)]
    rows = ew.Rows.from_columns([frame, count], columns, split=split)
    designs = ["frame -> heads:fresh", "frame -> heads:warm"]
    study = run(of, rows, out / "heads", designs, [HEADS // 4, HEADS // 2, HEADS], REPEATS)
    for design in designs:
        tell(design, study, design)


def ways_to_start(of: ew.System, signal: str, stage: Path) -> dict[str, Callable[[], ew.System]]:
    """From nothing, as it is, and trained further."""
    return {
        "fresh": lambda: of,
        "frozen": lambda: ew.reusing(of, signal, stage),
        "tuned": lambda: ew.reusing(of, signal, stage, "tuned"),
    }


def run(of: ew.System, rows: ew.Rows, out: Path, designs: list[str], sizes: list[int], repeats: int = 1) -> ew.Study:
    """A quick study."""
    return ew.study(of, rows, out=out, designs=designs, sizes=sizes, repeats=repeats, quick=True, examples=False)


def tell(name: str, study: ew.Study, design: str = "") -> None:
    """The error at each size, with the interval at the largest."""
    points = sorted((one for one in study.verdict.designs if design in one.design), key=lambda point: point.size)
    told = "  ".join(f"{point.size:,}: {point.error:.3g}" for point in points)
    print(f"{name:8} {told}  ({points[-1].low:.3g} to {points[-1].high:.3g})")


if __name__ == "__main__":
    main()
