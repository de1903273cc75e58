"""Label a sample with the mouse: the sentence, the place it was taken to mean, and three buttons."""

from __future__ import annotations

import html
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geomap import tables
from geomap._files import replacing
from geomap.errors import InvalidTable
from geomap.evaluation._sampling import LABELS

if TYPE_CHECKING:
    import geopandas as gpd

_KEYS = ("article_id", "field", "start", "end")
_SHOWN = ("toponym", "sentence", "name", "admin1", "country", "feature_code", "population", "confidence", "neighbors")
_RUNNERS_UP = 3
_MARK = '<mark style="padding:0 .15em;border-radius:.2em;color:#000;background:#ffd54f"><b>{}</b></mark>'
_STYLES = {"right": "success", "wrong place": "warning", "not a place": "danger"}


def label(sampled: gpd.GeoDataFrame, *, path: str | os.PathLike[str] | None = None) -> gpd.GeoDataFrame:
    """Show a sample one mention at a time, with buttons to say whether it is right.

    Parameters
    ----------
    sampled
        What :func:`~geomap.evaluation.sample` drew. It is not changed.
    path
        A CSV file to keep the labels in: it is written at every click, and read where it is there already, so that one
        can stop and go on later. Without it the labels live in the table that is returned, and nowhere else.

    Returns
    -------
    GeoDataFrame
        A copy whose ``label`` is filled in as the buttons are pressed. Without ipywidgets it is all there is: fill in
        its ``label`` by hand with ``right``, ``wrong place`` or ``not a place``, or write it to a CSV, label it in
        a spreadsheet and read it back.

    Raises
    ------
    ColumnMissing
        If the sample lacks a column that is needed here.
    InvalidTable
        If the file at ``path`` holds no labels of this sample.
    UnsafeOutput
        If the file cannot be written.

    Notes
    -----
    The confidence is not shown: who sees it tends to agree with it. Runners-up are shown where the sample still carries
    them (:func:`geomap.alternatives`). "Cannot tell" leaves the label missing.
    """
    tables.require_columns(sampled, (*_KEYS, *_SHOWN, "stratum", "label"), what="the sample")
    table = sampled.copy()
    if path is not None:
        _resume(table, Path(path))
        _keep(table, Path(path))
    try:
        import ipywidgets as widgets
        from IPython import display
    except ImportError:
        return table
    if len(table):
        show: Any = display.display
        show(_Labeler(table, widgets, None if path is None else Path(path)).box)
    return table


class _Labeler:
    """The widget: it shows one row of the table at a time and writes what is pressed into it."""

    def __init__(self, table: gpd.GeoDataFrame, widgets: Any, path: Path | None) -> None:
        self._table, self._path = table, path
        self._row = 0
        self._buttons = {name: _button(widgets, name.capitalize(), _STYLES[name]) for name in LABELS}
        skip, back = _button(widgets, "Cannot tell", ""), _button(widgets, "Back", "")
        for name, button in self._buttons.items():
            button.on_click(lambda _, given=name: self._give(given))
        skip.on_click(lambda _: self._give(None))
        back.on_click(lambda _: self._show(max(self._row - 1, 0)))
        self._progress = widgets.IntProgress(max=len(table), layout={"width": "100%"})
        self._text = widgets.HTML()
        buttons = widgets.HBox([*self._buttons.values(), skip, back], layout={"flex_flow": "row wrap"})
        self.box = widgets.VBox([self._progress, self._text, buttons], layout={"max_width": "760px"})
        self._alternatives = _runners_up(table)
        unlabeled = table["label"].isna().to_numpy()
        self._show(int(unlabeled.argmax()) if unlabeled.any() else len(table) - 1)

    def _give(self, given: str | None) -> None:
        self._table.loc[self._table.index[self._row], "label"] = given
        if self._path is not None:
            _keep(self._table, self._path)
        self._show(min(self._row + 1, len(self._table) - 1))

    def _show(self, row: int) -> None:
        self._row = row
        labels = self._table["label"]
        self._progress.value = done = int(labels.notna().sum())
        chosen = labels.iloc[row] if pd.notna(labels.iloc[row]) else None
        for name, button in self._buttons.items():
            button.icon = "check" if name == chosen else ""
        above = f"{row + 1} of {len(labels)}, {done} labeled"
        self._text.value = _page(self._table.iloc[row], above, self._alternatives[row])


def _button(widgets: Any, words: str, style: str) -> Any:
    return widgets.Button(description=words, button_style=style, layout={"width": "auto"})


def _page(row: pd.Series[Any], above: str, runners_up: str) -> str:
    """Return what is shown of one mention, as HTML in which the article's words are text."""
    lines = [
        f"<small>{html.escape(above)}</small>",
        f'<div style="font-size:1.15em;line-height:1.5;margin:.4em 0">{_marked(row)}</div>',
        f"taken for <b>{html.escape(_described(row))}</b>",
    ]
    if _known(row["neighbors"]):
        lines.append(
            f"<small>of the article’s other places, the nearest to it: {html.escape(row['neighbors'])}</small>"
        )
    if runners_up:
        lines.append(f"<small>it might have been: {html.escape(runners_up)}</small>")
    return "".join(f"<div>{line}</div>" for line in lines)


def _marked(row: pd.Series[Any]) -> str:
    """Return the sentence with the toponym marked, every time that it stands there."""
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
    said = "; ".join(filter(None, facts))
    return ", ".join([row["name"], *within]) + (f" ({said})" if said else "")


def _runners_up(table: gpd.GeoDataFrame) -> list[str]:
    """Return for each row its next likeliest candidates in words, empty where the table does not carry them."""
    from geomap.pipeline import alternatives

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
    return list(zip(*(table[name].astype(str).tolist() for name in _KEYS), strict=True))


def _known(value: Any) -> bool:
    return bool(pd.notna(value))


def _resume(table: gpd.GeoDataFrame, path: Path) -> None:
    """Fill in the labels that the file already holds."""
    if not path.exists():
        return
    kept = pd.read_csv(path, dtype=dict.fromkeys((*_KEYS, "label"), str), encoding="utf-8-sig")
    tables.require_columns(kept, (*_KEYS, "label"), what=f"{path}")
    kept = kept[kept["label"].notna()]
    labels = dict(zip(_keys(kept), kept["label"].tolist(), strict=True))
    keys = _keys(table)
    others = len(set(labels) - set(keys))
    if others:
        raise InvalidTable(
            f"{path} holds {others} labels of another sample, which would be lost; name another file, or move it away"
        )
    filled = [labels.get(key, given) for key, given in zip(keys, table["label"].tolist(), strict=True)]
    table["label"] = tables.as_dtype(pd.Series(filled, index=table.index, dtype=object), "str")


def _keep(table: gpd.GeoDataFrame, path: Path) -> None:
    columns = [*_KEYS, "toponym", "name", "sentence", "stratum", "label"]
    columns += [name for name in ("weight",) if name in table.columns]
    with replacing(path) as temporary:
        pd.DataFrame(table[columns]).to_csv(temporary, index=False)
