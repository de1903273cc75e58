"""One request, from the cache or the web: patiently, at the service's pace, and not for ever."""

from __future__ import annotations

import json
import os
import re
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urljoin, urlsplit

import requests
import tenacity
import urllib3
from geopy.adapters import AdapterHTTPError, BaseSyncAdapter, RequestsAdapter, RequestsHTTPWithSSLContextAdapter
from geopy.exc import GeocoderServiceError
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from geomap.geocoding._cache import AnswerCache, Entry, Fresh, identify
from geomap.geocoding._pacing import Circuit, Clock, TooLong, Turns
from geomap.geocoding._places import screen
from geomap.geocoding._policies import Policy
from geomap.geocoding._redaction import SHORTEST_IN_BODY, Vault

if TYPE_CHECKING:
    import requests
    from requests import Response


class Wire(RequestsHTTPWithSSLContextAdapter):  # type: ignore[misc]
    """A requests transport whose connections fill in the secrets as they write.

    urllib3 logs and raises with the target that its pool was given; the pool only knows the stand-ins.
    """

    def __init__(self, vault: Vault, *, ssl_context: Any = None) -> None:
        self._pools = _pools(vault)
        super().__init__(ssl_context=ssl_context, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> Any:
        """Make the pools of direct connections."""
        made = super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools
        return made

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Make the pools of connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _pools(vault: Vault) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
            super().putrequest(method, vault.reveal_target(url), *args, **kwargs)

        def putheader(self, header: Any, *values: Any) -> None:
            super().putheader(header, *(vault.reveal(v) if isinstance(v, str) else v for v in values))

    class Secure(HTTPSConnection):
        def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
            super().putrequest(method, vault.reveal_target(url), *args, **kwargs)

        def putheader(self, header: Any, *values: Any) -> None:
            super().putheader(header, *(vault.reveal(v) if isinstance(v, str) else v for v in values))

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


PIECE = 65_536
PATIENT = 3.0


class Bounds(Protocol):
    """What an exchange may take at most."""

    @property
    def timeout(self) -> float:
        """Seconds without a byte."""

    @property
    def largest(self) -> int:
        """Bytes of an answer."""


class Refused(GeocoderServiceError):  # type: ignore[misc]
    """The request failed, and asking the same again would not help."""

    status: int | None = None
    headers: Mapping[str, str] = {}


class Trouble(Refused):
    """The request failed, and may well succeed later."""

    def __init__(
        self,
        reason: str,
        *,
        retry_after: float | None = None,
        status: int | None = None,
        reply: Reply | None = None,
    ) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.status = status
        self.headers = reply.headers if reply else {}


@dataclass
class Reply:
    """What a server answered. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes
    retry_after: float | None
    text: str = ""
    content: Any = None

    def read_as(self, is_json: bool) -> None:
        """Read the text as what it should be.

        Raises
        ------
        Trouble
            If it is not: a proxy's page, half an answer, an unknown encoding.
        """
        if not is_json:
            self.content = self.text
            return
        if self.text.lstrip()[:1] == "<":
            raise Trouble(
                f"answered with a web page instead of data (HTTP {self.status}); is there a login in between?"
            )
        wrong = ""
        try:
            self.content = json.loads(self.text)
        except (ValueError, RecursionError) as error:
            wrong = type(error).__name__
        if wrong:
            raise Trouble(f"answered with invalid JSON ({len(self.text):,} characters)")
        if self.content != [] and (not self.content or not isinstance(self.content, (list, dict))):
            raise Trouble("answered with JSON that holds no data")


def exchange(
    session: requests.Session,
    url: str,
    headers: dict[str, str],
    *,
    manners: Bounds,
    clock: Clock,
    answered: Callable[[], None],
) -> Reply:
    """Send one request and read the whole answer.

    Parameters
    ----------
    answered
        Called as soon as the server has begun to answer, or has failed to.

    Raises
    ------
    Refused, Trouble
        If there is no whole answer. Neither carries the exception that it came from.
    """
    fault: Refused | None = None
    try:
        try:
            response = session.get(url, headers=headers, timeout=manners.timeout, stream=True, allow_redirects=False)
        finally:
            answered()
        try:
            body = _read(response, manners, clock)
        finally:
            response.close()
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        fault = _in_words(error, manners.timeout)
    if fault is not None:
        raise fault
    lower = {name.lower(): value for name, value in response.headers.items()}
    reply = Reply(response.status_code, lower, body, _retry_after(lower, clock))
    reply.text = _decoded(body, lower.get("content-type", ""), strict=response.status_code < 300)
    return reply


def _read(response: Response, manners: Bounds, clock: Clock) -> bytes:
    deadline = clock.monotonic() + PATIENT * manners.timeout
    pieces: list[bytes] = []
    size = 0
    # read1 gives what has come so far, so that an answer that drips does not hold the line past its time.
    while piece := response.raw.read1(PIECE, decode_content=True):
        pieces.append(piece)
        size += len(piece)
        if size > manners.largest:
            raise Refused(f"the answer is longer than {manners.largest / 1e6:,.1f} MB")
        if clock.monotonic() > deadline:
            raise Trouble(f"the answer was not complete after {PATIENT * manners.timeout:,.0f} s")
    return b"".join(pieces)


def _in_words(error: Exception, timeout: float) -> Refused:
    """Name a fault without repeating what the libraries say: they repeat the address."""
    if isinstance(error, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)):
        return Refused("no trusted TLS connection: the certificate or the protocol was not accepted")
    if isinstance(error, (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError)):
        return Trouble("the proxy cannot be reached")
    if isinstance(error, (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
        return Trouble(f"no answer within {timeout:g} s")
    if isinstance(error, (requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError)):
        return Trouble("the answer's compression is damaged")
    if isinstance(error, (requests.exceptions.ConnectionError, urllib3.exceptions.ProtocolError, OSError)) and (
        not isinstance(error, requests.RequestException) or isinstance(error, requests.exceptions.ConnectionError)
    ):
        broke = "Connection aborted" in str(error) or isinstance(error, urllib3.exceptions.ProtocolError)
        return Trouble("the connection broke" if broke else "the service cannot be reached")
    return Refused(f"the request could not be sent ({type(error).__name__})")


def _retry_after(headers: Mapping[str, str], clock: Clock) -> float | None:
    """Read ``Retry-After``, in seconds or as a date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if re.fullmatch(r"\d{1,9}", value):
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - clock.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _decoded(body: bytes, content_type: str, *, strict: bool) -> str:
    """Return the body as text: UTF-8 wherever it is valid, as JSON demands, else what the header says."""
    match = re.search(r"charset=[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    for encoding in ("utf-8-sig", match.group(1) if match else "utf-8"):
        try:
            return body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    if strict:
        raise Trouble("the answer's text is in no encoding that it names")
    return body.decode("latin-1")


REDIRECTS = 3
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
STOP = frozenset({401, 402, 403, 407})


class NotAsked(GeocoderServiceError):  # type: ignore[misc]
    """Nothing was sent; the message says why."""


class Overtaken(GeocoderServiceError):  # type: ignore[misc]
    """While this request waited for its turn, another got the answer."""

    def __init__(self, entry: Entry) -> None:
        super().__init__("answered in the meantime")
        self.entry = entry


class NotCached(NotAsked):
    """Only the cache was to be asked, and it has no answer."""


@dataclass(frozen=True)
class Manners:
    """How patient to be with a service.

    Attributes
    ----------
    timeout
        Seconds without a byte after which a request is given up; three times as many for the whole answer.
    tries
        How often one name is asked, at most.
    patience
        Seconds that all tries of one name may take, waits included.
    failures, pause
        After so many names in a row that failed, the service is left alone for so many seconds.
    largest
        The longest answer that is read, in bytes.
    """

    timeout: float = 10.0
    tries: int = 5
    patience: float = 300.0
    failures: int = 5
    pause: float = 60.0
    largest: int = 5_000_000


@dataclass
class Note:
    """What is known of the last answer in this thread."""

    fetched: datetime | None = None
    cached: bool = False
    fresh: Fresh | None = None
    faults: list[str] = field(default_factory=list)


@dataclass
class Caller:
    """Asks one service, for all threads that share it."""

    service: str
    policy: Policy
    rate: float
    connections: int
    cache: AnswerCache
    vault: Vault
    clock: Clock
    manners: Manners
    turns_folder: Path
    only_cached: bool = False
    private: str = ""
    _local: threading.local = field(default_factory=threading.local)

    def __post_init__(self) -> None:
        self.circuit = Circuit(self.clock, failures=self.manners.failures, pause=self.manners.pause)

    @property
    def note(self) -> Note:
        """What is known of the last answer in this thread."""
        found: Note | None = getattr(self._local, "note", None)
        return found or Note()

    def peeking(self, yes: bool) -> None:
        """Set whether this thread may only look into the cache."""
        self._local.peeking = yes

    def get(self, session: requests.Session, url: str, headers: dict[str, str], *, is_json: bool) -> Any:
        """Return what the service answers, as JSON or text, from the cache if it is there.

        Raises
        ------
        NotAsked
            If nothing may be sent now.
        AdapterHTTPError
            If the service answered with an error.
        Refused, Trouble
            If there was no answer, or none that can be read.
        """
        self._local.note = Note()
        private = bool(self.private) and url.startswith(self.private)
        language = headers.get("Accept-Language", "")
        key, clean = identify(self.service, self.vault.cloak(url), secret=self.policy.parameters, language=language)
        if not private and (entry := self.cache.peek(key, now=self.clock.time())):
            self._local.note = Note(entry.fetched, cached=True)
            return entry.content
        if self.only_cached or getattr(self._local, "peeking", False):
            raise NotCached("not in the cache, and only the cache was to be asked")
        if why := self.circuit.refusal():
            raise NotAsked(f"not asked: {why}")
        try:
            reply = self._insist(session, url, headers, is_json, None if private else key)
        except Overtaken as overtaken:
            self._local.note = Note(overtaken.entry.fetched, cached=True)
            return overtaken.entry.content
        self._raise_for_status(reply)
        fetched = datetime.fromtimestamp(self.clock.time(), UTC)
        fresh = None if private else Fresh(key, clean, reply.text, is_json, fetched)
        self._local.note = Note(fetched, fresh=fresh)
        if private and is_json:
            return self._without_token(reply.content)
        return reply.content

    def _insist(
        self, session: requests.Session, url: str, headers: dict[str, str], is_json: bool, key: str | None
    ) -> Reply:
        started = self.clock.monotonic()
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Trouble),
            wait=_wait,
            stop=lambda state: self._enough(state, started),
            sleep=self.clock.sleep,
            reraise=True,
        )
        failed: Refused | None = None
        tries = 0
        try:
            reply: Reply = retrying(self._once, session, url, headers, is_json, key)
        except Refused as error:
            failed, tries = error, int(retrying.statistics.get("attempt_number", 1))
        if failed is None:
            return reply
        reason = f"{failed}{f', after {tries} tries' if tries > 1 else ''}"
        if isinstance(failed, Trouble) and failed.retry_after is not None:
            self.circuit.open(reason, failed.retry_after)
        else:
            self.circuit.failure(reason)
        if failed.status:
            raise AdapterHTTPError(reason, status_code=failed.status, headers=failed.headers, text="")
        raise Refused(reason)

    def _enough(self, state: tenacity.RetryCallState, started: float) -> bool:
        over = self.clock.monotonic() - started + state.upcoming_sleep > self.manners.patience
        return state.attempt_number >= self.manners.tries or over

    def _once(
        self, session: requests.Session, url: str, headers: dict[str, str], is_json: bool, key: str | None
    ) -> Reply:
        for _ in range(REDIRECTS + 1):
            reply = self._in_turn(session, url, headers, key)
            if reply.status not in {301, 302, 303, 307, 308}:
                break
            url = _redirected(url, reply)
        else:
            raise Refused(f"redirected more than {REDIRECTS} times")
        if reply.status in TRY_AGAIN:
            raise Trouble(f"HTTP {reply.status}", retry_after=reply.retry_after, status=reply.status, reply=reply)
        if reply.status < 400:
            reply.read_as(is_json)
        return reply

    def _in_turn(self, session: requests.Session, url: str, headers: dict[str, str], key: str | None) -> Reply:
        turns = Turns(
            self.turns_folder,
            urlsplit(url).netloc,
            pause=1.0 / self.rate,
            connections=self.connections,
            clock=self.clock,
        )
        late: float | None = None
        try:
            with turns.turn(most=self.manners.patience) as turn:
                if key is not None and (entry := self.cache.peek(key, now=self.clock.time())):
                    turn.unused()
                    raise Overtaken(entry)
                reply = exchange(session, url, headers, manners=self.manners, clock=self.clock, answered=turn.answered)
        except TooLong as error:
            late = error.seconds
        if late is not None:
            raise Trouble(f"the service asked to be left alone for another {late:,.0f} s", retry_after=late)
        if reply.retry_after and reply.status in TRY_AGAIN:
            turns.block(reply.retry_after)
        reply.text = self.vault.scrub(reply.text, shortest=SHORTEST_IN_BODY)
        return reply

    def _raise_for_status(self, reply: Reply) -> None:
        if reply.status < 300:
            return
        reason = f"HTTP {reply.status}"
        if reply.status in STOP:
            reason = f"{reason}: the service refuses; see {self.policy.page or 'its terms'}"
            self.circuit.open(reason)
        else:
            self.circuit.failure(reason)
        raise AdapterHTTPError(reason, status_code=reply.status, headers=reply.headers, text=reply.text)

    def _without_token(self, content: Any) -> Any:
        """Swap the token of an answer to a login for a stand-in, so that geopy never holds it."""
        if isinstance(content, dict) and isinstance(content.get("token"), str):
            return {**content, "token": self.vault.hide(content["token"])}
        return content


