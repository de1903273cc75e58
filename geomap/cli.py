"""The command line: commands that mirror the public verbs.

Exit codes: 0 success; 1 unexpected error; 2 wrong usage; 3 articles or gold missing or unreadable, or incomplete with
``--strict``; 4 the output cannot be written; 5 an optional package is missing; 6 a gazetteer or resource is missing or
damaged; 7 no place has the name looked up; 8 parts of a corpus failed and were set aside; 130 interrupted. Results go to
stdout, everything else to stderr.
"""

from __future__ import annotations

import re
import sys
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import typer

from geomap import errors

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geomap._progress import Progress
    from geomap.articles import ArticleStream
    from geomap.evaluation import Report
    from geomap.geocoding import Service
    from geomap.pipeline import Geoparser

EXIT_CODES: tuple[tuple[type[errors.GeomapError], int], ...] = (
    (errors.MissingDependency, 5),
    (errors.WorkerFailed, 1),
    (errors.PartsFailed, 8),
    (errors.FolderBusy, 4),
    (errors.GazetteerNotFound, 6),
    (errors.GazetteerUnwritable, 6),
    (errors.InvalidGazetteer, 6),
    (errors.GazetteerDamaged, 6),
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
NOTHING_FOUND = 7
_MAX_PROBLEMS = 20
_MAX_ARTICLES = 20
_STDIN = "-"
# What messages advise in Python, and how the shell says it.
_IN_SHELL = {
    'read_articles(path, columns={"text": "..."})': "--columns text=...",
    "dayfirst=True": "--dayfirst",
    "dayfirst=False": "--monthfirst",
}

_READING = "Reading"
_PLACES = "Finding places"
_SERVICE = "Asking a geocoding service"
_SHOWING = "What the map tells"
_SCALE = "Large corpora"

Articles = Annotated[
    list[Path],
    typer.Argument(
        help="Files or folders of articles: text, tables, JSON, Word, PDF, Excel, web pages. - reads standard input, "
        "whichever of these it is.",
        show_default=False,
    ),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--columns",
        metavar="NAME=COLUMN,...",
        help="Which column of the files is which: text=body,date=pubdate. Names: id, title, text, date, source, url.",
        show_default="the usual names are recognized",
        rich_help_panel=_READING,
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        help="Encoding of all text files, such as cp1252.",
        show_default="UTF-8, else told from the content",
        rich_help_panel=_READING,
    ),
]
DayFirst = Annotated[
    bool | None,
    typer.Option(
        "--dayfirst/--monthfirst",
        help="Whether 03/04/2017 is April 3 or March 4.",
        show_default="what the other dates prove",
        rich_help_panel=_READING,
    ),
]
Entities = Annotated[
    str | None,
    typer.Option(
        metavar="CHOICE",
        help="HTML entities in texts: 'decode' them (S&atilde;o to São) and take left-over tags out, or 'keep' both.",
        show_default="decode",
        autocompletion=lambda: ["decode", "keep"],
        rich_help_panel=_READING,
    ),
]
FixEncoding = Annotated[
    bool,
    typer.Option(
        "--fix-encoding",
        help="Repair texts that were once read in the wrong encoding (MÃ¼nchen), with ftfy.",
        rich_help_panel=_READING,
    ),
]
Recursive = Annotated[
    bool, typer.Option("--recursive/--no-recursive", help="Read subfolders too.", rich_help_panel=_READING)
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="Stop with exit code 3, and write nothing, if any file, row or value was lost in reading.",
        rich_help_panel=_READING,
    ),
]
Verbose = Annotated[
    bool,
    typer.Option(
        "-v", "--verbose", help="Tell what became of every file and row, not only in short.", rich_help_panel=_READING
    ),
]
MentionsOutput = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        help="The table to write: .geojson, .gpkg, .parquet or .csv; or a folder, for a corpus of any size.",
        show_default="printed instead",
    ),
]
MentionsFile = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        help="The table to write: .geojson, .gpkg, .parquet or .csv.",
        show_default="printed instead",
    ),
]
Recognizer = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="'auto' (by the article's language), 'neural' (English), 'multilingual' (geomap-multilingual), or 'gazetteer' "
        "to match names only, without a model.",
        show_default="auto",
        autocompletion=lambda: ["auto", "neural", "multilingual", "gazetteer"],
        rich_help_panel=_PLACES,
    ),
]
GazetteerName = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="'embedded', one that is installed (geomap gazetteer list), or a file of your own; several, the front one "
        "first, with commas: levant,embedded.",
        autocompletion=lambda: ["embedded", "geonames"],
        rich_help_panel=_PLACES,
    ),
]
MinConfidence = Annotated[
    float | None,
    typer.Option(
        min=0.0,
        max=1.0,
        help="Leave mentions whose dot is less probable unresolved.",
        show_default="0.3; 0 for places of your own without populations",
        rich_help_panel=_PLACES,
    ),
]
HomesFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Where publishers are at home: the table that 'geomap homes' writes, or none. Each article then counts by "
        "itself.",
        show_default="a publisher's other articles are evidence",
        rich_help_panel=_PLACES,
    ),
]
Fallback = Annotated[
    str | None,
    typer.Option(
        metavar="SERVICE",
        help="A geopy geocoder to ask for names that the gazetteer lacks, such as nominatim. Only those names are sent.",
        show_default="none; nothing is sent",
        rich_help_panel=_SERVICE,
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        min=1, metavar="N", help="Processes that share the work, each with the model loaded.", rich_help_panel=_SCALE
    ),
]
UserAgent = Annotated[
    str | None,
    typer.Option(help="'<project> (<contact address>)'; the public Nominatim requires it.", rich_help_panel=_SERVICE),
]
Domain = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Your own server, such as http://localhost:8088.", rich_help_panel=_SERVICE),
]
GazetteerFolder = Annotated[
    Path | None,
    typer.Option("--cache", help="Folder of the indexes.", show_default="$GEOMAP_CACHE or the user's cache folder"),
]
CacheFile = Annotated[
    Path | None, typer.Option("--cache", help="File that keeps the answers.", show_default="in the user's cache folder")
]

