"""When the gate opens, and what sets its threshold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from endwise.systems.gate.door.deciding import LIVENESS, Decision, Keeper
from endwise.systems.gate.door.enrolled import Enrolled, Person
from endwise.systems.gate.door.recogniser import Face
from endwise.systems.gate.door.saying import cautions, decided, event_of, logged
from endwise.systems.gate.door.thresholds import rate_interval, threshold_of
from endwise.systems.gate.signals import CROP
from tests.systems.test_gate_enrolled import VERSION, photo, threshold

PICTURE = np.zeros((96, 128), np.uint8)


def face(embedding: np.ndarray) -> Face:
    return Face(np.array([10.0, 10, 40, 50]), 0.9, np.zeros((CROP, CROP), np.uint8), embedding)


def towards(first: np.ndarray, second: np.ndarray, part: float) -> np.ndarray:
    made = (1 - part) * first + part * second
    return np.asarray(made / np.linalg.norm(made), np.float32)


ADA, BOB = photo(1), photo(2)
TWO = Enrolled((Person("Ada", (ADA,)), Person("Bob", (BOB,))), threshold(0.6, 2))
STRANGER = photo(9).embedding


def test_it_opens_for_one_known_face() -> None:
    decision = Keeper(TWO, VERSION).decide(PICTURE, [face(ADA.embedding)])
    assert (decision.opens, decision.who, decision.reason) == (True, "Ada", "recognised")
    assert decision.score == pytest.approx(1, abs=1e-5)
    assert decided(decision) == "open: Ada, recognised (score 1.00, threshold 0.60)"


@pytest.mark.parametrize(
    ("enrolled", "faces", "reason"),
    [
        (TWO, [], "no face"),
        (TWO, [face(ADA.embedding), face(BOB.embedding)], "2 faces"),
        (TWO, [face(ADA.embedding)] * 2, "2 faces"),
        (TWO, [face(STRANGER)], "a stranger"),
        (TWO, [face(towards(ADA.embedding, BOB.embedding, 0.5))], "a tie: above the threshold are "),
        (replace(TWO, threshold=None), [face(ADA.embedding)], "no threshold is set"),
        (replace(TWO, threshold=threshold(version="other")), [face(ADA.embedding)], "set for another model (other)"),
        (replace(TWO, people=()), [face(ADA.embedding)], "nobody is enrolled"),
        (
            replace(TWO, people=(Person("Ada", (photo(1, "other"),)),)),
            [face(ADA.embedding)],
            "everybody was enrolled with another model",
        ),
    ],
)
def test_it_stays_shut_otherwise_and_says_why(enrolled: Enrolled, faces: list[Face], reason: str) -> None:
    decision = Keeper(enrolled, VERSION).decide(PICTURE, faces)
    assert not decision.opens
    assert decision.who is None
    assert reason in decision.reason


@settings(deadline=None)
@given(st.lists(st.integers(0, 200), max_size=6), st.floats(0, 1), st.floats(-1, 1), st.integers(0, 200))
def test_it_opens_only_for_the_one_person_above_the_threshold(
    people: list[int], part: float, limit: float, seed: int
) -> None:
    known = Enrolled(tuple(Person(f"{at} {one}", (photo(one),)) for at, one in enumerate(people)), threshold(limit))
    seen = towards(photo(seed).embedding, photo(people[0] if people else 0).embedding, part)
    decision = Keeper(known, VERSION).decide(PICTURE, [face(seen)])
    above = [one.name for one in known.people if float(one.photos[0].embedding @ seen) > limit + 1e-6]
    close = [one.name for one in known.people if float(one.photos[0].embedding @ seen) > limit - 1e-6]
    assert not decision.opens or decision.who in close
    assert decision.opens == (len(above) == 1) or above != close


def test_photos_of_another_model_do_not_open() -> None:
    mixed = replace(TWO, people=(Person("Ada", (photo(1, "other"), photo(5))), Person("Bob", (BOB,))))
    assert not Keeper(mixed, VERSION).decide(PICTURE, [face(ADA.embedding)]).opens
    assert Keeper(mixed, VERSION).decide(PICTURE, [face(photo(5).embedding)]).who == "Ada"


def test_a_liveness_check_has_its_place_and_there_is_none() -> None:
    assert LIVENESS is None

    def flat(picture: np.ndarray, face: Face) -> str | None:
        return None if picture.any() else "it looks flat"

    keeper = Keeper(TWO, VERSION, flat)
    assert keeper.decide(PICTURE, [face(ADA.embedding)]).reason == "it looks flat"
    assert keeper.decide(PICTURE + np.uint8(1), [face(ADA.embedding)]).opens
    assert keeper.decide(PICTURE, [face(STRANGER)]).reason == "a stranger"


def test_what_limits_a_gate_is_said() -> None:
    assert cautions(Keeper(TWO, VERSION)) == []
    more = replace(TWO, people=(*TWO.people, Person("Eve", (photo(3),)), Person("Old", (photo(4, "other"),))))
    grown, stale = cautions(Keeper(more, VERSION))
    assert grown == (
        "The threshold was set with 2 enrolled, and 3 are now: more strangers are let through than the 1 % that were "
        "asked for. Set it again: endwise gate threshold"
    )
    assert stale == "1 of 4 enrolled are not recognised: they were enrolled with another model."
    assert cautions(Keeper(replace(TWO, threshold=None), VERSION)) == [
        "The gate stays shut: no threshold is set. Set one: endwise gate threshold"
    ]
    assert cautions(Keeper(Enrolled(), VERSION)) == [
        "The gate stays shut: nobody is enrolled. Enrol somebody: endwise gate enrol NAME PHOTO..."
    ]


def test_a_decision_is_a_line_that_no_name_can_break() -> None:
    event = event_of(
        Decision(False, "no face", None, None, 0.6), time="now", camera="a\nb", picture="", version=VERSION
    )
    assert logged(event) == f"now  a\\x0ab  shut: no face (threshold 0.60), model {VERSION}"


@settings(deadline=None)
@given(st.integers(20, 400), st.floats(0.01, 0.3), st.integers(0, 1000))
def test_a_threshold_lets_through_what_was_asked_for_at_most(count: int, fpir: float, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=count)
    people = [str(at // 2) for at in range(count)]
    found = threshold_of(scores, people, fpir, version=VERSION, enrolled=1, source="", when="")
    share = float((scores > found.value).mean())
    assert share <= fpir + 1e-9  # .3 of 20 is 6, and so is .29999999999999993
    assert share > fpir - 1 / count - 1e-9
    assert 0 <= found.low <= share <= found.high <= 1
    assert found.short == (count * fpir < 1)
    if found.short:
        assert found.value == scores.max()


def test_the_interval_holds_the_rate_as_often_as_it_says_also_when_people_are_alike() -> None:
    """Pictures of one person all pass or none, in 600 groups of strangers at a true rate of 5 %."""
    draw = np.random.default_rng(0)
    people = np.repeat(np.arange(200), 5).astype(str).tolist()
    held = []
    for _ in range(600):
        low, high = rate_interval(np.repeat(draw.random(200) < 0.05, 5), people)
        held.append(low <= 0.05 <= high)
    assert np.mean(held) > 0.93


def test_the_interval_of_independent_pictures_is_clopper_and_pearsons() -> None:
    from scipy.stats import binomtest

    passed = np.arange(200) < 6
    exact = binomtest(6, 200).proportion_ci(method="exact")
    low, high = rate_interval(passed, [str(at) for at in range(200)])
    assert (low, high) == pytest.approx((exact.low, exact.high), rel=0.02)
