"""`endwise init NAME`: a project to start from, with a system in Python and made-up rows to try it on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from endwise.errors import UsageError

STUDY = '''"""{name}: should it be built in stages or end to end? Run: python study.py"""

import numpy as np

import endwise as ew

# 1. Signals: the named things that flow. Replace these by your own (docs: Concepts).
width = ew.Number("width", unit="cm")
height = ew.Number("height", unit="cm")
area = ew.Number("area", unit="cm2")
price = ew.Number("price", unit="euro")


def times(width, height):
    """A stage that people can write down. It gets arrays with the rows first."""
    return width * height


# 2. The system: every way from the inputs to what is wanted.
system = ew.System(
    "{name}",
    inputs=[width, height],
    wants=price,
    judge=ew.mean_absolute_error,
    components=[
        ew.fixed(width, height, to=area, using=times),
        ew.learned(area, to=price),
        ew.learned(width, height, to=price, name="end_to_end"),
    ],
)


# 3. Rows: yours would be ew.Rows.from_folder("folder", [width, height, area, price]).
def made_up_rows(count=400, seed=0):
    random = np.random.default_rng(seed)
    w, h = random.uniform(1, 10, count), random.uniform(1, 10, count)
    paid = 3 * np.sqrt(w * h) + random.normal(0, 0.5, count)
    return ew.Rows.from_columns([width, height, price], {{"width": w, "height": h, "price": paid}})


if __name__ == "__main__":
    study = ew.study(system, made_up_rows(), quick=True, out="runs")
    print(study.verdict)
    print(study.report)
    # On a table of your own: endwise study ./rows.csv --system study.py
    # The winner on new rows: endwise predict runs/winner new.csv --allow study.py
'''

README = """# {name}

Which way to build it: in stages, end to end, or cut somewhere between?

    python study.py

writes `runs/report.html` (open it), `runs/verdict.json` and `runs/winner/` (the trained winner).
Replace the made-up signals, components and rows in `study.py` by your own.
"""


def start(folder: Path) -> Iterator[Path]:
    """Write the project. Raises UsageError where something stands in its place."""
    if folder.exists():
        raise UsageError(
            f"A project in {folder} was asked for.",
            "Something of that name is there already.",
            "endwise does not write over what it did not make.",
            "Choose another name.",
        )
    folder.mkdir(parents=True)
    for name, text in {"study.py": STUDY, "README.md": README, ".gitignore": "runs/\n"}.items():
        (folder / name).write_text(text.format(name=folder.name), encoding="utf-8")
        yield folder / name
