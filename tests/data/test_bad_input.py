"""Contracts of bad input: each kind is found by `inspect` with its file, row, column and reason."""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from endwise.data.folder import Inspection, inspect
from endwise.data.rows import Rows
from endwise.errors import RowsError
from endwise.system.signals import Box, Category, Image, Number, Points, Signal, Symbols, Vector

AGE = Number("age", low=0, high=240)
JOINTS = Points("joints", count=2)
SEX = Category("sex", values=("F", "M"))
XRAY = Image("xray", size=(8, 6))

Write = Callable[..., Path]
Problems = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("signal", "cell", "reason"),
    [
        (AGE, "nan", "holds NaN or an infinite number"),
        (AGE, "inf", "holds NaN or an infinite number"),
        (AGE, "1e999", "holds NaN or an infinite number"),
        (Number("age"), "1e39", "holds NaN or an infinite number"),
        (AGE, "241", "is 241, outside 0..240"),
        (AGE, "tall", "is not a number: 'tall'"),
        (AGE, "3,5", "is not a number: '3,5'"),
        (JOINTS, "[[1, 2], [3, 4], [5, 6]]", "has 3 points, expected 2"),
        (JOINTS, "1 2 3 4 5 6", "has 3 points, expected 2"),
        (JOINTS, "1 2 3", "is not 2 points (x, y): expected 2 x 2 numbers, found 3"),
        (JOINTS, "[[1, 2], [3, NaN]]", "holds NaN or an infinite number"),
        (JOINTS, "[[1, 2], [3, null]]", "holds NaN or an infinite number"),
        (JOINTS, "[[1, 2], [3]]", "is not points: '[[1, 2], [3]]'"),
        (JOINTS, "[[1, 2], [3, 4]", "is not points: '[[1, 2], [3, 4]'"),
        (Box("box"), "5 5 1 1", "is an empty box: [5.0, 5.0, 1.0, 1.0]"),
        (Vector("lengths", size=2), "1 2 3", "is not 2 numbers: expected 2 numbers, found 3"),
        (SEX, "X", "is 'X', not one of F, M"),
        (SEX, "nan", "is 'nan', not one of F, M"),
        (Symbols("phones", alphabet=("a", "b")), "a c", "holds 'c', which is not in the alphabet"),
    ],
)  # fmt: skip
def test_a_bad_value_is_named_with_its_line_and_column(
    table: Write, problems: Problems, signal: Signal, cell: str, reason: str
) -> None:
    quoted = cell.replace('"', '""')
    good = {"age": "9", "joints": "1 2 3 4", "box": "1 1 2 2", "lengths": "1 2", "sex": "F", "phones": "a"}[signal.name]
    table("rows.csv", f"note,{signal.name}", f'x,"{good}"', f'x,"{quoted}"', "x,")
    assert problems([signal]) == [f"rows.csv, line 3, {signal.name}: {reason}"]


def test_a_column_of_the_wrong_type_is_one_problem(table: Write, problems: Problems) -> None:
    table("rows.csv", "age,sex", "tall,F", "small,M", ",F", "tall,M")
    assert problems([AGE, SEX]) == [
        "rows.csv, age: is a column of the wrong type: all 3 cells fail, the first is not a number: 'tall'"
    ]


