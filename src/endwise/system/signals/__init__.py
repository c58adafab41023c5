"""Signals: the named things that flow through a system.

A signal knows its kind, unit and shape, checks one value, tells how far a predicted value is from the
true one, and says how it is drawn. In a batch, values stand in one array with the rows first:

    kind      one value                                    array of N rows
    --------  -------------------------------------------  -----------------------------------
    Image     uint8 (H, W) or (H, W, C)                    uint8 (N, H, W[, C])
    Stack     uint8 (K, H, W)                              uint8 (N, K, H, W)
    Mask      uint8 class index (H, W)                     uint8 (N, H, W)
    Audio     float32 (T,) in -1..1                        object (N,) of those
    Frames    float32 (T, D)                               object (N,) of those
    Posteriors float32 (T, V), each step sums to 1         object (N,) of those
    Points    float32 (K, 2), x then y                     float32 (N, K, 2)
    Box       float32 (4,): left, top, right, bottom       float32 (N, 4)
    Number    float                                        float32 (N,)
    Vector    float32 (D,)                                 float32 (N, D)
    Category  one of `values`                              int32 (N,) index into `values`
    Identity  one of `people`, or a stranger               float32 (N, 2): place in `people`, score; below 0 a stranger
    Symbols   sequence over `alphabet`                     object (N,) of int32 (T,)
    Segments  sequence of (symbol, start s, end s)         object (N,) of float32 (T, 3): index, start, end
    Text      str                                          object (N,) of str
    Gallery   dict name -> float32 (D,)                    object (N,) of those
    Parts     dict part name -> value                      object (N,) of those

`check` turns what a person hands over into that form or raises ValueError with a plain reason; the
caller, who knows file, row and column, makes the four-part error of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from endwise.system.signals.base import NAME as NAME, Signal as Signal
from endwise.system.signals.pictures import Image as Image, Mask as Mask, Stack as Stack
from endwise.system.signals.places import Box as Box, Points as Points
from endwise.system.signals.sequences import (
    Audio as Audio,
    Frames as Frames,
    Posteriors as Posteriors,
    Segments as Segments,
    Symbols as Symbols,
    Text as Text,
)
from endwise.system.signals.structures import Gallery as Gallery, Parts as Parts
from endwise.system.signals.values import Category as Category, Identity as Identity, Number as Number, Vector as Vector

KINDS: dict[str, type[Signal]] = {
    kind.kind: kind
    for kind in (
        Image, Stack, Mask, Audio, Frames, Posteriors, Points, Box, Number, Vector, Category, Identity, Symbols,
        Segments, Text, Gallery, Parts,
    )
}  # fmt: skip


def from_json(data: Mapping[str, Any]) -> Signal:
    """A signal from what `Signal.to_json` wrote."""
    own: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in data.items() if key != "kind"}
    if data["kind"] == "parts":
        own["parts"] = tuple(from_json(part) for part in data["parts"])
    return KINDS[data["kind"]](**own)
