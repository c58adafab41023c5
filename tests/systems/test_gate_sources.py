"""Each public layout, made small on disk, and everything that can be wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings, strategies as st

import endwise as ew
from endwise.systems.gate import sources, world
from endwise.systems.gate.casting import LEAST, MOST, cast, for_tests
from endwise.systems.gate.framing import HEIGHTS, Photograph, around, photograph, whole
from endwise.systems.gate.layouts import LAYOUTS
from endwise.systems.gate.signals import SIZE
from endwise.systems.gate.sources import detect, folders, read, system_for, table, wider
from endwise.systems.gate.system import VISIT


@cache
def drawn(person: int, picture: int = 0, size: tuple[int, int] = (112, 92)) -> world.Photograph:
    return world.portrait(person, picture=picture, size=size)


@cache
def scenery(people: tuple[int, ...], size: tuple[int, int]) -> world.Photograph:
    return world.photograph(people, size=size)


def save(file: Path, pixels: np.ndarray) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(pixels).save(file)
    return file


def write(file: Path, *lines: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def crowd(root: Path, pictures: dict[str, int], called: str = "{name}_{at:04}.jpg") -> Path:
    """A folder for each person, with so many pictures."""
    for number, (name, count) in enumerate(pictures.items()):
        for at in range(1, count + 1):
            save(root / name / called.format(name=name, at=at), drawn(number, at).picture)
    return root


def lfw(root: Path) -> Path:
    return crowd(root / "lfw", {"Ada_Lovelace": 6, "Alan_Turing": 4, "Emmy_Noether": 2, "Kurt_Goedel": 2, "Max": 1})


def orl(root: Path) -> Path:
    return crowd(root, {f"s{number}": 10 for number in range(1, 5)}, "{at}.pgm")


def vggface2(root: Path) -> Path:
    crowd(root / "train", {"n000002": 3, "n000003": 2}, "{at:04}_01.jpg")
    return crowd(root / "test", {"n000001": 4, "n000009": 1, "n000029": 3}, "{at:04}_01.jpg").parent


def scene(root: Path) -> Path:
    """Two people side by side, and one alone, with a table."""
    two, one = scenery((1, 2), (200, 700)), scenery((3,), (200, 240))
    save(root / "hall" / "two.png", two.picture), save(root / "hall" / "one.png", one.picture)
    boxes = [("hall/two.png", *two.face_box[0], "Ada"), ("hall/two.png", *two.face_box[1], "")]
    boxes += [("hall/one.png", *one.face_box[0], "Alan")]
    lines = [",".join([file, *(f"{side:.2f}" for side in sides), person]) for file, *sides, person in boxes]
    write(root / "faces.csv", "file,left,top,right,bottom,person", *lines)
    return root


def wider_face(root: Path, *more: str) -> Path:
    """A picture of two, one without anybody, in two parts."""
    two = scenery((1, 2), (200, 700))
    save(root / "WIDER_train" / "images" / "0--Parade" / "0_Parade_1.jpg", two.picture)
    save(root / "WIDER_train" / "images" / "0--Parade" / "0_Parade_2.jpg", scenery((), (120, 160)).picture)
    save(root / "WIDER_val" / "images" / "1--Car" / "1_Car_9.jpg", scenery((4,), (300, 300)).picture)
    sides = [f"{x:.0f} {y:.0f} {r - x:.0f} {b - y:.0f}" for x, y, r, b in two.face_box]
    face = scenery((4,), (300, 300)).face_box[0]
    write(
        root / "wider_face_split" / "wider_face_train_bbx_gt.txt",
        "0--Parade/0_Parade_1.jpg",
        "4",
        *(f"{one} 0 0 0 0 0 0 " for one in sides),
        "20 20 90 100 0 0 0 1 0 0 ",  # marked invalid
        "5 5 0 0 0 0 0 0 0 0 ",
        "0--Parade/0_Parade_2.jpg",
        "0",
        "0 0 0 0 0 0 0 0 0 0 ",
        *more,
    )
    left, top, right, bottom = (round(float(side)) for side in face)
    box = f"{left} {top} {right - left} {bottom - top} 0 0 0 0 0 0 "
    write(root / "wider_face_split" / "wider_face_val_bbx_gt.txt", "1--Car/1_Car_9.jpg", "1", box)
    return root


def taken(rows: ew.Rows, name: str) -> np.ndarray:
    return np.asarray(rows.take(name, np.flatnonzero(rows.has(name))))


def parts(rows: ew.Rows) -> dict[str, list[str]]:
    """Names in each split, each once."""
    assert rows.groups is not None
    assert rows.split is not None
    people = [group.split(VISIT)[0] for group in rows.groups.tolist()]
    return {
        part: sorted({name for name, of in zip(people, rows.split, strict=True) if of == part})
        for part in ("train", "test", "side")
    }


def enrolled(rows: ew.Rows) -> tuple[str, ...]:
    who = rows.signals["who"]
    assert isinstance(who, ew.Identity)
    return who.people


LAID_OUT: dict[str, Callable[[Path], Path]] = {"folders": lfw, "table": scene, "wider": wider_face}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_is_recognised_and_reads_the_same_by_its_name(tmp_path: Path, layout: str) -> None:
    root = LAID_OUT[layout](tmp_path)
    assert detect(root) == layout
    assert read(root).fingerprint == getattr(sources, layout)(root).fingerprint
    assert taken(read(root), "frame").shape[1:] == SIZE


def test_rows_do_not_say_where_the_folder_lies(tmp_path: Path) -> None:
    assert read(wider_face(tmp_path / "a")).fingerprint == read(wider_face(tmp_path / "b")).fingerprint


# Folders


def test_lfw_enrols_who_has_most_pictures_and_later_ones_are_for_tests(tmp_path: Path) -> None:
    rows = folders(lfw(tmp_path))
    assert enrolled(rows) == ("Ada_Lovelace",)
    assert rows.split is not None
    of = dict(zip(rows.ids.tolist(), rows.split.tolist(), strict=True))
    assert [of[f"Ada_Lovelace/Ada_Lovelace_000{at}.jpg"] for at in range(1, 7)] == ["train"] * 4 + ["test"] * 2
    assert "Max" in parts(rows)["test"]  # one picture teaches nothing
    assert rows.counts["who"] == len(rows) == 15
    assert "face_box" not in rows.signals


def test_orl_counts_10_after_9_and_reads_pgm(tmp_path: Path) -> None:
    rows = folders(orl(tmp_path), enrolled=["s2"])
    assert rows.split is not None
    of = dict(zip(rows.ids.tolist(), rows.split.tolist(), strict=True))
    assert [at for at in range(1, 11) if of[f"s2/{at}.pgm"] == "test"] == [7, 8, 9, 10]


def test_vggface2_keeps_to_its_parts(tmp_path: Path) -> None:
    rows = folders(vggface2(tmp_path))
    assert enrolled(rows) == ("n000001",)
    assert parts(rows) == {
        "train": ["n000001"],
        "test": ["n000001", "n000009", "n000029"],
        "side": ["n000002", "n000003"],
    }
    person = rows.signals["person"]
    assert isinstance(person, ew.Category)
    assert person.values == ("n000002", "n000003")


def test_only_others_carry_a_person_and_nobody_of_them_is_enrolled(tmp_path: Path) -> None:
    rows = folders(lfw(tmp_path), enrolled=1)
    assert rows.split is not None
    assert (rows.has("person") == (rows.split == "side")).all()
    assert (taken(rows, "who")[rows.split == "side"][:, 0] < 0).all()
    assert (taken(rows, "who")[rows.split == "train"][:, 0] == 0).all()


def test_the_pictures_of_one_person_are_visits_of_their_own(tmp_path: Path) -> None:
    rows = folders(lfw(tmp_path))
    assert rows.groups is not None
    assert len(set(rows.groups)) == len(rows)  # else pictures to train on and to test on were one group


def test_with_nobody_enrolled_everybody_teaches(tmp_path: Path) -> None:
    rows = folders(lfw(tmp_path), enrolled=0)
    assert parts(rows)["side"] == ["Ada_Lovelace", "Alan_Turing", "Emmy_Noether", "Kurt_Goedel", "Max"]
    assert "who" not in rows.signals


def test_a_part_of_a_frame_leaves_a_border(tmp_path: Path) -> None:
    save(tmp_path / "Ada" / "1.png", np.tile(np.arange(96, dtype=np.uint8), (96, 1)))
    full, less = (taken(folders(tmp_path, part=part), "frame")[0] for part in (1, 0.5))
    assert (full[:, :16] == 0).all()
    assert (full[:, -16:] == 95).all()
    assert np.array_equal(full[:, 16:-16], np.tile(np.arange(96), (96, 1)))
    assert (less[:, -40:] == less[0, -1]).all()
    assert (np.diff(less[48, 40:88].astype(int)) > 0).all()


@pytest.mark.parametrize("part", [0, -1, 1.5, float("nan")])
def test_a_part_that_is_none_is_refused(tmp_path: Path, part: float) -> None:
    with pytest.raises(ew.RowsError, match=f"to fill {part:g} of a frame") as error:
        folders(lfw(tmp_path), part=part)
    assert "part=0.6" in error.value.do


def test_one_bad_file_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    lfw(tmp_path)
    write(tmp_path / "lfw" / "Max" / "Max_0002.jpg", "no picture")
    save(tmp_path / "lfw" / "Max" / "Max_0003.jpg", np.zeros((5, 5), np.uint8))
    with pytest.raises(ew.RowsError) as error:
        folders(tmp_path)
    assert "17 faces were found, with 2 problems" in error.value.here
    assert "Max_0002.jpg, frame: is not a picture in a known format" in error.value.here
    assert "has 5 x 5 px" in error.value.here
    assert "skip_bad=True" in error.value.do
    rows = folders(tmp_path, skip_bad=True)
    assert len(rows) == 15
    assert [problem.file for problem in rows.problems] == ["lfw/Max/Max_0002.jpg", "lfw/Max/Max_0003.jpg"]


def test_a_folder_whose_name_is_none_is_a_problem(tmp_path: Path) -> None:
    crowd(tmp_path, {"Ada": 3, "Al\tan": 1, "x\u200ey": 1})
    rows = folders(tmp_path, skip_bad=True, enrolled=0)
    (problem,) = rows.problems
    assert "is no name of a person: It holds the character U+200E" in problem.reason
    assert parts(rows)["side"] == ["Ada", "Al an"]


def test_two_folders_of_one_name_are_a_problem(tmp_path: Path) -> None:
    crowd(tmp_path / "a", {"Ada": 3}), crowd(tmp_path / "b", {"Ada": 2})
    with pytest.raises(ew.RowsError, match="b/Ada, person: is called as a/Ada is"):
        folders(tmp_path)


def test_what_is_hidden_or_beside_the_folders_is_no_row(tmp_path: Path) -> None:
    crowd(tmp_path, {"Ada": 1, ".thumbnails": 1, "__MACOSX": 1})
    save(tmp_path / "group.png", drawn(1).picture)
    rows = folders(tmp_path, enrolled=0)
    assert rows.ids.tolist() == ["Ada/Ada_0001.jpg"]
    assert any(note.startswith("1 pictures belong to no row") for note in rows.notes)


# Pairs


def test_pairs_hold_people_out_and_choose_the_tests_of_the_enrolled(tmp_path: Path) -> None:
    lfw(tmp_path)
    pairs = write(tmp_path / "pairs.txt", "1\t2", "Ada_Lovelace\t1\t3", "Emmy_Noether\t1\tKurt_Goedel\t2")
    rows = folders(tmp_path, pairs=pairs)
    assert rows.split is not None
    of = dict(zip(rows.ids.tolist(), rows.split.tolist(), strict=True))
    assert [of[f"lfw/Ada_Lovelace/Ada_Lovelace_000{at}.jpg"] for at in (1, 2, 3)] == ["test", "train", "test"]
    assert parts(rows)["side"] == ["Alan_Turing"]
    assert parts(rows)["test"] == ["Ada_Lovelace", "Emmy_Noether", "Kurt_Goedel", "Max"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Ada_Lovelace\t1\t99", "names picture 99 of Ada_Lovelace, which is not there"),
        ("Ada_Lovelace\t1\tNobody\t1", "names picture 1 of Nobody, which is not there"),
        ("Ada Lovelace and others", "is no pair: 'Ada Lovelace and others'"),
    ],
)
def test_a_pair_that_cannot_be_is_a_problem(tmp_path: Path, line: str, reason: str) -> None:
    lfw(tmp_path)
    with pytest.raises(ew.RowsError, match=f"pairs.txt, line 2, pair: {reason}"):
        folders(tmp_path, pairs=write(tmp_path / "pairs.txt", "300", line))


def test_pairs_that_are_not_there_are_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ew.RowsError, match="cannot be opened"):
        folders(lfw(tmp_path), pairs=tmp_path / "none.txt")


# Tables and scenes


def test_a_table_gives_a_row_a_face_with_its_box(tmp_path: Path) -> None:
    rows = table(scene(tmp_path), enrolled=0)
    assert rows.ids.tolist() == ["hall/two.png:1", "hall/two.png:2", "hall/one.png"]
    assert rows.counts == {"frame": 3, "face_box": 3, "person": 2}
    boxes = taken(rows, "face_box")
    heights = boxes[:, 3] - boxes[:, 1]
    assert ((heights > HEIGHTS[0] - 1) & (heights < HEIGHTS[1] + 1)).all()
    assert rows.groups is not None
    assert len(set(rows.groups)) == 3


def test_a_table_of_people_without_boxes_takes_pictures_whole(tmp_path: Path) -> None:
    save(tmp_path / "a.png", drawn(1).picture)
    write(tmp_path / "t.csv", "file,left,top,right,bottom,person", "a.png,,,,,Ada")
    rows = table(tmp_path)
    assert rows.counts == {"frame": 1, "person": 1}
    assert np.array_equal(taken(rows, "frame")[0], whole(drawn(1).picture))


BAD = {
    "b.png,1,2,30,40,Ada": "line 2, file: names 'b.png', which is not there",
    "../b.png,1,2,30,40,Ada": "line 2, file: names '../b.png', which leaves the folder",
    "a.png,1,two,30,40,Ada": "line 2, box: is not four numbers: 1, two, 30, 40",
    "a.png,1,,30,40,Ada": "line 2, box: is not four numbers",
    "a.png,30,2,1,40,Ada": "line 2, box: is empty: 30, 2, 1, 40",
    "a.png,1,2,nan,40,Ada": "line 2, box: is empty",
    "a.png,1,2,inf,40,Ada": "line 2, box: is empty",
    "a.png,900,2,930,40,Ada": "line 2, box: a.png: lies outside",
    "a.png,1,2,30,40,A\u200eda": "line 2, person: is no name of a person",
    "a.png,1,2,30": "line 2: has 4 cells, the header has 6",
}


@pytest.mark.parametrize("line", BAD)
def test_a_bad_line_is_named_with_its_reason_or_left_out(tmp_path: Path, line: str) -> None:
    save(tmp_path / "a.png", drawn(1).picture)
    good = "a.png,20,30,70,85,Ada"
    write(tmp_path / "t.csv", "file,left,top,right,bottom,person", line, good)
    with pytest.raises(ew.RowsError) as error:
        read(tmp_path)
    assert f"t.csv, {BAD[line]}" in error.value.here
    assert len(read(tmp_path, skip_bad=True)) == 1


def test_wider_gives_faces_that_are_nobodys_as_side_rows(tmp_path: Path) -> None:
    rows = wider(wider_face(tmp_path))
    assert rows.counts == {"frame": 3, "face_box": 3}
    assert rows.split is not None
    assert rows.split.tolist() == ["side"] * 3
    assert any("2 faces marked invalid, or without height, were left out" in note for note in rows.notes)
    assert rows.groups is not None
    assert len(set(rows.groups)) == 2  # two faces are on one picture


def test_wider_and_people_are_studied_together(tmp_path: Path) -> None:
    rows = ew.Rows.join([folders(lfw(tmp_path / "people")), wider(wider_face(tmp_path / "scenes"))])
    assert rows.counts["face_box"] == 3
    assert system_for(rows).wants == rows.signals["who"]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["0--Parade/none.jpg", "1", "1 2 30 40 0 0 0 0 0 0"], "names '0--Parade/none.jpg', which is not there"),
        (["0--Parade/0_Parade_1.jpg", "many"], "has no count of faces after 0--Parade/0_Parade_1.jpg"),
        (["0--Parade/0_Parade_1.jpg", "1", "1 2 wide 40"], "is not a box of whole numbers: '1 2 wide 40'"),
        (["0--Parade/0_Parade_1.jpg", "1", "999 2 60 70"], "lies outside"),
    ],
)
def test_a_damaged_wider_text_is_a_problem(tmp_path: Path, lines: list[str], reason: str) -> None:
    wider_face(tmp_path, *lines)
    with pytest.raises(ew.RowsError, match=r"wider_face_train_bbx_gt\.txt, line 1") as error:
        wider(tmp_path)
    assert reason in error.value.here
    assert len(wider(tmp_path, skip_bad=True)) >= 3


def test_faces_that_are_too_small_are_counted(tmp_path: Path) -> None:
    scene(tmp_path)
    with (tmp_path / "faces.csv").open("a") as more:
        more.write("hall/two.png,3,3,15,20,\n")
    rows = table(tmp_path, enrolled=0)
    assert len(rows) == 3
    assert any(note.startswith("1 faces were left out: under 24 px") for note in rows.notes)


def test_where_no_face_is_large_enough_there_are_no_rows(tmp_path: Path) -> None:
    save(tmp_path / "a.png", scenery((1,), (300, 500)).picture)
    write(tmp_path / "t.csv", "file,left,top,right,bottom", "a.png,1,1,12,15")
    with pytest.raises(ew.RowsError, match="None is 24 px high or more") as error:
        table(tmp_path)
    assert "1 faces are marked in 1 pictures" in error.value.here


# Frames


@settings(deadline=None)  # the time that a resize takes on a busy machine is no law
@given(
    st.tuples(st.integers(24, 700), st.integers(24, 700)),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
    st.floats(10, 300),
    st.integers(0, 9),
)
def test_the_face_lies_in_its_frame_where_its_box_says(
    size: tuple[int, int], middle: tuple[float, float], high: float, seed: int
) -> None:
    """A bright face on a dark picture: what is bright in the frame has the box's middle and sides."""
    centre = np.array(middle) * size[::-1]
    half = np.array([0.4, 0.5]) * high
    box = np.concatenate([centre - half, centre + half])
    columns, lines = np.arange(size[1]) + 0.5, np.arange(size[0]) + 0.5
    across, down = ((at > low) & (at < end) for at, low, end in ((columns, box[0], box[2]), (lines, box[1], box[3])))
    pixels = np.where(down[:, None] & across, 255, 0).astype(np.uint8)
    made = around(Photograph(pixels, np.ones(2)), box, [], seed)
    if made is None:
        assert high < HEIGHTS[0] + 0.5 or high * 96 / size[0] > HEIGHTS[1]
        return
    assert made.frame.shape == SIZE
    assert HEIGHTS[0] - 0.6 <= made.box[3] - made.box[1] <= HEIGHTS[1] + 0.6
    assert (made.box[:2] >= -0.5).all()
    assert (made.box[2:] <= np.array(SIZE[::-1]) + 0.5).all()
    left, top, right, bottom = made.box
    inside = np.zeros(SIZE, bool)
    inside[max(int(np.ceil(top)) + 3, 0) : int(bottom) - 3, max(int(np.ceil(left)) + 3, 0) : int(right) - 3] = True
    if ((box[:2] >= 0) & (box[2:] <= size[::-1])).all():
        assert (made.frame[inside] > 200).all()


