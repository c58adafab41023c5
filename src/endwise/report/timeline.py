"""Signals over one axis of time: sound, steps and segments of a row under each other.

The drawing is laid out by the browser, in shares of the whole length: names keep the size of the page's letters at
any width. Where names would not fit, the drawing is wider than a narrow page, and is scrolled there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from endwise.report.quantities import tick
from endwise.report.tracks import Track

WIDEST = 6000.0  # pixels that names may ask for: some twenty seconds of phones


def together(tracks: Sequence[Track], label: str) -> str:
    """All tracks over one axis; `label` is what a screen reader says."""
    whole = max([*(one.seconds for one in tracks), 1e-3])
    step = _step(whole)
    widest = min(WIDEST, whole * max(one.pace for one in tracks))
    names = escape(", ".join(one.name for one in tracks), quote=True)
    ticks = [at * step for at in range(math.floor(whole / step + 1e-9) + 1)]
    marks = "".join(f'<span style="left:{100 * at / whole:.3f}%">{tick(round(at, 6))}</span>' for at in ticks)
    return (
        f'<div class="scroll timed" role="region" tabindex="0" aria-label="{names} over time">'
        f'<div class="tracks" role="img" aria-label="{escape(label, quote=True)}" '
        f'style="--names:{widest:.0f}px;--step:{100 * step / whole:.3f}%">'
        + "".join(_strip(one, whole) for one in tracks)
        + f'<div class="track"><div class="side"><span>s</span></div><div class="ticks">{marks}</div></div></div></div>'
    )


def _strip(one: Track, whole: float) -> str:
    side = "".join(f"<span>{escape(name)}</span>" for name in one.side)
    return (
        f'<p class="name"><b>{escape(one.name)}</b> {escape(one.words)}</p>'
        f'<div class="track {one.style}" style="--rows:{len(one.side)}"><div class="side">{side}</div>'
        f'<div class="plot"><div class="held" style="width:{100 * one.seconds / whole:.3f}%">{one.inner}</div>'
        "</div></div>"
    )


def _step(whole: float) -> float:
    """The round step that gives at most ten marks over `whole` seconds."""
    power = 10.0 ** math.floor(math.log10(whole / 10))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= whole / 10 * (1 - 1e-9))
