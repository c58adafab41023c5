"""`endwise gate`: who may enter, by their face. Importing this loads nothing heavy."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

from cyclopts import App, Parameter

if TYPE_CHECKING:
    from endwise.systems.gate.door.deciding import Keeper
    from endwise.systems.gate.door.enrolled import Register
    from endwise.systems.gate.door.recogniser import Recogniser
    from endwise.systems.gate.door.watching import Arrival

Item = TypeVar("Item")
LINE_EVERY: Final = 5.0
"""Seconds between lines of progress: short work has none."""

Json = Annotated[bool, Parameter(name="--json", negative="")]
Files = Annotated[list[Path], Parameter(negative="", consume_multiple=True)]

app = App(
    name="gate",
    help="Decide who may enter by their face. No liveness check: a photograph held to the camera passes.",
    help_epilogue="Try: endwise gate enrol Ada ada.jpg, endwise gate threshold, endwise gate identify door.jpg",
)
people = App(name="people", help="List who is enrolled, and remove people.")
app.command(people)


@app.command
def enrol(
    name: str | None = None,
    photos: Files | None = None,
    /,
    *,
    folders: Annotated[Path | None, Parameter(name="--from")] = None,
    gallery: Path | None = None,
    model: Path | None = None,
    as_json: Json = False,
) -> int:
    """Enrol a person with photos. What is kept of a photo are 64 numbers, no picture.

    Each photo is taken, or refused with its reason. Exits with 1 when somebody has no photo that was taken.
    Where no model is named or found, a small one is trained once.

    Parameters
    ----------
    name
        The person's name; one who is enrolled already gets more photos.
    photos
        Photographs (JPEG, PNG, WebP, BMP, GIF, TIFF, PGM, PPM) with one face each, or folders of them.
    folders
        Enrol many: a folder with a folder of photos for each person, called by their name.
    gallery
        Where the enrolled are kept (default: with the user's own data, see: endwise gate people list).
    model
        The folder of a trained winner (default: runs/gate/winner, else the small one).
    as_json
        Print a JSON object a line.
    """
    from endwise.systems.gate.door.deciding import WARNING, Keeper
    from endwise.systems.gate.door.enrolling import crowd_of, enrol as keep, judge
    from endwise.systems.gate.door.saying import enrolled, enrolment, judged

    crowd = crowd_of(name, photos or [], folders)
    register, recogniser = _register(gallery), _recogniser(model)
    _tell(WARNING)
    files = _progress([file for _, some in crowd for file in some], "photos")
    failed = 0
    for person, some in crowd:
        keeper = Keeper(register.read(), recogniser.version)
        made = keep(person, [judge(person, next(files), recogniser, keeper) for _ in some], register)
        for one in made.judged:
            _tell(judged(one))
        _print(enrolment(made), enrolled(made), as_json)
        failed += made.person is None
    return 1 if failed else 0


@app.command
def identify(
    files: Files,
    /,
    *,
    gallery: Path | None = None,
    model: Path | None = None,
    as_json: Json = False,
) -> int:
    """Print for each photograph whether the gate would open, for whom, and why. Nothing is logged.

    Exits with 0 when all files could be read; each that could not has its reason.

    Parameters
    ----------
    files
        Photographs, or folders of them.
    gallery
        Where the enrolled are kept.
    model
        The folder of a trained winner (default: runs/gate/winner, else a small one that is trained once).
    as_json
        Print a JSON object a line.
    """
    from endwise.systems.gate.door.listing import photos_of, shown
    from endwise.systems.gate.door.pictures import read
    from endwise.systems.gate.door.saying import decided, identified

    chosen = photos_of(files, "People on photographs were to be identified")
    register, recogniser = _register(gallery), _recogniser(model)
    keeper = _keeper(register, recogniser)
    unread = 0
    for file in _progress(chosen, "photographs"):
        try:
            photograph = read(file)
        except ValueError as reason:
            unread += 1
            _tell(f"{shown(file)}: not looked at: the file {reason}")
            continue
        decision = keeper.decide(photograph, recogniser.faces(photograph))
        words = f"{shown(file)}: {decided(decision)}"
        _print(identified(file, decision, recogniser.version), words, as_json)
    return 1 if unread else 0


@app.command
def watch(
    folder: Path,
    /,
    *,
    once: Annotated[bool, Parameter(negative="")] = False,
    camera: str | None = None,
    keep_pictures: Path | None = None,
    gallery: Path | None = None,
    model: Path | None = None,
    as_json: Json = False,
) -> int:
    """Decide on each new picture in a folder, until interrupted. Each decision is logged, then printed.

    Pictures that are there at the start are not new. None is decided twice. People who are enrolled or removed
    meanwhile count from the next picture on.

    Parameters
    ----------
    folder
        Where a camera puts its pictures.
    once
        Decide on the pictures that are there now and are not in the log, then stop.
    camera
        What the log calls the camera (default: the folder's name).
    keep_pictures
        Also copy each picture to this folder (default: none is kept).
    gallery
        Where the enrolled are kept, and the log.
    model
        The folder of a trained winner (default: runs/gate/winner, else a small one that is trained once).
    as_json
        Print a JSON object a line, as in the log.
    """
    from dataclasses import asdict

    from endwise.systems.gate.door.guarding import Guard, watched
    from endwise.systems.gate.door.saying import logged

    register, recogniser = _register(gallery), _recogniser(model)
    with watched(folder, register.folder, once=once) as pictures:
        guard = Guard(register, recogniser, camera or folder.resolve().name, _tell)
        _tell(f"Watching {folder}. {guard.warning}")
        for arrival in pictures:
            event = guard.decide(arrival)
            if keep_pictures is not None:
                _keep(arrival, keep_pictures, f"{event.time}-{event.decision}".replace(":", ""))
            _print(asdict(event), logged(event), as_json)
    return 0


@app.command
def threshold(
    *,
    fpir: float = 0.01,
    strangers: Path | None = None,
    gallery: Path | None = None,
    model: Path | None = None,
) -> int:
    """Set the score from which on the gate opens, by photographs of people who are not enrolled.

    To be set again when people were enrolled: the more there are, the likelier a stranger resembles one.

    Parameters
    ----------
    fpir
        Share of strangers that may be let through (false positive identification rate), above 0 and below 1.
    strangers
        A folder with photographs of strangers, best a folder for each of them (default: generated faces).
    gallery
        Where the enrolled are kept.
    model
        The folder of a trained winner (default: runs/gate/winner, else a small one that is trained once).
    """
    from endwise.systems.gate.door.saying import set_by
    from endwise.systems.gate.door.setting import check_rate, set_threshold

    check_rate(fpir)
    register, recogniser = _register(gallery), _recogniser(model)
    found, notes = set_threshold(register, recogniser, fpir, strangers, _tell, lambda many: _progress(many, "pictures"))
    print(set_by(found))
    for note in notes:
        _tell(f"note: {note}")
    return 0


@app.command
def log(*, last: int | None = None, gallery: Path | None = None, as_json: Json = False) -> int:
    """Print what was decided: time, camera, decision, who, score and threshold, model.

    The log is only added to. It keeps the names of people who were removed since.

    Parameters
    ----------
    last
        The last so many decisions (default: all).
    gallery
        Where the enrolled are kept, and the log.
    as_json
        Print a JSON object a line.
    """
    from dataclasses import asdict

    from endwise.systems.gate.door.journal import Journal
    from endwise.systems.gate.door.saying import logged

    journal = Journal(_register(gallery).folder)
    events, broken = journal.read()
    if not events:
        _tell(f"nothing was decided yet: {journal.file} is written by endwise gate watch")
    for event in events[max(0, len(events) - last) if last is not None else 0 :]:
        _print(asdict(event), logged(event), as_json)
    for number in broken:
        _tell(f"{journal.file}: line {number:,} is left out: it is not whole (a process was stopped while it wrote)")
    return 0


@people.command(name="list")
def list_people(*, gallery: Path | None = None, as_json: Json = False) -> int:
    """Print who is enrolled, with how many photos, since when and for which model.

    Parameters
    ----------
    gallery
        Where the enrolled are kept.
    as_json
        Print a JSON object a line.
    """
    from endwise.systems.gate.door.saying import listed, plain

    register = _register(gallery)
    enrolled = register.read()
    for person in enrolled.people:
        _print(plain(person), listed(person), as_json)
    _tell(f"{len(enrolled.people):,} enrolled, kept in {register.folder}")
    return 0


@people.command
def remove(name: str, /, *, gallery: Path | None = None) -> int:
    """Remove a person: no template of theirs is left in the gallery. The log keeps the names it decided on.

    Parameters
    ----------
    name
        Who is removed; capitals do not matter.
    gallery
        Where the enrolled are kept.
    """
    register = _register(gallery)
    gone = register.remove(name)
    print(f"{gone.name}: removed, with {len(gone.photos):,} photos' templates; none is left in {register.folder}")
    return 0


def _register(gallery: Path | None) -> Register:
    from endwise.systems.gate.door.enrolled import Register, default_folder

    return Register(gallery or default_folder())


def _recogniser(model: Path | None) -> Recogniser:
    from endwise.systems.gate.door.recogniser import Recogniser
    from endwise.systems.gate.door.starter import model as found_model

    folder, bundle = found_model(model, _tell)
    return Recogniser(bundle, folder)


def _keeper(register: Register, recogniser: Recogniser) -> Keeper:
    """Who decides, and what has to be known of it, said."""
    from endwise.systems.gate.door.deciding import WARNING, Keeper
    from endwise.systems.gate.door.saying import cautions

    keeper = Keeper(register.read(), recogniser.version)
    for line in (WARNING, *cautions(keeper)):
        _tell(line)
    return keeper


def _keep(arrival: Arrival, folder: Path, name: str) -> None:
    from endwise.systems.gate.door.keeping import FILE_MODE, private

    private(folder)
    target = folder / f"{name}-{arrival.file.name}"
    target.touch(FILE_MODE)
    shutil.copyfile(arrival.file, target)


def _progress(items: Iterable[Item], what: str) -> Iterator[Item]:
    """The items, and from time to time how far they are."""
    total = len(items) if isinstance(items, list) else None
    said = time.monotonic()
    for number, item in enumerate(items, 1):
        if time.monotonic() - said >= LINE_EVERY:
            said = time.monotonic()
            _tell(f"{number:,}{'' if total is None else f' of {total:,}'} {what}")
        yield item


def _print(record: dict[str, Any], words: str, as_json: bool) -> None:
    print(json.dumps(record) if as_json else words, flush=True)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
