"""Floor 1: what a system is. Signals, components, the graph they make, the designs in it."""
