"""The application on real files, in real processes, with a winner that a real, tiny study trained."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import warnings
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

import endwise as ew
from endwise.systems.gate import app as application
from endwise.systems.gate.app import app
from endwise.systems.gate.door import starter, strangers, watching
from endwise.systems.gate.door.deciding import WARNING
from endwise.systems.gate.door.enrolled import FILE, Register
from endwise.systems.gate.door.journal import Journal
from endwise.systems.gate.door.recogniser import Recogniser
from endwise.systems.gate.system import STAGED, names, system, world_rows
from endwise.systems.gate.world import generate

Captured = pytest.CaptureFixture[str]
OTHERS = 40
pytestmark = pytest.mark.slow  # a model that tells people apart takes a minute or two to train


def trained(out: Path, design: str = STAGED) -> Path:
    """A winner for people who stand still before a plain wall: so few teach enough."""
    rows = world_rows(pictures=1, test=1, others=OTHERS, strangers=4, complexity=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # so few rows hold all pictures of some people out
        made = ew.study(
            system(others=names("other", OTHERS)),
            rows,
            designs=[design],
            sizes=[20],
            repeats=1,
            quick=True,
            workers=0,
            examples=False,
            out=out,
        )
    return made.winner


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def album(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ada, Bob and Eve, three photos each, and what is no photo of one person.

    They are three whose face the tiny model finds, and of whom no two are alike to it.
    """
    root = tmp_path_factory.mktemp("album")
    recogniser = Recogniser(ew.load(model), model)
    seen = {number: [recogniser.faces(one) for one in frames(number)] for number in range(30)}
    known = {number: some[0][0].embedding for number, some in seen.items() if all(len(one) == 1 for one in some)}
    found = min(combinations(known, 3), key=lambda some: unlike(known, some))
    for name, number in zip(("Ada", "Bob", "Eve"), found, strict=True):
        (root / name).mkdir()
        for at, one in enumerate(frames(number)):
            PIL.Image.fromarray(one).save(root / name / f"{at}.png")
    PIL.Image.new("L", (128, 96), 128).save(root / "blank.png")
    (root / "broken.jpg").write_bytes(b"no picture")
    return root


def unlike(known: dict[int, np.ndarray], some: tuple[int, ...]) -> float:
    """The highest cosine between any two of some people."""
    return max(float(known[one] @ known[other]) for one, other in combinations(some, 2))


def frames(person: int) -> np.ndarray:
    return generate([person], 3, complexity=0)["frame"]


@pytest.fixture
def gallery(tmp_path: Path) -> Path:
    return tmp_path / "gallery"


@pytest.fixture
def ready(gallery: Path, model: Path, album: Path, capsys: Captured) -> Path:
    """Ada and Bob are enrolled, and strangers set a threshold."""
    for name in ("Ada", "Bob"):
        assert (
            run("enrol", name, album / name / "0.png", album / name / "1.png", "--gallery", gallery, model=model) == 0
        )
    assert run("threshold", "--fpir", "0.2", "--strangers", album, "--gallery", gallery, model=model) == 0
    capsys.readouterr()
    return gallery


def run(*tokens: object, model: Path | None = None) -> int:
    chosen = () if model is None else ("--model", model)
    return int(app([str(one) for one in (*tokens, *chosen)], result_action="return_value"))


def lines(capsys: Captured) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_it_opens_for_who_is_enrolled_and_for_nobody_else(
    ready: Path, model: Path, album: Path, capsys: Captured
) -> None:
    asked = [album / "Ada" / "2.png", album / "Eve" / "2.png", album / "blank.png"]
    assert run("identify", *asked, "--gallery", ready, "--json", model=model) == 0
    said = lines(capsys)
    assert [(one["decision"], one["who"]) for one in said] == [("open", "Ada"), ("shut", None), ("shut", None)]
    assert said[1]["reason"] == "a stranger"
    assert said[2]["reason"] == "no face"
    assert said[0]["score"] > said[0]["threshold"] >= said[1]["score"]
    run("identify", asked[0], "--gallery", ready, model=model)
    told = capsys.readouterr()
    assert f"{asked[0]}: open: Ada, recognised (score " in told.out
    assert told.err.splitlines()[0] == WARNING


