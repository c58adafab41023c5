"""One moment drawn: the windscreen, the road from above, and the instruments."""

from __future__ import annotations

from functools import cache
from typing import Final, TypeAlias

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from endwise.systems.driving.camera import HEIGHT, WIDTH
from endwise.systems.driving.film.birdview import birdview
from endwise.systems.driving.film.colours import (
    AMBER,
    BODIES,
    GOOD,
    GROUND,
    OTHER_LANE,
    OWN_LANE,
    PLAN,
    QUIET,
    TEXT,
    TRACK,
    Colour,
)
from endwise.systems.driving.film.recording import Moment, Recording
from endwise.systems.driving.film.windscreen import windscreen
from endwise.systems.driving.scenes import FARTHEST_GAP

SCALE: Final = 5
HEAD: Final = 34
FOOT: Final = 66
ASIDE: Final = 136
"""Pixels: of the title above, the instruments below and the road from above, which stands to the right."""
SIZE: Final = (SCALE * WIDTH + ASIDE, HEAD + SCALE * HEIGHT + FOOT)
"""(616, 340), even numbers as films in MP4 need them."""
WARNING: Final = "a teaching system, not for roads"

Pen: TypeAlias = PIL.ImageDraw.ImageDraw


def draw(recording: Recording, moment: Moment, title: str) -> PIL.Image.Image:
    """A picture of SIZE; the last moment of a recording also says how it ended."""
    picture = PIL.Image.new("RGB", SIZE, GROUND)
    picture.paste(windscreen(moment, SCALE), (0, HEAD))
    picture.paste(birdview(recording.road, moment, (ASIDE - 4, SCALE * HEIGHT)), (SCALE * WIDTH + 4, HEAD))
    pen = PIL.ImageDraw.Draw(picture)
    _head(pen, title, moment)
    _foot(pen, moment)
    if moment is recording.moments[-1]:
        _end(picture, recording)
    return picture


def _head(pen: Pen, title: str, moment: Moment) -> None:
    _write(pen, (8, 4), _cut(title, SIZE[0] - 16), 12)
    at = 8.0
    legend = [("own lane", OWN_LANE), ("other lane", OTHER_LANE), ("cars, barrels", BODIES)]
    shown = legend if "lane_mask" in moment.made else []
    if "plan" in moment.made:
        shown = [*shown, ("path planned", PLAN)]
    for words, colour in shown:
        pen.rectangle((at, 22, at + 7, 29), fill=colour)
        at = _write(pen, (at + 11, 19), words, 10, QUIET) + 12
    _write(pen, (SCALE * WIDTH + 4, 19), "from above, as it is", 10, QUIET)


def _foot(pen: Pen, moment: Moment) -> None:
    top = HEAD + SCALE * HEIGHT
    steer, pedal = (float(one) for one in moment.made.get("control", np.zeros(2)))
    wish = moment.made.get("wish") if moment.guarded else None
    _lever(pen, (50, top + 14), -steer, TEXT, None if wish is None else -float(wish[0]))
    _lever(pen, (50, top + 42), pedal, GOOD if pedal > 0 else BODIES, None if wish is None else float(wish[1]))
    _write(pen, (8, top + 11), "steer", 11, QUIET)
    _write(pen, (8, top + 39), "pedal", 11, QUIET)

    wanted = f"plan: {moment.made['plan'][-1]:.1f}" if "plan" in moment.made else ""
    _dial(pen, 178, "speed", f"{float(moment.car.speed[0]):.1f}", "m/s", wanted)
    if moment.gap is not None:
        metres, closing = (float(one) for one in moment.gap)
        near = metres < FARTHEST_GAP
        way = "" if not near else f"{abs(closing):.1f} m/s {'nearer' if closing > 0 else 'farther'}"
        _dial(pen, 268, "car ahead", f"{metres:.0f}" if near else "none", "m" if near else "", way)
    _dial(pen, 374, "score so far", f"{moment.score:.2f}", "", f"left its lane: {moment.departures}")
    pen.rectangle((374, top + 59, 374 + 90, top + 61), fill=TRACK)
    pen.rectangle((374, top + 59, 374 + 90 * min(moment.completion, 1), top + 61), fill=GOOD)
    if moment.guarded:
        pen.rounded_rectangle((484, top + 12, SIZE[0] - 8, top + 36), 5, fill=AMBER)
        _write(pen, (494, top + 16), "the guard steps in", 13, GROUND)
    _write(pen, (SIZE[0] - 8 - _font(9).getlength(WARNING), top + 51), WARNING, 9, QUIET)


def _end(picture: PIL.Image.Image, recording: Recording) -> None:
    """How it ended, over the darkened windscreen."""
    box = (0, HEAD, SCALE * WIDTH, HEAD + SCALE * HEIGHT)
    view = picture.crop(box)
    picture.paste(PIL.Image.blend(view, PIL.Image.new("RGB", view.size, GROUND), 0.6), box[:2])
    pen = PIL.ImageDraw.Draw(picture)
    words = recording.ending
    _write(pen, ((box[2] - _font(30).getlength(words)) / 2, HEAD + 78), words, 30)
    score = f"driving score {recording.score:.2f}"
    colour = GOOD if recording.score > 0.9 else AMBER if recording.score > 0.6 else BODIES
    _write(pen, ((box[2] - _font(20).getlength(score)) / 2, HEAD + 124), score, 20, colour)


def _lever(pen: Pen, at: tuple[float, float], value: float, colour: Colour, wish: float | None) -> None:
    """A bar from the middle to `value` (-1..1, positive to the right), and a mark at what was wished for."""
    x, y = at
    half, tall = 54, 10
    pen.rectangle((x, y, x + 2 * half, y + tall), fill=TRACK)
    ends = sorted((x + half, x + half + half * float(np.clip(value, -1, 1))))
    pen.rectangle((ends[0], y, ends[1], y + tall), fill=colour)
    pen.line((x + half, y - 2, x + half, y + tall + 2), fill=QUIET)
    if wish is not None:
        mark = x + half + half * float(np.clip(wish, -1, 1))
        pen.line((mark, y - 3, mark, y + tall + 3), fill=AMBER, width=3)


def _dial(pen: Pen, x: float, name: str, value: str, unit: str, below: str) -> None:
    top = HEAD + SCALE * HEIGHT
    _write(pen, (x, top + 5), name, 10, QUIET)
    end = _write(pen, (x, top + 16), value, 22)
    _write(pen, (end + 4, top + 26), unit, 11, QUIET)
    _write(pen, (x, top + 43), below, 10, QUIET)


def _write(pen: Pen, at: tuple[float, float], words: str, size: int, colour: Colour = TEXT) -> float:
    """Where the words end."""
    pen.text(at, words, fill=colour, font=_font(size))
    return at[0] + _font(size).getlength(words)


def _cut(words: str, width: float) -> str:
    """The words, shortened until they fit."""
    if _font(12).getlength(words) <= width:
        return words
    while _font(12).getlength(words + " ...") > width:
        words = words[:-1]
    return words + " ..."


@cache
def _font(size: int) -> PIL.ImageFont.FreeTypeFont:
    font = PIL.ImageFont.load_default(size)
    assert isinstance(font, PIL.ImageFont.FreeTypeFont)
    return font
