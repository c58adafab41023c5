"""Layouts, pools, groups, splits, and what happens to things measured on pictures that are resized."""

from __future__ import annotations

import json
import time
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
from endwise.system.signals import Box, Category, Image, Mask, Number, Points, Signal, Stack, Text, Vector

AGE = Number("age")
XRAY = Image("xray", size=(8, 6))
SEX = Category("sex", values=("F", "M"))
LENGTHS = Vector("lengths", size=2)

Write = Callable[..., Path]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Rows]:
    def rows(signals: list[Signal], path: str = "", **options: str) -> Rows:
        return Rows.from_folder(tmp_path / path, signals, cache=tmp_path / ".cache", **options)

    return rows


class TestTables:
    def test_the_same_rows_from_every_kind_of_table(
        self, tmp_path: Path, table: Write, read: Callable[..., Rows]
    ) -> None:
        lines = [{"id": "a", "age": 1.5, "lengths": [1, 2], "sex": "F"}, {"id": "b", "lengths": [3, 4], "sex": "M"}]
        table("a.csv", "id,age,lengths,sex", 'a,1.5,"[1, 2]",F', 'b,,"3,4",M')
        table("b.csv", "\ufeffid;age;lengths;sex", "a;1.5;1 2;F", "b; ;3 4;M")
        table("c.tsv", "id\tage\tlengths\tsex", "a\t1.5\t1 2\tF", "b\t\t3 4\tM")
        table("d.jsonl", *(json.dumps(line) for line in lines))
        pq.write_table(pa.Table.from_pylist(lines), tmp_path / "e.parquet")
        prints = {
            read([AGE, LENGTHS, SEX], name).fingerprint for name in ("a.csv", "b.csv", "c.tsv", "d.jsonl", "e.parquet")
        }
        assert len(prints) == 1

    def test_each_table_of_a_folder_is_a_pool(self, table: Write, read: Callable[..., Rows]) -> None:
        table("ages.csv", "lengths,age,patient", "1 2,10,p", "3 4,20,q")
        table("sexes.jsonl", '{"sex": "F", "patient": "p"}')
        table("prices.csv", "price", "1")
        rows = read([LENGTHS, AGE, SEX], group="patient")
        assert repr(rows) == "<Rows 3: lengths 2, age 2, sex 1; 2 groups>"
        assert rows.groups is not None
        assert rows.groups.tolist() == ["p", "q", "p"]
        assert rows.ids.tolist() == ["ages.csv:2", "ages.csv:3", "sexes.jsonl:1"]

    def test_ids_of_two_tables_are_told_apart(self, table: Write, read: Callable[..., Rows]) -> None:
        table("a.csv", "id,age", "1,10", "2,20")
        table("b.csv", "id,age", "2,10")
        rows = read([AGE])
        assert rows.ids.tolist() == ["1", "2", "b.csv:2"]
        assert (
            "1 id of several pools told apart by pool, as in 'b.csv:2'. Tables are not joined: what belongs to one row"
            " stands in one table."
        ) in rows.notes

    def test_what_was_not_read_is_named(self, table: Write, look: Callable[..., Inspection]) -> None:
        table("rows.csv", "Age,sex", "1,F")
        table("prices.csv", "price,price", "1,2")
        table("notes.txt", "hello")
        found = look([AGE, SEX])
        assert sorted(map(str, found.ignored)) == [
            "notes.txt: is none of .csv, .tsv, .jsonl, .ndjson, .parquet",
            "prices.csv: has none of the columns asked for, but price, price",
            "rows.csv, Age: no signal has this name. Did you mean 'age'?",
        ]
        assert found.notes == ("No table has a column 'age'. Did you mean 'Age'?",)
        assert repr(found) == "<Inspection 1 of 1 rows usable: age 0, sex 1; 0 problems>"

    def test_whole_numbers_that_gaps_turned_into_floats_are_categories_still(
        self, tmp_path: Path, read: Callable[..., Rows]
    ) -> None:
        pq.write_table(pa.table({"digit": pa.array([3.0, None, 1.0])}), tmp_path / "rows.parquet")
        rows = read([Category("digit", values=("1", "2", "3"))])
        assert rows.take("digit", [0, 2]).tolist() == [2, 0]

    def test_a_row_may_lack_everything(self, table: Write, read: Callable[..., Rows]) -> None:
        table("rows.csv", "age,sex", ",", "1,F")
        assert read([AGE, SEX]).counts == {"age": 1, "sex": 1}


