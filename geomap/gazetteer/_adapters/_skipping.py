"""The account of the rows that an adapter leaves out."""

from __future__ import annotations

import warnings
from collections import Counter

from geomap.errors import GazetteerRowsSkipped

NO_COORDINATES = "have no coordinates"
OUTSIDE = "have coordinates outside the globe"
NO_NAME = "have no name"


class Skipped:
    """Counts the places left out, by reason; the reason is what a sentence about them says: ``"have no name"``."""

    def __init__(self) -> None:
        self.reasons: Counter[str] = Counter()
        self.first: dict[str, str] = {}

    def add(self, reason: str, where: str) -> None:
        """Count one place, by file and row."""
        self.reasons[reason] += 1
        self.first.setdefault(reason, where)

    def report(self, file: str, kept: int) -> None:
        """Warn of what was left out, if anything was."""
        if not self.reasons:
            return
        every = self.reasons.total() + kept
        if len(self.reasons) == 1:
            ((reason, count),) = self.reasons.items()
            said = f"{count:,} of {every:,} places {reason} and were skipped (the first: {self.first[reason]})"
        else:
            parts = (
                f"{count:,} {reason} (the first: {self.first[reason]})" for reason, count in self.reasons.most_common()
            )
            said = f"{self.reasons.total():,} of {every:,} places were skipped: {', '.join(parts)}"
        warnings.warn(f"{file}: {said}", GazetteerRowsSkipped, stacklevel=3)
