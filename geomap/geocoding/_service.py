"""A geocoding service on the web, reached through geopy."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap._files import cache_folder
from geomap._version import __version__
from geomap.errors import GeocodingCacheUnusable, GeocodingFailed, GeocodingMisused, GeomapWarning
from geomap.geocoding import _arguments as arguments
from geomap.geocoding._cache import AnswerCache, cache_path
from geomap.geocoding._inputs import read_names
from geomap.geocoding._pacing import Clock, SystemClock
from geomap.geocoding._places import Answer, Bounds, Place, ServiceCandidate, Unusable, candidate_of, read_place
from geomap.geocoding._policies import agreed_policy, check_user_agent, policy_of
from geomap.geocoding._redaction import Secrets, hide_proxies, hide_secrets

if TYPE_CHECKING:
    from geomap.geocoding._transport import Request

KEEP_MISSING_DAYS = 14.0
_USER_AGENT = f"geomap-toolkit/{__version__}"
# ArcGIS's login, which geopy keeps on the geocoder.
_LOGIN_STATE = ("token", "token_expiry")


class Service:
    """A geocoding service on the web, reached through geopy.

    Only names and the hints of the call leave the machine, and only for the service that is named. A service may be used
    by several threads, and as a context manager that closes it.

    Parameters
    ----------
    geocoder
        A geopy geocoder: its short name (``nominatim``, ``photon``, ``geonames``, ``opencage``, ...), or an instance,
        which is copied and not changed.
    user_agent
        Your application. The public Nominatim requires one, by its policy
        (https://operations.osmfoundation.org/policies/nominatim/): at most one request a second, one thread, no bulk use.
    headers
        Further request headers, such as ``Authorization`` for your own server. Treated as secrets.
    rate, connections
        Maximum requests per second, and at once; by default what the service documents. All threads and processes of
        the user on this machine share them.
    cache
        The file to keep answers in; by default ``geocoding.sqlite`` in ``$GEOMAP_CACHE`` or the user's cache folder.
    only_cached
        Never send a request, and only read the cache.
    keep_days, keep_missing_days
        How long to keep answers, and answers without a place. By default what the service's terms allow, at most
        180 days, and 14 days. With ``keep_days=0`` nothing is kept.
    timeout
        Seconds in which the headers of a response must be complete, and then between one byte and the next; the whole
        response may take three times as long. An attempt fails after that, however slowly bytes come in.
    attempts, patience
        Maximum attempts for one name, and the seconds that they may take together, waits included. Waits grow
        exponentially, with jitter; ``Retry-After`` is honored.
    failures, pause
        After so many names in a row that failed, nothing is sent for so many seconds. The same happens at once when the
        service refuses (HTTP 401, 402, 403, or an exceeded quota).
    rate_folder
        The folder through which processes keep to the rate together; by default in the user's cache folder, whatever
        ``cache`` is.
    transport, clock
        What sends requests (a ``requests.adapters.BaseAdapter``) and tells the time, for tests.
    **options
        Arguments of the geopy class: ``api_key``, ``username``, ``domain``, ``scheme``, ``proxies``, ``ssl_context``, ...
        Keys that are not given are read from ``GEOMAP_<SERVICE>_<ARGUMENT>``, such as ``GEOMAP_OPENCAGE_API_KEY``.
        ``domain`` may be a full address, ``http://localhost:8088``.

    Raises
    ------
    GeocoderUnknown, UserAgentMissing, CredentialsMissing, GeocodingMisused, MissingDependency
        If it cannot be set up. Nothing is sent, opened or written before the first question.

    Notes
    -----
    Keys never reach geopy, its log, its errors or the cache: geopy works with placeholders, and the keys take their
    place as bytes are written to the connection.

    Examples
    --------
    >>> from geomap.geocoding import Service
    >>> service = Service("nominatim", user_agent="my-project (me@example.org)")
    >>> service
    Service('nominatim', host='nominatim.openstreetmap.org', rate=1)
    >>> service.policy.page
    'https://operations.osmfoundation.org/policies/nominatim/'
    """

    def __init__(
        self,
        geocoder: Any = "nominatim",
        *,
        user_agent: str | None = None,
        headers: Mapping[str, str] | None = None,
        rate: float | None = None,
        connections: int | None = None,
        cache: str | Path | None = None,
        only_cached: bool = False,
        keep_days: float | None = None,
        keep_missing_days: float = KEEP_MISSING_DAYS,
        timeout: float = 10.0,
        attempts: int = 5,
        patience: float = 300.0,
        failures: int = 5,
        pause: float = 60.0,
        rate_folder: str | Path | None = None,
        transport: object = None,
        clock: Clock | None = None,
        **options: Any,
    ) -> None:
        arguments.require_libraries()
        from geomap.geocoding._transport import Client, Limits

        if timeout <= 0 or attempts < 1 or patience <= 0 or failures < 1:
            raise GeocodingMisused("timeout, attempts, patience and failures must be positive")
        self._secrets = Secrets()
        self._geocoder = self._make_geocoder(geocoder, user_agent, arguments.check_headers(headers), options)
        self.policy = agreed_policy(self.name, self.host, rate, connections, keep_days)
        self._keep_missing_days = min(keep_missing_days, self.policy.keep_days)
        hide_secrets(self._geocoder, self._secrets)
        hide_proxies(self._geocoder.proxies, self._secrets)
        self._client = Client(
            service=self.name,
            policy=self.policy,
            limits=Limits(timeout, attempts, patience, failures, pause),
            cache=AnswerCache(cache_path(cache), read_only=only_cached),
            secrets=self._secrets,
            clock=clock or SystemClock(),
            rate_folder=cache_folder() / "rates" if rate_folder is None else Path(rate_folder),
            only_cached=only_cached,
            login_url=getattr(self._geocoder, "auth_api", ""),
            proxies=self._geocoder.proxies,
            ssl_context=self._geocoder.ssl_context,
            transport=transport,
        )

    def __repr__(self) -> str:
        return f"Service({self.name!r}, host={self.host!r}, rate={self.policy.rate:g})"

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _make_geocoder(
        self, geocoder: Any, user_agent: str | None, headers: dict[str, str], options: dict[str, Any]
    ) -> Any:
        """Return a geopy geocoder that belongs to this service alone, and set the name and the host."""
        from geopy.adapters import BaseAsyncAdapter

        from geomap.geocoding._transport import Unconnected

        if isinstance(geocoder, str):
            self.name = geocoder.lower()
            cls = arguments.geocoder_class(geocoder)
            options = arguments.constructor_arguments(cls, self.name, policy_of(self.name), options)
            self.host = arguments.host_of(cls, options)
            agent = check_user_agent(user_agent, service=self.name, host=self.host)
            made = cls(user_agent=agent or _USER_AGENT, adapter_factory=Unconnected, **options)
        else:
            if options:
                raise GeocodingMisused(f"pass {', '.join(options)} to the geocoder itself, which exists already")
            if not hasattr(geocoder, "geocode") or not hasattr(geocoder, "adapter"):
                raise GeocodingMisused(f"{type(geocoder).__name__} is not a geopy geocoder")
            if isinstance(geocoder.adapter, BaseAsyncAdapter):
                raise GeocodingMisused("the geocoder uses asyncio; create it with a synchronous geopy adapter")
            made = copy.copy(geocoder)
            made.headers = dict(made.headers)
            self.name = arguments.short_name(geocoder)
            self.host = arguments.host_of(type(geocoder), {"domain": getattr(geocoder, "domain", None)})
            agent = check_user_agent(user_agent or made.headers.get("User-Agent"), service=self.name, host=self.host)
            made.headers["User-Agent"] = agent or _USER_AGENT
        made.headers.update(headers)
        return made

    @property
    def clock(self) -> Clock:
        """What tells the time."""
        return self._client.clock

    @property
    def only_cached(self) -> bool:
        """Whether no request is ever sent."""
        return self._client.only_cached

    @property
    def cache(self) -> AnswerCache:
        """The answers that are kept."""
        return self._client.cache

    def ask(
        self,
        query: str,
        *,
        country_codes: Sequence[str] = (),
        viewbox: Bounds | None = None,
        language: str | None = None,
        limit: int = 5,
        strict: bool = True,
        only_cached: bool = False,
    ) -> Answer:
        """Ask for a name.

        Parameters
        ----------
        query
            The name, as it is sent.
        country_codes, viewbox, language, limit
            As for :func:`geomap.geocoding.geocode`, checked already.
        strict
            Whether a hint that the service does not support is an error.
        only_cached
            Send nothing.

        Raises
        ------
        GeocodingMisused
            If the service does not support a hint.
        GeocodingCacheUnusable
            If the cache cannot be opened. Failures of the service are not exceptions but answers.
        """
        keywords = arguments.hints_for(
            self._geocoder.geocode,
            self.name,
            country_codes=country_codes,
            viewbox=viewbox,
            language=language,
            limit=limit,
            strict=strict,
        )
        return self._ask("geocode", query, keywords, limit=limit, only_cached=only_cached)

    def ask_reverse(
        self, lon: float, lat: float, *, language: str | None = None, limit: int = 5, only_cached: bool = False
    ) -> Answer:
        """Ask for the place at a point, in degrees (EPSG:4326).

        Raises
        ------
        GeocodingMisused
            If the service has no reverse geocoding, or does not support a hint.
        """
        method = getattr(self._geocoder, "reverse", None)
        if method is None:
            raise GeocodingMisused(f"{self.name} does not support reverse geocoding")
        keywords = arguments.hints_for(method, self.name, language=language, limit=limit)
        return self._ask("reverse", (lat, lon), keywords, limit=limit, only_cached=only_cached)

    def candidates(
        self,
        name: str,
        *,
        country_codes: Sequence[str] | None = None,
        language: str | None = None,
        limit: int = 10,
    ) -> list[ServiceCandidate]:
        """Return the places that the service proposes for a toponym, in the service's order.

        Parameters
        ----------
        name
            A toponym.
        country_codes
            ISO 3166-1 alpha-2 codes to keep to, where the service supports it.
        language
            The language of the answer (``en``), where the service supports it.
        limit
            Maximum number of places.

        Returns
        -------
        list
            Empty if the service knows none.

        Raises
        ------
        GeocodingFailed
            If there is no readable answer, or the name cannot be sent.
        """
        codes, _ = arguments.check_hints(country_codes, None, limit)
        (query,), _ = read_names([name], codes)
        if query.text is None:
            raise GeocodingFailed(f"{name!r} cannot be geocoded: {query.fault}")
        answer = self.ask(query.text, country_codes=codes, language=language, limit=limit, strict=False)
        if answer.status == "error":
            raise GeocodingFailed(f"{self.name} has no answer for {name!r}: {answer.reason}")
        return [candidate_of(place, self.name) for place in answer.places]

    def close(self) -> None:
        """Close the connections and the cache; both open again when needed."""
        self._client.close()

    def _ask(self, method: str, query: object, keywords: dict[str, Any], *, limit: int, only_cached: bool) -> Answer:
        from geomap.geocoding._transport import NotAsked, Request

        request = Request(self._client, only_cached=only_cached)
        geocoder = copy.copy(self._geocoder)
        geocoder.adapter = request
        asked, reason = True, ""
        places: list[Place] | None = None
        try:
            places, left_out = self._read(getattr(geocoder, method)(query, **keywords), request, limit)
        except GeocodingCacheUnusable:
            raise
        except NotAsked as error:
            asked, reason = False, str(error)
        except Exception as error:
            reason = self._describe(error, request)
        finally:
            vars(self._geocoder).update({name: vars(geocoder)[name] for name in _LOGIN_STATE if name in vars(geocoder)})
        if places is None:
            return Answer("error", reason, fetched=request.fetched, cached=request.cached, asked=asked)
        if not request.cached:
            self._client.circuit.success()
        self._keep(request, found=bool(places))
        return Answer("found" if places else "not_found", left_out, tuple(places), request.fetched, request.cached)

    def _read(self, locations: Any, request: Request, limit: int) -> tuple[list[Place], str | None]:
        """Return the usable places of geopy's answer, and which ones were left out."""
        records = [] if locations is None else locations if isinstance(locations, list) else [locations]
        places, faults = [], list(request.faults)
        for record in records:
            try:
                places.append(read_place(record, service=self.name))
            except Unusable as error:
                faults.append(str(error))
        if not faults:
            return places[:limit], None
        if not places:
            raise Unusable(faults[0])
        return places[:limit], f"{len(faults)} of {len(faults) + len(places)} places left out: {faults[0]}"

    def _describe(self, error: Exception, request: Request) -> str:
        """Describe an error without secrets; a refusal in the response's text opens the circuit."""
        from geopy import exc

        from geomap._http import HttpError

        text = self._secrets.redact(" ".join(str(error).split()))[:300]
        circuit = self._client.circuit
        refusals = (exc.GeocoderAuthenticationFailure, exc.GeocoderInsufficientPrivileges, exc.GeocoderQuotaExceeded)
        if isinstance(error, refusals):
            if not isinstance(error, exc.GeocoderRateLimited) and circuit.refusal() is None:
                circuit.open(text)
            return text
        if isinstance(error, (exc.GeocoderServiceError, HttpError)):
            return text or type(error).__name__
        # Anything else comes from reading the response: its form is not what geopy, or geomap, expects.
        if not request.cached:
            circuit.failure("unreadable response")
        return text if isinstance(error, Unusable) else f"unreadable response ({type(error).__name__}: {text})"

    def _keep(self, request: Request, *, found: bool) -> None:
        if request.unsaved is None:
            return
        try:
            self._client.cache.save(request.unsaved, days=self.policy.keep_days if found else self._keep_missing_days)
        except GeocodingCacheUnusable as error:
            # A warning rather than an error: the answer is there, and the run can go on.
            warnings.warn(f"{error}; answers are not kept", GeomapWarning, stacklevel=4)
