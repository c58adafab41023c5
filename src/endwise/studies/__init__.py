"""Studies. Which cells there are, in which order they run, and what they measured."""
