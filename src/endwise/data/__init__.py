"""Rows. Examples that carry some of a system's signals, read from folders and tables."""
