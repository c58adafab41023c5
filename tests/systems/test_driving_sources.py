"""Each layout of recorded drives, made small on disk, everything that can be wrong with it, and a study of one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest
from hypothesis import given, settings, strategies as st

import endwise as ew
from endwise.systems.driving import recorded
from endwise.systems.driving.camera import HEIGHT, WIDTH
from endwise.systems.driving.sources.comma import RATIO
from endwise.systems.driving.sources.frames import Frame
from endwise.systems.driving.sources.pictures import ahead, window
from endwise.systems.driving.sources.reading import LAYOUTS, read
from endwise.systems.driving.sources.stretches import JUMP, stretches
from endwise.systems.driving.sources.udacity import MILE_AN_HOUR
from endwise.systems.driving.vehicle import HARDEST, LARGEST_ANGLE, STRONGEST

COUNT = 40
"""Frames of a small recording: 8 to test on, 4 left out before them, 27 rows to train on."""
RATE = 20.0


def steers(count: int = COUNT) -> npt.NDArray[Any]:
    """Of a driver, left positive."""
    return np.round(0.8 * np.sin(np.arange(count) / 3), 3)


def picture(file: Path, number: int, size: tuple[int, int] = (120, 160)) -> Path:
    """A light stripe whose place tells the steer, under a white sky; no two alike."""
    pixels = np.full(size, 40 + number, np.uint8)
    pixels[: size[0] // 3] = 255
    middle = int(size[1] * (0.5 - 0.4 * steers(number + 1)[number]))
    pixels[size[0] // 3 :, middle - 5 : middle + 5] = 220
    file.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(pixels).save(file)
    return file


def write(file: Path, *lines: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


Change = Callable[[list[dict[str, Any]]], None]


def tub(root: Path, change: Change = lambda records: None, deleted: tuple[int, ...] = ()) -> Path:
    """A Donkey tub of two catalogs, its records as `change` leaves them."""
    records: list[dict[str, Any]] = [
        {
            "_index": at,
            "_session_id": "21-01-05_1",
            "_timestamp_ms": 1_609_800_000_000 + round(1000 * at / RATE),
            "cam/image_array": f"{at}_cam_image_array_.jpg",
            "user/angle": -steer,
            "user/mode": "user",
            "user/throttle": 0.01 * at,
        }
        for at, steer in enumerate(steers())
    ]
    for record in records:
        picture(root / "images" / record["cam/image_array"], record["_index"])
    change(records)
    names = []
    for number, part in enumerate((records[:25], records[25:])):
        names.append(f"catalog_{number}.catalog")
        write(root / names[-1], *(one if isinstance(one, str) else json.dumps(one) for one in part))
    write(
        root / "manifest.json",
        '["cam/image_array", "user/angle", "user/throttle", "user/mode"]',
        '["image_array", "float", "float", "str"]',
        "{}",
        '{"created_at": 1609800000.0}',
        json.dumps({"paths": names, "current_index": len(records), "max_len": 25, "deleted_indexes": [*deleted]}),
    )
    return root


def udacity(root: Path, *, header: bool = True, before: str = "IMG/", more: tuple[str, ...] = ()) -> Path:
    """A recording of the simulator; pictures are named by `before` and their name."""
    lines = ["center,left,right,steering,throttle,brake,speed"] if header else []
    for at, steer in enumerate(steers()):
        name = f"2016_12_01_13_30_{at // 14:02}_{at % 14 * 71:03}.jpg"
        picture(root / "IMG" / f"center_{name}", at, size=(160, 320))
        sides = ", ".join(f"{before}{side}_{name}" for side in ("center", "left", "right"))
        lines.append(f"{sides}, {-steer}, 0.5, {0.75 * (at % 2)}, 30.0")
    write(root / "driving_log.csv", *lines, *more)
    return root


def comma(root: Path, segments: tuple[int, ...] = (40,), *, pictures: int = COUNT) -> Path:
    """Segments of a drive whose steering wheel turns, and which gains 1 m/s a second; frames 20 a second."""
    drive = root / "b0c9_2018-08-02--08-34-47"
    for segment in segments:
        start = 1000 + (segment - segments[0]) * COUNT / RATE
        logged = start + np.arange(-50, 100 * COUNT // 20 + 50) / 100
        wheel = np.degrees(LARGEST_ANGLE * RATIO) * 0.5 * np.sin(logged)
        arrays = {
            "processed_log/CAN/steering_angle/t": logged,
            "processed_log/CAN/steering_angle/value": wheel,
            "processed_log/CAN/speed/t": logged,
            "processed_log/CAN/speed/value": (10 + logged - 1000)[:, None],
            "global_pose/frame_times": start + np.arange(COUNT) / RATE,
        }
        for name, values in arrays.items():
            file = drive / str(segment) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("wb") as opened:
                np.save(opened, values)
        for at in range(pictures):
            picture(drive / str(segment) / "frames" / f"{at + 1:06}.png", at, size=(200, 266))
    return root


LAID_OUT: dict[str, Callable[[Path], Path]] = {"donkey": tub, "udacity": udacity, "comma": comma}


def numbers(rows: ew.Rows) -> list[int]:
    """Of the frames of a tub that make a row."""
    return [int(Path(name).name.split("_")[0]) for name in rows.ids.tolist()]


def everything(rows: ew.Rows, name: str) -> npt.NDArray[Any]:
    return np.asarray(rows.take(name, np.flatnonzero(rows.has(name))))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_is_recognised_and_reads_the_same_by_its_name(tmp_path: Path, layout: str) -> None:
    root = LAID_OUT[layout](tmp_path / "drive")
    rows = read(tmp_path)
    assert rows.fingerprint == read(tmp_path, layout).fingerprint
    assert len(read(root)) == len(rows) == 35
    assert everything(rows, "camera").shape == (35, 2, HEIGHT, WIDTH)
    assert rows.split is not None
    assert rows.split.tolist() == ["train"] * 27 + ["test"] * 8
    assert not rows.problems


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_report_will_say_that_it_is_open_loop(tmp_path: Path, layout: str) -> None:
    notes = read(LAID_OUT[layout](tmp_path)).notes
    assert any(note.startswith("Open loop: ") and "need not drive best" in note for note in notes)
    assert any("Of 40 pictures 35 make a row, 8 of them, the last fifth" in note for note in notes)


@pytest.mark.parametrize("layout", ["donkey", "udacity"])
def test_left_is_positive_whatever_the_recording_says(tmp_path: Path, layout: str) -> None:
    rows = read(LAID_OUT[layout](tmp_path))
    told = steers()[[*range(1, 28), *range(32, 40)]]
    assert everything(rows, "control")[:, 0] == pytest.approx(told, abs=1e-6)
    camera = everything(rows, "camera")
    assert np.corrcoef(camera[:, 1, HEIGHT // 2 :].mean(axis=1).argmax(axis=1), told)[0, 1] < -0.99


def test_a_row_is_a_frame_with_the_one_right_before_it(tmp_path: Path) -> None:
    rows = read(tub(tmp_path))
    assert numbers(rows) == [*range(1, 28), *range(32, 40)]
    pairs = everything(rows, "camera")
    for pair, now in zip(pairs, numbers(rows), strict=True):
        for shown, at in zip(pair, (now - 1, now), strict=True):
            assert np.array_equal(shown, ahead(tmp_path / "images" / f"{at}_cam_image_array_.jpg"))


# Donkey tubs


def test_a_tub_has_throttle_and_no_speed(tmp_path: Path) -> None:
    rows = read(tub(tmp_path))
    assert rows.counts == {"camera": 35, "control": 35}
    assert everything(rows, "control")[:, 1] == pytest.approx(0.01 * np.array(numbers(rows)), abs=1e-6)


def test_a_tub_with_an_odometer_has_speed_where_it_told_one(tmp_path: Path) -> None:
    def odometer(records: list[dict[str, Any]]) -> None:
        for record in records[5:]:
            record["enc/speed"] = 1.5

    rows = read(tub(tmp_path, odometer))
    assert everything(rows, "speed") == pytest.approx(np.full(31, 1.5))
    assert rows.counts["control"] == 35


def test_deleted_records_and_those_of_a_pilot_are_left_out_and_counted(tmp_path: Path) -> None:
    def piloted(records: list[dict[str, Any]]) -> None:
        records[20]["user/mode"] = "local"

    rows = read(tub(tmp_path, piloted, deleted=(0, 1, 10)))
    assert not {0, 1, 2, 10, 11, 20, 21} & {*numbers(rows)}  # nor those whose picture before is not there
    assert {9, 12, 19, 22} <= {*numbers(rows)}
    assert "manifest.json: 3 deleted records were left out." in rows.notes
    assert "manifest.json: 1 records in which a pilot drove were left out." in rows.notes


def test_sessions_of_a_tub_are_recordings_each_with_its_tests(tmp_path: Path) -> None:
    def later(records: list[dict[str, Any]]) -> None:
        for record in records[20:]:
            record["_session_id"] = "21-01-05_2"

    rows = read(tub(tmp_path / "tub", later))
    assert rows.groups is not None
    assert rows.split is not None
    tests = rows.split == "test"
    assert {*rows.groups[tests]} == {"tub 21-01-05_1 test 1", "tub 21-01-05_2 test 1"}
    assert [number for number, test in zip(numbers(rows), tests, strict=True) if test] == [
        *range(16, 20),
        *range(36, 40),
    ]


def test_times_of_a_conversion_are_no_times_of_a_drive(tmp_path: Path) -> None:
    def converted(records: list[dict[str, Any]]) -> None:
        for record in records:
            record["_timestamp_ms"] = 1_609_800_000_000 + 3 * record["_index"]

    rows = read(tub(tmp_path / "a", converted))
    assert rows.ids.tolist() == read(tub(tmp_path / "b")).ids.tolist()
    assert any("1 recordings, the first a 21-01-05_1, have no clock" in note for note in rows.notes)
    assert not any("have no clock" in note for note in read(tmp_path / "b").notes)


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "beyond": ({"user/angle": 1.2}, "user/angle: is 1.2, outside -1..1"),
    "NaN": ({"user/angle": float("nan")}, "user/angle: is nan"),
    "infinite": ({"user/throttle": float("inf")}, "user/throttle: is inf"),
    "no number": ({"user/angle": "left"}, "user/angle: is not a number: 'left'"),
    "endless": ({"user/throttle": 10**400}, "user/throttle: is not a number: '1000"),
    "nothing": ({"user/angle": None}, "user/angle: is not a number: 'None'"),
    "missing picture": ({"cam/image_array": "99.jpg"}, "cam/image_array: names '99.jpg', which is not there in images"),
    "leaving": ({"cam/image_array": "../../secret.jpg"}, "names '../../secret.jpg', which is not there"),
    "no picture": ({"cam/image_array": ""}, "names '', which is not there"),
    "clock": ({"_timestamp_ms": "noon"}, "_timestamp_ms: is not a number: 'noon'"),
    "too fast": ({"enc/speed": 300}, "enc/speed: is 300 m/s, more than 100"),
    "no index": ({"_index": "ten"}, "is no record in JSON with an _index"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_record_is_named_and_the_rest_goes_on(tmp_path: Path, what: str) -> None:
    values, reason = BAD[what]
    tub(tmp_path, lambda records: records[10].update(values))
    with pytest.raises(ew.RowsError) as error:
        read(tmp_path)
    assert "39 frames were found, with 1 problems" in error.value.here
    assert "catalog_0.catalog, line 11" in error.value.here
    assert reason in error.value.here
    assert error.value.why == "A bad value is never taken for a label, and no row is dropped silently."
    assert "skip_bad=True" in error.value.do
    rows = read(tmp_path, skip_bad=True)
    (problem,) = rows.problems
    assert reason in str(problem)
    assert {9, 12} <= {*numbers(rows)}
    assert not {10, 11} & {*numbers(rows)}


@pytest.mark.parametrize("line", ["\0\0\0\0", '{"_index": 10, "user/an', "[1, 2]", "7", "[" * 100_000])
def test_a_line_that_is_no_record_is_named(tmp_path: Path, line: str) -> None:
    tub(tmp_path, lambda records: records.__setitem__(10, line))  # type: ignore[call-overload]  # what tub writes as it is
    rows = read(tmp_path, skip_bad=True)
    assert [str(problem) for problem in rows.problems] == [
        "catalog_0.catalog, line 11: is no record in JSON with an _index"
    ]
    assert not {10, 11} & {*numbers(rows)}


def test_a_steer_beyond_full_lock_by_rounding_is_full_lock(tmp_path: Path) -> None:
    tub(tmp_path, lambda records: records[10].update({"user/angle": 1.0000002}))
    rows = read(tmp_path)
    assert everything(rows, "control")[numbers(rows).index(10), 0] == -1


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (
            lambda file: file.write_bytes(file.read_bytes()[:-200]),
            "cannot be read as a picture (image file is truncated",
        ),
        (lambda file: file.write_bytes(b""), "is an empty file"),
        (lambda file: file.write_text("no picture"), "is not a picture in a known format"),
        (lambda file: PIL.Image.new("L", (5, 90)).save(file), "has 5 x 90 px; 24 x 24 px are needed"),
    ],
)
def test_a_damaged_picture_is_named_and_the_rest_goes_on(
    tmp_path: Path, spoil: Callable[[Path], Any], reason: str
) -> None:
    spoil(tub(tmp_path) / "images" / "12_cam_image_array_.jpg")
    with pytest.raises(ew.RowsError, match=r"12_cam_image_array_\.jpg, camera: ") as error:
        read(tmp_path)
    assert reason in error.value.here
    rows = read(tmp_path, skip_bad=True)
    assert len(rows.problems) == 1
    assert len(rows) == 34
    assert not {12, 13} & {*numbers(rows)}


@pytest.mark.parametrize("last", ["", "[]", '{"paths": []}', '{"paths": ["cat', '{"deleted_indexes": 7}'])
def test_a_manifest_that_does_not_tell_what_was_deleted_is_refused(tmp_path: Path, last: str) -> None:
    tub(tmp_path)
    write(tmp_path / "manifest.json", last)
    with pytest.raises(ew.RowsError, match=r"manifest\.json: does not tell which records were deleted") as error:
        read(tmp_path, skip_bad=True)
    assert error.value.do == "Mend them: without them there is no row."


def test_where_everything_was_deleted_the_error_says_so(tmp_path: Path) -> None:
    with pytest.raises(ew.RowsError, match="none has one") as error:
        read(tub(tmp_path, deleted=tuple(range(COUNT))))
    assert error.value.here == "0 frames were found. manifest.json: 40 deleted records were left out."
    assert "deleted" in error.value.do


# Udacity


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("before", ["IMG/", "/home/ada/run 1/IMG/", "C:\\Users\\Ada\\Desktop\\run\\IMG\\"])
def test_logs_have_a_header_or_none_and_paths_of_another_machine(tmp_path: Path, header: bool, before: str) -> None:
    plain, other = udacity(tmp_path / "a"), udacity(tmp_path / "b", header=header, before=before)
    assert read(other).ids.tolist() == read(plain).ids.tolist()
    assert np.array_equal(everything(read(other), "control"), everything(read(plain), "control"))
    assert "driving_log.csv: of three cameras that in the middle was read." in read(other).notes


def test_throttle_and_brake_are_one_pedal_and_speed_is_in_metres_a_second(tmp_path: Path) -> None:
    rows = read(udacity(tmp_path))
    assert {*np.unique(everything(rows, "control")[:, 1])} == {np.float32(0.5), np.float32(-0.25)}
    assert everything(rows, "speed") == pytest.approx(np.full(35, 30 * MILE_AN_HOUR))


GOOD = "center_2016_12_01_13_30_00_000.jpg"
BAD_LINES = {
    f"IMG/{GOOD},l,r,1.5,0.5,0,30": "line 42, steering: is 1.5, outside -1..1",
    f"IMG/{GOOD},l,r,nan,0.5,0,30": "line 42, steering: is nan",
    f"IMG/{GOOD},l,r,0,0.5,-1,30": "line 42, brake: is -1, outside 0..1",
    f"IMG/{GOOD},l,r,0,0.5,0,": "line 42, speed: is not a number: ''",
    f"IMG/{GOOD},l,r,0": "line 42: has 4 cells, of 7: center, left, right, steering, throttle, brake, speed",
    "D:\\IMG\\none.jpg,l,r,0,0.5,0,30": "line 42, center: names 'none.jpg', which is not there in IMG",
}


@pytest.mark.parametrize("line", BAD_LINES)
def test_a_bad_line_of_a_log_is_named_and_the_rest_goes_on(tmp_path: Path, line: str) -> None:
    udacity(tmp_path, more=(line,))
    with pytest.raises(ew.RowsError) as error:
        read(tmp_path)
    assert f"driving_log.csv, {BAD_LINES[line]}" in error.value.here
    assert len(read(tmp_path, skip_bad=True)) == 35


def test_a_log_without_lines_is_named(tmp_path: Path) -> None:
    write(tmp_path / "driving_log.csv", "center,left,right,steering,throttle,brake,speed")
    with pytest.raises(ew.RowsError, match=r"driving_log\.csv: has no line"):
        read(tmp_path)


def test_a_log_that_is_no_table_keeps_the_lines_before(tmp_path: Path) -> None:
    udacity(tmp_path, more=("\0,\0",))
    (problem,) = read(tmp_path, skip_bad=True).problems
    assert problem.row == 42


def test_a_picture_that_a_log_names_twice_makes_two_rows(tmp_path: Path) -> None:
    line = f"IMG/{GOOD},l,r,0,0.5,0,30"
    rows = read(udacity(tmp_path, more=(line, line, line)))
    again = [name for name in rows.ids.tolist() if GOOD in name]
    assert again == [f"IMG/{GOOD}", f"IMG/{GOOD}:44"]  # the clock goes back before the first


def test_pictures_without_a_time_in_their_name_follow_the_order_of_the_log(tmp_path: Path) -> None:
    for at in range(COUNT):
        picture(tmp_path / "IMG" / f"center_{at}.jpg", at)
    write(tmp_path / "driving_log.csv", *(f"center_{at}.jpg,l,r,{at / 50},0,0,9" for at in range(COUNT)))
    assert len(read(tmp_path)) == 35


# comma2k19


def test_the_wheel_s_angle_and_the_speed_make_control(tmp_path: Path) -> None:
    rows = read(comma(tmp_path))
    times = 1000 + np.array([int(Path(name).stem) - 1 for name in rows.ids.tolist()]) / RATE
    control = everything(rows, "control")
    assert control[:, 0] == pytest.approx(0.5 * np.sin(times), abs=1e-4)
    assert control[:, 1] == pytest.approx(np.full(35, 1 / STRONGEST), abs=1e-3)
    assert everything(rows, "speed") == pytest.approx(10 + times - 1000, abs=1e-3)
    assert any("comma2k19 has no pedals" in note for note in rows.notes)


def test_braking_is_measured_by_the_hardest(tmp_path: Path) -> None:
    can = comma(tmp_path) / "b0c9_2018-08-02--08-34-47" / "40" / "processed_log" / "CAN" / "speed"
    with (can / "value").open("wb") as opened:
        np.save(opened, 30 - 2 * (np.load(can / "t") - 1000))
    assert everything(read(tmp_path), "control")[:, 1] == pytest.approx(np.full(35, -2 / HARDEST), abs=1e-3)


def test_segments_of_a_drive_are_one_recording(tmp_path: Path) -> None:
    rows = read(comma(tmp_path, (9, 10)))
    assert rows.split is not None
    assert (rows.split == "test").sum() == 16
    assert {Path(name).parts[-3] for name in rows.ids[rows.split == "test"]} == {"10"}
    assert sum("000001.png" in name for name in rows.ids.tolist()) == 1  # the tenth follows the ninth


def test_frames_without_a_logged_control_near_them_make_no_row(tmp_path: Path) -> None:
    can = comma(tmp_path) / "b0c9_2018-08-02--08-34-47" / "40" / "processed_log" / "CAN" / "steering_angle"
    times, values = np.load(can / "t"), np.load(can / "value")
    gone = (times > 1000.2) & (times < 1001)
    values[:5] = np.nan
    for name, kept in (("t", times[~gone]), ("value", values[~gone])):
        with (can / name).open("wb") as opened:
            np.save(opened, kept)
    rows = read(tmp_path)
    assert len(rows) < 30
    assert any("frames have no logged control near them" in note for note in rows.notes)
    assert np.isfinite(everything(rows, "control")).all()


def test_without_pictures_the_error_tells_what_was_read_and_how_to_take_them(tmp_path: Path) -> None:
    with pytest.raises(ew.RowsError, match="there are no pictures") as error:
        read(comma(tmp_path, pictures=0))
    assert "40/frames: 300 steering angles and 300 speeds were read" in error.value.here
    assert "ffmpeg -i video.hevc frames/%06d.jpg" in error.value.here


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("processed_log/CAN/speed/t", b"", "cannot be read as an array of numbers"),
        ("processed_log/CAN/speed/t", b"nonsense", "cannot be read as an array of numbers"),
        ("global_pose/frame_times", None, "is not there"),
        ("frames/000007.png", None, "holds 39 pictures for 40 frame_times"),
    ],
)
def test_a_segment_that_cannot_be_read_is_named_and_the_others_go_on(
    tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    file = comma(tmp_path, (3, 4)) / "b0c9_2018-08-02--08-34-47" / "3" / name
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    with pytest.raises(ew.RowsError) as error:
        read(tmp_path)
    assert reason in error.value.here
    assert len(read(tmp_path, skip_bad=True)) == 35


# Stretches


def frames(times: list[float], numbered: list[int] | None = None) -> list[Frame]:
    return [
        Frame(Path(str(at)), at if numbered is None else numbered[at], time, 0.0, 0.0) for at, time in enumerate(times)
    ]


@settings(deadline=None, max_examples=30)  # the time that this takes on a busy machine is no law
@given(st.integers(0, 1500), st.sampled_from([5.0, 14.0, 20.0, 60.0, 300.0]))
def test_no_picture_lies_on_two_sides(count: int, rate: float) -> None:
    where: dict[Path, set[str]] = {}
    made = list(stretches("drive", frames([at / rate for at in range(count)])))
    for before, now, stretch in made:
        assert now.number == before.number + 1
        for frame in (before, now):
            where.setdefault(frame.file, set()).add(stretch.name if stretch.part == "train" else "test")
    assert all(len(names) == 1 for names in where.values())
    tests = sum(stretch.part == "test" for *_, stretch in made)
    assert tests == round(0.2 * count)
    assert len(made) >= 0.85 * count - 22


@settings(deadline=None)
@given(st.lists(st.sampled_from([0.05, 0.06, 0.04, 0.2, -3.0, 7.0, 0.0]), min_size=20, max_size=120))
def test_no_pair_is_made_across_a_jump_of_the_clock(steps: list[float]) -> None:
    usual = np.median([step for step in steps if step > 0] or [1.0])
    for before, now, _ in stretches("drive", frames(np.cumsum([0.0, *steps]).tolist())):
        assert before.seconds is not None
        assert now.seconds is not None
        assert -1e-9 <= now.seconds - before.seconds <= JUMP * usual + 1e-9


def test_a_frame_that_comes_late_is_no_jump() -> None:
    times = np.arange(100) / 20
    times[50:] += 0.2
    assert len(list(stretches("drive", frames(times.tolist())))) == len(list(stretches("drive", frames([0.0] * 100))))


# Pictures


@settings(deadline=None)
@given(st.integers(24, 4000), st.integers(24, 4000))
def test_what_is_kept_is_twice_as_wide_as_high_and_ends_at_the_lower_end(width: int, height: int) -> None:
    left, top, right, bottom = window(width, height)
    assert right - left == pytest.approx(2 * (bottom - top))
    assert bottom == height
    assert left == pytest.approx(width - right)
    assert min(left, top) >= 0
    assert left == pytest.approx(0) or top == pytest.approx(0)


@settings(deadline=None, max_examples=20)
@given(st.integers(24, 700), st.integers(24, 700), st.sampled_from(["L", "RGB", "RGBA", "P", "1"]))
def test_a_picture_of_any_size_and_mode_shows_what_lies_ahead(
    tmp_path_factory: pytest.TempPathFactory, width: int, height: int, mode: str
) -> None:
    file = tmp_path_factory.mktemp("any") / "a.png"
    PIL.Image.new("L", (width, height), 255).convert(mode).save(file)
    assert ahead(file).shape == (HEIGHT, WIDTH)
    assert (ahead(file) == 255).all()


def test_the_upper_third_of_a_donkey_s_picture_is_cut_off(tmp_path: Path) -> None:
    assert ahead(picture(tmp_path / "a.png", 0)).max() < 255
    assert window(160, 120) == (0, 40, 160, 120)


# Errors


def test_a_folder_of_no_known_layout_lists_the_known_ones(tmp_path: Path) -> None:
    picture(tmp_path / "1.png", 0)
    with pytest.raises(ew.RowsError, match="none of the known layouts") as error:
        read(tmp_path)
    assert "It holds 1 pictures and 0 other files." in error.value.here
    assert all(layout in error.value.why for layout in LAYOUTS)
    assert error.value.do == "Point at the folder that holds both the log and the pictures."
    with pytest.raises(ew.RowsError, match="It has not the layout:\n  udacity"):
        read(tub(tmp_path / "tub"), "udacity")
    with pytest.raises(ew.RowsError, match="no such folder"):
        read(tmp_path / "nowhere")


def test_a_layout_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ew.RowsError, match="in the layout 'tesla'") as error:
        read(tmp_path, "tesla")
    assert error.value.here == "The layouts are donkey, udacity, comma."


def test_progress_is_told_for_each_picture(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    read(tub(tmp_path), progress=lambda done, total: told.append((done, total)))
    assert told == [(at, COUNT) for at in range(1, COUNT + 1)]


# The system


@settings(deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=3, max_size=50), st.floats(0.1, 3), st.floats(-1, 1))
def test_correlation_knows_neither_scale_nor_offset(steer: list[float], scale: float, offset: float) -> None:
    true = np.array(steer)
    lost = recorded.uncorrelated.aggregate
    if np.ptp(true) < 1e-3:
        return
    assert lost(np.stack([scale * true + offset, true], axis=1)) == pytest.approx(0, abs=1e-6)
    assert lost(np.stack([-scale * true, true], axis=1)) == pytest.approx(2, abs=1e-6)
    assert lost(np.stack([np.full_like(true, offset), true], axis=1)) == pytest.approx(1)


def test_errors_are_those_of_one_pedal_or_the_wheel() -> None:
    control = recorded.system().wants
    predicted, true = np.array([[0.5, 0.0], [0.0, 1.0]]), np.array([[0.25, 0.0], [-0.25, 0.5]])
    assert recorded.steering_error.records(control, predicted, true).tolist() == [0.25, 0.25]
    assert recorded.acceleration_error.records(control, predicted, true).tolist() == [0, 0.5]


def test_simulated_pictures_teach_the_mask_and_nothing_else(tmp_path: Path) -> None:
    beside = recorded.simulated(20)
    assert beside.counts == {"camera": 20, "speed": 20, "lane_mask": 20}
    rows = ew.Rows.join([read(tub(tmp_path)), beside])
    assert rows.split is not None
    assert (rows.split == "side").sum() == 20
    assert rows.counts["control"] == 35


def test_designs_see_the_speed_only_where_they_are_told_it() -> None:
    assert not recorded.system().source_names & {"speed"}
    assert recorded.system(told_speed=True).source_names >= {"speed"}
    assert [str(one) for one in ew.designs(recorded.system())] == [
        "camera -> lane_mask -> control",
        "camera -> control",
    ]


@pytest.mark.slow
def test_a_study_of_recordings_says_that_it_is_open_loop(tmp_path: Path) -> None:
    udacity(tmp_path / "run", more=("IMG/none.jpg,l,r,0,0,0,9",))
    study = recorded.study_of(
        tmp_path / "run",
        how={"skip_bad": True},
        quick=True,
        out=tmp_path / "out",
        sizes=[27],
        repeats=1,
        examples=False,
    )
    assert {point.design for point in study.verdict.designs} == {
        "camera -> control",
        "camera -> lane_mask -> control [chained]",
    }
    assert "open loop" in str(study.verdict)
    assert "who predicts a recording best need not drive best" in study.report.read_text(encoding="utf-8")
    assert any("none.jpg" in problem for problem in study.verdict.problems)