def test_a_second_face_is_never_in_a_frame(tmp_path: Path) -> None:
    two = scenery((1, 2), (200, 700))
    for seed in range(20):
        made = around(Photograph(two.picture, np.ones(2)), two.face_box[0], [two.face_box[1]], seed)
        if made is not None:
            scale = (made.box[3] - made.box[1]) / (two.face_box[0][3] - two.face_box[0][1])
            middles = (two.face_box[:, :2] + two.face_box[:, 2:]) / 2
            across = (made.box[0] + made.box[2]) / 2 + scale * (middles[1, 0] - middles[0, 0])
            assert across > SIZE[1] - 1
    beside = two.face_box[0] + 10
    assert around(Photograph(two.picture, np.ones(2)), two.face_box[0], [beside], 0) is None


def test_boxes_are_those_of_the_upright_picture_as_stored(tmp_path: Path) -> None:
    """A large JPEG is decoded smaller, and one that is turned is turned back."""
    shown = PIL.Image.fromarray(scenery((1,), (300, 500)).picture).resize((3000, 2500))
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    shown.transpose(PIL.Image.Transpose.ROTATE_90).save(tmp_path / "a.jpg", exif=exif)
    found = photograph(tmp_path / "a.jpg")
    assert found.pixels.shape == (1250, 1500)
    assert found.scale.tolist() == [0.5, 0.5]


