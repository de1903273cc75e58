"""Many names, one service: a table in, a table out, and nothing lost on the way."""

from __future__ import annotations

import contextlib
import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from geomap._progress import Progress, is_watched, progress_bars, rate_in_words, time_in_words
from geomap.errors import BulkGeocoding, GeocodingMisused, GeocodingStopped
from geomap.geocoding._arguments import check_hints
from geomap.geocoding._inputs import Question, read_names, read_points
from geomap.geocoding._places import Answer, Place
from geomap.geocoding._service import Service
from geomap.tables import CRS, as_dtype, points

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
_OF_PLACE = ("address", "place_id", "category", "type", "importance", "country_code")


def answers_table(
    questions: Sequence[Question], answers: Sequence[Answer], index: pd.Index, service: str
) -> gpd.GeoDataFrame:
    """Return one row per question with the first place of its answer."""
    rows = [
        {
            "name": question.given,
            "query": question.query,
            "status": answer.status,
            "reason": answer.reason,
            "service": service,
            "fetched": answer.fetched,
            **_place(answer.places[0] if answer.places else None),
        }
        for question, answer in zip(questions, answers, strict=True)
    ]
    return _table(rows, ANSWERS, index)


def candidates_table(questions: Sequence[Question], answers: Sequence[Answer], service: str) -> gpd.GeoDataFrame:
    """Return one row per place of every answer."""
    rows = [
        {
            "row": number,
            "rank": rank,
            "name": question.given,
            "query": question.query,
            "service": service,
            "fetched": answer.fetched,
            **_place(place),
        }
        for number, (question, answer) in enumerate(zip(questions, answers, strict=True))
        for rank, place in enumerate(answer.places, start=1)
    ]
    return _table(rows, CANDIDATES, pd.RangeIndex(len(rows)))


def _place(place: Place | None) -> dict[str, Any]:
    if place is None:
        return {}
    west, south, east, north = place.bounds or (None, None, None, None)
    edges = {"west": west, "south": south, "east": east, "north": north}
    return {**{name: getattr(place, name) for name in _OF_PLACE}, **edges, "lon": place.lon, "lat": place.lat}


def _table(rows: Sequence[dict[str, Any]], columns: Mapping[str, str], index: pd.Index) -> gpd.GeoDataFrame:
    import geopandas as gpd

    table = {
        name: as_dtype(pd.Series([row.get(name) for row in rows], dtype=object), dtype).set_axis(index)
        for name, dtype in columns.items()
    }
    lon, lat = (pd.Series([row.get(name) for row in rows], dtype="float64") for name in ("lon", "lat"))
    return gpd.GeoDataFrame(table, geometry=points(lon, lat).set_axis(index), crs=CRS, index=index)


Key = tuple[str | None, tuple[str, ...], tuple[float, float] | None]
Asker = Callable[[Question, bool], Answer]
UNCACHED = "not asked yet"