app = typer.Typer(
    name="geomap",
    help="Read a corpus as a map: find the place names in news articles, resolve them, map them. Offline.",
    epilog="Begin with: geomap map FOLDER --open. Exit codes: 0 success, 1 unexpected error, 2 wrong usage, 3 articles or "
    "gold missing, unreadable or (with --strict) incomplete, 4 output cannot be written, 5 optional package missing, "
    "6 gazetteer or resource missing or damaged, 7 no place of that name, 8 parts of a corpus failed, 130 interrupted. "
    "Results go to stdout, "
    "everything else to stderr.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
gazetteer_app = typer.Typer(
    name="gazetteer",
    help="Install, build, list and remove gazetteers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
cache_app = typer.Typer(name="cache", help="Manage the stored answers of geocoding services.", no_args_is_help=True)


@app.command("map", epilog="Example: geomap map news/ -o news.html --open")
def map_command(
    articles: Articles,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The HTML file to write.")] = Path(
        "map.html"
    ),
    open_map: Annotated[bool, typer.Option("--open", help="Open the map in the browser once it is written.")] = False,
    columns: Columns = None,
    encoding: Encoding = None,
    dayfirst: DayFirst = None,
    entities: Entities = None,
    fix_encoding: FixEncoding = False,
    recursive: Recursive = True,
    strict: Strict = False,
    verbose: Verbose = False,
    title: Annotated[
        str | None,
        typer.Option(help="Headline.", show_default="the name of the folder or file", rich_help_panel=_SHOWING),
    ] = None,
    note: Annotated[
        str | None,
        typer.Option(help="A few sentences below it.", show_default="none", rich_help_panel=_SHOWING),
    ] = None,
    names: Annotated[
        str,
        typer.Option(
            metavar="WHOSE",
            help="What places are called: as the 'corpus' or the 'gazetteer' does, or in the articles of a language ('fr').",
            autocompletion=lambda: ["corpus", "gazetteer"],
            rich_help_panel=_SHOWING,
        ),
    ] = "corpus",
    embed: Annotated[
        bool,
        typer.Option("--embed", help="Without the panel, for a frame on another page.", rich_help_panel=_SHOWING),
    ] = False,
    tiles: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Online map tiles to draw over the embedded basemap, such as OpenStreetMap.",
            show_default="none; no network",
            rich_help_panel=_SHOWING,
        ),
    ] = None,
    text: Annotated[
        str,
        typer.Option(
            metavar="HOW MUCH",
            help="How much of the articles to include: 'full' sentences, 'snippets' or 'none'.",
            autocompletion=lambda: ["full", "snippets", "none"],
            rich_help_panel=_SHOWING,
        ),
    ] = "full",
    min_articles: Annotated[
        int,
        typer.Option(min=1, help="Leave out places mentioned in fewer articles.", rich_help_panel=_SHOWING),
    ] = 1,
    coarsen: Annotated[
        str | None,
        typer.Option(
            metavar="LEVEL",
            help="Merge places into 'admin1' divisions or by 'country'; with --text none.",
            show_default="off",
            autocompletion=lambda: ["admin1", "country"],
            rich_help_panel=_SHOWING,
        ),
    ] = None,
    embedded: Annotated[
        bool,
        typer.Option(
            "--embedded", help="Draw names inside other names too: Paris Police Department.", rich_help_panel=_SHOWING
        ),
    ] = False,
    approximate: Annotated[
        bool,
        typer.Option(
            "--approximate",
            help="Draw approximate places too: a street that no gazetteer has, at its town.",
            rich_help_panel=_SHOWING,
        ),
    ] = False,
    recognizer: Recognizer = None,
    gazetteer: GazetteerName = "embedded",
    min_confidence: MinConfidence = None,
    homes: HomesFile = None,
    fallback: Fallback = None,
    user_agent: UserAgent = None,
    domain: Domain = None,
) -> None:
    """Find the places in articles and write an interactive map as one HTML file.

    A folder that geomap geoparse wrote (-o mentions/) is drawn as it is. The file opens with a double click and needs no
    network. What was read, repaired and left out is told on stderr.
    """
    watch = _Stopwatch()
    import geomap
    from geomap._progress import progress_bars
    from geomap.maps._disclosure import Disclosure
    from geomap.maps._names import checked
    from geomap.maps._story import checked_note, checked_title
    from geomap.tables import is_counted

    # Fail before the long work, not after it.
    Disclosure(text=text, min_articles=min_articles, coarsen=coarsen)
    title, note, names = checked_title(title), checked_note(note), checked(names)
    parser = geomap.Geoparser(
        recognizer=recognizer,
        gazetteer=_parts(gazetteer),
        min_confidence=min_confidence,
        homes=_homes(homes),
        fallback=fallback_service(fallback, user_agent, domain),
    )
    reading = _Reading(columns, encoding, dayfirst, entities, fix_encoding, recursive, strict, verbose)
    with progress_bars() as progress:
        number, mentions = _mentions_of(articles, reading, parser, watch, progress)
        folium_map = geomap.explore(
            mentions,
            title=title or _title(articles),
            note=note,
            names=names,
            tiles=tiles,
            embedded=embedded,
            approximate=approximate,
        )
        path = geomap.save_html(folium_map, output, text=text, min_articles=min_articles, coarsen=coarsen, embed=embed)
        watch.lap("map")
    resolved = is_counted(mentions, embedded=True)
    typer.echo(f"articles   {number:,}")
    typer.echo(f"mentions   {len(mentions):,}")
    drawn = mentions["place_id"][is_counted(mentions, embedded=embedded, approximate=approximate)]
    typer.echo(f"resolved   {resolved.mean() if len(mentions) else 0:.1%}, drawn as {drawn.nunique():,} places")
    typer.echo(f"seconds    {watch}")
    typer.echo(f"map        {path.resolve()}")
    if open_map:
        _open_in_browser(path)


