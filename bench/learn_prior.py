"""Make the learnt priors of the forecaster, evidence/forecast/priors/lcdb-2.npz, from the calibration curves.

    python bench/learn_prior.py --lcdb10 FILE --lcdb11 FILE [--out FILE]

The files hold the calibration half of LCDB 1.0 and of LCDB 1.1: `err` [data set, learner, (mean, stderr,) size,
replicate or (train, validation, test)] as 1e4 times the error, 65535 where missing, and `dataset_ids`. Both are given
or nothing is learnt: the prior that is shipped needs no learning. A few minutes on one core.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from forecasting.cases import cases, from_calibration
from forecasting.learning import lcdb11, learn, of_case

from endwise.evidence.forecast import prior

ROOT = Path(__file__).parents[1]
OUT = ROOT / "src" / "endwise" / "evidence" / "forecast" / "priors" / prior.LEARNT


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--lcdb10", type=Path)
    asked.add_argument("--lcdb11", type=Path)
    asked.add_argument("--out", type=Path, default=OUT)
    given = asked.parse_args()
    if given.lcdb10 is None or given.lcdb11 is None:
        print("Nothing learnt: --lcdb10 and --lcdb11, the calibration curves, are not given. The shipped prior stays.")
        return
    curves = from_calibration(given.lcdb10)
    lessons = [of_case(case) for case in cases(curves)]
    known = set(curves.datasets.tolist())
    lessons += [lesson for lesson in lcdb11(given.lcdb11) if lesson.dataset in known]
    print(f"{len(lessons):,} curves of {len({one.dataset for one in lessons})} data sets")
    seen = tuple(sorted(known))
    learnt = learn(lessons, prior.generic())
    found = {family: dataclasses.replace(one, name="lcdb-2", learnt_on=seen) for family, one in learnt.items()}
    with given.out.open("wb") as file:
        prior.write(found, file)
    print(f"{given.out}: {given.out.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main()
