"""Label a sample with the mouse: the sentence, the place that was chosen, and buttons for the verdict."""

from __future__ import annotations

import html
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geomap import tables
from geomap._files import replacing
from geomap._optional import optional
from geomap.errors import InvalidTable, MissingDependency
from geomap.evaluation._sampling import LABELS

if TYPE_CHECKING:
    import geopandas as gpd

_SHOWN = ("toponym", "sentence", "name", "admin1", "country", "feature_code", "population", "confidence", "neighbors")
_RUNNERS_UP = 3
_MARK = '<mark style="padding:0 .15em;border-radius:.2em;color:#000;background:#ffd54f"><b>{}</b></mark>'
_STYLES = {"right": "success", "wrong place": "warning", "not a place": "danger"}


def label(sampled: gpd.GeoDataFrame, *, path: str | os.PathLike[str] | None = None) -> gpd.GeoDataFrame:
    """Show a sample one mention at a time, with buttons to say whether it is right.

    Parameters
    ----------
    sampled
        What :func:`~geomap.evaluation.sample` returned. It is not changed.
    path
        A CSV file for the labels. It is written at every click, and read first if it exists, so that you can stop and go
        on later. Without it the labels exist in the returned table only.

    Returns
    -------
    GeoDataFrame
        A copy whose ``label`` is filled in as buttons are pressed. Without ipywidgets no buttons appear: set ``label`` to
        ``right``, ``wrong place`` or ``not a place`` yourself, or label the table as CSV in a spreadsheet.

    Raises
    ------
    ColumnMissing
        If the sample lacks a column that is shown or that identifies a mention.
    InvalidTable
        If the file at ``path`` holds labels of another sample.
    UnsafeOutput
        If the file cannot be written.

    Notes
    -----
    The confidence is not shown, since people tend to agree with it. Runners-up are shown if the sample still has them
    (:func:`geomap.alternatives`). "Cannot tell" leaves the label missing.
    """
    tables.require_columns(sampled, (*tables.MENTION_KEY, *_SHOWN, "stratum", "label"), what="sample")
    table = sampled.copy()
    if path is not None:
        _resume(table, Path(path))
        _save(table, Path(path))
    try:
        widgets = optional("ipywidgets", needed_by="geomap.evaluation.label", extra="notebooks")
        display = optional("IPython.display", needed_by="geomap.evaluation.label", extra="notebooks")
    except MissingDependency:
        return table
    if len(table):
        display.display(_Labeler(table, widgets, None if path is None else Path(path)).box)
    return table


class _Labeler:
    """The widget: it shows one row of the table at a time and writes the label that is clicked into it."""

    def __init__(self, table: gpd.GeoDataFrame, widgets: Any, path: Path | None) -> None:
        self._table, self._path = table, path
        self._row = 0
        self._buttons = {name: _button(widgets, name.capitalize(), _STYLES[name]) for name in LABELS}
        skip, back = _button(widgets, "Cannot tell", ""), _button(widgets, "Back", "")
        for name, button in self._buttons.items():
            button.on_click(lambda _, label=name: self._label(label))
        skip.on_click(lambda _: self._label(None))
        back.on_click(lambda _: self._show(max(self._row - 1, 0)))
        self._progress = widgets.IntProgress(max=len(table), layout={"width": "100%"})
        self._text = widgets.HTML()
        buttons = widgets.HBox([*self._buttons.values(), skip, back], layout={"flex_flow": "row wrap"})
        self.box = widgets.VBox([self._progress, self._text, buttons], layout={"max_width": "760px"})
        self._alternatives = _runners_up(table)
        unlabeled = table["label"].isna().to_numpy()
        self._show(int(unlabeled.argmax()) if unlabeled.any() else len(table) - 1)

    def _label(self, label: str | None) -> None:
        self._table.loc[self._table.index[self._row], "label"] = label
        if self._path is not None:
            _save(self._table, self._path)
        self._show(min(self._row + 1, len(self._table) - 1))

    def _show(self, row: int) -> None:
        self._row = row
        labels = self._table["label"]
        self._progress.value = done = int(labels.notna().sum())
        chosen = labels.iloc[row] if pd.notna(labels.iloc[row]) else None
        for name, button in self._buttons.items():
            button.icon = "check" if name == chosen else ""
        header = f"{row + 1} of {len(labels)}, {done} labeled"
        self._text.value = _mention_html(self._table.iloc[row], header, self._alternatives[row])


