"""endwise: one end-to-end model, a chain of stages, or cut somewhere between? Measured on your own rows.

Names load when they are first used, so importing endwise does not import torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_WHERE = {
    "system.signals": (
        "Signal", "Image", "Stack", "Mask", "Audio", "Frames", "Posteriors", "Points", "Box", "Number", "Vector",
        "Category", "Identity", "Symbols", "Segments", "Text", "Gallery", "Parts",
    ),
    "system.components": ("Component", "fixed", "learned", "predictions"),
    "system.graph": ("System",),
    "system.slicing": ("Slicing",),
    "system.using": ("Learner",),
    "system.designs": ("Design", "designs", "parse"),
    "system.judging": ("Batch", "Judge", "Metric", "OpenLoop", "ClosedLoop", "Run", "World", "kept_by_world"),
    "judge.metrics": (
        "mean_absolute_error", "root_mean_square_error", "bias", "error_rate", "mean_distance", "share_beyond",
        "word_error_rate", "character_error_rate",
    ),
    "judge.open_set": ("miss_rate", "pass_rate", "wrong_person", "threshold"),
    "data.problems": ("Problem",),
    "data.rows": ("Rows",),
    "data.sounds": ("read_sound",),
    "records": ("Verdict", "Outlook", "Comparison", "Plan"),
    "errors": ("EndwiseError", "MissingExtra", "RowsError"),
    "advisor": ("study", "replay", "Study"),
    "forecasting": ("forecast",),
    "comparing": ("compare",),
    "planning": ("plan",),
    "deliver.bundle": ("Bundle",),
    "deliver": ("load",),
    "deliver.reusing": ("reused", "reusing"),
}  # fmt: skip
_MODULE = {name: module for module, names in _WHERE.items() for name in names}
__all__ = ["__version__", *sorted(_MODULE)]

if TYPE_CHECKING:
    from endwise.advisor import Study as Study, replay as replay, study as study
    from endwise.comparing import compare as compare
    from endwise.data.problems import Problem as Problem
    from endwise.data.rows import Rows as Rows
    from endwise.data.sounds import read_sound as read_sound
    from endwise.deliver import load as load
    from endwise.deliver.bundle import Bundle as Bundle
    from endwise.deliver.reusing import reused as reused, reusing as reusing
    from endwise.errors import EndwiseError as EndwiseError, MissingExtra as MissingExtra, RowsError as RowsError
    from endwise.forecasting import forecast as forecast
    from endwise.judge.metrics import (
        bias as bias,
        character_error_rate as character_error_rate,
        error_rate as error_rate,
        mean_absolute_error as mean_absolute_error,
        mean_distance as mean_distance,
        root_mean_square_error as root_mean_square_error,
        share_beyond as share_beyond,
        word_error_rate as word_error_rate,
    )
    from endwise.judge.open_set import (
        miss_rate as miss_rate,
        pass_rate as pass_rate,
        threshold as threshold,
        wrong_person as wrong_person,
    )
    from endwise.planning import plan as plan
    from endwise.records import Comparison as Comparison, Outlook as Outlook, Plan as Plan, Verdict as Verdict
    from endwise.system.components import (
        Component as Component,
        fixed as fixed,
        learned as learned,
        predictions as predictions,
    )
    from endwise.system.designs import Design as Design, designs as designs, parse as parse
    from endwise.system.graph import System as System
    from endwise.system.judging import (
        Batch as Batch,
        ClosedLoop as ClosedLoop,
        Judge as Judge,
        Metric as Metric,
        OpenLoop as OpenLoop,
        Run as Run,
        World as World,
        kept_by_world as kept_by_world,
    )
    from endwise.system.signals import (
        Audio as Audio,
        Box as Box,
        Category as Category,
        Frames as Frames,
        Gallery as Gallery,
        Identity as Identity,
        Image as Image,
        Mask as Mask,
        Number as Number,
        Parts as Parts,
        Points as Points,
        Posteriors as Posteriors,
        Segments as Segments,
        Signal as Signal,
        Stack as Stack,
        Symbols as Symbols,
        Text as Text,
        Vector as Vector,
    )
    from endwise.system.slicing import Slicing as Slicing
    from endwise.system.using import Learner as Learner


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module 'endwise' has no attribute {name!r}")
    return getattr(importlib.import_module(f"endwise.{_MODULE[name]}"), name)


def __dir__() -> list[str]:
    return __all__
