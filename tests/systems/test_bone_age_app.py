"""The application on real files, with a winner that a real, tiny study trained."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

import endwise as ew
from endwise.systems.bone_age.app import BANNER, app
from endwise.systems.bone_age.estimating import needs_scale, winner
from endwise.systems.bone_age.system import system, world_rows
from endwise.systems.bone_age.world import generate

STAGED = "xray -> joints -> lengths:geometry -> age:from_lengths"
PIXELS = "xray -> age"
ENLARGED = 4  # the files are larger than what the design sees, as radiographs are
Captured = pytest.CaptureFixture[str]


def trained(out: Path, design: str) -> Path:
    rows = world_rows(ages=24, test=8, joints_labelled=12)
    study = ew.study(system(), rows, quick=True, sizes=[24], repeats=1, designs=[design], workers=0, out=out)
    return study.winner


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("staged"), STAGED)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hands, and one file each of what cannot be judged."""
    root = tmp_path_factory.mktemp("hands")
    for at, film in enumerate(generate(3, seed=99)["xray"]):
        PIL.Image.fromarray(film).resize((96 * ENLARGED, 128 * ENLARGED)).save(root / f"hand{at}.png")
    PIL.Image.new("L", (300, 400), 128).save(root / "blank.png")
    PIL.Image.open(root / "hand0.png").resize((900, 200)).save(root / "flat.jpg")
    (root / "no-picture.png").write_text("no picture", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def scale() -> float:
    """Millimetres a pixel of the files."""
    return float(generate(3, seed=99)["mm_per_px"][0]) / ENLARGED


def run(*tokens: object) -> int:
    return int(app([str(one) for one in tokens], result_action="return_value"))


def test_one_picture_gets_an_age_an_interval_and_a_development(
    staged: Path, folder: Path, scale: float, capsys: Captured
) -> None:
    asked = (folder / "hand0.png", "--sex", "F", "--mm-per-px", scale, "--model", staged, "--chronological-age", 100)
    code = run("estimate", *asked)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == BANNER
    if code == 0:  # the joints of so small a study may be found so badly that the bones are refused
        assert "90 % interval" in lines[2]
        assert lines[3].startswith("development ")
        assert "at 100 months, 80 to 120 is normal" in lines[3]
    else:
        assert lines[2].startswith("no age given: ")


def test_a_folder_is_a_line_a_file_each_with_an_age_or_a_reason(
    staged: Path, folder: Path, scale: float, capsys: Captured
) -> None:
    run("estimate", folder, "--sex", "F", "--mm-per-px", scale, "--model", staged)
    said = capsys.readouterr()
    assert said.err.startswith(BANNER)
    table = {Path(row["file"]).name: row for row in csv.DictReader(io.StringIO(said.out))}
    assert list(table) == sorted(file.name for file in folder.iterdir())
    assert all(bool(row["age_months"]) != bool(row["rejected"]) for row in table.values())
    assert table["blank.png"]["rejected"].startswith("the file is blank")
    assert "900 x 200 pixels" in table["flat.jpg"]["rejected"]
    assert "not a picture in a known format" in table["no-picture.png"]["rejected"]
    assert not {"blank", "format"} & set(table["hand0.png"]["rejected"].split())


@pytest.mark.parametrize("name", ["blank.png", "flat.jpg", "no-picture.png", "nowhere.png"])
def test_one_picture_that_cannot_be_judged_is_refused_with_its_reason(
    staged: Path, folder: Path, name: str, capsys: Captured
) -> None:
    code = run("estimate", folder / name, "--sex", "M", "--mm-per-px", 0.1, "--model", staged)
    assert code == 1
    assert "no age given: the file " in capsys.readouterr().out


def test_bones_of_impossible_length_are_refused(staged: Path, folder: Path, scale: float, capsys: Captured) -> None:
    code = run("estimate", folder / "hand0.png", "--sex", "M", "--mm-per-px", 4 * scale, "--model", staged)
    assert code == 1
    assert "lengths that no hand has" in capsys.readouterr().out


def test_json_is_json_and_the_banner_stands_aside(staged: Path, folder: Path, scale: float, capsys: Captured) -> None:
    asked = ("--sex", "F", "--mm-per-px", scale, "--model", staged, "--json")
    run("estimate", folder / "hand0.png", folder / "no-picture.png", *asked)
    said = capsys.readouterr()
    records: list[dict[str, Any]] = json.loads(said.out)
    assert [record["notice"] for record in records] == [BANNER, BANNER]
    assert "known format" in records[1]["rejected"]
    assert said.err.startswith(BANNER)


def test_the_table_goes_to_a_file(staged: Path, folder: Path, scale: float, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "ages.csv"
    run("estimate", folder, "--sex", "F", "--mm-per-px", scale, "--model", staged, "--out", out)
    assert len(out.read_text(encoding="utf-8").splitlines()) == 1 + 6
    said = capsys.readouterr().out.splitlines()
    assert said[0] == BANNER
    assert said[1].startswith(f"{out}: 6 pictures")


def test_the_overlay_draws_joints_on_the_enlarged_picture(
    staged: Path, folder: Path, scale: float, tmp_path: Path
) -> None:
    run(
        "estimate",
        folder / "hand0.png",
        "--sex",
        "F",
        "--mm-per-px",
        scale,
        "--model",
        staged,
        "--overlay",
        tmp_path / "o.png",
    )
    drawn = np.asarray(PIL.Image.open(tmp_path / "o.png"))
    assert drawn.shape[1] == 576
    assert (np.ptp(drawn[:768].astype(int), axis=2) > 60).any()  # colour on the grey picture
    run("estimate", folder, "--sex", "F", "--mm-per-px", scale, "--model", staged, "--overlay", tmp_path / "many")
    assert len(list((tmp_path / "many").iterdir())) == 3  # what was never judged is not drawn


def test_without_a_model_it_says_how_to_get_one(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ew.EndwiseError, match="endwise study bone-age --quick") as error:
        run("estimate", folder / "hand0.png", "--sex", "F", "--model", tmp_path / "nowhere")
    assert "--model" in error.value.do


def test_a_design_that_measures_asks_for_the_scale(staged: Path, folder: Path) -> None:
    assert needs_scale(winner(staged))
    with pytest.raises(ew.EndwiseError, match="--mm-per-px"):
        run("estimate", folder / "hand0.png", "--sex", "F", "--model", staged)


def test_a_folder_without_pictures_is_said(staged: Path, tmp_path: Path) -> None:
    with pytest.raises(ew.EndwiseError, match=r"No file there ends in \.png"):
        run("estimate", tmp_path, "--sex", "F", "--model", staged)


@pytest.mark.slow
def test_a_winner_from_pixels_needs_no_scale(folder: Path, tmp_path: Path, capsys: Captured) -> None:
    pixels = trained(tmp_path / "pixels", PIXELS)
    assert run("estimate", folder, "--sex", "F", "--model", pixels, "--chronological-age", 100) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [bool(row["age_months"]) for row in rows] == [False, False, True, True, True, False]
    assert all(
        row["development"] in ("delayed", "normal", "advanced", "uncertain") for row in rows if row["age_months"]
    )


def test_importing_the_application_loads_nothing_heavy() -> None:
    heavy = "{'torch', 'numpy', 'PIL', 'scipy'}"
    asked = f"import sys, endwise.systems.bone_age.app; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
