"""What lies in a folder of hand radiographs, in the layouts in which people download them.

    tables     RSNA 2017 (id, boneage, male; Image ID, male, Bone Age (months); Case ID, Sex), RHPE (ID, Male, Boneage)
    boxes      Pascal VOC: one XML file a picture, a box a joint, whose centre is the joint
    keypoints  RHPE: COCO's JSON of images and annotations, with a box round the hand
    folders    Digital Hand Atlas: JPEGimages/ASIF/ASIF04/5132.jpg, race, sex and year of age

Pictures, tables and marks meet by the picture's name without its ending; 00012 is 12.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Generic, TypeVar
from xml.etree import ElementTree

import endwise as ew
from endwise.systems.bone_age.pictures import DICOMS, PICTURES, Sides

HEADINGS: Final = {
    "id": ("id", "imageid", "caseid", "file", "filename"),
    "age": ("boneage", "boneagemonths", "groundtruthboneagemonths"),
    "sex": ("male", "sex", "gender"),
    "mm_per_px": ("mmperpx", "pixelspacing", "pixelspacingmm"),
}
"""Headings of columns, in small letters without spaces and signs."""
SEXES: Final = {"m": "M", "male": "M", "f": "F", "female": "F"}
MALE: Final = {"true": "M", "1": "M", "1.0": "M", "false": "F", "0": "F", "0.0": "F", **SEXES}
"""What stands under 'male', where 1 says yes; under 'sex' a number would be a guess."""
_PART: Final = re.compile(r"(?<![a-z])(train|val|test)", re.IGNORECASE)
_ATLAS: Final = re.compile(r"(ASI|BLK|CAU|HIS)([FM])(\d\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """What one place says of one picture: a file, its line, and the cells under our names ('age', 'sex', ...)."""

    file: str
    line: int | None = None
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Marks:
    """Points by name in pixels of the original picture, its (width, height) where known, the hand's box."""

    file: str
    points: Mapping[str, tuple[float, float]]
    size: tuple[int, int] | None = None
    crop: Sides | None = None


Key = tuple[str, str]
"""Part ('train', 'val', 'test' or '') and name of a picture."""
Thing = TypeVar("Thing")


class Shelf(Generic[Thing]):
    """Things by key. A part that only one side names does not keep them apart."""

    def __init__(self) -> None:
        self.things: dict[Key, Thing] = {}
        self._parts: dict[str, list[str]] = {}

    def put(self, key: Key, thing: Thing) -> bool:
        """Keep a thing; False when the place is taken."""
        if key in self.things:
            return False
        self.things[key] = thing
        self._parts.setdefault(key[1], []).append(key[0])
        return True

    def find(self, key: Key) -> Key | None:
        """The key here that `key` means: the same, or the only one of that name when either names no part."""
        if key in self.things:
            return key
        parts = self._parts.get(key[1], [])
        alone = [part for part in parts if not part or not key[0]]
        return (alone[0], key[1]) if len(alone) == 1 else None