def test_one_bad_file_is_named_and_the_others_are_done(ready: Path, model: Path, album: Path, capsys: Captured) -> None:
    assert run("identify", album, "--gallery", ready, model=model) == 1
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 10
    assert f"{album}/broken.jpg: not looked at: the file is not a picture in a known format" in told.err


def test_each_photo_is_taken_or_refused_with_its_reason(
    gallery: Path, model: Path, album: Path, capsys: Captured
) -> None:
    photos = [album / "Ada" / "0.png", album / "blank.png", album / "broken.jpg"]
    assert run("enrol", "Ada", *photos, "--gallery", gallery, model=model) == 0
    told = capsys.readouterr()
    assert told.out == "Ada: enrolled, with 1 photo\n"
    assert told.err.splitlines() == [
        WARNING,
        f"{photos[0]}: taken",
        f"{photos[1]}: refused: no face was found",
        f"{photos[2]}: refused: the file is not a picture in a known format",
    ]
    assert run("enrol", "Bob", *photos[1:], "--gallery", gallery, model=model) == 1
    assert capsys.readouterr().out == "Bob: not enrolled: no photo was taken\n"
    assert [one.name for one in Register(gallery).read().people] == ["Ada"]


def test_folders_of_people_are_enrolled_by_their_names(
    gallery: Path, model: Path, album: Path, capsys: Captured
) -> None:
    assert run("enrol", "--from", album, "--gallery", gallery, "--json", model=model) == 0
    assert [(one["enrolled_as"], one["photos"]) for one in lines(capsys)] == [("Ada", 3), ("Bob", 3), ("Eve", 3)]
    run("enrol", "ADA", album / "Ada", "--gallery", gallery, model=model)
    assert capsys.readouterr().out == "ADA: enrolled, as Ada, with 3 photos\n"  # the same photos do not count twice


def test_who_is_removed_is_a_stranger_from_then_on(ready: Path, model: Path, album: Path, capsys: Captured) -> None:
    assert run("people", "remove", "ada", "--gallery", ready) == 0
    assert capsys.readouterr().out == f"Ada: removed, with 2 photos' templates; none is left in {ready}\n"
    assert "Ada" not in (ready / FILE).read_text()
    run("identify", album / "Ada" / "2.png", "--gallery", ready, "--json", model=model)
    told = capsys.readouterr()
    assert json.loads(told.out)["decision"] == "shut"
    assert "The threshold was set with 2 enrolled, and 1 are now: fewer strangers" in told.err
    run("people", "list", "--gallery", ready, "--json")
    assert [one["name"] for one in lines(capsys)] == ["Bob"]


def test_without_a_threshold_it_stays_shut_and_says_so(
    gallery: Path, model: Path, album: Path, capsys: Captured
) -> None:
    run("enrol", "Ada", album / "Ada", "--gallery", gallery, model=model)
    capsys.readouterr()
    assert run("identify", album / "Ada" / "0.png", "--gallery", gallery, model=model) == 0
    told = capsys.readouterr()
    assert told.out.endswith("shut: no threshold is set\n")
    assert "The gate stays shut: no threshold is set. Set one: endwise gate threshold" in told.err


def test_strangers_set_the_threshold_and_the_enrolled_among_them_do_not(
    ready: Path, model: Path, album: Path, capsys: Captured
) -> None:
    assert run("threshold", "--strangers", album, "--gallery", ready, model=model) == 0
    told = capsys.readouterr()
    assert f"set by 3 pictures of 1 strangers ({album}) against 2 enrolled" in told.out
    assert "Asked for: 1 % of strangers let through." in told.out
    assert "Ada: left out: somebody of that name is enrolled" in told.err
    assert "too few strangers for 1 %: 3 pictures, at least 100 are needed" in told.err
    assert "2 pictures with no face" not in told.err  # one is blank, one is no picture
    assert "1 pictures with no face, or with several, are left out" in told.err


