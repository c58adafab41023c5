"""What lies ahead, for people: in words, on the terminal, as figures and as a page. `prospects` is what is shown."""
