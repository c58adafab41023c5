"""Real files for the tests of floor 2: every test writes its own folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from endwise.data.folder import Inspection, inspect
from endwise.system.signals import Category, Image, Number, Points, Signal, Text

XRAY = Image("xray", size=(8, 6))
JOINTS = Points("joints", count=2)
AGE = Number("age", unit="months", low=0, high=240)
SEX = Category("sex", values=("F", "M"))
WORDS = Text("words")
SIGNALS = [XRAY, JOINTS, AGE, SEX, WORDS]

Write = Callable[..., Path]
Look = Callable[..., list[str]]


@pytest.fixture
def draw(tmp_path: Path) -> Write:
    """Writes a grey picture of 6 x 8 pixels (or of `size` = width, height) under the test's folder."""

    def write(name: str, size: tuple[int, int] = (6, 8), mode: str = "L", shade: int = 7) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.arange(size[0] * size[1], dtype=np.uint8).reshape(size[1], size[0]) * shade
        PIL.Image.fromarray(pixels).convert(mode).save(file)
        return file

    return write


@pytest.fixture
def table(tmp_path: Path) -> Write:
    """Writes a table from its lines, in text or bytes."""

    def write(name: str, *lines: str | bytes) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines))
        return file

    return write


@pytest.fixture
def look(tmp_path: Path) -> Callable[..., Inspection]:
    """Inspects the test's folder, with a cache outside it."""

    def at(signals: list[Signal] | None = None, **options: str) -> Inspection:
        return inspect(tmp_path, signals or SIGNALS, cache=tmp_path / ".cache", **options)

    return at


@pytest.fixture
def problems(look: Callable[..., Inspection]) -> Look:
    """The problems that an inspection of the test's folder finds, as text."""

    def found(signals: list[Signal] | None = None, **options: str) -> list[str]:
        return [str(problem) for problem in look(signals, **options).problems]

    return found
