"""Outlooks made by hand for everything that words, tables and figures have to show. None was computed."""

from __future__ import annotations

from collections.abc import Sequence

from endwise.evidence.forecast.curve import DataCurve
from endwise.records import Band, Choice, Crossover, DesignForecast, Outlook, Overtake, Pair, Reach
from endwise.report.outlook.prospects import Prospect, prospect

SIZES = (500, 1000, 2000)
AHEAD = (4000, 8000, 32_000)
ASKED = {4000: "2x", 8000: "4x", 32_000: "32000"}
STAGED, DIRECT = "camera -> lane -> steer", "camera -> steer"
HOSTILE = "a -> <script>alert(1)</script> -> `b` [joint]"


def curve(design: str, last: float, falls: float = 1.3, sizes: Sequence[int] = SIZES) -> DataCurve:
    """A curve that ends at `last` and was `falls` times that at half the size."""
    means = [last * falls**back for back in reversed(range(len(sizes)))]
    return DataCurve(design, tuple(sizes), tuple((mean * 0.97, mean * 1.03) for mean in means))


def bands(last: float, falls: float, state: str = "forecast", ahead: Sequence[int] = AHEAD) -> tuple[Band, ...]:
    """Bands that fall as the curve did, and open."""
    made = []
    for step, n in enumerate(ahead, 1):
        median, wide = last / falls**step, 1 + 0.1 * step
        made.append(Band(n, median, median / wide, median * wide, median / wide**1.5, median * wide**1.5, state))
    return tuple(made)


def outlook(
    lasts: dict[str, tuple[float, float, str]], overtakes: dict[str, tuple[float, ...]], name: str | None = None
) -> Outlook:
    """Designs with their last error, fall and state; and for those behind the probabilities of being ahead."""
    first, *others = lasts
    designs = tuple(
        DesignForecast(
            design,
            state,
            bands(last, falls, state),
            tuple(Reach(4.5, n, p) for n, p in zip(AHEAD, REACHES, strict=True)),
        )
        for design, (last, falls, state) in lasts.items()
    )
    pairs = tuple(
        Pair(
            first,
            design,
            tuple(Overtake(n, p) for n, p in zip(AHEAD, overtakes[design], strict=True)),
            Crossover(5210.0, None, None, 1 - overtakes[design][-1]),
        )
        for design in others
    )
    choice = tuple(Choice(one, n, 0.002 + 0.1 * at * n / 4000) for n in AHEAD for at, one in enumerate(lasts))
    return Outlook(name, designs, pairs, choice if len(lasts) > 1 else ())


REACHES = (0.04, 0.5, 0.93)


def two(name: str | None = None) -> Prospect:
    """Two designs, all to be trusted."""
    made = outlook({STAGED: (5.0, 1.1, "forecast"), DIRECT: (6.0, 1.4, "forecast")}, {DIRECT: (0.02, 0.23, 0.39)}, name)
    return prospect([curve(DIRECT, 6.0, 1.4), curve(STAGED, 5.0, 1.1)], made, 32_000, ASKED)


def nothing_beyond() -> Prospect:
    """Two designs, and no size beyond theirs."""
    designs = tuple(DesignForecast(name, "forecast", ()) for name in (STAGED, DIRECT))
    pair = Pair(STAGED, DIRECT, (), Crossover(5210.0, None, None, 0.61))
    return prospect([curve(DIRECT, 6.0, 1.4), curve(STAGED, 5.0, 1.1)], Outlook(None, designs, (pair,), ()), 32_000)


def one() -> Prospect:
    """A design alone, its last forecast too far."""
    (near, far), beyond = bands(5.0, 1.2, ahead=(4000, 8000)), bands(3.0, 1.2, "too-far", (200_000,))
    made = Outlook(None, (DesignForecast(STAGED, "forecast", (near, far, *beyond)),), (), ())
    return prospect([curve(STAGED, 5.0)], made, 32_000, ASKED)


def refused() -> Prospect:
    """One design to be trusted, and one of each kind that is not."""
    lasts = {
        STAGED: (5.0, 1.1, "forecast"),
        "two sizes": (6.0, 1.2, "too-few-sizes"),
        "rises": (7.0, 0.95, "rising"),
        "at chance": (9.0, 1.0, "at-chance"),
    }
    curves = [curve(design, last, falls) for design, (last, falls, _) in lasts.items()]
    curves[1] = curve("two sizes", 6.0, 1.2, SIZES[1:])
    return prospect(curves, outlook(lasts, dict.fromkeys(lasts, (0.005, 0.1, 0.2))), 32_000, ASKED)


def six() -> Prospect:
    """Six designs with long names."""
    names = [f"xray -> joints -> lengths, patches -> maturity {at} -> age [chained]" for at in range(6)]
    lasts = {name: (5.0 + at / 3, 1.1 + at / 20, "forecast") for at, name in enumerate(names)}
    curves = [curve(name, last, falls) for name, (last, falls, _) in lasts.items()]
    return prospect(curves, outlook(lasts, dict.fromkeys(names, (0.1, 0.3, 0.6))), 32_000, ASKED)


def hostile() -> Prospect:
    """Names that would do something if they were not escaped."""
    made = outlook(
        {HOSTILE: (5.0, 1.1, "forecast"), "<b>": (6.0, 1.4, "rising")}, {"<b>": (0.1, 0.2, 0.3)}, "<img src=x>"
    )
    return prospect([curve(HOSTILE, 5.0, 1.1), curve("<b>", 6.0, 1.4)], made, 32_000, ASKED)
