"""What users say of words: lists of them, example sentences, transcripts; each checked against the alphabet."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import endwise as ew
from endwise.systems.speech.phones import LETTERS
from endwise.systems.speech.sources import cleaned

TEXT: Final = ".txt"


def words_of(told: str) -> list[str]:
    """The words of `--words`: separated by commas, or one a line of a file. Small letters, each once.

    Raises EndwiseError for what is no word, and where there is none.

    >>> words_of("Zero,one,one,o'clock")
    ['zero', 'one', "o'clock"]
    """
    file = Path(told)
    lines = _lines(file) if _is_file(file) else told.split(",")
    words = [line.strip().lower().replace("’", "'") for line in lines]
    strange = next((word for word in words if set(word) - set(LETTERS[:-1])), None)
    if strange is not None:
        raise ew.EndwiseError(
            f"Speech was to be searched for the words {told!r:.80} (--words).",
            f"{strange!r:.80} is neither a word nor a file.",
            "A word is made of the letters a to z and the apostrophe.",
            "Write --words zero,one,two, or name a file with one word a line.",
        )
    if not any(words):
        raise _empty(f"Speech was to be searched for the words {told!r:.80} (--words).")
    return list(dict.fromkeys(word for word in words if word))


def sentences_of(file: Path) -> list[str]:
    """The example sentences of `--grammar`, one a line. Raises EndwiseError for signs that are no letters, and none."""
    texts = [_spoken(line, f"A grammar was to be counted from {file} (--grammar).") for line in _lines(file)]
    if not any(texts):
        raise _empty(f"A grammar was to be counted from {file} (--grammar).")
    return [text for text in texts if text]


def transcript_of(told: str) -> list[str]:
    """The words of a transcript: a text, or a file whose name ends in .txt. Raises EndwiseError as `sentences_of`."""
    file = Path(told)
    text = " ".join(_lines(file)) if file.suffix == TEXT and "\n" not in told else told
    words = _spoken(text, "A recording was to be aligned with its transcript.").split()
    if not words:
        raise _empty("A recording was to be aligned with its transcript.")
    return words


def _spoken(text: str, asked: str) -> str:
    """A text in small letters, without punctuation."""
    said = cleaned(text)
    strange = next((sign for sign in said if sign not in LETTERS), None)
    if strange is None:
        return said
    raise ew.EndwiseError(
        asked,
        f"It holds {strange!r}, in {said!r:.80}.",
        "What is said is spelled with the letters a to z and the apostrophe; figures can be read in many ways.",
        "Write it out as it was said.",
    )


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ew.EndwiseError(
            f"Words were to be read from {file}.",
            "Its bytes are no UTF-8.",
            "Words come from text files.",
            "Save it as plain text in UTF-8, or name another file.",
        ) from None


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except (OSError, ValueError):  # a long list of words is no file's name
        return False


def _empty(asked: str) -> ew.EndwiseError:
    return ew.EndwiseError(asked, "It holds no words.", "There is nothing to look for.", "Give at least one word.")
