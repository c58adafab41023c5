"""Names of people: any printable text, and when two of them are the same person's."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from typing import Final

import endwise as ew

LONGEST: Final = 100
"""Characters of a name."""


def named(text: str) -> str:
    """The name in Unicode's composed form (NFC), with single spaces.

    A name is never used as a path, so that slashes and dots are letters like others.
    Raises EndwiseError for an empty one, a long one, and one that cannot be printed.

    >>> named("  Ada   Lovelace ")
    'Ada Lovelace'
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if name and name.isprintable() and len(name) <= LONGEST:
        return name
    if not name:
        here = "It is empty."
    elif len(name) > LONGEST:
        here = f"It has {len(name):,} characters."
    else:
        strange = next(letter for letter in name if not letter.isprintable())
        here = f"It holds the character U+{ord(strange):04X}, which does not print."
    begun = text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
    raise ew.EndwiseError(
        f"Somebody was to be named {begun!a}.",
        here,
        "A name has to be told from others by whoever reads it on a list.",
        f"Take a printable name of 1 to {LONGEST} characters.",
    )


def key(name: str) -> str:
    """What two names have in common when they are the same but for capitals and Unicode's forms.

    >>> key("ADA") == key("ada"), key("ﬁne") == key("FINE")
    (True, True)
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence with the name that was probably meant."""
    keys = {key(one): one for one in known}
    close = difflib.get_close_matches(key(name), keys, n=1)
    return f"Did you mean '{keys[close[0]]}'?" if close else "See who is there: endwise gate people list"
