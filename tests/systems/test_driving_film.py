"""A drive as a film: the moments are those of the drive, and what is drawn is where it was."""

from __future__ import annotations

import io
import os
import stat
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings, strategies as st

import endwise as ew
from endwise.systems.driving.camera import project
from endwise.systems.driving.episodes import Episodes
from endwise.systems.driving.film import writing
from endwise.systems.driving.film.birdview import birdview
from endwise.systems.driving.film.clips import worst_moment
from endwise.systems.driving.film.colours import AMBER, BODIES, PLAN
from endwise.systems.driving.film.drawing import SIZE, draw
from endwise.systems.driving.film.drivers import Truth, Watched
from endwise.systems.driving.film.recording import Driver, Recording, Reel, record
from endwise.systems.driving.film.windscreen import windscreen
from endwise.systems.driving.judge import Drives
from endwise.systems.driving.world import drive


class Asleep:
    """Lets the wheel go and pushes the pedal."""

    takes = ("speed",)

    def reset(self) -> None:
        """Nothing is remembered."""

    def step(self, inputs: ew.Batch) -> dict[str, Any]:
        return {"control": np.tile(np.float32([0.0, 0.6]), (len(inputs["speed"]), 1))}


class Told:
    """What a guard needs to know, from the truth."""

    takes = ("situation", "plan")

    def reset(self) -> None:
        """Nothing is remembered."""

    def step(self, inputs: ew.Batch) -> dict[str, Any]:
        return dict(inputs)


@pytest.fixture(scope="module")
def straight() -> Recording:
    return _drive()


@pytest.mark.parametrize("preset", ["clear", "roadworks"])
def test_a_recording_is_the_drive_itself(preset: Any) -> None:
    routes, parked = range(4), Asleep()
    reel = Reel(parked, routes, preset)
    alone = drive(lambda seen: parked.step(seen)["control"], routes, preset=preset)
    np.testing.assert_array_equal(reel.result.score, alone.score)
    episodes = Episodes(routes, preset)
    moments = [reel.recording(which).moments for which in routes]
    for tick in range(int(alone.steps.min()) + 1):
        speed, lane = episodes.truth("speed"), episodes.truth("lane")
        camera = episodes.observe()["camera"][:, 1]
        for which in routes:
            now = moments[which][tick]
            assert np.float32(now.car.speed[0]) == speed[which]
            assert np.float32([now.car.d[0], now.car.heading[0]]).tolist() == lane[which, :2].tolist()
            if not episodes.done[which]:
                np.testing.assert_array_equal(now.picture, camera[which])
        episodes.step(parked.step({"speed": speed})["control"])


def test_a_recording_tells_the_score_as_it_grows_and_how_it_ended(straight: Recording) -> None:
    assert straight.ending == "arrived"
    assert straight.score == straight.moments[-1].score == 1
    ways = [one.completion for one in straight.moments]
    assert ways[0] == 0
    assert ways == sorted(ways)
    assert straight.seconds == pytest.approx(0.1 * (len(straight.moments) - 1))


def test_who_sleeps_at_the_wheel_hits_something_or_leaves_the_road() -> None:
    reel = Reel(Asleep(), range(12), "roadworks")
    drives = [reel.recording(which) for which in range(12)]
    for one in drives:
        assert one.ending.startswith("hit ") == (one.collisions == 1)
        assert one.collisions or one.ending == "lost the road" or one.completion == 1
    assert {one.collisions for one in drives} == {0, 1}


class Parked(Asleep):
    """Brakes."""

    def step(self, inputs: ew.Batch) -> dict[str, Any]:
        return {"control": np.tile(np.float32([0.0, -1.0]), (len(inputs["speed"]), 1))}


def test_who_stands_still_runs_out_of_time() -> None:
    parked = record(Parked(), 0)
    assert parked.ending == f"out of time at {parked.completion:.0%} of the way"
    assert len(parked.moments) == 151


def test_the_guard_is_recorded_and_framed() -> None:
    guarded = Reel(Watched(Asleep(), Told()), range(6))
    assert (guarded.result.score >= Reel(Asleep(), range(6)).result.score).mean() > 0.5
    drives = [guarded.recording(which) for which in range(6)]
    some = next(one for one in drives if one.interventions)
    framed = {one.guarded: np.array(windscreen(one, 3))[0, 0].tolist() == list(AMBER) for one in some.moments}
    assert framed == {True: True, False: False}
    began = np.flatnonzero(np.diff([False, *(one.guarded for one in some.moments)]))[::2]
    assert len(began) == some.interventions
    wish, control = some.moments[int(began[0])].made["wish"], some.moments[int(began[0])].made["control"]
    assert wish.tolist() == np.float32([0.0, 0.6]).tolist()
    assert control.tolist() != wish.tolist()