class TestFiles:
    def test_a_missing_file(self, table: Write, draw: Write, problems: Problems) -> None:
        draw("a.png")
        table("rows.csv", "xray,age", "a.png,1", "b.png,2")
        assert problems() == ["rows.csv, line 3, xray: names 'b.png', which is not there"]

    def test_a_folder_in_place_of_a_file(self, table: Write, tmp_path: Path, problems: Problems) -> None:
        (tmp_path / "a.png").mkdir()
        table("rows.csv", "xray", "a.png")
        assert problems() == ["rows.csv, line 2, xray: names 'a.png', which is not a file"]

    def test_an_unreadable_picture(self, table: Write, problems: Problems) -> None:
        table("a.png", "no picture")
        table("b.png")
        table("rows.csv", "xray", "a.png", "b.png")
        assert problems() == [
            "rows.csv, line 2, xray: names 'a.png', which is not a picture in a known format",
            "rows.csv, line 3, xray: names 'b.png', which is not a picture in a known format",
        ]

    @pytest.mark.parametrize("ending", ["png", "jpg", "bmp", "tif"])
    def test_a_truncated_picture(self, table: Write, draw: Write, problems: Problems, ending: str) -> None:
        file = draw(f"a.{ending}", size=(60, 80))
        file.write_bytes(file.read_bytes()[:-40])
        table("rows.csv", "xray,age", f"a.{ending},1")
        (found,) = problems()
        assert found.startswith(f"rows.csv, line 2, xray: names 'a.{ending}', which cannot be read as a picture (")

    @pytest.mark.parametrize("side", [9_000, 20_000])
    def test_a_decompression_bomb_is_not_decoded(self, table: Write, problems: Problems, side: int) -> None:
        def chunk(kind: bytes, body: bytes) -> bytes:
            return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

        head = side.to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
        png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
        table("big.png", png)
        table("rows.csv", "xray", "big.png")
        assert problems() == [
            "rows.csv, line 2, xray: names 'big.png',"
            " which has more than 64,000,000 pixels, the limit, and was not decoded"
        ]

    def test_a_path_that_leaves_the_folder(self, tmp_path: Path, draw: Write, table: Write) -> None:
        outside = draw("outside.png")
        draw("hands/in/a.png")
        (tmp_path / "hands/link.png").symlink_to(outside)
        (tmp_path / "hands/door").symlink_to(tmp_path)
        (tmp_path / "hands/inner.png").symlink_to(tmp_path / "hands/in/a.png")
        names = ["../outside.png", str(outside), "link.png", "door/outside.png", "in/../in/a.png", "inner.png"]
        table("hands/rows.csv", "xray", *names)
        found = inspect(tmp_path / "hands", [XRAY], cache=tmp_path / "cache")
        assert [str(problem) for problem in found.problems] == [
            "rows.csv, line 2, xray: names '../outside.png', which leaves the folder",
            f"rows.csv, line 3, xray: names '{outside}', which leaves the folder",
            "rows.csv, line 4, xray: names 'link.png', a link that leaves the folder",
            "rows.csv, line 5, xray: names 'door/outside.png', which leaves the folder",
        ]
        assert found.usable == 2  # dots and links that stay inside are fine

    @pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such a name")
    def test_names_that_are_not_utf8(self, tmp_path: Path, draw: Write, problems: Problems) -> None:
        file = draw("F/a.png")
        draw("M/b.png")
        os.rename(os.fsencode(file), os.fsencode(tmp_path) + b"/F/\xe9.png")  # noqa: PTH104 - bytes
        assert problems([XRAY, SEX]) == [r"F/\udce9.png: has a name that is not UTF-8: rename the file"]

    def test_a_name_with_a_null_or_half_a_character(self, table: Write, problems: Problems) -> None:
        table("rows.jsonl", r'{"xray": "a\u0000.png"}', r'{"xray": "\udce9.png"}')
        assert problems() == [
            r"rows.jsonl, line 1, xray: names 'a\x00.png', which no file can be called",
            r"rows.jsonl, line 2, xray: names '\udce9.png', which no file can be called",
        ]

    def test_links_in_a_ring(self, tmp_path: Path, table: Write, problems: Problems) -> None:
        (tmp_path / "a.png").symlink_to("b.png")
        (tmp_path / "b.png").symlink_to("a.png")
        table("rows.csv", "xray,age", "a.png,1")
        (found,) = problems()
        assert found.startswith("rows.csv, line 2, xray: names 'a.png', ")

    def test_a_cell_that_is_no_path(self, table: Write, problems: Problems) -> None:
        table("rows.jsonl", '{"xray": {"bytes": "abc"}, "age": 1}', '{"age": 2}')
        assert problems() == ["rows.jsonl, line 1, xray: is not a path: {'bytes': 'abc'}"]


