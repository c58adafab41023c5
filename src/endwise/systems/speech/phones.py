"""The phones of English and the letters of its spelling: alphabets that all of this system shares."""

from __future__ import annotations

SILENCE = "sil"
PHONES = (
    SILENCE,
    "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY", "JH", "K",
    "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH",
)  # fmt: skip
"""Silence and the 39 phones of the CMU pronouncing dictionary, in ARPAbet without stress: what TIMIT's 61 are
commonly folded to (Lee & Hon 1989) and what most English lexicons are written in."""

LETTERS = "abcdefghijklmnopqrstuvwxyz' "
"""Characters of a transcript: small letters, the apostrophe and the space."""