def _mentions_of(
    articles: list[Path], reading: _Reading, parser: Geoparser, watch: _Stopwatch, progress: Progress
) -> tuple[int, gpd.GeoDataFrame]:
    """Return the number of articles and their mentions: read and geoparsed now, or those of the folder of a run."""
    from geomap.export import read_mentions
    from geomap.runs import is_run

    if len(articles) == 1 and is_run(articles[0]):
        mentions = read_mentions(articles[0])
        watch.lap("read")
        return mentions["article_id"].nunique(), mentions
    table = reading.read(articles)
    watch.lap("read")
    mentions = parser.geoparse(table, progress=progress)
    watch.lap("geoparse")
    return len(table), mentions


@app.command("text")
def text_command(
    text: Annotated[str, typer.Argument(help="A text, in quotes; - for standard input.")],
    output: MentionsFile = None,
    recognizer: Recognizer = None,
    gazetteer: GazetteerName = "embedded",
    min_confidence: MinConfidence = None,
) -> None:
    """Find the places in a text and print them as a table."""
    import geomap
    from geomap.export import check_format, write_mentions

    if output is not None:
        check_format(output)
    text = _standard_input() if text == "-" else text
    if not text.strip():
        raise errors.ArticlesUnreadable("the text is empty")
    parser = geomap.Geoparser(
        recognizer=recognizer, gazetteer=_parts(gazetteer), min_confidence=min_confidence, approximate=False
    )
    mentions = parser.geoparse([text])
    if output is None:
        _print_mentions(mentions)
    else:
        path = write_mentions(mentions, output, escape_formulas=True)
        typer.echo(f"{len(mentions):,} mention{'' if len(mentions) == 1 else 's'}: {path.resolve()}")


@app.command("geoparse", epilog="Example: geomap geoparse news.csv --columns text=body,date=day -o mentions.gpkg")
def geoparse_command(
    articles: Articles,
    output: MentionsOutput = None,
    columns: Columns = None,
    encoding: Encoding = None,
    dayfirst: DayFirst = None,
    entities: Entities = None,
    fix_encoding: FixEncoding = False,
    recursive: Recursive = True,
    strict: Strict = False,
    verbose: Verbose = False,
    recognizer: Recognizer = None,
    gazetteer: GazetteerName = "embedded",
    min_confidence: MinConfidence = None,
    homes: HomesFile = None,
    fallback: Fallback = None,
    user_agent: UserAgent = None,
    domain: Domain = None,
    workers: Workers = 1,
    part: Annotated[
        str | None,
        typer.Option(
            metavar="K/N",
            help="Do only each Nth part, from the Kth on, into the same folder: one of N jobs. Needs --homes.",
            show_default="all parts",
            rich_help_panel=_SCALE,
        ),
    ] = None,
    articles_per_part: Annotated[
        int, typer.Option(min=1, help="How many articles a part of a folder has.", rich_help_panel=_SCALE)
    ] = 200,
    rings: Annotated[
        bool,
        typer.Option(
            "--rings", help="Write the circle that a relative or approximate place lies in, not its middle; to a file."
        ),
    ] = False,
) -> None:
    """Find the places in articles and write them as a table, or print it: one row for each mention.

    Each row has the words as written, where they stand, the place that they mean, its coordinates and how sure that is.
    A corpus of any size goes into a folder (-o mentions/): a Parquet file for each 200 articles. Run it again after it was
    stopped, and it goes on where it was.
    """
    import geomap
    from geomap._progress import progress_bars
    from geomap.export import check_format, write_mentions

    into_folder = output is not None and (output.is_dir() or not output.suffix)
    share = _share(part, homes=homes, into_folder=into_folder)
    if rings and (output is None or into_folder):
        raise typer.BadParameter("--rings needs a file: -o mentions.geojson, .gpkg or .parquet")
    if output is not None and not into_folder:
        check_format(output)
    service = fallback_service(fallback, user_agent, domain)
    reading = _Reading(columns, encoding, dayfirst, entities, fix_encoding, recursive, strict, verbose)
    parser = geomap.Geoparser(
        recognizer=recognizer,
        gazetteer=_parts(gazetteer),
        min_confidence=min_confidence,
        homes=_homes(homes),
        fallback=service,
    )
    if output is not None and into_folder:
        _geoparse_corpus(reading, articles, output, parser, workers, share, articles_per_part)
        return
    table = reading.read(articles)
    with progress_bars() as progress:
        mentions = parser.geoparse(table, workers=workers, progress=progress)
    if output is None:
        _print_mentions(mentions, several=len(table) > 1)
    else:
        path = write_mentions(mentions, output, rings=rings, escape_formulas=True)
        typer.echo(f"{len(mentions):,} mentions in {len(table):,} articles: {path.resolve()}")


@app.command("read", epilog="Example: geomap read exports/ --verbose -o articles.parquet")
def read_command(
    articles: Articles,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="The table to write: .parquet, .csv or .jsonl.",
            show_default="the first articles are printed",
        ),
    ] = None,
    columns: Columns = None,
    encoding: Encoding = None,
    dayfirst: DayFirst = None,
    entities: Entities = None,
    fix_encoding: FixEncoding = False,
    recursive: Recursive = True,
    strict: Strict = False,
    verbose: Verbose = False,
) -> None:
    """Read articles and show what was read, without looking for places.

    Use it to check that titles, texts and dates are what they should be before a long run.
    """
    from geomap.articles import write_articles
    from geomap.articles._writing import check_articles_format

    if output is not None:
        check_articles_format(output)
    table = _Reading(columns, encoding, dayfirst, entities, fix_encoding, recursive, strict, verbose).read(articles)
    if output is None:
        _print_articles(table)
    else:
        typer.echo(f"{len(table):,} articles: {write_articles(table, output, escape_formulas=True).resolve()}")


