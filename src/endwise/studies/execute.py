"""What a worker does: train or judge one cell and keep the result in the store."""

from __future__ import annotations

import contextlib
import dataclasses
import time
import traceback
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from threadpoolctl import threadpool_limits

from endwise.data import splits
from endwise.errors import EndwiseError, LabelsError, StudyError, counted
from endwise.learn.chain import Chain
from endwise.learn.fit import fit
from endwise.learn.model import Model, load
from endwise.learn.together import fit_together
from endwise.learn.truth import Truth
from endwise.stores.folder import FolderStore
from endwise.studies.cells import Cell, Joint, Judging, Training, described
from endwise.studies.context import Context
from endwise.system.components import Learned
from endwise.system.judging import ClosedLoop, Judge, OpenLoop
from endwise.system.signals import Box

FILM = "film.gif"
TIMED_RUNS = 5  # single rows timed for the latency; their median is kept
KEPT_KINDS = ("points", "box", "number", "vector", "category", "identity")  # small enough to keep for all test rows


def execute(job: Path, store: Path, cell: Cell) -> None:
    """Run one cell in this process. An error is recorded with the inputs and seed to replay it, then raised."""
    context, cells = _opened(job, store)
    run_cell(context, cells, cell)


@lru_cache(maxsize=2)
def _opened(job: Path, store: Path) -> tuple[Context, FolderStore]:
    """Read the job once a worker. The file is the study's own, in a private folder of this run."""
    return Context(cloudpickle.loads(job.read_bytes())), FolderStore(store)


