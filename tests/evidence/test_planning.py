"""Plans on designs whose error at any labels is known: what is bought, and what is promised."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from endwise.evidence.labelling import Labelling, labelling
from endwise.evidence.planning import BUY, NOTHING, SWITCH, UNREACHABLE, Asked, plan
from endwise.records import Purchase, Refused, Scarcity

HAVE = {"joints": 400, "age": 800}
STAGED = Purchase("staged", {}, 0.0, 9.0, 8.0, 10.0)
Law = Callable[[Mapping[str, float]], float]


def steep(name: str, share: float = 8.0) -> Law:
    """An error that falls with the labels of one signal alone."""
    return lambda n: 2.0 + share * (n[name] / HAVE[name]) ** -0.5


def summed(n: Mapping[str, float]) -> float:
    return 1.0 + 4.0 * (n["joints"] / 400) ** -0.6 + 4.0 * (n["age"] / 800) ** -0.4


def multiplied(n: Mapping[str, float]) -> float:
    return 9.0 * (n["joints"] / 400) ** -0.6 * (n["age"] / 800) ** -0.4


def measured(law: Law, design: str = "staged", *, noise: float = 0.01, seed: int = 0) -> list[Scarcity]:
    """What a study finds of a design that errs as `law` says."""
    chance = np.random.default_rng(seed)
    cells = []
    for a, b in ((1, 1), (2, 1), (4, 1), (1, 2), (1, 4), (2, 2), (4, 4)):
        labels = {"joints": HAVE["joints"] // a, "age": HAVE["age"] // b}
        errors = law(labels) * np.exp(noise * chance.standard_normal(3))
        cells.append(Scarcity(design, labels, tuple(errors.tolist()), 0.01))
    return cells


def drawn(law: Law, design: str = "staged", **how: float) -> Labelling:
    found = labelling(measured(law, design, **how), n_test=None, chance=float("nan"))
    assert isinstance(found, Labelling)
    return found


@pytest.mark.parametrize(("law", "adds"), [(summed, True), (multiplied, False)])
def test_cells_with_several_scarce_labels_tell_how_gains_go_together(law: Law, adds: bool) -> None:
    share = float(drawn(law).adds.mean())
    assert share > 0.6 if adds else share < 0.2


@pytest.mark.parametrize("law", [summed, multiplied, steep("age")])
def test_what_is_promised_covers_what_the_law_gives(law: Law) -> None:
    held = []
    for seed in range(25):
        one = drawn(law, seed=seed)
        for joints, age in ((800, 800), (400, 1600), (1600, 1600), (400, 3200), (1200, 2400)):
            errors = one.errors([one.change("joints", [joints])[0], one.change("age", [age])[0]])
            low, high = np.quantile(errors, (0.1, 0.9))
            held.append(low <= law({"joints": joints, "age": age}) <= high)
    assert np.mean(held) > 0.7


def test_the_money_goes_where_labels_help() -> None:
    for name in HAVE:
        found = plan(
            [drawn(steep(name))], Asked({"joints": 1.0, "age": 1.0}, 600, None), best=STAGED, have=HAVE, wants="age"
        )
        assert found.answer == BUY
        assert found.buy is not None
        assert found.buy.labels[name] > 0.7 * sum(found.buy.labels.values())
        assert found.evenly is not None
        assert found.buy.error <= found.evenly.error


def test_a_dear_label_gives_way_to_a_cheap_one() -> None:
    law = drawn(summed)
    bought = {}
    for price in (0.1, 10.0):
        found = plan([law], Asked({"joints": price, "age": 1.0}, 500, None), best=STAGED, have=HAVE, wants="age")
        assert found.buy is not None
        bought[price] = found.buy.labels.get("joints", 0)
    assert bought[0.1] > 10 * bought[10.0]


def test_nothing_is_bought_where_labels_bring_nothing() -> None:
    flat = drawn(lambda n: 5.0)
    found = plan([flat], Asked({"joints": 1.0, "age": 1.0}, 100, None), best=STAGED, have=HAVE, wants="age")
    assert found.answer == NOTHING


def test_a_design_that_gains_more_is_switched_to() -> None:
    flat = drawn(lambda n: 5.0, "staged")
    falling = drawn(lambda n: 5.5 * (n["age"] / 800) ** -0.5, "end to end")
    asked = Asked({"joints": 1.0, "age": 1.0}, 4000, None)
    found = plan([flat, falling], asked, best=STAGED, have=HAVE, wants="age")
    assert found.answer == SWITCH
    assert found.buy is not None
    assert found.buy.design == "end to end"
    assert found.alternatives == (), "staged gains nothing: it stands there as what is now"
    assert found.now.design == "staged"


def test_a_better_design_is_switched_to_also_where_no_label_can_be_paid() -> None:
    asked = Asked({"joints": 1000.0}, 100, None)
    found = plan([drawn(lambda n: 5.0), drawn(lambda n: 4.0, "end to end")], asked, best=STAGED, have=HAVE, wants="age")
    assert found.buy is not None
    assert (found.answer, found.buy.design, found.buy.labels) == (SWITCH, "end to end", {})


def test_a_target_is_reached_for_less_money_the_nearer_it_is() -> None:
    law = drawn(summed)
    prices = []
    for target in (8.5, 7.5, 6.0):
        found = plan([law], Asked({"joints": 1.0, "age": 1.0}, None, target), best=STAGED, have=HAVE, wants="age")
        assert found.buy is not None
        assert found.buy.reaches is not None
        assert found.buy.reaches >= 0.8
        prices.append(found.buy.price)
    assert prices == sorted(prices)
    assert prices[0] < prices[-1]


def test_what_no_purchase_reaches_is_said() -> None:
    law = drawn(summed)
    for asked in (Asked({"age": 1.0}, None, 0.5), Asked({"joints": 1.0, "age": 1.0}, 10.0, 6.0)):
        found = plan([law], asked, best=STAGED, have=HAVE, wants="age")
        assert (found.answer, found.buy) == (UNREACHABLE, None)
        (nearest,) = found.alternatives
        assert nearest.reaches is not None
        assert 0 <= nearest.reaches < 0.8
        assert found.evenly is None or nearest.error <= found.evenly.error * 1.02


def test_a_target_that_is_met_costs_nothing() -> None:
    found = plan([drawn(summed)], Asked({"age": 1.0}, None, 12.0), best=STAGED, have=HAVE, wants="age")
    assert found.answer == NOTHING
    assert found.buy is not None
    assert found.buy.price == 0


@settings(max_examples=25, deadline=None)
@given(joints=st.floats(0.05, 20), age=st.floats(0.05, 20), budget=st.floats(0.5, 50_000), seed=st.integers(0, 3))
def test_a_plan_keeps_to_its_money_and_is_no_worse_than_plain_ways(
    joints: float, age: float, budget: float, seed: int
) -> None:
    asked = Asked({"joints": joints, "age": age}, budget, None)
    found = plan([drawn(summed, seed=seed)], asked, best=STAGED, have=HAVE, wants="age")
    assert found.buy is not None
    assert found.evenly is not None
    assert found.final_label is not None
    for one in (found.buy, found.evenly, found.final_label):
        assert one.price <= budget * (1 + 1e-9)
        assert one.low80 <= one.high80
        assert all(0 < count <= 15 * HAVE[name] for name, count in one.labels.items())
    slack = 1.05 * abs(found.now.error - found.evenly.error) / 20 + 0.02 * found.now.error
    assert found.buy.error <= min(found.evenly.error, found.final_label.error, found.now.error) + slack


def test_a_design_at_chance_or_with_too_few_labels_is_left_out_with_its_reason() -> None:
    few = [one for one in measured(summed) if min(one.labels["joints"] / 400, one.labels["age"] / 800) > 0.3]
    assert "a half and a quarter" in str(labelling(few, n_test=None, chance=float("nan")))
    assert "always answering the same" in str(labelling(measured(summed), n_test=None, chance=9.0))


def test_a_best_design_that_cannot_be_planned_stays_the_best_as_it_was_measured() -> None:
    """Nothing is said of its labels, and no other design takes its place as what is best now."""
    refused = [Refused("staged", "it has too few labels")]
    asked = Asked({"joints": 1.0}, 400, None)
    worse = plan([drawn(lambda n: 9.5, "other")], asked, best=STAGED, have=HAVE, wants="age", refused=refused)
    assert (worse.answer, worse.now, worse.have) == (NOTHING, STAGED, HAVE)
    falling = drawn(steep("joints", 7.5), "other")
    better = plan([falling], asked, best=STAGED, have=HAVE, wants="age", refused=refused)
    assert (better.answer, better.now) == (SWITCH, STAGED)


def test_money_is_not_spent_on_what_a_switch_alone_gains() -> None:
    """The other design is better as it is, and more of its labels bring nothing."""
    found = [drawn(lambda n: 5.0), drawn(lambda n: 4.0 + 0.002 * (n["joints"] / 400) ** -0.5, "end to end")]
    answer = plan(found, Asked({"joints": 1.0, "age": 1.0}, 1000, None), best=STAGED, have=HAVE, wants="age")
    assert answer.buy is not None
    assert (answer.answer, answer.buy.design, answer.buy.labels, answer.buy.price) == (SWITCH, "end to end", {}, 0.0)
    assert answer.alternatives == (), "what is now stands beside it already"


def test_errors_are_medians_that_a_few_wild_draws_do_not_move() -> None:
    few = [
        Scarcity("staged", {"joints": count}, (error, error), 0.7)
        for count, error in ((100, 0.1), (200, 0.05), (400, 0.02))
    ]
    made = labelling(few, n_test=50, chance=0.5)
    assert isinstance(made, Labelling)
    now = plan([made], Asked({"joints": 1.0}, 10, None), best=STAGED, have=HAVE, wants="age").now
    assert now.error < 0.06
    assert now.low80 < now.error < now.high80


def test_cells_without_any_error_weigh_like_half_an_error_in_their_test_rows() -> None:
    """Errors as shares of 50 test rows: none where all labels are there, none in one run where several are scarce."""
    cells = [
        Scarcity("staged", {"joints": a, "age": b}, (error, error), 0.0 if error == 0 else 0.4)
        for a, b, error in (
            (400, 800, 0.0), (200, 800, 0.04), (100, 800, 0.1), (400, 400, 0.02), (400, 200, 0.06),
            (200, 400, 0.0), (100, 200, 0.2),
        )
    ]  # fmt: skip
    made = labelling(cells, n_test=50, chance=0.5)
    assert isinstance(made, Labelling)
    assert np.isfinite(made.level).all()
    assert len(set(made.kept.tolist())) > 100, "no single draw is all that is left"
    now = plan([made], Asked({"joints": 1.0}, 400, None), best=STAGED, have=HAVE, wants="age").now
    assert 0 < now.low80 < now.error < now.high80 < 0.2