@app.command("homes", epilog="Example: geomap homes news/ -o homes.csv, then geomap geoparse news/ --homes homes.csv")
def homes_command(
    articles: Articles,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="The table to write: .csv or .parquet.",
            show_default="printed instead",
        ),
    ] = None,
    columns: Columns = None,
    encoding: Encoding = None,
    dayfirst: DayFirst = None,
    entities: Entities = None,
    fix_encoding: FixEncoding = False,
    recursive: Recursive = True,
    strict: Strict = False,
    verbose: Verbose = False,
    recognizer: Recognizer = None,
    gazetteer: GazetteerName = "embedded",
    workers: Workers = 1,
) -> None:
    """Learn where publishers are at home from what they write about, as a table to look at, correct and use again.

    With it (geomap geoparse --homes FILE) what an article mentions depends on that article alone.
    """
    import geomap
    from geomap._progress import progress_bars
    from geomap.resolution._homes import check_homes_format, write_homes
    from geomap.runs import corpus_homes

    if output is not None:
        check_homes_format(output)
    reading = _Reading(columns, encoding, dayfirst, entities, fix_encoding, recursive, strict, verbose)
    stream = reading.stream(articles)
    with progress_bars() as progress:
        parser = geomap.Geoparser(recognizer=recognizer, gazetteer=_parts(gazetteer))
        homes = corpus_homes(stream, parser=parser, workers=workers, progress=progress)
    reading.tell(stream)
    if output is None:
        shown = homes.drop(columns="home").astype(object)
        typer.echo(
            shown.where(homes.notna(), "").to_string(index=False) if len(homes) else "no article names its source"
        )
    else:
        typer.echo(f"homes of {len(homes):,} publishers: {write_homes(homes, output).resolve()}")


@app.command("lookup", epilog="Example: geomap lookup Paris --limit 5. Exit code 7 if no place has that name.")
def lookup_command(
    name: Annotated[str, typer.Argument(help="A place name.")],
    gazetteer: GazetteerName = "embedded",
    limit: Annotated[int, typer.Option(min=1, help="Show at most this many candidates.")] = 20,
) -> None:
    """List the places in the gazetteer that bear a name, the most populous first."""
    from geomap.gazetteer import Gazetteer

    places = Gazetteer(_parts(gazetteer))
    # Candidates rather than the table, which would load pandas: this answers in a tenth of a second.
    candidates = places.candidates([name], limit=limit)[name][:limit]
    if not candidates:
        similar = dict.fromkeys(place.name for place, _ in places.fuzzy(name, limit=5))
        offered = f"; similar names: {', '.join(similar)}" if similar else ""
        typer.echo(f"no place named {name!r} in the gazetteer{offered}", err=True)
        raise typer.Exit(NOTHING_FOUND)
    typer.echo(f"{'place':<52} {'code':<6} {'population':>12} {'latitude':>9} {'longitude':>10}  place_id")
    for place in candidates:
        typer.echo(
            f"{', '.join(places.hierarchy(place)):<52} {place.feature_code or '':<6} {place.population:>12,} "
            f"{place.lat:>9.4f} {place.lon:>10.4f}  {place.place_id}"
        )


@app.command("evaluate", epilog="Example: geomap evaluate gold.jsonl --report report.html")
def evaluate_command(
    gold: Annotated[
        Path,
        typer.Argument(help="Articles marked by hand: JSONL, WebAnno TSV 3, Recogito CSV, or a folder of brat files."),
    ],
    predictions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Score this file of mentions.", show_default="what geomap finds"),
    ] = None,
    articles: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The articles, if the gold holds no text.")
    ] = None,
    columns: Columns = None,
    encoding: Encoding = None,
    dayfirst: DayFirst = None,
    recursive: Recursive = True,
    strict: Strict = False,
    verbose: Verbose = False,
    recognizer: Recognizer = None,
    gazetteer: GazetteerName = "embedded",
    bootstrap: Annotated[int, typer.Option(min=0, help="Resamples for the 95 % intervals; 0 for none.")] = 1000,
    calibration: Annotated[
        Literal["dots"] | None,
        typer.Option(
            help="Print how often dots are right that state about the same probability, and what thresholds keep.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Also write the scores as .csv.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write an HTML page with plots, breakdowns and mistakes.")
    ] = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all tables of the report as JSON.")] = None,
) -> None:
    """Score geomap, or a file of predictions, on articles that people have marked (gold).

    Three parts: recognition (are the names found?), resolution (is it the right place?), and both, end to end.
    """
    from geomap._csv import write_csv
    from geomap._files import replacing
    from geomap.evaluation import report as make_report
    from geomap.evaluation._scoring import gold_for
    from geomap.pipeline import Geoparser

    # Annotations count the characters of the files as they are.
    reading = _Reading(columns, encoding, dayfirst, "keep", False, recursive, strict, verbose)
    if articles is None and (columns or encoding or dayfirst is not None or strict or verbose):
        raise typer.BadParameter("the options of reading need --articles; what gold holds is read as it is")
    table = None if articles is None else reading.read([articles])
    geoparser = Geoparser(recognizer=recognizer, gazetteer=_parts(gazetteer), relative=False, approximate=False)
    gold_articles = gold_for(geoparser, gold, articles=table)
    made = make_report(gold_articles, predictions, geoparser=geoparser, bootstrap=bootstrap, gold_name=gold.name)
    _print_problems(made)
    if calibration:
        _print_dots(made)
    else:
        _print_scores(made)
    if output is not None:
        with replacing(output) as temporary:
            write_csv(made.scores, temporary, escape_formulas=True)
    if json is not None:
        made.to_json(json)
    if report is not None:
        made.to_html(report)


