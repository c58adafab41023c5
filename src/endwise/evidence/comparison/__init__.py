"""Predictions of any systems weighed against each other. Nothing here knows a study."""
