"""A realistic verdict, and its variants, for everything that the report has to show.

The figures have the shape of the bone-age system's; none of them was measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from endwise.records import (
    Band,
    Caveat,
    Choice,
    Crossover,
    DesignForecast,
    DesignPoint,
    Difference,
    Example,
    Failure,
    Outlook,
    Overtake,
    Pair,
    RowUse,
    Tuning,
    Untrainable,
    Verdict,
    Worth,
)

PATCHES = "xray -> joints -> lengths, patches -> age"
STAGED = "xray -> joints -> lengths -> age"
LENGTHS = "xray -> lengths -> age"
MATURITY = "xray -> joints -> patches -> maturity -> age"
DIRECT = "xray -> age"
SIZES = (75, 150, 300)

# design: errors by size, label, parts, label kinds, parameters, milliseconds a row
KNOWN: Mapping[str, tuple[tuple[float, ...], str, int, int, int, float]] = {
    PATCHES: ((13.1, 10.6, 9.13), "hybrid", 4, 2, 81_400, 3.9),
    STAGED: ((15.9, 14.1, 13.2), "staged", 3, 2, 64_200, 3.1),
    MATURITY: ((19.8, 15.2, 12.4), "hybrid", 4, 3, 90_100, 4.2),
    LENGTHS: ((19.4, 16.3, 14.8), "hybrid", 2, 2, 118_000, 1.2),
    DIRECT: ((24.6, 18.9, 14.2), "end to end", 1, 1, 121_300, 1.1),
}
CAVEATS = (
    Caveat(
        "EW101",
        "This was a quick study",
        "Three sizes and two repeats show the order of the designs, not small differences between them.",
    ),
    Caveat(
        "EW204",
        "`xray -> age` was still improving when its training was cut short",
        "At 300 rows the limit of 60 epochs ended it; its error may be lower with more. Raise --epochs to see.",
    ),
)


def point(design: str, at: int, unit_scale: float = 1.0) -> DesignPoint:
    """One design at its size number `at`."""
    errors, label, parts, kinds, parameters, latency = KNOWN[design]
    error, size = errors[at] * unit_scale, SIZES[at]
    half = error * 0.09
    return DesignPoint(
        design=design,
        key=f"{design}[apart]",
        label=label,
        training="apart",
        size=size,
        rows=size,
        labels={"age": size, "joints": 100} if "joints" in design else {"age": size},
        independent_units=size,
        error=error,
        low=error - half,
        high=error + half * 1.15,
        repeats=(error * 0.96, error * 1.04),
        metrics={"mean_absolute_error": error, "bias": error / 12},
        parameters=parameters,
        parts=parts,
        label_kinds=kinds,
        still_improving=("age:end-to-end",) if design == DIRECT and at == 2 else (),
        latency_ms=latency,
    )


def difference(design: str, scale: float = 1.0) -> Difference:
    """One design against the best, at the largest size."""
    gap = (KNOWN[design][0][-1] - KNOWN[PATCHES][0][-1]) * scale
    return Difference(design, PATCHES, gap, gap - 1.9 * scale, gap + 2.1 * scale, 0.01 if gap > 4 * scale else 0.05)


def verdict() -> Verdict:
    """Five bone-age designs at three sizes, twice each: a finished quick study."""
    rivals = [design for design in KNOWN if design != PATCHES]
    return Verdict(
        system="bone-age",
        metric="mean_absolute_error",
        metric_title="mean absolute error",
        unit="months",
        axis="rows with an age",
        wants="age",
        sizes=SIZES,
        repeats=2,
        designs=tuple(point(design, at) for design in KNOWN for at in range(len(SIZES))),
        best=PATCHES,
        best_key=f"{PATCHES}[apart]",
        probability_best=0.934,
        error=9.24,
        low=8.31,
        high=10.2,
        regret=0.06,
        runner_up=MATURITY,
        differences=tuple(difference(design) for design in rivals),
        constant_error=38.4,
        rows=620,
        test_rows=200,
        test_units=200,
        rows_used=_rows_used(),
        caveats=CAVEATS,
        untrainable=(
            Untrainable("xray -> joints -> lengths -> ossification -> age", "the label 'ossification' (0 of 620 rows)"),
        ),
        failures=(),
        tuning=(
            Tuning("age:ridge", {"0.001": 0.412, "0.003": 0.388, "0.01": 0.391}, 0.003),
            Tuning("joints:heatmap", {"0.001": 2.31, "0.003": 1.98, "0.01": 2.74}, 0.003),
            Tuning("age:end-to-end", {"0.001": 0.512, "0.003": 0.466, "0.01": 0.701}, 0.003),
        ),
        problems=(),
        notes=("120 rows carry joints but no age: a side pool that feeds the joint finder at every size.",),
        seed=0,
        mode="quick",
        command="endwise study bone-age --quick --seed 0 --out bone-age-study",
        versions={"endwise": "0.1.0", "python": "3.11.7", "torch": "2.13.0+cpu", "numpy": "2.4.6"},
        done=True,
        times=_times(),
    )


def _rows_used() -> tuple[RowUse, ...]:
    return (
        RowUse("joints:heatmap", 400, {"held out for the test": 200, "no label 'joints'": 20}, 0, 400),
        RowUse("lengths:geometry", 0, {}, 620, 0),
        RowUse("age:ridge", 300, {"held out for the test": 200, "no label 'age'": 120}, 300, 300),
        RowUse("age:end-to-end", 300, {"held out for the test": 200, "no label 'age'": 120}, 0, 300),
    )


def _times() -> dict[str, object]:
    return {
        "study_seconds": 48.2,
        "training_seconds": {
            "joints:heatmap": {"75": 4.1, "150": 5.0, "300": 6.3},
            "age:ridge": {"75": 0.02, "150": 0.02, "300": 0.03},
            "age:end-to-end": {"75": 2.4, "150": 4.4, "300": 8.1},
        },
    }


def open_verdict() -> Verdict:
    """A standard study whose runner-up is not told apart, with failures, skipped rows and stopped early."""
    base = verdict()
    close = Difference(MATURITY, PATCHES, 0.21, -0.84, 1.31, 0.36)
    others = tuple(one for one in base.differences if one.design != MATURITY)
    return replace(
        base,
        mode="standard",
        repeats=3,
        probability_best=0.64,
        regret=0.18,
        differences=(close, *others),
        failures=(
            Failure(
                f"{DIRECT} at 300, repeat 2",
                "3f9a1c77",
                91827,
                "OutOfMemoryError: the component 'age:end-to-end' asked for 9.1 GB",
            ),
        ),
        problems=(
            "hands/0412.png, row 412: the picture is truncated",
            "labels.csv, row 77, column age: is 'unknown'",
        ),
        command="endwise study ./hands --path 'xray -> joints -> lengths -> age' --budget 30m",
        done=False,
    )


def settled_verdict() -> Verdict:
    """A standard study with a clear lead."""
    return replace(verdict(), mode="standard", repeats=3, probability_best=0.998, caveats=(), untrainable=())


def one_design() -> Verdict:
    """Only one design could be trained."""
    base = verdict()
    kept = tuple(one for one in base.designs if one.design == PATCHES)
    return replace(base, designs=kept, runner_up=None, differences=(), probability_best=1.0, regret=0.0)


def one_size() -> Verdict:
    """All designs at one size only."""
    base = verdict()
    return replace(base, designs=tuple(one for one in base.designs if one.size == 300), sizes=(300,))


def in_shares() -> Verdict:
    """A judge without a unit: a miss rate as a share."""
    base = verdict()
    scaled = tuple(point(design, at, 0.01) for design in KNOWN for at in range(3))
    rivals = tuple(difference(design, 0.01) for design in KNOWN if design != PATCHES)
    return replace(
        base,
        metric="miss_rate",
        metric_title="miss rate",
        unit="",
        axis="rows with a name",
        designs=scaled,
        differences=rivals,
        error=0.0924,
        low=0.0831,
        high=0.102,
        regret=0.0006,
        constant_error=float("nan"),
    )


def in_percent() -> Verdict:
    """A judge in per cent."""
    return replace(verdict(), metric="word_error_rate", metric_title="word error rate", unit="%")


def hopeless() -> Verdict:
    """No design beats always giving the same answer."""
    return replace(verdict(), constant_error=9.5, caveats=())


def _forecast(design: str, ratio: float, state: str = "forecast") -> DesignForecast:
    """The last error times `ratio` at each doubling, in bands that widen."""
    last = KNOWN[design][0][-1]
    bands = tuple(
        Band(300 * 2**k, e, e * (1 - 0.06 * k), e * (1 + 0.05 * k), e * (1 - 0.09 * k), e * (1 + 0.08 * k), state)
        for k in (1, 2, 3, 4)
        for e in [last * ratio**k]
    )
    return DesignForecast(design, state, bands)


def _pair(design: str, *chances: float) -> Pair:
    steps = tuple(Overtake(300 * 2 ** (k + 1), chance) for k, chance in enumerate(chances))
    middle = next((float(one.n) for one in steps if one.probability >= 0.5), None)
    return Pair(PATCHES, design, steps, Crossover(None, middle, None, 1 - chances[-1]))


def _outlook(steep: DesignForecast, steep_pair: Pair) -> Outlook:
    designs = (_forecast(PATCHES, 0.93), _forecast(STAGED, 0.99), steep)
    regrets = zip((PATCHES, STAGED, DIRECT), (0.9, 4.1, 0.2), strict=True)
    choice = tuple(Choice(design, n, regret * n / 1200) for design, regret in regrets for n in (600, 1200, 2400, 4800))
    return Outlook(None, designs, (_pair(STAGED, 0.01, 0.01, 0.02, 0.03), steep_pair), choice)


def overtaken() -> Verdict:
    """End to end gains with more rows."""
    steep = _outlook(_forecast(DIRECT, 0.76), _pair(DIRECT, 0.08, 0.41, 0.68, 0.77))
    return replace(settled_verdict(), forecast=steep, worth=(Worth("repeat", 300, 0.02), Worth("size", 1200, 0.31)))


def out_of_reach() -> Verdict:
    """No design comes near the best within sixteen times the rows."""
    flat = _outlook(_forecast(DIRECT, 0.95), _pair(DIRECT, 0.01, 0.02, 0.04, 0.06))
    return replace(settled_verdict(), forecast=flat, worth=(Worth("repeat", 300, 0.0), Worth("size", 1200, 0.0)))


def refused() -> Verdict:
    """End to end is still at chance: its curve says nothing."""
    silent = _outlook(_forecast(DIRECT, 0.99, "at-chance"), _pair(DIRECT, 0.01, 0.02, 0.04, 0.06))
    return replace(settled_verdict(), forecast=silent)


def hostile() -> Verdict:
    """Names as an attacker, or an unlucky user, would choose them."""
    evil = "xray -> <script>alert(1)</script> -> age [joint]"
    base = verdict()
    renamed = tuple(replace(one, design=evil) if one.design == STAGED else one for one in base.designs)
    return replace(
        base,
        system="<img src=x onerror=alert(2)>",
        designs=renamed,
        differences=tuple(replace(one, design=evil) if one.design == STAGED else one for one in base.differences),
        caveats=(Caveat("EW1", "<b>bold</b> & 'quoted'", "</style><script>alert(3)</script>"),),
        problems=('"><svg onload=alert(4)>.png: unreadable', "[bold red]not markup[/]"),
        command="endwise study '</code><script>alert(5)</script>'",
        untrainable=(Untrainable("{{ 7 * 7 }}", "the label '<i>'"),),
    )


def many_designs() -> Verdict:
    """Twelve designs, more than there are colours."""
    base = verdict()
    extra = [
        replace(point(STAGED, at), design=f"xray -> joints -> lengths -> stage{n} -> age", error=15 + n + 9 / (at + 1))
        for n in range(7)
        for at in range(3)
    ]
    widened = [replace(one, low=one.error - 1.2, high=one.error + 1.4, repeats=(one.error,)) for one in extra]
    gaps = [Difference(widened[3 * n].design, PATCHES, 9.0 + n, 7.5 + n, 10.8 + n, 0.0) for n in range(7)]
    return replace(base, designs=(*base.designs, *widened), differences=(*base.differences, *gaps))


VARIANTS: Mapping[str, Callable[[], Verdict]] = {
    "quick": verdict,
    "open": open_verdict,
    "settled": settled_verdict,
    "one_design": one_design,
    "one_size": one_size,
    "shares": in_shares,
    "percent": in_percent,
    "hopeless": hopeless,
    "overtaken": overtaken,
    "out_of_reach": out_of_reach,
    "refused": refused,
}


def examples(count: int = 6) -> tuple[Example, ...]:
    """Drawn hands with their joints, lengths, patches and ages, predicted and true."""
    return tuple(_example(number) for number in range(count))


def _example(number: int) -> Example:
    rng = np.random.default_rng(number)
    true = _joints(rng, 0.7 + 0.08 * number)
    found = true + rng.normal(0, 1.3, true.shape)
    age = 60.0 + 22 * number
    guess = age + float(rng.normal(0, 9))
    values = {
        "xray": {"signal": {"kind": "image", "name": "xray", "size": [128, 96], "channels": 1}, "value": _hand(true)},
        "sex": {"signal": {"kind": "category", "name": "sex", "values": ["F", "M"]}, "value": number % 2},
        "joints": _value("points", "joints", found, unit="px", count=24, on="xray"),
        "lengths": _value("vector", "lengths", _lengths(found), unit="mm", size=19),
        "patches": _value("stack", "patches", _patches(_hand(true), found), count=24, size=[16, 16]),
        "age": _value("number", "age", guess, unit="months"),
    }
    truth = {"joints": true.tolist(), "lengths": _lengths(true).tolist(), "age": age}
    return Example(f"hand {number:04d}", PATCHES, values, truth, abs(guess - age), inputs=("xray", "sex"))


def _value(kind: str, name: str, value: object, **more: object) -> dict[str, object]:
    plain = value.tolist() if isinstance(value, np.ndarray) else value
    return {"signal": {"kind": kind, "name": name, **more}, "value": plain}


def _joints(rng: np.random.Generator, scale: float) -> np.ndarray:
    """24 points: five rays from a wrist at the foot of the picture, x then y."""
    angles = np.radians([-50, -18, -3, 11, 26]) + rng.normal(0, 0.03)
    steps = [(12, 24, 34, 42)] + [(16, 44, 62, 74, 82)] * 4
    reach = (0.85, 0.93, 1.0, 0.94, 0.78)
    points = [
        (48 + np.sin(a) * r * s * scale, 112 - np.cos(a) * r * s * scale)
        for a, s_all, r in zip(angles, steps, reach, strict=True)
        for s in s_all
    ]
    return np.array(points)


def _bones() -> list[tuple[int, int]]:
    tips = {3, 8, 13, 18, 23}
    return [(at, at + 1) for at in range(24) if at not in tips]


def _lengths(points: np.ndarray) -> np.ndarray:
    return np.array([float(np.linalg.norm(points[a] - points[b])) for a, b in _bones()]) * 0.9


def _hand(points: np.ndarray) -> np.ndarray:
    """A picture, uint8 (128, 96): bright bones in a grey hand."""
    rows, columns = np.mgrid[0:128, 0:96]
    here = np.stack([columns, rows], axis=-1).astype(float)
    flesh, bone = np.full((128, 96), 99.0), np.full((128, 96), 99.0)
    for a, b in _bones():
        along = points[b] - points[a]
        share = np.clip(((here - points[a]) @ along) / (along @ along), 0, 1)
        gap = np.linalg.norm(here - points[a] - share[..., None] * along, axis=-1)
        flesh, bone = np.minimum(flesh, gap), np.minimum(bone, gap - 0.6 * np.abs(share - 0.5))
    shade = 18 + 70 / (1 + np.exp(flesh - 6)) + 130 / (1 + np.exp(2 * (bone - 2)))
    return np.clip(shade + np.random.default_rng(1).normal(0, 4, shade.shape), 0, 255).astype(np.uint8)


def _patches(picture: np.ndarray, points: np.ndarray) -> np.ndarray:
    padded = np.pad(picture, 16)
    corners = np.clip(points.round().astype(int) + 8, 0, None)
    return np.stack([padded[y : y + 16, x : x + 16] for x, y in corners])