class TestHuggingFace:
    def test_file_name_is_the_first_medium(self, table: Write, draw: Write, read: Callable[..., Rows]) -> None:
        draw("train/a.png")
        draw("test/b.png")
        table("train/metadata.csv", "file_name,age", "a.png,1")
        table("test/metadata.jsonl", '{"file_name": "b.png", "age": 2}')
        rows = read([XRAY, AGE])
        assert rows.counts == {"xray": 2, "age": 2}
        assert rows.split is not None
        assert dict(zip(rows.ids, rows.split, strict=True)) == {
            "train/metadata.csv:2": "train", "test/metadata.jsonl:1": "test",
        }  # fmt: skip
        assert "train/metadata.csv: the column file_name is read as 'xray'." in rows.notes

    def test_file_name_is_never_a_later_medium(self, table: Write, draw: Write, read: Callable[..., Rows]) -> None:
        draw("a.png")
        table("rows.csv", "xray,file_name,age", "a.png,somewhere.dcm,1")
        rows = read([XRAY, Stack("patches", count=2), AGE])
        assert rows.counts == {"xray": 1, "patches": 0, "age": 1}

    def test_a_bad_file_name_is_found_under_its_own_heading(
        self, table: Write, look: Callable[..., Inspection]
    ) -> None:
        table("metadata.csv", "file_name,age", "a.png,1")
        assert [str(one) for one in look([XRAY, AGE]).problems] == [
            "metadata.csv, line 2, file_name: names 'a.png', which is not there"
        ]

    def test_a_folder_a_class(self, draw: Write, read: Callable[..., Rows], look: Callable[..., Inspection]) -> None:
        for name in ("train/F/a.png", "train/M/b.png", "test/F/c.png"):
            draw(name)
        rows = read([XRAY, SEX])
        assert rows.ids.tolist() == ["test/F/c.png", "train/F/a.png", "train/M/b.png"]
        assert rows.take("sex", [0, 1, 2]).tolist() == [0, 0, 1]
        assert rows.split is not None
        assert rows.split.tolist() == ["test", "train", "train"]
        draw("train/X/d.png")
        assert [str(one) for one in look([XRAY, SEX]).problems] == [
            "train/X/d.png, folder name: is 'X', not one of F, M"
        ]

    def test_a_class_may_be_called_train(self, draw: Write, read: Callable[..., Rows]) -> None:
        for name in ("bus/a.png", "train/b.png", "test/c.png"):
            draw(name)
        rows = read([XRAY, Category("kind", values=("bus", "test", "train"))])
        assert rows.split is None
        assert rows.take("kind", [0, 1, 2]).tolist() == [0, 1, 2]

    def test_classes_beside_the_split_are_told(self, draw: Write, look: Callable[..., Inspection]) -> None:
        for name in ("train/F/a.png", "test/M/b.png", "M/c.png", "loose/F/d.png"):
            draw(name)
        found = look([XRAY, SEX])
        assert found.rows == 2
        assert [str(one) for one in found.ignored] == ["M: lies beside test/ and train/, which hold the rows"]


