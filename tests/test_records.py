"""Records are plain data: what is written is read back, and one seed gives one stream a job."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
from hypothesis import HealthCheck, given, settings, strategies as st

from endwise import seeds
from endwise.records import (
    Band,
    Caveat,
    Choice,
    Crossover,
    DesignForecast,
    DesignPoint,
    Difference,
    Failure,
    Outlook,
    Overtake,
    Pair,
    Reach,
    RowUse,
    Tuning,
    Untrainable,
    Verdict,
    Worth,
    from_json,
    to_json,
)

LAW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
text = st.text(max_size=5)
count = st.integers(0, 10**9)
figure = st.floats(allow_nan=True, allow_infinity=False)
bounded = st.builds(
    DesignPoint,
    text, text, text, text, count, count, st.dictionaries(text, count, max_size=2), count, figure, figure, figure,
    st.lists(figure, max_size=3).map(tuple), st.dictionaries(text, figure, max_size=2), count, count, count,
    st.lists(text, max_size=2).map(tuple), st.none() | st.floats(0, 1e6),
)  # fmt: skip


def few(of: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(of, max_size=2).map(tuple)


band = st.builds(Band, count, figure, figure, figure, figure, figure, text)
size = st.none() | st.floats(1, 1e9)
pair = st.builds(
    Pair, text, text, few(st.builds(Overtake, count, figure)), st.builds(Crossover, size, size, size, figure)
)
outlooks = st.builds(
    Outlook,
    st.none() | text,
    few(st.builds(DesignForecast, text, text, few(band), few(st.builds(Reach, figure, count, figure)))),
    few(pair),
    few(st.builds(Choice, text, count, figure)),
)


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    def some(strategy: st.SearchStrategy[object]) -> tuple[object, ...]:
        return tuple(draw(st.lists(strategy, max_size=2)))

    return Verdict(
        **{name: draw(text) for name in (
            "system", "metric", "metric_title", "unit", "axis", "wants", "best", "best_key", "mode", "command", "words",
        )},
        **{name: draw(count) for name in ("repeats", "rows", "test_rows", "test_units", "seed")},
        **{name: draw(figure) for name in ("probability_best", "error", "low", "high", "regret", "constant_error")},
        sizes=some(count), designs=some(bounded), runner_up=draw(st.none() | text),
        differences=some(st.builds(Difference, text, text, figure, figure, figure, figure)),
        rows_used=some(st.builds(RowUse, text, count, st.dictionaries(text, count, max_size=2), count, count)),
        caveats=some(st.builds(Caveat, text, text, text)), untrainable=some(st.builds(Untrainable, text, text)),
        failures=some(st.builds(Failure, text, text, count, text)),
        tuning=some(st.builds(Tuning, text, st.dictionaries(text, figure, max_size=2), figure)),
        problems=some(text), notes=some(text), versions=draw(st.dictionaries(text, text, max_size=2)),
        done=draw(st.booleans()), forecast=draw(st.none() | outlooks),
        worth=some(st.builds(Worth, text, count, figure)),
        times=draw(st.dictionaries(text, count, max_size=2)),
    )  # type: ignore[arg-type]  # fmt: skip


@LAW
@given(verdicts())
def test_a_verdict_is_read_back_from_its_json(verdict: Verdict) -> None:
    written = json.dumps(to_json(verdict), allow_nan=False)
    back = from_json(Verdict, json.loads(written))
    assert repr(back) == repr(verdict)  # a NaN is not equal to itself, but is written alike
    assert json.dumps(to_json(back)) == written


def test_keys_of_a_later_version_are_left_out() -> None:
    assert from_json(Caveat, {"code": "a", "title": "b", "explanation": "c", "colour": "red"}) == Caveat("a", "b", "c")


def test_numbers_of_numpy_are_plain_numbers_in_json() -> None:
    found = to_json({"a": np.float32(0.5), "b": np.int64(3), "c": np.array([1.0, np.nan]), "d": np.bool_(True)})
    assert json.loads(json.dumps(found)) == {"a": 0.5, "b": 3, "c": [1.0, None], "d": True}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**40), st.lists(st.text(max_size=4) | st.integers(), max_size=3))
def test_a_stream_depends_on_seed_and_names_alone(seed: int, names: list[object]) -> None:
    first = seeds.stream(seed, *names).random(3)
    assert (first == seeds.stream(seed, *names).random(3)).all()
    assert (first != seeds.stream(seed + 1, *names).random(3)).any()
    assert (first != seeds.stream(seed, *names, "more").random(3)).any()
    assert 0 <= seeds.number(seed, *names) < 2**32


def test_streams_are_those_of_another_process() -> None:
    script = "from endwise import seeds; print(seeds.digest('a', 1), seeds.stream(3, 'b').random())"
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True).stdout.split()
    assert other == [seeds.digest("a", 1), str(seeds.stream(3, "b").random())]
