"""The application on real files, with a winner that a real, small study trained."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import endwise as ew
from endwise.systems.speech import app as application, starter
from endwise.systems.speech.app import app
from endwise.systems.speech.signals import RATE
from tests.systems.test_speech_transcribing import SPELLED, STAGED, said, trained

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory, STAGED)


@pytest.fixture(scope="module")
def spelling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory, SPELLED, 8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two recordings, and one file each of what cannot be read or holds nothing."""
    root = tmp_path_factory.mktemp("sounds")
    soundfile.write(root / "a.wav", said(["see", "ah"], 5)[0], RATE)
    (root / "below").mkdir()
    soundfile.write(root / "below" / "a.flac", said(["ooh"], 6)[0], RATE)
    soundfile.write(root / "silent.wav", np.zeros(RATE), RATE)
    (root / "empty.wav").write_bytes(b"")
    (root / "no-sound.ogg").write_text("no sound", encoding="utf-8")
    (root / "notes.txt").write_text("not looked at", encoding="utf-8")
    return root


def run(*tokens: object) -> int:
    return int(app([str(one) for one in tokens], result_action="return_value"))


def test_one_recording_is_one_line(staged: Path, folder: Path, capsys: Captured) -> None:
    assert run("transcribe", folder / "a.wav", "--model", staged) == 0
    assert capsys.readouterr() == ("see ah\n", "")


def test_a_folder_is_a_line_a_file_and_what_is_wrong_is_said_beside(
    staged: Path, folder: Path, capsys: Captured
) -> None:
    assert run("transcribe", folder, "--model", staged) == 0
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        f"{folder}/a.wav: see ah",
        f"{folder}/below/a.flac: ooh",
        f"{folder}/silent.wav: ",
    ]
    assert told.err.splitlines() == [
        f"{folder}/empty.wav: not transcribed: the file is an empty file",
        f"{folder}/no-sound.ogg: not transcribed: the file cannot be read as a sound (Format not recognised)",
        f"{folder}/silent.wav: note: it is silent",
    ]


def test_only_when_all_failed_the_exit_code_is_one(staged: Path, folder: Path, capsys: Captured) -> None:
    assert run("transcribe", folder / "empty.wav", folder / "nowhere.wav", "--model", staged) == 1
    assert capsys.readouterr().out == ""
    assert run("transcribe", folder / "empty.wav", folder / "silent.wav", "--model", staged) == 0


def test_json_is_one_object_or_a_list(staged: Path, folder: Path, capsys: Captured) -> None:
    run("transcribe", folder / "a.wav", "--model", staged, "--json", "--phones")
    one: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert one["text"] == "see ah"
    assert one["design"] == ew.load(staged).design
    assert [part["name"] for part in one["words"][0]["phones"]] == ["S", "IY"]
    assert one["words"][0]["start"] < one["words"][0]["end"] <= one["words"][1]["start"] < one["seconds"]
    run("transcribe", folder, "--model", staged, "--format", "json")
    many = {Path(record["path"]).name: record for record in json.loads(capsys.readouterr().out)}
    assert many["empty.wav"]["reason"] == "is an empty file"
    assert many["silent.wav"]["notes"] == ["it is silent"]
    assert "phones" not in many["a.wav"]["words"][0]