@dataclass
class Found:
    """Everything that was recognised in a folder."""

    root: Path
    pictures: Shelf[Path] = field(default_factory=Shelf)
    rows: Shelf[Entry] = field(default_factory=Shelf)
    marks: Shelf[Marks] = field(default_factory=Shelf)
    problems: list[ew.Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def name(self, file: Path) -> str:
        """A file as messages call it: relative to the folder, in characters that can be printed."""
        return str(file.relative_to(self.root)).encode("utf-8", "backslashreplace").decode()


def find(root: Path) -> Found:
    """Look through a folder and all folders in it; hidden files and macOS's leftovers are passed over."""
    found = Found(root)
    readers = {".csv": _read_table, ".xml": _read_boxes, ".json": _read_keypoints}
    for file in sorted(file for file in root.rglob("*") if _wanted(file.relative_to(root)) and file.is_file()):
        suffix = file.suffix.lower()
        if suffix in (*PICTURES, *DICOMS) and not found.pictures.put(_key(found, file, file.stem), file):
            found.ignored.append(f"{found.name(file)} (another picture has its name)")
        if suffix in readers:
            try:
                readers[suffix](found, file)
            except (ValueError, KeyError, TypeError, SyntaxError, csv.Error) as error:
                found.problems.append(ew.Problem(found.name(file), None, "", f"cannot be read ({error})"))
    return found


def atlas_of(picture: Path) -> Mapping[str, str]:
    """Sex, and age in months, by the Digital Hand Atlas's name of the picture's folder; empty for other folders.

    The age is the middle of the year of the calendar that the folder names: its children are healthy.

    >>> atlas_of(Path("JPEGimages/ASIF/ASIF04/5132.jpg"))
    {'sex': 'F', 'age': '54.0'}
    """
    named = _ATLAS.fullmatch(picture.parent.name)
    return {"sex": named[2].upper(), "age": str((int(named[3]) + 0.5) * 12)} if named else {}


def _wanted(file: Path) -> bool:
    return not any(part.startswith(".") or part == "__MACOSX" for part in file.parts)


def _key(found: Found, file: Path, name: str) -> Key:
    part = _PART.search(str(file.relative_to(found.root)))
    plain = Path(name.strip().casefold()).name
    plain = plain[: -len(Path(plain).suffix)] if Path(plain).suffix in (*PICTURES, *DICOMS) else plain
    return part[1].lower() if part else "", plain.lstrip("0") or plain


def _read_table(found: Found, file: Path) -> None:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        head = lines.readline()
        delimiter = max(",;\t", key=head.count)
        columns = _columns(next(csv.reader([head], delimiter=delimiter), []))
        if "id" not in columns or not {"age", "sex"} & set(columns):
            found.ignored.append(f"{found.name(file)} (no columns of an id and a bone age or sex)")
            return
        reader = csv.reader(lines, delimiter=delimiter)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                _put_row(found, file, reader.line_num + 1, columns, cells)


def _columns(heading: list[str]) -> dict[str, tuple[int, str]]:
    """Our name of each column that we know: where it stands, and its heading."""
    plain = [re.sub(r"[^a-z]", "", name.casefold()) for name in heading]
    known = {ours: [at for at, name in enumerate(plain) if name in theirs] for ours, theirs in HEADINGS.items()}
    return {ours: (at[0], plain[at[0]]) for ours, at in known.items() if at}


def _put_row(found: Found, file: Path, line: int, columns: Mapping[str, tuple[int, str]], row: list[str]) -> None:
    cells = {ours: row[at].strip() if at < len(row) else "" for ours, (at, _) in columns.items()}
    name = cells.pop("id")
    if "sex" in cells:
        known = MALE if columns["sex"][1] == "male" else SEXES
        cells["sex"] = known.get(cells["sex"].casefold(), cells["sex"])
    key = _key(found, file, name)
    fault = "" if found.rows.put(key, Entry(found.name(file), line, cells)) else f"'{name}' is there twice"
    if fault or not name:
        found.problems.append(ew.Problem(found.name(file), line, "id", fault or "is empty"))


def _read_boxes(found: Found, file: Path) -> None:
    root = ElementTree.parse(file).getroot()
    if root.tag != "annotation":
        found.ignored.append(f"{found.name(file)} (no Pascal VOC annotation)")
        return
    centres = [(_text(thing, "name"), _centre(thing)) for thing in root.iter("object")]
    width, height = (int(float(root.findtext(f"size/{side}") or 0)) for side in ("width", "height"))
    size = (width, height) if width and height else None  # some labelling tools write zeros
    found.marks.put(_key(found, file, file.stem), Marks(found.name(file), _named(centres), size))


def _text(thing: ElementTree.Element, path: str) -> str:
    text = thing.findtext(path)
    if text is None:
        raise ValueError(f"an object has no {path}")
    return text.strip()


def _centre(thing: ElementTree.Element) -> tuple[float, float]:
    left, top, right, bottom = (float(_text(thing, f"bndbox/{side}")) for side in ("xmin", "ymin", "xmax", "ymax"))
    return (left + right) / 2, (top + bottom) / 2


def _named(centres: list[tuple[str, tuple[float, float]]]) -> dict[str, tuple[float, float]]:
    """Points by name; where several share one (five 'DistalPhalanx'), they are numbered from the left."""
    often = Counter(name for name, _ in centres)
    seen: Counter[str] = Counter()
    points: dict[str, tuple[float, float]] = {}
    for name, centre in sorted(centres):
        seen[name] += 1
        points[name if often[name] == 1 else f"{name} {seen[name]}"] = centre
    return points


def _read_keypoints(found: Found, file: Path) -> None:
    content = json.loads(file.read_text(encoding="utf-8"))
    if not (isinstance(content, dict) and {"images", "annotations"} <= set(content)):
        found.ignored.append(f"{found.name(file)} (no COCO images and annotations)")
        return
    images = {image["id"]: image for image in content["images"]}
    names = next((one["keypoints"] for one in content.get("categories", []) if one.get("keypoints")), None)
    for annotation in content["annotations"]:
        image = images[annotation["image_id"]]
        size = (int(image["width"]), int(image["height"])) if image.get("width") and image.get("height") else None
        points = dict(_keypoints(annotation.get("keypoints", []), names))
        marks = Marks(found.name(file), points, size, _box(annotation.get("bbox")))
        if not found.marks.put(_key(found, file, image["file_name"]), marks):
            found.ignored.append(f"{found.name(file)} (a second hand on {image['file_name']})")


def _keypoints(flat: list[float], names: list[str] | None) -> Iterator[tuple[str, tuple[float, float]]]:
    """COCO's x, y, v a point; v is 0 where the point was not marked."""
    for at in range(0, len(flat), 3):
        x, y, seen = flat[at : at + 3]
        if seen:
            yield (names[at // 3] if names else f"point {at // 3 + 1}"), (float(x), float(y))


def _box(box: Any) -> Sides | None:
    """COCO's left, top, width, height as sides."""
    if not box:
        return None
    left, top, width, height = map(float, box)
    return left, top, left + width, top + height
