"""The folds of cross-validation, defined once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

SEED = 20161017
FOLDS = 5


def outlet_folds(sources: Sequence[str | None], *, folds: int = FOLDS, seed: int = SEED) -> npt.NDArray[np.int64]:
    """Assign articles to folds such that all articles of one outlet are in the same fold.

    The largest outlets are dealt first, each to the fold that has the fewest articles so far, as scikit-learn's
    GroupKFold does; outlets of equal size are taken in a seeded random order. An article without a source is an outlet
    of its own.

    Parameters
    ----------
    sources
        The outlet of each article.

    Returns
    -------
    ndarray of shape (articles,)
        Fold number of each article.
    """
    names = [source if isinstance(source, str) else f"\x00{number}" for number, source in enumerate(sources)]
    outlets, inverse, counts = np.unique(names, return_inverse=True, return_counts=True)
    shuffled = np.random.default_rng(seed).permutation(len(outlets))
    order = shuffled[np.argsort(-counts[shuffled], kind="stable")]
    filled = np.zeros(folds, dtype=np.int64)
    fold_of = np.zeros(len(outlets), dtype=np.int64)
    for outlet in order:
        fold_of[outlet] = int(np.argmin(filled))
        filled[fold_of[outlet]] += counts[outlet]
    return np.asarray(fold_of[inverse], dtype=np.int64)
