"""The signals of the driving system; left is positive (ISO 8855: x forward, y left)."""

from __future__ import annotations

from typing import Final

import endwise as ew
from endwise.systems.driving.camera import CLASSES, HEIGHT, WIDTH
from endwise.systems.driving.scenes import CURVATURE_DISTANCES, PLAN_DISTANCES
from endwise.systems.driving.vehicle import FASTEST

LANE: Final = ("offset m", "heading rad", *(f"curvature at {metres:g} m 1/m" for metres in CURVATURE_DISTANCES))
"""Of our car in its lane, and of the lane ahead; see `scenes.lane`."""
GAP: Final = ("distance m", "closing m/s")
"""To the car ahead; see `scenes.gap`."""
OBSTACLE: Final = ("distance m", "right edge m", "left edge m")
PLAN: Final = (*(f"left at {metres:g} m" for metres in PLAN_DISTANCES), "speed m/s")

camera = ew.Stack("camera", count=2, size=(HEIGHT, WIDTH))
"""One step before, and now."""
speed = ew.Number("speed", unit="m/s", low=0, high=FASTEST)
lane_mask = ew.Mask("lane_mask", size=(HEIGHT, WIDTH), values=CLASSES)
lane = ew.Vector("lane", size=len(LANE), labels=LANE)
sighting = ew.Vector("sighting", size=2, unit="m", labels=("distance one step before", "distance now"))
"""From our front to the car ahead, as the two pictures show it each by itself."""
gap = ew.Vector("gap", size=len(GAP), labels=GAP)
obstacle = ew.Vector("obstacle", size=len(OBSTACLE), labels=OBSTACLE)
situation = ew.Vector("situation", size=len(LANE) + len(GAP), labels=LANE + GAP)
plan = ew.Vector("plan", size=len(PLAN), labels=PLAN)
wish = ew.Vector("wish", size=2, labels=("steer", "accelerate"))
"""What a driver asks of the guard, in the units of `control`."""
guarded = ew.Vector("guarded", size=3, labels=("steer", "accelerate", "intervened"))
"""What the guard makes of it, and whether it intervened (0 or 1)."""
control = ew.Vector("control", size=2, labels=("steer", "accelerate"))
"""Each in -1..1; below 0, `accelerate` brakes."""
