"""Match predicted spans with gold spans."""

from __future__ import annotations

import numpy as np
import pandas as pd

KEYS = ("article_id", "field")


def match_spans(gold: pd.DataFrame, predicted: pd.DataFrame, *, exact: bool) -> np.ndarray:
    """Pair gold spans with predicted spans one to one, within each article and field.

    Parameters
    ----------
    gold, predicted
        Tables with ``article_id``, ``field``, ``start`` and ``end``.
    exact
        Whether offsets must be equal. Otherwise an overlap of one character is enough; exact pairs are taken first,
        the rest in text order.

    Returns
    -------
    ndarray of shape (pairs, 2)
        Row positions in gold and in predicted, in gold order.
    """
    by_key: dict[tuple[str, str], list[int]] = {}
    for position, key in enumerate(zip(predicted["article_id"], predicted["field"], strict=True)):
        by_key.setdefault(key, []).append(position)
    starts, ends = predicted["start"].to_numpy(), predicted["end"].to_numpy()
    used: set[int] = set()
    pairs: list[tuple[int, int]] = []
    rows = list(zip(gold["article_id"], gold["field"], gold["start"], gold["end"], strict=True))
    for position, (article_id, field, start, end) in enumerate(rows):
        for other in by_key.get((article_id, field), ()):
            if other not in used and starts[other] == start and ends[other] == end:
                used.add(other)
                pairs.append((position, other))
                break
    if not exact:
        matched = {position for position, _ in pairs}
        for position, (article_id, field, start, end) in enumerate(rows):
            if position in matched:
                continue
            for other in by_key.get((article_id, field), ()):
                if other not in used and starts[other] < end and start < ends[other]:
                    used.add(other)
                    pairs.append((position, other))
                    break
    return np.array(sorted(pairs), dtype="int64").reshape(-1, 2)
