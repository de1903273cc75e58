"""The command line: commands that mirror the public verbs.

Exit codes: 0 done; 1 something unforeseen; 2 wrong usage; 3 articles or gold missing or unreadable; 4 the output cannot
be written; 5 an optional package is missing; 6 a gazetteer or resource is missing or damaged. Results go to stdout,
everything else to stderr.
"""

from __future__ import annotations

import shutil
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geomap import errors
from geomap.errors import GazetteerNotFound

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from rich.progress import TaskID

    from geomap.evaluation._gold import Gold
    from geomap.evaluation._reporting import Report
    from geomap.geocoding import Service
    from geomap.pipeline import Geoparser, Progress

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
    from geomap.maps._disclosure import Disclosure

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
    from geomap._files import replacing
    from geomap.evaluation._reporting import report
    from geomap.pipeline import Geoparser

    geoparser = Geoparser(recognizer=recognizer, gazetteer=gazetteer)
    evaluated = report(
        _read_gold(gold, articles, geoparser), predictions, geoparser=geoparser, bootstrap=bootstrap, called=gold.name
    )
    _print_scores(evaluated)
    if output is not None:
        with replacing(output) as temporary:
            evaluated.scores.to_csv(temporary, index=False)
    if json is not None:
        evaluated.to_json(json)
    if html is not None:
        evaluated.to_html(html)


def _read_gold(gold: Path, articles: Path | None, geoparser: Geoparser) -> Gold:
    from geomap.evaluation._gold import read_gold

    demonyms = frozenset(form.written.casefold() for form in geoparser.gazetteer.demonyms())
    return read_gold(gold, articles=articles, demonyms=demonyms, gazetteer=geoparser.gazetteer)


def _print_scores(evaluated: Report) -> None:
    from geomap.evaluation._reporting import rows_of
    from geomap.evaluation._scoring import is_count

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


