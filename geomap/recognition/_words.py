"""Words that are also names: the ordinary words of English, and given names."""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from typing import NamedTuple

from geomap.resources._loading import read_resource


class Words(NamedTuple):
    """Ordinary words and given names, in small letters."""

    ordinary: frozenset[str]
    given: frozenset[str]


@lru_cache(maxsize=1)
def english_words() -> Words:
    """Return the lists that ship; see ``data/recipes/words``."""
    content = json.loads(gzip.decompress(read_resource("words.json.gz")))
    return Words(frozenset(content["ordinary_words"]), frozenset(content["given_names"]))