def _button(widgets: Any, words: str, style: str) -> Any:
    return widgets.Button(description=words, button_style=style, layout={"width": "auto"})


def _mention_html(row: pd.Series[Any], header: str, runners_up: str) -> str:
    """Return one mention as HTML in which the article's words are escaped."""
    lines = [
        f"<small>{html.escape(header)}</small>",
        f'<div style="font-size:1.15em;line-height:1.5;margin:.4em 0">{_marked(row)}</div>',
        f"resolved to <b>{html.escape(_described(row))}</b>",
    ]
    if _known(row["neighbors"]):
        lines.append(f"<small>nearest other places in the article: {html.escape(row['neighbors'])}</small>")
    if runners_up:
        lines.append(f"<small>other candidates: {html.escape(runners_up)}</small>")
    return "".join(f"<div>{line}</div>" for line in lines)


def _marked(row: pd.Series[Any]) -> str:
    """Return the sentence with every occurrence of the toponym marked."""
    words = " ".join(str(row["toponym"]).split())
    sentence = row["sentence"] if _known(row["sentence"]) else words
    parts = re.split(rf"(?<!\w){re.escape(words)}(?!\w)", sentence)
    if len(parts) == 1:
        parts = sentence.split(words)
    return _MARK.format(html.escape(words)).join(html.escape(part) for part in parts)


def _described(row: pd.Series[Any]) -> str:
    if not _known(row["name"]):
        return "no place (nil)"
    within = [row[name] for name in ("admin1", "country") if _known(row[name]) and row[name] != row["name"]]
    facts = [row["feature_code"] if _known(row["feature_code"]) else ""]
    if _known(row["population"]) and row["population"] > 0:
        facts.append(f"{int(row['population']):,} people")
    details = "; ".join(filter(None, facts))
    return ", ".join([row["name"], *within]) + (f" ({details})" if details else "")


def _runners_up(table: gpd.GeoDataFrame) -> list[str]:
    """Return the next likeliest candidates of each row in words, empty if the table does not have them."""
    from geomap.resolution import alternatives

    keys = _keys(table)
    chosen = dict(zip(keys, table["place_id"].tolist(), strict=True))
    words: dict[tuple[str, ...], list[str]] = {key: [] for key in keys}
    try:
        candidates = alternatives(table)
    except InvalidTable:
        return [""] * len(keys)
    named = zip(_keys(candidates), *(candidates[name] for name in ("place_id", "name", "country_code")), strict=True)
    for key, place_id, name, code in named:
        if place_id != chosen[key]:
            words[key].append(f"{name}, {code}" if _known(code) else name)
    return ["; ".join(words[key][:_RUNNERS_UP]) for key in keys]


def _keys(table: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(zip(*(table[name].astype(str).tolist() for name in tables.MENTION_KEY), strict=True))


def _known(value: Any) -> bool:
    return bool(pd.notna(value))


def _resume(table: gpd.GeoDataFrame, path: Path) -> None:
    """Fill in the labels that are already in the file."""
    if not path.exists():
        return
    needed = (*tables.MENTION_KEY, "label")
    saved = pd.read_csv(path, dtype=dict.fromkeys(needed, str), encoding="utf-8-sig")
    tables.require_columns(saved, needed, what=f"{path}")
    saved = saved[saved["label"].notna()]
    labels = dict(zip(_keys(saved), saved["label"].tolist(), strict=True))
    keys = _keys(table)
    others = len(set(labels) - set(keys))
    if others:
        raise InvalidTable(
            f"{path} holds {others} labels of another sample, which would be lost; choose another file or move this one"
        )
    filled = [labels.get(key, label) for key, label in zip(keys, table["label"].tolist(), strict=True)]
    table["label"] = tables.as_dtype(pd.Series(filled, index=table.index, dtype=object), "str")


def _save(table: gpd.GeoDataFrame, path: Path) -> None:
    columns = [*tables.MENTION_KEY, "toponym", "name", "sentence", "stratum", "label"]
    columns += ["weight"] if "weight" in table.columns else []
    with replacing(path) as temporary:
        pd.DataFrame(table[columns]).to_csv(temporary, index=False)