gazetteer_app = typer.Typer(
    name="gazetteer",
    help="Install, build, list and remove gazetteers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

GazetteerFolder = Annotated[
    Path | None, typer.Option("--cache", help="The folder for indexes.", show_default="GEOMAP_CACHE, or the user's")
]


@gazetteer_app.command("install")
def gazetteer_install_command(
    name: Annotated[str, typer.Argument(help="The gazetteer to install: 'geonames'.")],
    url: Annotated[
        str | None, typer.Option(help="Another server.", show_default="GEOMAP_GEONAMES_URL, or GeoNames'")
    ] = None,
    keep_files: Annotated[bool, typer.Option("--keep-files", help="Keep the downloaded files.")] = False,
    cache: GazetteerFolder = None,
) -> None:
    """Download a gazetteer and build its index: 0.6 GB to download, 2.5 GB in the end, some minutes."""
    from geomap.gazetteer._download import download_geonames
    from geomap.gazetteer._geonames import build_geonames
    from geomap.gazetteer._sources import GEONAMES, downloads_folder

    if name != GEONAMES:
        raise GazetteerNotFound(f"no gazetteer {name!r} can be installed; 'geonames' can")
    folder = downloads_folder(GEONAMES, cache)
    with _bars() as progress:
        download_geonames(folder, url=url, advance=lambda file, done, size: progress(file, done / max(size, done, 1)))
        path = build_geonames(folder, cache_dir=cache, progress=progress)
    if not keep_files:
        shutil.rmtree(folder)
    _print_built(path)


@gazetteer_app.command("build")
def gazetteer_build_command(
    geonames: Annotated[Path, typer.Option(help="A folder with GeoNames' files, zipped or not.")],
    cache: GazetteerFolder = None,
) -> None:
    """Build the gazetteer 'geonames' from files that are already there."""
    from geomap.gazetteer._geonames import build_geonames

    with _bars() as progress:
        path = build_geonames(geonames, cache_dir=cache, progress=progress)
    _print_built(path)


@gazetteer_app.command("list")
def gazetteer_list_command(cache: GazetteerFolder = None) -> None:
    """List the gazetteers that are there."""
    from geomap.gazetteer._sources import indexes
    from geomap.gazetteer._store import Store

    typer.echo(f"{'gazetteer':<24} {'places':>12} {'names':>12} {'MB':>8}  date")
    known = False
    for path in indexes(cache):
        meta = Store(path).meta()
        known = known or meta["source"] == "embedded"
        typer.echo(
            f"{meta['source']:<24} {int(meta['places']):>12,} {int(meta['names']):>12,} "
            f"{path.stat().st_size / 1e6:>8,.0f}  {meta.get('date') or meta.get('file', '')}"
        )
    if not known:
        typer.echo(f"{'embedded':<24} {'(its index is built at first use)':>33}")


@gazetteer_app.command("info")
def gazetteer_info_command(
    name: Annotated[str, typer.Argument(help="'embedded', 'geonames', or a file of your own.")],
    cache: GazetteerFolder = None,
) -> None:
    """Say what a gazetteer holds, where it comes from and under which licence."""
    from geomap.gazetteer import Gazetteer

    for key, value in Gazetteer(name, cache_dir=cache).info().items():
        if isinstance(value, dict):
            value = ", ".join(f"{letter or '-'} {count:,}" for letter, count in value.items())
        typer.echo(
            f"{key.replace('_', ' '):<16} {value:,}"
            if isinstance(value, int)
            else f"{key.replace('_', ' '):<16} {value}"
        )


@gazetteer_app.command("remove")
def gazetteer_remove_command(
    name: Annotated[str, typer.Argument(help="'geonames', 'embedded', or the name of an own one in 'list'.")],
    cache: GazetteerFolder = None,
) -> None:
    """Delete a gazetteer's index and downloads; files of your own are not touched."""
    from geomap.gazetteer._sources import remove_installed

    for path in remove_installed(name, cache):
        typer.echo(f"deleted {path}")


def _print_built(path: Path) -> None:
    from geomap.gazetteer._store import Store

    meta = Store(path).meta()
    typer.echo(
        f"{int(meta['places']):,} places, {int(meta['names']):,} names, {path.stat().st_size / 1e6:,.0f} MB: {path}"
    )


@contextmanager
def _bars() -> Iterator[Callable[[str, float], None]]:
    """Show one bar for each stage on stderr, if that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(stage: str, share: float) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=1.0)
            bar.update(tasks[stage], completed=share)

        yield progress


cache_app = typer.Typer(
    name="cache", help="The answers of geocoding services that are kept on this machine.", no_args_is_help=True
)
CacheFile = Annotated[
    Path | None, typer.Option("--cache", help="The file answers are kept in.", show_default="the user's")
]

UserAgent = Annotated[
    str | None, typer.Option(help="Who asks, '<project> (<address>)'; the public Nominatim demands it.")
]
Domain = Annotated[str | None, typer.Option(help="The server, if it is your own: http://localhost:8088")]
Fallback = Annotated[
    str | None,
    typer.Option(help="A geocoder of geopy's to ask for names that the gazetteer lacks; only they leave the machine."),
]


def fallback_service(name: str | None, user_agent: str | None, domain: str | None) -> Service | None:
    """Return the service that ``--fallback`` names, or None without one.

    Raises
    ------
    GeocodingMisused
        If there is somebody to ask or to name, and no service.
    """
    from geomap.errors import GeocodingMisused
    from geomap.geocoding import Service

    if name is None:
        if user_agent or domain:
            raise GeocodingMisused("--user-agent and --domain are for the service of --fallback, which is not given")
        return None
    options: dict[str, Any] = {"domain": domain} if domain else {}
    return Service(name, user_agent=user_agent, **options)


@app.command("geocode")
def geocode_command(
    names: Annotated[
        list[str],
        typer.Argument(
            help="Names; or one .csv or .txt file of them (columns name, context, country_code); - for stdin."
        ),
    ],
    service: Annotated[str, typer.Option(help="A geocoder of geopy's: nominatim, photon, geonames, ...")] = "nominatim",
    user_agent: UserAgent = None,
    domain: Domain = None,
    country: Annotated[list[str] | None, typer.Option(help="Keep to a country (iq); may be given again.")] = None,
    viewbox: Annotated[str | None, typer.Option(help="west,south,east,north in degrees.")] = None,
    language: Annotated[str | None, typer.Option(help="The language of the answers.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many places to ask for per name.")] = 5,
    rate: Annotated[float | None, typer.Option(help="Requests a second.", show_default="the service's limit")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The table to write: .csv, .geojson, .gpkg or .parquet.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would cost; send nothing.")] = False,
    only_cached: Annotated[bool, typer.Option("--only-cached", help="Answer from the cache; send nothing.")] = False,
    cache: CacheFile = None,
) -> None:
    """Ask a geocoding service for names, politely; what is known already is not asked again.

    Keys are read from the environment: GEOMAP_OPENCAGE_API_KEY, GEOMAP_GEONAMES_USERNAME, ... Only the names and hints
    given here leave the machine. Nominatim's policy: https://operations.osmfoundation.org/policies/nominatim/
    """
    from geomap.errors import UnsupportedFormat
    from geomap.geocoding import Service, geocode, plan

    if output is not None and output.suffix not in {".csv", ".geojson", ".gpkg", ".parquet"}:
        raise UnsupportedFormat(f"cannot write {output.name}: .csv, .geojson, .gpkg and .parquet are known")
    options: dict[str, Any] = {"domain": domain} if domain else {}
    asked = Service(service, user_agent=user_agent, rate=rate, cache=cache, only_cached=only_cached, **options)
    hints: dict[str, Any] = {
        "country_codes": country or None,
        "viewbox": viewbox.split(",") if viewbox else None,
        "language": language,
        "limit": limit,
    }
    table = _names_to_geocode(names)
    if dry_run:
        typer.echo(str(plan(table, service=asked, **hints)))
        return
    found = geocode(table, service=asked, **hints)
    counts = found["status"].value_counts()
    typer.echo(", ".join(f"{counts.get(name, 0):,} {name}" for name in ("found", "not_found", "error")), err=True)
    if output is None:
        _print_answers(found)
    else:
        _write_answers(found, output)
        typer.echo(f"{len(found):,} names: {output.resolve()}")


@cache_app.command("info")
def cache_info_command(cache: CacheFile = None) -> None:
    """Show what is kept, where, and how old it is."""
    from geomap.geocoding import cache_info

    typer.echo(str(cache_info(cache)))


@cache_app.command("clear")
def cache_clear_command(
    expired: Annotated[bool, typer.Option("--expired", help="Only what is too old to be used.")] = False,
    cache: CacheFile = None,
) -> None:
    """Forget what is kept."""
    from geomap.geocoding import clear_cache

    typer.echo(f"{clear_cache(cache, expired_only=expired):,} answers removed")


@cache_app.command("export")
def cache_export_command(
    output: Annotated[Path, typer.Argument(help=".sqlite to use elsewhere (--only-cached --cache), .csv to read.")],
    cache: CacheFile = None,
) -> None:
    """Write a copy that others can use; it holds no keys."""
    from geomap.geocoding import export_cache

    typer.echo(f"{export_cache(output, path=cache):,} answers: {output.resolve()}")


def _names_to_geocode(given: list[str]) -> list[str] | pd.DataFrame:
    import pandas as pd

    from geomap.errors import GeocodingMisused

    if given == ["-"]:
        return [line.rstrip("\n") for line in sys.stdin if line.strip()]
    path = Path(given[0])
    if len(given) == 1 and path.suffix in {".csv", ".txt"}:
        if not path.is_file():
            raise GeocodingMisused(f"there is no file {path}")
        if path.suffix == ".csv":
            return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
        return [line for line in path.read_text("utf-8-sig").splitlines() if line.strip()]
    return given


def _print_answers(found: gpd.GeoDataFrame) -> None:
    table = found[["name", "status", "type", "address"]].copy()
    table["lat"], table["lon"] = found.geometry.y.round(5), found.geometry.x.round(5)
    table["address"] = table["address"].where(table["address"].notna(), found["reason"])
    typer.echo(table.to_string(index=False, na_rep=""))


def _write_answers(found: gpd.GeoDataFrame, output: Path) -> None:
    from geomap._files import replacing

    with replacing(output) as temporary:
        if output.suffix == ".csv":
            flat = found.drop(columns="geometry")
            flat["lat"], flat["lon"] = found.geometry.y, found.geometry.x
            flat.to_csv(temporary, index=False)
        elif output.suffix == ".parquet":
            found.to_parquet(temporary)
        else:
            found.to_file(temporary, driver="GeoJSON" if output.suffix == ".geojson" else "GPKG")


app.add_typer(gazetteer_app)
app.add_typer(cache_app)


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
