"""Addresses as people write them, brought to one form: lower case, plain letters, house numbers apart."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

# Letters that Unicode does not take apart into a plain letter and a mark; the last is the i without a dot.
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"})
# How umlauts are written where they are missing on the keyboard.
_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})
_WORDS = {
    "av": "avenida",
    "lg": "largo",
    "pca": "praca",
    "r": "rua",
    "rd": "road",
    "str": "strasse",
    "trav": "travessa",
}
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"(\d+)(?:\s?([a-z])(?![a-z]))?")
# Between the ends of a range such as 11-15 lie the numbers of the same side of the street, unless it is a misprint.
_RANGE_MAX = 40


def words(text: str) -> tuple[str, ...]:
    """Words of a text in lower case without accents; the usual abbreviations of street words are written out."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return tuple(_whole(word) for word in _WORD.findall(plain))


def street_keys(name: str) -> tuple[str, ...]:
    """Forms under which a street is found: the plain one first, then the one with umlauts as two letters."""
    lower = unicodedata.normalize("NFC", name.casefold())
    forms = (" ".join(words(lower)), " ".join(words(lower.translate(_TWO_LETTERS))))
    return tuple(dict.fromkeys(form for form in forms if form))


def number_keys(text: str) -> tuple[str, ...]:
    """
    House numbers that a mapped one stands for.

    ``16 B`` is 16b; ``9;11`` and ``9/11`` are two; ``11-15`` is 11, 13 and 15.
    """
    found = [(int(number), letter) for number, letter in _NUMBER.findall(text.casefold())]
    keys = [f"{number}{letter}" for number, letter in found]
    if "-" in text and len(found) == 2:
        (low, _), (high, _) = found
        if low < high <= low + _RANGE_MAX:
            keys += [str(number) for number in range(low, high, 2)]
    return tuple(dict.fromkeys(keys))


def asked_number(rest: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
    """
    The house number at the start of these words, most exact form first, and how many words it takes.

    In ``11 a 5 helsinki`` house 11a is asked for, or else 11; what follows is the door.
    """
    if not rest or not rest[0][0].isdigit():
        return (), 0
    match = _NUMBER.match(rest[0])
    assert match is not None
    number, letter = match[1], match[2] or ""
    taken = 1
    if not letter and len(rest) > 1 and len(rest[1]) == 1 and rest[1].isalpha():
        letter, taken = rest[1], 2
    return tuple(dict.fromkeys((number + letter, number))), taken


def trigrams(key: str) -> frozenset[str]:
    """Runs of three letters of a text with a margin of spaces; alike texts share many."""
    padded = f"  {key} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def most_alike(key: str, index: dict[str, list[int]], sizes: list[int], count: int) -> list[int]:
    """
    Positions of the texts most alike to ``key`` by the share of common trigrams (Jaccard), best first.

    ``index`` lists the positions by trigram, ``sizes`` holds the number of trigrams of each text.
    """
    asked = trigrams(key)
    common: Counter[int] = Counter()
    for trigram in asked:
        common.update(index.get(trigram, ()))
    scored = ((shared / (len(asked) + sizes[position] - shared), position) for position, shared in common.items())
    best = sorted((pair for pair in scored if pair[0] >= 0.25), key=lambda pair: (-pair[0], pair[1]))
    return [position for _, position in best[:count]]


def trigram_index(keys: Iterable[str]) -> tuple[dict[str, list[int]], list[int]]:
    """Positions by trigram, and the number of trigrams of each text, for `most_alike`."""
    index: dict[str, list[int]] = {}
    sizes = []
    for position, key in enumerate(keys):
        grams = trigrams(key)
        sizes.append(len(grams))
        for trigram in grams:
            index.setdefault(trigram, []).append(position)
    return index, sizes


def _whole(word: str) -> str:
    # "hauptstr" is a Hauptstrasse.
    return word + "asse" if word.endswith("str") and len(word) > 5 else _WORDS.get(word, word)
