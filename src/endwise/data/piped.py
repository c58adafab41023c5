"""Tables that come through a pipe, as files: Parquet is read from its end, and a suffix says what a table is."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

STANDARD_INPUT = "-"
PIPED = "standard input"
HEAD = 64  # bytes that tell the format


@contextmanager
def spooled(stream: BinaryIO) -> Iterator[Path]:
    """A temporary file with all that a stream holds, its suffix chosen by the first bytes."""
    head = stream.read(HEAD)
    with tempfile.TemporaryDirectory(prefix="endwise-") as folder:
        file = Path(folder, f"stdin{_suffix(head)}")
        with file.open("wb") as out:
            out.write(head)
            shutil.copyfileobj(stream, out)
        yield file


def _suffix(head: bytes) -> str:
    if head.startswith(b"PAR1"):
        return ".parquet"
    return ".jsonl" if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") else ".csv"
