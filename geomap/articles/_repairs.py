"""Repairs of texts that come from files, made before any offset is counted, and told once a file and kind."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from html.entities import html5
from typing import Any, Literal, NamedTuple

from geomap._optional import optional
from geomap._text import clean
from geomap.articles._problems import Action, ProblemLog

Entities = Literal["decode", "keep"]

_CHOICE = 'as_articles(..., entities="decode") repairs them'
_PLURALS = {"text": "texts", "title": "titles", "source": "sources", "url": "addresses", "article_id": "ids"}

# Only what ends in a semicolon: "R&notes" and "?a=1&copy=2" are no entities, whatever a browser makes of them.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TWICE = re.compile(r"&amp;(?=(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)")

_BLOCKS = (
    "address article aside blockquote body caption center dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 "
    "h5 h6 head header hr html li main nav ol p pre section table tbody td tfoot th thead title tr ul"
)
_INLINE = (
    "a abbr acronym audio b big button cite code del em embed font i iframe img input ins label link mark meta noscript "
    "object q s script small source span strike strong style sub sup svg time tt u video wbr"
)
_VOID = frozenset(["br", "hr", "img", "p", "li", "wbr", "input", "meta", "link", "embed", "source"])
_LINES = frozenset({"br", *_BLOCKS.split()})
# A name that HTML knows and attributes as it writes them, so that "a <b and c> d" stays.
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>"
    + "|".join(sorted({"br", *_BLOCKS.split(), *_INLINE.split()}, key=len, reverse=True))
    + r")"
    r"(?P<attributes>(?:\s++(?:[\w:-]++\s*+=\s*+(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=]++)"
    r"|allowfullscreen|async|controls|defer|disabled|hidden|nowrap))*+)\s*+/?>",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"</([A-Za-z]\w*)")
_BLANK_LINES = re.compile(r"(?<![ \t])[ \t]*+\n(?:[ \t]*+\n)+[ \t]*+")
_UNSEEN = (
    (re.compile(r"<script\b[^<>]*>", re.IGNORECASE), re.compile(r"</script\s*>", re.IGNORECASE)),
    (re.compile(r"<style\b[^<>]*>", re.IGNORECASE), re.compile(r"</style\s*>", re.IGNORECASE)),
    (re.compile("<!--"), re.compile("-->")),
)

# Letters of alphabets that break words at spaces; elsewhere a zero-width space is what shows where a word ends.
_LETTER = r"[^\W\d_\u0900-\u109f\u1100-\u1dff\u2e80-\U0010ffff]"
_NO_JOINERS = r"[^\W\d_\u0590-\U0010ffff]"
_INVISIBLE = re.compile(
    rf"(?<={_LETTER})[\u00ad\u200b\u2060\ufeff]+(?={_LETTER})|(?<={_NO_JOINERS})[\u200c-\u200f\u202a-\u202e]+(?={_NO_JOINERS})"
)

_CUT = re.compile(r"\s*(?:…|\.\.\.)?\s*\[\+?\d{1,9} (?:chars|characters|more chars)\]\s*\Z")

# UTF-8 that was read as a Western code page: "MÃ¼nchen", "donâ€™t", "Ð\x9cÐ¾".
_MOJIBAKE = re.compile(
    "Ã[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2022\u2026\u2030\u2039\u20ac\u2122]"
    "|Â[\u00a0-\u00bf]|â€[\u0080-\u00bf\u0152\u0153\u02dc\u2018-\u201e\u2020-\u2022\u2026\u2122]"
    "|(?:[ÐÑØÙ][\u0080-\u00bf\u2013-\u2022\u0152-\u0192]){3}"
)
# Characters without which a text needs no repair; most texts have none, and are not looked at again.
_SUSPECT = re.compile("[ÃÂâÐÑØÙ\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Repair(NamedTuple):
    """What was done to a text, or only noticed.

    Parameters
    ----------
    kind
        What, as the log tells it after the number of texts.
    example
        The characters concerned, for the log; empty if they cannot be shown.
    action
        ``repaired`` where something was wrong or is gone; ``decided`` where there was a choice and nothing is lost.
    loss
        Whether characters of the article are gone.
    """

    kind: str
    example: str = ""
    action: Action = "repaired"
    loss: bool = False


@dataclass(frozen=True)
class Repairs:
    """Which repairs are made.

    Parameters
    ----------
    entities
        ``decode``: ``S&atilde;o`` becomes ``São``, and left-over tags are taken out; ``keep``: both stay, and are told.
    fix_encoding
        Whether ftfy repairs text in the wrong encoding (``MÃ¼nchen``); otherwise it is told.
    """

    entities: Entities = "decode"
    fix_encoding: bool = False

    def of(self, text: str, *, shown: bool = False) -> tuple[str, list[Repair]]:
        """Return the text that is stored, and what was done to it.

        Parameters
        ----------
        text
            A text, title or name.
        shown
            Whether it is what a page shows, so that a tag in it is one that the article quotes.

        Examples
        --------
        >>> text, repairs = Repairs().of("Floods in S&atilde;o Paulo &amp; Bogot&aacute;. AT&T; a < b")
        >>> text, [repair.kind for repair in repairs]
        ('Floods in São Paulo & Bogotá. AT&T; a < b', ['HTML entities decoded'])
        """
        done: list[Repair] = []
        if _is_plain(text):
            return text, done
        markup = self._entities if shown else self._markup
        for repair in (_without_nul, _without_lone_surrogates, markup, self._encoding, _seen_only, _uncut):
            text = repair(text, done)
        return text, done

    def _entities(self, text: str, done: list[Repair]) -> str:
        return self._markup(text, done, tags=False)

    def _markup(self, text: str, done: list[Repair], *, tags: bool = True) -> str:
        if "&" not in text and "<" not in text:
            return text
        decoded, entity = _decoded(text)
        without_tags, tag = _without_tags(decoded) if tags else (decoded, "")
        if self.entities == "keep":
            if entity or tag:
                reason = 'HTML entities or tags kept (entities="keep")'
                done.append(Repair(reason, entity or tag, "decided"))
            return text
        if entity:
            done.append(Repair("HTML entities decoded", entity, "decided"))
        if tag:
            done.append(Repair("HTML tags removed", tag, loss=True))
        # What an entity stood for may be no character of a text either.
        return _without_lone_surrogates(_without_nul(without_tags, done), done)

    def _encoding(self, text: str, done: list[Repair]) -> str:
        found = None if text.isascii() else _MOJIBAKE.search(text)
        if found is None:
            return text
        example = text[max(0, found.start() - 10) : found.end() + 10].split("\n")[0]
        if not self.fix_encoding:
            reason = "characters look like UTF-8 read in another encoding (fix_encoding=True repairs them)"
            done.append(Repair(reason, example, "decided"))
            return text
        fixed: str = load_ftfy().fix_encoding(text)
        if fixed != text:
            done.append(Repair("encoding repaired", example, "decided"))
        return fixed


def noticed(text: str) -> list[Repair]:
    """Return what a reader of files would repair in a text that has to stay as it is.

    Examples
    --------
    >>> [repair.kind for repair in noticed("S&atilde;o Paulo ... [+1234 chars]")]  # doctest: +ELLIPSIS
    ['HTML entities or tags left (as_articles(..., entities="decode") repairs them)', 'end cut off by an API (...)']
    """
    if _is_plain(text):
        return []
    found: list[Repair] = []
    decoded, entity = _decoded(text)
    if example := entity or _without_tags(decoded)[1]:
        found.append(Repair(f"HTML entities or tags left ({_CHOICE})", example, "decided"))
    if not text.isascii() and (broken := _MOJIBAKE.search(text)):
        found.append(
            Repair(
                "characters look like UTF-8 read in another encoding (as_articles(..., fix_encoding=True) repairs them)",
                broken.group(),
                "decided",
            )
        )
    if _INVISIBLE.search(text):
        found.append(Repair(f"soft hyphens or zero-width characters left in words ({_CHOICE})", "", "decided"))
    if _uncut(text, []) != text:
        found.append(Repair("end cut off by an API (the rest of the article is missing)", "", "decided"))
    return found


def _is_plain(text: str) -> bool:
    if "&" in text or "<" in text or "\0" in text or text[-9:].rstrip().endswith("]"):
        return False
    return text.isascii() or not _SUSPECT.search(text)


def load_ftfy() -> Any:
    """Return ftfy, or raise what to install."""
    return optional("ftfy", needed_by="fix_encoding=True", extra="formats")


def _without_nul(text: str, done: list[Repair]) -> str:
    if "\0" not in text:
        return text
    done.append(Repair("NUL characters removed", loss=True))
    return text.replace("\0", "")


def _without_lone_surrogates(text: str, done: list[Repair]) -> str:
    if (whole := clean(text)) != text:
        done.append(Repair("lone surrogates replaced by U+FFFD", loss=True))
    return whole


def _decoded(text: str) -> tuple[str, str]:
    """Return the text with the characters that entities stand for, and the first entity."""
    if "&" not in text:
        return text, ""
    # What was written twice over: "&amp;atilde;".
    text, twice = _TWICE.subn("&", text)
    found: list[str] = []

    def character(match: re.Match[str]) -> str:
        entity = match.group()
        if entity[1] != "#" and entity[1:] not in html5:
            return entity
        found.append(entity)
        return html.unescape(entity)

    return _ENTITY.sub(character, text), found[0] if found else "&amp;" if twice else ""


def _without_tags(text: str) -> tuple[str, str]:
    """Return the text without left-over tags, and the first of them; what shows on lines of its own stays on them."""
    if "<" not in text or ">" not in text:
        return text, ""
    closed = {name.lower() for name in _CLOSING.findall(text)}
    first = ""

    def replaced(match: re.Match[str]) -> str:
        nonlocal first
        name = match["name"].lower()
        # "<b>" alone may stand for something else than bold letters.
        if not match["close"] and not match["attributes"] and name not in _VOID | closed:
            return match.group()
        first = first or match.group()
        return "\n" if name in _LINES else ""

    seen = _without_unseen(text)
    kept = _TAG.sub(replaced, seen)
    if not first and seen == text:
        return text, ""
    first = first or "<!--"
    return _BLANK_LINES.sub("\n\n", kept).strip("\n"), first[:40]


def _without_unseen(text: str) -> str:
    """Return the text without scripts, styles and comments, which no reader of a page sees."""
    for opening, closing in _UNSEEN:
        text = _without_between(text, opening, closing)
    return text


def _without_between(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    parts: list[str] = []
    begin = 0
    while (found := opening.search(text, begin)) and (end := closing.search(text, found.end())):
        parts.append(text[begin : found.start()])
        begin = end.end()
    return "".join([*parts, text[begin:]])


def _seen_only(text: str, done: list[Repair]) -> str:
    """Remove what breaks a word without being seen, as ``Mos\u00adul``."""
    text, count = _INVISIBLE.subn("", text)
    if count:
        done.append(Repair("soft hyphens or zero-width characters removed from words", loss=True))
    return text


def _uncut(text: str, done: list[Repair]) -> str:
    if not text.rstrip().endswith("]"):
        return text
    found = _CUT.search(text, max(0, len(text) - 60))
    if found is None or not found.start():
        return text
    reason = "end cut off by an API and its mark removed (the rest of the article is not in the file)"
    done.append(Repair(reason, found.group().strip(), loss=True))
    return text[: found.start()]


def storable(text: str) -> tuple[str, list[Repair]]:
    """Return a string without what no file or table can hold, for what is no prose: an id."""
    done: list[Repair] = []
    return _without_lone_surrogates(_without_nul(text, done), done), done


def storable_in_place(text: str) -> tuple[str, list[Repair]]:
    """Return a string with U+FFFD for each character that no file or table can hold, so that the others stay in place.

    Examples
    --------
    >>> text, repairs = storable_in_place("Mosul" + chr(0) + "fell")
    >>> len(text), [repair.kind for repair in repairs]
    (10, ['NUL characters replaced by U+FFFD'])
    """
    done: list[Repair] = []
    if "\0" in text:
        done.append(Repair("NUL characters replaced by U+FFFD", loss=True))
    text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        done.append(Repair("lone surrogates replaced by U+FFFD", loss=True))
        text = _SURROGATE.sub("\ufffd", text)
    return text, done


class RepairLog:
    """What was repaired in one column, to be told once a file and kind.

    Parameters
    ----------
    name
        The column.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: dict[tuple[str, str], list[tuple[int | None, Repair]]] = {}
        self._rows: Counter[str] = Counter()

    def note(self, file: str, row: int | None, repairs: Iterable[Repair]) -> None:
        """Note what was done to one value, also if that is nothing."""
        self._rows[file] += 1
        for repair in repairs:
            self._found.setdefault((file, repair.kind), []).append((row, repair))

    def tell(self, problems: ProblemLog, *, doubtful: bool = False) -> None:
        """Put the repairs into the log: one row by itself, many as their number with the example of the first."""
        for (file, kind), found in self._found.items():
            row, first = found[0]
            one = len(found) == 1
            where = f"the {self._name}" if one else f"{len(found):,} of {self._rows[file]:,} {_PLURALS[self._name]}"
            example = f", such as {first.example!r}" if first.example else ""
            reason = f"{kind} in {where}{example}"
            row = row if one else None
            problems.add(file, reason, row=row, action=first.action, loss=first.loss, doubtful=doubtful)