def test_csv_has_every_file(staged: Path, folder: Path, capsys: Captured) -> None:
    run("transcribe", folder, "--model", staged, "--format", "csv")
    rows = {Path(row["path"]).name: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    assert sorted(rows) == ["a.flac", "a.wav", "empty.wav", "no-sound.ogg", "silent.wav"]
    assert (rows["a.wav"]["text"], rows["a.wav"]["reason"]) == ("see ah", "")
    assert 0 < float(rows["a.wav"]["confidence"]) <= 1


def test_words_and_a_grammar_are_taken_from_files(staged: Path, folder: Path, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "words.txt").write_text("ah\nsee\n", encoding="utf-8")
    (tmp_path / "sentences.txt").write_text("See, ah!\nah ah\n", encoding="utf-8")
    run("transcribe", folder / "a.wav", "--model", staged, "--words", tmp_path / "words.txt")
    assert capsys.readouterr().out == "see ah\n"
    run("transcribe", folder / "a.wav", "--model", staged, "--grammar", tmp_path / "sentences.txt")
    assert capsys.readouterr().out == "see ah\n"
    asked = ("--words", "see", "--grammar", tmp_path / "sentences.txt")
    with pytest.raises(ew.EndwiseError, match=r"They hold 'ah', not among the 1 words"):
        run("transcribe", folder / "a.wav", "--model", staged, *asked)


def test_a_file_or_a_folder_is_written(staged: Path, folder: Path, tmp_path: Path, capsys: Captured) -> None:
    run("transcribe", folder, "--model", staged, "--out", tmp_path / "all.txt")
    assert len((tmp_path / "all.txt").read_text(encoding="utf-8").splitlines()) == 3
    assert capsys.readouterr().out == ""
    run("transcribe", folder, "--model", staged, "--out", tmp_path / "each", "--format", "srt")
    assert sorted(file.name for file in (tmp_path / "each").iterdir()) == ["a-2.srt", "a.srt", "silent.srt"]
    assert (tmp_path / "each" / "a.srt").read_text(encoding="utf-8").startswith("1\n00:00:00,0")
    assert (tmp_path / "each" / "a-2.srt").read_text(encoding="utf-8").endswith("\nooh\n")


def test_subtitles_of_several_need_a_folder(staged: Path, folder: Path, tmp_path: Path) -> None:
    for out in ((), ("--out", tmp_path / "all.srt")):
        with pytest.raises(ew.EndwiseError) as error:
            run("transcribe", folder, "--model", staged, "--format", "srt", *out)
        assert error.value.why == "A file of subtitles belongs to one recording."
        assert error.value.do == "Name a folder for them: --out subtitles"


def test_no_recording_is_overwritten(staged: Path, folder: Path) -> None:
    before = (folder / "a.wav").read_bytes()
    with pytest.raises(ew.EndwiseError, match=r"That is one of the recordings\."):
        run("transcribe", folder / "a.wav", "--model", staged, "--out", folder / "a.wav")
    assert (folder / "a.wav").read_bytes() == before


def test_nothing_to_listen_to_is_said_before_a_model_is_looked_for(tmp_path: Path) -> None:
    with pytest.raises(ew.EndwiseError, match=r"No file there ends in \.wav, \.flac"):
        run("transcribe", tmp_path)
    with pytest.raises(ew.EndwiseError, match=r"There is no such file\."):
        run("transcribe", tmp_path / "none.wav")


def test_an_alignment_has_words_and_phones(staged: Path, folder: Path, tmp_path: Path, capsys: Captured) -> None:
    assert run("align", folder / "a.wav", "See... AH!", "--model", staged) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[2] for line in lines] == ["see", "S", "IY", "ah", "AA"]
    assert all(0 <= float(start) < float(end) for start, end, _ in lines)
    (tmp_path / "said.txt").write_text("see\nah\n", encoding="utf-8")
    asked = ("--model", staged, "--out", tmp_path / "a.csv", "--format", "csv")
    run("align", folder / "a.wav", tmp_path / "said.txt", *asked)
    assert len((tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()) == 1 + 3
    run("align", folder / "a.wav", "see ah", "--model", staged, "--json")
    assert json.loads(capsys.readouterr().out)["words"][1]["phones"][0]["name"] == "AA"


def test_a_design_that_spells_may_spell_freely(spelling: Path, folder: Path, capsys: Captured) -> None:
    assert run("transcribe", folder / "a.wav", "--model", spelling, "--open", "--json", "--phones") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["text"] == " ".join(word["word"] for word in found["words"])
    assert all("letters" in word for word in found["words"])


def test_long_work_says_how_far_it_is(
    staged: Path, folder: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "LINE_EVERY", 0.0)
    run("transcribe", folder / "a.wav", "--model", staged)
    assert capsys.readouterr().err == f"file 1 of 1, {folder}/a.wav: 0.0 of 0.0 minutes\n"


def test_without_a_model_a_small_one_is_trained_once_and_kept(
    folder: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("espeakng_loader")
    monkeypatch.chdir(tmp_path)  # no runs/speech/winner here
    monkeypatch.setattr(starter, "kept", lambda: tmp_path / "kept" / "winner")
    monkeypatch.setattr(starter, "SPOKEN", {"digits": 10})
    monkeypatch.setattr(starter, "SIDE", {"commands": 2})
    monkeypatch.setattr(starter, "TESTED", 2)
    assert run("transcribe", folder / "a.wav") == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith(
        "No model at runs/speech/winner: a small one is trained on 12 generated utterances, once"
    )
    assert f"s, kept at {tmp_path}/kept/winner. For a better one: endwise study speech" in "".join(lines)
    assert [file.name for file in (tmp_path / "kept").iterdir()] == ["winner"]  # of the study nothing else is left
    assert run("transcribe", folder / "a.wav") == 0
    assert "trained" not in capsys.readouterr().err


def test_the_command_line_says_errors_in_words(staged: Path, folder: Path) -> None:
    def command(*asked: object) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "endwise", "speech", *map(str, asked)]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    done = command("transcribe", folder / "a.wav", "--model", staged)
    assert (done.returncode, done.stdout, done.stderr) == (0, "see ah\n", "")
    done = command("align", folder / "a.wav", "see 2", "--model", staged)
    assert (done.returncode, done.stdout) == (1, "")
    assert "It holds '2', in 'see 2'." in done.stderr
    assert "Traceback" not in done.stderr


def test_importing_the_application_loads_nothing_heavy() -> None:
    heavy = "{'torch', 'numpy', 'scipy', 'soundfile'}"
    asked = f"import sys, endwise.systems.speech.app; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


HOUR = """
import resource, sys
from endwise.systems.speech.app import app
app(["transcribe", *sys.argv[1:]], result_action="return_value")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_an_hour_takes_less_than_a_gigabyte(staged: Path, tmp_path: Path) -> None:
    """In a process of its own: the highest use of memory never falls."""
    minute = np.tile(said(["see", "ah"] * 20, 3)[0], 10)[: 60 * RATE]
    with soundfile.SoundFile(tmp_path / "hour.wav", "w", 96000, 2) as made:
        both = np.repeat(np.repeat(minute, 12)[:, None], 2, axis=1)
        for _ in range(60):
            made.write(both)
    asked = [sys.executable, "-c", HOUR, str(tmp_path / "hour.wav"), "--model", str(staged)]
    text, megabytes = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(text.split()) > 1000
    assert int(megabytes) < 1000
