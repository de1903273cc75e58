"""Does a text repeat its title at its start? Then mentions are looked for in the text only."""

from __future__ import annotations

import html
import re
import unicodedata

# A title that the sentence goes on behind counts as repeated only if it is too long to stand there by chance.
LONG = 20
# "Floods reach Kirkuk | The Daily Test": the outlet behind the title is short.
_OUTLET = re.compile(r"\s+(?:[-–—|•·»«]|::)\s+(?:\S+\s*){1,6}$")
_ELLIPSIS = re.compile(r"(?:…|\.\.\.)\s*$")


def title_is_repeated(title: str, text: str) -> bool:
    r"""Tell whether a text begins with its own title.

    Title and text are both read for mentions, so a title that the text repeats would count its places twice.

    Parameters
    ----------
    title, text
        As they stand in the articles table. Compared are their letters and digits alone: case, accents, white space,
        quotes, dashes and HTML entities do not count, nor does what stands before the first letter of the text. An
        outlet behind the title ("... | The Daily Test", "... - Reuters") may be missing from the text.

    Returns
    -------
    bool
        True also for a title that was cut short with an ellipsis. A short title must end where a line or a phrase of
        the text ends: "Mosul" is not repeated by "Mosul fell on Friday". An empty title is not repeated.

    Examples
    --------
    >>> title_is_repeated("Floods reach “Kirkuk” | The Daily Test", "— FLOODS REACH 'KIRKUK'\nHeavy rain ...")
    True
    >>> title_is_repeated("Mosul", "Mosul fell on Friday.")
    False
    """
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
    behind = text[end:]
    is_long = len(wanted) >= LONG
    if len(wanted) >= LONG // 2 and _ELLIPSIS.search(title):
        return True
    inside_word = bool(behind) and (behind[0].isalnum() or (behind[0] in "'’-" and behind[1:2].isalnum()))
    ends_phrase = not behind.strip() or re.match(r"\s*[\r\n\u2028\u2029.:;!?…|–—-]|[\W_]*[\r\n\u2028\u2029]", behind)
    return not inside_word and (is_long or bool(ends_phrase))


def _end_of(wanted: str, text: str) -> int | None:
    """Return where the wanted letters end in a text that begins with them, else None."""
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
