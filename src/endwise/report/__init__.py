"""The verdict for people: in words, on the terminal, and as one self-contained page."""