class Unconnected(BaseSyncAdapter):  # type: ignore[misc]
    """What geopy's geocoders are made with, until an :class:`Adapter` takes its place."""

    def __init__(self, *, proxies: Any, ssl_context: Any) -> None:
        super().__init__(proxies=proxies, ssl_context=ssl_context)

    def get_json(self, url: str, *, timeout: Any, headers: dict[str, str]) -> Any:
        """Refuse."""
        raise NotAsked("not connected")

    get_text = get_json


class Adapter(RequestsAdapter):  # type: ignore[misc]
    """geopy's adapter for requests, asking through a :class:`Caller`."""

    def __init__(self, *, proxies: Any, ssl_context: Any, caller: Caller, transport: Any = None) -> None:
        self._caller = caller
        self._process = os.getpid()
        self._transport = transport
        if ssl_context is None:
            ssl_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if transport else ssl.create_default_context()
        self._settings = {"proxies": proxies, "ssl_context": ssl_context}
        self._open()

    def _open(self) -> None:

        super().__init__(**self._settings, max_retries=0)
        wire = self._transport or Wire(self._caller.vault, ssl_context=self._settings["ssl_context"])
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, wire)

    def _ours(self) -> requests.Session:
        if self._process != os.getpid():
            # Connections must not be shared across a fork.
            self._process = os.getpid()
            self._open()
        session: requests.Session = self.session
        return session

    def get_json(self, url: str, *, timeout: Any, headers: dict[str, str]) -> Any:
        """Return what the service answers, as JSON; the time-out is the caller's."""
        content = self._caller.get(self._ours(), url, headers, is_json=True)
        content, faults = screen(content, service=self._caller.service)
        self._caller.note.faults.extend(faults)
        return content

    def get_text(self, url: str, *, timeout: Any, headers: dict[str, str]) -> Any:
        """Return what the service answers, as text; the time-out is the caller's."""
        return self._caller.get(self._ours(), url, headers, is_json=False)


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    demanded = error.retry_after if isinstance(error, Trouble) else None
    backoff = tenacity.wait_exponential_jitter(initial=1.0, max=60.0, jitter=1.0)(state)
    # The turn at the host waits for what was demanded; a little longer keeps many processes from coming back at once.
    return backoff if demanded is None else demanded + backoff / 10


def _redirected(url: str, reply: Reply) -> str:
    target = urljoin(url, reply.headers.get("location", ""))
    if not reply.headers.get("location") or urlsplit(target).hostname != urlsplit(url).hostname:
        raise Refused("redirected to another host, which was not asked for")
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
        raise Refused("redirected from https to http, which would send the names in the clear")
    return target
