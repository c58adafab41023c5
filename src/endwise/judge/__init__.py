"""Floor 3: the ways to judge."""
