"""A geocoding service, asked politely and remembered."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import GeocodingCacheUnusable, GeocodingFailed, GeocodingMisused, GeomapWarning
from geomap.geocoding import _arguments as given
from geomap.geocoding._cache import AnswerCache, cache_folder, cache_path
from geomap.geocoding._inputs import read_names
from geomap.geocoding._pacing import Clock, SystemClock
from geomap.geocoding._places import Answer, Bounds, Place, ServiceCandidate, Unusable, candidate_of, read_place
from geomap.geocoding._policies import agreed_policy, check_user_agent, policy_of
from geomap.geocoding._redaction import Vault, hide_proxies, hide_secrets

if TYPE_CHECKING:
    from geomap.geocoding._transport import Caller

KEEP_MISSING_DAYS = 14.0


class Service:
    """A geocoding service on the web, reached through geopy.

    Only names and the hints of the call leave the machine, and only for the service that is named.

    Parameters
    ----------
    geocoder
        A geocoder of geopy: its short name (``nominatim``, ``photon``, ``geonames``, ``opencage``, ...), or an instance,
        which is copied and left as it was.
    user_agent
        Who asks. The public Nominatim demands a name of one's own, by its policy
        (https://operations.osmfoundation.org/policies/nominatim/): at most one request a second, one thread, no bulk use.
    headers
        Further request headers, such as ``Authorization`` for one's own server. Treated as secrets.
    rate, connections
        The most requests a second, and the most at once; by default what the service documents. All threads and
        processes of the user on this machine share them.
    cache
        The file in which answers are kept; by default ``geocoding.sqlite`` in ``$GEOMAP_CACHE`` or the user's cache
        folder.
    only_cached
        Never ask the service, and only read the cache.
    keep_days, keep_missing_days
        How long what was found, and that nothing was found, is kept. By default what the service's terms allow, at most
        180 days, and 14 days. With ``keep_days=0`` nothing is kept.
    timeout
        Seconds without a byte after which a request is given up; three times as many for the whole answer.
    tries, patience
        How often one name is asked, and how many seconds all its tries may take, waits included. Waits grow
        exponentially, with jitter; ``Retry-After`` is honored.
    failures, pause
        After so many names in a row that failed, nothing is asked for so many seconds. A refusal (HTTP 401, 402, 403, or
        a used quota) does the same at once.
    turns
        The folder through which processes take turns; by default in the user's cache folder, whatever ``cache`` says.
    transport, clock
        What sends requests (a ``requests.adapters.BaseAdapter``) and tells the time, for tests.
    **options
        What geopy's class takes: ``api_key``, ``username``, ``domain``, ``scheme``, ``proxies``, ``ssl_context``, ... Keys
        that are not given are read from ``GEOMAP_<SERVICE>_<ARGUMENT>``, such as ``GEOMAP_OPENCAGE_API_KEY``. ``domain``
        may be a whole address, ``http://localhost:8088``.

    Raises
    ------
    GeocoderUnknown, UserAgentMissing, CredentialsMissing, GeocodingMisused, MissingDependency
        If it cannot be set up so. Nothing is sent, opened or written before the first question.

    Notes
    -----
    Keys never reach geopy, its log, its errors or the cache: geopy works with stand-ins, and the keys take their place
    as bytes are written to the connection.
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
        tries: int = 5,
        patience: float = 300.0,
        failures: int = 5,
        pause: float = 60.0,
        turns: str | Path | None = None,
        transport: object = None,
        clock: Clock | None = None,
        **options: Any,
    ) -> None:
        given.require_libraries()
        from geomap.geocoding._transport import Manners

        if timeout <= 0 or tries < 1 or patience <= 0 or failures < 1:
            raise GeocodingMisused("timeout, tries, patience and failures have to be positive")
        self._vault = Vault()
        made = self._make(geocoder, user_agent, given.check_headers(headers), options)
        policy = agreed_policy(self.name, self.host, rate, connections, keep_days)
        self.policy = policy
        self._keep_missing_days = min(keep_missing_days, policy.keep_days)
        folder = Path(turns) if turns is not None else cache_folder() / "turns"
        manners = Manners(timeout, tries, patience, failures, pause)
        self._geocoder = self._connect(
            made,
            cache=AnswerCache(cache_path(cache), read_only=only_cached),
            clock=clock or SystemClock(),
            manners=manners,
            turns_folder=folder,
            only_cached=only_cached,
            transport=transport,
        )

    def __repr__(self) -> str:
        return f"Service({self.name!r}, host={self.host!r}, rate={self.policy.rate:g})"

    def _make(self, geocoder: Any, user_agent: str | None, headers: dict[str, str], options: dict[str, Any]) -> Any:
        """Return a geopy geocoder of our own."""
        from geomap.geocoding._transport import Unconnected

        if isinstance(geocoder, str):
            self.name = geocoder.lower()
            cls = given.geocoder_class(geocoder)
            arguments = given.constructor_arguments(cls, self.name, policy_of(self.name), options)
            self.host = given.host_of(cls, arguments)
            agent = check_user_agent(user_agent, service=self.name, host=self.host) or _our_user_agent()
            made = cls(user_agent=agent, adapter_factory=Unconnected, **arguments)
        else:
            if options:
                raise GeocodingMisused(f"pass {', '.join(options)} to the geocoder itself, as it is made already")
            if not hasattr(geocoder, "geocode") or not hasattr(geocoder, "adapter"):
                raise GeocodingMisused(f"{type(geocoder).__name__} is no geocoder of geopy's")
            made = copy.copy(geocoder)
            self.name = given.short_name(geocoder)
            self.host = given.host_of(type(geocoder), {"domain": getattr(geocoder, "domain", None)})
            made.headers = dict(made.headers)
            own = check_user_agent(user_agent or made.headers.get("User-Agent"), service=self.name, host=self.host)
            made.headers["User-Agent"] = own or _our_user_agent()
        made.headers.update(headers)
        return made

    def _connect(
        self,
        made: Any,
        *,
        cache: AnswerCache,
        clock: Clock,
        manners: Any,
        turns_folder: Path,
        only_cached: bool,
        transport: object,
    ) -> Any:
        from geopy.adapters import BaseAsyncAdapter

        from geomap.geocoding._transport import Adapter, Caller

        if isinstance(made.adapter, BaseAsyncAdapter):
            raise GeocodingMisused(
                "the geocoder was made for asyncio; make it with one of geopy's synchronous adapters"
            )
        hide_secrets(made, self._vault)
        hide_proxies(made.proxies, self._vault)
        self._caller: Caller = Caller(
            service=self.name,
            policy=self.policy,
            rate=self.policy.rate,
            connections=self.policy.connections,
            cache=cache,
            vault=self._vault,
            clock=clock,
            manners=manners,
            turns_folder=turns_folder,
            only_cached=only_cached,
            private=getattr(made, "auth_api", ""),
        )
        made.adapter = Adapter(
            proxies=made.proxies, ssl_context=made.ssl_context, caller=self._caller, transport=transport
        )
        return made

    @property
    def clock(self) -> Clock:
        """What tells the time."""
        return self._caller.clock

    @property
    def only_cached(self) -> bool:
        """Whether the service is never asked."""
        return self._caller.only_cached

    @property
    def cache(self) -> AnswerCache:
        """The answers that are kept."""
        return self._caller.cache

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
            Whether a hint that the service does not take is an error.
        only_cached
            Do not send anything.

        Raises
        ------
        GeocodingMisused
            If the service does not take a hint.
        GeocodingCacheUnusable
            If the cache cannot be opened. What goes wrong at the service is no exception but an answer.
        """
        keywords = given.hints_for(
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
        """Ask for what lies at a point, in degrees.

        Raises
        ------
        GeocodingMisused
            If the service cannot be asked so.
        """
        method = getattr(self._geocoder, "reverse", None)
        if method is None:
            raise GeocodingMisused(f"{self.name} only goes from names to points")
        keywords = given.hints_for(method, self.name, language=language, limit=limit)
        return self._ask("reverse", (lat, lon), keywords, limit=limit, only_cached=only_cached)

    def candidates(
        self,
        name: str,
        *,
        country_codes: Sequence[str] | None = None,
        language: str | None = None,
        limit: int = 10,
    ) -> list[ServiceCandidate]:
        """Return the places that the service proposes for a toponym, the service's best first.

        Parameters
        ----------
        name
            A toponym.
        country_codes
            ISO 3166-1 alpha-2 codes to keep to, where the service can.
        language
            The language of the answer (``en``), where the service can.
        limit
            How many places at most.

        Returns
        -------
        list
            Empty if the service knows none.

        Raises
        ------
        GeocodingFailed
            If there was no answer, or none that can be read, or the name is not one that can be sent.
        """
        codes, _ = given.check_hints(country_codes, None, limit)
        (question,), _ = read_names([name], codes)
        if question.query is None:
            raise GeocodingFailed(f"{name!r} is not asked: {question.fault}")
        answer = self.ask(question.query, country_codes=codes, language=language, limit=limit, strict=False)
        if answer.status == "error":
            raise GeocodingFailed(f"{self.name} has no answer for {name!r}: {answer.reason}")
        return [candidate_of(place, self.name) for place in answer.places]

    def close(self) -> None:
        """Close the connections and the cache; both open again when needed."""
        self._geocoder.adapter.session.close()
        self._caller.cache.close()

    def _ask(self, verb: str, query: object, keywords: dict[str, Any], *, limit: int, only_cached: bool) -> Answer:
        from geomap.geocoding._transport import NotAsked

        self._caller.peeking(only_cached)
        unasked, reason = False, ""
        places: list[Place] | None = None
        odd: str | None = None
        try:
            found = getattr(self._geocoder, verb)(query, **keywords)
            places, odd = self._read(found, limit)
        except GeocodingCacheUnusable:
            raise
        except NotAsked as error:
            unasked, reason = True, str(error)
        except Exception as error:
            reason = self._fault(error)
        note = self._caller.note
        if places is None:
            return Answer("error", reason, fetched=note.fetched, cached=note.cached, asked=not unasked)
        if not note.cached:
            self._caller.circuit.success()
        self._keep(found=bool(places))
        return Answer("found" if places else "not_found", odd, tuple(places), note.fetched, note.cached)

    def _read(self, found: Any, limit: int) -> tuple[list[Place], str | None]:
        records = [] if found is None else found if isinstance(found, list) else [found]
        places, faults = [], list(self._caller.note.faults)
        for record in records:
            try:
                places.append(read_place(record, service=self.name))
            except Unusable as error:
                faults.append(str(error))
        if faults and not places:
            raise Unusable(faults[0])
        odd = (
            f"{len(faults)} of {len(faults) + len(places)} places in the answer were left out: {faults[0]}"
            if faults
            else None
        )
        return places[:limit], odd

    def _fault(self, error: Exception) -> str:
        """Put into words what went wrong, without secrets; a refusal in the answer's text opens the circuit."""
        from geopy import exc

        from geomap.geocoding._transport import Refused

        refusals = (exc.GeocoderAuthenticationFailure, exc.GeocoderInsufficientPrivileges, exc.GeocoderQuotaExceeded)
        text = self._vault.scrub(" ".join(str(error).split()))[:300]
        if isinstance(error, refusals):
            if not isinstance(error, exc.GeocoderRateLimited) and self._caller.circuit.refusal() is None:
                self._caller.circuit.open(text)
            return text
        if isinstance(error, (exc.GeocoderServiceError, Refused)):
            return text or type(error).__name__
        # Not an error of the line: the answer has a shape that geopy, or we, cannot read.
        if not self._caller.note.cached:
            self._caller.circuit.failure("the answer cannot be read")
        return text if isinstance(error, Unusable) else f"the answer cannot be read ({type(error).__name__}: {text})"

    def _keep(self, *, found: bool) -> None:
        fresh = self._caller.note.fresh
        if fresh is None:
            return
        trouble: GeocodingCacheUnusable | None = None
        try:
            self._caller.cache.save(fresh, days=self.policy.keep_days if found else self._keep_missing_days)
        except GeocodingCacheUnusable as error:
            trouble = error
        if trouble is not None:
            # The answer is in hand: better a warning than a run that stops.
            warnings.warn(f"{trouble}; answers are not kept", GeomapWarning, stacklevel=4)


def _our_user_agent() -> str:
    from geomap._version import __version__

    return f"geomap-toolkit/{__version__}"
