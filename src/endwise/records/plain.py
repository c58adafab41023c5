"""Records to plain JSON data and back."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

R = TypeVar("R")


def to_json(record: Any) -> Any:
    """A record (or a container of them) as plain JSON data; a NaN becomes null."""
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return {f.name: to_json(getattr(record, f.name)) for f in dataclasses.fields(record)}
    if isinstance(record, Mapping):
        return {str(key): to_json(value) for key, value in record.items()}
    if isinstance(record, (list, tuple)):
        return [to_json(value) for value in record]
    if isinstance(record, np.ndarray | np.generic):
        return to_json(record.tolist())
    if isinstance(record, float) and record != record:
        return None
    return record


def from_json(kind: type[R], data: Mapping[str, Any]) -> R:
    """The record of type `kind` that `to_json` wrote; unknown keys of later versions are left out."""
    hints = typing.get_type_hints(kind)
    known = {f.name for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: _read(hints[name], value) for name, value in data.items() if name in known})


def _read(hint: Any, value: Any) -> Any:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if value is None:
        return float("nan") if hint is float else None
    if origin is types.UnionType:
        return _read(next(one for one in inner if one is not types.NoneType), value)
    if origin is tuple:
        return tuple(_read(inner[0], one) for one in value)
    if origin is Mapping:
        return {name: _read(inner[1], one) for name, one in value.items()}
    if dataclasses.is_dataclass(hint):
        return from_json(typing.cast("type[Any]", hint), value)
    return value
