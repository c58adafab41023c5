"""Who runs the cells."""
