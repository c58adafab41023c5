"""The commands on the page of the gate are commands of the application."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from endwise.systems.gate.app import app

PAGE = Path(__file__).parents[2] / "docs" / "systems" / "gate.md"
SHOWN = re.findall(r"^\$ endwise gate (.*?)(?: +#.*)?$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
NAMED = [one for one in re.findall(r"`endwise gate ([^`]+)`", PAGE.read_text(encoding="utf-8")) if " " in one]


@pytest.mark.parametrize("line", [*SHOWN, *NAMED])
def test_a_command_on_the_page_has_the_options_it_is_given(line: str) -> None:
    command, _, _ = app.parse_args(shlex.split(line), print_error=False, exit_on_error=False)  # raises for what is none
    assert command.__module__ == "endwise.systems.gate.app"


def test_the_page_shows_every_command() -> None:
    on_page = {line.split()[0] for line in [*SHOWN, *NAMED]}
    assert on_page == {name for name in app if not name.startswith("-")}