class TestDoubts:
    def test_copies_are_told_and_kept(self, table: Write, look: Callable[..., Inspection]) -> None:
        lines = [f"{at}.5,{'F' if at % 2 else 'M'}" for at in range(20)]
        table("rows.csv", "age,sex", *lines)
        assert look([AGE, SEX]).notes == ()
        table("backup.csv", "age,sex", *lines[:15], "0.25,F")
        found = look([AGE, SEX])
        assert found.usable == 36
        assert found.notes[0].startswith("15 rows of 36 are the same as an earlier row in every signal.")

    def test_files_of_one_name_in_two_folders_are_no_copies(self, draw: Write, look: Callable[..., Inspection]) -> None:
        for shade, name in enumerate(("train/F/a.png", "train/M/a.png", "test/F/a.png", "test/M/a.png"), 1):
            draw(name, shade=shade)
        assert not [note for note in look([XRAY, SEX]).notes if "the same as an earlier row" in note]

    def test_a_picture_is_known_by_any_name(self, draw: Write, look: Callable[..., Inspection]) -> None:
        for at in range(4):
            draw(f"train/F/a{at}.png", shade=at + 1)
            draw(f"test/F/b{at}.png", shade=at + 1)
            draw(f"test/M/c{at}.png", shade=at + 1)  # another label: no copy in every signal
        for _ in ("from the files", "from the cache"):
            assert look([XRAY, SEX]).notes[-1].startswith("4 rows of 12 are the same as an earlier row in every")

    def test_copies_in_one_group_are_no_doubt(self, table: Write, look: Callable[..., Inspection]) -> None:
        table("rows.csv", "age,sex,patient", *[f"{at // 2}.5,F,{at // 4}" for at in range(20)])
        assert look([AGE, SEX]).notes[0].startswith("10 rows of 20")
        assert look([AGE, SEX], group="patient").notes == ()
        table("rows.csv", "age,sex,patient", *[f"{at // 2}.5,F," for at in range(20)])
        assert look([AGE, SEX], group="patient").notes[0].startswith("10 rows of 20")

    def test_labels_alone_are_no_copies(self, table: Write, look: Callable[..., Inspection]) -> None:
        table("rows.csv", "age,sex", *["1,"] * 50)
        assert look([AGE, SEX]).notes == ()

    def test_digits_that_are_lost_are_told(self, table: Write, look: Callable[..., Inspection]) -> None:
        table("rows.csv", "age,sex", "16777216,F", "16777217,M", "1700000001,F", "0.1,M")
        (note,) = look([Number("age"), SEX]).notes
        assert note.startswith("'age': 2 numbers of more than seven digits lose the last ones, the first 16777217.")


class TestGroups:
    def test_rows_that_share_a_file_share_a_group(self, table: Write, draw: Write, read: Callable[..., Rows]) -> None:
        draw("a.png")
        draw("b.png")
        table("ages.csv", "xray,age", "a.png,1", "b.png,2")
        table("joints.csv", "xray,sex", "a.png,F")
        rows = read([XRAY, AGE, SEX])
        assert rows.groups is not None
        assert rows.groups.tolist() == ["file a.png", "", "file a.png"]
        assert "2 rows share a file with another row, and a group for that reason." in rows.notes

    def test_a_row_without_a_group_takes_that_of_its_file(
        self, table: Write, draw: Write, read: Callable[..., Rows]
    ) -> None:
        draw("a.png")
        table("ages.csv", "xray,age,patient", "a.png,1,p")
        table("joints.csv", "xray,sex", "a.png,F")
        rows = read([XRAY, AGE, SEX], group="patient")
        assert rows.groups is not None
        assert rows.groups.tolist() == ["p", "p"]

    def test_no_group_is_none(self, table: Write, read: Callable[..., Rows]) -> None:
        table("ages.csv", "age,part", "1,train", "2,val", "3,")
        rows = read([AGE], split="part")
        assert rows.groups is None
        assert rows.split is not None
        assert rows.split.tolist() == ["train", "train", ""]

    def test_rows_may_stand_at_the_side(self, table: Write, read: Callable[..., Rows]) -> None:
        table("ages.csv", "age,part", "1,train", "2,Side", "3,test")
        split = read([AGE], split="part").split
        assert split is not None
        assert split.tolist() == ["train", "side", "test"]


