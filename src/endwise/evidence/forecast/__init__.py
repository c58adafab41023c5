"""Data curves continued: a bank of shapes weighed by what was measured. Nothing here knows a study."""
