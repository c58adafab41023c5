"""A plan of labels to buy, in words, on the terminal and as a page."""
