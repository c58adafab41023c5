"""Decisions, people and thresholds in words and as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from endwise.systems.gate.door.deciding import Decision, Keeper
from endwise.systems.gate.door.enrolled import Person
from endwise.systems.gate.door.journal import Event
from endwise.systems.gate.door.listing import shown
from endwise.systems.gate.door.thresholds import Threshold

if TYPE_CHECKING:  # who only lists people needs no network
    from endwise.systems.gate.door.enrolling import Enrolment, Judged


def decided(decision: Decision) -> str:
    """What the gate does, for whom and why.

    >>> decided(Decision(False, "a stranger", None, 0.312, 0.6))
    'shut: a stranger (score 0.31, threshold 0.60)'
    """
    whom = f"{decision.who}, " if decision.who else ""
    return f"{decision.word}: {whom}{decision.reason}{_figures(decision.score, decision.threshold)}"


def _figures(score: float | None, threshold: float | None) -> str:
    named = [f"{name} {value:.2f}" for name, value in (("score", score), ("threshold", threshold)) if value is not None]
    return f" ({', '.join(named)})" if named else ""


def event_of(decision: Decision, *, time: str, camera: str, picture: str, version: str) -> Event:
    """A decision as a line of the log; figures to four places."""
    score, threshold = (None if one is None else round(one, 4) for one in (decision.score, decision.threshold))
    return Event(time, camera, picture, decision.word, decision.reason, decision.who, score, threshold, version)


def logged(event: Event) -> str:
    """A line of the log in words."""
    decision = Decision(event.decision == "open", event.reason, event.who, event.score, event.threshold)
    return f"{event.time}  {shown(event.camera)}  {decided(decision)}, model {event.version}"


def judged(one: Judged) -> str:
    """What became of a photo to enrol."""
    what = f"refused: {one.reason}" if one.reason else "taken"
    return f"{shown(one.file)}: {what}{f'; note: {one.note}' if one.note else ''}"


def enrolled(made: Enrolment) -> str:
    """What became of a person to enrol."""
    if made.person is None:
        return f"{shown(made.name)}: not enrolled: {made.problem}"
    known = "" if made.person.name == made.name else f", as {made.person.name}"
    return f"{shown(made.name)}: enrolled{known}, with {_photos(made.person)}"


def enrolment(made: Enrolment) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "name": made.name,
        "enrolled_as": made.person and made.person.name,
        "photos": len(made.person.photos) if made.person else 0,
        "taken": [str(one.file) for one in made.judged if not one.reason],
        "refused": [{"file": str(one.file), "reason": one.reason} for one in made.judged if one.reason],
        "problem": made.problem,
    }


def identified(file: Path, decision: Decision, version: str) -> dict[str, Any]:
    """A decision on a file as plain data."""
    said = event_of(decision, time="", camera="", picture="", version=version)
    record = {"file": str(file), "decision": said.decision, "reason": said.reason, "who": said.who}
    return {**record, "score": said.score, "threshold": said.threshold, "version": version}


def listed(person: Person) -> str:
    """Somebody on the list of those enrolled."""
    models = ", ".join(sorted(person.versions()))
    return f"{person.name}: {_photos(person)}, the first {person.photos[0].when}, model {models}"


def _photos(person: Person) -> str:
    return "1 photo" if len(person.photos) == 1 else f"{len(person.photos):,} photos"


def plain(person: Person) -> dict[str, Any]:
    """Somebody as plain data, without what could be compared with a face."""
    return {
        "name": person.name,
        "photos": [{"when": photo.when, "version": photo.version} for photo in person.photos],
    }


def set_by(threshold: Threshold) -> str:
    """A threshold in words, with how sure it is."""
    one = threshold
    counts = f"{one.pictures:,} pictures of {one.strangers:,} strangers ({one.source})"
    sure = f"{100 * one.low:.2g} to {100 * one.high:.2g} %"
    return (
        f"threshold {one.value:.3f}, set by {counts} against {one.enrolled:,} enrolled.\n"
        f"Asked for: {100 * one.fpir:g} % of strangers let through. It lets through {sure} (95 % interval)."
    )


def cautions(keeper: Keeper) -> list[str]:
    """What has to be known of a gate before it is believed; one sentence or two each."""
    said = []
    threshold, unready = keeper.threshold, keeper.unready()
    if unready:
        said.append(f"The gate stays shut: {unready}. {_remedy(keeper)}")
    elif threshold is not None and threshold.enrolled != len(keeper.names):
        said.append(
            f"The threshold was set with {threshold.enrolled:,} enrolled, and {len(keeper.names):,} are now: "
            f"{'more' if threshold.enrolled < len(keeper.names) else 'fewer'} strangers are let through than the "
            f"{100 * threshold.fpir:g} % that were asked for. Set it again: endwise gate threshold"
        )
    stale = keeper.enrolled - len(keeper.names)
    if stale and keeper.names:
        said.append(
            f"{stale:,} of {keeper.enrolled:,} enrolled are not recognised: they were enrolled with another model."
        )
    return said


def _remedy(keeper: Keeper) -> str:
    return "Set one: endwise gate threshold" if keeper.names else "Enrol somebody: endwise gate enrol NAME PHOTO..."
