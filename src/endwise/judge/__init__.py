"""The ways to judge."""