def run_cell(context: Context, store: FolderStore, cell: Cell) -> None:
    """Run one cell and keep its result, or the record of its failure."""
    key = context.key(cell)
    try:
        with _one_thread():
            if isinstance(cell, Training):
                store.write(key, lambda folder: _train(context, store, cell, folder))
            else:
                store.write(key, lambda folder: _judge(context, store, cell, folder))
    except Exception as error:
        seed = context.seed_of(cell) if isinstance(cell, Training) else context.seed
        what = {**described(cell), "key": key, "seed": seed, "needs": [context.key(one) for one in context.needs(cell)]}
        words = str(error) if isinstance(error, EndwiseError) else f"{type(error).__name__}: {error}"
        few = isinstance(error, LabelsError)
        store.fail(key, {**what, "error": words, "few": few, "traceback": traceback.format_exc()})
        raise StudyError(
            f"The cell '{cell.title}' was run.",
            words,
            "Its work could not be finished.",
            f"The store keeps its inputs, its seed and where it failed: {store.folder / 'failed' / key}.json",
        ) from None


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """torch and BLAS on one thread inside, as in workers: the order of sums, and so the last bits, depend on it."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)


def _train(context: Context, store: FolderStore, cell: Training, folder: Path) -> dict[str, Any]:
    if isinstance(cell, Joint):
        return _train_together(context, store, cell, folder)
    index = context.index(cell)
    _check_enough(cell, len(index))
    inputs, truth = _inputs(context, store, cell, index), context.truth_for(cell)
    target = truth.take(cell.component.target.name, index)
    held = context.held_out(cell)
    recipe = dataclasses.replace(context.job.recipe, learning_rate=cell.rate)
    component = cell.component
    assert isinstance(component, Learned)
    model, done = fit(
        component, inputs, target, held_out=held, recipe=recipe, seed=context.seed_of(cell), device=context.job.device,
        auxiliary=[truth.known(signal.name, index) for signal in component.auxiliary],
        donor=None if cell.donor is None else model_of(context, store, cell.donor),
    )  # fmt: skip
    model.save(folder / "model")
    started = time.process_time()
    _keep_outputs(context, cell, model, folder)
    facts = dataclasses.asdict(done)
    seconds = facts.pop("seconds") + time.process_time() - started
    return {
        **described(cell), **facts, "key": context.key(cell), "seed": context.seed_of(cell),
        "parameters": model.parameters, "times": {"seconds": seconds},
    }  # fmt: skip


def _check_enough(cell: Training, rows: int) -> None:
    fewest = splits.FEWEST if cell.without is None else splits.FEWEST_IN_FOLD
    if rows < fewest:
        raise LabelsError(
            f"The cell '{cell.title}' was run.",
            f"{counted(rows, 'row')} of its sample can be used.",
            f"Under {fewest} rows there is nothing to hold out.",
            "Study larger sizes, or add rows with its labels.",
        )


def _train_together(context: Context, store: FolderStore, cell: Joint, folder: Path) -> dict[str, Any]:
    index = context.index(cell)
    made = {part.output.name for part in cell.parts}
    taken = dict.fromkeys(s.name for part in cell.parts for s in part.inputs if s.name not in made)
    teaches = {name: rows[index] for name, rows in context.teaches(cell).items()}
    _check_enough(cell, int(teaches[cell.component.output.name].sum()))
    targets = {part.output.name: part.target.name for part in cell.parts if part.learns}
    truth = context.truth_for(cell)
    starts = {one.component.output.name: one for one in cell.starts}
    models, done = fit_together(
        cell.parts,
        {name: model_of(context, store, one) for name, one in starts.items()},
        {name: _whole(truth, name, index) for name in taken},
        {name: (_whole(truth, target, index), teaches[name]) for name, target in targets.items()},
        held_out=context.held_out(cell),
        recipe=dataclasses.replace(context.job.recipe, learning_rate=cell.rate),
        seed=context.seed_of(cell),
        device=context.job.device,
    )
    for name, model in models.items():
        model.save(folder / "models" / name)
    facts = dataclasses.asdict(done)
    return {
        **described(cell), "key": context.key(cell), "seed": context.seed_of(cell),
        "times": {"seconds": facts.pop("seconds")},
        "parameters": sum(model.parameters for model in models.values()), **facts,
    }  # fmt: skip


def _whole(truth: Truth, name: str, index: np.ndarray) -> Any:
    """True values, and where a row has none those of another: no loss looks at them, and they are possible ones."""
    if truth.has(name)[index].all():
        return truth.view(name, index)
    values, has = truth.known(name, index)
    for at in np.flatnonzero(~has):
        values[at] = values[has.argmax()]
    return values


def _inputs(context: Context, store: FolderStore, cell: Training, index: np.ndarray) -> list[Any]:
    """One array an input: true values (apart), or what the stages before put out (chained)."""
    names, truth = [signal.name for signal in cell.component.inputs], context.truth_for(cell)
    if not cell.path:
        return [truth.view(name, index) for name in names]
    made = {part.output.name for part in cell.path}
    sources = {s.name for part in (*cell.path, cell.component) for s in part.inputs} - made
    parts: list[tuple[np.ndarray, dict[str, Any]]] = []
    for without, mask in context.sources(cell).items():
        models = {name: model_of(context, store, one) for name, one in cell.feeders(without).items()}
        rows = {name: truth.view(name, index[mask]) for name in sorted(sources)}
        parts.append((np.flatnonzero(mask), Chain(cell.path, models)(rows)))
    back = np.argsort(np.concatenate([at for at, _ in parts]))
    return [
        np.concatenate([values[name] for _, values in parts])[back] if name in made else truth.view(name, index)
        for name in names
    ]


def _keep_outputs(context: Context, cell: Training, model: Model, folder: Path) -> None:
    """Keep the outputs on test rows of a first stage: every design that holds it takes them from here."""
    names = [signal.name for signal in cell.component.inputs]
    first = all(name in context.system.source_names for name in names)
    if first and cell.component.output.kind in KEPT_KINDS:
        outputs = model.predict([context.truth.view(name, context.test) for name in names])
        save_file({"outputs": np.ascontiguousarray(outputs), "rows": context.test}, folder / "test.safetensors")


def model_of(context: Context, store: FolderStore, training: Training, makes: str | None = None) -> Model:
    """The trained model of a finished cell; of a joint one that of the part which `makes` a signal."""
    _, folder = store.read(context.key(training))
    part, at = training.component, folder / "model"
    if isinstance(training, Joint):
        part = next(one for one in training.parts if one.output.name == makes)
        at = folder / "models" / part.output.name
    assert isinstance(part, Learned)
    return load(part, at, context.job.device)


def _judge(context: Context, store: FolderStore, cell: Judging, folder: Path) -> dict[str, Any]:
    models = {name: model_of(context, store, training, name) for name, training in cell.trainings.items()}
    chain, judge, wants = Chain(cell.parts, models), context.judge(cell.largest), context.system.wants
    index = context.test[context.told(cell.truths)]
    examples = context.examples(index, cell.truths)
    started = time.process_time()
    if isinstance(judge, OpenLoop):
        made = _made(context, store, cell, chain, examples, index)
        chain.check_alone({**examples, **made})
        records = judge.compare(made[wants.name], examples[wants.name], wants)
        shown = None
    else:
        records = judge.measure(chain, examples, wants)
        shown = _film(judge, chain, cell, records)
        told = cell.largest and not cell.truths and all(name in examples for name in chain.takes)
        made = chain({name: examples[name] for name in chain.takes}) if told else {}
    seconds = time.process_time() - started
    latency = _latency(chain, examples) if all(name in examples for name in chain.takes) else None
    save_file({name: np.ascontiguousarray(one) for name, one in records.items()}, folder / "records.safetensors")
    if isinstance(judge, OpenLoop) and wants.kind == "identity":
        save_file({"answers": np.ascontiguousarray(made[wants.name])}, folder / "answers.safetensors")
    if shown is not None:
        (folder / FILM).write_bytes(shown[0])
    return {
        **described(cell), "key": context.key(cell), "stages": _stages(context, made, index),
        "film": None if shown is None else shown[1],
        "parameters": sum(model.parameters for model in models.values()),
        "trainings": {name: context.key(one) for name, one in cell.trainings.items()},
        "times": {"seconds": seconds, "latency_ms": latency},
    }  # fmt: skip


def _film(judge: Judge, chain: Chain, cell: Judging, records: Mapping[str, Any]) -> tuple[bytes, str] | None:
    """Of a design as it is, at the largest size, in its first repeat."""
    if not isinstance(judge, ClosedLoop) or not cell.largest or cell.repeat or cell.truths:
        return None
    return judge.film(chain, records)


def _made(
    context: Context, store: FolderStore, cell: Judging, chain: Chain, examples: Mapping[str, Any], index: np.ndarray
) -> dict[str, Any]:
    """What a design makes of the test rows in `index`; first stages have kept theirs."""
    kept = {name: _kept(context, store, training, index) for name, training in cell.trainings.items()}
    known = {name: outputs for name, outputs in kept.items() if outputs is not None}
    if context.system.wants.name in known:
        return known
    later = chain.after(known)
    return {**known, **later({name: known.get(name, examples.get(name)) for name in later.takes})}


def _stages(context: Context, made: Mapping[str, Any], index: np.ndarray) -> dict[str, dict[str, float]]:
    """How far each signal on the way is from its truth, on the test rows in `index` that carry it.

    In a closed loop also the last one: its distance from the truth on recorded rows, which does not decide there.
    """
    found = {}
    decides = isinstance(context.system.judge, OpenLoop)
    for name in context.system.makers:
        if name not in made or (decides and name == context.system.wants.name):
            continue
        labelled = np.flatnonzero(context.rows.has(name)[index])
        if not len(labelled):
            continue
        signal, true = context.system.signals[name], context.truth.view(name, index[labelled])
        gaps = np.array([signal.distance(made[name][at], one) for at, one in zip(labelled, true, strict=True)])
        found[name] = {
            "rows": len(labelled), "distance": float(gaps.mean()), "worst_tenth": float(np.quantile(gaps, 0.9)),
            **({"missed": float((gaps > 0.5).mean())} if isinstance(signal, Box) else {}),
        }  # fmt: skip
    return found


def _kept(context: Context, store: FolderStore, training: Training, index: np.ndarray) -> np.ndarray | None:
    """The outputs on the test rows in `index` that a first stage's cell kept, if it did, and for the same rows."""
    file = store.read(context.key(training))[1] / "test.safetensors"
    if not file.exists():
        return None
    kept = load_file(file)
    return kept["outputs"][np.isin(context.test, index)] if np.array_equal(kept["rows"], context.test) else None


def _latency(chain: Chain, examples: dict[str, Any]) -> float:
    """Milliseconds for one row alone, through the whole design: the median of a few."""
    times: list[float] = []
    for at in range(TIMED_RUNS):
        row = {name: values[at % len(values) : at % len(values) + 1] for name, values in examples.items()}
        started = time.perf_counter()
        chain(row)
        times.append(1000 * (time.perf_counter() - started))
    return float(np.median(times))


def records_of(context: Context, store: FolderStore, cell: Judging) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The per-unit records of a finished judging, and the cell's description."""
    what, folder = store.read(context.key(cell))
    return load_file(folder / "records.safetensors"), what


def film_of(context: Context, store: FolderStore, cell: Judging) -> tuple[bytes, str] | None:
    """The film that a judged design left, and what it shows; None where it left none."""
    what, folder = store.read(context.key(cell))
    shows = what.get("film")
    return None if shows is None else ((folder / FILM).read_bytes(), shows)


def answers_of(context: Context, store: FolderStore, cell: Judging) -> np.ndarray:
    """Whom a judged design took the test rows for: (N, 2), as an identity stands in a batch."""
    return load_file(store.read(context.key(cell))[1] / "answers.safetensors")["answers"]
