"""Which labels to buy: the purchase that is expected to leave the least error, or that reaches a target for least.

Purchases are looked at on a grid of shares of the money, with what is left unspent as one of the shares; every design
is weighed with each, so that the answer may be another design.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from endwise.evidence.labelling import Labelling, most
from endwise.records import Plan, Purchase, Refused

BUY, SWITCH, NOTHING, UNREACHABLE = "buy", "switch", "nothing", "unreachable"
STEPS = {1: 40, 2: 20, 3: 20, 4: 10}  # shares that the money is cut into, by the number of signals
FEWEST_STEPS = 6
NOTICED = 0.01  # of a design's present error: what is expected to gain less is not worth buying
ENOUGH = 0.98  # of the most that can be gained: the cheapest purchase that gains as much is the plan
SURE = 0.8  # the probability with which a target has to be reached
HALVINGS = 14  # of the span of prices in which the cheapest one lies
AT_ONCE = 256  # purchases weighed at a time
ALTERNATIVES = 2


@dataclass(frozen=True)
class Asked:
    """Prices of a label by signal, and the money there is or the error to be reached."""

    prices: Mapping[str, float]
    budget: float | None
    target: float | None


@dataclass(frozen=True)
class _Offer:
    """Purchases for one design: `counts` (C, S) of labels bought of its priced signals, and what they cost (C,)."""

    signals: tuple[str, ...]
    counts: np.ndarray
    price: np.ndarray


def plan(
    found: Sequence[Labelling], asked: Asked, *, best: Purchase, have: Mapping[str, int], wants: str,
    refused: Sequence[Refused] = (),
) -> Plan:  # fmt: skip
    """The plan over all designs.

    `best` is the design that is best now as it was measured, with nothing bought, for the case that it is among the
    refused; `have` are the present labels, `wants` is the wanted output's name.
    """
    current = next((one for one in found if one.design == best.design), None)
    now = best if current is None else _priced(current, {}, asked)
    each = [(_cheapest if asked.target is not None else _least_error)(one, asked) for one in found]
    made = sorted((one for one in each if one is not None), key=lambda one: _merit(one, asked))
    beside = [one for one in made[1:] if one.labels or one.design != now.design]  # else it is what is now
    buy, others = (made[0], beside) if made else (None, _nearest(found, asked))
    return Plan(
        _answer(buy, now, asked), dict(asked.prices), dict(have), asked.budget, asked.target, now, buy,
        tuple(others[:ALTERNATIVES]),
        _reference(found, asked, {name: 1 / len(asked.prices) for name in asked.prices}),
        _reference(found, asked, {wants: 1.0}) if wants in asked.prices else None,
        tuple(refused),
    )  # fmt: skip


def _merit(one: Purchase, asked: Asked) -> tuple[float, ...]:
    return (one.error, one.price) if asked.target is None else (one.price, one.error)


def _answer(buy: Purchase | None, now: Purchase, asked: Asked) -> str:
    if buy is None:
        return UNREACHABLE
    worthless = now.error - buy.error < NOTICED * now.error if asked.target is None else not buy.labels
    if worthless:
        return NOTHING
    return BUY if buy.design == now.design else SWITCH


def _least_error(one: Labelling, asked: Asked) -> Purchase:
    """The cheapest of the purchases that gain about as much as any that the budget allows; nothing for no gain."""
    assert asked.budget is not None
    offer = _offers(one, asked, asked.budget)
    errors = np.array([float(np.median(drawn)) for drawn in _weighed(one, offer)])
    now = errors[np.argmin(offer.price)]
    if now - errors.min() < NOTICED * now:
        return _priced(one, {}, asked)
    enough = np.flatnonzero(errors <= errors.min() + (1 - ENOUGH) * (now - errors.min()))
    return _made(one, offer, int(enough[np.argmin(offer.price[enough])]), asked)


def _cheapest(one: Labelling, asked: Asked) -> Purchase | None:
    """The purchase that reaches the target with probability `SURE` for the least money; None where none does."""
    found = _likeliest(one, asked, 0.0)
    if _sure(found):
        return found
    low, high = min(asked.prices.values()), _limit(one, asked)
    found = _likeliest(one, asked, high)
    if not _sure(found):
        return None
    for _ in range(HALVINGS):
        middle = (low * high) ** 0.5
        tried = _likeliest(one, asked, middle)
        low, high = (low, middle) if _sure(tried) else (middle, high)
        found = tried if _sure(tried) else found
    return found


def _nearest(found: Sequence[Labelling], asked: Asked) -> list[Purchase]:
    """Where the target is out of reach: the purchases that come nearest to it, the likeliest first."""
    made = [_likeliest(one, asked, _limit(one, asked)) for one in found]
    return sorted(made, key=lambda one: (-(one.reaches or 0.0), one.error))


def _limit(one: Labelling, asked: Asked) -> float:
    """The most money that can be looked at for a design."""
    room = {name: most(one.have[name]) - one.have[name] for name in one.have if name in asked.prices}
    whole = sum(asked.prices[name] * count for name, count in room.items())
    return whole if asked.budget is None else min(whole, asked.budget)


def _sure(one: Purchase) -> bool:
    return one.reaches is not None and one.reaches >= SURE


def _likeliest(one: Labelling, asked: Asked, money: float) -> Purchase:
    offer = _offers(one, asked, money)
    chances = [float(np.mean(drawn * one.luck <= asked.target)) for drawn in _weighed(one, offer)]
    best = np.flatnonzero(np.array(chances) == max(chances))
    return _made(one, offer, int(best[np.argmin(offer.price[best])]), asked)


def _offers(one: Labelling, asked: Asked, money: float) -> _Offer:
    """All ways to spend `money` or less on the labels from which the design learns."""
    signals = tuple(name for name in one.have if name in asked.prices)
    steps = STEPS.get(len(signals), FEWEST_STEPS)
    shares = np.array(list(_shares(len(signals), steps))) / steps
    return _bought(one, asked, signals, shares * money)


def _bought(one: Labelling, asked: Asked, signals: tuple[str, ...], money: np.ndarray) -> _Offer:
    prices = np.array([asked.prices[name] for name in signals])
    room = np.array([most(one.have[name]) - one.have[name] for name in signals])
    counts = np.minimum(np.floor(money / prices + 1e-9), room).astype(int)
    return _Offer(signals, counts, counts @ prices)


def _shares(signals: int, steps: int) -> Iterator[tuple[int, ...]]:
    """Every way to hand out `steps` or fewer among `signals`: stars and bars, with the unspent as one more."""
    for bars in combinations(range(steps + signals), signals):
        ends = (-1, *bars)
        yield tuple(ends[at + 1] - ends[at] - 1 for at in range(signals))


def _weighed(one: Labelling, offer: _Offer) -> Iterator[np.ndarray]:
    """The draws of the error after each purchase, (M,) each."""
    changes = []
    for at, name in enumerate(offer.signals):
        counts, where = np.unique(offer.counts[:, at], return_inverse=True)
        changes.append((one.change(name, (one.have[name] + counts).tolist()), where))
    for start in range(0, len(offer.counts), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        if changes:
            yield from one.errors([by_count[where[some]] for by_count, where in changes])
        else:
            yield from np.broadcast_to(one.level, (len(offer.counts), len(one.level)))


def _made(one: Labelling, offer: _Offer, at: int, asked: Asked) -> Purchase:
    return _priced(one, dict(zip(offer.signals, offer.counts[at].tolist(), strict=True)), asked)


def _priced(one: Labelling, labels: Mapping[str, int], asked: Asked) -> Purchase:
    """What is expected of one training with these labels bought."""
    bought = {name: count for name, count in labels.items() if count}
    changes = [one.change(name, [one.have[name] + count])[0] for name, count in bought.items()]
    mean = one.errors(changes) if changes else one.level
    drawn = mean * one.luck
    low, high = np.quantile(drawn, (0.1, 0.9))
    reaches = None if asked.target is None else float(np.mean(drawn <= asked.target))
    price = float(sum(asked.prices[name] * count for name, count in bought.items()))
    return Purchase(one.design, bought, price, float(np.median(mean)), float(low), float(high), reaches)


def _reference(found: Sequence[Labelling], asked: Asked, shares: Mapping[str, float]) -> Purchase | None:
    """The budget spent in fixed shares, for the design that is expected to err least then."""
    if asked.budget is None:
        return None
    made = []
    for one in found:
        signals = tuple(name for name in one.have if name in shares)
        money = np.array([[shares[name] * asked.budget for name in signals]])
        made.append(_made(one, _bought(one, asked, signals, money), 0, asked) if signals else _priced(one, {}, asked))
    return min(made, key=lambda one: one.error)