def test_generated_strangers_take_their_place_and_it_is_said(
    ready: Path, model: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers, "GENERATED", (100, 1))  # the tiny model finds few of them
    assert run("threshold", "--fpir", "0.1", "--gallery", ready, model=model) == 0
    told = capsys.readouterr()
    assert "(generated faces) against 2 enrolled" in told.out
    assert "says little about real ones" in told.err


@pytest.mark.parametrize("share", ["0", "1", "-0.1"])
def test_a_rate_that_is_none_is_refused(gallery: Path, share: str) -> None:
    with pytest.raises(ew.EndwiseError, match=r"A share lies between 0 and 1"):
        run("threshold", f"--fpir={share}", "--gallery", gallery)


def test_a_log_of_nothing_says_so(gallery: Path, capsys: Captured) -> None:
    assert run("log", "--gallery", gallery) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "nothing was decided yet" in told.err


def test_a_threshold_needs_somebody_enrolled(gallery: Path, model: Path) -> None:
    with pytest.raises(ew.EndwiseError, match=r"Of 0 people enrolled"):
        run("threshold", "--gallery", gallery, model=model)


def test_a_folder_is_watched_once_and_nothing_is_decided_twice(
    ready: Path, model: Path, album: Path, tmp_path: Path, capsys: Captured
) -> None:
    door = tmp_path / "door"
    shutil.copytree(album / "Ada", door)
    shutil.copy(album / "Eve" / "0.png", door / "eve.png")
    asked = ("watch", door, "--once", "--gallery", ready, "--json")
    kept = tmp_path / "kept"
    assert run(*asked, "--keep-pictures", kept, model=model) == 0
    said = lines(capsys)
    assert sorted(one["decision"] for one in said) == ["open", "open", "open", "shut"]
    assert {one["camera"] for one in said} == {"door"}
    assert len(list(kept.iterdir())) == 4
    assert run(*asked, model=model) == 0
    assert lines(capsys) == []
    events, broken = Journal(ready).read()
    assert (len(events), broken) == (4, [])
    assert run("log", "--last", 2, "--gallery", ready, "--json") == 0
    assert lines(capsys) == said[2:]
    run("log", "--gallery", ready)
    assert "  door  open: Ada, recognised (score " in capsys.readouterr().out


def test_what_cannot_be_read_is_decided_as_shut_in_the_end(
    ready: Path, model: Path, album: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "PATIENCE", 0.3)
    (tmp_path / "door").mkdir()
    shutil.copy(album / "broken.jpg", tmp_path / "door")
    assert run("watch", tmp_path / "door", "--once", "--gallery", ready, "--json", model=model) == 0
    (said,) = lines(capsys)
    assert (said["decision"], said["reason"]) == ("shut", "the file is not a picture in a known format")


