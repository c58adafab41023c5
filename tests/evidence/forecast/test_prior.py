"""The learnt prior is a small file that is read as it was written, and says what it has seen."""

from __future__ import annotations

import io
from importlib.resources import files

import numpy as np
import pytest

from endwise.evidence.forecast import prior
from endwise.evidence.forecast.prior import TAUS, Prior, generic, learnt
from endwise.evidence.forecast.shapes import SHAPES


@pytest.mark.parametrize("given", [generic(), learnt()], ids=["generic", "learnt"])
def test_a_prior_is_a_distribution_over_the_bank(given: Prior) -> None:
    assert given.log_weights.shape == (SHAPES, len(TAUS))
    assert np.isclose(np.exp(given.log_weights).sum(), 1)


def test_learnt_prior_rules_nothing_out() -> None:
    """Part of it stays generic, so that a curve unlike any that it has seen still finds its shape."""
    assert np.min(learnt().log_weights - generic().log_weights) > np.log(0.25)


def test_learnt_prior_names_its_data_sets_and_their_licences_lie_beside_it() -> None:
    assert len(learnt().learnt_on) == 86
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
    prior.write(given, file)
    file.seek(0)
    found = prior.read(file)
    assert (found.name, found.learnt_on) == ("x", (3, 4))
    assert np.allclose(found.log_weights, given.log_weights, atol=0.1)  # steps of an eighth of an octave


def test_a_file_of_another_format_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO()
    monkeypatch.setattr(prior, "FORMAT", 2)
    prior.write(generic(256), file)
    monkeypatch.undo()
    file.seek(0)
    with pytest.raises(ValueError, match="format 2, this endwise reads 1"):
        prior.read(file)
