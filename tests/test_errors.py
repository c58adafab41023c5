"""Every error has four parts, travels between processes, and suggests the near name."""

from __future__ import annotations

import ast
import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from endwise import errors
from endwise.errors import EndwiseError, MissingExtra, counted, listed, near

SOURCE = Path(errors.__file__).parent
KINDS = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, EndwiseError)]
words = st.text(min_size=1, max_size=20)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(KINDS), st.tuples(words, words, words, words))
def test_errors_cross_process_borders(kind: type[EndwiseError], parts: tuple[str, str, str, str]) -> None:
    error = kind(*parts)
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert (back.asked, back.here, back.why, back.do) == parts
    assert str(back) == "\n".join(parts) == str(error)


def test_a_missing_extra_travels_too() -> None:
    back = pickle.loads(pickle.dumps(MissingExtra.of("A page", "serve")))
    assert back.do == "Install them with: pip install 'endwise[serve]'"


def test_the_tree_is_as_drawn() -> None:
    assert errors.__doc__
    assert all(kind.__name__ in errors.__doc__ for kind in KINDS)
    assert issubclass(errors.LabelsError, errors.RowsError)


def raised() -> list[tuple[str, ast.Call]]:
    """Every place in the package that makes one of our errors."""
    names = {kind.__name__ for kind in KINDS}
    return [
        (f"{file.relative_to(SOURCE)}:{node.lineno}", node)
        for file in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    ]


def test_no_error_is_made_with_an_empty_part() -> None:
    bad = [
        place
        for place, call in raised()
        if any(isinstance(one, ast.Constant) and not one.value for one in call.args)
        or not (len(call.args) == 4 or any(isinstance(one, ast.Starred) for one in call.args))
    ]
    assert bad == []
    assert len(raised()) > 40


def test_near_names_and_lists() -> None:
    assert near("lenghts", ["joints", "lengths"]) == "Did you mean 'lengths'?"
    assert near("zzz", ["joints", "lengths"]) == "Known: joints, lengths."
    assert near("zzz", []) == "Known: none."
    assert listed([]) == "none"
    assert listed([str(at) for at in range(14)]).endswith("11 and 2 more")


@pytest.mark.parametrize(("count", "text"), [(0, "0 rows"), (1, "1 row"), (1200, "1,200 rows")])
def test_counts(count: int, text: str) -> None:
    assert counted(count, "row") == text
