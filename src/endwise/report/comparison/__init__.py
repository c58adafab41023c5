"""A comparison of predictions: in words, in tables and figures, on a terminal and as a page."""
