"""Audio -> transcript: in stages, end to end, and cut between."""
