"""The picture that was judged, enlarged, with the joints and bones that the design found and its answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from endwise.systems.bone_age.anatomy import BONES, Floats
from endwise.systems.bone_age.estimating import Estimate

ENLARGED: Final = 6
_BONE, _JOINT, _TEXT, _GROUND = "#ff9f1c", "#2ec4ff", "#ffffff", "#101418"
_LETTERS: Final = 20
_LINE: Final = 28


def draw(estimate: Estimate, lines: Sequence[str], file: Path) -> None:
    """Write a PNG: 576 pixels wide, the picture above, `lines` of text below. Nothing for a picture never read."""
    if estimate.xray is None:
        return
    picture = Image.fromarray(estimate.xray)
    size = (picture.width * ENLARGED, picture.height * ENLARGED)
    sheet = Image.new("RGB", (size[0], size[1] + _LINE * len(lines) + _LINE // 2), _GROUND)
    sheet.paste(picture.resize(size, Image.Resampling.BICUBIC).convert("RGB"))
    pen = ImageDraw.Draw(sheet)
    if estimate.made is not None and "joints" in estimate.made:
        _hand(pen, np.asarray(estimate.made["joints"], np.float32))
    for at, line in enumerate(lines):
        pen.text((12, size[1] + _LINE // 4 + at * _LINE), line, _TEXT, ImageFont.load_default(_fitting(line, size[0])))
    file.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(file, "PNG")


def _hand(pen: ImageDraw.ImageDraw, joints: Floats) -> None:
    """Bones as lines, joints as rings, which leave sight of what they mark."""
    places = ((joints + 0.5) * ENLARGED).tolist()  # a whole number is the middle of a pixel
    for near, far in BONES:
        pen.line([*places[near], *places[far]], _BONE, 2)
    for x, y in places:
        pen.ellipse((x - 5, y - 5, x + 5, y + 5), outline=_JOINT, width=2)


def _fitting(line: str, width: int) -> float:
    """The largest letters, up to `_LETTERS`, at which a line fits the width."""
    needed = ImageFont.load_default(_LETTERS).getlength(line)
    return min(_LETTERS, _LETTERS * (width - 24) / max(needed, 1))
