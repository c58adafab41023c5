"""The built-in world: faces and rooms, drawn from numbers that are known."""