@app.command(
    "geocode", epilog="Example: geomap geocode 'Downing Street' --country gb --user-agent 'my study (me@example.org)'"
)
def geocode_command(
    names: Annotated[
        list[str],
        typer.Argument(
            help="Names; or one .csv file (columns name, context, country_code) or .txt file of names; - for standard input."
        ),
    ],
    service: Annotated[
        str, typer.Option(metavar="NAME", help="A geopy geocoder: nominatim, photon, geonames, ...")
    ] = "nominatim",
    user_agent: UserAgent = None,
    domain: Domain = None,
    country: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="Search only this country (a code such as iq); can be repeated."),
    ] = None,
    viewbox: Annotated[
        str | None, typer.Option(metavar="BOX", help="Search here: west,south,east,north in degrees.")
    ] = None,
    language: Annotated[str | None, typer.Option(metavar="CODE", help="Language of the answers, such as en.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Request at most this many places per name.")] = 5,
    rate: Annotated[float | None, typer.Option(help="Requests per second.", show_default="the service's limit")] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="The table to write: .geojson, .gpkg, .parquet or .csv.",
            show_default="the answers are printed",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show how many requests it takes; send nothing.")] = False,
    only_cached: Annotated[bool, typer.Option("--only-cached", help="Answer from the cache; send nothing.")] = False,
    cache: CacheFile = None,
) -> None:
    """Ask a geocoding service for names, within its usage policy; stored answers are reused.

    Only the names and hints given here are sent. API keys come from the environment: GEOMAP_OPENCAGE_API_KEY, ...

    Policy of Nominatim: https://operations.osmfoundation.org/policies/nominatim/
    """
    from geomap.export import check_format, write_table
    from geomap.geocoding import Service, geocode, plan

    if output is not None:
        check_format(output)
    options: dict[str, Any] = {"domain": domain} if domain else {}
    geocoder = Service(service, user_agent=user_agent, rate=rate, cache=cache, only_cached=only_cached, **options)
    hints: dict[str, Any] = {
        "country_codes": country or None,
        "viewbox": viewbox.split(",") if viewbox else None,
        "language": language,
        "limit": limit,
    }
    table = _names_to_geocode(names)
    if dry_run:
        typer.echo(str(plan(table, service=geocoder, **hints)))
        return
    answers = geocode(table, service=geocoder, **hints)
    counts = answers["status"].value_counts()
    typer.echo(", ".join(f"{counts.get(name, 0):,} {name}" for name in ("found", "not_found", "error")), err=True)
    if output is None:
        _print_answers(answers)
    else:
        write_table(answers, output, layer=output.stem, escape_formulas=True)
        typer.echo(f"{len(answers):,} names: {output.resolve()}")


Countries = Annotated[
    str | None,
    typer.Option(metavar="CODE,...", help="Only these countries, by ISO code: IQ,SY,TR.", show_default="all countries"),
]
IndexName = Annotated[
    str | None,
    typer.Option("--name", metavar="NAME", help="Name of the gazetteer: letters, digits, - and _.", show_default=False),
]


@gazetteer_app.command("install", epilog="Example: geomap gazetteer install geonames --countries IQ,SY --name levant")
def gazetteer_install_command(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="'geonames': the places of GeoNames; 'postal': GeoNames' places with postal codes; or a bundle (a file).",
        ),
    ],
    countries: Countries = None,
    name: IndexName = None,
    url: Annotated[
        str | None,
        typer.Option(
            help="Another server.",
            show_default="$GEOMAP_GEONAMES_URL or $GEOMAP_GEONAMES_POSTAL_URL, or that of GeoNames",
        ),
    ] = None,
    keep_files: Annotated[bool, typer.Option("--keep-files", help="Keep the downloaded files.")] = False,
    cache: GazetteerFolder = None,
) -> None:
    """Download places and build a gazetteer of them, or install a bundle, for which no network is needed.

    All of GeoNames downloads 0.6 GB, needs 2.5 GB of disk and takes some minutes; a country takes seconds. An
    interrupted download is resumed. Postal places are those that the embedded gazetteer lacks: use both, as --gazetteer
    postal,embedded.
    """
    from geomap._progress import progress_bars
    from geomap.gazetteer._building import install_geonames, install_postal
    from geomap.gazetteer._bundle import install_bundle
    from geomap.gazetteer._sources import GEONAMES, POSTAL

    installers = {GEONAMES: install_geonames, POSTAL: install_postal}
    if what not in installers:
        if not Path(what).is_file():
            raise errors.GazetteerNotFound(
                f"cannot install {what!r}; only 'geonames', 'postal' and bundles can be installed. Build a gazetteer of "
                "files that you have: geomap gazetteer build FILE... --name NAME"
            )
        with progress_bars() as progress:
            path = install_bundle(what, name=name, cache_dir=cache, progress=progress)
        _print_built(path)
        return
    codes = [code for code in (countries or "").split(",") if code.strip()]
    with progress_bars() as progress:
        path = installers[what](
            countries=codes, name=name, url=url, keep_files=keep_files, cache_dir=cache, progress=progress
        )
    _print_built(path)


@gazetteer_app.command("build", epilog="Example: geomap gazetteer build IQ.zip SY.txt --name levant")
def gazetteer_build_command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE...",
            help="GeoNames' files (a country's, several, or all, zipped or not; with alternate names and postal codes), a "
            "folder of them; or files of your own: CSV, GeoJSON, Linked Places, Who's On First, Wikidata, Overture, "
            "OpenStreetMap, P-codes. What each is is told from its content.",
            show_default=False,
        ),
    ] = None,
    name: IndexName = None,
    licence: Annotated[
        str, typer.Option("--licence", help="Licence of files of your own, for the tables.", show_default=False)
    ] = "",
    attribution: Annotated[
        str, typer.Option(metavar="TEXT", help="The credit that users must give.", show_default=False)
    ] = "",
    geonames: Annotated[
        Path | None, typer.Option(help="A folder of GeoNames' files; the same as giving it without the option.")
    ] = None,
    cache: GazetteerFolder = None,
) -> None:
    """Build a gazetteer from files that you have; several lie side by side, by name.

    Use it by that name: --gazetteer levant, or --gazetteer levant,embedded to search it first and then the world.
    """
    from geomap._progress import progress_bars
    from geomap.gazetteer._building import build

    paths = [*(files or []), *([geonames] if geonames else [])]
    if not paths:
        raise typer.BadParameter("give at least one file or folder, such as: geomap gazetteer build IQ.zip --name iraq")
    with progress_bars() as progress:
        path = build(paths, name=name, licence=licence, attribution=attribution, cache_dir=cache, progress=progress)
    _print_built(path)


