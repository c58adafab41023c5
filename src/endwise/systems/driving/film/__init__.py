"""A drive as a film: recorded, drawn and written."""