@dataclass(frozen=True)
class Plan:
    """What a run would cost.

    Attributes
    ----------
    names, distinct, cached, requests
        Rows; different questions among them; those answered already; those to be sent.
    rate
        Requests a second that the service allows.
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
    """Ask a geocoding service for names: streets, buildings, villages that the gazetteer does not hold.

    A service is asked only because it is named here, and gets the names and the hints of this call. Answers are kept in
    a file, so an interrupted run continues where it stopped, and the same name is not asked twice.

    Parameters
    ----------
    names
        A list or Series of names; or a table with a column ``name`` (or ``toponym``, ``query``) and, optional, ``context``
        (written behind the name) and ``country_code``.
    service
        A short name of geopy's, a geocoder of geopy's, or a :class:`Service`, which is worth keeping when called often.
    user_agent
        Who asks. The public Nominatim demands it, and allows one request a second, one thread, and no bulk use: see
        https://operations.osmfoundation.org/policies/nominatim/.
    country_codes
        Keep to these countries (ISO 3166-1 alpha-2).
    viewbox
        West, south, east, north in degrees (EPSG:4326). Nominatim prefers what lies in it; most others keep to it.
    language
        In which language to answer (``ar``, ``en-GB``).
    limit
        How many places to ask for; the service's first becomes the row, all are in :func:`candidates`.
    threads
        How many names to ask at once, within the rate and connections of the service.
    max_seconds
        Ask nothing new after so many seconds.
    progress
        True for a bar with rate and time left, False for none, None for one where somebody watches; or a callable that
        takes the stage's name, what is done and what there is.
    **options
        As for :class:`Service`: ``api_key``, ``domain``, ``rate``, ``cache``, ``only_cached``, ``tries``, ...

    Returns
    -------
    GeoDataFrame
        One row per input, in input order, with the input's index. EPSG:4326, points in (longitude, latitude) order or
        None, never (0, 0). ``name`` (as given), ``query`` (as sent), ``status`` (``found``, ``not_found``, ``error``),
        ``reason`` (of an error), ``address``, ``place_id``, ``category``, ``type``, ``importance`` (the service's own),
        ``country_code``, ``west, south, east, north`` (its bounds in degrees), ``service``, ``fetched`` (UTC).

    Raises
    ------
    UserAgentMissing, CredentialsMissing, GeocoderUnknown, GeocodingMisused, MissingDependency
        Before anything is sent, if it cannot be asked so.
    GeocodingCacheUnusable
        If the cache cannot be opened.

    Warns
    -----
    GeocodingStopped
        If the service failed or refused, and names were left unasked.
    BulkGeocoding
        If more names would be asked than a public service wants in one go.

    Notes
    -----
    A fault of the service is never an exception: it is a row with ``status="error"`` and its reason, and asked again in
    the next run. HTTP 408, 425, 429, 5xx, broken connections and unreadable answers are tried again; 401, 402, 403 and
    used quotas end the run, as do several failures in a row.
    """
    codes, box = check_hints(country_codes, viewbox, limit)
    one = _service(service, user_agent, options)
    questions, index = read_names(names, codes)
    asker = _by_name(one, box, language, limit)
    answers = _run(one, questions, asker, threads=threads, max_seconds=max_seconds, progress=progress)
    return answers_table(questions, answers, index, one.name)


def candidates(
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
    """Return every place that the service proposes for the names; parameters as for :func:`geocode`.

    After :func:`geocode` with the same options this asks nothing.

    Returns
    -------
    GeoDataFrame
        One row per place, in the order of the names and then of the service, EPSG:4326: the columns of :func:`geocode`
        without ``status`` and ``reason``, and in front ``row`` (the number of the input row) and ``rank`` (from 1).
    """
    codes, box = check_hints(country_codes, viewbox, limit)
    one = _service(service, user_agent, options)
    questions, _ = read_names(names, codes)
    asker = _by_name(one, box, language, limit)
    answers = _run(one, questions, asker, threads=threads, max_seconds=max_seconds, progress=progress)
    return candidates_table(questions, answers, one.name)


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
    """Ask a geocoding service what lies at points.

    Parameters
    ----------
    points
        A GeoSeries or GeoDataFrame in any CRS; or shapely points or pairs, (longitude, latitude) in degrees, EPSG:4326.
        Of a line or an area, a point on it.
    service, user_agent, language, threads, max_seconds, progress, **options
        As for :func:`geocode`; the policy of the public Nominatim
        (https://operations.osmfoundation.org/policies/nominatim/) holds here too.

    Returns
    -------
    GeoDataFrame
        As from :func:`geocode`, one row per point; ``name`` and ``query`` are "latitude, longitude", the geometry is the
        point of what was found there.

    Raises
    ------
    GeocodingMisused
        If the service cannot be asked so; and as :func:`geocode` raises.
    """
    one = _service(service, user_agent, options)
    questions, index = read_points(points)

    def ask(question: Question, only_cached: bool) -> Answer:
        assert question.point is not None
        return one.ask_reverse(*question.point, language=language, only_cached=only_cached)

    answers = _run(one, questions, ask, threads=threads, max_seconds=max_seconds, progress=progress)
    return answers_table(questions, answers, index, one.name)


def plan(
    names: Iterable[object] | pd.Series | pd.DataFrame,
    *,
    service: str | Service | object = "nominatim",
    user_agent: str | None = None,
    country_codes: str | Sequence[str] | None = None,
    viewbox: Sequence[float] | None = None,
    language: str | None = None,
    limit: int = 5,
    **options: Any,
) -> Plan:
    """Return what :func:`geocode` would cost with the same arguments, without sending anything.

    Returns
    -------
    Plan
        Printed, it reads "3,412 names, 2,120 distinct, 640 cached, 25 min at 1/s".
    """
    codes, box = check_hints(country_codes, viewbox, limit)
    one = _service(service, user_agent, options)
    questions, _ = read_names(names, codes)
    distinct = {question.key: question for question in questions if question.fault is None}
    known = _known(distinct, _by_name(one, box, language, limit))
    missing = len(distinct) - len(known)
    rate = one.policy.rate
    return Plan(len(questions), len(distinct), len(known), missing, rate, missing / rate)


def _service(service: str | Service | object, user_agent: str | None, options: dict[str, Any]) -> Service:
    if not isinstance(service, Service):
        return Service(service, user_agent=user_agent, **options)
    if options or user_agent is not None:
        extra = ", ".join([*options, *(["user_agent"] if user_agent is not None else [])])
        raise GeocodingMisused(f"pass {extra} to Service(...) itself, as it is made already")
    return service


def _by_name(service: Service, viewbox: Any, language: str | None, limit: int) -> Asker:
    def ask(question: Question, only_cached: bool) -> Answer:
        assert question.query is not None
        return service.ask(
            question.query,
            country_codes=question.country_codes,
            viewbox=viewbox,
            language=language,
            limit=limit,
            only_cached=only_cached,
        )

    return ask


def _known(distinct: dict[Key, Question], ask: Asker) -> dict[Key, Answer]:
    found = {}
    for key, question in distinct.items():
        answer = ask(question, True)
        if answer.asked:
            found[key] = answer
    return found


def _run(
    service: Service,
    questions: Sequence[Question],
    ask: Asker,
    *,
    threads: int,
    max_seconds: float | None,
    progress: bool | Progress | None,
) -> list[Answer]:
    """Answer every question; cached ones first, so that they do not wait for the others."""
    if threads < 1:
        raise GeocodingMisused(f"threads is {threads}; at least one has to ask")
    distinct = {question.key: question for question in questions if question.fault is None}
    answers = _known(distinct, ask)
    missing = {key: question for key, question in distinct.items() if key not in answers}
    if service.only_cached:
        answers |= {key: ask(question, True) for key, question in missing.items()}
    elif missing:
        _warn_of_bulk(service, len(missing))
        with reporting(progress, len(missing)) as report:
            until = None if max_seconds is None else service.clock.monotonic() + max_seconds
            answers |= _ask_all(service, missing, ask, threads, until, report)
        _warn_of_stop(service, [answers[key] for key in missing])
    return [
        Answer("error", question.fault) if question.fault is not None else answers[question.key]
        for question in questions
    ]


def _ask_all(
    service: Service,
    missing: dict[Key, Question],
    ask: Asker,
    threads: int,
    until: float | None,
    report: Callable[[int], None],
) -> dict[Key, Answer]:
    def one(question: Question) -> Answer:
        if until is not None and service.clock.monotonic() >= until:
            return Answer("error", "not asked: the time for this run is over", asked=False)
        return ask(question, False)

    answers = {}
    if threads == 1:
        for done, (key, question) in enumerate(missing.items(), start=1):
            answers[key] = one(question)
            report(done)
        return answers
    with ThreadPoolExecutor(threads, thread_name_prefix="geomap-geocoding") as pool:
        keys: dict[Future[Answer], Key] = {pool.submit(one, question): key for key, question in missing.items()}
        counter = itertools.count(1)
        try:
            for future in as_completed(keys):
                answers[keys[future]] = future.result()
                report(next(counter))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return answers


def _warn_of_bulk(service: Service, requests: int) -> None:
    if service.policy.bulk is not None and requests > service.policy.bulk:
        warnings.warn(
            f"{requests:,} names are to be asked of {service.host}, a public service that asks not to be used in bulk: "
            f"{service.policy.page}; think of a service of your own (domain=...) or a paid one",
            BulkGeocoding,
            stacklevel=4,
        )


def _warn_of_stop(service: Service, answers: Sequence[Answer]) -> None:
    unasked = [answer for answer in answers if not answer.asked]
    if unasked:
        warnings.warn(
            f"{len(unasked):,} of {len(answers):,} names were not asked of {service.name} "
            f"({str(unasked[-1].reason).removeprefix('not asked: ')}); run it again later: what was answered is kept",
            GeocodingStopped,
            stacklevel=4,
        )


STAGE = "geocoding"
_WORTH_A_BAR = 10  # names


@contextlib.contextmanager
def reporting(progress: bool | Progress | None, total: int) -> Iterator[Callable[[int], None]]:
    """Yield what is called with the number of names done.

    Parameters
    ----------
    progress
        True for a progress bar, False for none, None for one where somebody watches and at least ten names are asked;
        or a callable that takes the stage's name, what is done, and what there is.
    total
        How many names have to be asked.
    """
    if callable(progress):
        progress(STAGE, 0, total)
        yield lambda done: progress(STAGE, done, total)
        return
    shown = progress if progress is not None else total >= _WORTH_A_BAR and is_watched()
    with progress_bars(shown=bool(shown and total)) as report:
        yield lambda done: report(STAGE, done, total)