@gazetteer_app.command("bundle", epilog="Example: geomap gazetteer bundle geonames -o geonames.zip")
def gazetteer_bundle_command(
    name: Annotated[str, typer.Argument(help="A name that 'geomap gazetteer list' shows, or a file of your own.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The file to write.")],
    cache: GazetteerFolder = None,
) -> None:
    """Write a gazetteer's index as one file with checksum, for 'geomap gazetteer install FILE' on machines offline."""
    from geomap._progress import progress_bars
    from geomap.gazetteer._bundle import bundle

    with progress_bars() as progress:
        path = bundle(name, output, cache_dir=cache, progress=progress)
    typer.echo(f"{path.stat().st_size / 1e6:,.0f} MB: {path.resolve()}")


@gazetteer_app.command("list")
def gazetteer_list_command(cache: GazetteerFolder = None) -> None:
    """List the installed gazetteers."""
    from geomap.gazetteer._sources import indexes, installed_name
    from geomap.gazetteer._store import Store

    typer.echo(f"{'gazetteer':<24} {'places':>12} {'names':>12} {'MB':>8}  date")
    found = {}
    for path in indexes(cache):
        try:
            with Store(path) as store:
                meta = store.meta()
                # A bundle may be installed under another name.
                found[path] = meta | {"source": installed_name(path) or meta["source"]}
        except (errors.GazetteerNotFound, errors.GazetteerDamaged) as error:
            typer.echo(f"note: {error}", err=True)
    for path, meta in sorted(found.items(), key=lambda each: each[1]["source"]):
        typer.echo(
            f"{meta['source']:<24} {int(meta['places']):>12,} {int(meta['names']):>12,} "
            f"{path.stat().st_size / 1e6:>8,.1f}  {meta.get('date') or _file_names(meta.get('file', ''))}"
        )
    if all(meta["source"] != "embedded" for meta in found.values()):
        typer.echo(f"{'embedded':<24} {'(its index is built at first use)':>33}")


def _file_names(paths: str) -> str:
    """Return the first of several files, and how many others there are."""
    first, *others = paths.split(", ")
    return f"{first} and {len(others)} more" if others else first


@gazetteer_app.command("info")
def gazetteer_info_command(
    name: Annotated[str, typer.Argument(help="A name that 'geomap gazetteer list' shows, or a file of your own.")],
    cache: GazetteerFolder = None,
) -> None:
    """Show what a gazetteer holds, its sources and their licenses."""
    from geomap.gazetteer import Gazetteer

    for key, value in Gazetteer(name, cache_dir=cache).info().items():
        if isinstance(value, dict):
            shown = ", ".join(
                f"{name or '-'} {each:,}" if isinstance(each, int) else f"{name} ({each or 'licence not given'})"
                for name, each in value.items()
            )
        else:
            shown = f"{value:,}" if isinstance(value, int) else str(value)
        typer.echo(f"{key.replace('_', ' '):<16} {shown}")


@gazetteer_app.command("remove")
def gazetteer_remove_command(
    name: Annotated[str, typer.Argument(help="A name that 'geomap gazetteer list' shows.")],
    cache: GazetteerFolder = None,
) -> None:
    """Delete a gazetteer's index and downloads; files of your own are not touched."""
    from geomap.gazetteer._sources import remove_installed

    for path in remove_installed(name, cache):
        typer.echo(f"deleted {path}")


@cache_app.command("info")
def cache_info_command(cache: CacheFile = None) -> None:
    """Show how many answers are stored, where, and how old they are."""
    from geomap.geocoding import cache_info

    typer.echo(str(cache_info(cache)))


@cache_app.command("clear")
def cache_clear_command(
    expired: Annotated[bool, typer.Option("--expired", help="Only answers that are too old to be used.")] = False,
    cache: CacheFile = None,
) -> None:
    """Delete stored answers."""
    from geomap.geocoding import clear_cache

    typer.echo(f"{clear_cache(cache, expired_only=expired):,} answers removed")


@cache_app.command("export")
def cache_export_command(
    output: Annotated[Path, typer.Argument(help=".sqlite to use elsewhere (--only-cached --cache), .csv to read.")],
    cache: CacheFile = None,
) -> None:
    """Write a copy of the stored answers to share; it holds no keys."""
    from geomap.geocoding import export_cache

    typer.echo(f"{export_cache(output, path=cache):,} answers: {output.resolve()}")


app.add_typer(gazetteer_app)
app.add_typer(cache_app)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the versions of geomap, its models and its gazetteer, and exit.")
    ] = False,
) -> None:
    if version:
        for name, shown in _versions():
            typer.echo(f"{name:<11} {shown}")
        raise typer.Exit


def _versions() -> list[tuple[str, str]]:
    import geomap
    from geomap.resources._loading import manifest, recognizer_checksum

    resources = manifest()

    def dated(file: str) -> str:
        return f"{resources[file]['date']}, sha256 {str(resources[file]['sha256'])[:12]}"

    return [
        ("geomap", geomap.__version__),
        ("recognizer", f"sha256 {recognizer_checksum()[:12]}"),
        ("ranker", dated("ranker.npz")),
        ("dots", dated("dots.json")),
        ("gazetteer", dated("gazetteer.pack")),
    ]


