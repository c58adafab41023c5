"""The README's example is run as it stands, on smaller pictures."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

README = Path(__file__).parents[1] / "README.md"
STAGE = """
import numpy as np

def bone_lengths(joints):
    return np.linalg.norm(np.diff(joints, axis=1), axis=2)[:, :19]

"""


def _hands(folder: Path) -> None:
    """Rows such as the example reads: pictures, joints for half of them, ages for most."""
    random = np.random.default_rng(0)
    folder.mkdir()
    with (folder / "rows.csv").open("w", newline="") as out:
        table = csv.writer(out)
        table.writerow(["xray", "joints", "age"])
        for at in range(40):
            Image.fromarray(random.integers(0, 255, (32, 24), dtype=np.uint8)).save(folder / f"{at}.png")
            points = json.dumps(random.uniform(2, 22, (24, 2)).round(1).tolist()) if at % 2 else ""
            table.writerow([f"{at}.png", points, at * 5 if at % 5 else ""])


def test_the_example_runs_and_is_short(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    _hands(tmp_path / "hands")
    small = example.replace("size=(128, 96)", "size=(32, 24)").replace('"hands")', '"hands", sizes=[12], repeats=1)')
    assert small.count("sizes=[12]") == small.count("(32, 24)") == 1
    (tmp_path / "example.py").write_text(STAGE + small)
    ran = subprocess.run([sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "is best of" in ran.stdout
    assert (tmp_path / "runs" / "bone-age" / "report.html").exists()
