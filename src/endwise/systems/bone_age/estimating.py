"""From pictures to bone ages by a trained winner, with an interval, the development, and reasons to refuse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

import endwise as ew
from endwise.systems.bone_age.development import Development, development
from endwise.systems.bone_age.geometry import bone_lengths, implausible_bones
from endwise.systems.bone_age.pictures import DICOMS, Bytes, Opened, fit, open_picture
from endwise.systems.bone_age.system import age, mm_per_px, sex, xray

AT_ONCE: Final = 32
"""Pictures predicted together: a few seconds between lines, some megabytes in memory."""
TALLEST, FLATTEST = 2.5, 0.6
"""Height over width of what is taken for a hand on a film: RSNA's pictures lie between 0.7 and 2 (schematic)."""
LEAST_CONTRAST: Final = 24
"""Grey levels of 255 between the dark and the bright blocks of a picture; flesh alone makes 60 (schematic)."""
_BLOCK: Final = 8


@dataclass(frozen=True)
class Child:
    """What is known of a child beside the picture; ages in months."""

    sex: Literal["F", "M"]
    mm_per_px: float | None = None
    chronological_age: float | None = None


@dataclass(frozen=True)
class Estimate:
    """What can be said of one picture: an age in months, or the reason why none is given.

    `interval` is as wide as holds 90 % of the errors on held-out rows; None where the winner does not know them.
    `xray` and `made` are the picture and every signal that the design made, for drawing.
    """

    file: Path
    rejected: str = ""
    age: float | None = None
    interval: tuple[float, float] | None = None
    development: Development | None = None
    xray: Bytes | None = None
    made: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class _Ready:
    file: Path
    xray: Bytes
    mm_per_px: float | None


def winner(folder: Path) -> ew.Bundle:
    """The trained winner in `folder`. Raises EndwiseError where there is none, or it is of another system."""
    if not (folder / "bundle.json").is_file():
        raise ew.EndwiseError(
            "A bone age was to be estimated.",
            f"There is no trained winner at {folder}.",
            "An estimate needs a model, and endwise comes with none: it is trained on rows that you can look at.",
            "Train one on the built-in world: endwise study bone-age --quick (about a minute). "
            "Or name the winner of another study: --model DIR/winner",
        )
    bundle = ew.load(folder)
    taken = {signal.name: signal for signal in (*bundle.inputs, *bundle.given)}
    if taken.get(xray.name) != xray or not set(taken) <= {xray.name, sex.name, mm_per_px.name}:
        raise ew.EndwiseError(
            f"A bone age was to be estimated by {folder}.",
            f"That is the design '{bundle.design}' of '{bundle.system}', which takes {', '.join(taken)}.",
            "This application hands over an xray of 128 x 96, the sex and millimetres a pixel, nothing else.",
            f"Name a winner of the system bone-age, or use: endwise predict {folder} FILE...",
        )
    return bundle


def estimates(bundle: ew.Bundle, files: Sequence[Path], child: Child) -> Iterator[Estimate]:
    """One estimate a file, in their order. Raises EndwiseError where a scale is needed and nothing gives one."""
    if needs_scale(bundle) and child.mm_per_px is None and not any(file.suffix.lower() in DICOMS for file in files):
        raise ew.EndwiseError(
            f"A bone age was to be estimated by the design '{bundle.design}'.",
            "No --mm-per-px was given, and only DICOM files say it themselves.",
            "This design measures bones in millimetres.",
            "Pass --mm-per-px (0.1 to 0.2 for most scanners), or train a winner that needs no scale: "
            'endwise study bone-age --quick --designs "xray -> age"',
        )
    for first in range(0, len(files), AT_ONCE):
        prepared = [_prepared(file, bundle, child) for file in files[first : first + AT_ONCE]]
        ready = [one for one in prepared if isinstance(one, _Ready)]
        judged = iter(_judged(bundle, ready, child) if ready else ())
        yield from (next(judged) if isinstance(one, _Ready) else one for one in prepared)


