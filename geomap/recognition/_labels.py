"""From the labels of other models to the kinds of mentions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from geomap.errors import UnsupportedFormat
from geomap.gazetteer import Gazetteer, fold
from geomap.tables import KINDS

KIND_OF_LABEL: Mapping[str, str] = {
    "GPE": "toponym",
    "LOC": "toponym",
    "LOCATION": "toponym",
    "FAC": "toponym",
    "NORP": "demonym",
    "MISC": "demonym",
}
"""Labels for places in OntoNotes, CoNLL 2003 and WikiNER. The last two include peoples, and much else."""

LabelChoice = Mapping[str, str] | Iterable[str]
Demonyms = frozenset[str] | Callable[[], frozenset[str]]


class KindsOfLabels:
    """The kinds of mentions, by the labels that a model gives them.

    Parameters
    ----------
    labels
        The labels of mentions, in any case: their names, with the kinds of :data:`KIND_OF_LABEL` (``"toponym"`` if it
        lacks one), or a mapping of names to kinds. By default all of :data:`KIND_OF_LABEL`.
    demonyms
        Folded demonyms (:func:`geomap.gazetteer.fold`), or a function that returns them, called at the first mention; by
        default those of the embedded gazetteer.

    Raises
    ------
    UnsupportedFormat
        If a kind is unknown, or there is no label at all.

    Examples
    --------
    >>> kinds = KindsOfLabels({"GPE": "toponym", "NORP": "demonym"}, demonyms=frozenset({"iraqi"}))
    >>> kinds.kind("GPE", "Mosul"), kinds.kind("NORP", "Iraqi"), kinds.kind("NORP", "Democrats")
    ('toponym', 'demonym', None)
    """

    def __init__(self, labels: LabelChoice | None = None, *, demonyms: Demonyms | None = None) -> None:
        self._kinds = _chosen(KIND_OF_LABEL if labels is None else labels)
        self._given = demonyms

    @cached_property
    def _demonyms(self) -> frozenset[str]:
        if self._given is None:
            return demonyms_of(Gazetteer())
        return self._given() if callable(self._given) else self._given

    def expected(self, label: str) -> str | None:
        """Return the kind of mention that a label stands for; None if it stands for none."""
        return self._kinds.get(label.casefold())

    def kind(self, label: str, words: str) -> str | None:
        """Return the kind of a name with this label and these words; None if it is not a mention.

        A demonym counts only if the gazetteer has it, since the same labels include parties and religions; a toponym
        that is in the gazetteer as a demonym becomes one.
        """
        kind = self.expected(label)
        if kind is None or kind == "embedded":
            return kind
        if fold(words) in self._demonyms:
            return "demonym"
        return "toponym" if kind == "toponym" else None

    def check(self, known: Iterable[str], *, model: str) -> None:
        """Raise :class:`~geomap.errors.UnsupportedFormat` unless a model knows one of the labels."""
        known = sorted(set(known))
        if not any(map(self.expected, known)):
            raise UnsupportedFormat(
                f"no label of {model} is known as one of places: it has {', '.join(known) or 'none'}, and "
                f"expected are {', '.join(sorted(self._kinds))}; name the labels of places, as in "
                "labels={'PLACE': 'toponym'}"
            )


def demonyms_of(gazetteer: Gazetteer) -> frozenset[str]:
    """Return the folded demonyms of a gazetteer."""
    return frozenset(fold(form.written) for form in gazetteer.demonyms())


def _chosen(labels: LabelChoice) -> dict[str, str]:
    if isinstance(labels, str):
        labels = (labels,)
    if not isinstance(labels, Mapping):
        labels = {label: KIND_OF_LABEL.get(label.upper(), "toponym") for label in labels}
    for label, kind in labels.items():
        if kind not in KINDS:
            raise UnsupportedFormat(f"labels: unknown kind {kind!r} for {label!r}; the kinds are {', '.join(KINDS)}")
    if not labels:
        raise UnsupportedFormat(
            "labels is empty, so that nothing would be a mention; leave it out for the usual labels"
        )
    return {label.casefold(): kind for label, kind in labels.items()}