@cache
def _drive() -> Recording:
    return record(Truth(), 1)


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 100), st.sampled_from([2, 3, 5]))
def test_the_path_is_drawn_where_the_camera_sees_it(tick: int, scale: int) -> None:
    moment = _drive().moments[tick]
    picture = np.array(windscreen(moment, scale)).astype(float)
    row, column = project(10.0, float(moment.made["plan"][1]), 0.0, moment.pitch)
    seen = picture[int(row * scale), int(column * scale)]
    assert np.abs(seen - PLAN).mean() < 45  # some of the road shines through


def test_only_what_was_made_is_drawn(straight: Recording) -> None:
    moment = straight.moments[0]
    bare = replace(moment, made={"control": moment.made["control"]})
    seen, plain = np.array(windscreen(moment, 2)), np.array(windscreen(bare, 2))
    assert (seen != plain).any()
    assert (plain[..., 0] == plain[..., 1]).all()  # grey as the camera's picture
    assert bare.gap is None
    assert draw(straight, bare, "a design").size == SIZE


def test_from_above_the_car_ahead_stands_before_ours() -> None:
    reel = Reel(Truth(), range(8))
    for which in range(8):
        drive_of = reel.recording(which)
        moment = drive_of.moments[0]
        assert moment.gap is not None
        if not 5 < moment.gap[0] < 35:
            continue
        seen = np.array(birdview(drive_of.road, moment, (132, 240))).astype(int)
        rows, columns = np.nonzero((np.abs(seen - BODIES) < 12).all(axis=2))
        assert len(rows)
        assert rows.max() < 240 * 46 / 54 - 4  # metres forward of our middle
        assert abs(columns.mean() - 66) < 40


def test_the_same_drive_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.gif", "two.gif"):
        writing.write(some_of(record(Truth(), 2, "roadworks", 5)), "truth", tmp_path / name)
    assert (tmp_path / "one.gif").read_bytes() == (tmp_path / "two.gif").read_bytes()


def some_of(drive: Recording) -> Recording:
    """Every tenth moment and the last one: enough to look at."""
    return replace(drive, moments=(*drive.moments[::10], drive.moments[-1]))


def test_a_film_lasts_as_long_as_the_drive(straight: Recording, tmp_path: Path) -> None:
    writing.write(straight, "truth", tmp_path / "drive.gif")
    assert (tmp_path / "drive.gif").stat().st_size < 3_000_000
    with PIL.Image.open(tmp_path / "drive.gif") as film:
        assert film.size == SIZE
        durations = []
        for at in range(film.n_frames):  # type: ignore[attr-defined]
            film.seek(at)
            durations.append(film.info["duration"])
    assert abs(sum(durations[:-1]) / 1000 - straight.seconds) <= 0.2
    assert durations[-1] == writing.HELD


def test_a_sheet_shows_moments_from_the_first_to_the_last(straight: Recording, tmp_path: Path) -> None:
    writing.write(straight, "truth", tmp_path / "drive.png")
    with PIL.Image.open(tmp_path / "drive.png") as sheet:
        wide, tall = SIZE
        first = sheet.crop((0, 0, wide, tall))
        last = sheet.crop((sheet.width - wide, sheet.height - tall, sheet.width, sheet.height))
        assert first.tobytes() == draw(straight, straight.moments[0], "truth").tobytes()
        assert last.tobytes() == draw(straight, straight.moments[-1], "truth").tobytes()


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for ffmpeg")
def test_an_mp4_gets_every_step_and_ffmpegs_last_word_is_told(
    straight: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "ffmpeg"
    tool.write_text('#!/bin/sh\nfor out; do :; done\nexec cat > "$out"\n')
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    out, short = tmp_path / "drive.mp4", some_of(straight)
    writing.write(short, "truth", out)
    held = writing.HELD // 100
    assert out.stat().st_size == (len(short.moments) + held) * SIZE[0] * SIZE[1] * 3
    tool.write_text("#!/bin/sh\ncat > /dev/null\necho no encoder >&2\nexit 1\n")
    with pytest.raises(ew.EndwiseError) as caught:
        writing.write(short, "truth", out)
    assert str(caught.value) == (
        f"The film was to be written to {out}.\n"
        "ffmpeg said: no encoder\n"
        "It makes the MP4, and could not.\n"
        f"Try another ffmpeg, or write a GIF: --out {out.with_suffix('.gif')}"
    )


@pytest.mark.parametrize(("driver", "preset"), [(Asleep(), "clear"), (Asleep(), "roadworks"), (Truth(), "clear")])
def test_the_worst_moment_is_a_small_film_of_the_worst_route(driver: Driver, preset: Any) -> None:
    judge = Drives(preset, routes=5)
    records = judge.measure(driver, {}, ew.Number("x"))
    made, words = judge.film(driver, records)
    assert (made, words) == judge.film(driver, records)
    assert len(made) <= 150_000
    score = records["score_lost"]
    assert (made, words) == worst_moment(Reel(driver, [int(score.argmin())], judge.preset, judge.seed).recording(0))
    assert words.startswith(f"Route {int(score.argmin())}, driving score {score.min():.2f}: ")
    with PIL.Image.open(io.BytesIO(made)) as film:
        assert film.size == (288, 144)
        assert 5 < film.n_frames <= 15  # type: ignore[attr-defined]
