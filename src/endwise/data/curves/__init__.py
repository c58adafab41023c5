"""Tables of data curves, as questions."""
