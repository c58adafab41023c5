"""Detectors of OpenCV as plug-ins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import endwise as ew
from endwise.systems.gate.detectors import Haar, YuNet, whole
from endwise.systems.gate.signals import face_box, frame

BLOCKED = """
import sys
sys.modules["cv2"] = None
from endwise.systems.gate.detectors import Haar
Haar()
"""


def test_without_opencv_the_install_line_is_told() -> None:
    done = subprocess.run([sys.executable, "-c", BLOCKED], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "The package opencv-python-headless is not installed." in done.stderr
    assert "pip install 'endwise[opencv]'" in done.stderr


def test_all_of_a_frame_is_a_box() -> None:
    assert whole(np.zeros((96, 128), np.uint8)).tolist() == [0, 0, 128, 96]


def test_a_cascade_finds_drawn_faces() -> None:
    """Portraits face the camera in good light, as the cascade wants them; most are found, and where they are."""
    pytest.importorskip("cv2", reason="the extra 'opencv' is not installed")
    from endwise.systems.gate.world import portrait

    photos = [portrait(person, size=(96, 128)) for person in range(8)]
    component = ew.fixed(frame, to=face_box, using=Haar(), name="haar", start="frozen")
    found = component.apply(np.stack([photo.picture for photo in photos]))
    apart = [face_box.distance(box, photo.face_box[0]) for box, photo in zip(found, photos, strict=True)]
    assert np.median(apart) < 0.4
    nothing = component.apply(np.zeros((1, 96, 128), np.uint8))
    assert nothing[0].tolist() == [0, 0, 128, 96]


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    pytest.importorskip("cv2", reason="the extra 'opencv' is not installed")
    with pytest.raises(ew.EndwiseError, match="There is no such file"):
        YuNet(tmp_path / "yunet.onnx")