class TestResizing:
    def test_points_boxes_and_scale_move_with_their_picture(
        self, table: Write, draw: Write, read: Callable[..., Rows]
    ) -> None:
        draw("wide.png", size=(40, 20))
        draw("exact.png", size=(20, 20))
        table(
            "rows.csv",
            "xray,tip,box,mm_per_px",
            "wide.png,10 10,0 0 40 20,0.1",
            "exact.png,10 10,0 0 20 20,0.1",
            ",10 10,,0.1",
        )
        signals = [
            Image("xray", size=(20, 20)),
            Points("tip"),
            Box("box"),
            Number("mm_per_px", unit="mm/px", high=0.15),
        ]
        rows = read(signals)
        # 40 x 20 becomes 20 x 10, five pixels of black above and below
        assert rows.take("tip", [0, 1, 2]).reshape(3, 2).tolist() == [[5, 10], [10, 10], [10, 10]]
        assert rows.take("box", [0, 1]).tolist() == [[0, 5, 20, 15], [0, 0, 20, 20]]
        assert rows.take("mm_per_px", [0, 1, 2]) == pytest.approx([0.2, 0.1, 0.1])
        assert not rows.take("xray", [0])[0, :5].any()
        assert "1 row with 'tip' but no 'xray' kept the scale of the table." in rows.notes
        assert any(note.startswith("'xray': 1 of 2 pictures resized to 20 x 20") for note in rows.notes)

    def test_what_is_in_millimetres_or_on_another_picture_stays(
        self, table: Write, draw: Write, read: Callable[..., Rows]
    ) -> None:
        draw("a.png", size=(40, 40))
        draw("b.png", size=(20, 20))
        table("rows.csv", "xray,other,tip,end,far", "a.png,b.png,8 8,8 8,8 8")
        signals = [
            Image("xray", size=(20, 20)), Image("other", size=(20, 20)),
            Points("tip", on="xray"), Points("end", on="other"), Points("far", unit="mm"),
        ]  # fmt: skip
        rows = read(signals)
        assert [rows.take(name, [0]).ravel().tolist() for name in ("tip", "end", "far")] == [[4, 4], [8, 8], [8, 8]]

    def test_a_marked_pixel_is_found_at_the_moved_point(
        self, table: Write, tmp_path: Path, read: Callable[..., Rows]
    ) -> None:
        pixels = np.zeros((90, 60), np.uint8)
        pixels[57:63, 17:23] = 255  # a square centred on (20, 60)
        PIL.Image.fromarray(pixels).save(tmp_path / "a.jpg", quality=95)
        table("rows.csv", "xray,tip", "a.jpg,20 60")
        rows = read([Image("xray", size=(30, 40)), Points("tip")])
        picture, (x, y) = rows.take("xray", [0])[0].astype(float), rows.take("tip", [0])[0, 0]
        rows_, columns = np.indices(picture.shape) + 0.5
        weight = np.where(picture > 100, picture, 0)
        assert (weight * columns).sum() / weight.sum() == pytest.approx(x, abs=0.5)
        assert (weight * rows_).sum() / weight.sum() == pytest.approx(y, abs=0.5)


