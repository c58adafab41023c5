"""The gate itself: enrolling, deciding, remembering."""
