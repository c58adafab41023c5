"""What the options of several commands have in common."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter

from endwise.errors import UsageError, near

Several = Annotated[list[str] | None, Parameter(consume_multiple=True, negative="")]
Flag = Annotated[bool, Parameter(negative="")]
Json = Annotated[bool, Parameter(name="--json", negative="")]


def pairs(items: list[str] | None, option: str, form: str = "NAME=VALUE") -> dict[str, str]:
    """NAME=VALUE items as a mapping. Raises UsageError for one without '=', and for a name given twice."""
    wrong = [item for item in items or [] if "=" not in item]
    if wrong:
        raise UsageError(
            f"{option} {wrong[0]} was given.",
            "It has no '='.",
            f"{option} takes {form}.",
            f"Write {option} {form}.",
        )
    found = [item.split("=", 1) for item in items or []]
    names = [name for name, _ in found]
    twice = [item for item, name in zip(items or [], names, strict=True) if names.count(name) > 1]
    if twice:
        raise UsageError(
            f"{' and '.join(f'{option} {item}' for item in twice)} were given.",
            f"They name '{twice[0].split('=', 1)[0]}' {len(twice)} times.",
            "Only one of them could be kept.",
            "Leave out the others.",
        )
    return dict(found)


def refuse_options(words: Sequence[str], known: Sequence[str]) -> None:
    """A misspelt option stands among the files, since '-' may."""
    wrong = [word for word in words if word.startswith("-") and word != "-"]
    if wrong:
        raise UsageError(
            f"{wrong[0]} was given.",
            f"The options are {', '.join(known)}.",
            "It is none of these, and no file's name begins like that.",
            near(wrong[0], known),
        )


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
