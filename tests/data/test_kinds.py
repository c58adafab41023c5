"""Kinds read off the data, as a stranger's folder has them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from endwise.data.kinds import infer
from endwise.data.rows import Rows
from endwise.errors import RowsError, UsageError
from endwise.system.signals import Box, Category, Image, Number, Points, Symbols, Text, Vector

Write = Callable[..., Path]


def test_each_kind_is_told_by_its_cells(tmp_path: Path, table: Write, draw: Write) -> None:
    for i in range(4):
        draw(f"{i}.png")
    said = ["the lane is clear", "a car brakes", "turn left now", "stop"]
    lines = [
        {"xray": f"{i}.png", "tips": [[1, 2], [3, 4]], "bones": [1.5, 2, 3], "mm_per_px": 0.1, "age": 3 * i}
        | {"sex": "FM"[i % 2], "phones": ["a", "b"][: i + 1], "said": said[i], "whole": bool(i % 2)}
        for i in range(4)
    ]  # fmt: skip
    table("rows.jsonl", *map(json.dumps, lines))
    signals = infer(tmp_path, list(lines[0]))
    assert signals == {
        "xray": Image("xray", size=(8, 6)),
        "tips": Points("tips", count=2, on="xray"),
        "bones": Vector("bones", size=3),
        "mm_per_px": Number("mm_per_px", unit="mm/px"),
        "age": Number("age"),
        "sex": Category("sex", values=("F", "M")),
        "phones": Symbols("phones", alphabet=("a", "b")),
        "said": Text("said", alphabet=" abcefhiklnoprstuw"),
        "whole": Category("whole", values=("False", "True")),
    }
    assert Rows.from_folder(tmp_path, list(signals.values()), cache=tmp_path / "cache").counts["bones"] == 4


def test_a_text_that_is_read_may_hold_any_character(tmp_path: Path, table: Write) -> None:
    table("rows.csv", "title,note,reply", *(f"new {n},seen {n},no" for n in range(4)))
    kinds = dict.fromkeys(("title", "note", "reply"), "text")
    signals = infer(tmp_path, ["title", "reply"], given=["note"], kinds=kinds)
    assert signals == {"title": Text("title"), "reply": Text("reply", alphabet="no"), "note": Text("note")}


def test_lists_in_a_csv(tmp_path: Path, table: Write) -> None:
    table("rows.csv", "tips,bones,price", '"[[1,2],[3,4]]",1 2 3,"3,5"', '"[[1,2],[3,4]]",4;5;6,"4,5"', ",,", ",,")
    assert infer(tmp_path, ["tips", "bones"]) == {
        "tips": Points("tips", count=2, unit=""),  # there is no picture that they could lie on
        "bones": Vector("bones", size=3),
    }


@pytest.mark.parametrize("cells", [["3,5", "4,5", ""], ["82.1 %", "9%", "7"], ["82,090", "1'000.5", "x"]])
def test_numbers_written_otherwise_are_no_names(tmp_path: Path, table: Write, cells: list[str]) -> None:
    table("rows.csv", "price", *(f'"{cell}"' for cell in cells))
    with pytest.raises(RowsError) as raised:
        infer(tmp_path, ["price"])
    assert "They look like numbers, but a number has a point and nothing else in it" in str(raised.value)
    assert "--kind price=category" in raised.value.do
    assert infer(tmp_path, ["price"], kinds={"price": "category"})["price"].kind == "category"


def test_numbers_with_many_words_among_them_are_no_names(tmp_path: Path, table: Write) -> None:
    table("rows.csv", "age", *map(str, range(9)), "NA", "NA")
    with pytest.raises(RowsError) as raised:
        infer(tmp_path, ["age"])
    assert raised.value.here == "2 of its 11 cells are no numbers, the first 'NA'."
    assert raised.value.do.startswith("Leave cells empty where a number is missing")


@pytest.mark.parametrize(
    "cells", [["10.0.0.1", "10.0.0.2"], ["2026-11-23", "2026-11-24"], ["3a", "4b"], ["NA", "1", "x"]]
)
def test_what_is_no_number_to_anybody_is_a_name(tmp_path: Path, table: Write, cells: list[str]) -> None:
    table("rows.csv", "made", *(cells * 3))
    assert infer(tmp_path, ["made"])["made"].kind == "category"


def test_kinds_can_be_said(tmp_path: Path, table: Write, draw: Write) -> None:
    draw("a.png")
    table("rows.csv", "xray,digit,face,said", *(f"a.png,{digit},1 1 2 2,a b" for digit in (10, 9, 2)))
    kinds = {"digit": "category", "face": "box", "said": "symbols"}
    assert infer(tmp_path, ["xray", "digit", "face", "said"], kinds=kinds) == {
        "xray": Image("xray", size=(8, 6)),
        "digit": Category("digit", values=("2", "9", "10")),
        "face": Box("face", on="xray"),
        "said": Symbols("said", alphabet=("a", "b")),
    }


def test_large_pictures_are_scaled_to_160(tmp_path: Path, table: Write, draw: Write) -> None:
    draw("a.png", size=(320, 240), mode="RGB")
    table("rows.csv", "camera", "a.png")
    assert infer(tmp_path, ["camera"]) == {"camera": Image("camera", size=(120, 160), channels=3)}


def test_pictures_of_many_sizes_get_the_median_one(tmp_path: Path, table: Write, draw: Write) -> None:
    for i, side in enumerate((20, 30, 40, 50, 60)):
        draw(f"{i}.png", size=(side, 2 * side))
    table("rows.csv", "camera", *(f"{i}.png" for i in range(5)))
    assert infer(tmp_path, ["camera"]) == {"camera": Image("camera", size=(80, 40))}


def test_folders_called_0_and_1_are_categories(tmp_path: Path, draw: Write) -> None:
    draw("0/a.png")
    draw("1/b.png")
    assert infer(tmp_path, ["picture", "digit"]) == {
        "picture": Image("picture", size=(8, 6)),
        "digit": Category("digit", values=("0", "1")),
    }


def test_one_bad_cell_in_ten_does_not_decide(tmp_path: Path, table: Write) -> None:
    table("rows.csv", "age", *map(str, range(9)), "tall")
    assert infer(tmp_path, ["age"]) == {"age": Number("age")}


def test_missing_pictures_are_left_to_the_inspection(tmp_path: Path, table: Write) -> None:
    table("rows.csv", "xray", "a.png", "../b.png")
    assert infer(tmp_path, ["xray"]) == {"xray": Image("xray")}


@pytest.mark.parametrize(
    ("names", "kinds", "error", "message"),
    [
        (["agee"], {}, RowsError, "None of them is a signal's"),
        (["age", "lenghts"], {}, RowsError, "There is no such column.\nDid you mean 'lengths'?"),
        (["age", "empty"], {}, RowsError, "That column is empty.\nFill it"),
        (["age"], {"age": "numbr"}, UsageError, "'numbr' is not among them.\nDid you mean 'number'?"),
        (["age"], {"lengths": "number"}, UsageError, "'lengths' is not among them"),
        (["age", "thing"], {}, RowsError, "That is none of the kinds that can be read off data"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_said(
    tmp_path: Path, table: Write, names: list[str], kinds: dict[str, str], error: type[Exception], message: str
) -> None:
    table("rows.jsonl", '{"age": 1, "lengths": [1, 2], "empty": "", "thing": {"a": 1}}')
    with pytest.raises(error) as raised:
        infer(tmp_path, names, kinds=kinds)
    assert message in str(raised.value)


def test_sound_files_give_their_rate(tmp_path: Path, table: Write) -> None:
    soundfile = pytest.importorskip("soundfile")
    soundfile.write(tmp_path / "a.wav", [0.0] * 80, 8000)
    table("rows.csv", "audio", "a.wav")
    assert infer(tmp_path, ["audio"])["audio"].to_json() == {"kind": "audio", "name": "audio", "unit": "", "rate": 8000}