@pytest.mark.parametrize("size", [(24, 24), (24, 2000), (3000, 30), (96, 128), (1000, 1000)])
def test_a_picture_of_any_size_makes_a_frame(size: tuple[int, int]) -> None:
    made = whole(np.full(size, 77, np.uint8))
    assert made.shape == SIZE
    assert (made == 77).all()


# Who plays which part

NAMES = st.text("abcdefgh", min_size=1, max_size=4)
COUNTS = st.dictionaries(NAMES, st.integers(1, 8), max_size=40)


@settings(deadline=None)
@given(COUNTS, st.sets(NAMES), st.sets(NAMES))
def test_everybody_plays_one_part_and_who_is_held_out_teaches_nothing(
    counts: dict[str, int], held_out: set[str], learnt: set[str]
) -> None:
    learnt = learnt - held_out
    made = cast(counts, held_out=held_out, learnt=learnt)
    assert sorted([*made.enrolled, *made.strangers, *made.others]) == sorted(counts)
    assert made == cast(dict(reversed(counts.items())), held_out=held_out, learnt=learnt)
    assert all(counts[name] >= LEAST for name in made.enrolled)
    assert len(made.enrolled) <= MOST
    if made.enrolled:
        assert not held_out & {*made.others}
        assert all(counts[name] > 1 or name in learnt for name in made.others)
        assert {*counts} & learnt <= {*made.others}


