"""`--path "a -> b -> c"`: every forward arrow over k signals, plus the givens, without a line of code."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from endwise.errors import DeclarationError, RowsError, UsageError
from endwise.path import left_out, steps_in, system_of
from endwise.system.designs import designs

NAMES = ["p", "q", "r", "s", "t"]


def table(folder: Path, **columns: list[object]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    (folder / "rows.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    columns: dict[str, list[object]] = {name: [at + 0.5 for at in range(30)] for name in NAMES}
    return table(
        tmp_path_factory.mktemp("path") / "lab",
        **columns,
        sex=["F", "M"] * 15,
        words=[f"a word {n}" for n in range(30)],
    )


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(NAMES), min_size=2, max_size=5, unique=True))
def test_every_forward_arrow_is_there(numbers: Path, names: list[str]) -> None:
    system = system_of(numbers, " -> ".join(names))
    arrows = [(one.inputs[0].name, one.output.name) for one in system.components]
    assert arrows == [(a, b) for at, a in enumerate(names) for b in names[at + 1 :]]
    assert all(one.learns and len(one.inputs) == 1 for one in system.components)
    # each signal between takes part or not, and each one that does has a maker among those before it
    assert len(list(designs(system))) == ways(len(names))
    assert system.name == "lab"
    assert system.wants.name == names[-1]


def ways(count: int) -> int:
    """Paths from the first to the last of `count` signals: each arrow takes one signal, so a design is a path."""
    return 2 ** (count - 2)


def test_given_signals_stand_beside_every_input(numbers: Path) -> None:
    system = system_of(numbers, "p -> q -> r", given=["sex"])
    assert system.given_names == {"sex"}
    assert all([signal.name for signal in one.inputs][1:] == ["sex"] for one in system.components)
    assert [design.text for design in designs(system)] == ["p -> r", "p -> q -> r"]


def test_the_unicode_arrow_is_read(numbers: Path) -> None:
    assert [design.text for design in designs(system_of(numbers, "p→q"))] == ["p -> q"]


@pytest.mark.parametrize("path", ["", "p", "p ->", "-> p", "p -> -> q", "p -> q -> p"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(UsageError) as error:
        steps_in(path)
    assert error.value.asked == f"The path '{path}' was given."
    assert error.value.why == "A path names at least two signals, each once, from the input to what is wanted."
    assert error.value.do == 'Write it as --path "xray -> joints -> lengths -> age".'


def test_a_name_without_a_column_is_near_to_one(numbers: Path) -> None:
    with pytest.raises(RowsError, match="Did you mean 'words'"):
        system_of(numbers, "p -> wrds")


def test_an_unknown_kind_is_near_to_one(numbers: Path) -> None:
    with pytest.raises(UsageError, match="Did you mean 'number'"):
        system_of(numbers, "p -> q", kinds={"p": "numbr"})


def test_a_kind_can_be_said(numbers: Path) -> None:
    assert system_of(numbers, "p -> sex", kinds={"sex": "category"}).wants.kind == "category"


def test_no_way_between_kinds_says_why(numbers: Path) -> None:
    with pytest.raises(DeclarationError) as error:
        system_of(numbers, "p -> words")
    assert error.value.here == "Its kinds are: p (number), words (text)."
    assert error.value.why.startswith("No way from 'p' to 'words' has a default model at every arrow: ")
    assert "--kind NAME=KIND" in error.value.do


def test_a_given_that_is_on_the_path_is_refused(numbers: Path) -> None:
    with pytest.raises((DeclarationError, UsageError)):
        system_of(numbers, "p -> q -> r", given=["q"])


def test_a_signal_that_no_default_model_reaches_is_named(numbers: Path) -> None:
    system = system_of(numbers, "p -> words -> r")
    assert [design.text for design in designs(system)] == ["p -> r"]
    (note,) = left_out(system, "p -> words -> r")
    assert note.startswith("'words' of the path is in no design")


@pytest.mark.parametrize(
    ("path", "here", "do"),
    [
        ("p, q -> r, t -> s", "It begins with 'p', 'q'.", 'Write it as --path "p -> r, t -> s" --given q'),
        ("p -> q -> r, s", "It ends with 'r', 's'.", "End it with 'r', and study the others each by itself."),
    ],
)
def test_a_path_has_one_input_and_one_output(path: str, here: str, do: str) -> None:
    with pytest.raises(UsageError) as error:
        steps_in(path)
    assert (error.value.here, error.value.do) == (here, do)


def test_signals_of_one_step_are_handed_on_together(numbers: Path) -> None:
    system = system_of(numbers, "p -> q, r -> s", given=["sex"])
    arrows = [([signal.name for signal in one.inputs], one.output.name) for one in system.components]
    assert arrows == [(["p", "sex"], "q"), (["p", "sex"], "r"), (["p", "sex"], "s"), (["q", "r", "sex"], "s")]
    assert [design.text for design in designs(system)] == ["p -> s", "p -> q, r -> s"]


def test_a_step_of_which_one_signal_cannot_be_made_is_left_out(numbers: Path) -> None:
    system = system_of(numbers, "p -> q, words -> s")
    assert [design.text for design in designs(system)] == ["p -> s"]
    assert len(left_out(system, "p -> q, words -> s")) == 2
