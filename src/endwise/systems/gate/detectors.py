"""Other people's face detectors as plug-ins, through the extra `opencv`: Haar cascades and YuNet."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Final

import numpy as np

import endwise as ew
from endwise.systems.gate.signals import SIZE

NARROWER: Final = 0.1
"""Share of a Haar square that lies beside the face, on each side. On 30 portraits of the built-in world the boxes then
overlap the true ones by .89 (median), and 29 are found; of 150 frames with rooms 86 % are."""
SMALLEST: Final = 20
"""Pixels from which on a Haar cascade looks for faces: those of its training."""


class Haar:
    """Frames to boxes, by OpenCV's frontal face cascade (Viola & Jones 2001); hand it over with `start="frozen"`.

    `ew.fixed(frame, to=face_box, using=Haar(), name="haar", start="frozen")`. Takes uint8 (N, H, W), makes (N, 4) px.
    Where no face is found the box is the whole frame: a design always answers. Raises MissingExtra without OpenCV.
    """

    def __init__(self) -> None:
        cv2 = _cv2()
        file = Path(cv2.data.haarcascades) / "haarcascade_frontalface_default.xml"
        self._file = str(file)

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        cascade = _cv2().CascadeClassifier(self._file)
        return np.stack([self._found(cascade, frame) for frame in frames])

    def _found(self, cascade: Any, frame: np.ndarray) -> np.ndarray:
        found = cascade.detectMultiScale(frame, 1.05, 3, minSize=(SMALLEST, SMALLEST))
        if not len(found):
            return whole(frame)
        left, top, wide, high = max(found, key=lambda box: box[2])
        return np.array([left + NARROWER * wide, top, left + (1 - NARROWER) * wide, top + high], np.float32)


class YuNet:
    """Frames to boxes, by YuNet (Wu, Peng & Yu 2023) in the ONNX `file` of OpenCV's model zoo, which is not shipped.

    Like `Haar`; raises EndwiseError where the file is not there.
    """

    LIKELY: Final = 0.5

    def __init__(self, file: str | Path) -> None:
        _cv2()
        self._file = str(file)
        if not Path(file).is_file():
            raise ew.EndwiseError(
                f"Faces were to be found by the YuNet model {file}.",
                "There is no such file.",
                "The model's weights are not part of endwise.",
                "Take face_detection_yunet_2023mar.onnx from OpenCV's model zoo, and give its path.",
            )

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        height, width = frames.shape[1:]
        detector = _cv2().FaceDetectorYN.create(self._file, "", (width, height), self.LIKELY)
        return np.stack([self._found(detector, frame) for frame in frames])

    def _found(self, detector: Any, frame: np.ndarray) -> np.ndarray:
        _, found = detector.detect(np.repeat(frame[:, :, None], 3, axis=2))
        if found is None or not len(found):
            return whole(frame)
        left, top, wide, high = max(found, key=lambda face: face[-1])[:4]
        return np.array([left, top, left + wide, top + high], np.float32)


def whole(frame: np.ndarray) -> np.ndarray:
    """The box of all of a frame."""
    return np.array([0, 0, frame.shape[1], frame.shape[0]], np.float32)


def _cv2() -> Any:
    try:
        found = importlib.import_module("cv2")
    except ImportError:
        raise ew.MissingExtra(
            "A face detector of OpenCV was asked for.",
            "The package opencv-python-headless is not installed.",
            f"endwise keeps its base small, and has a detector of its own for frames of {SIZE[0]} x {SIZE[1]}.",
            "Install it with: pip install 'endwise[opencv]'",
        ) from None
    if not hasattr(found, "CascadeClassifier"):
        raise ew.MissingExtra(
            "A face detector of OpenCV was asked for.",
            f"OpenCV {found.__version__} is installed.",
            "From version 5 on it has no cascades.",
            "Install an older one with: pip install 'endwise[opencv]'",
        )
    return found
