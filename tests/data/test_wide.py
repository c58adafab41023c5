"""A list of numbers may be spread over numbered columns; what is not put together is told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from endwise.data.folder import inspect
from endwise.data.kinds import infer
from endwise.data.rows import Rows
from endwise.errors import RowsError
from endwise.system.signals import Box, Number, Points, Signal, Vector

force, wear = Vector("force", size=3), Number("wear")
first = Number("force1")
joints, nose, face = Points("joints", count=2), Points("nose", count=1), Box("face")


def written(folder: Path, text: str) -> Path:
    file = folder / "rows.csv"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    "heading", ["force_0,force_1,force_2", "force.1,force.2,force.3", "force[0],force[1],force[2]"]
)
def test_numbered_columns_are_one_list(tmp_path: Path, heading: str) -> None:
    rows = Rows.from_folder(written(tmp_path, f"{heading},wear\n1,2.5,-3,9\n,,,8\n"), [force, wear])
    assert rows.has("force").tolist() == [True, False]
    assert rows.take("force", np.array([0])).tolist() == [[1, 2.5, -3]]


@pytest.mark.parametrize(
    "heading",
    [
        "joints_0_x,joints_0_y,joints_1_x,joints_1_y",
        "joints_x1,joints_y1,joints_x2,joints_y2",
        "joints0X,joints0Y,joints1X,joints1Y",
    ],
)
def test_points_have_a_letter_and_a_number(tmp_path: Path, heading: str) -> None:
    table = written(tmp_path, f"{heading},wear\n1,2,3,4.5,9\n,,,,8\n")
    rows = Rows.from_folder(table, [joints, wear])
    assert rows.has("joints").tolist() == [True, False]
    assert rows.take("joints", np.array([0])).tolist() == [[[1, 2], [3, 4.5]]]
    assert infer(table, ["joints", "wear"])["joints"] == Points("joints", count=2, unit="")


def test_all_x_may_come_before_all_y(tmp_path: Path) -> None:
    table = written(tmp_path, "joints_x0,joints_x1,joints_y0,joints_y1\n1,3,2,4\n")
    assert Rows.from_folder(table, [joints]).take("joints", np.array([0])).tolist() == [[[1, 2], [3, 4]]]


@pytest.mark.parametrize(
    ("heading", "signal"),
    [
        ("nose_x,nose_y", nose),
        ("force_x,force_y,force_z", force),
        ("face_left,face_top,face_right,face_bottom", face),
        ("face_xmin,face_ymin,face_xmax,face_ymax", face),
        ("face.x_min,face.y_min,face.x_max,face.y_max", face),
        ("face_x1,face_y1,face_x2,face_y2", face),
    ],
)
def test_letters_and_edges_are_enough(tmp_path: Path, heading: str, signal: Signal) -> None:
    backwards = ",".join(reversed(heading.split(",")))
    count = len(heading.split(","))
    table = written(tmp_path, f"{backwards},wear\n{','.join(map(str, range(count, 0, -1)))},9\n")
    read = Rows.from_folder(table, [signal, wear]).take(signal.name, np.array([0]))
    assert read.ravel().tolist() == list(range(1, count + 1))


def test_kinds_are_read_off_letters_unless_they_are_said(tmp_path: Path) -> None:
    table = written(tmp_path, "nose_x,nose_y,face_left,face_top,face_right,face_bottom,wear\n1,2,1,2,3,4,9\n")
    names = ["nose", "face", "wear"]
    assert infer(table, names) == {"nose": Points("nose", count=1, unit=""), "face": Box("face", unit=""), "wear": wear}
    assert infer(table, names, kinds={"nose": "vector"})["nose"] == Vector("nose", size=2)


def test_names_that_end_in_a_letter_keep_it(tmp_path: Path) -> None:
    force_x = Vector("force_x", size=2)
    table = written(tmp_path, "force_x_0,force_x_1,force_0,force_1,force_2\n1,2,3,4,5\n")
    rows = Rows.from_folder(table, [force, force_x])
    assert rows.take("force_x", np.array([0])).tolist() == [[1, 2]]
    assert rows.take("force", np.array([0])).tolist() == [[3, 4, 5]]


@pytest.mark.parametrize(
    ("heading", "signal", "why"),
    [
        (
            "joints_0_x,joints_0_y,joints_1_y",
            joints,
            "joints_0_x to joints_1_y are not read as 'joints': joints_1_x is missing.",
        ),
        (
            "face_left,face_top,face_right",
            face,
            "face_left to face_right are not read as 'face': face_bottom is missing.",
        ),
        ("force_7,force_9", force, "force_7 to force_9 are not read as 'force': 7 are missing, the first force_1."),
    ],
)
def test_what_is_missing_is_called_by_its_name(tmp_path: Path, heading: str, signal: Signal, why: str) -> None:
    table = written(tmp_path, f"{heading},wear\n{'1,' * (heading.count(',') + 1)}9\n")
    assert inspect(table, [signal, wear]).notes[0] == f"rows.csv: the columns {why}"


def test_a_year_at_the_end_of_a_name_asks_for_no_memory(tmp_path: Path) -> None:
    table = written(tmp_path, f"force_999999999,force_{'9' * 5000},wear\n1,2,9\n")
    assert "999,999,998 are missing, the first force_1." in inspect(table, [force, wear]).notes[0]


def test_they_may_stand_in_any_order_and_go_by_their_numbers(tmp_path: Path) -> None:
    rows = Rows.from_folder(written(tmp_path, "force2,wear,force0,force1\n3,9,1,2\n"), [force, wear])
    assert rows.take("force", np.array([0])).tolist() == [[1, 2, 3]]


def test_a_parquet_file_keeps_its_numbers_to_the_last_bit(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    columns = {f"force_{at}": numbers[:, at].astype(float) for at in range(3)}
    parquet.write_table(pa.table({**columns, "wear": np.arange(5.0)}), tmp_path / "rows.parquet")
    rows = Rows.from_folder(tmp_path / "rows.parquet", [force, wear])
    assert np.array_equal(rows.take("force", np.arange(5)), numbers)


def test_a_column_of_the_name_itself_comes_first(tmp_path: Path) -> None:
    table = written(tmp_path, "force,force_0,force_1,force_2,wear\n7 8 9,1,2,3,9\n")
    assert Rows.from_folder(table, [force, wear]).take("force", np.array([0])).tolist() == [[7, 8, 9]]
    assert [one.column for one in inspect(table, [force, wear]).ignored] == ["force_0", "force_1", "force_2"]


def test_a_column_that_is_a_signal_of_its_own_stays_one(tmp_path: Path) -> None:
    table = written(tmp_path, "force_0,force_1,force_2,force1\n1,2,3,4\n")
    rows = Rows.from_folder(table, [force, first])
    assert rows.take("force1", np.array([0])).tolist() == [4]
    assert rows.take("force", np.array([0])).tolist() == [[1, 2, 3]]


def test_a_number_is_never_put_together(tmp_path: Path) -> None:
    found = inspect(written(tmp_path, "force_0,force_1,force_2,wear_0,wear_1\n1,2,3,4,5\n"), [force, wear])
    assert found.labels == {"force": 1, "wear": 0}


def test_a_gap_is_told(tmp_path: Path) -> None:
    table = written(tmp_path, "force_0,force_2,force_3,wear\n1,2,3,9\n")
    notes = inspect(table, [force, wear]).notes
    assert notes[0] == "rows.csv: the columns force_0 to force_3 are not read as 'force': force_1 is missing."


def test_a_row_with_an_empty_part_is_named_with_that_column(tmp_path: Path) -> None:
    table = written(tmp_path, "force_0,force_1,force_2,wear\n1,2,3,9\n1,,3,9\n")
    lacks = "line 3, force_0 to force_2: lacks a part: nothing stands in force_1 of this row"
    with pytest.raises(RowsError, match=lacks):
        Rows.from_folder(table, [force, wear])


def test_rows_with_gaps_all_over_are_of_the_size_of_their_columns(tmp_path: Path) -> None:
    table = written(tmp_path, "force_0,force_1,force_2,wear\n,2,3,9\n1,,3,9\n1,2,,9\n")
    assert infer(table, ["force", "wear"])["force"] == force
    assert inspect(table, [force, wear]).labels["force"] == 0, "what comes after a gap never moves up"


def test_two_columns_of_one_number_are_told(tmp_path: Path) -> None:
    table = written(tmp_path, "force_1,force_01,force_2,force_3,wear\n1,2,3,4,9\n")
    assert inspect(table, [force, wear]).notes[0] == (
        "rows.csv: the columns force_1 to force_3 are not read as 'force': force_1, force_01 have one number."
    )


def test_kinds_are_read_off_them_too(tmp_path: Path) -> None:
    table = written(tmp_path, "force_0,force_1,force_2,wear\n1,2,3,9\n4,5,6,8\n")
    assert infer(table, ["force", "wear"])["force"] == force


def test_decimals_of_parquet_are_numbers(tmp_path: Path) -> None:
    exact = [Decimal("1.25"), Decimal("-3.50")]
    parquet.write_table(pa.table({"wear": pa.array(exact, pa.decimal128(8, 2))}), tmp_path / "rows.parquet")
    assert Rows.from_folder(tmp_path / "rows.parquet", [wear]).take("wear", np.arange(2)).tolist() == [1.25, -3.5]