class TestCache:
    def test_files_are_decoded_once_and_again_when_they_change(
        self, tmp_path: Path, table: Write, draw: Write, read: Callable[..., Rows]
    ) -> None:
        file = draw("a.png", shade=3)
        table("rows.csv", "xray", "a.png")
        first = read([XRAY])
        (entry,) = (tmp_path / ".cache").iterdir()
        stamp = (entry / "media.values.npy").stat().st_mtime_ns
        assert read([XRAY]).fingerprint == first.fingerprint
        assert (entry / "media.values.npy").stat().st_mtime_ns == stamp
        time.sleep(0.01)
        draw("a.png", shade=5)
        assert file.exists()
        assert read([XRAY]).fingerprint != first.fingerprint

    def test_saved_rows_outlive_the_cache(
        self, tmp_path: Path, table: Write, draw: Write, read: Callable[..., Rows]
    ) -> None:
        draw("a.png")
        table("rows.csv", "xray", "a.png")
        rows = read([XRAY])
        rows.save(tmp_path / "store")
        for entry in (tmp_path / ".cache").rglob("*.npy"):
            entry.unlink()
        opened = Rows.open(tmp_path / "store")
        assert (opened.take("xray", [0])[0] == np.asarray(PIL.Image.open(tmp_path / "a.png"))).all()
        del opened.__dict__["fingerprint"]
        assert opened.fingerprint == rows.fingerprint

    def test_progress_counts_to_the_end(self, tmp_path: Path, table: Write, draw: Write) -> None:
        for i in range(40):
            draw(f"{i}.png")
        table("rows.csv", "xray", *(f"{i}.png" for i in range(40)))
        seen: list[tuple[int, int]] = []
        inspect(tmp_path, [XRAY], cache=tmp_path / "cache", progress=lambda done, total: seen.append((done, total)))
        assert seen == [(i, 40) for i in range(1, 41)]


def test_stacks_and_masks_are_read_from_their_files(
    tmp_path: Path, table: Write, draw: Write, read: Callable[..., Rows]
) -> None:
    draw("a.png")
    draw("b.png", shade=2)
    mask = PIL.Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8)).convert("P")
    mask.putpalette([0, 0, 0, 200, 30, 30])
    mask.save(tmp_path / "m.png")
    table("rows.csv", "pair,road", "a.png;b.png,m.png")
    rows = read([Stack("pair", count=2, size=(8, 6)), Mask("road", size=(2, 2))])
    assert rows.take("pair", [0]).shape == (1, 2, 8, 6)
    assert rows.take("road", [0]).tolist() == [[[0, 1], [1, 0]]]
    table("rows.csv", "pair,road", "a.png,a.png", "a.png;a.png,m.png")
    found = inspect(
        tmp_path, [Stack("pair", count=2, size=(8, 6)), Mask("road", size=(2, 2))], cache=tmp_path / ".cache"
    )
    assert [str(problem) for problem in found.problems] == [
        "rows.csv, line 2, pair: names 1 file, expected 2",
        "rows.csv, line 2, road: names 'a.png', which holds class 112, but only 2 classes are declared",
    ]


def test_text_is_kept_as_it_stands(table: Write, read: Callable[..., Rows]) -> None:
    table("rows.csv", "words", '"say ""hé"",\nthen go"', " nan ")
    assert read([Text("words")]).take("words", [0, 1]).tolist() == ['say "hé",\nthen go', " nan "]


def test_a_table_with_nothing_but_file_names_is_read(
    table: Write, draw: Write, look: Callable[..., Inspection]
) -> None:
    draw("a.png")
    table("metadata.csv", "file_name,remark", "a.png,x", "b.png")
    found = look([XRAY])
    assert [str(one) for one in found.problems] == ["metadata.csv, line 3: has 1 cell, the header has 2"]
    assert found.labels == {"xray": 1}


def test_pixels_of_no_named_picture_are_not_scaled_and_a_note_says_so(
    table: Write, draw: Write, read: Callable[..., Rows]
) -> None:
    draw("a.png", size=(40, 40))
    table("rows.csv", "xray,other,tip", "a.png,a.png,8 8")
    rows = read([Image("xray", size=(20, 20)), Image("other", size=(20, 20)), Points("tip")])
    assert rows.take("tip", [0]).tolist() == [[[8, 8]]]
    assert "'tip' was not scaled: it does not say on which picture it is measured." in rows.notes


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, table: Write, draw: Write) -> None:
    draw("a.png")
    table("rows.csv", "xray", "a.png")
    with pytest.raises(RowsError, match=r"or name another folder with cache=\.\.\."):
        Rows.from_folder(tmp_path, [XRAY], cache=tmp_path / "rows.csv")
