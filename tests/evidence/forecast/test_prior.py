"""The learnt prior is a small file that is read as it was written, and says what it has seen."""

from __future__ import annotations

import io
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from endwise.evidence.forecast import prior
from endwise.evidence.forecast.curve import DataCurve
from endwise.evidence.forecast.joint import draw
from endwise.evidence.forecast.prior import TAUS, Prior, believed, generic, learnt
from endwise.evidence.forecast.shapes import SHAPES
from endwise.records import MODEL_FAMILIES

LEARNT = list(learnt().values())
NAMES = [one.name for one in LEARNT]


@pytest.mark.parametrize("given", [generic(), *LEARNT], ids=["generic", *NAMES])
def test_a_prior_is_a_distribution_over_the_bank(given: Prior) -> None:
    assert given.log_weights.shape == (SHAPES, len(TAUS))
    assert np.isclose(np.exp(given.log_weights).sum(), 1)


@pytest.mark.parametrize("given", LEARNT, ids=NAMES)
def test_learnt_priors_rule_nothing_out(given: Prior) -> None:
    """Part of each stays generic, so that a curve unlike any that it has seen still finds its shape."""
    assert np.min(given.log_weights - generic().log_weights) > np.log(0.25)


def test_each_family_has_a_prior_and_any_other_model_the_common_one() -> None:
    assert set(learnt()) == {None, *MODEL_FAMILIES}
    assert believed(learnt(), "linear") is learnt()["linear"]
    assert believed({None: generic()}, "linear") is generic()


def test_networks_are_expected_to_go_on_falling_where_linear_models_level_off() -> None:
    errors = ((0.30, 0.31), (0.25, 0.26), (0.21, 0.22))
    curves = [DataCurve(name, (100, 200, 400), errors, family=name) for name in ("network", "linear")]
    network, linear = (np.median(draw([one], learnt())[0].errors([6400])) for one in curves)
    assert network < linear


def test_learnt_prior_names_its_data_sets_and_their_licences_lie_beside_it() -> None:
    assert all(len(one.learnt_on) == 86 for one in LEARNT)
    notice = (files("endwise.evidence.forecast") / "priors" / "NOTICE.md").read_text()
    for word in ("LCDB 1.0", "MIT", "LCDB 1.1", "CC BY 4.0", "Mohr", "bench/learn_prior.py"):
        assert word in notice


def test_file_is_small() -> None:
    assert len((files("endwise.evidence.forecast") / "priors" / prior.LEARNT).read_bytes()) < 100_000


def test_a_prior_is_read_as_it_was_written() -> None:
    chance = np.random.default_rng(0)
    weights = generic(256).log_weights + chance.normal(size=(256, len(TAUS)))
    given = Prior("x", weights - np.log(np.exp(weights).sum()), (3, 4))
    file = io.BytesIO()
    prior.write({None: given, "trees": replace(given, log_weights=given.log_weights[::-1])}, file)
    file.seek(0)
    found = prior.read(file)
    assert [(family, one.name, one.learnt_on) for family, one in found.items()] == [
        (None, "x", (3, 4)), ("trees", "x, trees", (3, 4)),
    ]  # fmt: skip
    assert np.allclose(found["trees"].log_weights[::-1], given.log_weights, atol=0.1)  # steps of an eighth of an octave


def test_a_file_of_another_format_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO()
    monkeypatch.setattr(prior, "FORMAT", 1)
    prior.write({None: generic(256)}, file)
    monkeypatch.undo()
    file.seek(0)
    with pytest.raises(ValueError, match="format 1, this endwise reads 2"):
        prior.read(file)
