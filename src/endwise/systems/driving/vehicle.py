"""A car in lane coordinates: a kinematic bicycle, and an actuator between the control and the wheels.

Source: Kong, Pfeiffer, Schildbach and Borrelli 2015 (the kinematic bicycle about the centre of gravity), written
along a curved line. The actuator's lag and limits are schematic.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from endwise.systems.driving.road import Bools, Doubles, Road, at

STEP: Final = 0.1
"""Seconds between two controls."""
SUBSTEPS: Final = 2
LENGTH: Final = 4.4
WIDTH: Final = 1.8
"""Of the body in metres; the camera and the coordinates are in its middle."""
WHEELBASE: Final = 2.7
LARGEST_ANGLE: Final = 0.5
"""Radians of the front wheels at steer = 1: a circle of 5 m radius, as small cars turn."""
STEERING_LAG: Final = 0.15
STEERING_RATE: Final = 0.8
"""Radians a second: half a second from straight ahead to nearly full lock."""
PEDAL_LAG: Final = 0.2
STRONGEST: Final = 2.5
HARDEST: Final = 7.0
"""Metres a second squared at accel = 1 and at accel = -1 (dry asphalt allows about 8)."""
FASTEST: Final = 20.0


class Car(NamedTuple):
    """The state of N cars, each (N,)."""

    s: Doubles
    d: Doubles
    heading: Doubles
    """Radians to the left of the lane."""
    speed: Doubles
    angle: Doubles
    """Of the front wheels, radians."""
    accel: Doubles

    def where(self, chosen: Bools, other: Car) -> Car:
        """This car where `chosen`, `other` elsewhere."""
        return Car(*(np.where(chosen, mine, theirs) for mine, theirs in zip(self, other, strict=True)))


def advance(car: Car, road: Road, control: npt.NDArray[Any]) -> Car:
    """The cars STEP seconds later under `control` (N, 2): steer and accel, each in -1..1."""
    wanted = np.clip(control.astype(np.float64), -1, 1)
    push = np.where(wanted[:, 1] > 0, STRONGEST, HARDEST) * wanted[:, 1]
    for _ in range(SUBSTEPS):
        car = _advance(car, road, LARGEST_ANGLE * wanted[:, 0], push, STEP / SUBSTEPS)
    return car


def _advance(car: Car, road: Road, angle_wanted: Doubles, push: Doubles, dt: float) -> Car:
    turn = (angle_wanted - car.angle) * (1 - np.exp(-dt / STEERING_LAG))
    angle = car.angle + np.clip(turn, -STEERING_RATE * dt, STEERING_RATE * dt)
    accel = car.accel + (push - car.accel) * (1 - np.exp(-dt / PEDAL_LAG))
    speed = np.clip(car.speed + accel * dt, 0, FASTEST)
    accel = np.where((speed <= 0) | (speed >= FASTEST), 0.0, accel)
    travelled = (car.speed + speed) / 2 * dt
    slip = np.arctan(np.tan(angle) / 2)  # the middle lies halfway between the axles
    turned = travelled * np.cos(slip) * np.tan(angle) / WHEELBASE

    # Second order: course, place and bend as they are halfway through.
    course = car.heading + slip + turned / 2
    half = travelled * np.cos(course) / 2
    curvature = at(road.curvature, car.s + half)
    course -= curvature * half / (1 - curvature * car.d)
    halfway = car.d + travelled * np.sin(course) / 2
    forward = travelled * np.cos(course) / (1 - curvature * halfway)
    return Car(
        s=car.s + forward,
        d=car.d + travelled * np.sin(course),
        heading=car.heading + turned - curvature * forward,
        speed=speed,
        angle=angle,
        accel=accel,
    )


def touching(car: Car, s: Doubles, d: Doubles, length: Doubles, width: Doubles) -> Bools:
    """(N, K) does the car touch the K boxes (N, K) that lie along the lane? By the separating-axis theorem."""
    cos, sin = np.abs(np.cos(car.heading))[:, None], np.abs(np.sin(car.heading))[:, None]
    ds, dd = s - car.s[:, None], d - car.d[:, None]
    along = ds * np.cos(car.heading)[:, None] + dd * np.sin(car.heading)[:, None]
    across = dd * np.cos(car.heading)[:, None] - ds * np.sin(car.heading)[:, None]
    half_length, half_width = LENGTH / 2, WIDTH / 2
    return (
        (np.abs(ds) < length / 2 + half_length * cos + half_width * sin)
        & (np.abs(dd) < width / 2 + half_length * sin + half_width * cos)
        & (np.abs(along) < half_length + length / 2 * cos + width / 2 * sin)
        & (np.abs(across) < half_width + length / 2 * sin + width / 2 * cos)
    )
