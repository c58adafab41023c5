"""`endwise compare` on real files: the library's answer, the command as a process, a pipe, no torch."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from endwise.cli import app
from endwise.comparing import compare
from endwise.errors import RowsError, UsageError
from endwise.evidence import compare as bootstrapping
from endwise.records import Comparison, from_json, to_json

LAW = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PAGE = Path(__file__).parents[1] / "docs" / "compare.md"
Files = Callable[..., None]


def rows(header: str, *columns: Any) -> str:
    return "\n".join([header, *(",".join(map(str, row)) for row in zip(*columns, strict=True))]) + "\n"


@pytest.fixture(scope="module")
def hands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ages of 240 hands of 80 patients; one system is better for one sex; one was run with true joints too."""
    folder = tmp_path_factory.mktemp("hands")
    chance = np.random.default_rng(4)
    ids = [f"x{at:04d}" for at in range(240)]
    patient = [f"p{at // 3}" for at in range(240)]
    female = np.arange(240) // 3 % 2 == 0
    age = chance.uniform(20, 220, 240).round(1)
    own = np.repeat(chance.normal(0, 4, 80), 3)
    joints = chance.normal(0, 9, 240)
    put = {
        "staged": own + joints + chance.normal(0, 6, 240),
        "end_to_end": own + chance.normal(size=240) * np.where(female, 7, 15),
        "old": own + chance.normal(3, 16, 240),
        "true_joints": own + chance.normal(0, 6, 240),
    }
    sex = np.where(female, "F", "M")
    (folder / "truth.csv").write_text(rows("id,patient,sex,age", ids, patient, sex, age))
    for name, error in put.items():
        order = chance.permutation(240)
        (folder / f"{name}.csv").write_text(rows("id,age", np.array(ids)[order], (age + error).round(2)[order]))
    return folder


def endwise(*words: str, cwd: Path, code: str = "from endwise.cli import main; main()", **options: Any) -> Any:
    command = [sys.executable, "-c", f"import sys; sys.argv[0] = 'endwise'; {code}", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False, **options)


WORDS = (
    "compare", "truth.csv", "staged.csv", "end_to_end.csv", "--group", "patient", "--slice", "sex",
    "--truth-at", "staged:joints=true_joints.csv", "--unit", "months",
)  # fmt: skip


def test_the_command_answers_in_words_and_tables(hands: Path) -> None:
    ran = endwise(*WORDS, cwd=hands)
    assert ran.returncode == 0, ran.stderr
    told = " ".join(ran.stdout.split())
    assert "On 240 rows of 80 groups (patient), staged has the lowest error of 2 systems: mean absolute error" in told
    assert "Where sex is F (120 rows), end_to_end errs by" in told
    assert "What makes joints is to blame for that." in told
    assert all(len(line) <= 80 for line in ran.stdout.splitlines())


BLOCKED = "sys.modules.update(dict.fromkeys(('torch', 'vl_convert', 'pyarrow', 'jiwer', 'sklearn', 'scipy'))); "


def test_no_torch_no_charts_and_a_pipe(hands: Path) -> None:
    code = f"{BLOCKED}from endwise.cli import main; main()"
    piped = (hands / "end_to_end.csv").read_text()
    ran = endwise("compare", "truth.csv", "staged.csv", "-", "--json", cwd=hands, code=code, input=piped)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert {one["name"] for one in found["systems"]} == {"staged", "stdin"}
    truth = (hands / "truth.csv").read_text()
    again = endwise("compare", "-", "staged.csv", "stdin=end_to_end.csv", "--json", "--column", "age", cwd=hands,
                    code=code, input=truth)  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["differences"] == found["differences"]


def test_json_is_read_back_as_the_same_comparison(hands: Path) -> None:
    ran = endwise(*WORDS, "--json", cwd=hands)
    found = from_json(Comparison, json.loads(ran.stdout))
    assert str(found) == found.words
    assert found.command == f"endwise {' '.join(WORDS)} --json"
    here = compare(
        hands / "truth.csv", [hands / "staged.csv", hands / "end_to_end.csv"], group="patient", slices=["sex"],
        truth_at={"staged:joints": hands / "true_joints.csv"}, unit="months",
    )  # fmt: skip
    assert [(one.name, one.error, one.low) for one in here.systems] == [
        (one.name, one.error, one.low) for one in found.systems
    ]
    assert here.words == found.words
    assert from_json(Comparison, json.loads(json.dumps(to_json(here), allow_nan=False))) == here