@settings(deadline=None)
@given(COUNTS, st.integers(0, 5))
def test_those_with_most_pictures_are_enrolled(counts: dict[str, int], many: int) -> None:
    able = sum(count >= LEAST for count in counts.values())
    if many > able:
        with pytest.raises(ew.RowsError, match=f"{many} people were to be enrolled"):
            cast(counts, enrolled=many)
        return
    made = cast(counts, enrolled=many)
    assert len(made.enrolled) == many
    rest = [counts[name] for name in counts if name not in made.enrolled]
    assert min((counts[name] for name in made.enrolled), default=99) >= max(rest, default=0)


@given(st.integers(3, 40), st.sets(st.integers(0, 39)))
def test_two_pictures_are_left_to_learn_and_one_to_be_met_on(count: int, named: set[int]) -> None:
    pictures = [str(at) for at in range(count)]
    chosen = for_tests(pictures, {str(at) for at in named})
    assert 1 <= len(chosen) <= count - 2


def test_strangers_and_others_take_turns() -> None:
    made = cast({"most": 9, **{f"p{at}": 2 for at in range(100)}}, enrolled=["MOST"])
    assert made.enrolled == ("most",)
    assert (len(made.others), len(made.strangers)) == (50, 50)


def test_named_people_have_to_be_there_with_pictures_enough() -> None:
    with pytest.raises(ew.RowsError) as error:
        cast({"Ada": 5, "Max": 2}, enrolled=["Ada", "Max", "Grace"])
    assert error.value.here == "There are 2 people. Of Max there are 2 pictures; Nobody is called 'Grace'."
    assert "enrolled=20" in error.value.do


