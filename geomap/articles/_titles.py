"""Whether a text repeats its title at its start, in which case mentions are looked for in the text only."""

from __future__ import annotations

import html
import re
import unicodedata

from geomap._checks import of_kind

# Letters of a title that is too long to begin a text by chance; a shorter one must be followed by the end of a phrase.
LONG = 20
# "Floods reach Kirkuk | The Daily Test": the outlet after the title is short.
_OUTLET = re.compile(r"\s+(?:[-–—|•·»«]|::)\s+(?:\S+\s*){1,6}$")
_ELLIPSIS = re.compile(r"(?:…|\.\.\.)\s*$")


def title_is_repeated(title: str, text: str) -> bool:
    r"""Return whether a text begins with its own title.

    Title and text are both read for mentions, so a title that the text repeats would count its places twice.

    Parameters
    ----------
    title, text
        As in the articles table. Only letters and digits are compared: case, accents, white space, quotes, dashes and
        HTML entities do not matter, nor does what precedes the first letter of the text. An outlet after the title
        ("... | The Daily Test", "... - Reuters") may be missing from the text.

    Returns
    -------
    bool
        True also for a title that was shortened with an ellipsis. A short title must end where a line or a phrase of the
        text ends: "Mosul fell on Friday" does not repeat "Mosul". An empty title is not repeated.

    Examples
    --------
    >>> title_is_repeated("Floods reach “Kirkuk” | The Daily Test", "— FLOODS REACH 'KIRKUK'\nHeavy rain ...")
    True
    >>> title_is_repeated("Mosul", "Mosul fell on Friday.")
    False
    """
    of_kind("title", title, str, "a str")
    of_kind("text", text, str, "a str")
    title = html.unescape(title)
    start = html.unescape(text[: 3 * len(title) + 300])
    without_outlet = _OUTLET.sub("", title)
    candidates = [title]
    if without_outlet != title and len(_letters(without_outlet)) >= LONG // 2:
        candidates.append(without_outlet)
    return any(_begins_with(start, candidate) for candidate in candidates)


def _letters(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text).casefold() if letter.isalnum())


def _begins_with(text: str, title: str) -> bool:
    wanted = _letters(title)
    end = _end_of(wanted, text)
    if end is None:
        return False
    after = text[end:]
    is_long = len(wanted) >= LONG
    if len(wanted) >= LONG // 2 and _ELLIPSIS.search(title):
        return True
    inside_word = bool(after) and (after[0].isalnum() or (after[0] in "'’-" and after[1:2].isalnum()))
    ends_phrase = not after.strip() or re.match(r"\s*[\r\n\u2028\u2029.:;!?…|–—-]|[\W_]*[\r\n\u2028\u2029]", after)
    return not inside_word and (is_long or bool(ends_phrase))


def _end_of(wanted: str, text: str) -> int | None:
    """Return where the wanted letters end in a text that begins with them; None if it does not."""
    if not wanted:
        return None
    done = 0
    for position, character in enumerate(text):
        letters = _letters(character)
        if not wanted.startswith(letters, done):
            return None
        done += len(letters)
        if done == len(wanted):
            return position + 1
    return None
