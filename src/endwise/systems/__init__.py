"""The reference systems, written with the public face only, as a user would write theirs."""
