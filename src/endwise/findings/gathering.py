"""The verdict on what was measured: records are gathered for the evidence floor, and what else the report tells."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import numpy as np

from endwise.errors import listed
from endwise.evidence.caveats import caveat
from endwise.evidence.verdict import Evidence, weigh
from endwise.findings.attributing import attributions_of
from endwise.findings.blaming import blames_of, unseen_of
from endwise.findings.dissecting import ceilings_of, slices_of, stages_of, trade_offs_of
from endwise.findings.scarce import scarcities_of
from endwise.judge.metrics import constant
from endwise.learn.chain import Chain
from endwise.learn.together import seams
from endwise.records import Caveat, DesignPoint, Measurement, Verdict, WordErrors
from endwise.report import sentences
from endwise.report.mistakes import word_errors
from endwise.stores.folder import FolderStore
from endwise.studies.cells import Joint, Judging, Training, arrow_text
from endwise.studies.context import Context
from endwise.studies.execute import model_of, records_of
from endwise.studies.prepare import Options, Prepared
from endwise.studies.runner import Outcome
from endwise.studies.trainable import row_use
from endwise.system.designs import Design
from endwise.system.judging import ClosedLoop, OpenLoop
from endwise.system.paths import taught

MOST_TEXTS = 500  # test rows whose words are counted: enough to rank words by, whatever the size of the test


def number_facts(context: Context, store: FolderStore, cell: Judging) -> dict[str, Any]:
    """For a wanted number: `quantile90`, under which nine in ten absolute test errors lie, and the `range` of
    true values that the cell's models were trained on. Nothing for other kinds."""
    wants = context.system.wants
    records, _ = records_of(context, store, cell)
    if wants.kind != "number" or "mean_absolute_error" not in records:
        return {}
    sample = context.sample(cell.size, cell.repeat)
    seen = context.truth.take(wants.name, sample[context.carries[sample]])
    return {
        "quantile90": float(np.quantile(records["mean_absolute_error"], 0.9)),
        "range": [float(seen.min()), float(seen.max())],
    }


def _measurement(context: Context, store: FolderStore, cell: Judging) -> Measurement:
    records, what = records_of(context, store, cell)
    trainings = {one: store.read(context.key(one))[0] for one in cell.trainings.values()}
    improving = tuple(
        one.trained if isinstance(one, Joint) else arrow_text(one.component)
        for one, told in trainings.items()
        if told["still_improving"]
    )
    before = [store.read(context.key(one))[0] for training in trainings for one in _before(training)]
    seconds = what["times"]["seconds"] + sum(one["times"]["seconds"] for one in (*trainings.values(), *before))
    latency = what["times"]["latency_ms"]
    latency = float("nan") if latency is None else latency
    return Measurement(
        cell.design.text,
        cell.design.key,
        cell.size,
        cell.repeat,
        records,
        what["parameters"],
        improving,
        seconds,
        latency,
        "network" if cell.design.has_network else None,
    )


def _before(training: Training) -> tuple[Training, ...]:
    """The trainings from whose weights one goes on."""
    starts = training.starts if isinstance(training, Joint) else ()
    return (*starts, *_donors(training))


def _donors(training: Training) -> list[Training]:
    """The trainings whose encoders one, or those that it goes on from, begin with."""
    starts = training.starts if isinstance(training, Joint) else ()
    return [one.donor for one in (training, *starts) if one.donor is not None]


def _blank(context: Context, design: Design, size: int) -> DesignPoint:
    """A design's facts at a size that need no measuring."""
    sample = context.sample(size, 0)
    told = [signal.name for part in taught(design.parts) for signal in (part.target, *part.auxiliary)]
    labels = {name: int(context.truth.has(name)[sample].sum()) for name in told}
    units = len(np.unique(context.units[sample[context.carries[sample]]].astype(str)))
    nan = float("nan")
    return DesignPoint(
        design.text, design.key, design.label, design.training, size, size, labels, units, nan, nan, nan, (), {}, 0,
        len(design.parts), len(design.learned),
    )  # fmt: skip


