"""Who is enrolled, on a real disk, changed by real processes that are killed."""

from __future__ import annotations

import json
import random
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import endwise as ew
from endwise.systems.gate.door.enrolled import FILE, Enrolled, Person, Photo, Register
from endwise.systems.gate.door.naming import LONGEST, key, named
from endwise.systems.gate.door.thresholds import Threshold
from endwise.systems.gate.signals import NUMBERS

VERSION = "0123456789ab"


def photo(seed: int, version: str = VERSION) -> Photo:
    vector = np.random.default_rng(seed).normal(size=NUMBERS)
    return Photo((vector / np.linalg.norm(vector)).astype(np.float32), version, "2024-02-29T12:00:00.000Z")


def threshold(value: float = 0.5, enrolled: int = 1, version: str = VERSION) -> Threshold:
    return Threshold(value, version, 0.01, 0.002, 0.03, 500, 100, enrolled, "strangers", "2024-02-29T12:00:00.000Z")


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register(tmp_path / "gallery")


def names(register: Register) -> list[str]:
    return [person.name for person in Register(register.folder).read().people]


def test_what_was_enrolled_is_read_back(register: Register) -> None:
    register.add("Ada", [photo(1), photo(2)])
    register.add("Zoë", [photo(3)])
    register.set_threshold(threshold())
    read = Register(register.folder).read()
    assert [(one.name, len(one.photos)) for one in read.people] == [("Ada", 2), ("Zoë", 1)]
    assert np.array_equal(read.people[0].photos[1].embedding, photo(2).embedding)
    assert read.threshold == threshold()


def test_files_are_for_their_owner_alone(register: Register) -> None:
    register.add("Ada", [photo(1)])
    assert stat.S_IMODE(register.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in register.folder.iterdir()} == {0o600}


def test_more_photos_join_the_person_and_the_same_one_does_not(register: Register) -> None:
    register.add("Ada", [photo(1)])
    assert len(register.add("ADA", [photo(2), photo(1)]).photos) == 2
    assert names(register) == ["Ada"]


def test_a_template_is_the_mean_direction_of_the_models_own_photos() -> None:
    both = [photo(1), photo(2)]
    enrolled = Enrolled((Person("Ada", (*both, photo(3, "another"))), Person("Old", (photo(4, "another"),))))
    known, templates = enrolled.templates(VERSION)
    assert known == ["Ada"]
    mean = both[0].embedding + both[1].embedding
    assert templates[0] == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)
    assert enrolled.templates("nobody's")[0] == []


def test_the_removed_are_in_no_file(register: Register) -> None:
    register.add("Ada", [photo(1)])
    register.add("Grace", [photo(2)])
    kept = next(line for line in (register.folder / FILE).read_text().splitlines() if '"Ada"' in line)
    template = json.loads(kept)["photos"][0]["embedding"]
    (register.folder / f"{FILE}.new").write_text(kept)  # what a killed process may leave
    assert register.remove("ada").name == "Ada"
    left = [file.read_text() for file in register.folder.rglob("*") if file.is_file()]
    assert not any(template in text or "Ada" in text for text in left)
    assert names(register) == ["Grace"]


def test_nobody_of_that_name_is_said_with_a_near_one(register: Register) -> None:
    register.add("Grace", [photo(1)])
    with pytest.raises(ew.EndwiseError) as error:
        register.remove("Grce")
    assert error.value.here == "1 people are enrolled there, and nobody of that name."
    assert error.value.do == "Did you mean 'Grace'?"


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:-40],
        lambda content: content.replace(b"Ada", b"Eve"),
        lambda content: b"\x00" * len(content),
        lambda content: content.replace(b'"format": 1', b'"format": 2'),
        lambda content: b"[1]\n" + content,
    ],
)
def test_a_damaged_file_is_refused_and_left_as_it_is(register: Register, damage: object) -> None:
    assert callable(damage)
    register.add("Ada", [photo(1)])
    file = register.folder / FILE
    broken = damage(file.read_bytes())
    file.write_bytes(broken)
    for change in (register.read, lambda: register.add("Grace", [photo(2)]), lambda: register.remove("Ada")):
        with pytest.raises(ew.EndwiseError) as error:
            change()
        assert "cannot be trusted" in error.value.here
        assert "backup" in error.value.do
    assert file.read_bytes() == broken


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=LONGEST + 5))
def test_any_text_is_a_name_kept_as_it_is_or_refused(text: str) -> None:
    try:
        name = named(text)
    except ew.EndwiseError:
        return
    assert named(name) == name
    assert 0 < len(name) <= LONGEST
    assert name.isprintable()
    assert key(key(name)) == key(name)


