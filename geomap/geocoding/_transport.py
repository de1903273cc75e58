"""One request to a geocoding service: answered from the cache, or sent at the service's pace, with retries and a deadline.

geopy builds the address and reads the response; between the two it calls an adapter. Here that is a :class:`Request`, one
for each call, on a copy of the geocoder; what requests share is their :class:`Client`.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies

import requests
import tenacity
from geopy.adapters import AdapterHTTPError, BaseSyncAdapter
from geopy.exc import GeocoderServiceError

from geomap import _http, _json
from geomap._deadlines import Pace
from geomap._http import HttpError, TransientError
from geomap.geocoding._cache import AnswerCache, Entry, identify
from geomap.geocoding._pacing import Blocked, CircuitBreaker, Clock, RateLimiter
from geomap.geocoding._places import without_bad_coordinates
from geomap.geocoding._policies import Policy
from geomap.geocoding._redaction import MIN_LENGTH_IN_BODY, Secrets

MAX_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
REFUSALS = frozenset({401, 402, 403, 407})
# The whole response may take so many times as long as its headers, and as the wait for one byte.
_WHOLE_RESPONSE = 3.0


class NotAsked(GeocoderServiceError):  # type: ignore[misc]
    """Nothing was sent; the message says why."""


@dataclass(frozen=True)
class Limits:
    """How long and how often to try.

    Attributes
    ----------
    timeout
        Seconds in which the headers of a response must be complete, and then between one byte and the next; the whole
        response may take three times as long. An attempt fails after that, however slowly bytes come in.
    attempts
        Attempts for one name.
    patience
        Seconds that all attempts for one name may take, waits included.
    failures, pause
        After so many names in a row that failed, nothing is sent for so many seconds.
    max_bytes
        The longest response to read.
    """

    timeout: float = 10.0
    attempts: int = 5
    patience: float = 300.0
    failures: int = 5
    pause: float = 60.0
    max_bytes: int = 5_000_000


@dataclass
class Client:
    """What all requests to one service share."""

    service: str
    policy: Policy
    limits: Limits
    cache: AnswerCache
    secrets: Secrets
    clock: Clock
    rate_folder: Path
    only_cached: bool
    login_url: str
    proxies: Any
    ssl_context: Any
    transport: Any

    def __post_init__(self) -> None:
        self.circuit = CircuitBreaker(self.clock, failures=self.limits.failures, pause=self.limits.pause)
        self._open_session()

    def session(self) -> requests.Session:
        """Return the session; a new one in a forked process, which must not share connections."""
        if self._process != os.getpid():
            self._open_session()
        return self._session

    def _open_session(self) -> None:
        self._process = os.getpid()
        self._session = _http.open_session(
            ssl_context=self.ssl_context,
            secrets=self.secrets,
            pace=Pace(longest=_WHOLE_RESPONSE * self.limits.timeout),
            transport=self.transport,
        )
        self._session.trust_env = False  # requests would send passwords from ~/.netrc
        self._session.proxies = getproxies() if self.proxies is None else self.proxies

    def limiter(self, url: str) -> RateLimiter:
        """Return the rate limiter of the host in an address."""
        return RateLimiter(
            self.rate_folder,
            urlsplit(url).netloc,
            interval=1.0 / self.policy.rate,
            connections=self.policy.connections,
            clock=self.clock,
        )

    def close(self) -> None:
        """Close the connections and the cache; both open again when needed."""
        self._session.close()
        self.cache.close()


class Unconnected(BaseSyncAdapter):  # type: ignore[misc]
    """The adapter of a geocoder that is only copied, never asked."""

    def get_json(self, url: str, *, timeout: Any, headers: dict[str, str]) -> Any:
        """Refuse."""
        raise NotAsked("not connected")

    get_text = get_json


@dataclass(frozen=True)
class _Target:
    """What geopy wants to get; ``key`` is None for a login, which is neither looked up nor kept."""

    url: str
    headers: dict[str, str]
    is_json: bool
    key: str | None
    clean_url: str


@dataclass(frozen=True)
class _Response:
    status: int
    headers: Mapping[str, str]
    text: str


class Request(BaseSyncAdapter):  # type: ignore[misc]
    """The adapter for one call of a geopy geocoder, which afterwards knows where the answer came from.

    Parameters
    ----------
    client
        What requests to the service share.
    only_cached
        Whether this call may only read the cache.

    Attributes
    ----------
    fetched
        When the service answered (UTC), or None.
    cached
        Whether the answer comes from the cache.
    unsaved
        The answer, if it is new and may be kept.
    faults
        What was wrong with each place that was left out of the answer.
    """

    def __init__(self, client: Client, *, only_cached: bool = False) -> None:
        super().__init__(proxies=None, ssl_context=None)
        self._client = client
        self._only_cached = only_cached or client.only_cached
        self.fetched: datetime | None = None
        self.cached = False
        self.unsaved: Entry | None = None
        self.faults: list[str] = []

    def get_json(self, url: str, *, timeout: Any, headers: dict[str, str]) -> Any:
        """Return the service's answer as JSON; the timeout is the client's.

        Raises
        ------
        NotAsked
            If nothing may be sent now.
        AdapterHTTPError
            If the service answered with an error.
        HttpError
            If there was no response, or none that can be read.
        """
        content = self._get(url, headers, is_json=True)
        content, self.faults = without_bad_coordinates(content, service=self._client.service)
        return content

    def get_text(self, url: str, *, timeout: Any, headers: dict[str, str]) -> Any:
        """Return the service's answer as text; see :meth:`get_json`."""
        return self._get(url, headers, is_json=False)

    def _get(self, url: str, headers: dict[str, str], *, is_json: bool) -> Any:
        client = self._client
        self.fetched, self.cached, self.unsaved = None, False, None
        is_login = bool(client.login_url) and url.startswith(client.login_url)
        language = headers.get("Accept-Language", "")
        masked = client.secrets.mask(url)
        key, clean_url = identify(client.service, masked, secret=client.policy.parameters, language=language)
        target = _Target(url, headers, is_json, None if is_login else key, clean_url)
        entry = self._from_cache(target) or self._from_service(target)
        self.fetched = entry.fetched
        if is_login:
            return self._without_token(entry.content)
        self.unsaved = None if self.cached else entry
        return entry.content

    def _from_cache(self, target: _Target) -> Entry | None:
        if target.key is None:
            return None
        entry = self._client.cache.get(target.key, now=self._client.clock.time())
        self.cached = entry is not None
        return entry

    def _from_service(self, target: _Target) -> Entry:
        """Send the request until it is answered, or the limits are reached."""
        client = self._client
        if self._only_cached:
            raise NotAsked("not in the cache, and only cached answers were asked for")
        if reason := client.circuit.refusal():
            raise NotAsked(f"not asked: {reason}")
        started = client.clock.monotonic()

        def is_enough(state: tenacity.RetryCallState) -> bool:
            elapsed = client.clock.monotonic() - started
            return (
                state.attempt_number >= client.limits.attempts
                or elapsed + state.upcoming_sleep > client.limits.patience
            )

        retrying = _http.retrying(
            stop=is_enough,
            wait=lambda state: _http.backoff(state, failures=state.attempt_number, jitter=1.0),
            sleep=client.clock.sleep,
        )
        try:
            return retrying(self._attempt, target)
        except HttpError as error:
            failure = self._failure(error, int(retrying.statistics.get("attempt_number", 1)))
        raise failure

    def _failure(self, error: HttpError, attempts: int) -> HttpError | AdapterHTTPError:
        """Tell the circuit breaker, and return the error for geopy."""
        reason = f"{error}, after {attempts} attempts" if attempts > 1 else str(error)
        circuit, policy = self._client.circuit, self._client.policy
        if error.status in REFUSALS:
            reason = f"{reason}: the service refuses access; see {policy.page or 'its terms'}"
            circuit.open(reason)
        elif error.retry_after is not None:
            circuit.open(reason, error.retry_after)
        else:
            circuit.failure(reason)
        if error.status is None:
            return HttpError(reason)
        return AdapterHTTPError(reason, status_code=error.status, headers=error.headers, text=error.text)

    def _attempt(self, target: _Target) -> Entry:
        """Send the request once, follow redirects, and check the response."""
        url = target.url
        for _ in range(MAX_REDIRECTS + 1):
            response = self._send_in_turn(url, target)
            if isinstance(response, Entry):
                return response
            if response.status not in REDIRECTS:
                break
            url = _redirect_target(url, response.headers.get("Location", ""))
        else:
            raise HttpError(f"redirected more than {MAX_REDIRECTS} times")
        status, now = response.status, self._client.clock.time()
        if status in _http.RETRIED_STATUSES:
            wait = _http.retry_after(response.headers, now=now)
            raise TransientError(f"HTTP {status}", status=status, headers=response.headers, retry_after=wait)
        if status >= 300:
            raise HttpError(f"HTTP {status}", status=status, headers=response.headers, text=response.text)
        fetched = datetime.fromtimestamp(now, UTC)
        entry = Entry(target.key or "", target.clean_url, response.text, target.is_json, fetched)
        if problem := _problem(entry):
            raise TransientError(problem)
        return entry

    def _send_in_turn(self, url: str, target: _Target) -> _Response | Entry:
        """Wait for a slot, send and read; if another thread or process got the answer meanwhile, return that."""
        client = self._client
        limiter = client.limiter(url)
        try:
            with limiter.slot(max_wait=client.limits.patience) as slot:
                if entry := self._from_cache(target):
                    slot.unused()
                    return entry
                try:
                    response = _http.send(
                        client.session(), "GET", url, headers=target.headers, timeout=client.limits.timeout
                    )
                finally:
                    slot.answered()
                with contextlib.closing(response):
                    body = _http.body(response, timeout=client.limits.timeout, max_bytes=client.limits.max_bytes)
        except Blocked as blocked:
            raise TransientError(
                f"the service asked for no requests for another {blocked.seconds:,.0f} s", retry_after=blocked.seconds
            ) from None
        status = response.status_code
        wait = _http.retry_after(response.headers, now=client.clock.time())
        if wait and status in _http.RETRIED_STATUSES:
            limiter.block(wait)
        text = _decoded(body, response.headers.get("Content-Type", ""), strict=status < 300)
        return _Response(status, response.headers, client.secrets.redact(text, min_length=MIN_LENGTH_IN_BODY))

    def _without_token(self, content: Any) -> Any:
        """Replace the token in the response to a login by a placeholder, so that geopy never holds it."""
        if isinstance(content, dict) and isinstance(content.get("token"), str):
            return {**content, "token": self._client.secrets.hide(content["token"])}
        return content


