"""The evaluation report as one HTML page without network, scripts or words that are not escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from geomap.evaluation.breakdowns import BY
from geomap.evaluation.plots import distance_curve, intervals, reliability_diagram
from geomap.evaluation.verb import is_count

if TYPE_CHECKING:
    from geomap.evaluation.reporting import Report

_MOST_ROWS = 60
_MOST_COUNTRIES = 20
_FEWEST = 5
_HEADLINES = (
    ("recognition", "exact_f1", "spans, exact F1"),
    ("recognition", "overlap_f1", "spans, overlap F1"),
    ("recognition", "exact_without_demonyms_f1", "without demonyms, exact F1"),
    ("resolution", "candidate_recall", "right place among candidates"),
    ("resolution", "accuracy_161km", "gold spans within 161 km"),
    ("resolution without source", "accuracy_161km", "the same with the source hidden"),
    ("resolution", "accuracy_region", "gold spans, region-aware"),
    ("resolution", "accuracy_id", "gold spans, exact id"),
    ("end to end", "end_to_end_161km_f1", "end to end within 161 km, F1"),
    ("end to end", "end_to_end_id_f1", "end to end, exact span and id, F1"),
)
_TITLES: Mapping[str, str] = {
    "kind": "By kind of mention",
    "usage": "By usage",
    "feature_class": "By feature class (GeoNames)",
    "country": "By country",
    "population": "By population of the place",
}
_NAMES: Mapping[str, str] = {
    "exact_recall": "found, exact",
    "overlap_recall": "found, overlap",
    "exact_precision": "precision, exact",
    "accuracy_161km": "within 161 km",
    "accuracy_region": "region-aware",
    "end_to_end_161km_recall": "found and within 161 km",
}
_CLASSES = {
    "A": "country, state",
    "H": "water",
    "L": "area, park",
    "P": "town",
    "R": "road",
    "S": "building, spot",
    "T": "mountain, island",
    "U": "undersea",
    "V": "forest",
}
_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2530; --muted: #5b6773; --line: #d9dee3; --accent: #1f5d99;
 --second: #b9c6d3; --stripe: #f4f6f8; }
@media (prefers-color-scheme: dark) { :root { --paper: #14191f; --ink: #e4e9ee; --muted: #9aa7b4; --line: #38424d;
 --accent: #6fb0ea; --second: #4a5b6c; --stripe: #1b222a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 62rem; background: var(--paper); color: var(--ink);
 font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2.4rem 0 .4rem; }
p { margin: .3rem 0 .8rem; max-width: 46rem; } .muted { color: var(--muted); }
figure { margin: .6rem 0 1.2rem; } figcaption { color: var(--muted); font-size: .9rem; max-width: 46rem; }
svg { display: block; width: 100%; max-width: 44rem; height: auto; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); padding: 0 0 .4rem; }
th, td { text-align: left; padding: .22rem .7rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; white-space: nowrap; } tbody tr:nth-child(even) { background: var(--stripe); }
details { margin: .6rem 0; } summary { cursor: pointer; color: var(--accent); }
"""


