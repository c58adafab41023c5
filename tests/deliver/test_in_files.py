"""What `endwise predict` says of places on a picture: pixels of the file, whatever size the model read it at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from endwise.data.rows import Rows
from endwise.deliver.predict import _in_files
from endwise.system.signals import Box, Image, Number, Points, Signal

PHOTO = Image("photo", size=(40, 60))
SIGNALS: dict[str, Signal] = {
    "photo": PHOTO,
    "tip": Points("tip", count=2, on="photo"),
    "face": Box("face", on="photo"),
    "scale": Number("scale", unit="mm/px"),
    "age": Number("age"),
}


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    """Three pictures of different shapes, one of them of the signal's own, with what was marked on them."""
    lines = ["photo,tip,face,scale,age"]
    for number, (width, height) in enumerate([(200, 100), (33, 90), (60, 40)]):
        PIL.Image.fromarray(np.zeros((height, width), np.uint8)).save(tmp_path / f"{number}.png")
        lines.append(f"{number}.png,1 2 {width - 1} {height - 1},3 4 {width / 2} {height / 2},{0.1 + number},{number}")
    (tmp_path / "rows.csv").write_text("\n".join(lines) + "\n")
    return Rows.from_folder(tmp_path, list(SIGNALS.values()), cache=tmp_path / "cache")


def test_places_come_back_in_pixels_of_the_file(rows: Rows) -> None:
    made = {name: rows.take(name, range(3)) for name in ("tip", "face", "scale", "age")}
    assert made["tip"][0].max() < 60  # read on the smaller picture
    told = _in_files(made, SIGNALS, rows)
    assert told["tip"] == pytest.approx(
        np.array([[[1, 2], [199, 99]], [[1, 2], [32, 89]], [[1, 2], [59, 39]]]), abs=1e-4
    )
    assert told["face"] == pytest.approx(np.array([[3, 4, 100, 50], [3, 4, 16.5, 45], [3, 4, 30, 20]]), abs=1e-4)
    assert told["scale"] == pytest.approx([0.1, 1.1, 2.1])
    assert told["age"].tolist() == [0, 1, 2]


def test_rows_that_were_never_files_stay_as_they_are() -> None:
    tip = np.array([[[1, 2], [3, 4]]], np.float32)
    picture = np.zeros((1, *PHOTO.shape), np.uint8)
    kept = [SIGNALS["photo"], SIGNALS["tip"]]
    rows = Rows.from_columns(kept, {"photo": picture, "tip": tip})
    assert _in_files({"tip": tip}, SIGNALS, rows)["tip"] is tip