def test_a_page_is_written(hands: Path, tmp_path: Path) -> None:
    ran = endwise(*WORDS, "--html", str(tmp_path / "out" / "page.html"), cwd=hands)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1] == f"report {tmp_path / 'out' / 'page.html'}"
    assert "</html>" in (tmp_path / "out" / "page.html").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("truth.csv",), "Only the file of true values was given."),
        (("truth.csv", "staged.csv", "--grop", "patient"), "Did you mean '--group'?"),
        (("truth.csv", "staged.csv", "--slice", "sax"), "Did you mean 'sex'?"),
        (("truth.csv", "staged.csv", "--metric", "mea"), "Did you mean 'mae'?"),
        (("truth.csv", "staged.csv", "--truth-at", "joints"), "Write --truth-at SIGNAL=FILE."),
        (("truth.csv", "staged.csv", "--truth-at", "j=a.csv", "--truth-at", "j=b.csv"), "They name 'j' 2 times."),
        (("truth.csv", "staged.csv", "old.csv", "--truth-at", "j=old.csv"), "Say which: --truth-at staged:j=old.csv"),
        (("truth.csv", "staged.csv", "--truth-at", "stagd:j=old.csv"), "Did you mean 'staged'?"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    hands: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(hands)
    with pytest.raises(UsageError) as refused:
        app(["compare", *words], result_action="return_value", exit_on_error=False)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("truth.csv", "nowhere.csv"), "nowhere.csv: is not there"),
        (("truth.csv", "staged.csv", "--html", "/dev/null/x.html"), "could not be read or written"),
    ],
)
def test_what_cannot_be_done_is_said_without_a_traceback(hands: Path, words: tuple[str, ...], told: str) -> None:
    ran = endwise("compare", *words, cwd=hands)
    assert (ran.returncode, ran.stdout.strip()) == (1, "")
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_page_of_the_documentation_shows_what_the_command_prints(tmp_path: Path) -> None:
    """Files, command and answer of docs/compare.md are one real run."""
    text = PAGE.read_text(encoding="utf-8")
    for name, content in re.findall(r'```\w* title="(\S+)"\n(.*?)```', text, re.DOTALL):
        (tmp_path / name).write_text(content)
    ((command, shown),) = re.findall(r"```console\n\$ endwise (.*?)\n(.*?)```", text, re.DOTALL)
    ran = endwise(*command.split(), cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert [line.rstrip() for line in ran.stdout.strip().splitlines()] == [
        line.rstrip() for line in shown.strip().splitlines()
    ]


@pytest.fixture
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrapping, "DRAWS", 100)


@LAW
@given(st.integers(0, 10**6), st.integers(0, 2), st.integers(1, 10**6))
@pytest.mark.usefixtures("few_draws")
def test_neither_order_nor_names_of_rows_matter(tmp_path: Path, seed: int, groups: int, offset: int) -> None:
    count, chance = 30, np.random.default_rng(seed)
    ages = chance.integers(0, 200, count)
    guesses = {name: ages + chance.normal(0, 9, count) for name in "ab"}
    who = np.arange(count) // (groups + 1)

    def told(order: np.ndarray, other: np.ndarray, first: int) -> Comparison:
        ids = first + np.arange(count)
        (tmp_path / "t.csv").write_text(rows("id,who,y", ids[order], who[order], ages[order]))
        for name, guess in guesses.items():
            (tmp_path / f"{name}.csv").write_text(rows("id,y", ids[other], guess[other]))
        files = [tmp_path / "a.csv", tmp_path / "b.csv"]
        return compare(tmp_path / "t.csv", files, group="who" if groups else None, column="y")

    straight, shuffled, again = np.arange(count), chance.permutation(count), chance.permutation(count)
    assert told(straight, straight, 1) == told(shuffled, again, 1) == told(shuffled, again, offset)


