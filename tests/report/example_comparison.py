"""Comparisons for everything that words, tables, figures and page have to show. None of the figures was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from endwise.evidence.caveats import caveat
from endwise.records import Comparison, FileIds, Gap, Score, SeamBlame, Slice, SliceScore


def slice_of(value: str, errors: Mapping[str, float], ahead: str = "") -> Slice:
    """Forty hands of one kind."""
    best = next(iter(errors))
    gaps = tuple(
        Gap(name, best, error - errors[best], error - errors[best] - 1.9, error - errors[best] + 1.9, 0.5)
        for name, error in list(errors.items())[1:]
    )
    scores = tuple(SliceScore(name, error, error - 1, error + 1) for name, error in errors.items())
    return Slice("sex", value, 120, 40, scores, gaps, (ahead,) if ahead else ())


def close() -> Comparison:
    """Three systems, two not told apart, with everything that a comparison may have."""
    staged, direct, old = "staged", "end to end", "old"
    return Comparison(
        metric="mean_absolute_error",
        metric_title="mean absolute error",
        unit="months",
        wants="age",
        chosen="the true values are numbers",
        id="file_name",
        group="patient",
        rows=240,
        groups=80,
        unlabelled=12,
        left_out=4,
        truth="truth.csv",
        systems=(
            Score(staged, "staged.csv", 9.31, 8.52, 10.1, 0.73, 0.11),
            Score(direct, "runs/end to end.csv", 9.74, 8.5, 11.2, 0.27, 0.55),
            Score(old, "old.csv", 13.1, 11.9, 14.4, 0.0, 3.88),
        ),
        differences=(Gap(direct, staged, 0.43, -0.9, 1.9, 0.27), Gap(old, staged, 3.8, 2.4, 5.2, 0.0)),
        slices=(
            slice_of("F", {staged: 8.7, direct: 5.8, old: 12.5}, direct),
            slice_of("M", {staged: 9.9, direct: 13.6, old: 13.7}),
            Slice("sex", "(none)", 3, 2),
        ),
        comparisons=4,
        blame=(
            SeamBlame(staged, "joints", "j.csv", 9.31, 5.5, 4.9, 6.2, 3.81, 2.8, 4.8, 0.409, 0.32, 0.48),
            SeamBlame(staged, "lengths", "l.csv", 9.31, 9.2, 8.4, 10.0, 0.11, -0.76, 0.9, 0.012, -0.08, 0.1),
            SeamBlame(staged, "sex", "s.csv", 9.31, 10.8, 9.9, 11.7, -1.49, -2.2, -0.8, -0.16, -0.24, -0.09),
        ),
        missing=(FileIds("old.csv", 4, ("x0003 (line 5)", "x0009 (line 11)", "x0010 (line 12)", "x0044 (line 46)")),),
        extra=(FileIds("staged.csv", 14, tuple(f"z{at} (line {at + 230})" for at in range(10))),),
        notes=("Taken for the predictions: the column 'prediction' of staged.csv (not its 'age').",),
        caveats=(caveat("rows-left-out", count=4, rows=244), caveat("blame-not-additive")),
        command="endwise compare truth.csv staged.csv 'runs/end to end.csv' old.csv --group patient --slice sex",
        versions={"endwise": "0.1.0", "python": "3.11.7", "numpy": "2.4.6"},
        words="On 240 rows ...",
    )


def settled() -> Comparison:
    """A clear lead, told in shares: no unit of its own, no slices, no blame."""
    best, second = (
        Score("new", "new.csv", 12.0, 9.1, 14.9, 0.998, 0.0),
        Score("old", "o.csv", 19.0, 15.2, 22.4, 0.002, 7.0),
    )
    return replace(
        close(), metric="error_rate", metric_title="wrong answers", unit="%", chosen="", group=None, groups=240,
        systems=(best, second), differences=(Gap("old", "new", 7.0, 3.2, 10.8, 0.002),), slices=(), comparisons=0,
        blame=(), missing=(), extra=(), notes=(), unlabelled=0, left_out=0, caveats=(caveat("no-groups"),),
    )  # fmt: skip


def lone() -> Comparison:
    """One system, whose error the truth at a seam takes away altogether."""
    base = close()
    gone = SeamBlame("staged", "joints", "j.csv", 9.31, 0.0, 0.0, 0.0, 9.31, 8.52, 10.1, 1.0, 1.0, 1.0)
    alone = replace(base.systems[0], probability_best=1.0, regret=0.0)
    return replace(base, systems=(alone,), differences=(), slices=(), comparisons=0,
                   blame=(gone,), caveats=(), missing=(), extra=(), notes=(), left_out=0)  # fmt: skip


def twins() -> Comparison:
    """Two systems that put out the same, and slices in which nothing turns."""
    base = close()
    pair = tuple(replace(base.systems[0], name=name, probability_best=0.5, regret=0.0) for name in ("one", "two"))
    slices = (slice_of("F", {"one": 8.7, "two": 8.7}), slice_of("M", {"one": 9.9, "two": 9.9}))
    return replace(base, systems=pair, differences=(Gap("two", "one", 0.0, 0.0, 0.0, 0.5),), slices=slices,
                   comparisons=2, blame=(), caveats=(), missing=(), extra=(), notes=(), left_out=0)  # fmt: skip


def hostile() -> Comparison:
    """Names that no page or terminal may take for anything but text."""
    base = close()
    names = ("<script>alert(1)</script>", "[bold]{{ 7 * 7 }}`", "<img src=x onerror=alert(2)>" * 6)
    scores = tuple(replace(score, name=name) for score, name in zip(base.systems, names, strict=True))
    gaps = tuple(Gap(name, names[0], 1.0, -1.0, 3.0, 0.2) for name in names[1:])
    note = ("</style><i onclick=alert(3)>",)
    return replace(base, systems=scores, differences=gaps, slices=(), blame=(), notes=note, wants="<b>age")


def many() -> Comparison:
    """Twelve systems: more than there are colours."""
    base = close()
    names = [f"runs/2026-11-22/model-number-{at:02d}" for at in range(12)]
    scores = tuple(Score(name, f"{name}.csv", 9 + at, 8.0 + at, 10.0 + at, 0.08, 0.1) for at, name in enumerate(names))
    gaps = tuple(Gap(name, names[0], float(at), at - 1.0, at + 1.0, 0.1) for at, name in enumerate(names) if at)
    return replace(base, systems=scores, differences=gaps, blame=(),
                   slices=(slice_of("F", {name: 9.0 + at for at, name in enumerate(names)}),))  # fmt: skip


VARIANTS: dict[str, Callable[[], Comparison]] = {
    one.__name__: one for one in (close, settled, lone, twins, hostile, many)
}
