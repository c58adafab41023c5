"""Predictions matched by id: what is wrong with a file is named by its line; nothing goes missing in silence."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from endwise.data.predictions.answers import kind_of, read_answers
from endwise.data.predictions.matching import Matched, read_predictions, units
from endwise.data.predictions.slicing import cut
from endwise.data.predictions.sources import named
from endwise.errors import EndwiseError, RowsError, UsageError

Write = Callable[..., str]
TRUTH = ("id,age,patient", "a,1,p", "b,2,p", "c,3,q")


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    monkeypatch.chdir(tmp_path)

    def put(name: str, *lines: str, start: bytes = b"") -> str:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(start + "".join(f"{line}\n" for line in lines).encode())
        return name

    return put


def read(truth: str, *files: str, **options: Any) -> Matched:
    return read_predictions(truth, named(files), **options)


def numbers(matched: Matched) -> list[list[float]]:
    answers = read_answers(matched, "number")
    return [answers.true.tolist(), *(one.tolist() for one in answers.predicted)]


def refused(kind: type[EndwiseError], truth: str, *files: str, **options: Any) -> str:
    with pytest.raises(kind) as error:
        numbers(read(truth, *files, **options))
    assert all((error.value.asked, error.value.here, error.value.why, error.value.do))
    return str(error.value)


class TestMatching:
    def test_rows_meet_by_id_whatever_their_order_and_format(self, write: Write, tmp_path: Path) -> None:
        truth = write("truth.csv", *TRUTH)
        write("semicolons.csv", "id;age", "c;30", "a;10", "b;20", start=b"\xef\xbb\xbf")
        write("tabs.tsv", "id\tpredicted", "b\t20", "c\t30", "a\t10")
        write("lines.jsonl", '{"id": "a", "pred": 10}', '{"id": "c", "pred": 30}', '{"id": "b", "pred": 20}')
        pq.write_table(pa.table({"id": ["c", "b", "a"], "y": [30.0, 20.0, 10.0]}), tmp_path / "rows.parquet")
        matched = read(truth, "semicolons.csv", "tabs.tsv", "lines.jsonl", "rows.parquet", group="patient")
        assert matched.ids == ("a", "b", "c")
        assert numbers(matched) == [[1, 2, 3], *[[10, 20, 30]] * 4]
        assert matched.groups == ("p", "p", "q")
        assert units(matched)[0] == units(matched)[1] != units(matched)[2]

    def test_ids_are_alike_however_they_are_written(self, write: Write) -> None:
        composed, decomposed = (unicodedata.normalize(form, "Zoë 猫") for form in ("NFC", "NFD"))
        truth = write("truth.csv", "id,y", f"{composed},1", "2,5", '"a, b",7')
        write("a.jsonl", f'{{"id": "{decomposed}", "y": 1}}', '{"id": 2.0, "y": 5}', '{"id": " a, b ", "y": 7}')
        assert read(truth, "a.jsonl").ids == ("2", composed, "a, b")
        assert numbers(read(truth, "a.jsonl")) == [[5, 1, 7], [5, 1, 7]]

    def test_whole_numbers_stand_by_value(self, write: Write) -> None:
        truth = write("truth.csv", "id,y", "10,1", "9,2", "x,3")
        assert read(truth, write("a.csv", "id,y", "9,2", "10,1", "x,3")).ids == ("9", "10", "x")

    def test_rows_without_truth_and_ids_it_lacks_are_counted(self, write: Write) -> None:
        truth = write("truth.csv", "id,y", "a,1", "b,", "c,3")
        matched = read(truth, write("a.csv", "id,y", "a,1", "b,2", "c,3", "z,9"))
        assert (matched.ids, matched.unlabelled) == (("a", "c"), 1)
        assert [(one.file, one.count, one.first) for one in matched.extra] == [("a.csv", 1, ("z (line 5)",))]

    def test_missing_predictions_are_refused_by_line(self, write: Write) -> None:
        truth = write("truth.csv", "id,y", *(f"r{at},{at}" for at in range(20)))
        write("a.csv", "id,y", *(f"r{at},1" for at in range(5)))
        write("b.csv", "id,y", *(f"r{at},1" for at in range(20)))
        told = refused(RowsError, truth, "a.csv", "b.csv")
        assert told.startswith("Predictions for 20 rows of truth.csv were to be compared.\na.csv lacks 15.")
        assert "\n  truth.csv, line 7: 'r5' has no prediction in a.csv\n" in told
        assert "\n  and 5 more\n" in told
        assert told.endswith("give --common (common=True) to compare on the 5 rows that every file has.")
        matched = read(truth, "a.csv", "b.csv", common=True)
        assert (len(matched.ids), matched.left_out) == (5, 15)
        assert [(one.file, one.count, one.first[0]) for one in matched.missing] == [("a.csv", 15, "r5 (line 7)")]

    def test_a_file_with_other_ids_altogether_is_refused(self, write: Write) -> None:
        told = refused(RowsError, write("t.csv", "id,y", "a,1"), write("a.csv", "id,y", "a.png,1"), common=True)
        assert "First ids: t.csv has 'a'; a.csv has 'a.png'.\nNo row with a true 'y' has its id in every file." in told

    def test_one_row_alone_is_refused(self, write: Write) -> None:
        told = refused(RowsError, write("t.csv", "id,y", "a,1", "b,"), write("a.csv", "id,y", "a,1", "b,2"))
        assert told == (
            "The predictions in a.csv were to be weighed.\n"
            "One row, 'a', has a true 'y' and its id in every file.\n"
            "Of one row nothing can be said of how much errors differ between rows.\n"
            "Give two rows at least; thirty or more say something."
        )

    def test_ids_that_are_empty_or_occur_twice_are_refused(self, write: Write) -> None:
        told = refused(RowsError, write("t.csv", *TRUTH), write("a.csv", "id,age", "a,1", "b,2", "a,3", ",4", "c,5"))
        assert "There are 2 problems:\n  a.csv, line 4, id: is 'a', as on line 2 already" in told
        assert "a.csv, line 5, id: is empty" in told


class TestColumns:
    @pytest.mark.parametrize(
        ("header", "taken"),
        [
            ("id,age", "age"),
            ("id,prediction", "prediction"),
            ("id,Predicted,patient", "Predicted"),
            ("id,whatever", "whatever"),
            ("id,age,pred", "pred"),
            (",id,out", "out"),
        ],
    )
    def test_the_column_of_predictions(self, write: Write, header: str, taken: str) -> None:
        count = header.count(",")
        rows = [f"0,{one},7" if header.startswith(",") else f"{one}{',7' * count}" for one in "abc"]
        found = read(write("t.csv", *TRUTH), write("a.csv", header, *rows), group="patient").headings
        assert (found.id, found.column, found.predicted) == ("id", "age", (taken,))
        assert found.copies == (("a.csv",) if header == "id,age,pred" else ())

    def test_an_obvious_id_is_taken(self, write: Write) -> None:
        truth = write("t.csv", "file_name,age,name", "x.png,1,Ada", "y.png,2,Ada")
        assert (
            read(truth, write("a.csv", "file_name,age", "x.png,1", "y.png,2"), column="age").headings.id == "file_name"
        )

    def test_what_the_winner_of_a_study_predicts_is_read_as_it_stands(self, write: Write) -> None:
        truth = write("t.csv", "file_name,age", "x.png,1", "y.png,2")
        write(
            "winner.jsonl", '{"row": "y.png", "joints": [1, 2], "age": 2}', '{"row": "x.png", "joints": [], "age": 3}'
        )
        assert numbers(read(truth, "winner.jsonl")) == [[1, 2], [3, 2]]
        write("t2.csv", "id,age", "x.png,1", "y.png,2")
        assert numbers(read("t2.csv", "winner.jsonl", write("b.csv", "id,age", "x.png,1", "y.png,2")))[1] == [3, 2]

    def test_an_id_that_cannot_be_told_is_asked_for(self, write: Write) -> None:
        truth = write("t.csv", "image,key,age", "x,1,4", "y,2,5")
        write("a.csv", "image,key,age", "x,1,4", "y,2,5")
        told = refused(UsageError, truth, "a.csv")
        assert "No column is called 'id' in every file. t.csv has image, key, age. a.csv has image, key, age." in told
        assert told.endswith("Columns that could be: image, key.\nName the column: --id image")
        assert read(truth, "a.csv", key="key", column="age").ids == ("1", "2")

    def test_a_true_value_that_cannot_be_told_is_asked_for(self, write: Write) -> None:
        truth = write("t.csv", "id,age,sex", "a,1,F", "b,2,M")
        told = refused(UsageError, truth, write("a.csv", "id,prediction", "a,1", "b,2"))
        assert "t.csv has the columns age, sex; none is among those of the predictions." in told
        assert told.endswith("Name the column: --column age or --column sex")
        assert read(truth, "a.csv", column="age").headings.column == "age"
        assert read(truth, "a.csv", write("b.csv", "id,age", "a,1", "b,2")).headings.column == "age"

    def test_a_prediction_that_cannot_be_told_is_asked_for(self, write: Write) -> None:
        told = refused(UsageError, write("t.csv", *TRUTH), write("a.csv", "id,x,y", "a,1,1"), column="age")
        assert told == (
            "Predictions of 'age' were to be read from a.csv.\nIts columns are id, x, y.\n"
            "None is called 'age' or one of prediction, predicted, pred, and 2 others are left.\n"
            "Call the column of predictions 'age' or 'prediction'."
        )

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            ({"group": "patent"}, "--group patent was given.\nt.csv has the columns id, age, patient."),
            ({"slices": ["sex"]}, "--slice sex was given."),
            ({"column": "agee"}, "Did you mean 'age'?"),
            ({"key": "patient"}, "--id patient was given.\na.csv has the columns id, age."),
        ],
    )
    def test_a_column_that_is_not_there(self, write: Write, options: dict[str, Any], told: str) -> None:
        assert told in refused(UsageError, write("t.csv", *TRUTH), write("a.csv", "id,age", "a,1"), **options)


class TestValues:
    @pytest.mark.parametrize(
        ("cell", "reason"),
        [
            ("", "is empty"),
            ("nan", "is NaN or an infinite number"),
            ("-inf", "is NaN or an infinite number"),
            ("tall", "is not a number: 'tall'"),
            ('"3,5"', "is not a number: '3,5'"),
        ],
    )
    def test_what_cannot_be_judged_is_named_by_its_line(self, write: Write, cell: str, reason: str) -> None:
        told = refused(RowsError, write("t.csv", *TRUTH), write("a.csv", "id,age", "c,3", f"b,{cell}", "a,1"),
                       group="patient")  # fmt: skip
        assert told.startswith("The values of 'age' were to be read as numbers.\nThere is 1 problem:\n")
        assert f"a.csv, line 3, age: {reason}\nWhat cannot be judged is never passed over" in told

    @pytest.mark.parametrize(
        ("true", "predicted", "kind", "why"),
        [
            ("1.5 2 3", "1 2 3", "number", "the true values are numbers"),
            ("0 1 1", "1 0 1", "category", "all values are 0 or 1"),
            ("0 1 1", "0.2 0.9 1", "number", "the true values are numbers"),
            ("cat dog cat", "dog dog cat", "category", "the true values are single words"),
            ("no_go go_on_now and_so_on", "no no no", "text", "the true values are sentences"),
            ("no_go no_go go_on", "no no no", "category", "the true values are 2 distinct texts"),
        ],
    )
    def test_the_kind_of_answer(self, write: Write, true: str, predicted: str, kind: str, why: str) -> None:
        rows = [
            [f"{at},{value.replace('_', ' ')}" for at, value in enumerate(values.split())]
            for values in (true, predicted)
        ]
        matched = read(write("t.csv", "id,y", *rows[0]), write("a.csv", "id,y", *rows[1]))
        assert kind_of(matched) == (kind, why)

    def test_strange_classes_and_empty_texts_are_noted(self, write: Write) -> None:
        truth = write("t.csv", "id,y", "1,cat", "2,dog")
        matched = read(truth, write("a.csv", "id,y", "1,Cat", "2,dog"))
        assert read_answers(matched, "category").notes == ("a.csv: predicts values that the truth never has: 'Cat'.",)
        matched = read(truth, write("a.csv", "id,y", "1,", "2,dog"))
        note = "a.csv: 1 prediction without a word; all its words count as missed."
        assert read_answers(matched, "text").notes == (note,)
        with pytest.raises(RowsError, match=r"names of classes.\nThere is 1 problem:\n  a.csv, line 2, y: is empty"):
            read_answers(matched, "category")


class TestSources:
    def test_systems_are_named_by_their_files(self) -> None:
        names = [one.system for one in named(["a/pred.csv", "b/pred.csv", "c/x.csv", "new=c/x.tsv"])]
        assert names == ["a/pred", "b/pred", "x", "new"]
        with pytest.raises(
            UsageError, match=r"Two of them are called 'x'.*\n.*\nGive one of them another name: NAME=x"
        ):
            named(["x.csv", "x.csv"])

    def test_a_file_whose_name_holds_an_equals_sign(self, write: Write) -> None:
        write("lr=0.1.csv")
        assert [(one.system, one.path) for one in named(["lr=0.1.csv", "b=c.csv"])] == [
            ("lr=0.1", "lr=0.1.csv"),
            ("b", "c.csv"),
        ]

    def test_standard_input_is_read_once(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        truth = write("t.csv", "id,y", "a,1", "b,2")
        for text in ("id;y\nb;4\na;3\n", '{"id": "a", "y": 3}\n{"id": "b", "y": 4}\n', "id\ty\na\t3\nb\t4\n"):
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
            assert numbers(read(truth, "-")) == [[1, 2], [3, 4]]
        told = refused(UsageError, "-", "x=-")
        assert told.startswith("'-' was given for 2 files.\nIt stands for standard input, which can be read once.")

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("nowhere.csv", "nowhere.csv: is not there"),
            (".", ".: is a folder, not a table"),
            ("notes.txt", "notes.txt: is none of .csv, .tsv, .jsonl, .ndjson, .parquet"),
            ("bare.csv", "bare.csv: is empty: it has no bytes"),
            ("torn.csv", "torn.csv, line 3: has 1 cell, the header has 2"),
        ],
    )
    def test_a_file_that_cannot_be_read(self, write: Write, name: str, reason: str) -> None:
        write("notes.txt", "x")
        write("bare.csv")
        write("torn.csv", "id,age", "a,1", "b")
        told = refused(RowsError, write("t.csv", *TRUTH), name)
        assert f"were to be read.\nThere is 1 problem:\n  {reason}\nWhat cannot be read cannot be compared." in told


class TestSlices:
    def test_numbers_are_cut_into_quarters_and_ties_stay_together(self) -> None:
        found = cut([*map(str, range(1, 9)), *["9"] * 5, "10", ""])
        assert {name: len(rows) for name, rows in found.items()} == {
            "1 to 4": 4,
            "5 to 7": 3,
            "8 to 9": 6,
            "10": 1,
            "(none)": 1,
        }

    @pytest.mark.parametrize("start", [1_700_000_000, 0.5, 20_240_101])
    def test_quarters_that_look_alike_in_few_digits_are_not_merged(self, start: float) -> None:
        step = 1 if start > 1 else 1e-9
        found = cut([repr(start + step * at) for at in range(80)])
        assert [len(rows) for rows in found.values()] == [20, 20, 20, 20]
        assert not any("e+" in name for name in found)

    def test_few_numbers_are_slices_of_their_own(self) -> None:
        assert list(cut(["10", "2", "2"])) == ["2", "10"]
        assert {name: rows.tolist() for name, rows in cut(["F", None, "M", "F"]).items()} == {
            "F": [0, 3],
            "M": [2],
            "(none)": [1],
        }
