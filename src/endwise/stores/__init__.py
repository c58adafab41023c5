"""Floor 3: where finished cells are kept."""