class _Reading(NamedTuple):
    """How the files are to be read: the options that commands share, and those of ``geomap.read_articles``."""

    columns: list[str] | None
    encoding: str | None
    dayfirst: bool | None
    entities: str | None
    fix_encoding: bool
    recursive: bool
    strict: bool
    verbose: bool

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {
            "columns": _chosen_columns(self.columns or []) or None,
            "encoding": self.encoding,
            "recursive": self.recursive,
            "strict": self.strict,
        }
        if self.dayfirst is not None:
            options["dayfirst"] = self.dayfirst
        if self.entities is not None:
            options["entities"] = self.entities
        if self.fix_encoding:
            options["fix_encoding"] = True
        return options

    def stream(self, paths: list[Path]) -> ArticleStream | list[pd.DataFrame]:
        """Return the articles some at a time; those of standard input, which can be read once only, together."""
        from geomap.articles import ArticleStream

        source = _input(paths)
        return [self.read(paths)] if source is sys.stdin.buffer else ArticleStream(source, **self._options())

    def tell(self, stream: ArticleStream | list[pd.DataFrame]) -> None:
        """Print the account of the reading of a stream."""
        import pandas as pd

        from geomap.articles._account import attach

        if not isinstance(stream, list):
            table = pd.DataFrame()
            attach(table, stream.problems)
            self._tell(table)

    def _tell(self, table: pd.DataFrame) -> None:
        from geomap.articles._account import all_lines, short_lines

        for line in [*(all_lines(table) if self.verbose else []), *short_lines(table)]:
            typer.echo(_for_shell(line), err=True)

    def read(self, paths: list[Path]) -> pd.DataFrame:
        """Return the articles, and print the account of the reading."""
        import geomap

        options = self._options()
        with warnings.catch_warnings():
            # The account says the same, and more.
            warnings.simplefilter("ignore", errors.ArticlesSkipped)
            warnings.simplefilter("ignore", errors.EncodingGuessed)
            warnings.simplefilter("ignore", errors.ArticlesDoubtful)
            table = geomap.read_articles(_input(paths), **options)
        self._tell(table)
        # Said just now, for the rest of the command.
        warnings.simplefilter("ignore", errors.LanguageNotRead)
        return table


def _homes(path: Path | None) -> Path | dict[str, Any] | None:
    """Return the homes that --homes names; ``none`` knows no publisher's, so that each article counts by itself."""
    return {} if path is not None and str(path) == "none" else path


def _share(part: str | None, *, homes: Path | None, into_folder: bool) -> tuple[int, int]:
    """Return the share of the parts that ``--part`` names, the whole by default."""
    if part is None:
        return 1, 1
    found = re.fullmatch(r"(\d+)/(\d+)", part.strip())
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise typer.BadParameter(f"--part: {part!r} is not K/N with K from 1 to N, such as 3/100")
    if not into_folder:
        raise typer.BadParameter("--part needs a folder that all jobs share: -o mentions/")
    if homes is None and int(found[2]) > 1:
        raise typer.BadParameter(
            "--part needs --homes FILE, or each job would learn them by itself: geomap homes ARTICLES -o homes.csv (or "
            "--homes none)"
        )
    return int(found[1]), int(found[2])


def _geoparse_corpus(
    reading: _Reading,
    articles: list[Path],
    output: Path,
    parser: Geoparser,
    workers: int,
    share: tuple[int, int],
    articles_per_part: int,
) -> None:
    from geomap._progress import progress_bars
    from geomap.runs import geoparse_corpus

    stream = reading.stream(articles)
    with progress_bars() as progress:
        summary = geoparse_corpus(
            stream,
            output,
            parser=parser,
            workers=workers,
            share=share,
            articles_per_part=articles_per_part,
            progress=progress,
        )
    reading.tell(stream)
    if summary.changed:
        typer.echo(f"made again, since this differs from the last run: {summary.changed}", err=True)
    typer.echo(
        f"{summary.mentions:,} mentions in {summary.articles:,} articles, {summary.parts:,} "
        f"part{'' if summary.parts == 1 else 's'}, {summary.made:,} of them made now: {output.resolve()}"
    )
    summary.check()


def _parts(gazetteers: str) -> str | list[str]:
    """Return the parts of a gazetteer that are separated by commas; a file whose name has one is a file."""
    if "," not in gazetteers or Path(gazetteers).is_file():
        return gazetteers
    return [part.strip() for part in gazetteers.split(",") if part.strip()]


def _for_shell(message: str) -> str:
    """Return a message with the option of the shell instead of that of Python."""
    for in_python, in_shell in _IN_SHELL.items():
        message = message.replace(in_python, in_shell)
    return message


def _input(paths: list[Path]) -> Any:
    if _STDIN not in map(str, paths):
        return paths[0] if len(paths) == 1 else paths
    if len(paths) > 1:
        raise typer.BadParameter("- (standard input) cannot be combined with files")
    return sys.stdin.buffer


def _chosen_columns(given: list[str]) -> dict[str, str]:
    """Return column of the articles table to column of the files, from ``name=column,name=column``."""
    from geomap.articles._columns import role_named

    chosen: dict[str, str] = {}
    # A comma may stand in the name of a column; the next pair begins where a word and "=" follow it.
    for pair in (pair for each in given for pair in re.split(r",(?=\s*\w+\s*=)", each)):
        name, separator, column = pair.partition("=")
        role = role_named(name)
        if not separator or not column.strip():
            raise typer.BadParameter(f"--columns: {pair!r} is not NAME=COLUMN; write text=body,date=pubdate")
        if role is None:
            raise typer.BadParameter(
                f"--columns: {name.strip()!r} is none of id, title, text, date, source, url (write NAME=COLUMN, with the "
                "column of your file after the sign)"
            )
        if role in chosen:
            raise typer.BadParameter(f"--columns: {role} is given twice, as {chosen[role]} and as {column.strip()}")
        chosen[role] = column.strip()
    return chosen


def _print_articles(articles: pd.DataFrame) -> None:
    """Print the first articles, a line each, and the names of further columns."""
    from geomap.tables import ARTICLES

    shown = articles.head(_MAX_ARTICLES)
    table = shown[["article_id"]].map(_cut)
    table["published"] = shown["published"].dt.strftime("%Y-%m-%d").fillna("")
    table["source"] = shown["source"].fillna("").map(_cut)
    table["title"] = shown["title"].map(lambda title: _cut(title, 50))
    table["characters"] = shown["text"].str.len().map("{:,}".format)
    typer.echo(table.to_string(index=False, justify="left"))
    if len(articles) > len(shown):
        typer.echo(f"and {len(articles) - len(shown):,} more; -o FILE writes all of them, with their texts")
    if further := [str(name) for name in articles.columns if name not in ARTICLES]:
        typer.echo(f"further columns: {', '.join(further)}")


