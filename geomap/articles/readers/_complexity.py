"""How much markup a page has, told before a parser sees it: parsers take the square of the time for some of it."""

from __future__ import annotations

import re

# No page needs a tenth of it: libxml2 compares each attribute of a tag with all before it.
MOST_ATTRIBUTES = 1_000
_NAME = re.compile(r"<[a-zA-Z][^\s/>]*+")
# An attribute as HTML reads it, with what may stand before it. No piece of a page is looked at twice.
_ATTRIBUTE = r"(?:[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>]*+))?)"
_ATTRIBUTES = re.compile(f"{_ATTRIBUTE}*+")
_ONE_ATTRIBUTE = re.compile(_ATTRIBUTE)
_START = re.compile(r"<!--|<[a-zA-Z]")
_COMMENT = "<!--"
# What a browser reads as text up to the end tag of that name.
_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})
_RAW_ENDS = {name: re.compile(f"</{name}", re.IGNORECASE) for name in _RAW}


def count_elements(markup: str) -> int:
    """Return about how many elements a page has."""
    return sum(1 for _ in _NAME.finditer(markup))


def without_crowded_tags(markup: str) -> tuple[str, int]:
    """Return a page in which no tag has thousands of attributes, and how many tags were stripped of theirs.

    Examples
    --------
    >>> crowded = "<p " + " ".join(f"a{number}" for number in range(2_000)) + ">Rain</p>"
    >>> without_crowded_tags(f"<b class='x'>{crowded}</b>")
    ("<b class='x'><p>Rain</p></b>", 1)
    """
    pieces: list[str] = []
    position = kept = stripped = 0
    while found := _START.search(markup, position):
        if found.group() == _COMMENT:
            position = markup.find("-->", found.end())
        else:
            name = _NAME.match(markup, found.start())
            end = 0 if name is None else _end_of_attributes(markup, name.end())
            if name is not None and _is_crowded(markup, name.end(), end):
                pieces.append(markup[kept : name.end()])
                kept, stripped = end, stripped + 1
            position = _after_raw_text(markup, name.group()[1:].lower() if name else "", end)
        if position < 0:  # it has no end: the rest of the page is in it
            break
    return "".join([*pieces, markup[kept:]]), stripped


def _end_of_attributes(markup: str, start: int) -> int:
    found = _ATTRIBUTES.match(markup, start)
    return start if found is None else found.end()


def _is_crowded(markup: str, start: int, end: int) -> bool:
    if end - start < MOST_ATTRIBUTES:
        return False
    return sum(1 for _ in _ONE_ATTRIBUTE.finditer(markup, start, end)) > MOST_ATTRIBUTES


def _after_raw_text(markup: str, name: str, position: int) -> int:
    """Return where the next tag may begin: behind the text of a script or the like, negative if that has no end."""
    if name not in _RAW:
        return position
    found = _RAW_ENDS[name].search(markup, position)
    return -1 if found is None else found.start()
