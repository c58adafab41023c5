"""Tests to run your own extensions against."""
