"""A drive -> a film as GIF or MP4, or a sheet of pictures as PNG. The same drive gives the same bytes."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import PIL.Image

import endwise as ew
from endwise.systems.driving.film import colours
from endwise.systems.driving.film.colours import BODIES, GROUND, OTHER_LANE, OWN_LANE, Colour
from endwise.systems.driving.film.drawing import draw
from endwise.systems.driving.film.recording import Recording
from endwise.systems.driving.film.windscreen import GREYS, TINT
from endwise.systems.driving.road import Doubles
from endwise.systems.driving.vehicle import STEP

SUFFIXES: Final = (".gif", ".mp4", ".png")
EVERY: Final = 2
"""Steps from one picture of a GIF to the next: half as large as all of them, and still smooth."""
HELD: Final = 2500
"""Milliseconds that the last picture of a GIF stays; a film in MP4 holds it as long."""
SHEET: Final = (2, 4)
"""Columns and rows of a sheet."""
GAP: Final = 8
"""Pixels between the pictures of a sheet."""


def check(out: Path) -> None:
    """Refuse, before anybody drives, a file that cannot be written. Raises EndwiseError."""
    asked = f"The film was to be written to {out}."
    if out.is_dir() or not out.absolute().parent.is_dir():
        raise ew.EndwiseError(
            asked,
            "That is a folder." if out.is_dir() else f"There is no folder {out.parent}.",
            "A film is one file in a folder that is there.",
            "Name another file with --out, or make the folder first.",
        )
    if out.suffix.lower() not in SUFFIXES:
        raise ew.EndwiseError(
            asked,
            f"Its name ends in '{out.suffix}'." if out.suffix else "Its name has no ending.",
            "The ending says what is written: .gif and .mp4 are films, .png is a sheet of pictures.",
            f"Name it {out.with_suffix('.gif').name}, for example.",
        )
    if out.suffix.lower() == ".mp4" and shutil.which("ffmpeg") is None:
        raise ew.EndwiseError(
            asked,
            "There is no ffmpeg on the PATH.",
            "endwise writes GIF and PNG itself, and leaves MP4 to ffmpeg.",
            f"Install ffmpeg, or write a GIF: --out {out.with_suffix('.gif')}",
        )


def write(recording: Recording, title: str, out: Path) -> None:
    """Draw a drive and write it to `out`, as its ending says. Raises EndwiseError as `check` does."""
    check(out)
    moments = recording.moments
    if out.suffix.lower() == ".mp4":
        _mp4([draw(recording, one, title) for one in moments], out)
    elif out.suffix.lower() == ".png":
        chosen = np.rint(np.linspace(0, len(moments) - 1, SHEET[0] * SHEET[1])).astype(int).tolist()
        _sheet([draw(recording, moments[one], title) for one in chosen]).save(out, optimize=True)
    else:
        chosen = [*moments[:-1:EVERY], moments[-1]]
        out.write_bytes(gif([draw(recording, one, title) for one in chosen], round(1000 * STEP * EVERY)))


def gif(pictures: Sequence[PIL.Image.Image], milliseconds: int) -> bytes:
    """A film that shows each picture so long, and the last one for HELD."""
    shown = [one.quantize(palette=_palette(), dither=PIL.Image.Dither.NONE) for one in pictures]
    file = io.BytesIO()
    shown[0].save(
        file,
        format="GIF",
        save_all=True,
        append_images=shown[1:],
        duration=[milliseconds] * (len(shown) - 1) + [HELD],
        loop=0,
        optimize=False,
    )
    return file.getvalue()


def _sheet(pictures: Sequence[PIL.Image.Image]) -> PIL.Image.Image:
    """As many pictures as SHEET holds, row by row."""
    columns, rows = SHEET
    wide, tall = (side + GAP for side in pictures[0].size)
    whole = PIL.Image.new("RGB", (columns * wide - GAP, rows * tall - GAP), (255, 255, 255))
    for place, picture in enumerate(pictures):
        whole.paste(picture, (place % columns * wide, place // columns * tall))
    return whole


def _mp4(pictures: Sequence[PIL.Image.Image], out: Path) -> None:
    wide, tall = pictures[0].size
    rate = round(1 / STEP)
    held = [pictures[-1]] * (rate * HELD // 1000)
    form = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{wide}x{tall}", "-r", str(rate), "-i", "-"]
    command = ["ffmpeg", "-y", "-loglevel", "error", *form, "-pix_fmt", "yuv420p", "-bitexact", str(out)]
    raw = b"".join(one.tobytes() for one in [*pictures, *held])
    ran = subprocess.run(command, input=raw, capture_output=True, check=False)
    if ran.returncode:
        said = ran.stderr.decode(errors="replace").strip().splitlines()
        raise ew.EndwiseError(
            f"The film was to be written to {out}.",
            f"ffmpeg said: {said[-1]}" if said else f"ffmpeg said nothing, and ended with {ran.returncode}.",
            "It makes the MP4, and could not.",
            f"Try another ffmpeg, or write a GIF: --out {out.with_suffix('.gif')}",
        )


@cache
def _palette() -> PIL.Image.Image:
    """256 colours that hold for every picture: the camera's greys in all tints, and shades of the other colours."""
    greys = np.linspace(0, 255, GREYS)[:, None].repeat(3, axis=1)
    tinted = [(1 - TINT) * greys + TINT * np.array(tint) for tint in (OWN_LANE, OTHER_LANE, BODIES)]
    plain = [getattr(colours, name) for name in dir(colours) if name.isupper()]
    mixed = [_between(GROUND, colour, 5) for colour in plain]
    every = np.concatenate([greys, *tinted, np.array(plain), *mixed])
    made = np.unique(np.rint(every).astype(np.uint8), axis=0)
    image = PIL.Image.new("P", (1, 1))
    image.putpalette(made.tobytes())
    return image


def _between(one: Colour, other: Colour, steps: int) -> Doubles:
    share = np.linspace(0, 1, steps + 1)[1:, None]
    return (1 - share) * np.array(one) + share * np.array(other)
