"""Examples: every kind of signal has a drawing or words, and no value breaks the page."""

import base64
import io
import math
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image as Picture

from endwise.records import Example
from endwise.report import pictures
from endwise.report.examples import draw
from endwise.system.signals import (
    Audio,
    Box,
    Category,
    Frames,
    Gallery,
    Identity,
    Image,
    Mask,
    Number,
    Parts,
    Points,
    Posteriors,
    Segments,
    Signal,
    Stack,
    Symbols,
    Text,
    Vector,
)  # fmt: skip
from tests.report.example_verdict import examples

PICTURE = np.arange(48, dtype=np.uint8).reshape(8, 6)
KINDS: list[tuple[Signal, object]] = [
    (Image("frame", size=(8, 6)), PICTURE),
    (Stack("patches", count=2, size=(8, 6)), np.stack([PICTURE, PICTURE])),
    (Mask("lane", size=(8, 6)), PICTURE % 2),
    (Audio("sound", rate=10), [0.1, -0.2, 0.3]),
    (Frames("mfcc", size=2), [[0.0, 1.0], [2.0, 3.0]]),
    (Points("joints", count=2), [[1.0, 2.0], [3.0, 4.0]]),
    (Points("route", count=2, unit="m"), [[1.0, 2.0], [3.0, 4.0]]),
    (Box("face"), [1.0, 1.0, 4.0, 5.0]),
    (Number("age", unit="months"), 14.2),
    (Vector("lengths", size=3, unit="mm"), [1.0, -2.0, 3.0]),
    (Category("sex", values=("F", "M")), 1),
    (Identity("who", people=("Ada",)), [0.0, 0.83]),
    (Symbols("phonemes", alphabet=("a", "b")), [0, 1, 0]),
    (Segments("phones", alphabet=("a", "b")), [[0, 0.0, 0.5], [1, 0.5, 0.75]]),
    (Posteriors("heard", labels=("a", "b")), [[0.25, 0.75], [1.0, 0.0]]),
    (Frames("bands", size=2, rate=10), [[0.0, 1.0], [2.0, 3.0]]),
    (Posteriors("chances", labels=("a", "b"), rate=10), [[0.25, 0.75], [1.0, 0.0]]),
    (Text("words"), "open <b>sesame</b>"),
    (Gallery("known", size=1), {"ann": [0.5]}),
    (Parts("situation", parts=(Number("gap"),)), {"gap": 3.0}),
]


def example(*pairs: tuple[Signal, object], truth: bool = True) -> Example:
    values = {signal.name: {"signal": signal.to_json(), "value": value} for signal, value in pairs}
    return Example("row 1", "a -> b", values, {s.name: v for s, v in pairs} if truth else {}, 1.5)


@pytest.mark.parametrize("truth", [True, False], ids=["with truth", "without"])
@pytest.mark.parametrize(("signal", "value"), KINDS, ids=lambda one: getattr(one, "name", ""))
def test_every_kind_is_shown(signal: Signal, value: object, truth: bool) -> None:
    drawing = draw(example((signal, value), truth=truth), "months")
    drawn = [*(panel.html for panel in drawing.panels), *filter(None, [drawing.timed])]
    assert len(drawn) + len(drawing.told) == 1
    for html in drawn:
        assert ElementTree.fromstring(html).get("aria-label", "").startswith(signal.name)


def test_points_and_box_lie_on_their_picture() -> None:
    frame, joints, face = KINDS[0], KINDS[5], KINDS[7]
    (panel,) = draw(example(frame, joints, face), "px").panels
    assert panel.large
    assert panel.caption == "frame with joints (off by 0 px), face (off by 0)"
    assert 'class="predicted"' in panel.html
    assert 'class="true outline"' in panel.html


def test_points_name_the_picture_that_they_lie_on() -> None:
    crop = (Image("crop", size=(8, 6)), PICTURE)
    first, second = draw(example(KINDS[0], crop, (Points("eyes", count=2, on="crop"), [[1, 2], [3, 4]])), "").panels
    assert (first.caption, second.caption) == ("frame", "crop with eyes (off by 0 px)")


def test_a_value_that_is_not_there_is_said_to_be_missing() -> None:
    drawing = draw(example((Number("age"), None), truth=False), "months")
    assert [one.words for one in drawing.told] == ["not available"]


@pytest.mark.parametrize("signal", [KINDS[5][0], KINDS[6][0]], ids=["on a picture", "alone"])
def test_a_point_that_was_not_found_is_left_out(signal: Signal) -> None:
    lost = (signal, [[1.0, 2.0], [math.nan, math.nan]])
    for panel in draw(example(KINDS[0], lost, truth=False), "").panels:
        assert "nan" not in panel.html


def test_a_picture_keeps_its_pixels_and_a_large_one_is_reduced() -> None:
    def read(uri: str) -> np.ndarray:
        return np.asarray(Picture.open(io.BytesIO(base64.b64decode(uri.split(",")[1]))))

    assert (read(pictures.png(PICTURE)) == PICTURE).all()
    assert max(read(pictures.png(np.zeros((4000, 3000), np.uint8))).shape) == pictures.LARGEST


def test_a_hand_shows_its_answer_beside_the_truth() -> None:
    drawing = draw(examples(1)[0], "months")
    told = {one.signal.name: (one.words, one.true_words, one.given) for one in drawing.told}
    assert told["sex"] == ("F", "", True)
    assert told["age"][1] == "60 months"
    assert re.fullmatch(r"[\d.]+ months", drawing.error)
    assert [panel.caption.split(" ")[0] for panel in drawing.panels] == ["xray", "lengths", "patches"]


def test_a_text_is_marked_word_by_word_and_in_words() -> None:
    said = Text("said")
    values = {"said": {"signal": said.to_json(), "value": "call him now now"}}
    (told,) = draw(Example("7", "a -> b", values, {"said": "call me right now"}, 50.0), "%").told
    assert told.marked[0] == ("call", "same")
    assert [word for word, kind in told.marked if kind != "left out"] == ["call", "him", "now", "now"]
    assert [word for word, kind in told.marked if kind != "put in"].count("me") <= 1
    assert told.difference == "2 exchanged ('him' for 'me', 'now' for 'right')"


@pytest.mark.parametrize("changed", [{"inputs": ("said",)}, {"truth": {}}], ids=["given", "truth unknown"])
def test_a_text_without_a_truth_to_meet_is_not_marked(changed: dict[str, Any]) -> None:
    values = {"said": {"signal": Text("said").to_json(), "value": "open"}}
    one = Example("7", "a -> b", values, {"said": "shut"}, 50.0)
    (told,) = draw(replace(one, **changed), "%").told
    assert (told.marked, told.words) == ([], "open")


def test_a_text_that_says_nothing_is_marked_too() -> None:
    values = {"said": {"signal": Text("said").to_json(), "value": ""}}
    (told,) = draw(Example("7", "a -> b", values, {"said": "open it"}, 100.0), "%").told
    assert told.marked == [("open", "left out"), ("it", "left out")]


def test_a_row_that_is_only_a_number_says_what_it_is() -> None:
    assert draw(Example("12", "a -> b", {}, {}, 1.0), "").row == "row 12"


def test_names_cannot_break_out_of_a_label() -> None:
    evil = replace(examples(1)[0], row="<script>")
    label = pictures.picture(PICTURE, "", '"><script>alert(1)</script>')
    assert "<script>" not in label
    assert draw(evil, "").row == "<script>"  # the template escapes it
