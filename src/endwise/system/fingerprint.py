"""A digest of a user's function or object that changes when it would do something else.

It is taken once, where the thing is declared, and travels with it: in a worker process the source of a
function that was typed into a notebook cannot be read any more.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from types import CodeType, ModuleType
from typing import Any

import numpy as np

from endwise.seeds import digest

PLAIN = (type(None), bool, int, float, complex, str, bytes)


def fingerprint(using: Any) -> str:
    """A digest of a function, class, partial, estimator or callable object, and of the values that it holds.

    What counts: its own source, its defaults, the variables it closes over, an object's attributes (arrays
    and weights by value). Not the source of functions that it calls by a global name: raise `version` for those.
    """
    return _of(using, ())


def _of(value: Any, above: tuple[int, ...]) -> str:
    """`above` holds the ids of what `value` was found in: a ring is cut, whatever it holds."""
    if isinstance(value, PLAIN):
        return repr(value)
    if id(value) in above:
        return "ring"
    above = (*above, id(value))
    if isinstance(value, Mapping):
        pairs = sorted((_of(key, above), _of(one, above)) for key, one in value.items())
        return digest("mapping", *pairs)
    if isinstance(value, (list, tuple)):
        return digest(type(value).__name__, *(_of(one, above) for one in value))
    if isinstance(value, (set, frozenset)):
        return digest("set", *sorted(_of(one, above) for one in value))
    if isinstance(value, ModuleType):
        return value.__name__
    if hasattr(value, "__array__"):
        return _array(value)
    return digest(_source(value), _of(_held(value), above))


def _array(value: Any) -> str:
    array = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
    return digest("array", array.dtype, array.shape, array.tolist() if array.dtype == object else array.tobytes().hex())


def _source(value: Any) -> str:
    if isinstance(value, functools.partial):
        return "partial"
    target = value if inspect.isroutine(value) or inspect.isclass(value) else type(value)
    name = getattr(target, "__qualname__", "")
    code = getattr(target, "__code__", None)
    try:
        source = inspect.getsource(target)
    except (OSError, TypeError):  # typed into a console, or built in
        return digest(name, _code(code) if code else repr(target) if not name else "")
    return digest(name, source, _code(code) if code and name.endswith("<lambda>") else "")  # several stand in one line


def _code(code: CodeType) -> str:
    inner = [_code(one) if isinstance(one, CodeType) else _of(one, ()) for one in code.co_consts]
    return digest(code.co_code.hex(), inner, code.co_names, code.co_varnames, code.co_freevars)


def _held(value: Any) -> Any:
    """What a function or object holds beside its source."""
    if isinstance(value, functools.partial):
        return value.func, value.args, value.keywords
    if inspect.isclass(value) or inspect.isbuiltin(value):
        return None
    if inspect.ismethod(value):
        return value.__func__, value.__self__
    if inspect.isfunction(value):
        return value.__defaults__, value.__kwdefaults__, [_content(cell) for cell in value.__closure__ or ()]
    if hasattr(value, "get_params"):  # an estimator: what it has learnt so far does not count
        return value.get_params()
    return getattr(value, "__dict__", None)


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet: a function that calls itself
        return None
