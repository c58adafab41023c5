"""Floor 3: who runs the cells."""
