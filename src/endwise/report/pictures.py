"""Pictures as PNG inside the page, with points, boxes and masks drawn on them as SVG.

Pictures keep their own pixels and are enlarged by the browser without smoothing: what a model saw is
what a reader sees. The overlay keeps two marks apart by shape as well as by colour: a dot or a whole
line is predicted, a cross or a dashed line is true.
"""

from __future__ import annotations

import base64
import io
from html import escape

import numpy as np
from PIL import Image

LARGEST = 256  # longest side in pixels of a picture in the page: six examples stay far below a megabyte
ACROSS = 8  # pictures in one row of a strip
_TINTS = np.array([[0, 0, 0, 0], [255, 159, 28, 120], [46, 196, 255, 120], [200, 80, 255, 120]], np.uint8)


def png(pixels: np.ndarray, largest: int = LARGEST) -> str:
    """A grey, RGB or RGBA picture (or grey with its cover) of 8-bit values as a data URI, `largest` pixels a side."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((largest, largest))
    held = io.BytesIO()
    picture.save(held, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(held.getvalue()).decode()


def gif(film: bytes) -> str:
    """A film as a data URI."""
    return "data:image/gif;base64," + base64.b64encode(film).decode()


def picture(pixels: np.ndarray, overlay: str, label: str) -> str:
    """A picture with an overlay in its own pixel coordinates; `label` is what a screen reader says."""
    height, width = pixels.shape[:2]
    return (
        f'<svg class="picture" role="img" aria-label="{escape(label, quote=True)}" viewBox="0 0 {width} {height}">'
        f'<image href="{png(pixels)}" width="{width}" height="{height}"/>{overlay}</svg>'
    )


def points(found: np.ndarray, true: np.ndarray | None, scale: float) -> str:
    """Predicted points as dots and true ones as crosses, each pair joined; `scale` is one mark's radius."""
    found = found[np.isfinite(found).all(axis=1)] if true is None else found
    marks = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{scale:.2f}"/>' for x, y in found]
    drawn = f'<g class="predicted">{"".join(marks)}</g>'
    if true is None:
        return drawn
    pairs = zip(found, true, strict=True)
    links = "".join(f"M{a[0]:.1f},{a[1]:.1f}L{b[0]:.1f},{b[1]:.1f}" for a, b in pairs if np.isfinite([*a, *b]).all())
    arm = scale * 1.3
    crosses = "".join(
        f"M{x - arm:.1f},{y:.1f}h{2 * arm:.1f}M{x:.1f},{y - arm:.1f}v{2 * arm:.1f}" for x, y in true if np.isfinite(x)
    )
    return f'<path class="link" d="{links}"/><path class="true" d="{crosses}"/>{drawn}'


def box(found: np.ndarray, true: np.ndarray | None) -> str:
    """A predicted box with a whole line, the true one dashed."""
    drawn = _frame(found, "predicted outline")
    return drawn if true is None else _frame(true, "true outline") + drawn


def _frame(sides: np.ndarray, style: str) -> str:
    left, top, right, bottom = (float(side) for side in sides)
    return (
        f'<rect class="{style}" x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"/>'
    )


def mask(classes: np.ndarray) -> str:
    """The classes of a mask as tints over the picture; class 0 stays clear."""
    height, width = classes.shape
    tints = _TINTS[np.where(classes == 0, 0, 1 + (classes.astype(int) - 1) % (len(_TINTS) - 1))]
    return f'<image href="{png(tints)}" width="{width}" height="{height}"/>'


def strip(stack: np.ndarray) -> np.ndarray:
    """A stack of pictures (K, H, W) side by side, `ACROSS` in a row, as one RGBA picture with clear gaps."""
    count, height, width = stack.shape
    rows = -(-count // ACROSS)
    sheet = np.zeros((rows * (height + 1) - 1, min(count, ACROSS) * (width + 1) - 1, 4), np.uint8)
    for at, one in enumerate(stack):
        top, left = at // ACROSS * (height + 1), at % ACROSS * (width + 1)
        place = sheet[top : top + height, left : left + width]
        place[..., :3], place[..., 3] = one[..., None], 255
    return sheet


def heat(frames: np.ndarray) -> np.ndarray:
    """A sequence of vectors (T, D) as a grey picture: time to the right, the first number at the foot."""
    low, high = np.nanmin(frames), np.nanmax(frames)
    level = (frames - low) / (high - low if high > low else 1.0)
    return (np.nan_to_num(level.T[::-1]) * 255).astype(np.uint8)


def bars(found: np.ndarray, true: np.ndarray | None, label: str) -> str:
    """A vector as bars from zero; true values as lines across."""
    known = np.concatenate([found, [0.0] if true is None else [0.0, *true]])
    low, high = float(np.nanmin(known)), float(np.nanmax(known))
    reach = (high - low) or 1.0
    wide = 320 / len(found)

    def height(value: float) -> float:
        return 88 - 84 * (value - low) / reach

    drawn = [
        f'<rect x="{at * wide + wide * 0.15:.1f}" y="{min(height(value), height(0)):.1f}" width="{wide * 0.7:.1f}" '
        f'height="{abs(height(value) - height(0)):.1f}"/>'
        for at, value in enumerate(found)
        if np.isfinite(value)
    ]
    ticks = [] if true is None else [(at * wide, height(value)) for at, value in enumerate(true) if np.isfinite(value)]
    across = "".join(f"M{left:.1f},{up:.1f}h{wide:.1f}" for left, up in ticks)
    return (
        f'<svg class="bars" role="img" aria-label="{escape(label, quote=True)}" viewBox="0 0 320 92">'
        f'<path class="zero" d="M0,{height(0):.1f}H320"/><g class="predicted">{"".join(drawn)}</g>'
        f'<path class="true" d="{across}"/></svg>'
    )
