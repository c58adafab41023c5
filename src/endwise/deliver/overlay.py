"""A picture with the signals on the way drawn in, as a PNG: for people who look rather than read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image as Picture, ImageDraw

from endwise.system.signals import Signal

SIDE = 640  # pixels of the longer side: small model pictures are enlarged to be looked at
INK, SHADE = (255, 176, 0), (0, 0, 0)  # amber reads on dark and light pictures alike


def drawn(signals: Mapping[str, Signal], values: Mapping[str, Any]) -> Picture.Image:
    """The first picture among `values`, with points, boxes and a line of text a signal drawn in."""
    name = next((n for n, s in signals.items() if s.drawn == "picture" and n in values), None)
    lines = [f"{n}: {s.show(values[n])}" for n, s in signals.items() if s.drawn in ("text", "bars") and n in values]
    base, factor = _enlarged(values[name]) if name is not None else (Picture.new("RGB", (SIDE, 40), SHADE), 1)
    pen = ImageDraw.Draw(base)
    for other, signal in signals.items():
        if other in values and signal.drawn == "points":
            _points(pen, np.asarray(values[other]) * factor)
        if other in values and signal.drawn == "box":
            pen.rectangle([float(v) * factor for v in values[other]], outline=INK, width=2)
    return _captioned(base, lines)


def _enlarged(value: Any) -> tuple[Picture.Image, int]:
    array = np.asarray(value)
    factor = max(1, SIDE // max(array.shape[:2]))
    picture = Picture.fromarray(array).convert("RGB")
    return picture.resize((picture.width * factor, picture.height * factor), Picture.Resampling.NEAREST), factor


def _points(pen: ImageDraw.ImageDraw, points: np.ndarray) -> None:
    for x, y in points.reshape(-1, 2):
        pen.ellipse([x - 4, y - 4, x + 4, y + 4], outline=SHADE, fill=INK)


def _captioned(base: Picture.Image, lines: list[str]) -> Picture.Image:
    """The picture with its lines beneath."""
    height = 18 * len(lines) + 8
    whole = Picture.new("RGB", (max(base.width, 240), base.height + height), SHADE)
    whole.paste(base, (0, 0))
    pen = ImageDraw.Draw(whole)
    for at, line in enumerate(lines):
        pen.text((6, base.height + 4 + 18 * at), line, fill=(255, 255, 255))
    return whole
