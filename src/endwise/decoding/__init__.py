"""From scores over time to sequences: CTC, word loops over hidden Markov models, forced alignment. No torch here."""
