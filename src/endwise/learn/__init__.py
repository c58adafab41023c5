"""Learning. Rows in, a trained model out; nothing here sees a data curve."""