def test_a_watching_process_sees_new_pictures_and_new_people(
    ready: Path, model: Path, album: Path, tmp_path: Path
) -> None:
    door = tmp_path / "door"
    shutil.copytree(album / "Bob", door)  # these are not new
    words = [
        sys.executable,
        "-m",
        "endwise",
        "gate",
        "watch",
        str(door),
        "--gallery",
        str(ready),
        "--model",
        str(model),
    ]
    gate = subprocess.Popen([*words, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert gate.stdout is not None
    assert gate.stderr is not None
    try:
        assert WARNING in gate.stderr.readline()
        content = (album / "Eve" / "0.png").read_bytes()
        with (door / "half.png").open("wb") as half:  # written in two parts
            half.write(content[: len(content) // 2])
            half.flush()
            time.sleep(1)
            half.write(content[len(content) // 2 :])
        said = json.loads(gate.stdout.readline())
        assert (said["decision"], said["reason"]) == ("shut", "a stranger")
        assert run("enrol", "Eve", album / "Eve" / "1.png", "--gallery", ready, model=model) == 0
        shutil.copy(album / "Eve" / "2.png", door / "eve.png")
        said = json.loads(gate.stdout.readline())
        assert (said["decision"], said["who"]) == ("open", "Eve")
        with pytest.raises(ew.EndwiseError, match=r"Another process watches it for the same gallery\."):
            run("watch", door, "--once", "--gallery", ready, model=model)
    finally:
        gate.kill()
        gate.communicate()
    assert len(Journal(ready).read()[0]) == 2


def test_a_folder_that_is_none_is_said(gallery: Path, model: Path, tmp_path: Path) -> None:
    with pytest.raises(ew.EndwiseError, match=r"There is no such folder\."):
        run("watch", tmp_path / "nowhere", "--gallery", gallery, model=model)
    with pytest.raises(ew.EndwiseError, match=r"It holds no folder with photographs\."):
        run("enrol", "--from", tmp_path, "--gallery", gallery, model=model)
    with pytest.raises(ew.EndwiseError, match=r"Nobody was named\."):
        run("enrol", "--gallery", gallery, model=model)
    with pytest.raises(ew.EndwiseError, match=r"There is no such file\."):
        run("enrol", "Ada", tmp_path / "none.png", "--gallery", gallery, model=model)


def test_a_frame_of_the_camera_takes_less_than_thirty_milliseconds(model: Path, album: Path) -> None:
    recogniser = Recogniser(ew.load(model), model)
    frame = np.asarray(PIL.Image.open(album / "Ada" / "0.png"))
    took = []
    for _ in range(10):
        started = time.process_time()
        recogniser.faces(frame)
        took.append(time.process_time() - started)
    assert min(took) < 0.03


def test_long_work_says_how_far_it_is(
    ready: Path, model: Path, album: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "LINE_EVERY", 0.0)
    run("identify", album / "Ada", "--gallery", ready, model=model)
    assert capsys.readouterr().err.splitlines()[-3:] == [f"{at} of 3 photographs" for at in (1, 2, 3)]


@pytest.mark.slow
def test_a_winner_that_knows_people_by_heart_is_refused(gallery: Path, album: Path, tmp_path: Path) -> None:
    by_heart = trained(tmp_path / "by_heart", "frame -> who")
    with pytest.raises(ew.EndwiseError) as error:
        run("enrol", "Ada", album / "Ada", "--gallery", gallery, model=by_heart)
    assert error.value.here == "It makes who."
    assert "without training it again" in error.value.why
    assert "endwise study gate" in error.value.do


@pytest.mark.slow
def test_without_a_model_a_small_one_is_trained_once_and_kept(
    gallery: Path, album: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # no runs/gate/winner here
    monkeypatch.setattr(starter, "kept", lambda: tmp_path / "kept" / "winner")
    monkeypatch.setattr(starter, "SMALL", {"pictures": 1, "test": 1, "others": OTHERS, "strangers": 4})
    run("enrol", "Ada", album / "Ada", "--gallery", gallery)
    told = capsys.readouterr().err
    assert f"a small one is trained on drawn faces of {OTHERS} people, once" in told
    assert f"kept at {tmp_path}/kept/winner. For a better one: endwise study gate" in told
    assert [file.name for file in (tmp_path / "kept").iterdir()] == ["winner"]  # of the study nothing else is left
    run("enrol", "Ada", album / "Ada", "--gallery", gallery)
    assert "trained" not in capsys.readouterr().err


def test_importing_the_application_loads_nothing_heavy() -> None:
    heavy = "{'torch', 'numpy', 'PIL', 'scipy'}"
    asked = f"import sys, endwise.systems.gate.app; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_listing_people_loads_no_network(gallery: Path) -> None:
    asked = f"""
import sys
from endwise.systems.gate.app import app
for words in (["people", "list"], ["log"]):
    app([*words, "--gallery", {str(gallery)!r}], result_action="return_value")
print("torch" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_first_line_of_help_says_what_it_does_not_do() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "endwise", "gate", "--help"], capture_output=True, text=True, check=True
    )
    assert "No liveness check: a photograph held to the camera passes." in " ".join(done.stdout.split())