def verdict_of(prepared: Prepared, store: FolderStore, options: Options, outcome: Outcome, seconds: float) -> Verdict:
    """The verdict on everything that was measured."""
    context, scope = prepared.context, prepared.scope
    measurements = [_measurement(context, store, cell) for cell in outcome.judged]
    rechecks = [_measurement(context, store, cell) for cell in outcome.rechecked]
    blank = {(d.key, size): _blank(context, d, size) for d in scope.designs for size in scope.sizes}
    judge = context.system.judge
    of_test = context.units[context.test]
    units = {size: context.judge(size == scope.sizes[-1]).units(of_test) for size in scope.sizes}
    evidence = Evidence(measurements, rechecks, blank, judge.metrics, units, options.seed)
    verdict = weigh(evidence, _draft(prepared, options, outcome))
    spent: dict[str, dict[str, float]] = {}
    for one in measurements:
        by_size = spent.setdefault(one.design, {})
        by_size[str(one.size)] = round(by_size.get(str(one.size), 0.0) + one.seconds, 2)
    times = {"study_seconds": round(seconds, 2), "training_seconds": spent}
    top = [cell for cell in outcome.judged if cell.size == verdict.sizes[-1] and cell.repeat == 0]
    slices, comparisons = slices_of(context, verdict, measurements, options.seed)
    ceilings, missing = ceilings_of(context, store, outcome.ceilings, options.seed)
    blames = blames_of(context, store, top, outcome.truth_runs, options.seed)
    unseen = unseen_of(context, measurements, scope.designs, options.seed)
    verdict = replace(
        verdict,
        times=times,
        by_word=_by_word(context, store, outcome, verdict.best_key),
        slices=slices,
        comparisons=comparisons,
        stages=stages_of(context, store, top),
        ceilings=ceilings,
        blames=(*blames, *unseen),
        attributions=attributions_of(context, store, top, outcome.truth_runs),
        caveats=(*missing, *verdict.caveats),
        trade_offs=trade_offs_of(context, store, top),
        scarcities=scarcities_of(context, store, _largest(scope.sizes[-1], outcome), outcome.scarcities, options.seed),
    )
    return replace(verdict, words=sentences.in_words(verdict))


def _largest(size: int, outcome: Outcome) -> list[Judging]:
    return [cell for cell in outcome.judged if cell.size == size]


def _draft(prepared: Prepared, options: Options, outcome: Outcome) -> Verdict:
    """The verdict's facts that do not depend on what was measured."""
    context, scope = prepared.context, prepared.scope
    system, (metric, *others) = context.system, context.system.judge.metrics
    top = [cell for cell in outcome.judged if cell.size == scope.sizes[-1] and cell.repeat == 0]
    taken = [one for cell in top for one in cell.trainings.values()]
    trainings = dict.fromkeys((*taken, *(donor for one in taken for donor in _donors(one))))
    nan = float("nan")
    return Verdict(
        system=system.name, metric=metric.name, metric_title=metric.title, unit=metric.unit_for(system.wants),
        axis=f"training rows with '{system.wants.name}'", wants=system.wants.name, sizes=scope.sizes,
        repeats=scope.repeats, designs=(), best="", best_key="", probability_best=nan, error=nan, low=nan, high=nan,
        regret=nan, runner_up=None, differences=(), constant_error=_constant_error(context), rows=len(context.rows),
        test_rows=len(context.test), test_units=0, rows_used=tuple(row_use(context, one) for one in trainings),
        caveats=tuple(_caveats(prepared, options, outcome)), untrainable=prepared.untrainable,
        failures=tuple(outcome.failures), tuning=tuple(outcome.tuning),
        problems=tuple(str(problem) for problem in context.rows.problems),
        notes=(*context.rows.notes, *_stops(scope.designs), *_begun(scope.designs), *_origins(scope.designs)),
        seed=options.seed, mode="quick" if options.quick else "standard", command=options.command,
        versions=_versions(), done=outcome.done, closed_loop=isinstance(system.judge, ClosedLoop),
        beside={one.name: _titled(one.title, one.unit_for(system.wants)) for one in others},
    )  # fmt: skip


