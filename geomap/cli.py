"""The command line: commands that mirror the public verbs.

Exit codes: 0 done; 1 something unforeseen; 2 wrong usage; 3 articles or gold missing or unreadable; 4 the output cannot
be written; 5 an optional package is missing; 6 a gazetteer or resource is missing or damaged. Results go to stdout,
everything else to stderr.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geomap import errors
from geomap.gazetteer.commands import app as gazetteer_commands
from geomap.geocoding.commands import Domain, Fallback, UserAgent, fallback_service
from geomap.geocoding.commands import mount as mount_geocoding

if TYPE_CHECKING:
    from rich.progress import TaskID

    from geomap.pipeline import Progress

app = typer.Typer(
    name="geomap",
    help="Read a corpus as a map: find place names in news articles, resolve them, map them. Offline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

Articles = Annotated[
    Path, typer.Argument(help="A folder or file of articles: .txt, .csv, .jsonl, .json, .parquet, .html.")
]
Recognizer = Annotated[
    str | None,
    typer.Option(help="The recognizer: 'neural', or 'gazetteer', which works by names alone.", show_default="neural"),
]
GazetteerName = Annotated[str, typer.Option(help="The gazetteer to resolve with.")]
MinConfidence = Annotated[
    float | None,
    typer.Option(
        min=0.0,
        max=1.0,
        help="Mentions less sure than this stay unresolved.",
        show_default="0.3; 0 with a gazetteer of your own",
    ),
]

EXIT_CODES: tuple[tuple[type[errors.GeomapError], int], ...] = (
    (errors.MissingDependency, 5),
    (errors.GazetteerNotFound, 6),
    (errors.GazetteerUnwritable, 6),
    (errors.InvalidGazetteer, 6),
    (errors.GazetteerDownloadFailed, 6),
    (errors.GeocoderUnknown, 2),
    (errors.GeocodingMisused, 2),
    (errors.UserAgentMissing, 2),
    (errors.GeocodingCacheUnusable, 4),
    (errors.ResourceDamaged, 6),
    (errors.UnsafeOutput, 4),
    (errors.UnsupportedFormat, 2),
    (errors.DisclosureMisused, 2),
    (errors.GeomapError, 3),
)


@app.command("map")
def map_command(
    articles: Articles,
    output: Annotated[Path, typer.Option("-o", "--output", help="The HTML file to write.")] = Path("map.html"),
    title: Annotated[str | None, typer.Option(help="The map's title.", show_default="the folder's name")] = None,
    tiles: Annotated[str | None, typer.Option(help="Map tiles from the network over the embedded basemap.")] = None,
    text: Annotated[
        str, typer.Option(help="What the file holds of the articles: 'full' sentences, 'snippets' or 'none'.")
    ] = "full",
    min_articles: Annotated[int, typer.Option(min=1, help="Leave out places that stand in fewer articles.")] = 1,
    coarsen: Annotated[
        str | None,
        typer.Option(
            help="Merge places into their 'admin1' divisions or 'country'; with --text none.", show_default="off"
        ),
    ] = None,
    recognizer: Recognizer = None,
    gazetteer: GazetteerName = "embedded",
    min_confidence: MinConfidence = None,
    fallback: Fallback = None,
    user_agent: UserAgent = None,
    domain: Domain = None,
) -> None:
    """Geoparse articles and write an interactive map in one HTML file."""
    started = time.perf_counter()
    import geomap
    from geomap.maps.disclosure import Disclosure

    Disclosure(text=text, min_articles=min_articles, coarsen=coarsen)  # before the long work, not after it
    service = fallback_service(fallback, user_agent, domain)
    with _stages() as stage:
        table = geomap.read_articles(articles)
        stage.done("read")
        parser = geomap.Geoparser(
            recognizer=recognizer, gazetteer=gazetteer, min_confidence=min_confidence, fallback=service
        )
        mentions = parser.geoparse(table, progress=stage.progress)
        stage.done("geoparse")
        folium_map = geomap.explore(mentions, title=title or _title(articles), tiles=tiles)
        path = geomap.save_html(folium_map, output, text=text, min_articles=min_articles, coarsen=coarsen)
        stage.done("map")
    resolved = mentions["status"].eq("resolved")
    typer.echo(f"articles   {len(table):,}")
    typer.echo(f"mentions   {len(mentions):,}")
    typer.echo(f"resolved   {resolved.mean() if len(mentions) else 0:.1%} to {mentions['place_id'].nunique():,} places")
    typer.echo(f"seconds    {time.perf_counter() - started:.1f} ({stage.summary()})")
    typer.echo(f"map        {path.resolve()}")


@app.command("geoparse")
def geoparse_command(
    articles: Articles,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The table to write: .geojson, .gpkg, .parquet or .csv.")
    ],
    recognizer: Recognizer = None,
    gazetteer: GazetteerName = "embedded",
    min_confidence: MinConfidence = None,
    fallback: Fallback = None,
    user_agent: UserAgent = None,
    domain: Domain = None,
) -> None:
    """Geoparse articles and write the mentions table."""
    import geomap
    from geomap.export import check_format, write_mentions

    check_format(output)
    service = fallback_service(fallback, user_agent, domain)
    with _stages() as stage:
        table = geomap.read_articles(articles)
        parser = geomap.Geoparser(
            recognizer=recognizer, gazetteer=gazetteer, min_confidence=min_confidence, fallback=service
        )
        mentions = parser.geoparse(table, progress=stage.progress)
        path = write_mentions(mentions, output)
    typer.echo(f"{len(mentions):,} mentions in {len(table):,} articles: {path.resolve()}")


@app.command("lookup")
def lookup_command(
    name: Annotated[str, typer.Argument(help="A place name.")],
    gazetteer: GazetteerName = "embedded",
    limit: Annotated[int, typer.Option(min=1, help="How many candidates to show.")] = 20,
) -> None:
    """Show the candidates that the gazetteer has for a name, the most populous first."""
    from geomap.gazetteer import Gazetteer

    names = Gazetteer(gazetteer)
    # Candidates rather than the table: an answer in a tenth of a second, since nothing loads pandas.
    candidates = names.candidates([name], limit=limit)[name][:limit]
    if not candidates:
        typer.echo(f"the gazetteer has nothing by the name {name!r}", err=True)
        return
    typer.echo(f"{'place':<52} {'code':<6} {'population':>12} {'latitude':>9} {'longitude':>10}  place_id")
    for place in candidates:
        where = ", ".join(names.hierarchy(place))
        typer.echo(
            f"{where:<52} {place.feature_code or '':<6} {place.population:>12,} {place.lat:>9.4f} {place.lon:>10.4f}"
            f"  {place.place_id}"
        )


@app.command("evaluate")
def evaluate_command(
    gold: Annotated[Path, typer.Argument(help="Gold: JSONL, WebAnno TSV 3, Recogito CSV, or a folder of brat files.")],
    predictions: Annotated[
        Path | None, typer.Option(help="A file of mentions to score.", show_default="geomap's own")
    ] = None,
    articles: Annotated[Path | None, typer.Option(help="The articles, for gold that holds no text.")] = None,
    recognizer: Recognizer = None,
    gazetteer: GazetteerName = "embedded",
    bootstrap: Annotated[int, typer.Option(min=0, help="Resamples for the 95 % intervals; 0 for none.")] = 1000,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the scores as .csv too.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write an HTML page with plots, breakdowns and mistakes.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write all tables of the report as JSON.")] = None,
) -> None:
    """Score geomap, or given predictions, on gold: recognition, resolution, the whole line."""
    from geomap.evaluation.command import evaluate_files

    evaluate_files(
        gold,
        predictions=predictions,
        articles=articles,
        recognizer=recognizer,
        gazetteer=gazetteer,
        bootstrap=bootstrap,
        output=output,
        html=report,
        json=json,
    )


def _title(articles: Path) -> str:
    return articles.resolve().stem.replace("_", " ").replace("-", " ").capitalize()


class _Stages:
    """Times of the stages, and a progress bar where stderr is a terminal."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self._last = time.perf_counter()
        self._times: list[tuple[str, float]] = []

    def done(self, name: str) -> None:
        """Note the time since the stage before ended."""
        now = time.perf_counter()
        self._times.append((name, now - self._last))
        self._last = now

    def summary(self) -> str:
        """Return the stages' times in words."""
        return ", ".join(f"{name} {seconds:.1f}" for name, seconds in self._times)


@contextmanager
def _stages() -> Iterator[_Stages]:
    from rich.console import Console
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done)

        yield _Stages(progress)


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    typer.echo(f"note: {message}", err=True)


app.add_typer(gazetteer_commands)
mount_geocoding(app)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    if version:
        import geomap

        typer.echo(geomap.__version__)
        raise typer.Exit


def main() -> None:
    """Run the command line; what :data:`EXIT_CODES` lists ends it with one line on stderr, not with a traceback."""
    with warnings.catch_warnings():
        warnings.simplefilter("default", errors.GeomapWarning)
        warnings.showwarning = _show_warning
        try:
            app()
        except errors.GeomapError as error:
            typer.echo(f"error: {error}", err=True)
            sys.exit(next(code for kind, code in EXIT_CODES if isinstance(error, kind)))
        except KeyboardInterrupt:
            typer.echo("stopped; nothing was left half written", err=True)
            sys.exit(130)


if __name__ == "__main__":
    main()
