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
from endwise.system.signals import Number, Vector

force, wear = Vector("force", size=3), Number("wear")
first = Number("force1")


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
    assert notes[0] == "rows.csv: the columns force_0 to force_3 are not read as 'force': number 1 is missing."


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
