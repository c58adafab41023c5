"""`endwise init`."""

from __future__ import annotations

from pathlib import Path


def init(name: Path) -> None:
    """Write a project to start from: a system of your own in Python, with made-up rows to try it on.

    Parameters
    ----------
    name
        The project's folder; it must not exist yet.
    """
    from endwise.deliver.project import start

    for file in start(name):
        print(f"wrote {file}")
    print(f"next: cd {name} && python study.py")
