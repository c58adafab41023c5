"""The benchmark of the forecaster: cases from public curves, methods to set it against, and scores."""
