"""From a network's raw output to rows of a signal, and the loss in between.

    kind       raw output a network must return (B rows)              loss a row
    ---------  ------------------------------------------------------  ---------------------------------
    number     (B, 1), in units of the training rows' spread            smooth L1
    vector     (B, D), likewise                                         mean smooth L1
    points     (B, K, h, w) logits of a heatmap a point, any h and w,   distance + heatmap's divergence
               or (B, K, 2) coordinates: -1 and 1 are the edges
    box        (B, 5, h, w) a centre's logit and the way to four sides  focal + L1
    mask       (B, V, h, w) logits of the classes, any h and w          cross entropy, mean over pixels
    category   (B, V) logits                                            cross entropy
    identity   (B, people + 1) logits, strangers the last               cross entropy
    vector learnt from a category (`label=`): (B, D), of any length     softmax over cosines, with a margin
    text       Ragged (B, T, 1 + alphabet) logits, the blank first      CTC, a label
    symbols    likewise
    posteriors Ragged (B, T, V) logits, T the signal's own steps        cross entropy, a step

A module of one's own (`using=`) returns the same. Points and boxes that lie on no input picture are vectors.
"""

from __future__ import annotations

from endwise.errors import DeclarationError, listed
from endwise.learn.heads.base import Head as Head
from endwise.learn.heads.boxes import Boxes
from endwise.learn.heads.masks import Masks
from endwise.learn.heads.people import Embedded, Named
from endwise.learn.heads.points import Heatmaps as Heatmaps
from endwise.learn.heads.sequences import Heard, Spelled
from endwise.learn.heads.values import Classes, Values
from endwise.system.components import Learned
from endwise.system.signals import Box, Category, Image, Points


def head(component: Learned) -> Head:
    """The head for what `component` makes. Raises DeclarationError for a kind that no model makes yet."""
    signal = component.output
    if isinstance(component.label, Category):
        return Embedded(signal, component.label)
    picture = picture_of(component)
    if picture is not None:
        return Boxes(signal, picture) if isinstance(signal, Box) else Heatmaps(signal, picture)
    heads: dict[str, type[Head]] = {
        "number": Values,
        "vector": Values,
        "points": Values,
        "box": Values,
        "mask": Masks,
        "category": Classes,
        "identity": Named,
        "text": Spelled,
        "symbols": Spelled,
        "posteriors": Heard,
    }
    if signal.kind not in heads:
        raise DeclarationError(
            f"A learned component that makes '{signal.name}' was asked for.",
            f"'{signal.name}' is of kind {signal.kind}; models make {listed(sorted(heads))}.",
            "There is no loss for that kind yet.",
            "Make it with fixed(...), or from one of these kinds.",
        )
    return heads[signal.kind](signal)


def picture_of(component: Learned) -> Image | None:
    """The input picture that the output's points or box lie on, if there is one."""
    places = component.output
    if not isinstance(places, Points | Box) or places.unit != "px":
        return None
    pictures = [signal for signal in component.inputs if isinstance(signal, Image)]
    named = [picture for picture in pictures if picture.name == places.on]
    return next(iter(named or pictures), None)
