"""Geocode many names with one service: a table in, a table out, one row per input."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from geomap._progress import Progress, is_watched, progress_bars, rate_in_words, time_in_words
from geomap.errors import BulkGeocoding, GeocodingMisused, GeocodingStopped
from geomap.geocoding._arguments import check_hints
from geomap.geocoding._inputs import Query, read_names, read_points
from geomap.geocoding._places import Answer, Place
from geomap.geocoding._service import Service
from geomap.tables import CRS, as_dtype
from geomap.tables import points as as_points

if TYPE_CHECKING:
    import geopandas as gpd

ANSWERS: Mapping[str, str] = MappingProxyType(
    {
        "name": "str",
        "query": "str",
        "status": "str",
        "reason": "str",
        "address": "str",
        "place_id": "str",
        "category": "str",
        "type": "str",
        "importance": "float64",
        "country_code": "str",
        "west": "float64",
        "south": "float64",
        "east": "float64",
        "north": "float64",
        "service": "str",
        "fetched": "datetime64[us, UTC]",
    }
)
CANDIDATES: Mapping[str, str] = MappingProxyType(
    {"row": "int64", "rank": "int64", **{k: v for k, v in ANSWERS.items() if k not in {"status", "reason"}}}
)
EDGES = ("west", "south", "east", "north")
Key = tuple[str | None, tuple[str, ...], tuple[float, float] | None]
STAGE = "geocoding"
_WORTH_A_BAR = 10  # names


@dataclass(frozen=True)
class Plan:
    """What geocoding would cost.

    Attributes
    ----------
    names, distinct, cached, requests
        Number of rows; of different queries among them; of those in the cache; of those to send.
    rate
        Requests per second that the service allows.
    seconds
        How long that takes at least.
    """

    names: int
    distinct: int
    cached: int
    requests: int
    rate: float
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.names:,} names, {self.distinct:,} distinct, {self.cached:,} cached, "
            f"{time_in_words(self.seconds)} at {rate_in_words(self.rate)}"
        )


def geocode(
    names: Iterable[object] | pd.Series | pd.DataFrame,
    *,
    service: str | Service | object = "nominatim",
    user_agent: str | None = None,
    country_codes: str | Sequence[str] | None = None,
    viewbox: Sequence[float] | None = None,
    language: str | None = None,
    limit: int = 5,
    threads: int = 1,
    max_seconds: float | None = None,
    progress: bool | Progress | None = None,
    **options: Any,
) -> gpd.GeoDataFrame:
    """Geocode names with a web service: streets, buildings, villages that the gazetteer lacks.

    Nothing is sent but the names and the hints of this call, to the service named here. Answers are kept in a file, so
    that an interrupted run resumes where it stopped and no name is requested twice.

    Parameters
    ----------
    names
        A list or Series of names; or a table with a column ``name`` (or ``toponym``, ``query``) and, optional, ``context``
        (appended to the name) and ``country_code``.
    service
        The short name of a geopy geocoder, an instance of one, or a :class:`Service`, which is worth keeping for several
        calls.
    user_agent
        Your application. The public Nominatim requires one, and allows one request a second, one thread, and no bulk use:
        see https://operations.osmfoundation.org/policies/nominatim/.
    country_codes
        Keep to these countries (ISO 3166-1 alpha-2).
    viewbox
        West, south, east, north in degrees (EPSG:4326). Nominatim prefers places inside it; most others keep to it.
    language
        The language of the answers (``ar``, ``en-GB``).
    limit
        Maximum number of places to ask for per name; the first becomes the row, :func:`candidates` returns all.
    threads
        How many names to ask for at once, within the rate and connections of the service.
    max_seconds
        Send no new requests after so many seconds.
    progress
        True for a progress bar, False for none, None for one if stderr is a terminal or a notebook and at least ten names
        are requested; or a callable that takes the stage, the number of names done and their total.
    **options
        As for :class:`Service`: ``api_key``, ``domain``, ``rate``, ``cache``, ``only_cached``, ``attempts``, ...

    Returns
    -------
    GeoDataFrame
        One row per input, in input order, with the input's index. EPSG:4326, points in (longitude, latitude) order or
        None, never (0, 0). ``name`` (as given), ``query`` (as sent), ``status`` (``found``, ``not_found``, ``error``),
        ``reason`` (of an error), ``address``, ``place_id``, ``category``, ``type``, ``importance`` (the service's own),
        ``country_code``, ``west, south, east, north`` (bounds in degrees), ``service``, ``fetched`` (UTC).

    Raises
    ------
    UserAgentMissing, CredentialsMissing, GeocoderUnknown, GeocodingMisused, MissingDependency
        If the call is wrong; nothing has been sent.
    GeocodingCacheUnusable
        If the cache cannot be opened.

    Warns
    -----
    GeocodingStopped
        If the service failed or refused, and some names were not requested.
    BulkGeocoding
        If more names are requested than a public service wants in one run.

    Notes
    -----
    A failure of the service is never an exception: it is a row with ``status="error"`` and a reason, and requested again
    in the next run. HTTP 408, 425, 429, 5xx, lost connections and unreadable responses are retried; 401, 402, 403 and
    exceeded quotas end the run, as do several failures in a row.
    """
    with _prepared(
        names,
        service=service,
        user_agent=user_agent,
        country_codes=country_codes,
        viewbox=viewbox,
        language=language,
        limit=limit,
        **options,
    ) as batch:
        answers = _run(batch, threads=threads, max_seconds=max_seconds, progress=progress)
        return _answers_table(batch, answers)


def candidates(
    names: Iterable[object] | pd.Series | pd.DataFrame,
    *,
    threads: int = 1,
    max_seconds: float | None = None,
    progress: bool | Progress | None = None,
    **options: Any,
) -> gpd.GeoDataFrame:
    """Return every place that the service proposes for the names.

    After :func:`geocode` with the same arguments this sends nothing.

    Parameters
    ----------
    names, threads, max_seconds, progress
        As for :func:`geocode`.
    **options
        All other arguments of :func:`geocode`: ``service``, ``user_agent``, ``country_codes``, ``limit``, ...

    Returns
    -------
    GeoDataFrame
        One row per place, in the order of the names and then of the service, EPSG:4326: the columns of :func:`geocode`
        without ``status`` and ``reason``, preceded by ``row`` (position of the name, from 0) and ``rank`` (from 1).
    """
    with _prepared(names, **options) as batch:
        answers = _run(batch, threads=threads, max_seconds=max_seconds, progress=progress)
        return _candidates_table(batch, answers)


def reverse(
    points: Sequence[Any] | gpd.GeoSeries | gpd.GeoDataFrame,
    *,
    service: str | Service | object = "nominatim",
    user_agent: str | None = None,
    language: str | None = None,
    threads: int = 1,
    max_seconds: float | None = None,
    progress: bool | Progress | None = None,
    **options: Any,
) -> gpd.GeoDataFrame:
    """Find the addresses of points with a web service.

    Parameters
    ----------
    points
        A GeoSeries or GeoDataFrame in any CRS; or shapely points or pairs, (longitude, latitude) in degrees, EPSG:4326.
        Lines and areas are represented by a point on them.
    service, user_agent, language, threads, max_seconds, progress, **options
        As for :func:`geocode`; the policy of the public Nominatim
        (https://operations.osmfoundation.org/policies/nominatim/) applies here too.

    Returns
    -------
    GeoDataFrame
        As from :func:`geocode`, one row per point; ``name`` and ``query`` are "latitude, longitude", the geometry is that
        of the place found.

    Raises
    ------
    GeocodingMisused
        If the service has no reverse geocoding; and as :func:`geocode` raises.
    """
    with _opened(service, user_agent, options) as opened:

        def ask(query: Query, only_cached: bool) -> Answer:
            assert query.point is not None
            return opened.ask_reverse(*query.point, language=language, only_cached=only_cached)

        batch = _Batch(opened, *read_points(points), ask)
        answers = _run(batch, threads=threads, max_seconds=max_seconds, progress=progress)
        return _answers_table(batch, answers)


def plan(names: Iterable[object] | pd.Series | pd.DataFrame, **options: Any) -> Plan:
    """Return what :func:`geocode` would cost with the same arguments, without sending anything.

    Parameters
    ----------
    names
        As for :func:`geocode`.
    **options
        All other arguments of :func:`geocode`, except ``threads``, ``max_seconds`` and ``progress``.

    Returns
    -------
    Plan
        Printed, it reads "3,412 names, 2,120 distinct, 640 cached, 25 min at 1/s".

    Examples
    --------
    >>> import tempfile
    >>> import geomap
    >>> names = geomap.datasets.sample_mentions()["toponym"]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(geomap.geocoding.plan(names, user_agent="my-project (me@example.org)", cache=folder))
    10 names, 7 distinct, 0 cached, 7 s at 1/s
    """
    with _prepared(names, **options) as batch:
        distinct = batch.distinct()
        cached = _cached_answers(distinct, batch.ask)
        rate = batch.service.policy.rate
    missing = len(distinct) - len(cached)
    return Plan(len(batch.queries), len(distinct), len(cached), missing, rate, missing / rate)


@dataclass(frozen=True)
class _Batch:
    """The queries of one call, the index of its input, and how one query is asked."""

    service: Service
    queries: list[Query]
    index: pd.Index
    ask: Callable[[Query, bool], Answer]

    def distinct(self) -> dict[Key, Query]:
        """Return the different queries that can be sent."""
        return {query.key: query for query in self.queries if query.fault is None}


@contextlib.contextmanager
def _prepared(
    names: Iterable[object] | pd.Series | pd.DataFrame,
    *,
    service: str | Service | object = "nominatim",
    user_agent: str | None = None,
    country_codes: str | Sequence[str] | None = None,
    viewbox: Sequence[float] | None = None,
    language: str | None = None,
    limit: int = 5,
    **options: Any,
) -> Iterator[_Batch]:
    """Check the arguments of :func:`geocode` and yield the queries."""
    codes, box = check_hints(country_codes, viewbox, limit)
    with _opened(service, user_agent, options) as opened:

        def ask(query: Query, only_cached: bool) -> Answer:
            assert query.text is not None
            return opened.ask(
                query.text,
                country_codes=query.country_codes,
                viewbox=box,
                language=language,
                limit=limit,
                only_cached=only_cached,
            )

        yield _Batch(opened, *read_names(names, codes), ask)


@contextlib.contextmanager
def _opened(service: str | Service | object, user_agent: str | None, options: dict[str, Any]) -> Iterator[Service]:
    """Yield the service; one that is made here is closed afterwards."""
    if not isinstance(service, Service):
        with Service(service, user_agent=user_agent, **options) as made:
            yield made
        return
    if options or user_agent is not None:
        extra = ", ".join([*options, *(["user_agent"] if user_agent is not None else [])])
        raise GeocodingMisused(f"pass {extra} to Service(...) itself, which exists already")
    yield service


def _run(batch: _Batch, *, threads: int, max_seconds: float | None, progress: bool | Progress | None) -> list[Answer]:
    """Answer every query; cached ones first, so that they do not wait for the others."""
    if threads < 1:
        raise GeocodingMisused(f"threads must be at least 1; got {threads}")
    service, distinct = batch.service, batch.distinct()
    answers = _cached_answers(distinct, batch.ask)
    missing = {key: query for key, query in distinct.items() if key not in answers}
    if service.only_cached:
        answers |= {key: batch.ask(query, True) for key, query in missing.items()}
    elif missing:
        _warn_of_bulk(service, len(missing))
        until = None if max_seconds is None else service.clock.monotonic() + max_seconds
        with reporting(progress, len(missing)) as report:
            answers |= _ask_all(batch, missing, threads, until, report)
        _warn_of_stop(service, [answers[key] for key in missing])
    return [answers[query.key] if query.fault is None else Answer("error", query.fault) for query in batch.queries]


def _cached_answers(distinct: dict[Key, Query], ask: Callable[[Query, bool], Answer]) -> dict[Key, Answer]:
    answers = {key: ask(query, True) for key, query in distinct.items()}
    return {key: answer for key, answer in answers.items() if answer.asked}


def _ask_all(
    batch: _Batch, missing: dict[Key, Query], threads: int, until: float | None, report: Progress
) -> dict[Key, Answer]:
    def ask(query: Query) -> Answer:
        if until is not None and batch.service.clock.monotonic() >= until:
            return Answer("error", "not asked: max_seconds is over", asked=False)
        return batch.ask(query, False)

    answers = {}
    if threads == 1:  # in this thread, so that an interrupt ends the request at once
        for key, query in missing.items():
            answers[key] = ask(query)
            report(STAGE, len(answers), len(missing))
        return answers
    with ThreadPoolExecutor(threads, thread_name_prefix="geomap-geocoding") as pool:
        keys = {pool.submit(ask, query): key for key, query in missing.items()}
        try:
            for future in as_completed(keys):
                answers[keys[future]] = future.result()
                report(STAGE, len(answers), len(missing))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return answers


def _warn_of_bulk(service: Service, requests: int) -> None:
    if service.policy.bulk is not None and requests > service.policy.bulk:
        warnings.warn(
            f"about to request {requests:,} names from {service.host}, a public service that asks not to be used in bulk "
            f"({service.policy.page}); consider your own server (domain=...) or a paid service",
            BulkGeocoding,
            stacklevel=4,
        )


def _warn_of_stop(service: Service, answers: Sequence[Answer]) -> None:
    unasked = [answer for answer in answers if not answer.asked]
    if unasked:
        warnings.warn(
            f"{len(unasked):,} of {len(answers):,} names were not requested from {service.name} "
            f"({str(unasked[-1].reason).removeprefix('not asked: ')}); run it again later, answers so far are kept",
            GeocodingStopped,
            stacklevel=4,
        )


@contextlib.contextmanager
def reporting(progress: bool | Progress | None, total: int) -> Iterator[Progress]:
    """Yield what to call with the stage, the number of names done and the total; ``progress`` as for :func:`geocode`."""
    if callable(progress):
        progress(STAGE, 0, total)
        yield progress
        return
    shown = total >= _WORTH_A_BAR and is_watched() if progress is None else progress
    with progress_bars(shown=shown) as report:
        yield report


def _answers_table(batch: _Batch, answers: Sequence[Answer]) -> gpd.GeoDataFrame:
    """Return one row per query with the first place of its answer."""
    rows = [
        {
            "status": answer.status,
            "reason": answer.reason,
            **_row(batch, query, answer, answer.places[0] if answer.places else None),
        }
        for query, answer in zip(batch.queries, answers, strict=True)
    ]
    return _table(rows, ANSWERS, batch.index)


def _candidates_table(batch: _Batch, answers: Sequence[Answer]) -> gpd.GeoDataFrame:
    """Return one row per place of every answer."""
    rows = [
        {"row": number, "rank": rank, **_row(batch, query, answer, place)}
        for number, (query, answer) in enumerate(zip(batch.queries, answers, strict=True))
        for rank, place in enumerate(answer.places, start=1)
    ]
    return _table(rows, CANDIDATES, pd.RangeIndex(len(rows)))


def _row(batch: _Batch, query: Query, answer: Answer, place: Place | None) -> dict[str, Any]:
    row = {"name": query.name, "query": query.text, "service": batch.service.name, "fetched": answer.fetched}
    if place is not None:
        row |= vars(place) | {"name": query.name} | dict(zip(EDGES, place.bounds or (), strict=False))
    return row


def _table(rows: Sequence[dict[str, Any]], columns: Mapping[str, str], index: pd.Index) -> gpd.GeoDataFrame:
    import geopandas as gpd

    table = {
        name: as_dtype(pd.Series([row.get(name) for row in rows], dtype=object), dtype).set_axis(index)
        for name, dtype in columns.items()
    }
    lon, lat = (pd.Series([row.get(name) for row in rows], dtype="float64") for name in ("lon", "lat"))
    return gpd.GeoDataFrame(table, geometry=as_points(lon, lat).set_axis(index), crs=CRS, index=index)