class TestTables:
    def test_an_empty_table(self, table: Write, problems: Problems) -> None:
        table("a.csv").write_bytes(b"")
        table("b.csv", "age,sex")
        table("c.jsonl", "", "")
        assert problems() == [
            "a.csv: is empty: it has no bytes",
            "b.csv: is empty: it has no rows",
            "c.jsonl: is empty: it has no rows",
        ]

    def test_lines_of_another_length(self, table: Write, look: Callable[..., Inspection]) -> None:
        table("rows.csv", "age,sex", "1,F", "2", "", '"3\n",M,x', "4,M")
        found = look([AGE, SEX])
        assert [str(problem) for problem in found.problems] == [
            "rows.csv, line 3: has 1 cell, the header has 2",
            "rows.csv, line 5: has 3 cells, the header has 2",
        ]
        assert (found.rows, found.usable) == (4, 2)

    def test_an_open_quotation_mark(self, table: Write, problems: Problems) -> None:
        table("rows.csv", "age,sex", "1,F", '2,"M', "3,F")
        (found,) = problems([AGE, SEX])
        assert found.startswith("rows.csv, line 4: cannot be read as CSV (unexpected end of data)")

    def test_two_columns_of_one_name(self, table: Write, problems: Problems) -> None:
        table("rows.csv", "age,sex,age", "1,F,2")
        assert problems([AGE, SEX]) == ["rows.csv, line 1, age: is the name of two columns"]

    def test_a_name_twice_in_a_json_line(self, table: Write, problems: Problems) -> None:
        table("rows.jsonl", '{"age": 1, "age": 2}', '{"age": 1}', "[1]", "{")
        first, second, third = problems([AGE])
        assert first == "rows.jsonl, line 1: is not a JSON object (the name 'age' occurs twice)"
        assert second == "rows.jsonl, line 3: is not a JSON object (but list)"
        assert third.startswith("rows.jsonl, line 4: is not a JSON object (Expecting property name")

    def test_a_table_that_is_not_utf8(self, table: Write, problems: Problems) -> None:
        table("a.csv", "age,words", "1,fine", "2,caf\xe9".encode("latin-1"))
        table("b.csv", "age\n1".encode("utf-16"))
        assert problems([AGE]) == [
            "a.csv, line 3: is not UTF-8 (byte 0xE9): save the table as UTF-8",
            "b.csv, line 1: is UTF-16, not UTF-8: save it as UTF-8",
        ]

    def test_a_duplicate_id(self, table: Write, problems: Problems) -> None:
        table("rows.csv", "id,age", "a,1", "b,2", "a,3", ",4", ",5")
        assert problems([AGE]) == ["rows.csv, line 4, id: is 'a', as on line 2 already"]

    def test_a_split_that_is_neither(self, table: Write, problems: Problems) -> None:
        table("rows.csv", "age,part", "1,train", "2,TEST", "3,maybe", "4,")
        assert problems([AGE], split="part") == ["rows.csv, line 4, part: is 'maybe', neither train, test nor side"]

    def test_parquet_that_is_none(self, table: Write, problems: Problems) -> None:
        table("rows.parquet", "no parquet")
        (found,) = problems([AGE])
        assert found.startswith("rows.parquet: cannot be read as Parquet (")

    def test_parquet_counts_rows_and_tells_null_from_nan(self, tmp_path: Path, look: Callable[..., Inspection]) -> None:
        columns = {"age": pa.array([1.0, None, float("nan")]), "joints": pa.array([[1, 2, 3, 4], None, [1.0]])}
        pq.write_table(pa.table(columns), tmp_path / "rows.parquet")
        found = look([AGE, JOINTS])
        assert [str(problem) for problem in found.problems] == [
            "rows.parquet, row 3, age: holds NaN or an infinite number",
            "rows.parquet, row 3, joints: is not 2 points (x, y): expected 2 x 2 numbers, found 1",
        ]
        assert (found.usable, found.labels) == (2, {"age": 1, "joints": 1})