# Errors


def test_a_folder_of_no_known_layout_lists_the_known_ones(tmp_path: Path) -> None:
    save(tmp_path / "1.png", drawn(1).picture)
    with pytest.raises(ew.RowsError, match="none of the known layouts") as error:
        read(tmp_path)
    assert "It holds 1 pictures and 0 other files." in error.value.here
    assert all(layout in error.value.why for layout in LAYOUTS)
    with pytest.raises(ew.RowsError, match="It has not the layout:\n  wider"):
        wider(tmp_path)
    with pytest.raises(ew.RowsError, match="no such folder"):
        folders(tmp_path / "nowhere")


def test_what_a_table_of_people_tells_is_a_group_of_its_own(tmp_path: Path) -> None:
    root = lfw(tmp_path)
    write(
        root / "people.csv", "person,sex,age_group", "ada_lovelace,female,", "Alan_Turing,male,40s", "Nobody,male,40s"
    )
    rows = folders(root)
    of = system_for(rows).slices[2:]
    assert [(one.title, one.of.name) for one in of] == [("sex", "sex"), ("age group", "age_group")]
    assert rows.signals["sex"].values == ("female", "male")  # type: ignore[attr-defined]
    told = {name: rows.has(name) for name in ("sex", "age_group")}
    people = [row_id.split("/")[0] for row_id in rows.ids]
    assert {people[at] for at in np.flatnonzero(told["sex"])} == {"Ada_Lovelace", "Alan_Turing"}
    assert {people[at] for at in np.flatnonzero(told["age_group"])} == {"Alan_Turing"}
    ada = np.flatnonzero(np.array(people) == "Ada_Lovelace")
    assert set(rows.take("sex", ada).tolist()) == {0}


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["name,sex", "Max,male"], "has to begin with a line of column names"),
        (["person,crop", "Max,big"], "'crop' can be no group: it is the name of a signal, or no word"),
        (["person,hair colour", "Max,red"], "'hair colour' can be no group"),
        (["person,sex", "Max,male", "max,female"], "puts max into a second group, 'female'"),
        (["person,sex", "Max"], "has 1 cells, the header has 2"),
        (["person,sex", " ,male"], "is no name of a person"),
        (["person,age", *(f"p{age},{age}" for age in range(21))], "has 21 groups; at most 20 can be told apart"),
    ],
)  # fmt: skip
def test_a_table_of_people_that_cannot_be_used_is_a_problem(tmp_path: Path, lines: list[str], reason: str) -> None:
    root = lfw(tmp_path)
    write(root / "people.csv", *lines)
    with pytest.raises(ew.RowsError, match=re.escape(reason)):
        folders(root)
    rows = folders(root, skip_bad=True)
    assert len(rows.problems) == 1


def test_a_system_needs_somebody_enrolled_and_somebody_else(tmp_path: Path) -> None:
    with pytest.raises(ew.RowsError, match="Nobody is enrolled, and somebody is an other") as error:
        system_for(folders(lfw(tmp_path), enrolled=0))
    assert "enrolled=10" in error.value.do


def test_progress_is_told_for_each_picture(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    folders(lfw(tmp_path), progress=lambda done, total: told.append((done, total)))
    assert told == [(at, 15) for at in range(1, 16)]
