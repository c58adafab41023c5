"""`endwise driving`: a drive as a film, and studies of recordings. Importing this loads nothing heavy."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from cyclopts import App, Parameter

if TYPE_CHECKING:
    from endwise.systems.driving.film.recording import Driver, Recording

BANNER: Final = "A teaching system, not for roads."
TRUTH: Final = "truth"
"""What stands for a design where nothing has to be perceived."""

app = App(
    name="driving",
    help=f"Drive in the simulator, and study recordings of drives. {BANNER}",
    help_epilogue="Try: endwise driving drive --design truth, endwise driving study mycar/data --quick",
)


@app.command
def drive(
    *,
    design: str | None = None,
    world: Literal["clear", "roadworks"] = "clear",
    route: int = 0,
    seed: int = 0,
    model: Path | None = None,
    no_guard: Annotated[bool, Parameter(negative="")] = False,
    out: Path = Path("drive.gif"),
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Drive one route, print what it came to, and write a film of it.

    The film shows what the camera sees, the lanes and cars as perceived, the path planned, the road from above,
    steering, pedals and score so far. Where no model is named or found, a small one is trained once.

    Parameters
    ----------
    design
        Which design drives (default: that of the model, else the staged one); "truth" drives by the world's own plan.
    world
        clear, or roadworks with half-parked cars and barrels.
    route
        The route's number; studies judge by routes 0 to 95.
    seed
        The world's seed: another one, other routes.
    model
        The folder of a trained winner (default: that of runs/driving or runs/driving-roadworks, else the small one).
    no_guard
        Let a network at the wheel drive unwatched; a guard that is part of a design stays.
    out
        The film: .gif, .mp4 (with ffmpeg), or .png for a sheet of pictures.
    as_json
        Print one JSON object.
    """
    from endwise.systems.driving.film import writing
    from endwise.systems.driving.film.recording import record

    _check_numbers(route, seed)
    writing.check(out)
    _tell(BANNER)
    name, driver = _driver(design, world, model, not no_guard)
    recording = record(driver, route, world, seed)
    where = f"{world}, route {route}" + (f", seed {seed}" if seed else "")
    writing.write(recording, f"{name}   |   {where}", out)
    if as_json:
        print(json.dumps({"design": name, "world": world, "seed": seed, **_told(recording), "film": str(out)}))
    else:
        print(f"{name}\n{where}: {_said(recording)}\nFilm: {out}")
    return 0


@app.command
def study(
    folder: Path,
    *,
    layout: Literal["donkey", "udacity", "comma"] | None = None,
    quick: Annotated[bool, Parameter(negative="")] = False,
    skip_bad: Annotated[bool, Parameter(negative="")] = False,
    out: Path = Path("runs/driving-recorded"),
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Study recordings of your own: who predicts the driver's steering best. Nobody can drive in them.

    Parameters
    ----------
    folder
        A Donkey car's tub (v2), a folder with a driving_log.csv (Udacity), or a comma2k19 segment.
    layout
        Which of them, where the folder does not tell.
    quick
        Three sizes, two repeats, no search of learning rates.
    skip_bad
        Leave bad frames out, counted and named in the report, instead of refusing.
    out
        Where everything is written.
    as_json
        Print the verdict as JSON.
    """
    from endwise.systems.driving import recorded

    _tell(BANNER)
    done = recorded.study_of(folder, layout, how={"skip_bad": skip_bad}, quick=quick, out=out)
    if as_json:
        print((done.folder / "verdict.json").read_text(encoding="utf-8"))
    else:
        print(f"{done.verdict}\n\nreport  {done.report}\nwinner  {done.winner}")
    return 0


def _driver(
    design: str | None, world: Literal["clear", "roadworks"], model: Path | None, guard: bool
) -> tuple[str, Driver]:
    """What to call who drives, and who drives."""
    from endwise.systems.driving.film.drivers import Truth, Watched
    from endwise.systems.driving.starter import model as found_model
    from endwise.systems.driving.system import STAGED

    if design == TRUTH and model is None:
        return "truth: no model", Truth()
    bundle = found_model(model, design, world, _tell)
    if not (guard and bundle.parts[-1].learns):
        return bundle.design, bundle.chain
    return f"{bundle.design}, guarded", Watched(bundle.chain, found_model(None, STAGED, world, _tell).chain)


def _check_numbers(route: int, seed: int) -> None:
    import endwise as ew
    from endwise.systems.driving.world import COLLECTED

    if not 0 <= route < COLLECTED:
        raise ew.EndwiseError(
            f"Route {route:,} was to be driven.",
            f"Routes are numbered from 0 to {COLLECTED - 1:,}.",
            "There is none below, and those above are what models learn from.",
            "Give one of these: --route 0.",
        )
    if seed < 0:
        raise ew.EndwiseError(
            f"The world of seed {seed} was asked for.",
            "Seeds start at 0.",
            "Random numbers are drawn from a seed that is not negative.",
            "Give 0 or more: --seed 0.",
        )


def _said(recording: Recording) -> str:
    """What the drive came to, in a few words."""
    took = f"{recording.ending} ({recording.metres:.0f} m in {recording.seconds:.1f} s)"
    counts = [
        f"driving score {recording.score:.2f}",
        _counted(recording.collisions, "collision"),
        _counted(recording.departures, "lane departure"),
    ]
    if "guarded" in recording.moments[0].made:
        counts.append(_counted(recording.interventions, "intervention") + " of the guard")
    return ", ".join([took, *counts])


def _counted(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}" + ("" if count == 1 else "s")


def _told(recording: Recording) -> dict[str, object]:
    return {
        "route": recording.route,
        "ending": recording.ending,
        "score": round(recording.score, 4),
        "completion": round(recording.completion, 4),
        "collisions": recording.collisions,
        "departures": recording.departures,
        "interventions": recording.interventions,
        "metres": round(recording.metres, 1),
        "seconds": round(recording.seconds, 1),
        "note": BANNER,
    }


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
