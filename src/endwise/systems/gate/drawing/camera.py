"""From light to a picture of eight bits: blur, exposure, noise, and the coarse steps of a JPEG."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import fft

from endwise.systems.gate.drawing.faces import Floats
from endwise.systems.gate.drawing.moments import Camera

STEPS: Final = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    dtype=np.float32,
)
"""Steps of the transform for brightness at quality 50 (ITU-T T.81, table K.1)."""
BLOCK: Final = 8
WAVES: Final = fft.dct(np.eye(BLOCK, dtype=np.float32), axis=0, norm="ortho")
"""(8, 8) the cosine transform as a matrix."""
SHARP_HEIGHT: Final = 96
"""Height in px of the picture that `Camera.blur` speaks of; a larger one is blurred by the root of its ratio more."""


def take(scene: Floats, camera: Camera, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """(R, C) light in 0..1 -> the picture, uint8."""
    blur = camera.blur * (min(scene.shape) / SHARP_HEIGHT) ** 0.5
    light = np.maximum(_blurred(scene, blur) * camera.gain, 1e-3)
    light /= 1 + np.maximum(light - 0.85, 0)  # the film's shoulder: lights burn out softly
    exposed = light**camera.gamma + camera.noise * _noise(rng, scene.shape)
    return np.rint(_coarse(exposed * 255, camera.coarseness)).clip(0, 255).astype(np.uint8)


def _blurred(scene: Floats, spread: float) -> Floats:
    """Gaussian of this spread in px, cut at two and a half spreads; the scene goes on beyond its edges as it ends."""
    reach = int(2.5 * spread + 0.5)
    weights = np.exp(-0.5 * (np.arange(reach + 1) / spread) ** 2)
    weights = (weights / (2 * weights.sum() - weights[0])).astype(np.float32)
    down = _blurred_down(scene, weights)
    return _blurred_down(np.ascontiguousarray(down.T), weights).T  # shifts of whole rows are quickest


def _blurred_down(scene: Floats, weights: Floats) -> Floats:
    blurred = weights[0] * scene
    for step, weight in enumerate(weights[1:], start=1):
        part = weight * scene
        blurred[step:] += part[:-step]
        blurred[:step] += part[:1]
        blurred[:-step] += part[step:]
        blurred[-step:] += part[-1:]
    return blurred


def _noise(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Mean 0 and spread 1: the sum of four bytes, nearly normal and several times as fast."""
    count = math.prod(shape)
    fours = rng.bit_generator.random_raw(-(-count // 2)).view(np.uint8)[: 4 * count]
    total = fours.reshape(4, *shape).sum(axis=0, dtype=np.uint16)
    return (total - np.float32(4 * 127.5)) * np.float32(1 / math.sqrt(4 * (256**2 - 1) / 12))


def _coarse(picture: Floats, coarseness: float) -> Floats:
    """Each 8 x 8 block's cosine transform, rounded to whole steps."""
    rows, columns = picture.shape
    if rows % BLOCK or columns % BLOCK:
        picture = np.pad(picture, ((0, -rows % BLOCK), (0, -columns % BLOCK)), mode="edge")
    high, wide = picture.shape
    steps = np.tile(np.maximum(STEPS * np.float32(coarseness), 1), wide // BLOCK)  # (8, wide)
    across = (picture.reshape(-1, BLOCK) @ WAVES.T).reshape(-1, BLOCK, wide)
    waves = WAVES @ across
    waves /= steps
    down = WAVES.T @ (np.rint(waves, out=waves) * steps)
    return np.asarray((down.reshape(-1, BLOCK) @ WAVES).reshape(high, wide)[:rows, :columns])