def _redirect_target(url: str, location: str) -> str:
    """Return where a redirect leads: to the same host and port, or from its http to its https."""
    target = urljoin(url, location)
    try:
        before, after = _endpoint(url), _endpoint(target)
    except ValueError:
        raise HttpError("redirected to an address that is none") from None
    if not location or after.host != before.host or "@" in urlsplit(target).netloc:
        raise HttpError("redirected to another host")
    if after.scheme not in _PORTS:
        raise HttpError(f"redirected to {after.scheme}, which is not the web")
    if before.scheme == "https" and after.scheme != "https":
        raise HttpError("redirected from https to http")
    upgraded = (before.scheme, before.port, after.scheme, after.port) == ("http", 80, "https", 443)
    if after.port != before.port and not upgraded:
        raise HttpError("redirected to another port of the host")
    return target


class _Endpoint(NamedTuple):
    scheme: str
    host: str | None
    port: int | None


_PORTS = {"http": 80, "https": 443}


def _endpoint(url: str) -> _Endpoint:
    parts = urlsplit(url)
    return _Endpoint(parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme))


def _decoded(body: bytes, content_type: str, *, strict: bool) -> str:
    """Return the body as text: UTF-8 wherever it is valid, as JSON requires, else what the header declares."""
    match = re.search(r"charset=[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    for encoding in ("utf-8-sig", match[1] if match else "utf-8"):
        with contextlib.suppress(UnicodeDecodeError, LookupError):
            return body.decode(encoding)
    if strict:
        raise TransientError("response body cannot be decoded as its declared charset")
    return body.decode("latin-1")


def _problem(entry: Entry) -> str:
    """Return why an answer cannot be what the service meant to say, or an empty string."""
    if not entry.is_json:
        return ""
    if entry.body.lstrip().startswith("<"):
        return "got an HTML page instead of JSON; is a proxy or login page in the way?"
    try:
        return "" if entry.has_data() else "got JSON without data"
    except _json.InvalidJson:
        return f"got invalid JSON ({len(entry.body):,} characters)"