def _stops(designs: Sequence[Design]) -> Iterator[str]:
    """Of designs that are trained jointly, where no gradient passes."""
    for design in designs:
        stopping = seams(design.parts)[1] if design.training == "joint" else ()
        if stopping:
            names = listed([f"`{name}`" for name in stopping])
            yield f"`{design.text}`: no gradient passes {names}; the stages before learn from their own labels alone."


def _begun(designs: Sequence[Design]) -> list[str]:
    """Whose encoders networks begin with."""
    parts = dict.fromkeys((part, part.encoder) for design in designs for part in design.parts if part.encoder)
    whose = {donor: f", reused, {donor.origin}" if donor.origin else "" for _, donor in parts}
    return [
        f"`{arrow_text(part)}` begins with the encoder of `{arrow_text(donor)}`{whose[donor]}." for part, donor in parts
    ]


def _origins(designs: Sequence[Design]) -> list[str]:
    """Where reused components were learnt."""
    parts = dict.fromkeys(part for design in designs for part in design.parts if part.origin)
    return [f"`{arrow_text(part)}` is reused, {part.origin}." for part in parts]


def _titled(title: str, unit: str) -> str:
    return f"{title}, {unit}" if unit else title


def _caveats(prepared: Prepared, options: Options, outcome: Outcome) -> list[Caveat]:
    context = prepared.context
    found: list[Caveat] = []
    if not outcome.done:
        found.append(caveat("stopped-early"))
    failed = sum(not one.beside for one in outcome.failures)
    if failed:
        found.append(caveat("failed-cells", count=failed))
    if context.rows.problems:
        found.append(caveat("skipped-rows", count=len(context.rows.problems)))
    if context.rows.groups is None or (context.rows.groups == "").any():
        found.append(caveat("no-groups"))
    if context.job.split.crossing:
        found.append(caveat("groups-cross-split", count=context.job.split.crossing))
    if prepared.forced:
        found.append(caveat("apart-impossible", designs="; ".join(f"`{text}`" for text in prepared.forced)))
    if not prepared.scope.tunes:
        found.append(caveat("not-tuned"))
    return found


def _by_word(context: Context, store: FolderStore, outcome: Outcome, best: str) -> WordErrors | None:
    """The mistakes of the design `best` by word, at the largest size, in its first repeat; None for other kinds."""
    wants = context.system.wants
    if wants.kind != "text":
        return None
    judged = [cell for cell in outcome.judged if cell.design.key == best]
    cell = max(judged, key=lambda one: (one.size, -one.repeat))
    index = context.test[:: -(-len(context.test) // MOST_TEXTS)]
    inputs = context.examples(index)
    chain = Chain(
        cell.design.parts, {name: model_of(context, store, one, name) for name, one in cell.trainings.items()}
    )
    made = chain({name: values for name, values in inputs.items() if name != wants.name})
    return word_errors(made[wants.name], inputs[wants.name])


def _constant_error(context: Context) -> float:
    """The deciding metric of always answering the same, on the test rows; NaN for kinds without such an answer.

    For a text that is to say nothing: every word left out, an error rate of 100 %. A closed loop has none.
    """
    wants = context.system.wants
    if not isinstance(context.system.judge, OpenLoop):
        return float("nan")
    train = context.job.split.train
    known = context.truth.take(wants.name, train[context.carries[train]])
    answer = "" if wants.kind == "text" else constant(wants, known)
    if answer is None:
        return float("nan")
    true, metric = context.truth.take(wants.name, context.test), context.system.judge.metrics[0]
    return metric.aggregate(metric.records(wants, np.broadcast_to(answer, np.shape(true)), true))


def _versions() -> dict[str, str]:
    packages = ("endwise", "torch", "numpy", "scikit-learn")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}
