"""The store: a cell is there whole or not at all, whoever is killed and however many write."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from endwise.errors import StoreError
from endwise.records import FORMAT
from endwise.stores.folder import MARK, STALE_AFTER, FolderStore, Usage

ROOT = Path(__file__).parents[2]
SIZE = 300_000  # bytes a file: large enough that a kill may come in the middle


def fill(folder: Path, letter: str = "a") -> dict[str, Any]:
    """A cell of two files, one in a folder of its own, that say the same as its description."""
    (folder / "model").mkdir()
    (folder / "model" / "weights").write_bytes(letter.encode() * SIZE)
    (folder / "records").write_bytes(letter.encode() * SIZE)
    return {"letter": letter, "size": SIZE}


def is_whole(store: FolderStore, key: str) -> bool:
    what, folder = store.read(key)
    expected = what["letter"].encode() * what["size"]
    return all((folder / name).read_bytes() == expected for name in ("records", "model/weights"))


def start(script: str, *arguments: object) -> subprocess.Popen[bytes]:
    lines = "from tests.stores.test_folder import *\n" + script
    return subprocess.Popen([sys.executable, "-c", lines, *map(str, arguments)], cwd=ROOT, stderr=subprocess.PIPE)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "store")
    assert not store.has("abcd")
    store.write("abcd", fill)
    assert store.has("abcd")
    assert is_whole(FolderStore(tmp_path / "store"), "abcd")
    assert list(store.keys()) == ["abcd"]
    assert store.read("abcd")[1] == tmp_path / "store" / "cells" / "ab" / "abcd"
    assert repr(store) == f"<FolderStore {tmp_path / 'store'}: 1 cells>"


def test_a_cell_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as error:
        FolderStore(tmp_path).read("abcd" * 4)
    assert error.value.asked == f"The cell abcdabcdabcd of the store {tmp_path} was read."
    assert "run the study again" in error.value.do


def test_a_damaged_cell_is_said(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.write("abcd", fill)
    (store.read("abcd")[1] / "cell.json").write_text('{"half')
    with pytest.raises(StoreError, match="missing or damaged"):
        store.read("abcd")


def test_what_fails_while_it_is_written_leaves_nothing(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)

    def breaks(folder: Path) -> dict[str, Any]:
        fill(folder)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.write("abcd", breaks)
    with pytest.raises(TypeError):
        store.write("abce", lambda folder: {"no": object()})
    assert store.usage() == Usage(0, 0, 0, (tmp_path / MARK).stat().st_size)


def test_the_second_to_finish_a_cell_is_dropped(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.write("abcd", lambda folder: fill(folder, "a"))
    store.write("abcd", lambda folder: fill(folder, "b"))
    assert store.read("abcd")[0]["letter"] == "a"
    assert store.usage().leftovers == 0


def test_a_foreign_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(StoreError) as error:
        FolderStore(tmp_path)
    assert error.value.here == f"It holds other things and no {MARK}."
    assert error.value.do == "Name an empty or new folder."
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_store_whose_making_was_interrupted_is_made(tmp_path: Path) -> None:
    (tmp_path / ".new-half").write_text('{"for')
    assert list(FolderStore(tmp_path).keys()) == []


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    FolderStore(tmp_path)
    (tmp_path / MARK).write_text(json.dumps({"format": FORMAT + 1}))
    with pytest.raises(StoreError) as error:
        FolderStore(tmp_path)
    assert error.value.here == f"It has format {FORMAT + 1}; this endwise reads up to {FORMAT}."
    assert error.value.do == "Upgrade endwise, or use another --out folder."


@pytest.mark.parametrize("mark", ["", "{", "[]", "{}", '{"format": "new"}', '{"format": null}'])
def test_a_damaged_mark_is_refused(tmp_path: Path, mark: str) -> None:
    (tmp_path / MARK).write_text(mark)
    with pytest.raises(StoreError, match="cannot be read"):
        FolderStore(tmp_path)


def test_a_failure_is_kept_until_the_cell_is_done(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    assert store.failure("abcd") is None
    store.fail("abcd", {"error": "no memory", "seed": 3})
    store.fail("abcd", {"error": "NaN", "seed": 3})
    assert store.failure("abcd") == {"error": "NaN", "seed": 3}
    assert store.usage().failed == 1
    assert not store.has("abcd")
    store.write("abcd", fill)
    assert store.failure("abcd") is None


def test_usage_and_cleaning(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    for key in ("aaaa", "aabb", "cccc"):
        store.write(key, fill)
    store.fail("dddd", {})
    old, fresh = tmp_path / "cells" / "aa" / ".new-old", tmp_path / "cells" / "aa" / ".new-fresh"
    for folder in (old, fresh):
        folder.mkdir()
        (folder / "half").write_bytes(b"x")
    (tmp_path / "failed" / ".new-half").write_text("{")
    (tmp_path / ".new-half").write_text("{")
    then = time.time() - STALE_AFTER - 1
    for path in (old, tmp_path / "failed" / ".new-half", tmp_path / ".new-half"):
        os.utime(path, (then, then))
    used = store.usage()
    assert (used.cells, used.failed, used.leftovers) == (3, 1, 4)
    assert used.bytes > 6 * SIZE
    assert store.clean() == 3  # what another process may be writing stays
    assert fresh.exists()
    assert store.clean(keep=frozenset({"aabb"}), everything=True) == 3
    assert list(store.keys()) == ["aabb"]
    assert store.failure("dddd") is None
    assert is_whole(store, "aabb")


WRITES = """
store = FolderStore(Path(sys.argv[1]))
for at in range(10_000):
    store.write(f"{at:04x}", fill)
"""


def test_a_killed_process_never_leaves_half_a_cell(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    done: set[str] = set()
    for wait in (0.0, 0.013, 0.027, 0.041):  # moments in the middle of other cells each time
        process = start(WRITES, folder)
        while len(list(folder.glob("cells/??/????"))) < len(done) + 2 and process.poll() is None:
            time.sleep(0.002)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        store = FolderStore(folder)
        keys = set(store.keys())
        assert done < keys  # the store is usable, and what was done stays
        assert all(is_whole(store, key) for key in keys)
        done = keys
    assert {path.name for path in folder.glob("cells/??/????")} == done


TOGETHER = """
folder = Path(sys.argv[1])
while not (folder.parent / "go").exists():
    time.sleep(0.0005)
store = FolderStore(folder)
for at in range(20):
    store.write(f"{at % 5}{at:03d}", lambda path: fill(path, sys.argv[2]))
    store.usage()
    store.fail("ffff", {"by": sys.argv[2]})
"""


def test_two_processes_on_one_new_store_do_not_corrupt_it(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    processes = [start(TOGETHER, folder, letter) for letter in "ab"]
    time.sleep(1)
    (tmp_path / "go").touch()
    errors = [process.communicate()[1].decode() for process in processes]
    assert errors == ["", ""]
    store = FolderStore(folder)
    assert len(list(store.keys())) == 20
    assert all(is_whole(store, key) for key in list(store.keys()))
    assert store.failure("ffff") in ({"by": "a"}, {"by": "b"})
    assert store.usage().leftovers == 0
