"""Default networks by kinds of signal: small enough for a CPU.

Two registries. A *reader* turns one encoded input into features; the features of all inputs are joined and a small
dense network makes the output: image, stack, number, vector, category -> number, vector, category. A *whole* is a
network for one pair of kinds that cannot be cut this way: image -> points needs its heatmaps to stay pictures, and
audio -> text its steps to stay in order.
Another pair of kinds is taught with `@reads(...)` or `@makes(...)`.
"""

from endwise.learn.models import pictures as pictures, sequences as sequences
from endwise.learn.models.registry import (
    READERS as READERS,
    READS as READS,
    WHOLES as WHOLES,
    default as default,
    makes as makes,
    readers_of as readers_of,
    reads as reads,
)
