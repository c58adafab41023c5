"""How each design is drawn, everywhere: a colour, a dash and a shape of its own.

Colours are CSS variables (`--d0` to `--d7`, `--rest`), so that one drawing serves light and dark; a dash
and a shape tell designs apart without colour. Colour, dash and shape belong to the rank of a design.
"""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from endwise.report.ranking import ACCENTS, Entry

# Shapes as SVG paths in a box from -1 to 1, of about equal weight to the eye.
_SHAPES = (
    "M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0Z",  # circle
    "M-.88,-.88H.88V.88H-.88Z",  # square
    "M0,-1.1L1.05,.85H-1.05Z",  # triangle
    "M0,-1.25L1.1,0L0,1.25L-1.1,0Z",  # diamond
    "M0,1.1L1.05,-.85H-1.05Z",  # triangle, point down
    "M-.42,-1.15H.42V-.42H1.15V.42H.42V1.15H-.42V.42H-1.15V-.42H-.42Z",  # cross
    "M-.5,-1.3H.5V1.3H-.5Z",  # upright bar
    "M0,-1.15L1.1,-.35L.68,.95H-.68L-1.1,-.35Z",  # pentagon
)
_DASHES: tuple[tuple[int, ...], ...] = ((), (7, 3), (2, 2), (9, 3, 2, 3), (4, 4), (12, 4), (2, 5), (7, 2, 2, 2, 2, 2))


class Mark(NamedTuple):
    """Colour (a CSS value), shape (an SVG path) and dash of one design."""

    colour: str
    shape: str
    dash: tuple[int, ...]


def mark(entry: Entry) -> Mark:
    """The mark of a design; those beyond the eight with a colour share a quiet one."""
    if entry.rank >= ACCENTS:
        return Mark("var(--rest)", _SHAPES[0], (1, 3))
    return Mark(f"var(--{entry.accent})", _SHAPES[entry.rank], _DASHES[entry.rank])


def swatch(entry: Entry) -> str:
    """A short piece of the design's line with its shape, as an SVG that is silent to screen readers."""
    colour, shape, dash = mark(entry)
    dashes = escape(" ".join(map(str, dash)))
    return (
        '<svg class="swatch" viewBox="0 0 36 14" width="36" height="14" aria-hidden="true">'
        f'<path d="M0,7H36" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>'
        f'<path d="{shape}" transform="translate(18,7) scale(4.2)" fill="{colour}"/></svg>'
    )
