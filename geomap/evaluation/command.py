"""``geomap evaluate``: what the command line prints and writes."""

from __future__ import annotations

from pathlib import Path

import typer

from geomap.evaluation.gold import Gold, read_gold
from geomap.evaluation.page import rows_of
from geomap.evaluation.reporting import Report, report
from geomap.evaluation.verb import is_count
from geomap.files import replacing
from geomap.pipeline import Geoparser

_MOST_LINES = 20


def evaluate_files(
    gold: Path,
    *,
    predictions: Path | None,
    articles: Path | None,
    recognizer: str | None,
    gazetteer: str,
    bootstrap: int,
    output: Path | None,
    html: Path | None,
    json: Path | None,
) -> None:
    """Evaluate, print the scores on stdout and what was left out on stderr, and write the files asked for."""
    geoparser = Geoparser(recognizer=recognizer, gazetteer=gazetteer)
    evaluated = report(
        _read(gold, articles, geoparser), predictions, geoparser=geoparser, bootstrap=bootstrap, called=gold.name
    )
    _print(evaluated)
    if output is not None:
        with replacing(output) as temporary:
            evaluated.scores.to_csv(temporary, index=False)
    if json is not None:
        evaluated.to_json(json)
    if html is not None:
        evaluated.to_html(html)


def _read(gold: Path, articles: Path | None, geoparser: Geoparser) -> Gold:
    demonyms = frozenset(form.written.casefold() for form in geoparser.gazetteer.demonyms())
    return read_gold(gold, articles=articles, demonyms=demonyms, gazetteer=geoparser.gazetteer)


def _print(evaluated: Report) -> None:
    for row in rows_of(evaluated.left_out.head(_MOST_LINES)):
        typer.echo(f"left out: row {row.row}, article {row.article_id}: {row.reason}", err=True)
    more = len(evaluated.left_out) - _MOST_LINES
    if more > 0:
        typer.echo(f"left out: {more:,} more", err=True)
    for part, rows in evaluated.scores.groupby("part", sort=False):
        typer.echo(str(part))
        for row in rows_of(rows):
            value = f"{row.value:,.0f}" if is_count(str(part), str(row.score)) else f"{row.value:,.3f}"
            between = "" if row.low != row.low else f"  ({row.low:,.3f} to {row.high:,.3f})"
            typer.echo(f"  {row.score:<38} {value:>9}{between}")
