"""Rows on disk: one folder of .npy files, which are memory-mapped, and rows.json, which names them."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from endwise.data.columns import Block, Column, packed
from endwise.errors import StoreError
from endwise.system.signals import Text, from_json

FORMAT = 1
TEXT = Text("text")  # ids, groups and splits are stored as a column of text is


@dataclass(frozen=True)
class Content:
    """What a folder of rows holds; the arrays are mapped, not read."""

    fingerprint: str
    columns: dict[str, Column]
    fields: dict[str, np.ndarray]
    problems: list[dict[str, Any]]
    notes: tuple[str, ...]


def write(
    folder: Path,
    fingerprint: str,
    columns: Mapping[str, Column],
    fields: Mapping[str, np.ndarray | None],
    problems: Sequence[Mapping[str, Any]],
    notes: Sequence[str],
) -> None:
    """Write rows to `folder`, all or nothing. The same rows already there are left as they are."""
    with Draft(folder) as draft:
        entries = [_write_column(draft.path, i, column) for i, column in enumerate(columns.values())]
        held = [name for name, array in fields.items() if array is not None]
        for name in held:
            write_block(draft.path / name, packed(TEXT, fields[name], np.arange(0)).blocks[0])
        head = {"endwise": "rows", "format": FORMAT, "fingerprint": fingerprint, "columns": entries, "fields": held}
        head |= {"problems": problems, "notes": notes}
        (draft.path / "rows.json").write_text(json.dumps(head, indent=1), encoding="utf-8")
    if not draft.kept and _head(folder)["fingerprint"] != fingerprint:
        raise StoreError(
            f"Rows were to be saved in {folder}.",
            "Other rows are already there.",
            "Saved rows are never overwritten: results may refer to them.",
            "Name a folder that does not exist yet.",
        )


def read(folder: Path) -> Content:
    """The rows in `folder`. Raises StoreError where there are none, or they are damaged or too new."""
    head = _head(folder)
    try:
        columns = dict(_read_column(folder, i, entry) for i, entry in enumerate(head["columns"]))
        fields = {name: _texts(folder / name) for name in head["fields"]}
        if any(len(column.where) != len(fields["ids"]) for column in columns.values()):
            raise ValueError("columns of different length")
        return Content(head["fingerprint"], columns, fields, head["problems"], tuple(head["notes"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(folder, str(error)) from None


class Draft:
    """A folder in the making: it gets its name when the `with` block ends without an error, and not before.

    `kept` is false where the name was taken meanwhile (by a process that wrote the same, for example).
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.kept = folder, False

    def __enter__(self) -> Draft:
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self.path = Path(tempfile.mkdtemp(prefix=f".{self.folder.name}.", dir=self.folder.parent))
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            try:
                self.path.rename(self.folder)
                self.kept = True
            except OSError:  # a folder with something in it has the name
                if not self.folder.is_dir():
                    raise
        shutil.rmtree(self.path, ignore_errors=True)


def write_block(stem: Path, block: Block) -> None:
    """Write a block to `stem`.values.npy and `stem`.offsets.npy, linking files that it is mapped from."""
    arrays = {"values": block.values} | ({} if block.offsets is None else {"offsets": block.offsets})
    for part, array in arrays.items():
        target = _file(stem, part)
        try:
            if block.stem is None:
                raise FileNotFoundError
            os.link(_file(block.stem, part), target)  # decoded pictures are kept once, however often saved
        except OSError:  # not mapped from a file of ours, or that is on another disk
            np.save(target, array)


def read_block(stem: Path) -> Block:
    """The block that `write_block` wrote, mapped."""
    offsets = _map(_file(stem, "offsets")) if _file(stem, "offsets").exists() else None
    block = Block(_map(_file(stem, "values")), offsets, stem)
    if offsets is not None and (not len(offsets) or int(offsets[-1]) != len(block.values)):
        raise ValueError(f"{stem.name} is cut short")
    return block


def _file(stem: Path, part: str) -> Path:
    return stem.with_name(f"{stem.name}.{part}.npy")


def _map(file: Path) -> np.ndarray:
    return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False))


def _write_column(folder: Path, number: int, column: Column) -> dict[str, Any]:
    np.save(folder / f"{number}.where.npy", column.where)
    for i, block in enumerate(column.blocks):
        write_block(folder / f"{number}.{i}", block)
    return {"signal": column.signal.to_json(), "blocks": len(column.blocks)}


def _read_column(folder: Path, number: int, entry: Mapping[str, Any]) -> tuple[str, Column]:
    signal = from_json(entry["signal"])
    blocks = tuple(read_block(folder / f"{number}.{i}") for i in range(entry["blocks"]))
    where = _map(folder / f"{number}.where.npy")
    if where.size and int(where.max()) >= sum(len(block) for block in blocks):
        raise ValueError(f"{signal.name} lacks values")
    return signal.name, Column(signal, where, blocks)


def _texts(stem: Path) -> np.ndarray:
    block = read_block(stem)
    return block.take(TEXT, np.arange(len(block)))


def _head(folder: Path) -> dict[str, Any]:
    file = folder / "rows.json"
    try:
        head = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(
            f"Rows were to be opened from {folder}.",
            f"There is no {file.name} in it.",
            "Rows.save writes one; a folder of tables and pictures has none.",
            "Use Rows.from_folder for a folder of your own data.",
        ) from None
    except (OSError, ValueError) as error:
        raise _damaged(folder, str(error)) from None
    if not isinstance(head, dict) or head.get("endwise") != "rows":
        raise _damaged(folder, "rows.json is not one of endwise's")
    if head.get("format") != FORMAT:
        raise StoreError(
            f"Rows were to be opened from {folder}.",
            f"They are in format {head.get('format')}; this endwise reads format {FORMAT}.",
            "Another version of endwise wrote them.",
            "Use that version, or read your data again.",
        )
    return head


def _damaged(folder: Path, detail: str) -> StoreError:
    return StoreError(
        f"Rows were to be opened from {folder}.",
        f"The folder is damaged: {detail}.",
        "endwise writes such a folder whole or not at all, so something changed it afterwards.",
        "Delete it and read your data again.",
    )