def test_both_error_and_accuracy_are_told(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(rows("id,who", range(40), ["ann", "bob"] * 20))
    (tmp_path / "a.csv").write_text(rows("id,who", range(40), ["ann"] * 40))
    found = compare(tmp_path / "t.csv", tmp_path / "a.csv", metric="accuracy")
    assert (found.metric, found.systems[0].error, found.unit) == ("error_rate", 50, "%")
    assert "wrong answers 50.0 % (95 % interval" in found.words
    assert "; accuracy 50.0 %)." in found.words


def test_systems_are_named_by_a_mapping_too(hands: Path) -> None:
    files = {"first": hands / "staged.csv", "second": hands / "staged.csv"}
    found = compare(hands / "truth.csv", files, metric="share_beyond:12", unit="months")
    assert {one.name: one.probability_best for one in found.systems} == {"first": 0.5, "second": 0.5}
    assert "errs by as much in every draw: the two are not told apart" in found.words
    with pytest.raises(UsageError, match="Only the file of true values was given"):
        compare(hands / "truth.csv", [])


def test_text_is_judged_by_words(tmp_path: Path) -> None:
    said = ["the cat sat on the mat", "hello there", "good morning to you all", "well now"]
    (tmp_path / "t.csv").write_text(rows("id,said", range(4), said))
    (tmp_path / "a.csv").write_text(rows("id,said", range(4), ["the cat sat on mat", "", said[2], "well well now"]))
    found = compare(tmp_path / "t.csv", tmp_path / "a.csv")
    assert found.systems[0].error == pytest.approx(100 * (1 + 2 + 0 + 1) / 15)
    assert "Judged by word error rate, since the true values are sentences" in found.words


def test_two_hundred_thousand_rows_take_seconds(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    true = chance.normal(size=200_000).round(3)
    (tmp_path / "t.csv").write_text(rows("id,y", range(200_000), true))
    (tmp_path / "a.csv").write_text(rows("id,y", range(200_000), true + 1))
    started = time.process_time()
    found = compare(tmp_path / "t.csv", tmp_path / "a.csv")
    assert found.systems[0].error == pytest.approx(1)
    assert time.process_time() - started < 20  # about five on an idle core


def test_a_house_style_of_writing_is_told_from_wrong_words(tmp_path: Path) -> None:
    said = ["turn the light on", "what's the time", "stop it now please"]
    (tmp_path / "truth.csv").write_text(rows("id,transcript", "abc", said))
    (tmp_path / "plain.csv").write_text(rows("id,transcript", "abc", ["turn the lights on", *said[1:]]))
    styled = ["Turn the light on.", "What\N{RIGHT SINGLE QUOTATION MARK}s the time?", "Stop it now please!"]
    (tmp_path / "styled.csv").write_text(rows("id,transcript", "abc", styled))
    found = compare(tmp_path / "truth.csv", [tmp_path / "plain.csv", tmp_path / "styled.csv"], metric="wer")
    (note,) = [note for note in found.notes if "case and punctuation" in note]
    assert "styled.csv: without case and punctuation its word error rate would be 0.0 % instead of 54.5 %." in note


def test_an_accent_is_the_same_however_it_is_encoded(tmp_path: Path) -> None:
    said = ["caf\u00e9 ol\u00e9 s\u00ed", "no no no"]
    (tmp_path / "truth.csv").write_text(rows("id,transcript", "ab", said), encoding="utf-8")
    other = [unicodedata.normalize("NFD", text) for text in said]
    (tmp_path / "mac.csv").write_text(rows("id,transcript", "ab", other), encoding="utf-8")
    assert compare(tmp_path / "truth.csv", tmp_path / "mac.csv", metric="wer").systems[0].error == 0


def test_a_column_that_does_not_say_that_it_holds_predictions_is_named(tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_text("name,age\na,1\nb,2\n")
    (tmp_path / "one.csv").write_text("name,out\na,1\nb,3\n")
    (tmp_path / "two.csv").write_text("name,prediction\na,1\nb,3\n")
    (tmp_path / "three.csv").write_text("name,age,pred\na,1,2\nb,2,3\n")
    found = compare(tmp_path / "truth.csv", [tmp_path / f"{name}.csv" for name in ("one", "two", "three")])
    assert [note.replace(f"{tmp_path}/", "") for note in found.notes if note.startswith("Taken")] == [
        "Taken for the predictions: the column 'out' of one.csv.",
        "Taken for the predictions: the column 'pred' of three.csv (not its 'age').",
    ]


def test_a_true_value_that_cannot_be_judged_is_told_as_one_and_lines_stand_in_order(tmp_path: Path) -> None:
    ids = [str(at) for at in range(1, 13)]
    true = ["NA" if one in ("2", "11") else "3" for one in ids]
    (tmp_path / "truth.csv").write_text("id,age\n" + "".join(f"{a},{b}\n" for a, b in zip(ids, true, strict=True)))
    (tmp_path / "one.csv").write_text("id,age\n" + "".join(f"{one},4\n" for one in ids))
    with pytest.raises(RowsError) as error:
        compare(tmp_path / "truth.csv", [tmp_path / "one.csv"], metric="mae")
    assert [line.split(",")[1] for line in error.value.here.splitlines()[1:]] == [" line 3", " line 12"]
    assert error.value.do.startswith(f"Leave the cells of {tmp_path}/truth.csv empty where there is no true value")


@pytest.mark.parametrize("column", ["pred_age", "age_pred", "y_hat", "Predicted_Age"])
def test_a_column_that_says_so_goes_before_a_copy_of_the_truth(tmp_path: Path, column: str) -> None:
    (tmp_path / "truth.csv").write_text("id,age\na,1\nb,2\n")
    (tmp_path / "one.csv").write_text(f"id,age,{column},comment\na,1,2,x\nb,2,4,y\n")
    found = compare(tmp_path / "truth.csv", [tmp_path / "one.csv"])
    assert found.systems[0].error == 1.5
    assert f"the column '{column}' of" in found.notes[0]


def test_a_slice_of_many_values_shows_the_commonest(tmp_path: Path) -> None:
    rows = [(at, "often" if at % 2 else f"once {at}") for at in range(100)]
    (tmp_path / "truth.csv").write_text("id,age,who\n" + "".join(f"{at},1,{who}\n" for at, who in rows))
    (tmp_path / "one.csv").write_text("id,age\n" + "".join(f"{at},2\n" for at, _ in rows))
    found = compare(tmp_path / "truth.csv", [tmp_path / "one.csv"], slices=["who"])
    names = [one.value for one in found.slices]
    assert len(names) == 21
    assert names[-1] == "(31 other values)"
    assert "often" in names
