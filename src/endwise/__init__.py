"""endwise: one end-to-end model, a chain of stages, or cut somewhere between? Measured on your own rows.

Names load when they are first used, so importing endwise does not import torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_WHERE = {
    "system.signals": (
        "Signal", "Image", "Stack", "Mask", "Audio", "Frames", "Points", "Box", "Number", "Vector", "Category",
        "Symbols", "Text", "Gallery", "Parts",
    ),
    "system.components": ("Component", "fixed", "learned", "predictions"),
    "system.graph": ("System",),
    "system.designs": ("Design", "designs", "parse"),
    "system.judging": ("Judge", "Metric", "OpenLoop"),
    "judge.metrics": (
        "mean_absolute_error", "root_mean_square_error", "bias", "error_rate", "mean_distance", "share_beyond",
    ),
    "data.rows": ("Rows",),
    "records": ("Verdict",),
    "errors": ("EndwiseError",),
    "advisor": ("study", "Study"),
    "deliver.bundle": ("Bundle",),
    "deliver": ("load",),
}  # fmt: skip
_MODULE = {name: module for module, names in _WHERE.items() for name in names}
__all__ = ["__version__", *sorted(_MODULE)]

if TYPE_CHECKING:
    from endwise.advisor import Study as Study
    from endwise.advisor import study as study
    from endwise.data.rows import Rows as Rows
    from endwise.deliver import load as load
    from endwise.deliver.bundle import Bundle as Bundle
    from endwise.errors import EndwiseError as EndwiseError
    from endwise.judge.metrics import bias as bias
    from endwise.judge.metrics import error_rate as error_rate
    from endwise.judge.metrics import mean_absolute_error as mean_absolute_error
    from endwise.judge.metrics import mean_distance as mean_distance
    from endwise.judge.metrics import root_mean_square_error as root_mean_square_error
    from endwise.judge.metrics import share_beyond as share_beyond
    from endwise.records import Verdict as Verdict
    from endwise.system.components import Component as Component
    from endwise.system.components import fixed as fixed
    from endwise.system.components import learned as learned
    from endwise.system.components import predictions as predictions
    from endwise.system.designs import Design as Design
    from endwise.system.designs import designs as designs
    from endwise.system.designs import parse as parse
    from endwise.system.graph import System as System
    from endwise.system.judging import Judge as Judge
    from endwise.system.judging import Metric as Metric
    from endwise.system.judging import OpenLoop as OpenLoop
    from endwise.system.signals import Audio as Audio
    from endwise.system.signals import Box as Box
    from endwise.system.signals import Category as Category
    from endwise.system.signals import Frames as Frames
    from endwise.system.signals import Gallery as Gallery
    from endwise.system.signals import Image as Image
    from endwise.system.signals import Mask as Mask
    from endwise.system.signals import Number as Number
    from endwise.system.signals import Parts as Parts
    from endwise.system.signals import Points as Points
    from endwise.system.signals import Signal as Signal
    from endwise.system.signals import Stack as Stack
    from endwise.system.signals import Symbols as Symbols
    from endwise.system.signals import Text as Text
    from endwise.system.signals import Vector as Vector


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module 'endwise' has no attribute {name!r}")
    return getattr(importlib.import_module(f"endwise.{_MODULE[name]}"), name)


def __dir__() -> list[str]:
    return __all__
