"""Tables of predictions, matched with the truth by id."""
