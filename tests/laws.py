"""How often property tests and faults are tried: as usual, or many times over with ``pytest --long``."""

from __future__ import annotations

import os

VARIABLE = "GEOMAP_TEST_REPEATS"


def many(usual: int) -> int:
    """Return how many examples to draw or faults to try where ``usual`` is enough in an ordinary run."""
    return usual * int(os.environ.get(VARIABLE, "1"))
