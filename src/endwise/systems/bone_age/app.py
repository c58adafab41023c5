"""`endwise bone-age`: bone ages from radiographs of hands. Importing this loads nothing heavy."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from cyclopts import App, Parameter

if TYPE_CHECKING:
    import endwise as ew
    from endwise.systems.bone_age.estimating import Child, Estimate

BANNER: Final = "Not a medical device."
WINNER: Final = Path("runs/bone-age/winner")

app = App(
    name="bone-age",
    help="Estimate bone age from radiographs of hands. Not a medical device.",
    help_epilogue="Try: endwise bone-age estimate hand.png --sex F --mm-per-px 0.14",
)


@app.command
def estimate(
    pictures: Annotated[list[Path], Parameter(negative="", consume_multiple=True)],
    /,
    *,
    sex: Literal["F", "M"],
    mm_per_px: float | None = None,
    chronological_age: float | None = None,
    model: Path = WINNER,
    overlay: Path | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    out: Path | None = None,
) -> int:
    """Print the bone age with a 90 % interval, or the reason why none is given.

    Exits with 1 when no picture could be judged. Of several pictures or a folder, each is one line of CSV,
    and one that cannot be judged is a line with its reason.

    Parameters
    ----------
    pictures
        PNG, JPEG or (with the extra 'dicom') DICOM files, or folders of them.
    sex
        F or M; of all pictures.
    mm_per_px
        Size of a pixel of the file in mm, which designs that measure bones need.
    chronological_age
        Age by the calendar in months: also says whether development is delayed, normal or advanced.
    model
        The folder of a trained winner.
    overlay
        Write the picture with joints, bones and age to this PNG; of several pictures, to this folder.
    as_json
        Print JSON instead.
    out
        Write the CSV to this file instead of the screen.
    """
    from endwise.systems.bone_age.estimating import Child, estimates, winner

    files = _files(pictures)
    many = len(files) > 1 or out is not None or any(one.is_dir() for one in pictures)
    print(BANNER, file=sys.stderr if as_json or (many and out is None) else sys.stdout, flush=True)
    bundle = winner(model)
    child = Child(sex, mm_per_px, chronological_age)
    made = _drawn(estimates(bundle, files, child), overlay, many)
    if as_json:
        judged = _print_json(made, bundle, many)
    elif many:
        judged = _write_table(made, out)
    else:
        judged = _print_words(next(made), bundle, child)
    return 0 if judged else 1


def _files(pictures: Sequence[Path]) -> list[Path]:
    """The pictures named, and those lying directly in the folders named. Raises EndwiseError for none."""
    import endwise as ew
    from endwise.systems.bone_age.pictures import DICOMS, PICTURES

    found: list[Path] = []
    for one in pictures:
        inside = sorted(one.iterdir()) if one.is_dir() else [one]
        found += [file for file in inside if not one.is_dir() or file.suffix.lower() in (*PICTURES, *DICOMS)]
    if found:
        return found
    raise ew.EndwiseError(
        f"Bone ages of the pictures in {', '.join(map(str, pictures))} were asked for.",
        f"No file there ends in {', '.join((*PICTURES, *DICOMS))}.",
        "There is nothing to judge.",
        "Name pictures, or folders that hold them directly.",
    )


def _drawn(made: Iterable[Estimate], overlay: Path | None, many: bool) -> Iterator[Estimate]:
    """The estimates, each drawn on the way where an overlay was asked for."""
    from endwise.systems.bone_age.overlay import draw

    for number, one in enumerate(made, 1):
        if overlay is not None:
            draw(
                one,
                [_age(one) or "no age given", one.rejected or _grown(one), BANNER],
                _target(overlay, number, one, many),
            )
        yield one


def _target(overlay: Path, number: int, one: Estimate, many: bool) -> Path:
    return overlay / f"{number:04d}-{one.file.stem}.png" if many else overlay


def _print_words(one: Estimate, bundle: ew.Bundle, child: Child) -> bool:
    print(f"{one.file}, by {bundle.design}")
    if one.rejected:
        print(f"no age given: {one.rejected}")
        return False
    print(f"bone age {_age(one)}")
    if child.chronological_age is not None:
        from endwise.systems.bone_age.development import borders_at

        least, most = borders_at(child.chronological_age)
        print(f"{_grown(one)} (at {child.chronological_age:.0f} months, {least:.0f} to {most:.0f} is normal)")
    return True


def _print_json(made: Iterable[Estimate], bundle: ew.Bundle, many: bool) -> bool:
    records = [_record(one) for one in made]
    content = [{"notice": BANNER, "design": bundle.design, **record} for record in records]
    print(json.dumps(content if many else content[0], indent=1))
    return any(not record["rejected"] for record in records)


def _write_table(made: Iterable[Estimate], out: Path | None) -> bool:
    """One line a picture, written as soon as it is judged; whether any was."""
    total = judged = 0
    target = sys.stdout if out is None else out.open("w", encoding="utf-8", newline="")
    try:
        writer = csv.DictWriter(target, list(_record(None)), lineterminator="\n")
        writer.writeheader()
        for one in made:
            writer.writerow(_record(one))
            total, judged = total + 1, judged + (not one.rejected)
    finally:
        if out is not None:
            target.close()
    if out is not None:
        print(f"{out}: {total:,} pictures, {judged:,} with an age, {total - judged:,} with a reason why not.")
    return judged > 0


def _record(one: Estimate | None) -> dict[str, Any]:
    """An estimate as plain data, ages to a tenth of a month; of None, the names alone."""
    return {
        "file": one and str(one.file).encode("utf-8", "backslashreplace").decode(),
        "age_months": one and _rounded(one.age),
        "low_months": one and one.interval and _rounded(one.interval[0]),
        "high_months": one and one.interval and _rounded(one.interval[1]),
        "development": one and one.development,
        "rejected": one and one.rejected,
    }


def _rounded(months: float | None) -> float | None:
    return None if months is None else round(months, 1)


def _age(one: Estimate) -> str:
    if one.age is None:
        return ""
    interval = "90 % interval {:.0f} to {:.0f} months".format(*one.interval) if one.interval else "interval not known"
    years, months = divmod(round(one.age), 12)
    return f"{one.age:.0f} months ({years} y {months} m), {interval}"


def _grown(one: Estimate) -> str:
    return "" if one.development is None else f"development {one.development}"
