"""A system is checked when it is made, and each refusal says what is wrong and what to do."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from hypothesis import given, settings

from endwise.errors import DeclarationError
from endwise.judge.metrics import mean_absolute_error, root_mean_square_error
from endwise.system.components import Component, learned, predictions
from endwise.system.graph import System
from endwise.system.signals import Number
from tests.system.graphs import systems

a, b, c, d = (Number(name) for name in "abcd")
lengths = Number("lengths")


def made(*components: Component, **options: Any) -> System:
    options = {"inputs": a, "wants": c, "judge": mean_absolute_error, **options}
    return System("demo", components=components, **options)


def refused(*components: Component, **options: Any) -> DeclarationError:
    with pytest.raises(DeclarationError) as error:
        made(*components, **options)
    assert error.value.asked == "The system 'demo' was declared."
    assert error.value.why
    assert error.value.do
    return error.value


def test_a_circle_is_spelled_out() -> None:
    error = refused(learned(a, to=b), learned(d, to=b, name="back"), learned(b, to=d), learned(d, to=c))
    assert error.here in (
        "The components make a circle: b -> d -> b.",
        "The components make a circle: d -> b -> d.",
    )
    assert error.why == "A signal cannot be made from itself."


def test_a_longer_circle_off_the_first_signal_is_found() -> None:
    e = Number("e")
    error = refused(learned(a, e, to=b), learned(b, to=d), learned(d, to=e), learned(e, to=c))
    assert error.here.startswith("The components make a circle: ")
    assert error.here.count(" -> ") == 3


def test_nobody_makes_a_signal() -> None:
    error = refused(learned(a, to=lengths), learned(lengths, Number("lenghts"), to=c))
    assert error.here == "<scratch c:from_lengths_lenghts from lengths + lenghts> takes 'lenghts'."
    assert error.why == "Nobody makes that signal, and it is neither an input nor given."
    assert error.do == "Did you mean 'lengths'?"


def test_two_signals_of_one_name() -> None:
    error = refused(learned(a, to=b), learned(Number("b", unit="mm"), to=c))
    assert error.here.startswith("Two different signals are called 'b': ")
    assert "unit='mm'" in error.here


def test_two_makers_of_one_name() -> None:
    error = refused(learned(a, to=c), learned(a, to=c))
    assert error.here == "Two components that make 'c' are called 'from_a'."
    assert error.do == "Give each its own: learned(..., name='...')."


def test_two_makers_of_different_signals_may_share_a_name() -> None:
    assert len(made(learned(a, to=b, name="net"), learned(b, to=c, name="net")).components) == 2


def test_a_component_that_leads_nowhere() -> None:
    error = refused(learned(a, to=c), learned(a, to=b))
    assert error.here == "<scratch b:from_a from a> makes 'b', which leads nowhere."
    assert error.why == "No way from it to 'c' exists."


def test_what_is_wanted_is_not_made() -> None:
    error = refused(learned(a, to=b))
    assert error.here == "It wants 'c'; its components make: b."
    assert error.do == "Add one, for example learned(a, to=c)."


def test_an_input_is_not_made() -> None:
    error = refused(learned(a, to=c), learned(c, to=b), inputs=[a, b])
    assert error.here == "The component 'from_c' makes 'b', which is an input or given."


def test_a_given_signal_is_not_made() -> None:
    error = refused(learned(a, to=b), learned(a, b, to=c), given=[b])
    assert error.here == "The component 'from_a' makes 'b', which is an input or given."


def test_a_system_without_components_is_refused() -> None:
    assert refused().here == "It wants 'c'; its components make: none."


def test_a_component_that_is_not_there() -> None:
    system = made(learned(a, to=c))
    assert system.component("c", "from_a") is system.components[0]
    with pytest.raises(DeclarationError, match="Did you mean 'from_a'"):
        system.component("c", "from_b")


def test_the_column_of_predictions_is_given() -> None:
    system = made(learned(a, to=c), predictions(a, to=c, column="theirs"))
    assert system.given_names == {"theirs"}
    assert list(system.signals) == ["a", "theirs", "c"]


def test_the_first_of_several_metrics_decides() -> None:
    system = made(learned(a, to=c), judge=[root_mean_square_error, mean_absolute_error])
    assert system.judge.metrics[0] is root_mean_square_error


@pytest.mark.parametrize("judge", [[], "mean_absolute_error", abs, [abs]])
def test_what_is_no_judge_is_refused(judge: Any) -> None:
    with pytest.raises(DeclarationError, match="That is no metric"):
        made(learned(a, to=c), judge=judge)


def test_a_long_chain_is_no_problem() -> None:
    chain = [a, *(Number(f"s{at}") for at in range(1500)), c]
    system = made(*(learned(one, to=two) for one, two in itertools.pairwise(chain)))
    assert system.order == tuple(signal.name for signal in chain[1:])


@settings(max_examples=60, deadline=None)
@given(systems())
def test_the_order_puts_every_signal_after_all_that_its_makers_take(system: System) -> None:
    place = {name: at for at, name in enumerate(system.order)}
    assert set(place) == set(system.makers)
    for component in system.components:
        for signal in component.inputs:
            assert signal.name in system.source_names or place[signal.name] < place[component.output.name]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"wants": "y"}, "It was handed 'y', a str."),
        ({"inputs": ["x"]}, "this is no signal"),
        ({"components": [len]}, "this is no component"),
        ({"inputs": []}, "It has no inputs."),
    ],
)
def test_what_is_no_signal_or_component_is_refused(asked: dict[str, Any], told: str) -> None:
    one, other = Number("x"), Number("y")
    right: dict[str, Any] = {
        "inputs": one, "wants": other, "judge": mean_absolute_error, "components": [learned(one, to=other)],
    }  # fmt: skip
    with pytest.raises(DeclarationError, match=re.escape(told)):
        System("wrong", **(right | asked))
