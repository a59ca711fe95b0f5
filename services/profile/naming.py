"""Names as they are looked for."""

import unicodedata
from collections.abc import Iterable

FEWEST_SIGNS = 2
"""Firms are found by two characters that stand together, or more."""


def searchable(words: str) -> str:
    """A name, or a part of one, as it is looked for: whatever its width, case and spaces."""
    return "".join(unicodedata.normalize("NFKC", words).lower().split())


def pairs(words: str) -> list[str]:
    """Pairs of characters that cover words, as few as do: the fewer, the better their number is guessed beforehand."""
    return sorted({words[place : place + 2] for place in (*range(0, len(words) - 1, 2), len(words) - 2)})


def former_name(words: str, present: str, former: Iterable[str]) -> str | None:
    """The former name by which a firm is found, the first of those given; None where its present name has the words."""
    wanted = searchable(words)
    if wanted in searchable(present):
        return None
    return next((name for name in former if wanted in searchable(name)), None)
