"""Every kind of signal: what it accepts, what it refuses and why, how far values are apart, and its JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from endwise.errors import DeclarationError
from endwise.system.signals import (
    KINDS,
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
    from_json,
)

LAW = settings(max_examples=100, deadline=None)
SEX = Category("sex", values=("F", "M"))
GAP = Number("gap", unit="m", low=0, high=100)
EVERY: list[Signal] = [
    Image("xray", size=(3, 2)),
    Image("colour", size=(2, 3), channels=3),
    Stack("patches", count=2, size=(2, 2)),
    Mask("mask", size=(2, 2), values=("sky", "road")),
    Audio("sound", rate=8000),
    Frames("mfcc", size=2),
    Points("joints", count=2, on="xray", labels=("tip", "base")),
    Box("face", on="xray"),
    GAP,
    Vector("lengths", size=3, unit="mm", labels=("a", "b", "c")),
    SEX,
    Identity("who", people=("Ada", "Grace")),
    Symbols("phonemes", alphabet=("a", "b", "c")),
    Segments("phones", alphabet=("a", "b", "c")),
    Posteriors("heard", labels=("a", "b"), rate=100),
    Text("words"),
    Gallery("people", size=2),
    Parts("situation", parts=(GAP, SEX, Frames("path", size=2), Parts("inner", parts=(Text("sign"),)))),
]
floats = st.floats(-1000, 1000, width=32)


def values(signal: Signal) -> st.SearchStrategy[Any]:  # noqa: C901  one case a kind
    """What a person may hand over for `signal`: nested lists, names, plain numbers."""

    def table(*shape: int) -> st.SearchStrategy[Any]:
        inner: st.SearchStrategy[Any] = floats
        for size in reversed(shape):
            inner = st.lists(inner, min_size=size, max_size=size)
        return inner

    def pixels(most: int) -> st.SearchStrategy[Any]:
        count = int(np.prod(signal.shape))  # type: ignore[arg-type]
        return st.lists(st.integers(0, most), min_size=count, max_size=count).map(
            lambda flat: np.array(flat, np.uint8).reshape(signal.shape)  # type: ignore[arg-type]
        )

    match signal:
        case Image() | Stack():
            return pixels(255)
        case Mask():
            return pixels(len(signal.values) - 1)
        case Audio():
            return st.lists(st.floats(-1, 1, width=32), max_size=5)
        case Frames():
            return st.lists(table(signal.size), min_size=1, max_size=4)
        case Points():
            return table(signal.count, 2) | table(2 * signal.count)
        case Box():
            sides = st.floats(0.5, 100, width=32)
            return st.tuples(floats, floats, sides, sides).map(lambda v: (v[0], v[1], v[0] + v[2], v[1] + v[3]))
        case Number():
            return st.floats(signal.low, signal.high, width=32)
        case Vector():
            return table(signal.size)
        case Category():
            return st.sampled_from(signal.values).flatmap(lambda v: st.sampled_from([v, f" {v} "]))
        case Identity():
            return st.sampled_from(["Ada", " Grace", "somebody else", "7"])
        case Symbols():
            chosen = st.lists(st.sampled_from(signal.alphabet), max_size=5)
            return chosen | chosen.map(" ".join)
        case Posteriors():
            return st.lists(st.floats(0, 1, width=32).map(lambda chance: [chance, 1 - chance]), min_size=1, max_size=4)
        case Segments():
            lasting = st.tuples(st.sampled_from(signal.alphabet), st.floats(0, 1, width=16), st.floats(0, 1, width=16))
            return st.lists(lasting, max_size=4).map(
                lambda rows: [(name, at + start, at + 1 + length) for at, (name, start, length) in enumerate(rows)]
            )
        case Text():
            return st.text(max_size=12)
        case Gallery():
            return st.dictionaries(st.text(min_size=1, max_size=3), table(signal.size), max_size=3)
        case Parts():
            return st.fixed_dictionaries({part.name: values(part) for part in signal.parts})
    raise AssertionError(signal)


some = st.sampled_from(EVERY)


def test_every_kind_is_tried() -> None:
    assert {signal.kind for signal in EVERY} == set(KINDS)


@LAW
@given(st.data())
def test_what_a_person_hands_over_becomes_the_batch_form(data: st.DataObject) -> None:
    signal = data.draw(some)
    checked = signal.check(data.draw(values(signal)))
    match signal:
        case Text():
            assert isinstance(checked, str)
        case Gallery() | Parts():
            assert isinstance(checked, dict)
        case _:
            assert len(np.shape(checked)) == len(signal.shape)
            assert all(w in (None, g) for w, g in zip(signal.shape, np.shape(checked), strict=True))
            assert np.asarray(checked).dtype == (
                np.uint8 if signal.kind in ("image", "stack", "mask") else
                np.int32 if signal.kind in ("category", "symbols") else np.float32
            )  # fmt: skip
    assert signal.show(checked) is not None


@LAW
@given(st.data())
def test_distance_is_zero_to_itself_and_never_negative(data: st.DataObject) -> None:
    signal = data.draw(some)
    one, other = (signal.check(data.draw(values(signal))) for _ in range(2))
    assert signal.distance(one, one) == 0
    assert signal.distance(other, one) >= 0
    assert isinstance(signal.distance(other, one), float)


@pytest.mark.parametrize("signal", EVERY, ids=lambda signal: signal.name)
def test_a_declaration_is_read_back_from_json(signal: Signal) -> None:
    text = json.dumps(signal.to_json(), allow_nan=False)
    assert from_json(json.loads(text)) == signal
    assert hash(from_json(json.loads(text))) == hash(signal)


@LAW
@given(
    st.sampled_from([Number, Box, Text, Audio]),
    st.from_regex(r"[a-z][a-z0-9_./]{0,8}", fullmatch=True),
    st.text(max_size=5),
)
def test_names_and_units_travel(kind: type[Signal], name: str, unit: str) -> None:
    signal = kind(name, unit=unit)
    assert from_json(signal.to_json()) == signal


def test_lists_in_a_declaration_are_as_good_as_tuples() -> None:
    listed = Category("sex", values=["F", "M"])  # type: ignore[arg-type]
    assert listed == SEX
    assert hash(listed) == hash(SEX)
    assert hash(Image("x", size=[3, 2])) == hash(Image("x", size=(3, 2)))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", "1st", "a b", "a,b", "a:b", "a->b", "a-", "a[b", "-a", "_a"])
def test_a_name_that_designs_cannot_be_written_with_is_refused(name: str) -> None:
    if name == "_a":
        assert Number(name).name == name  # an underscore may lead
        return
    with pytest.raises(DeclarationError) as error:
        Number(name)
    assert error.value.asked == f"A signal was called {name!r}."
    assert error.value.do == "Rename the signal (or the column it is read from)."


@pytest.mark.parametrize("name", ["age", "größe", "left.hand/tip", "a-b", "年齢", "x1"])
def test_names_of_all_languages_are_taken(name: str) -> None:
    assert Number(name).name == name


def signal_of(kind: str) -> Signal:
    return next(signal for signal in EVERY if signal.kind == kind)


NAN = float("nan")
REFUSED: list[tuple[str, Any, str]] = [
    ("image", np.zeros((3, 2)), "is not a picture of 8-bit values but of float64"),
    ("image", np.zeros((2, 2), np.uint8), "is a picture of shape (2, 2), expected (3, 2)"),
    ("stack", np.zeros((1, 2, 2), np.uint8), "is a picture of shape (1, 2, 2), expected (2, 2, 2)"),
    ("mask", np.full((2, 2), 2, np.uint8), "holds class 2, but only 2 classes are declared"),
    ("audio", [[0.0, 1.0]], "is not a mono recording: expected any numbers, found 1 x 2"),
    ("audio", [0.0, NAN], "holds NaN or an infinite number"),
    ("frames", [[1, 2, 3]], "is not a sequence of vectors: expected any x 2 numbers, found 1 x 3"),
    ("points", [[1, 2]], "has 1 points, expected 2"),
    ("points", [1, 2, 3], "is not 2 points (x, y): expected 2 x 2 numbers, found 3"),
    ("points", [[1, 2], [3]], "is not 2 points (x, y): [[1, 2], [3]]"),
    ("points", [[1, 2], [3, float("inf")]], "holds NaN or an infinite number"),
    ("points", "none", "is not 2 points (x, y): 'none'"),
    ("box", [0, 0, 0, 5], "is an empty box: [0.0, 0.0, 0.0, 5.0]"),
    ("box", [0, 0, 1], "is not a box (left, top, right, bottom): expected 4 numbers, found 3"),
    ("number", "ten", "is not a number: 'ten'"),
    ("number", "", "is not a number: ''"),
    ("number", [1.0], "is not a number: expected a single value numbers, found 1"),
    ("number", 101, "is 101, outside 0..100"),
    ("number", -0.5, "is -0.5, outside 0..100"),
    ("number", NAN, "holds NaN or an infinite number"),
    ("number", None, "holds NaN or an infinite number"),
    ("number", 1e300, "holds NaN or an infinite number"),
    ("number", 10**400, "is not a number: 1000000000000000000000000000000000000..."),
    ("vector", [1, 2], "is not 3 numbers: expected 3 numbers, found 2"),
    ("category", "X", "is 'X', not one of F, M"),
    ("symbols", "a d", "holds 'd', which is not in the alphabet"),
    ("text", 7, "is not text: 7"),
    ("gallery", [1, 2], "is not a named set: [1, 2]"),
    ("gallery", {"ann": [1]}, "is not 2 numbers: expected 2 numbers, found 1"),
    ("parts", 3, "is not a structure of named parts: 3"),
    ("parts", {"gap": 1}, "lacks the part 'sex'"),
    ("parts", {"gap": 200, "sex": "F", "path": [[0, 0]], "inner": {"sign": ""}}, "is 200, outside 0..100"),
]


@pytest.mark.parametrize(("kind", "value", "reason"), REFUSED)
def test_a_bad_value_is_refused_in_plain_words(kind: str, value: Any, reason: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011  the text is compared whole
        signal_of(kind).check(value)
    assert str(error.value) == reason


def test_limits_hold_at_the_precision_that_values_are_kept_in() -> None:
    for limit in (0.1, 0.7, 1 / 3, 119.9):
        assert Number("n", high=limit).check(limit) == np.float32(limit)
        assert Number("n", low=limit).check(str(limit)) == np.float32(limit)


def test_distances_are_those_of_their_definitions() -> None:
    assert Text("t").distance("the cat sat", "the dog sat down") == pytest.approx(2 / 4)
    assert Symbols("s", alphabet=("a", "b")).distance([0, 1, 1], [0, 1]) == pytest.approx(1 / 2)
    assert Box("b").distance([0, 0, 2, 2], [1, 0, 3, 2]) == pytest.approx(1 - 2 / 6)
    assert Box("b").distance([0, 0, 1, 1], [5, 5, 6, 6]) == 1
    assert Points("p", count=2).distance([[0, 0], [3, 4]], [[0, 0], [0, 0]]) == pytest.approx(2.5)
    assert Vector("v", size=2).distance([1, 5], [2, 2]) == 2
    assert Number("n").distance(3, 7) == 4
    assert SEX.distance(0, 1) == 1
    assert Mask("m", size=(1, 4)).distance([[0, 1, 1, 0]], [[0, 1, 0, 1]]) == 0.5
    assert Image("i", size=(1, 1)).distance([[255]], [[0]]) == 1
    assert Gallery("g", size=1).distance({"a": [1], "b": [2]}, {"a": [1], "c": [2]}) == pytest.approx(2 / 3)
    assert Parts("p", parts=(GAP, SEX)).distance({"gap": 1, "sex": 0}, {"gap": 2, "sex": 1}) == 1
    assert Audio("a").distance([0.0, 1.0], [0.0, 0.0]) == pytest.approx(np.sqrt(0.5))
    assert Frames("f", size=2).distance([[3, 4], [0, 0]], [[0, 0], [0, 0]]) == pytest.approx(2.5)


@given(st.lists(st.sampled_from("abc"), max_size=5), st.lists(st.sampled_from("abc"), max_size=5))
@settings(max_examples=100, deadline=None)
def test_the_edit_distance_is_the_shortest_way(found: list[str], true: list[str]) -> None:
    def shortest(one: tuple[str, ...], two: tuple[str, ...]) -> int:
        if not one or not two:
            return len(one) + len(two)
        if one[0] == two[0]:
            return shortest(one[1:], two[1:])
        return 1 + min(shortest(one[1:], two), shortest(one, two[1:]), shortest(one[1:], two[1:]))

    distance = Text("t").distance(" ".join(found), " ".join(true))
    assert distance * max(len(true), 1) == pytest.approx(shortest(tuple(found), tuple(true)))


@pytest.mark.parametrize(
    ("declare", "fault"),
    [
        (lambda: Image("x", size=64), r"Its size is 64, and has to be (height, width) in pixels, both 1 or more."),
        (lambda: Image("x", size=(64, 0)), r"Its size is (64, 0), and has to be (height, width)"),
        (lambda: Image("x", channels=2), "It has 2 channels, and has to have 1 (grey) or 3 (red, green, blue)."),
        (lambda: Stack("x", count=2.5), "Its count is 2.5, and has to be a whole number of 1 or more."),
        (lambda: Mask("x", values=("road", "road")), "Its values: 'road' is among them more than once."),
        (lambda: Points("x", count=0), "Its count is 0, and has to be a whole number of 1 or more."),
        (lambda: Points("x", count=2, labels=("tip",)), "Its labels: 1, for 2."),
        (lambda: Vector("x", size=0), "Its size is 0, and has to be a whole number of 1 or more."),
        (lambda: Vector("x", size=True), "Its size is True, and has to be a whole number of 1 or more."),
        (lambda: Number("x", low=3, high=3), "It lies between 3 and 3, where there is no number."),
        (lambda: Category("x", values=("a", "b", "a")), "Its values: 'a' is among them more than once."),
        (lambda: Category("x", ("F", "M")), "Its unit is ('F', 'M'), and has to be a word: what follows the name"),  # type: ignore[arg-type]
        (lambda: Category("x", values="FM"), "Its values: 'FM'. That has to be a list of words."),
        (lambda: Category("x", values=(0, 1)), "Its values: (0, 1). That has to be a list of words."),
        (lambda: Audio("x", rate=0), "Its rate is 0, and has to be a whole number of 1 or more."),
        (lambda: Frames("x", size=-1), "Its size is -1, and has to be a whole number of 1 or more."),
        (lambda: Symbols("x", alphabet=("a", "a")), "Its alphabet: 'a' is among them more than once."),
        (lambda: Gallery("x", size=None), "Its size is None, and has to be a whole number of 1 or more."),
        (lambda: Parts("x", parts=(Number("a"), Number("a"))), "Its parts: 'a' is among them more than once."),
    ],
)  # fmt: skip
def test_a_declaration_that_no_row_can_meet_is_refused(declare: Callable[[], Signal], fault: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        declare()
    assert str(refused.value).startswith("The signal 'x' of kind ")
    assert fault in str(refused.value)
    assert "\nWrite for example ew." in str(refused.value)


@pytest.mark.parametrize("kind", KINDS.values())
def test_the_example_of_every_kind_is_one(kind: type[Signal]) -> None:
    import endwise as ew

    parts = {"lane": ew.Number("lane"), "gap": ew.Number("gap")}
    assert isinstance(eval(kind.example, {"ew": ew, **parts}), kind)
