"""Floor 3: learning. Rows in, a trained model out; nothing here sees a data curve."""
