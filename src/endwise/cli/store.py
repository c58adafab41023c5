"""`endwise store`."""

from __future__ import annotations

from pathlib import Path

from endwise.cli.options import Flag
from endwise.errors import UsageError, counted


def store(folder: Path, *, clean: Flag = False, everything: Flag = False) -> None:
    """Show what a study's store holds, and clean it.

    Parameters
    ----------
    folder
        A study's folder or its store.
    clean
        Remove what crashes left half-written for a day or more.
    everything
        With --clean: remove all cells; the next study begins anew.
    """
    from endwise.stores.folder import MARK, FolderStore

    inner = folder if (folder / MARK).exists() else folder / "store"
    if not (inner / MARK).exists():
        raise UsageError(
            f"The store of {folder} was asked for.",
            f"Neither {folder} nor {folder / 'store'} is a store.",
            f"A store is marked by a file {MARK}.",
            "Give the folder that a study was written to, as in runs/bone-age.",
        )
    if everything and not clean:
        raise UsageError(
            f"--everything was given for {folder}.",
            "It says what --clean removes.",
            "Without --clean nothing is removed.",
            f"If all cells are to go: endwise store {folder} --clean --everything",
        )
    kept = FolderStore(inner)
    if clean:
        print(f"removed {counted(kept.clean(everything=everything), 'item')}")
    usage = kept.usage()
    print(
        f"{inner}: {counted(usage.cells, 'cell')}, {usage.bytes / 1e6:.1f} MB; "
        f"{usage.failed} failed, {usage.leftovers} half-written"
    )