class TestNothingToRead:
    """Where there is nothing to inspect, the error says what is there instead."""

    def read(self, path: Path, signals: list[Signal] | None = None, **options: str) -> str:
        with pytest.raises(RowsError) as error:
            inspect(path, signals or [XRAY, AGE], cache=path / ".cache", **options)
        return str(error.value)

    def test_no_such_folder(self, tmp_path: Path) -> None:
        (tmp_path / "hands").mkdir()
        assert self.read(tmp_path / "hand") == (
            f"Rows were to be read from {tmp_path}/hand.\nThere is no such file or folder.\n"
            "Rows are read from a folder or a table.\nBeside it: hands."
        )

    def test_a_file_that_is_no_table(self, draw: Write) -> None:
        assert "It is a .png.\n" in self.read(draw("a.png"))

    def test_no_table(self, tmp_path: Path, table: Write) -> None:
        table("readme.md", "hands")
        message = self.read(tmp_path)
        assert (
            "It holds readme.md.\nThere is no table (.csv, .tsv, .jsonl, .ndjson, .parquet) directly in it" in message
        )

    def test_no_column(self, tmp_path: Path, table: Write) -> None:
        table("rows.csv", "Age,height", "1,2")
        assert "Its columns are Age, height.\nNone of them is a signal's.\n" in self.read(tmp_path)

    @pytest.mark.parametrize("what", ["group", "split"])
    def test_no_key_column(self, tmp_path: Path, table: Write, what: str) -> None:
        table("rows.csv", "age,patient", "1,a")
        message = self.read(tmp_path, [AGE], **{what: "patien"})
        assert message.endswith(
            "The columns are age, patient.\nNo table has a column 'patien'.\nDid you mean 'patient'?"
        )


class TestReading:
    """`from_folder` refuses what `inspect` lists, or leaves those rows out on request."""

    def test_the_first_problems_are_spelled_out_and_the_rest_counted(self, tmp_path: Path, table: Write) -> None:
        table("rows.csv", "age,sex", *(f"{250 + i},F" for i in range(13)), "9,M")
        with pytest.raises(RowsError) as error:
            Rows.from_folder(tmp_path, [AGE, SEX])
        assert error.value.asked == f"Rows with age, sex were to be read from {tmp_path}."
        first, *lines = error.value.here.splitlines()
        assert first == "13 of 14 rows cannot be used. There are 13 problems:"
        assert lines[0] == "  rows.csv, line 2, age: is 250, outside 0..240"
        assert lines[-1] == "  and 3 more"
        assert error.value.why == "A bad value is never taken for a label, and no row is dropped silently."
        assert "skip_bad=True (--skip-bad)" in error.value.do

    def test_skip_bad_leaves_whole_rows_out_and_names_them(self, tmp_path: Path, table: Write) -> None:
        table("rows.csv", "id,age,sex", "a,1,F", "b,nan,M", "c,3,X", "d,4,M", "e,5")
        rows = Rows.from_folder(tmp_path, [AGE, SEX], skip_bad=True)
        assert rows.ids.tolist() == ["a", "d"]
        assert rows.counts == {"age": 2, "sex": 2}
        assert repr(rows) == "<Rows 2: age 2, sex 2; 3 problems left out>"
        assert [problem.row for problem in rows.problems] == [6, 3, 4]

    def test_skip_bad_with_no_good_row_is_refused(self, tmp_path: Path, table: Write) -> None:
        table("rows.csv", "age", "nan")
        with pytest.raises(RowsError, match=r"1 of 1 row cannot be used\. There is 1 problem:"):
            Rows.from_folder(tmp_path, [AGE], skip_bad=True)

    def test_rows_with_a_bad_picture_are_left_out(self, tmp_path: Path, table: Write, draw: Write) -> None:
        for name in "abc":
            draw(f"{name}.png", shade=ord(name))
        table("b.png", "no picture")
        table("rows.csv", "xray,age", "a.png,1", "b.png,2", "c.png,3", ",4")
        rows = Rows.from_folder(tmp_path, [XRAY, AGE], skip_bad=True, cache=tmp_path / "cache")
        assert rows.take("age", [0, 1, 2]).tolist() == [1, 3, 4]
        assert rows.has("xray").tolist() == [True, True, False]
        assert (rows.take("xray", [1])[0] == np.asarray(PIL.Image.open(tmp_path / "c.png"))).all()