def needs_scale(bundle: ew.Bundle) -> bool:
    """Whether the design measures in millimetres."""
    return any(signal.name == mm_per_px.name for signal in bundle.given)


def interval_of(bundle: ew.Bundle) -> float | None:
    """Half the width in months of the 90 % interval: that quantile of the absolute errors on held-out rows."""
    quantile = bundle.about["measured"].get("quantile90")
    return None if quantile is None else float(quantile)


def _prepared(file: Path, bundle: ew.Bundle, child: Child) -> _Ready | Estimate:
    """The picture as the design takes it, or the reason why it does not."""
    try:
        opened = open_picture(file)
        _plausible(opened)
        fitted = fit(opened.picture)
        _shows_something(fitted.xray)
        scale = child.mm_per_px or opened.mm_per_px
        if needs_scale(bundle) and scale is None:
            raise ValueError("does not say its millimetres a pixel: pass --mm-per-px")
        return _Ready(file, fitted.xray, None if scale is None else fitted.millimetres(scale))
    except ValueError as reason:
        return Estimate(file, f"the file {reason}")


def _plausible(opened: Opened) -> None:
    aspect = opened.picture.height / opened.picture.width
    if not FLATTEST <= aspect <= TALLEST:
        raise ValueError(
            f"is {opened.picture.width} x {opened.picture.height} pixels (width x height), which is no film of a hand"
        )


def _shows_something(picture: Bytes) -> None:
    """Raises ValueError where nothing stands out of the noise, which the mean of a block does not show."""
    high, wide = (side // _BLOCK for side in picture.shape)
    blocks = picture.reshape(high, _BLOCK, wide, _BLOCK).mean(axis=(1, 3))
    dark, bright = np.percentile(blocks, [5, 95])
    if bright - dark < LEAST_CONTRAST:
        raise ValueError("is blank, or nearly (a picture of 16 bits has to use their whole range)")


def _judged(bundle: ew.Bundle, ready: Sequence[_Ready], child: Child) -> Iterator[Estimate]:
    columns = {
        xray.name: np.stack([one.xray for one in ready]),
        sex.name: np.full(len(ready), sex.check(child.sex)),
        mm_per_px.name: np.array([one.mm_per_px or np.nan for one in ready], np.float32),
    }
    taken = [signal.name for signal in (*bundle.inputs, *bundle.given)]
    made = bundle.predict({name: columns[name] for name in taken})
    for at, one in enumerate(ready):
        yield _estimate(bundle, one, {name: values[at] for name, values in made.items()}, child)


def _estimate(bundle: ew.Bundle, one: _Ready, made: Mapping[str, Any], child: Child) -> Estimate:
    months, reach = float(made[age.name]), interval_of(bundle)
    reason = _refused(bundle, one, made, months)
    if reason:
        return Estimate(one.file, reason, xray=one.xray, made=made)
    interval = None if reach is None else (max(0.0, months - reach), months + reach)
    grown: Development | None = None
    if child.chronological_age is not None:
        grown = "uncertain" if interval is None else development(*interval, child.chronological_age)
    return Estimate(one.file, "", months, interval, grown, one.xray, made)


def _refused(bundle: ew.Bundle, one: _Ready, made: Mapping[str, Any], months: float) -> str:
    """Why no age should be given although the design made one; "" where nothing speaks against it."""
    lengths = made.get("lengths")
    if lengths is None and "joints" in made and one.mm_per_px:
        lengths = bone_lengths(made["joints"][None], np.array([one.mm_per_px]))[0]
    if lengths is not None and implausible_bones(lengths[None])[0]:
        return "the bones found have lengths that no hand has (is it a hand? is --mm-per-px right?)"
    least, most = bundle.about["measured"].get("range") or (age.low, age.high)
    if not least <= months <= most:
        return f"the design says {months:.0f} months, outside the {least:.0f} to {most:.0f} that it was trained in"
    return ""
