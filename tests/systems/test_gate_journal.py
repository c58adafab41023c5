"""The log, written by real processes that are killed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings, strategies as st

from endwise.systems.gate.door.journal import FILE, Event, Journal

EVENT = Event(
    "2024-02-29T12:00:00.000Z", "door", "/p/1.jpg 10 20", "open", "recognised", "Ada", 0.81, 0.6, "0123456789ab"
)


def test_events_are_read_back_in_their_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    assert journal.read() == ([], [])
    events = [replace(EVENT, camera=f"door {at}", who=None, score=None) for at in range(5)]
    for event in events:
        journal.append(event)
    assert Journal(tmp_path).read() == (events, [])
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


@settings(max_examples=50, deadline=None)
@given(camera=st.text(), picture=st.text(st.characters(exclude_categories=())))
def test_whatever_a_file_is_called_is_one_line(tmp_path_factory: object, camera: str, picture: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        event = replace(EVENT, camera=camera, picture=picture)
        Journal(Path(folder)).append(event)
        assert Journal(Path(folder)).read() == ([event], [])
        assert (Path(folder) / FILE).read_bytes().count(b"\n") == 1


def test_half_a_line_is_left_out_and_the_next_is_whole(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(EVENT)
    for half in (b'{"time": "2024', b'{"time"', b"\x00\xff", b'{"time": 1}', b"[]"):
        with (tmp_path / FILE).open("ab") as file:
            file.write(half)
        before, broken = journal.read()
        journal.append(EVENT)
        after, now = journal.read()
        assert len(after) == len(before) + 1
        assert now == broken
    assert after == [EVENT] * 6


WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from tests.systems.test_gate_journal import EVENT
from endwise.systems.gate.door.journal import Journal
journal = Journal(Path(sys.argv[1]))
print("ready", flush=True)
for at in range(100_000):
    journal.append(replace(EVENT, picture=f"{sys.argv[2]} {at}"))
    print(at, flush=True)
"""


def test_killed_at_any_moment_nothing_reported_is_lost_or_mixed(tmp_path: Path) -> None:
    draw, reported = random.Random(7), set[str]()
    for turn in range(4):
        writers = {
            f"{turn}-{one}": subprocess.Popen(
                [sys.executable, "-c", WRITER, str(tmp_path), f"{turn}-{one}"], stdout=subprocess.PIPE, text=True
            )
            for one in (0, 1)
        }
        for writer in writers.values():
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
        time.sleep(draw.uniform(0.0, 0.15))
        for writer in writers.values():
            writer.send_signal(signal.SIGKILL)
        for name, writer in writers.items():
            said = writer.communicate()[0].splitlines(keepends=True)
            reported |= {f"{name} {line.strip()}" for line in said if line.endswith("\n")}
    events, _ = Journal(tmp_path).read()
    logged = [event.picture for event in events]
    assert len(set(logged)) == len(logged)
    assert reported <= set(logged)
    assert len(reported) > 10