def _cut(text: str, longest: int = 24) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _open_in_browser(path: Path) -> None:
    import webbrowser

    if not webbrowser.open(path.resolve().as_uri()):
        typer.echo("note: no browser could be started; open the file yourself", err=True)


def fallback_service(name: str | None, user_agent: str | None, domain: str | None) -> Service | None:
    """Return the service that ``--fallback`` names, or None without one.

    Raises
    ------
    GeocodingMisused
        If there is a user agent or a domain, and no service.
    """
    from geomap.geocoding import Service

    if name is None:
        if user_agent or domain:
            raise errors.GeocodingMisused("--user-agent and --domain need --fallback")
        return None
    options: dict[str, Any] = {"domain": domain} if domain else {}
    return Service(name, user_agent=user_agent, **options)


def _names_to_geocode(names: list[str]) -> list[str] | pd.DataFrame:
    import pandas as pd

    if names == ["-"]:
        return [line.rstrip("\n") for line in sys.stdin if line.strip()]
    path = Path(names[0])
    if len(names) > 1 or path.suffix not in {".csv", ".txt"}:
        return names
    if not path.is_file():
        raise errors.GeocodingMisused(f"file not found: {path}")
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    return [line for line in path.read_text("utf-8-sig").splitlines() if line.strip()]


def _title(articles: list[Path]) -> str:
    if str(articles[0]) == _STDIN:
        return "Articles"
    return articles[0].resolve().stem.replace("_", " ").replace("-", " ").capitalize()


class _Stopwatch:
    """Seconds since it was made, and those of each lap."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._laps: list[str] = []

    def lap(self, name: str) -> None:
        """End a lap."""
        now = time.perf_counter()
        self._laps.append(f"{name} {now - self._last:.1f}")
        self._last = now

    def __str__(self) -> str:
        return f"{time.perf_counter() - self._start:.1f} ({', '.join(self._laps)})"


def _print_problems(report: Report) -> None:
    shown = report.left_out.head(_MAX_PROBLEMS)
    for article_id, row, reason in shown.itertuples(index=False, name=None):
        typer.echo(f"left out: row {row}, article {article_id}: {reason}", err=True)
    if len(report.left_out) > len(shown):
        typer.echo(f"left out: {len(report.left_out) - len(shown):,} more", err=True)


def _print_scores(report: Report) -> None:
    from geomap.evaluation._scoring import is_count

    for part, rows in report.scores.groupby("part", sort=False):
        typer.echo(str(part))
        for _, score, value, low, high in rows.itertuples(index=False, name=None):
            number = f"{value:,.0f}" if is_count(str(part), score) else f"{value:,.3f}"
            interval = "" if low != low else f"  ({low:,.3f} to {high:,.3f})"
            typer.echo(f"  {score:<38} {number:>9}{interval}")


def _print_dots(report: Report) -> None:
    """Print the bins of the dots' probability, the classes, and what thresholds keep."""
    table = report.dots
    shown = table.assign(part=table["part"].where(table["part"] != "dots", "bin")).round(3)
    typer.echo(shown.to_string(index=False, na_rep=""))
    error, by_chance = (table.attrs[name] for name in ("calibration_error", "by_chance"))
    typer.echo(f"\ncalibration error {error:.3f}; of so many true probabilities by chance {by_chance:.3f}\n")
    typer.echo(report.thresholds.round(3).to_string(index=False, na_rep=""))


def _standard_input() -> str:
    from geomap._decoding import Undecodable, decode, read_stream

    try:
        return decode(read_stream(sys.stdin.buffer)).text()
    except Undecodable as error:
        raise errors.ArticlesUnreadable(f"standard input: {error}") from error


def _print_mentions(mentions: gpd.GeoDataFrame, *, several: bool = False) -> None:
    """Print what a reader asks first of each mention: what it is, where it lies, how sure that is."""
    if not len(mentions):
        typer.echo("no place names found", err=True)
        return
    table = mentions[[*(["article_id"] if several else []), "toponym", "name", "country"]].copy()
    table["feature"] = mentions["feature_code"]
    table["lat"] = [f"{lat:.4f}" if lat == lat else "" for lat in mentions.geometry.y]
    table["lon"] = [f"{lon:.4f}" if lon == lon else "" for lon in mentions.geometry.x]
    table["confidence"] = [f"{confidence:.2f}" for confidence in mentions["confidence"]]
    typer.echo(table.astype(object).where(table.notna(), "").to_string(index=False))


def _print_answers(answers: gpd.GeoDataFrame) -> None:
    table = answers[["name", "status", "type", "address"]].copy()
    table["lat"], table["lon"] = answers.geometry.y.round(5), answers.geometry.x.round(5)
    table["address"] = table["address"].where(table["address"].notna(), answers["reason"])
    typer.echo(table.to_string(index=False, na_rep=""))


def _print_built(path: Path) -> None:
    from geomap.gazetteer._store import Store

    with Store(path) as store:
        meta = store.meta()
    typer.echo(
        f"{int(meta['places']):,} places, {int(meta['names']):,} names, {path.stat().st_size / 1e6:,.0f} MB: {path}"
    )


_INTERRUPTED = 130


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    typer.echo(f"note: {message}", err=True)


def main() -> None:
    """Run the command line; an error listed in :data:`EXIT_CODES` ends it with one line on stderr, no traceback."""
    with warnings.catch_warnings():
        warnings.simplefilter("default", errors.GeomapWarning)
        warnings.showwarning = _show_warning
        try:
            app(prog_name="geomap")
        except errors.GeomapError as error:
            typer.echo(f"error: {_for_shell(str(error))}", err=True)
            sys.exit(next(code for kind, code in EXIT_CODES if isinstance(error, kind)))
        except (KeyboardInterrupt, SystemExit) as end:
            # Typer makes a quiet exit of Ctrl-C.
            if isinstance(end, SystemExit) and end.code != _INTERRUPTED:
                raise
            typer.echo("interrupted; no partial files were written", err=True)
            sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
