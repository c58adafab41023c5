"""What the options of several commands have in common."""

from __future__ import annotations

import re
import shlex
import sys
from typing import Annotated

from cyclopts import Parameter

from endwise.errors import UsageError

Several = Annotated[list[str] | None, Parameter(consume_multiple=True, negative="")]
Flag = Annotated[bool, Parameter(negative="")]
Json = Annotated[bool, Parameter(name="--json", negative="")]


def pairs(items: list[str] | None, option: str) -> dict[str, str]:
    """NAME=VALUE items as a mapping. Raises UsageError for one without '='."""
    wrong = [item for item in items or [] if "=" not in item]
    if wrong:
        raise UsageError(
            f"{option} {wrong[0]} was given.",
            "It has no '='.",
            f"{option} takes NAME=VALUE.",
            f"Write for example {option} {wrong[0]}=VALUE.",
        )
    return dict(item.split("=", 1) for item in items or [])


def seconds_in(text: str) -> float:
    """Seconds in a duration such as 90s, 30m or 2h. Raises UsageError for anything else.

    >>> seconds_in("30m")
    1800.0
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|h)", text.strip())
    if match is None:
        raise UsageError(
            f"A budget of '{text}' was asked for.",
            "It is a number and a unit: s, m or h.",
            "Without a unit it is not clear how long is meant.",
            "Write for example --budget 30m.",
        )
    return float(match.group(1)) * {"s": 1, "m": 60, "h": 3600}[match.group(2)]


def command_typed() -> str:
    """The command as typed, with quotes where a shell needs them."""
    return " ".join(["endwise", *(shlex.quote(word) for word in sys.argv[1:])])
