"""Each public layout, made small on disk, and everything that can be wrong with it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, strategies as st

import endwise as ew
from endwise.systems.bone_age.anatomy import LANDMARKS
from endwise.systems.bone_age.layouts import atlas_of
from endwise.systems.bone_age.pictures import fit, open_picture
from endwise.systems.bone_age.sources import read
from endwise.systems.bone_age.system import mm_per_px, xray


def draw(file: Path, size: tuple[int, int] = (150, 200), seed: int = 0) -> Path:
    """A picture of noise with (width, height)."""
    file.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(0, 256, (size[1], size[0]), np.uint8)
    PIL.Image.fromarray(noise).save(file)
    return file


def write(file: Path, *lines: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def rsna(root: Path) -> Path:
    """Training and validation part as RSNA hands them out; on Kaggle the folder of pictures is there twice."""
    write(root / "boneage-training-dataset.csv", "id,boneage,male", "1377,180,False", "1378,12,True")
    inner = root / "boneage-training-dataset" / "boneage-training-dataset"
    draw(inner / "1377.png"), draw(inner / "1378.png")
    write(root / "Validation Dataset.csv", "Image ID,male,Bone Age (months)", "1386,TRUE,96.5")
    draw(root / "boneage-validation-dataset-1" / "1386.png")
    return root


def boxes(file: Path, centres: dict[str, tuple[float, float]], size: tuple[int, int] = (150, 200)) -> None:
    things = "".join(
        f"<object><name>{name.rstrip('*')}</name><bndbox><xmin>{x - 4}</xmin><ymin>{y - 6}</ymin>"
        f"<xmax>{x + 4}</xmax><ymax>{y + 6}</ymax></bndbox></object>"
        for name, (x, y) in centres.items()
    )
    shape = f"<size><width>{size[0]}</width><height>{size[1]}</height><depth>1</depth></size>"
    write(file, f"<annotation><filename>x.jpg</filename>{shape}{things}</annotation>")


def taken(rows: ew.Rows, name: str) -> np.ndarray:
    return rows.take(name, np.flatnonzero(rows.has(name)))


def test_rsna_has_ages_sexes_and_its_own_split_but_no_scale(tmp_path: Path) -> None:
    rows = read(rsna(tmp_path))
    assert rows.counts == {"xray": 3, "sex": 3, "age": 3}
    of = dict(zip(rows.ids, zip(taken(rows, "age"), taken(rows, "sex"), rows.split, strict=True), strict=True))
    assert of == {"1377": (180, 0, "train"), "1378": (12, 1, "train"), "1386": (96.5, 1, "test")}
    assert taken(rows, "xray").shape == (3, 128, 96)


def test_rsna_test_table_without_ages_gives_rows_without_ages(tmp_path: Path) -> None:
    rsna(tmp_path)
    write(tmp_path / "boneage-test-dataset.csv", "Case ID,Sex", "4360,M")
    draw(tmp_path / "boneage-test-dataset" / "4360.png")
    rows = read(tmp_path)
    assert rows.counts["age"] == 3
    assert rows.counts["sex"] == len(rows) == 4
    assert rows.split is not None
    assert rows.split.tolist().count("test") == 1  # the part that carries ages


def test_voc_boxes_alone_become_keypoints_at_the_middle_of_the_boxes(tmp_path: Path) -> None:
    draw(tmp_path / "JPEGImages" / "7.png")
    boxes(tmp_path / "Annotations" / "7.xml", {"Ulna": (60, 180), "MCP": (90, 100), "MCP*": (30, 110)})
    rows = read(tmp_path)
    points = rows.signals["keypoints"]
    assert isinstance(points, ew.Points)
    assert points.labels == ("MCP 1", "MCP 2", "Ulna")
    factor = 96 / 150
    assert np.allclose(taken(rows, "keypoints")[0], np.array([[30, 110], [90, 100], [60, 180]]) * factor)
    assert "age" not in rows.signals
    assert any("not the 24 joints" in note for note in rows.notes)


def test_voc_boxes_that_are_our_joints_meet_the_table_in_our_order(tmp_path: Path) -> None:
    rsna(tmp_path)
    centres = {name.replace(" ", "_").upper(): (10.0 + 5 * at, 20.0 + 6 * at) for at, name in enumerate(LANDMARKS)}
    boxes(tmp_path / "voc" / "1377.xml", dict(reversed(centres.items())))
    rows = read(tmp_path)
    assert rows.counts == {"xray": 3, "sex": 3, "age": 3, "joints": 1}
    assert np.allclose(taken(rows, "joints")[0], np.array(list(centres.values())) * 96 / 150, atol=1e-4)


def test_other_points_than_most_are_absent_and_said(tmp_path: Path) -> None:
    for name, centres in {"1": ("a", "b"), "2": ("a", "b"), "3": ("a",)}.items():
        draw(tmp_path / f"{name}.png")
        boxes(tmp_path / f"{name}.xml", dict.fromkeys(centres, (20, 30)))
    rows = read(tmp_path)
    assert rows.counts == {"xray": 3, "keypoints": 2}
    assert any(note.startswith("1 hands have other points") for note in rows.notes)


def rhpe(root: Path, box: list[float]) -> Path:
    draw(root / "RHPE_train" / "00012.png", (400, 200))
    write(root / "RHPE_Annotations" / "RHPE_Boneage_train.csv", "ID,Male,Boneage,Chronological", "12,True,100,110")
    flat = [60, 50, 2, 90, 70, 2]
    content = {
        "images": [{"id": 5, "file_name": "00012.png", "width": 400, "height": 200}],
        "annotations": [{"id": 1, "image_id": 5, "keypoints": flat, "bbox": box, "category_id": 1}],
        "categories": [{"id": 1, "name": "hand", "keypoints": ["wrist", "tip"]}],
    }
    write(root / "RHPE_Annotations" / "RHPE_anatomical_ROIs_train.json", json.dumps(content))
    return root


def test_rhpe_is_cut_to_the_box_round_the_hand_and_the_points_with_it(tmp_path: Path) -> None:
    rows = read(rhpe(tmp_path, [10, 20, 150, 180]))  # left, top, width, height
    assert rows.counts == {"xray": 1, "sex": 1, "age": 1, "keypoints": 1}
    factor = 96 / 150
    shift = (128 - round(180 * factor)) // 2
    there = (np.array([[60, 50], [90, 70]]) - (10, 20)) * (factor, round(180 * factor) / 180) + (0, shift)
    assert np.allclose(taken(rows, "keypoints")[0], there, atol=1e-4)
    assert rows.ids.tolist() == ["12"]


def test_a_box_outside_the_picture_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ew.EndwiseError, match="box round the hand that lies outside"):
        read(rhpe(tmp_path, [500, 20, 150, 180]))


def test_the_digital_hand_atlas_says_sex_and_age_by_its_folders(tmp_path: Path) -> None:
    draw(tmp_path / "JPEGimages" / "ASIF" / "ASIF04" / "5132.jpg")
    draw(tmp_path / "JPEGimages" / "CAUM" / "CAUM00" / "3100.jpg")
    rows = read(tmp_path)
    of = dict(zip(rows.ids, zip(taken(rows, "age"), taken(rows, "sex"), strict=True), strict=True))
    assert of == {"5132": (54, 0), "3100": (6, 1)}
    assert any("middle of the folder's calendar year" in note for note in rows.notes)


def test_a_table_of_readings_goes_before_the_atlas_folders(tmp_path: Path) -> None:
    draw(tmp_path / "JPEGimages" / "ASIF" / "ASIF04" / "5132.jpg")
    write(tmp_path / "readings.csv", "id;boneage;male", "5132;61.5;")
    rows = read(tmp_path)
    assert taken(rows, "age").tolist() == [61.5]
    assert taken(rows, "sex").tolist() == [0]
    assert not any("calendar year" in note for note in rows.notes)


@pytest.mark.parametrize("folder", ["ASIF4", "XYZF04", "hands", "ASIF004"])
def test_other_folders_are_no_atlas(folder: str) -> None:
    assert atlas_of(Path(folder) / "1.jpg") == {}


def test_a_scale_in_the_table_is_carried_to_the_smaller_picture(tmp_path: Path) -> None:
    draw(tmp_path / "1.png", (960, 1280))
    write(tmp_path / "hands.csv", "id,boneage,sex,mm_per_px", "1,120,F,0.14")
    assert taken(read(tmp_path), "mm_per_px").tolist() == pytest.approx([1.4])


@pytest.mark.parametrize(("cell", "reason"), [("wide", "is not a number"), ("99", "has 99 mm a pixel"), ("-1", "-1")])
def test_a_scale_that_no_film_has_is_a_problem(tmp_path: Path, cell: str, reason: str) -> None:
    draw(tmp_path / "1.png")
    write(tmp_path / "hands.csv", "id,boneage,sex,mm_per_px", f"1,120,F,{cell}")
    with pytest.raises(ew.EndwiseError, match=reason):
        read(tmp_path)


BAD = {
    "2,old,False": "line 3, age: is not a number: 'old'",
    "2,nan,False": "line 3, age: holds NaN",
    "2,999,False": "line 3, age: is 999, outside 0..300",
    "2,100,perhaps": "line 3, sex: is 'perhaps', not one of F, M",
    "3,100,False": "line 3, picture: no file is called 3.png",
    "broken,100,True": "line 3, picture: broken.png is not a picture in a known format",
    "1,100,True": "line 3, id: '1' is there twice",
    ",100,True": "line 3, id: is empty",
}


@pytest.mark.parametrize("line", BAD)
def test_a_bad_row_is_named_with_file_line_and_reason_or_left_out(tmp_path: Path, line: str) -> None:
    draw(tmp_path / "1.png"), draw(tmp_path / "2.png")
    write(tmp_path / "broken.png", "no picture")
    write(tmp_path / "hands.csv", "id,boneage,male", "1,90,True", line)
    with pytest.raises(ew.EndwiseError) as error:
        read(tmp_path)
    assert f"hands.csv, {BAD[line]}" in error.value.here
    assert "skip_bad=True" in error.value.do
    rows = read(tmp_path, skip_bad=True)
    assert rows.ids.tolist() == ["1"]
    assert any(BAD[line] in str(problem) for problem in rows.problems)


def test_marks_of_another_size_than_the_picture_are_a_problem(tmp_path: Path) -> None:
    draw(tmp_path / "1.png")
    boxes(tmp_path / "1.xml", {"a": (20, 30)}, size=(300, 400))
    with pytest.raises(ew.EndwiseError, match=r"marked at 300 x 400 pixels \(in 1\.xml\), but has 150 x 200"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["1.xml", "1.json", "hands.csv"])
def test_a_damaged_label_file_is_a_problem(tmp_path: Path, name: str) -> None:
    rsna(tmp_path)
    (tmp_path / name).write_bytes(b"\xff<{")
    with pytest.raises(ew.EndwiseError, match=f"{name}: cannot be read"):
        read(tmp_path)
    assert len(read(tmp_path, skip_bad=True)) == 3


def test_pictures_in_no_table_are_counted(tmp_path: Path) -> None:
    draw(rsna(tmp_path) / "extra.png")
    assert any(note.startswith("1 pictures are in no table") for note in read(tmp_path).notes)


def test_a_folder_of_no_known_layout_lists_the_known_ones(tmp_path: Path) -> None:
    draw(tmp_path / "1.png")
    with pytest.raises(ew.EndwiseError, match="none of the known layouts") as error:
        read(tmp_path)
    assert "It holds 1 pictures" in error.value.here
    with pytest.raises(ew.EndwiseError, match="no such folder"):
        read(tmp_path / "nowhere")


def test_dicom_without_its_extra_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "1.dcm", "DICM")
    write(tmp_path / "hands.csv", "id,boneage,male", "1,90,True")
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(ew.EndwiseError, match=r"endwise\[dicom\]") as error:
        read(tmp_path)
    assert "convert the pictures to PNG" in error.value.do


def test_dicom_brings_its_scale_and_bright_bones(tmp_path: Path) -> None:
    pytest.importorskip("pydicom", reason="the extra 'dicom' is not installed")
    film = np.full((1280, 960), 4000, np.uint16)
    film[400:800, 300:600] = 100  # MONOCHROME1: low is bright
    save_dicom(tmp_path / "1.dcm", film, [0.14, 0.14])
    write(tmp_path / "hands.csv", "id,boneage,male", "1,90,True")
    rows = read(tmp_path)
    assert taken(rows, "mm_per_px").tolist() == pytest.approx([1.4])
    assert taken(rows, "xray")[0, 60, 45] == 255
    assert taken(rows, "xray")[0, 5, 5] == 0


def save_dicom(file: Path, film: np.ndarray, spacing: list[float]) -> None:
    import pydicom
    from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian, generate_uid

    data = pydicom.Dataset()
    data.file_meta = pydicom.dataset.FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
    data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    data.Rows, data.Columns = film.shape
    data.PixelSpacing, data.PhotometricInterpretation = spacing, "MONOCHROME1"
    data.SamplesPerPixel, data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 1, 16, 12, 11, 0
    data.PixelData = film.tobytes()
    data.save_as(file, enforce_file_format=True)


def saved(folder: Path, kind: str) -> Path:
    """One picture of a kind that is easy to read wrongly."""
    rng = np.random.default_rng(1)
    grey = rng.integers(0, 256, (190, 140), np.uint8)
    if kind == "16 bit":
        picture = PIL.Image.fromarray(rng.integers(0, 65536, (190, 140), np.uint16))
    elif kind == "rgba":
        picture = PIL.Image.fromarray(rng.integers(0, 256, (190, 140, 4), np.uint8), "RGBA")
    else:
        picture = PIL.Image.fromarray(grey)
    extra: dict[str, Any] = {}
    if kind == "turned":
        extra["exif"] = PIL.Image.Exif()
        extra["exif"][0x0112] = 6
    file = folder / "hand.png"
    picture.save(file, **extra)
    return file


@pytest.mark.parametrize("kind", ["8 bit", "16 bit", "rgba", "turned"])
def test_a_picture_looks_as_it_does_to_rows_from_folder(tmp_path: Path, kind: str) -> None:
    file = saved(tmp_path, kind)
    write(tmp_path / "rows.csv", "xray,mm_per_px", "hand.png,0.2")
    rows = ew.Rows.from_folder(tmp_path, [xray, mm_per_px], cache=tmp_path / "cache")
    fitted = fit(open_picture(file).picture)
    assert np.array_equal(fitted.xray, rows.take("xray", [0])[0])
    assert fitted.millimetres(0.2) == pytest.approx(float(rows.take("mm_per_px", [0])[0]))


@given(st.integers(1, 400), st.integers(1, 400))
def test_a_fitted_picture_keeps_its_proportions_and_its_corners_lie_on_it(width: int, height: int) -> None:
    fitted = fit(PIL.Image.new("L", (width, height), 255))
    corners = fitted.moved([(0, 0), (width, height)])
    assert (corners >= 0).all()
    assert (corners <= (96, 128)).all()
    left, top, right, bottom = np.rint(corners).astype(int).ravel()
    assert (fitted.xray[top:bottom, left:right] == 255).all()
    assert fitted.xray.sum() == 255 * (right - left) * (bottom - top)
