"""Strict JSON: what it returns is what any table, file or page of geomap can hold, and all else is one error.

Python's own reader takes ``NaN``, numbers beyond any float and half surrogate pairs, which fail later and elsewhere, and
fails with another error at brackets nested too deep.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard

from geomap._decoding import decode, read_bytes
from geomap._text import clean


class InvalidJson(ValueError):
    """A text is no JSON, or holds a value that nothing else can; the message says what is wrong with it."""


def parse(text: str) -> Any:
    r"""Return what a JSON text holds; half of a surrogate pair in a string or key becomes U+FFFD.

    Raises
    ------
    InvalidJson
        If it is not JSON, is nested too deep, or holds a number that is not finite or has thousands of digits.

    Examples
    --------
    >>> parse('{"name": "Mosul \\ud83d"}')
    {'name': 'Mosul �'}
    >>> parse("[1e999]")
    Traceback (most recent call last):
        ...
    geomap._json.InvalidJson: 1e999 is not a finite number
    """
    try:
        value = json.loads(text, parse_constant=_finite, parse_float=_finite)
        return _cleaned(value) if "\\u" in text or not _encodes(text) else value
    except InvalidJson:
        raise
    except json.JSONDecodeError as error:
        raise InvalidJson(f"invalid JSON ({error})") from error
    except RecursionError as error:
        raise InvalidJson("invalid JSON (nested too deep)") from error
    except ValueError as error:
        raise InvalidJson("invalid JSON (a number has thousands of digits)") from error


def lines(path: Path) -> Iterator[tuple[int, str]]:
    r"""Yield the lines of a file that are not blank, with their numbers from 1.

    The file is UTF-8, or what its byte order mark says. Only ``\n`` ends a line: U+2028, U+0085 and their like may stand
    inside of JSON, and pages of geomap write them so.

    Raises
    ------
    Undecodable, OSError
        If the file cannot be read, or not as UTF-8.
    """
    data = read_bytes(path)
    content = decode(data)
    if (content.guessed and not content.encoding.startswith(("utf-16", "utf-32"))) or content.damage:
        content = decode(data, encoding="utf-8")  # raises, with the place
    for number, line in enumerate(content.lines(newline="\n"), start=1):
        if line.strip():
            yield number, line


def is_whole(value: object) -> TypeGuard[int]:
    """Return whether a value is an integer that a table can hold; ``true`` is none.

    Examples
    --------
    >>> [is_whole(value) for value in (7, True, 7.0, 10**30)]
    [True, False, False, False]
    """
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is a number that a table can hold; ``true`` is none."""
    return is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise InvalidJson(f"{text:.40} is not a finite number")
    return value


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if isinstance(value, dict):
        return {clean(key): _cleaned(each) for key, each in value.items()}
    return value
