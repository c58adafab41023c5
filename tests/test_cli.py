"""The command line, as real processes on real files."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

DIGITS = 120


def endwise(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command; nothing but the environment of this test is handed over."""
    command = [sys.executable, "-m", "endwise", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody's folder: real scans of digits, a table with how much ink each has, and who wrote it."""
    folder = tmp_path_factory.mktemp("own") / "digits"
    (folder / "img").mkdir(parents=True)
    scans = load_digits()
    with (folder / "rows.csv").open("w", newline="") as out:
        table = csv.writer(out)
        table.writerow(["image", "ink", "digit", "writer"])
        for at in range(DIGITS):
            pixels = (scans.images[at] * 15.9).astype(np.uint8)
            Image.fromarray(pixels).resize((16, 16)).save(folder / f"img/{at}.png")
            ink = round(float(pixels.mean()), 2) if at % 3 else ""
            table.writerow([f"img/{at}.png", ink, f"d{scans.target[at] % 2}", f"w{at // 4}"])
    return folder


PATH = ("--path", "image -> ink -> digit", "--group", "writer")


@pytest.fixture(scope="session")
def studied(digits: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    out = tmp_path_factory.mktemp("runs") / "digits"
    ran = endwise("study", digits, *PATH, "--quick", "--sizes", "40", "80", "--repeats", "1", "--out", out)
    return ran, out


def test_a_strangers_folder_is_studied_without_code(
    studied: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    ran, out = studied
    assert ran.returncode == 0, ran.stderr
    assert "is best of 2 designs" in " ".join(ran.stdout.split())
    verdict = json.loads((out / "verdict.json").read_text())
    assert {point["design"] for point in verdict["designs"]} == {"image -> digit", "image -> ink -> digit"}
    assert verdict["command"].startswith("endwise study")
    assert (out / "report.html").exists()
    assert "cells" in ran.stderr


def test_the_report_command_prints_the_same_verdict(
    studied: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    ran, out = studied
    again = endwise("report", out)
    assert again.returncode == 0
    assert again.stdout == ran.stdout
    assert json.loads(endwise("report", out, "--json").stdout) == json.loads((out / "verdict.json").read_text())


def test_blame_tells_of_each_seam_as_words_and_as_json(
    studied: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    _, out = studied
    told = endwise("blame", out)
    assert told.returncode == 0, told.stderr
    assert "image -> ink -> digit" in told.stdout
    assert "With the true ink" in " ".join(told.stdout.split())
    (seam,) = json.loads(endwise("blame", out, "--json").stdout)
    fields = ("design", "signal", "error", "with_truth", "difference", "low", "high", "finding")
    assert seam["signal"] == "ink"
    assert set(fields) <= set(seam)
    assert seam["without"] > 0, "a third of the rows have no ink"
    assert endwise("blame", out, "--design", seam["design"]).returncode == 0


def test_blame_lists_the_rows_that_a_design_gets_wrong(
    studied: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    _, out = studied
    (one,) = json.loads(endwise("blame", out, "--rows", "--json").stdout)
    assert one["mistakes"] == sum(step["made_right"] for step in one["steps"]) + one["never"] > 0
    assert one["without"] > 0
    told = endwise("blame", out, "--rows", "--design", one["design"])
    assert told.returncode == 0, told.stderr
    shown = " ".join(told.stdout.split())
    assert f"{one['mistakes']} of the {one['rows']} test rows are mistakes (any error)." in shown
    assert all(f" {mistake['row']} " in shown for mistake in one["listed"])
    assert f"{one['mistakes']} of the" in " ".join(endwise("blame", out).stdout.split())


def test_blame_says_what_it_lacks(studied: tuple[subprocess.CompletedProcess[str], Path], tmp_path: Path) -> None:
    _, out = studied
    other = endwise("blame", out, "--design", "Z")
    assert other.returncode == 1
    assert "The design 'Z' was to be looked at." in other.stderr
    assert "Name one of these, by its letter or as it is written." in other.stderr
    plain = json.loads((out / "verdict.json").read_text())
    earlier = {name: value for name, value in plain.items() if name != "attributions"}
    (tmp_path / "verdict.json").write_text(json.dumps(earlier))
    assert endwise("blame", tmp_path).returncode == 0
    unlisted = endwise("blame", tmp_path, "--rows")
    assert unlisted.returncode == 1
    assert "The rows that designs of the study in" in unlisted.stderr
    assert "It holds none: too few test rows know the truth at every seam, or an earlier" in unlisted.stderr
    assert "A row goes to the first seam at which the truth makes it right." in unlisted.stderr
    assert "Give its command again: what was trained is kept." in unlisted.stderr
    (tmp_path / "verdict.json").write_text(json.dumps({**plain, "blames": []}))
    nothing = endwise("blame", tmp_path)
    assert nothing.returncode == 1
    assert "No test row has true values of what its stages make." in nothing.stderr
    (tmp_path / "verdict.json").write_text(json.dumps({**plain, "blames": [], "done": False}))
    stopped = endwise("blame", tmp_path)
    assert "It was stopped before that was measured." in stopped.stderr
    assert "Give its command again, it goes on: endwise study" in stopped.stderr


def test_stages_are_listed_shown_and_kept_by_name(
    studied: tuple[subprocess.CompletedProcess[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENDWISE_COMPONENTS", str(tmp_path / "library"))
    _, out = studied
    listed = [json.loads(line) for line in endwise("components", "list", out, "--json").stdout.splitlines()]
    assert {one["name"] for one in listed} == {"digit.from_image", "digit.from_ink", "ink.from_image"}
    ink = next(one for one in listed if one["name"] == "ink.from_image")
    assert (ink["design"], ink["wants"], ink["system"]) == ("image -> ink", "ink", "digits")
    assert f"ink.from_image: image -> ink, learnt from {ink['rows']} rows" in endwise("components", "list", out).stdout
    nothing = endwise("components", "list")
    assert "none in" in nothing.stdout
    assert "- Takes: image. Makes: ink." in endwise("components", "show", ink["folder"]).stdout
    assert endwise("components", "export", out, "ink.from_image", tmp_path / "ink").returncode == 0
    kept = endwise("components", "import", tmp_path / "ink", "--name", "inked")
    assert "inked: kept in" in kept.stdout
    assert "--reuse ink=inked" in kept.stdout
    assert json.loads(endwise("components", "show", "inked", "--json").stdout)["identity"] == ink["identity"]
    wrong = endwise("components", "export", out, "ink.from_imago", tmp_path / "other")
    assert wrong.returncode == 1
    assert "None is so called." in wrong.stderr


def test_a_stage_of_one_study_serves_another(
    studied: tuple[subprocess.CompletedProcess[str], Path], digits: Path, tmp_path: Path
) -> None:
    """A table without ink: the stage that somebody trained makes it."""
    _, out = studied
    bare = tmp_path / "bare"
    shutil.copytree(digits / "img", bare / "img")
    with (digits / "rows.csv").open() as told, (bare / "rows.csv").open("w", newline="") as rows:
        lines = csv.writer(rows)
        for at, line in enumerate(csv.reader(told)):
            lines.writerow(line if at < 4 else [line[0], "", *line[2:]])  # of three the ink is known: its kind is seen
    ran = endwise(
        "study", bare, *PATH, "--quick", "--sizes", "40", "--repeats", "1", "--out", tmp_path / "out", "--json",
        "--reuse", f"ink={out / 'components' / 'ink.from_image'}",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    verdict = json.loads(ran.stdout)
    assert {point["design"] for point in verdict["designs"]} == {"image -> digit", "image -> ink -> digit [chained]"}
    assert any("`image -> ink` is reused, frozen: 'image -> ink' of digits" in note for note in verdict["notes"])
    wrong = endwise("study", bare, *PATH, "--reuse", f"digit={out / 'components' / 'ink.from_image'}")
    assert wrong.returncode == 1
    assert "A component takes the place of one that takes and makes the same." in wrong.stderr


def test_the_winner_predicts_files_and_names_those_it_cannot_use(
    studied: tuple[subprocess.CompletedProcess[str], Path], digits: Path, tmp_path: Path
) -> None:
    _, out = studied
    files = [digits / "img/5.png", tmp_path / "missing.png"]
    ran = endwise("predict", out / "winner", *files, "--overlay", tmp_path / "drawn")
    assert ran.returncode == 1
    assert f"{files[0]}: digit d" in ran.stdout
    assert f"not used: {files[1]}: is not there" in ran.stdout
    (drawn,) = (tmp_path / "drawn").iterdir()
    with Image.open(drawn) as picture:
        assert picture.width > 100


def test_a_file_that_is_not_there_is_named(
    studied: tuple[subprocess.CompletedProcess[str], Path], tmp_path: Path
) -> None:
    ran = endwise("predict", studied[1] / "winner", tmp_path / "missing.png")
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[:2] == [
        f"A prediction for {tmp_path / 'missing.png'} was asked for.",
        "There is no such file.",
    ]


def test_a_text_or_a_number_is_given_as_it_is(tmp_path: Path) -> None:
    rows = [f"{'hammer' if at % 2 else 'plum'} of size {at},{at / 2 + 0.25},{5 * at + 1.25}" for at in range(60)]
    (tmp_path / "rows.csv").write_text("\n".join(["title,size,price", *rows]) + "\n")
    for path in ("title -> price", "size -> price"):
        ran = endwise("study", ".", "--path", path, "--quick", "--sizes", "48", "--out", path[:4], cwd=tmp_path)
        assert ran.returncode == 0, ran.stderr
    (tmp_path / "one.txt").write_text("plum of size 8\n")
    for winner, values in (("titl", ["plum of size 8", "one.txt", "hammer of size 51"]), ("size", ["4.25", "28"])):
        by_value = endwise("predict", Path(winner, "winner"), *values, cwd=tmp_path)
        lines = [line.rpartition(": price ") for line in by_value.stdout.splitlines()]
        assert [name for name, _, _ in lines] == values
        assert float(lines[0][2]) < float(lines[-1][2])
        if winner == "titl":
            assert lines[0][2] == lines[1][2]
            empty = endwise("predict", Path(winner, "winner"), "plum", " ", cwd=tmp_path)
            assert (empty.returncode, empty.stdout) == (1, "")
            assert empty.stderr.splitlines()[1] == "Nothing stands in ' '."


def test_predictions_of_a_table_come_as_json(
    studied: tuple[subprocess.CompletedProcess[str], Path], digits: Path
) -> None:
    _, out = studied
    ran = endwise("predict", out / "winner", "--rows", digits, "--json")
    assert ran.returncode == 0, ran.stderr
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(lines) == DIGITS
    assert {line["digit"] for line in lines} <= {"d0", "d1"}


def test_rows_keep_their_names_and_files_beside_a_table_are_refused(
    studied: tuple[subprocess.CompletedProcess[str], Path], digits: Path, tmp_path: Path
) -> None:
    winner = studied[1] / "winner"
    (tmp_path / "0.png").write_bytes((digits / "img/0.png").read_bytes())
    (tmp_path / "rows.csv").write_text("id,image\nAda Lovelace,0.png\n")
    assert endwise("predict", winner, "--rows", tmp_path).stdout.startswith("Ada Lovelace: digit d")
    both = endwise("predict", winner, tmp_path / "0.png", "--rows", tmp_path)
    assert both.returncode == 1
    assert "one of the two would be left out" in both.stderr


def test_a_table_given_as_a_file_is_read_as_rows(
    studied: tuple[subprocess.CompletedProcess[str], Path], digits: Path, tmp_path: Path
) -> None:
    winner, table = studied[1] / "winner", digits / "rows.csv"
    assert endwise("predict", winner, table).stdout == endwise("predict", winner, "--rows", table).stdout
    mixed = endwise("predict", winner, table, digits / "img/1.png")
    assert "A table holds many rows, any other file is one" in mixed.stderr
    missing = endwise("predict", winner, tmp_path / "none.csv")
    assert "There is no such file or folder." in missing.stderr


def test_bad_rows_of_a_table_are_named_and_the_others_predicted(
    studied: tuple[subprocess.CompletedProcess[str], Path], spoilt: Path
) -> None:
    ran = endwise("predict", studied[1] / "winner", "--rows", spoilt)
    assert ran.returncode == 1
    assert ran.stdout.count("not used:") == 2
    assert ran.stdout.count(": digit d") == DIGITS - 2


def test_a_given_signal_that_the_winner_does_not_take_is_refused(
    studied: tuple[subprocess.CompletedProcess[str], Path], digits: Path
) -> None:
    ran = endwise("predict", studied[1] / "winner", digits / "img/1.png", "--given", "sex=F")
    assert ran.returncode == 1
    assert "It takes no 'sex'." in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_store_is_shown_and_cleaned(studied: tuple[subprocess.CompletedProcess[str], Path], tmp_path: Path) -> None:
    ran = endwise("store", studied[1])
    assert "0 failed, 0 half-written" in ran.stdout
    refused = endwise("store", tmp_path)
    assert refused.returncode == 1
    assert "is marked by a file endwise-store.json" in refused.stderr


def test_check_finds_labels_designs_and_cost(digits: Path) -> None:
    ran = endwise("check", digits, *PATH, "--quick", "--json")
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found["labels"] == {"image": DIGITS, "ink": 80, "digit": DIGITS}
    assert found["designs"] == ["image -> digit", "image -> ink -> digit"]
    assert found["cpu_seconds"] > 0


def test_a_folder_is_told_by_its_name_alone(digits: Path) -> None:
    bare = endwise("check", digits.name, *PATH, "--quick", "--json", cwd=digits.parent)
    assert bare.returncode == 0, bare.stderr
    assert json.loads(bare.stdout)["labels"] == {"image": DIGITS, "ink": 80, "digit": DIGITS}


@pytest.fixture
def spoilt(digits: Path, tmp_path: Path) -> Path:
    """The same folder with a truncated picture, a missing one, and a number that is none."""
    folder = tmp_path / "spoilt"
    (folder / "img").mkdir(parents=True)
    for file in (digits / "img").iterdir():
        (folder / "img" / file.name).write_bytes(file.read_bytes())
    lines = (digits / "rows.csv").read_text().splitlines()
    lines[3] = "img/2.png,much,d0,w0"
    (folder / "rows.csv").write_text("\n".join(lines) + "\n")
    (folder / "img/7.png").write_bytes((folder / "img/7.png").read_bytes()[:60])
    (folder / "img/9.png").unlink()
    return folder


def test_check_lists_every_bad_row_and_study_refuses_them(spoilt: Path, tmp_path: Path) -> None:
    ran = endwise("check", spoilt, *PATH, "--quick")
    assert ran.returncode == 1
    for line in ("rows.csv, line 4, ink", "rows.csv, line 9, image", "rows.csv, line 11, image"):
        assert line in ran.stdout
    refused = endwise("study", spoilt, *PATH, "--quick", "--out", tmp_path / "run")
    assert refused.returncode == 1
    assert "3 of 120 rows cannot be used" in refused.stderr


def test_skip_bad_counts_and_names_what_it_left_out(spoilt: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    options = ("--quick", "--sizes", "40", "--repeats", "1", "--designs", "image -> digit", "--skip-bad")
    ran = endwise("study", spoilt, *PATH, *options, "--out", out, "--json")
    assert ran.returncode == 0, ran.stderr
    verdict = json.loads(ran.stdout)
    assert len(verdict["problems"]) == 3
    assert "skipped-rows" in {caveat["code"] for caveat in verdict["caveats"]}
    assert "rows.csv, line 11, image" in (out / "report.html").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("study", "bone-agee"), "Did you mean 'bone-age'?"),
        (("study", "./nowhere"), "There is no such file or folder."),
        (("study", "data", "--path", "a -> b"), "It is none of them, and there is no folder or table of that name"),
        (("study", "."), "Neither --path nor --system was given."),
        (("study", __file__), "A study needs rows as well"),
        (("study", ".", "--system", "a.py", "--path", "a -> b"), "Only one of them could be right."),
        (("study", "./nowhere", "--path", "a -> b"), "nowhere"),
        (("study", "./nowhere", "--path", "a"), "A path names at least two signals"),
        (("study", "bone-age", "--quick", "--budget", "soon"), "Write for example --budget 30m."),
        (("study", "bone-age", "--system", "a.py"), "A built-in system brings its rows, groups and split with it."),
        (("study", "bone-age", "--group", "patient"), "A built-in system brings its rows, groups and split with it."),
        (("report", "nowhere"), "A study writes it when it ends."),
        (("blame", "."), "It is no study's folder."),
        (("study", "bone-age", "--quick", "--repeats", "0"), "The least is 1."),
        (("study", "bone-age", "--quick", "--out", "/dev/null/x"), "could not be read or written"),
        (("init", "/dev/null/x"), "could not be read or written"),
        (("predict", "nowhere", "x.png"), "A bundle is the folder 'winner' that a study writes."),
    ],
)
def test_what_cannot_be_done_is_said_without_a_traceback(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    ran = endwise(*words, cwd=tmp_path)
    assert ran.returncode == 1
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_systems_lists_every_design() -> None:
    found = json.loads(endwise("systems", "--json").stdout)
    assert "xray -> joints -> lengths -> age" in found["bone-age"]
    assert len(found["bone-age"]) >= 5


def test_an_interrupted_study_says_how_to_go_on(digits: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "endwise", "study", str(digits), *PATH, "--out", str(tmp_path / "run")]
    # Where the tests run in the background, SIGINT is ignored, and children inherit that.
    heard = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), "start_new_session": True}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **heard)
    while not list((tmp_path / "run").glob("store/cells/??/*/cell.json")) and process.poll() is None:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped. What was done is kept; this goes on from there:" in errors
    assert "Traceback" not in errors


def test_init_writes_a_project_that_runs(tmp_path: Path) -> None:
    assert endwise("init", "mine", cwd=tmp_path).returncode == 0
    assert endwise("init", "mine", cwd=tmp_path).returncode == 1
    study = (tmp_path / "mine" / "study.py").read_text()
    (tmp_path / "mine" / "study.py").write_text(study.replace("count=400", "count=60"))
    ran = subprocess.run(
        [sys.executable, "study.py"], cwd=tmp_path / "mine", capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "is best of 2 designs" in ran.stdout
