"""Datelines: "KHAZER, Iraq —", "BAGHDAD (Reuters) -", "MOSUL, Jan. 24." at the head of a news article."""

from __future__ import annotations

import re

# The opening of a line before a name in capitals, and the end of a dateline within a few words of it.
_CAPITALS = re.compile(r"^[^a-z\n]{0,60}$")
_END = re.compile(r"[^\n.!?]{0,60}?(?:\s[—–-]{1,2}\s|\)\s[—–-])")
_OPENS_TEXT = 400  # characters from the start of a text

# What may stand before and after the name: "— -- SOUTH OF MOSUL, Iraq (AP), Dec 9 — At first light".
_BEFORE = re.compile(r"[\s\-–—*|•]*(?:[A-Z]{2,}\s+){0,3}$")
_DATE = r"(?:[A-Z][a-z]{2,8}\.?\s+\d{1,2}|\d{1,2}\s+[A-Z][a-z]{2,8}\.?)(?:,?\s+\d{4})?"
_PARENTHESIS = r"(?:\s*\([^)]{1,40}\))?"
_AFTER = re.compile(
    rf"(?:[ /-][A-Z]{{2,}}[A-Z’'-]*){{0,3}}{_PARENTHESIS}(?:\s*,\s*[^\W\d_][^\W\d_.’' -]*(?:[.’' -][^\W\d_]+){{0,3}}\.?)?"
    rf"{_PARENTHESIS}(?:\s*,?\s*{_DATE})?{_PARENTHESIS}\s*(?:[-–—]+|:|(?<=\d)\.)(?=\s|[A-Z“\"'‘]|$)"
)
_DIGIT_OR_PARENTHESIS = re.compile(r"[\d(]")
_OPENS_SENTENCE = 24  # characters from the start of a sentence

# Who filed an article, after the place: "BASRA, Iraq, Sept 9 (Tigris Dispatch) –".
_BYLINE = re.compile(r"\(([^()\n]{2,60})\)\s*[-–—]")
_HEAD = 300  # characters of a text that may hold it


def opens_text(text: str, start: int, end: int) -> bool:
    """Return whether the name at ``text[start:end]`` is the dateline of the text.

    Examples
    --------
    >>> opens_text("KHAZER, Iraq — At first light", 0, 6), opens_text("Troops left Khazer at dawn", 12, 18)
    (True, False)
    """
    if start >= _OPENS_TEXT:
        return False
    name, opening = text[start:end], text[text.rfind("\n", 0, start) + 1 : start]
    if name.upper() == name and _CAPITALS.match(opening) and _END.match(text[end : end + 90]):
        return True
    return not opening.strip(" —–-\u00a0") and _END.match(text[end : end + 60]) is not None


def opens_sentence(toponym: str, sentence: str) -> bool:
    """Return whether a sentence opens with a name as a dateline does: in capitals, or with an agency or date after it.

    Examples
    --------
    >>> opens_sentence("Baghdad", "Baghdad (Reuters) - Troops"), opens_sentence("Mosul", "Mosul - as elsewhere - is quiet.")
    (True, False)
    """
    name = " ".join(toponym.split())
    at = sentence.find(name)
    if not 0 <= at <= _OPENS_SENTENCE or not _BEFORE.match(sentence[:at]):
        return False
    after = _AFTER.match(sentence, at + len(name))
    return after is not None and (name.isupper() or bool(_DIGIT_OR_PARENTHESIS.search(after.group())))


def byline(text: str) -> re.Match[str] | None:
    """Return the match of who filed an article, in parentheses at the end of its dateline; its group 1 is the name.

    Examples
    --------
    >>> byline("BASRA, Iraq, Sept 9 (Tigris Dispatch) – The port reopened.").group(1)
    'Tigris Dispatch'
    """
    return _BYLINE.search(text, 0, _HEAD)
