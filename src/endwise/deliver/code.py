"""The code that a bundle needs, by name: where a function or class is to be found again, and finding it.

Nothing that is not endwise's own is imported unless the caller allows its module.
"""

from __future__ import annotations

import functools
import importlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from endwise.deliver.card import OURS
from endwise.errors import BundleError
from endwise.system.using import is_estimator


def reference(using: Any) -> dict[str, Any] | None:
    """Where a function or class is to be found: its module, name and, of a partial, what is filled in.

    `held` says that the name alone does not give it back: a lambda, an object with values of its own.
    """
    if using is None or is_estimator(using):
        return None
    if isinstance(using, functools.partial):
        inner = reference(using.func)
        if inner is None:
            return None
        if using.args or not _is_plain(using.keywords):
            return {**inner, "held": True}
        return {**inner, "arguments": dict(using.keywords)}
    named = using if hasattr(using, "__qualname__") else type(using)
    where = {"module": getattr(named, "__module__", None) or "builtins", "name": named.__qualname__}
    try:
        found = functools.reduce(getattr, where["name"].split("."), sys.modules.get(where["module"]))
    except AttributeError:
        found = None
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    if where["module"] == "__main__" and script:  # a script is imported by its file's name
        where["module"] = Path(script).stem
    return where if found is using else {**where, "held": True}


def _is_plain(arguments: Mapping[str, Any]) -> bool:
    """Whether arguments come back from JSON as they went in."""
    try:
        return bool(json.loads(json.dumps(arguments)) == arguments)
    except (TypeError, ValueError):
        return False


def found(written: Mapping[str, Any], folder: Path, allow: Sequence[str], signal: str) -> Any:
    """The function or class that a part uses: ours by name, a user's only from an allowed module."""
    where = written["using"]
    if where is None:
        return None
    module = where["module"]
    if where.get("held"):
        raise BundleError(
            f"The bundle {folder} was to be loaded.",
            f"Its part that makes '{signal}' uses {where['name']} of the module '{module}'.",
            "That has no name of its own, or holds values that a bundle does not keep: it cannot be found again.",
            f"Hand it over in Python: endwise.load(..., code={{'{signal}': ...}}).",
        )
    ours = module.startswith(OURS)
    if not ours and module not in allow:
        raise BundleError(
            f"The bundle {folder} was to be loaded.",
            f"Its part that makes '{signal}' uses {where['name']} of the module '{module}'.",
            "That is somebody's own code, which endwise does not run unasked.",
            f"If you trust it: allow=['{module}'] in Python, --allow {module} for `endwise predict`, "
            f"or hand the function over to endwise.load: code={{'{signal}': ...}}.",
        )
    try:
        thing: Any = importlib.import_module(module)
        for name in where["name"].split("."):
            thing = getattr(thing, name)
        if ours and getattr(thing, "__module__", None) != module:  # what our modules import is not ours to offer
            raise AttributeError(f"module '{module}' does not define {where['name']}")
    except (ImportError, AttributeError) as missing:
        raise BundleError(
            f"The bundle {folder} was to be loaded.",
            f"Its part that makes '{signal}' uses {where['name']} of the module '{module}'.",
            f"It cannot be imported: {missing}.",
            f"Name its file, --allow {module}.py, or hand the function over in Python: code={{'{signal}': ...}}.",
        ) from None
    return functools.partial(thing, **where["arguments"]) if where.get("arguments") else thing
