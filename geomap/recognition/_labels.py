"""From the labels of other people's models to the kinds of mentions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from geomap.errors import UnsupportedFormat
from geomap.gazetteer import Gazetteer, fold

KIND_OF_LABEL: Mapping[str, str] = {
    "GPE": "toponym",
    "LOC": "toponym",
    "LOCATION": "toponym",
    "FAC": "toponym",
    "NORP": "demonym",
    "MISC": "demonym",
}
"""Labels of OntoNotes, CoNLL 2003 and WikiNER that places go by. The last two hold peoples, and much else."""

KINDS = frozenset(("toponym", "demonym", "embedded"))

LabelChoice = Mapping[str, str] | Iterable[str]
Demonyms = frozenset[str] | Callable[[], frozenset[str]]


class KindsOfLabels:
    """Tells the kind of a mention from the label that a model gave it.

    Parameters
    ----------
    labels
        The labels to take for mentions, in any case: their names, of the kinds in :data:`KIND_OF_LABEL` (``"toponym"``
        where it lacks one), or a mapping of names to kinds. All of :data:`KIND_OF_LABEL` when left out.
    demonyms
        Folded demonyms (:func:`geomap.gazetteer.fold`), or what returns them when the first mention is judged; those of
        the embedded gazetteer when left out.

    Raises
    ------
    UnsupportedFormat
        If a label's kind is none, or there is no label at all.
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
        """Return the kind of mention that a label promises; None of a label that holds no places."""
        return self._kinds.get(label.casefold())

    def kind(self, label: str, words: str) -> str | None:
        """Return the kind of a mention with this label and these words, or None where it is none.

        A demonym counts only if the gazetteer knows it, since the same labels hold parties and religions; a toponym
        that is one becomes one.
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
                f"{model} labels nothing that is taken for a place: it knows {', '.join(known) or 'no label'}, and "
                f"looked for are {', '.join(sorted(self._kinds))}; say which of its labels are places, as in "
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
            raise UnsupportedFormat(f"labels: {label!r} is to be {kind!r}; the kinds are {', '.join(sorted(KINDS))}")
    if not labels:
        raise UnsupportedFormat("labels is empty: no label would be taken for a place; leave it out for the usual ones")
    return {label.casefold(): kind for label, kind in labels.items()}