@pytest.mark.parametrize("text", ["", "  ", "a\x00b", "a\u202eb", "x" * 101, "a\ud800"])
def test_what_does_not_print_is_no_name(text: str) -> None:
    with pytest.raises(ew.EndwiseError, match=r"Take a printable name of 1 to 100 characters\."):
        named(text)


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", ".", "/", "a\\b", "CON", "李明", 'O\'Neil, "Jr"'])
def test_strange_names_stay_names(register: Register, name: str) -> None:
    before = set(register.folder.parent.iterdir())
    register.add(name, [photo(1)])
    assert names(register) == [name]
    assert {file.name for file in register.folder.iterdir()} == {FILE, "lock"}
    assert set(register.folder.parent.iterdir()) - before == {register.folder}
    assert register.remove(name).name == name


def test_names_that_differ_by_form_only_are_one(register: Register) -> None:
    register.add("Zoe\u0308", [photo(1)])
    register.add("ZOË", [photo(2)])
    assert names(register) == ["Zoë"]


def test_two_at_once_lose_nobody(register: Register) -> None:
    def enrol(first: int) -> None:
        for at in range(first, first + 15):
            Register(register.folder).add(f"person {at}", [photo(at)])

    threads = [threading.Thread(target=enrol, args=(first,)) for first in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(names(register)) == sorted(
        f"person {at}" for first in (0, 100, 200) for at in range(first, first + 15)
    )


WRITER = """
import sys
from pathlib import Path
from tests.systems.test_gate_enrolled import photo
from endwise.systems.gate.door.enrolled import Register
register, first = Register(Path(sys.argv[1])), int(sys.argv[2])
print("ready", flush=True)
for at in range(first, first + 100_000):
    register.add(f"person {at}", [photo(at)])
    print(at, flush=True)
"""


def test_killed_at_any_moment_all_that_was_reported_is_there(register: Register) -> None:
    """Two writers at once, both killed; again and again on the same gallery."""
    draw, reported = random.Random(5), set[int]()
    for turn in range(4):
        asked = [[sys.executable, "-c", WRITER, str(register.folder), str(1000 * (2 * turn + one))] for one in (0, 1)]
        writers = [subprocess.Popen(one, stdout=subprocess.PIPE, text=True) for one in asked]
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
        time.sleep(draw.uniform(0.0, 0.15))
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
        for writer in writers:
            said = writer.communicate()[0]
            reported |= {int(line) for line in said.splitlines(keepends=True) if line.endswith("\n")}
        found = {one.name: one for one in register.read().people}
        assert {f"person {at}" for at in reported} <= found.keys()
        assert all(np.array_equal(found[f"person {at}"].photos[0].embedding, photo(at).embedding) for at in reported)
    assert reported
    register.add("afterwards", [photo(0)])
    assert {file.name for file in register.folder.iterdir()} == {FILE, "lock"}


def test_a_hundred_thousand_are_searched_in_a_moment() -> None:
    templates = np.random.default_rng(0).normal(size=(100_000, NUMBERS)).astype(np.float32)
    face = photo(1).embedding
    took = []
    for _ in range(5):
        started = time.perf_counter()
        templates @ face
        took.append(time.perf_counter() - started)
    assert min(took) < 0.02
