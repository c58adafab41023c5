"""`endwise driving drive`: a drive from a terminal, and what is said where it cannot be had."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import endwise as ew
from endwise.systems.bone_age import system as bone_age
from endwise.systems.driving.app import BANNER, app
from endwise.systems.driving.judge import Drives
from endwise.systems.driving.system import system, world_rows

Captured = pytest.CaptureFixture[str]
SITUATION = "camera -> situation -> plan -> control"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*tokens: object) -> int:
    return int(app(["drive", *(str(one) for one in tokens)], result_action="return_value"))


def refused(*tokens: object) -> str:
    with pytest.raises(ew.EndwiseError) as caught:
        run(*tokens)
    return str(caught.value)


def test_the_truth_drives_without_a_model(elsewhere: Path, capsys: Captured) -> None:
    assert run("--design", "truth", "--world", "roadworks", "--route", 3) == 0
    said = capsys.readouterr()
    assert said.err == f"{BANNER}\n"
    name, came_to, film = said.out.splitlines()
    assert name == "truth: no model"
    assert came_to.startswith("roadworks, route 3: arrived (")
    assert came_to.endswith("driving score 1.00, no collisions, no lane departures")
    assert film == "Film: drive.gif"
    assert (elsewhere / "drive.gif").read_bytes()[:4] == b"GIF8"


def test_one_object_for_programs_and_one_seed_the_same_bytes(elsewhere: Path, capsys: Captured) -> None:
    for name in ("one.gif", "two.gif"):
        assert run("--design", "truth", "--seed", 4, "--out", name, "--json") == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert {**first, "film": "two.gif"} == second
    assert first["world"] == "clear"
    assert (first["route"], first["seed"], first["ending"], first["collisions"]) == (0, 4, "arrived", 0)
    assert first["note"] == BANNER
    assert (elsewhere / "one.gif").read_bytes() == (elsewhere / "two.gif").read_bytes()


def test_a_route_below_zero_and_one_that_is_learnt_from_are_refused() -> None:
    assert refused("--design", "truth", "--route=-1") == (
        "Route -1 was to be driven.\n"
        "Routes are numbered from 0 to 999,999.\n"
        "There is none below, and those above are what models learn from.\n"
        "Give one of these: --route 0."
    )
    assert refused("--design", "truth", "--route", 1_000_000).startswith("Route 1,000,000 was to be driven.\n")


def test_a_seed_below_zero_is_refused() -> None:
    assert refused("--design", "truth", "--seed=-2") == (
        "The world of seed -2 was asked for.\n"
        "Seeds start at 0.\n"
        "Random numbers are drawn from a seed that is not negative.\n"
        "Give 0 or more: --seed 0."
    )


@pytest.mark.parametrize(
    ("out", "here"),
    [
        ("drive.avi", "Its name ends in '.avi'."),
        ("drive", "Its name has no ending."),
        ("nowhere/drive.gif", "There is no folder nowhere."),
        (".", "That is a folder."),
    ],
)
def test_a_film_that_cannot_be_written_is_refused_before_the_drive(out: str, here: str, elsewhere: Path) -> None:
    said = refused("--design", "truth", "--out", out).splitlines()
    assert said[:2] == [f"The film was to be written to {out}.", here]
    assert len(said) == 4
    assert not list(elsewhere.iterdir())


def test_an_mp4_without_ffmpeg_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert refused("--design", "truth", "--out", "drive.mp4") == (
        "The film was to be written to drive.mp4.\n"
        "There is no ffmpeg on the PATH.\n"
        "endwise writes GIF and PNG itself, and leaves MP4 to ffmpeg.\n"
        "Install ffmpeg, or write a GIF: --out drive.gif"
    )


def test_a_design_that_is_none_is_refused_before_anything_is_trained() -> None:
    said = refused("--design", "camera -> lidar -> control").splitlines()
    assert said[0] == "The design 'camera -> lidar -> control' of the system 'driving' was asked for."
    assert len(said) == 4


def tiny(of: ew.System, rows: ew.Rows, design: str, out: Path) -> Path:
    """A winner that learnt next to nothing."""
    asked: dict[str, Any] = {"designs": [design], "sizes": [24], "repeats": 1, "quick": True, "workers": 0}
    return ew.study(of, rows, **asked, examples=False, out=out).winner


@pytest.mark.slow
def test_a_named_winner_drives_and_one_of_another_design_or_system_is_refused(
    elsewhere: Path, capsys: Captured
) -> None:
    winner = tiny(system(judge=Drives(routes=2)), world_rows(frames=80, test=20), SITUATION, elsewhere / "study")
    assert run("--model", winner, "--json") == 0
    assert json.loads(capsys.readouterr().out)["design"] == SITUATION
    assert refused("--model", winner, "--design", "camera -> control:pixels") == (
        f"A route was to be driven by the model {winner}.\n"
        f"It is of the design {SITUATION}.\n"
        "The design asked for is camera -> control:pixels.\n"
        "Leave out --design to drive the model, or --model to drive the design."
    )
    other = tiny(bone_age.system(), bone_age.rows(quick=True), "xray -> age", elsewhere / "other")
    assert refused("--model", other) == (
        f"A route was to be driven by the model {other}.\n"
        "It is a winner of the system 'bone-age'.\n"
        "It makes no steering from a camera's pictures.\n"
        "Name the winner of a driving study, or leave --model out: a small one is then trained once."
    )


@pytest.mark.slow
def test_without_a_model_a_small_one_is_trained_once_and_a_network_is_watched(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(elsewhere / "cache"))
    assert run("--design", "camera -> control:pixels") == 0
    said = capsys.readouterr()
    assert said.err.count("a small one is trained") == 2  # the driver, and the staged parts that the guard sees with
    assert said.out.startswith("camera -> control:pixels, guarded\n")
    assert "of the guard" in said.out
    assert run() == run("--design", "camera -> control:pixels", "--no-guard") == 0
    said = capsys.readouterr()
    assert said.err == f"{BANNER}\n" * 2
    assert "camera -> lane_mask -> lane, sighting -> gap -> situation -> plan -> control\n" in said.out
    assert "\ncamera -> control:pixels\n" in said.out


@pytest.mark.slow
def test_the_winner_of_the_last_study_comes_first(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(elsewhere / "cache"))
    tiny(system(judge=Drives(routes=2)), world_rows(frames=80, test=20), SITUATION, Path("runs/driving"))
    assert run() == 0
    assert capsys.readouterr().out.startswith(f"{SITUATION}\n")
    assert not (elsewhere / "cache").exists()
