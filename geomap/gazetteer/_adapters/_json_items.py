"""Read the items of a JSON file one at a time: the features of a collection, the objects of a list or of a sequence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from geomap.errors import InvalidGazetteer
from geomap.gazetteer._adapters._opening import open_text, reading

_CHUNK = 1 << 20
# The outline of a country in full detail takes tens of megabytes.
_LONGEST_ITEM = 1 << 27
_SPACE = " \t\r\n\x1e"  # the last one separates the records of a GeoJSON text sequence
# Lists of these names are read item by item: of GeoJSON, of JSON-LD, of the answers to SPARQL queries.
_LISTS = frozenset({"features", "@graph", "bindings"})
_ENTERED = frozenset({"results"})
_NEAR_THE_END = 16


class JsonItems:
    """The items of a JSON file, to be iterated over once.

    Parameters
    ----------
    path
        The file.

    Attributes
    ----------
    head : dict
        The other members of the outermost object, as far as they have been read.
    list_name : str
        Name of the list whose items are read; empty for an outermost list and for a sequence of objects.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.head: dict[str, Any] = {}
        self.list_name = ""

    def __iter__(self) -> Iterator[Any]:
        """Yield the items.

        Raises
        ------
        InvalidGazetteer
            If the file is not JSON; the message names the line.
        """
        with open_text(self.path) as stream:
            text = _Text(stream, self.path)
            while following := text.peek():
                if following == "[":
                    yield from self._items(text)
                elif following == "{":
                    self.head, self.list_name = {}, ""
                    yield from self._members(text)
                    if not self.list_name:
                        yield self.head
                else:
                    yield text.value()

    def _members(self, text: _Text) -> Iterator[Any]:
        text.take("{")
        more = text.peek() != "}"
        if not more:
            text.take("}")
        while more:
            key = text.value()
            text.take(":")
            following = text.peek()
            if key in _LISTS and following == "[":
                self.list_name = key
                yield from self._items(text)
            elif key in _ENTERED and following == "{":
                yield from self._members(text)
            elif isinstance(key, str):
                self.head[key] = text.value()
            else:
                text.fail("a name must be a text")
            more = text.goes_on("}")

    def _items(self, text: _Text) -> Iterator[Any]:
        text.take("[")
        if text.peek() == "]":
            text.take("]")
            return
        yield text.value()
        while text.goes_on("]"):
            yield text.value()


class _Text:
    """The characters of a file that are not consumed yet, as many as are needed."""

    def __init__(self, stream: TextIO, path: Path) -> None:
        self._stream, self._path = stream, path
        self._decode = json.JSONDecoder().raw_decode
        self._held, self._at, self._line, self._ended = "", 0, 1, False

    def peek(self) -> str:
        """Return the next character that is not space, empty at the end."""
        while True:
            while self._at < len(self._held):
                if self._held[self._at] not in _SPACE:
                    return self._held[self._at]
                self._at += 1
            if not self._more():
                return ""

    def take(self, wanted: str) -> None:
        """Consume a character, which must be this one."""
        if self.peek() != wanted:
            self.fail(f"Expecting {wanted!r}")
        self._at += 1

    def goes_on(self, end: str) -> bool:
        """Consume a comma or the end of a list or object, and return whether it was a comma."""
        found = self.peek()
        self.take(end if found == end else ",")
        return found != end

    def value(self) -> Any:
        """Consume a value."""
        self.peek()
        while True:
            try:
                value, end = self._decode(self._held, self._at)
            except json.JSONDecodeError as error:
                whole = error.pos + _NEAR_THE_END < len(self._held) and not error.msg.startswith("Unterminated")
                if whole or not self._more():
                    self._at = min(error.pos, len(self._held))
                    self.fail(error.msg)
                continue
            except RecursionError:
                self.fail("too many brackets within each other")
            except ValueError:
                self.fail("a number has thousands of digits")
            # A number goes on as long as there are digits.
            if end < len(self._held) or not self._more():
                self._at = end
                return value

    def fail(self, what: str) -> None:
        """Raise InvalidGazetteer at this place."""
        line = self._line + self._held.count("\n", 0, self._at)
        missing = "; the file ends too early, is the download complete?" if self._at >= len(self._held) else ""
        raise InvalidGazetteer(f"{self._path.name}, line {line}: invalid JSON: {what}{missing}")

    def _more(self) -> bool:
        if self._ended:
            return False
        self._line += self._held.count("\n", 0, self._at)
        self._held, self._at = self._held[self._at :], 0
        if len(self._held) > _LONGEST_ITEM:
            raise InvalidGazetteer(
                f"{self._path.name}, line {self._line}: one item has more than {_LONGEST_ITEM:,} characters"
            )
        with reading(self._path):
            found = self._stream.read(max(_CHUNK, len(self._held)))
        self._ended = not found
        self._held += found
        return bool(found)
