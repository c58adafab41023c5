"""Floor 4: studies. Which cells there are, in which order they run, and what they measured."""
