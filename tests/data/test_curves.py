"""Tables of data curves: what is read, and what every kind of bad input is answered with."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, strategies as st

from endwise.data.curves.questions import MeasuredCurve, Question, read_curves
from endwise.errors import RowsError

Write = Callable[..., Path]

ROWS = [
    {"design": "staged", "n": 100, "error": 0.3, "repeat": "a"},
    {"design": "staged", "n": 100, "error": 0.32, "repeat": "b"},
    {"design": "staged", "n": 200, "error": 0.25, "repeat": "b"},
    {"design": "end to end", "n": 100, "error": 0.5, "repeat": "a"},
    {"design": "end to end", "n": 400, "error": 0.4, "repeat": "c"},
]
NAN = math.nan
READ = Question(
    None,
    (
        MeasuredCurve("end to end", (100, 400), ((0.5, NAN, NAN), (NAN, NAN, 0.4))),
        MeasuredCurve("staged", (100, 200), ((0.3, 0.32, NAN), (NAN, 0.25, NAN))),
    ),
)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str, name: str = "curves.csv", encoding: str = "utf-8") -> Path:
        (tmp_path / name).write_bytes(text.encode(encoding))
        return tmp_path / name

    return write


def in_words(questions: tuple[Question, ...]) -> str:
    """What was read, comparable although NaN is no number."""
    return repr(questions)


def as_text(separator: str = ",", end: str = "\n") -> str:
    lines = [ROWS[0].keys(), *(map(str, row.values()) for row in ROWS)]
    return end.join(separator.join(line) for line in lines) + end


def complaint(source: Path | dict[str, list[object]]) -> str:
    with pytest.raises(RowsError) as caught:
        read_curves(source)
    return str(caught.value)


@given(st.permutations(ROWS))
def test_the_order_of_the_rows_does_not_matter(rows: list[dict[str, object]]) -> None:
    columns = {name: [row[name] for row in rows] for name in ROWS[0]}
    assert in_words(read_curves(columns).questions) == in_words((READ,))


@pytest.mark.parametrize(
    ("text", "name", "encoding"),
    [
        (as_text(), "a.csv", "utf-8"),
        (as_text(), "with a mark.csv", "utf-8-sig"),
        (as_text(";"), "spreadsheet.csv", "utf-8"),
        (as_text("\t"), "a.tsv", "utf-8"),
        (as_text(end="\r\n"), "a.csv", "utf-8"),
        (as_text(), "no suffix", "utf-8"),
        (as_text(), "a.txt", "utf-8"),
        (as_text().replace("design,n,error", "Design,N,ERROR"), "a.csv", "utf-8"),
        (as_text().replace("100", "1e2"), "a.csv", "utf-8"),
        ("\n".join(map(json.dumps, ROWS)), "a.jsonl", "utf-8"),
        ("\n".join(map(json.dumps, ROWS)), "a.json", "utf-8"),
    ],
)
def test_every_format_is_read_alike(write: Write, text: str, name: str, encoding: str) -> None:
    assert in_words(read_curves(write(text, name, encoding)).questions) == in_words((READ,))


@pytest.mark.parametrize("name", ["a.parquet", "a"])
def test_parquet_is_read_alike(tmp_path: Path, name: str) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / name)
    assert in_words(read_curves(tmp_path / name).questions) == in_words((READ,))


def test_names_may_be_anything_that_can_be_written(write: Write) -> None:
    text = 'design,n,error\n"Röntgenbild -> Alter, \U0001f9b4",10,1\n"a ""b"" [joint]",10,2\n'
    designs = [one.design for one in read_curves(write(text)).questions[0].curves]
    assert designs == ["Röntgenbild -> Alter, \U0001f9b4", 'a "b" [joint]']


def test_without_a_column_for_it_rows_of_one_size_are_its_repeats_in_order(write: Write) -> None:
    (question,) = read_curves(write("design,n,error\na,10,3\na,10,1\na,20,2\n")).questions
    assert in_words((question,)) == in_words(
        (Question(None, (MeasuredCurve("a", (10, 20), ((3.0, 1.0), (2.0, NAN))),)),)
    )


def test_where_nothing_else_is_there_the_file_names_the_design(write: Write) -> None:
    assert read_curves(write("n,error\n10,1\n", "speech model.csv")).questions[0].curves[0].design == "speech model"


def test_curves_are_questions_of_their_own_in_the_order_of_their_ids(write: Write) -> None:
    text = "curve,design,n,error,n_test,chance,family\n10,a,5,.2,50,.5,Trees\n2,a,5,.1,,,\n2,b,5,.1,70,,\n"
    questions = read_curves(write(text)).questions
    assert [one.curve for one in questions] == ["2", "10"]
    assert [(c.design, c.n_test, c.chance, c.family) for one in questions for c in one.curves] == [
        ("a", None, None, None), ("b", 70, None, None), ("a", 50, 0.5, "trees"),
    ]  # fmt: skip


def test_other_columns_are_named_and_what_they_may_have_meant(write: Write) -> None:
    notes = read_curves(write("design,n,error,repeats,epochs\na,1,1,1,1\n")).notes
    assert notes == (
        "The column 'repeats' is not read. Did you mean 'repeat'?",
        "The column 'epochs' is not read.",
    )


def test_a_column_that_is_empty_throughout_says_nothing(write: Write) -> None:
    (question,) = read_curves(write("design,n,error,repeat,n_test,chance,curve\na,10,1,,,,\na,10,2,,,,\n")).questions
    assert question == Question(None, (MeasuredCurve("a", (10,), ((1.0, 2.0),)),))


def test_zero_errors_are_read_where_the_number_of_test_rows_is_known(write: Write) -> None:
    assert read_curves(write("design,n,error,n_test\na,10,0,50\n")).questions[0].curves[0].errors == ((0.0,),)


@pytest.mark.parametrize("source", [None, 5, [{"design": "a", "n": 1, "error": 1}]])
def test_what_is_neither_a_path_nor_columns_is_refused(source: Any) -> None:
    with pytest.raises(RowsError, match="is neither a path nor columns by name"):
        read_curves(source)


def test_errors_above_one_are_no_rates_so_that_the_number_of_test_rows_is_left_and_told(write: Write) -> None:
    found = read_curves(write("design,n,error,n_test\na,10,16,50\na,20,12,50\nb,10,.8,50\n"))
    assert [one.n_test for one in found.questions[0].curves] == [None, None]
    assert found.notes == (
        "The column 'n_test' is not used, where errors lie above 1 and so are no rates. If they are per cents, divide"
        " them by 100.",
    )
    found = read_curves(write("curve,design,n,error,n_test\nwer,a,10,1.2,50\nrate,a,10,.8,50\n"))
    assert [(one.curve, one.curves[0].n_test) for one in found.questions] == [("rate", 50), ("wer", None)]
    assert "not used in 'wer', where" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "design,n,error\na,10,-0.1\n",
            "curves.csv, line 2, error: is -0.1: an error is 0 or more, and less is better.",
        ),
        ("design,n,error\na,10,nan\n", "line 2, error: is nan, not a finite number"),
        ("design,n,error\na,10,inf\n", "line 2, error: is inf, not a finite number"),
        ("design,n,error\na,10,1e300\n", "line 2, error: is 1e+300: take another unit"),
        ("design,n,error\na,10,\n", "line 2, error: is empty"),
        ("design,n,error\na,10,low\n", "line 2, error: is not a number: 'low'"),
        ("design,n,error\na,10,5 %\n", "line 2, error: is '5 %': write it without the sign, as a rate (5 % is 0.05)"),
        ("design;n;error\na;10;0,5\n", "line 2, error: is '0,5': write a point for decimals"),
        ('design,n,error\na,"1,200",1\n', "line 2, n: is '1,200': write a point for decimals and nothing between"),
        ("design,n,error\na,0,1\n", "line 2, n: is 0, not a whole number of rows from 1"),
        ("design,n,error\na,2.5,1\n", "line 2, n: is 2.5, not a whole number of rows from 1"),
        ("design,n,error\na,1e300,1\n", "line 2, n: is 1e+300, more rows than there can be"),
        ("design,n,error\n,10,1\n", "line 2, design: is empty"),
        ("design,n,error\na,10,0\n", "line 2, error: is 0 in every repeat at n = 10: that needs rates from 0 to 1"),
        ("design,n,error,n_test\na,10,12,50\na,20,0,50\n", "line 3, error: is 0 in every repeat at n = 20: that needs"),
        (
            "design,n,error,n_test\na,10,.1,50\na,20,.1,60\n",
            "line 3, n_test: is 60, but 50 in line 2: a design has one",
        ),
        ("design,n,error,n_test\na,10,.1,.5\n", "line 2, n_test: is 0.5, not a whole number of rows from 1"),
        (
            "design,n,error,family\na,10,.1,network\na,20,.1,nets\n",
            "line 3, family: is 'nets', none of network, linear",
        ),
        (
            "design,n,error,family\na,10,.1,trees\na,20,.1,linear\n",
            "line 3, family: is linear, but trees in line 2: a design has one",
        ),
        ("design,n,error,chance\na,10,.1,0\n", "line 2, chance: is 0: the error of always giving the same answer"),
        (
            "design,n,error,repeat\na,10,1,x\nb,9,1,x\na,10,2,x\n",
            "line 4, repeat: is again 'a' at 10 in this repeat, as in line 2",
        ),
        ("design,n,error,repeat\na,10,1,\na,20,1,x\n", "line 2, repeat: is empty"),
        ("design,n,error,curve\na,10,1,\na,10,1,x\n", "line 2, curve: is empty"),
        ("design,n,error\na,10\n", "line 2: has 2 cells, the header has 3"),
        ("designs,n,error\na,10,1\n", "line 1: has no column 'design'. 'designs': Did you mean 'design'?"),
        ("model,n,error\na,10,1\n", "line 1: has no column 'design'. Columns besides: model."),
        ("design,n,accuracy\na,10,1\n", "line 1: has no column 'error'. Columns besides: accuracy."),
        ("design,n,N,error\na,10,1,1\n", "line 1, N: is the name of two columns, as is 'n'"),
        ("", "curves.csv: is empty: it has no bytes"),
        ("design,n,error\n", "curves.csv: is empty: it has no rows"),
    ],
)
def test_every_problem_is_named_with_its_line_and_column(write: Write, text: str, said: str) -> None:
    assert said in complaint(write(text))


def test_a_file_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    assert "There is 1 problem:\n" in complaint(tmp_path / "nowhere.csv")
    assert "nowhere.csv: cannot be opened (No such file or directory)" in complaint(tmp_path / "nowhere.csv")
    assert "nowhere: cannot be opened (No such file or directory)" in complaint(tmp_path / "nowhere")
    assert "cannot be opened (Is a directory)" in complaint(tmp_path)


def test_the_whole_error_has_four_parts_and_counts_what_it_does_not_list(write: Write) -> None:
    text = "design,n,error\n" + "a,x,-1\n" * 30
    said = complaint(write(text)).splitlines()
    assert said[0].startswith("A forecast from ")
    assert said[1] == "There are 60 problems in 30 rows:"
    assert [line.split(", ", 1)[1].split(":")[0] for line in said[2:6]] == [
        "line 2, n",
        "line 2, error",
        "line 3, n",
        "line 3, error",
    ]
    assert said[12] == "  and 50 more"
    assert said[13] == "A forecast rests on every row, so none is guessed at or left out."
    assert said[14].startswith("Mend them. A row is one measurement: design, n (training rows), error;")


def test_columns_in_memory_are_checked_alike() -> None:
    assert "the columns given, line 1, error: is True, not a finite number" in complaint({"n": [1], "error": [True]})
    assert "the columns given, error: has 1 cells of 2" in complaint({"n": [1, 2], "error": [1]})


def test_a_question_beyond_all_bounds_is_refused_before_it_is_built() -> None:
    count = 201
    designs: list[object] = [f"d{at}" for at in range(count)]
    said = complaint({"design": designs, "n": [10] * count, "error": [1.0] * count})
    assert "201 designs; up to 1 size and 1 repeat each." in said
    assert "Name independent questions in a column 'curve'" in said
