"""Laws of designs: as many as there are ways, and every one is read back from its own text."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sklearn.linear_model import Ridge

from endwise.errors import DeclarationError, UsageError
from endwise.judge.metrics import mean_absolute_error
from endwise.system.components import fixed, learned, predictions
from endwise.system.designs import TRAININGS, Design, choose, designs, parse
from endwise.system.graph import System
from endwise.system.signals import Image, Number, Stack, Vector
from tests.system.graphs import needed, same, systems, ways, wide

LAW = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])

xray = Image("xray", size=(8, 8))
sex = Number("sex")
joints = Vector("joints", size=2)
lengths = Vector("lengths", size=3)
patches = Stack("patches", count=2, size=(4, 4))
age = Number("age", unit="months")


def hand(*more: object) -> System:
    return System(
        "hand",
        inputs=xray,
        given=[sex],
        wants=age,
        judge=mean_absolute_error,
        components=[
            learned(xray, to=joints),
            fixed(joints, to=lengths, using=same, name="geometry"),
            learned(xray, to=lengths, name="regressed"),
            fixed(xray, joints, to=patches, using=same),
            learned(lengths, sex, to=age),
            learned(patches, lengths, to=age, name="both"),
            learned(xray, sex, to=age, name="pixels"),
            *more,  # type: ignore[list-item]
        ],
    )


def named(design: Design) -> frozenset[tuple[str, str]]:
    return frozenset((name, maker.name) for name, maker in design.makers.items())


@LAW
@given(systems())
def test_there_are_as_many_designs_as_ways(system: System) -> None:
    found = [named(design) for design in designs(system)]
    assert len(found) == len(set(found))
    assert set(found) == ways(system)


@LAW
@given(systems())
def test_a_design_holds_what_it_needs_and_runs_in_its_order(system: System) -> None:
    for design in itertools.islice(designs(system), 50):
        assert set(design.makers) == needed(system.wants.name, design.makers)
        made = set(system.source_names)
        for part in design.parts:
            assert {signal.name for signal in part.inputs} <= made
            made.add(part.output.name)
        assert len(design.parts) == len(design.makers)


@LAW
@given(systems(), st.sampled_from(TRAININGS))
def test_every_text_is_read_back_as_its_design(system: System, training: str) -> None:
    some = [design.trained(training) for design in itertools.islice(designs(system), 60)]  # type: ignore[arg-type]
    for design in some:
        assert parse(system, design.text) == design
        assert repr(design) == design.text
    assert len({design.text for design in some}) == len(some)
    assert len({design.key for design in some}) == len(some)


@LAW
@given(systems())
def test_layers_are_topological_and_in_order_of_declaration(system: System) -> None:
    declared = list(system.signals)
    for design in itertools.islice(designs(system), 20):
        at = {name: depth for depth, layer in enumerate(design.layers) for name in layer}
        for layer in design.layers:
            assert list(layer) == sorted(layer, key=declared.index)
        for name, maker in design.makers.items():
            assert all(at[s.name] < at[name] for s in maker.inputs if s.name not in system.given_names)
        assert not set(at) & system.given_names
        assert design.layers[-1] == (system.wants.name,)


@LAW
@given(systems(), st.randoms(use_true_random=False))
def test_a_maker_is_named_only_where_another_would_fit(system: System, chance: object) -> None:
    for design in itertools.islice(designs(system), 12):
        for layer in design.text.split(" -> "):
            for word in (word for word in layer.split(", ") if ":" in word):
                without = design.text.replace(word, word.split(":")[0], 1)
                others = [d for d in designs(system) if d.layers == design.layers and d != design]
                assert any(d.makers[word.split(":")[0]] != design.makers[word.split(":")[0]] for d in others), without


@LAW
@given(systems(most=4))
def test_adding_a_component_renames_nothing(system: System) -> None:
    before = {named(design): design.key for design in designs(system)}
    another = learned(system.inputs[0], to=system.wants, name="another")
    bigger = System(
        "bigger",
        inputs=system.inputs,
        given=system.given,
        wants=system.wants,
        judge=system.judge,
        components=[another, *system.components],
    )
    after = {named(design): design.key for design in designs(bigger)}
    assert before.items() <= after.items()


def test_the_texts_of_a_hand() -> None:
    assert [design.text for design in designs(hand())] == [
        "xray -> joints -> lengths -> age",
        "xray -> lengths -> age",
        "xray -> joints -> lengths, patches -> age",
        "xray -> joints, lengths -> patches -> age",
        "xray -> age",
    ]


def test_the_labels_of_a_hand() -> None:
    labels = {design.text: design.label for design in designs(hand())}
    assert labels["xray -> joints -> lengths, patches -> age"] == "staged"  # most parts
    assert labels["xray -> age"] == "end to end"
    assert labels["xray -> lengths -> age"] == "hybrid"


def test_a_system_names_its_staged_path() -> None:
    system = hand()
    named = System(
        "hand",
        inputs=xray,
        given=[sex],
        wants=age,
        judge=mean_absolute_error,
        components=system.components,
        staged="xray -> lengths -> age",
    )
    assert [d.label for d in designs(named)].count("staged") == 1
    assert parse(named, "xray -> lengths -> age").label == "staged"


def test_a_staged_path_that_is_none_is_refused_when_the_system_is_made() -> None:
    with pytest.raises(UsageError, match="no signal 'lenghts'"):
        System("h", inputs=xray, given=[sex], wants=age, judge=mean_absolute_error, components=hand().components,
               staged="xray -> lenghts -> age")  # fmt: skip


def test_the_maker_is_named_where_two_fit() -> None:
    system = hand(learned(xray, sex, to=age, name="wider"))
    assert parse(system, "xray -> age:wider").key == "age=wider[apart]"
    assert [d.text for d in designs(system)][-2:] == ["xray -> age:pixels", "xray -> age:wider"]


def test_spaces_the_other_arrow_and_the_order_within_a_layer_do_not_matter() -> None:
    system = hand()
    wanted = parse(system, "xray -> joints -> lengths, patches -> age [chained]")
    assert parse(system, " xray→joints  ->patches,lengths->age  [chained] ") == wanted


def test_predictions_stand_where_their_inputs_say() -> None:
    somebodys = hand(predictions(xray, to=age, column="their_age"))
    assert [d.text for d in designs(somebodys)][-2:] == ["xray -> age:pixels", "xray -> age:their_age"]
    assert "their_age" in somebodys.given_names


def test_a_million_designs_do_not_hang() -> None:
    system = wide(20)
    first = list(itertools.islice(designs(system), 1000))
    assert len({design.key for design in first}) == 1000
    for design in first[::250]:
        assert parse(system, design.text) == design
    with pytest.raises(DeclarationError) as error:
        choose(system, [])
    assert error.value.here.startswith("Its graph holds more than 64 designs, for example s0 -> ")
    assert error.value.do == "Name those to study: --designs 'a -> b -> c' 'a -> c'."


def test_choose_takes_all_of_a_few_or_those_named() -> None:
    system = hand()
    assert choose(system, []) == list(designs(system))
    assert [d.text for d in choose(system, ["xray -> age"])] == ["xray -> age"]


def test_a_system_may_say_which_of_its_designs_are_studied() -> None:
    def half(*studied: str) -> System:
        parts = [learned(xray, to=age), learned(xray, to=age, name="other")]
        return System("s", inputs=xray, wants=age, judge=mean_absolute_error, components=parts, studied=studied)

    system = half("xray -> age:other")
    assert [d.text for d in choose(system, [])] == ["xray -> age:other"]
    assert [d.text for d in choose(system, ["xray -> age:from_xray"])] == ["xray -> age:from_xray"]
    assert len(list(designs(system))) == 2
    with pytest.raises(UsageError):
        half("xray -> joints")


def test_only_parts_behind_predictions_are_trained_in_different_ways() -> None:
    known = {d.text: d.has_learned_seam for d in designs(hand())}
    assert known["xray -> joints -> lengths -> age"]
    assert not known["xray -> age"]
    depth = Number("depth")
    system = System(
        "s",
        inputs=xray,
        wants=age,
        judge=mean_absolute_error,
        components=[fixed(xray, to=depth, using=same, start="frozen"), learned(depth, to=age)],
    )
    assert next(designs(system)).has_learned_seam  # a frozen model predicts as well


CASES = {
    "xray -> lenghts -> age": ("It has no signal 'lenghts' to write there.", "Did you mean 'lengths'?"),
    "xray -> zzz": ("It has no signal 'zzz' to write there.", "Known: xray, joints, lengths, patches, age."),
    "xray, sex -> age": ("Given signals are never written in a design.", "Leave 'sex' out."),
    "xray -> age [chaned]": (
        "A design is trained in one of these ways: apart, chained, joint.",
        "Did you mean 'chained'?",
    ),
    "xray -> age:pixel": ("No component called 'pixel' makes it.", "Did you mean 'pixels'?"),
    "xray:pixels -> age": ("No component called 'pixels' makes it.", "Write 'xray' without a maker."),
    "": ("It has no signal '' to write there.", "Known: xray, joints, lengths, patches, age."),
}


@pytest.mark.parametrize("text", CASES)
def test_a_text_that_names_nothing_is_answered(text: str) -> None:
    with pytest.raises(UsageError) as error:
        parse(hand(), text)
    assert error.value.asked == f"The design '{text}' of the system 'hand' was asked for."
    assert (error.value.why, error.value.do) == CASES[text]
    assert error.value.here


@pytest.mark.parametrize(
    "text", ["xray -> joints -> age", "joints -> age", "xray -> lengths, lengths -> age", "age -> xray", "xray"]
)
def test_a_text_that_fits_no_design_lists_the_known_ones(text: str) -> None:
    with pytest.raises(UsageError) as error:
        parse(hand(), text)
    assert error.value.here == "The text fits 0 designs."
    assert "xray -> joints -> lengths -> age; " in error.value.do


def test_a_text_that_fits_several_asks_for_the_maker() -> None:
    with pytest.raises(UsageError) as error:
        parse(hand(learned(xray, sex, to=age, name="wider")), "xray -> age")
    assert error.value.here == "The text fits 2 designs: xray -> age:pixels; xray -> age:wider."
    assert error.value.do == "Name the maker, as in 'signal:maker'."


@pytest.mark.parametrize(("using", "network"), [(None, True), (Ridge(), False)], ids=["default", "estimator"])
def test_a_design_says_whether_it_trains_a_network(using: Any, network: bool) -> None:
    measure, answer = learned(lengths, to=joints, using=Ridge()), learned(joints, to=age, using=using)
    system = System("hand", inputs=lengths, wants=age, judge=mean_absolute_error, components=[measure, answer])
    assert [design.has_network for design in designs(system)] == [network]
