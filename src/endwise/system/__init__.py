"""What a system is. Signals, components, the graph they make, the designs in it."""
