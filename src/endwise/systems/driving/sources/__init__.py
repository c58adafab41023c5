"""Recordings of drives that people have, as rows."""