def page(report: Report) -> str:
    """Return the page.

    Raises
    ------
    MissingDependency
        If matplotlib is not installed.
    """
    about = report.about
    counts = report.scores[report.scores["part"].eq("gold")].set_index("score")["value"]
    said = ", ".join(f"{_integer(value)} {str(name).replace('_', ' ')}" for name, value in counts.items() if value)
    body = [
        "<h1>Evaluation</h1>",
        f"<p>Predictions: {_text(about.get('predictions'))}. Gold: {_text(about.get('gold'))} ({_text(said)}). "
        f"geomap {_text(about.get('geomap'))}.</p>",
        f"<p class='muted'>Intervals are 95 % over articles: {_text(about.get('bootstrap'))} bootstrap resamples, seed "
        f"{_text(about.get('seed'))}. Resolution counts every gold mention with coordinates; an unanswered one is wrong. "
        "Region-aware: a country or a state of the United States is right anywhere inside it.</p>",
        *_left_out(report.left_out),
        *_headlines(report.scores),
        *_distances(report),
        *_reliability(report),
        *(part for by in BY for part in _broken_down(report.breakdown, by)),
        *_confusions(report.confusions),
        *_all_scores(report.scores),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">\n'
        f"<title>Evaluation: {_text(about.get('gold'))}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _left_out(table: pd.DataFrame) -> list[str]:
    if not len(table):
        return []
    rows = [(row.article_id, row.row, row.reason) for row in rows_of(table.head(_MOST_ROWS))]
    more = f" The first {_MOST_ROWS} are shown; the JSON report has all." if len(table) > _MOST_ROWS else ""
    return [
        f"<details><summary>{len(table):,} rows could not be used and were left out</summary>",
        f"<p>The rest is scored.{more}</p>",
        _table(("article", "row", "reason"), rows),
        "</details>",
    ]


def _headlines(scores: pd.DataFrame) -> list[str]:
    by_name = scores.set_index(["part", "score"])
    kept = [((part, score), label) for part, score, label in _HEADLINES if (part, score) in by_name.index]
    rows = by_name.loc[[key for key, _ in kept]]
    labels = [f"{label}: {value:.3f}" for (_, label), value in zip(kept, rows["value"], strict=True)]
    return [
        "<h2>Scores</h2>",
        _figure(intervals("headlines", rows, labels), "The scores that count, with their intervals."),
    ]


def _distances(report: Report) -> list[str]:
    if report.distances["share"].isna().all():
        return []
    caption = "Gold mentions with coordinates, by how far from the gold point they were placed."
    return ["<h2>How far off</h2>", _figure(distance_curve(report.distances), caption)]


def _reliability(report: Report) -> list[str]:
    if not len(report.reliability):
        return []
    value = report.scores.set_index(["part", "score"])["value"].get(("resolution", "calibration_error"))
    caption = (
        "On the dashed line, a stated confidence is as often right as it says; hollow where a bin has fewer than 20. "
        f"Expected calibration error: {value:.3f}."
    )
    return ["<h2>Is the confidence right?</h2>", _figure(reliability_diagram(report.reliability), caption)]


def _broken_down(breakdown: pd.DataFrame, by: str) -> list[str]:
    part = breakdown[breakdown["by"].eq(by)]
    if part["group"].nunique() < 2:
        return []
    shown = part[part["group"].isin(part["group"].drop_duplicates()[:_MOST_COUNTRIES])]
    accuracy = shown[shown["score"].eq("accuracy_161km") & shown["mentions"].ge(_FEWEST)]
    labels = [f"{_group(by, row.group)}  ({row.mentions:,})" for row in rows_of(accuracy)]
    parts = [f"<h2>{_TITLES[by]}</h2>"]
    if len(accuracy):
        caption = f"Gold spans within 161 km; in brackets how many mentions. Groups of at least {_FEWEST}."
        parts.append(_figure(intervals(by, accuracy, labels), caption))
    names = [name for name in _NAMES if shown["score"].eq(name).any()]
    cells = {(row.group, row.score): row for row in rows_of(shown)}
    rows = [
        (_group(by, group), *(_with_interval(cells.get((group, name))) for name in names))
        for group in shown["group"].drop_duplicates()
    ]
    more = part["group"].nunique() - shown["group"].nunique()
    note = f"<p class='muted'>{more} more groups are in the JSON report.</p>" if more else ""
    table = _table(("", *(_NAMES[name] for name in names)), rows)
    return [*parts, f"<details><summary>As a table</summary>{table}{note}</details>"]


def _group(by: str, name: object) -> str:
    return f"{name} {_CLASSES[str(name)]}" if by == "feature_class" and str(name) in _CLASSES else str(name)


def _with_interval(row: object) -> str:
    if row is None:
        return ""
    value, low, high = (float(getattr(row, name)) for name in ("value", "low", "high"))
    return f"{value:.3f}" + (f" ({low:.3f} to {high:.3f})" if low == low else "")


def _confusions(table: pd.DataFrame) -> list[str]:
    if not len(table):
        return []
    sums = table.groupby("mistake", sort=False)["mentions"].sum().sort_values(ascending=False)
    said = ", ".join(f"{name} {count:,}" for name, count in sums.items())
    rows = [
        (
            row.mistake,
            row.toponym,
            row.gold,
            row.predicted,
            "" if row.km != row.km else f"{row.km:,.0f}",
            f"{row.mentions:,}",
        )
        for row in rows_of(table.head(_MOST_ROWS))
    ]
    head = ("mistake", "toponym", "gold", "predicted", "km", "mentions")
    return [
        "<h2>What was mistaken for what</h2>",
        f"<p>Mentions: {_text(said)}. The most frequent:</p>",
        _table(head, rows),
    ]


def _all_scores(scores: pd.DataFrame) -> list[str]:
    rows = [
        (row.part, row.score.replace("_", " "), _number(row.value, count=is_count(row.part, row.score)), _between(row))
        for row in rows_of(scores)
    ]
    return ["<h2>All scores</h2>", _table(("part", "score", "value", "95 % interval"), rows)]


def _between(row: Any) -> str:
    return "" if row.low != row.low else f"{_number(row.low)} to {_number(row.high)}"


def _number(value: float, *, count: bool = False) -> str:
    return _integer(value) if count else f"{value:,.3f}"


def rows_of(table: pd.DataFrame) -> list[Any]:
    """Return the rows as named tuples, their values untyped."""
    return list(table.itertuples(index=False))


def _integer(value: float) -> str:
    return f"{int(value):,}"


def _figure(svg: str, caption: str) -> str:
    return f'<figure role="group">{svg}<figcaption>{_text(caption)}</figcaption></figure>'


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    listed = [[str(cell) for cell in row] for row in rows]
    numeric = {"km", "mentions", "row", "value", "95 % interval"}
    names = list(head)
    right = [' class="number"' if name in numeric else "" for name in names]
    top = "".join(f"<th scope='col'{kind}>{_text(name)}</th>" for name, kind in zip(names, right, strict=True))
    lines = [
        "<tr>" + "".join(f"<td{kind}>{_text(cell)}</td>" for cell, kind in zip(row, right, strict=True)) + "</tr>"
        for row in listed
    ]
    return f"<div class='scroll'><table><thead><tr>{top}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"


def _text(words: object) -> str:
    return html.escape(str(words), quote=True)
