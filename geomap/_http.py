"""HTTP for the parts of geomap that use the network: geocoding, the download of a gazetteer, and of scripts for maps.

One session, one set of rules for retries, and failures in plain words: the libraries' own messages repeat the address,
which may hold a key. Nothing else in geomap imports requests; import this module where a request is about to be sent.
"""

from __future__ import annotations

import random
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import requests
import tenacity
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter

from geomap._deadlines import Expired, Pace, timed_response

RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_FAULTS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)
_CHUNK = 1 << 16
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_ANY_PACE = Pace()


class HttpError(Exception):
    """A request failed, and repeating it would not help.

    Parameters
    ----------
    reason
        What went wrong, without the address.
    status, headers, text
        Of the server's response, where there was one.
    """

    retry_after: float | None = None

    def __init__(
        self, reason: str, *, status: int | None = None, headers: Mapping[str, str] | None = None, text: str = ""
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.headers = headers or {}
        self.text = text


class TransientError(HttpError):
    """A request failed, and may succeed later: after ``retry_after`` seconds, where the server said so."""

    def __init__(
        self,
        reason: str,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(reason, status=status, headers=headers)
        self.retry_after = retry_after


class TooSlow(TransientError):
    """A response came, and too slowly: not within its time as a whole, or so little at a time that it will never end."""


class Secrets(Protocol):
    """Puts secrets in place of their placeholders as a request is written to the socket, where nothing logs it."""

    def reveal(self, text: str) -> str:
        """Return a header's value as it is sent."""

    def reveal_target(self, target: str) -> str:
        """Return a request's path and query as they are sent."""


def open_session(
    *,
    ssl_context: ssl.SSLContext | None = None,
    secrets: Secrets | None = None,
    pace: Pace = _ANY_PACE,
    transport: BaseAdapter | None = None,
) -> requests.Session:
    """Return a session that trusts the system's certificates and never retries by itself.

    Parameters
    ----------
    ssl_context
        Which certificates to trust, if not the system's.
    secrets
        Fills in secrets below everything that logs or raises.
    pace
        How slowly the body of a response may come in; its headers must be complete within the timeout of a request.
    transport
        What sends the requests instead, for tests.
    """
    session = _Session()
    adapter = transport or _Adapter(ssl_context or ssl.create_default_context(), secrets, pace)
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    return session


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return that there is none: to find it, requests would read a body of any length (see :func:`send`)."""


class _Adapter(HTTPAdapter):
    def __init__(self, ssl_context: ssl.SSLContext, secrets: Secrets | None, pace: Pace) -> None:
        self._ssl_context, self._secrets, self._pace = ssl_context, secrets, pace
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._ssl_context)
        self._bind(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **kwargs, ssl_context=self._ssl_context)
        if not known:
            self._bind(manager)
        return manager

    def _bind(self, manager: Any) -> None:
        """Make the connections of a manager, whatever proxy they use, keep the pace and reveal secrets."""
        pools = manager.pool_classes_by_scheme
        manager.pool_classes_by_scheme = {
            scheme: _bound_pool(pool, self._secrets, self._pace) for scheme, pool in pools.items()
        }

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]
        if verify is True:  # requests would add certifi's certificates to the context
            conn.ca_certs = conn.ca_cert_dir = None


def _bound_pool(pool: Any, secrets: Secrets | None, pace: Pace) -> Any:
    """Return a kind of urllib3's pool whose connections keep the pace, and reveal secrets.

    The pool itself logs and raises with placeholders only.
    """

    class Bound(pool.ConnectionCls):  # type: ignore[misc]
        response_class = timed_response(pace)

        def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
            super().putrequest(method, secrets.reveal_target(url) if secrets else url, *args, **kwargs)

        def putheader(self, header: Any, *values: Any) -> None:
            shown = (secrets.reveal(value) if secrets and isinstance(value, str) else value for value in values)
            super().putheader(header, *shown)

    return type(pool.__name__, (pool,), {"ConnectionCls": Bound})


def send(
    session: requests.Session,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    timeout: float,
    follow_redirects: bool = False,
) -> requests.Response:
    """Send a request and return the response, whatever its status; read its body with :func:`chunks` and close it.

    Parameters
    ----------
    session
        What sends it.
    method, url, headers
        The request.
    timeout
        Seconds in which the connection must stand and the headers be complete, and then between one byte and the next.
    follow_redirects
        Whether to go where the server says, to other hosts too, but from https to nothing else.

    Raises
    ------
    HttpError, TransientError
        If there is no response.
    """
    for _ in range(_MOST_REDIRECTS + 1):
        response = _send_once(session, method, url, headers=headers, timeout=timeout)
        location = response.headers.get("Location", "")
        if not follow_redirects or response.status_code not in _REDIRECTS or not location:
            return response
        response.close()  # unread: what a redirect says beside its target may have any length
        before, url = url, urljoin(url, location)
        if urlsplit(url).scheme not in ({"https"} if before.startswith("https:") else {"http", "https"}):
            raise HttpError("redirected to an address that is not of the web, or from https to http")
    raise HttpError(f"redirected more than {_MOST_REDIRECTS} times")


def _send_once(
    session: requests.Session, method: str, url: str, *, headers: Mapping[str, str], timeout: float
) -> requests.Response:
    bounds: Any = urllib3.Timeout(total=timeout, connect=timeout, read=timeout)
    try:
        return session.request(method, url, headers=headers, timeout=bounds, stream=True, allow_redirects=False)
    except _FAULTS as error:
        fault = _in_plain_words(error, timeout)
    raise fault  # here, so that it does not carry the original as its context


def chunks(response: requests.Response, *, timeout: float, decode: bool = True) -> Iterator[bytes]:
    """Yield the body piece by piece as it arrives.

    Parameters
    ----------
    response
        What :func:`send` returned.
    timeout
        Seconds without a byte, as given to :func:`send`; for the message.
    decode
        Whether to undo the content encoding.

    Raises
    ------
    HttpError, TransientError
        If the body does not arrive complete.
    """
    while True:
        try:
            # read1 returns what has arrived, so that a slow response can be given up before it fills a buffer.
            chunk = response.raw.read1(_CHUNK, decode_content=decode)
        except _FAULTS as error:
            fault = _in_plain_words(error, timeout)
        else:
            if not chunk:
                return
            yield chunk
            continue
        raise fault


def body(response: requests.Response, *, timeout: float, max_bytes: int) -> bytes:
    """Return the whole body, its content encoding undone.

    Raises
    ------
    HttpError, TransientError
        If it does not arrive complete, or is longer than `max_bytes`.
    """
    received = bytearray()
    for chunk in chunks(response, timeout=timeout):
        received += chunk
        if len(received) > max_bytes:
            raise HttpError(f"response larger than {max_bytes / 1e6:,.1f} MB")
    return bytes(received)


def _in_plain_words(error: Exception, timeout: float) -> HttpError:
    """Describe a failure without the library's own text, which repeats the address."""
    if late := _expired(error):
        return TooSlow(str(late))
    if isinstance(error, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)):
        return HttpError("TLS connection failed: certificate or protocol not accepted")
    if isinstance(error, (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError)):
        return TransientError("cannot connect to the proxy")
    if isinstance(error, (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
        return TransientError(f"no response within {timeout:g} s")
    if isinstance(error, (requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError)):
        return TransientError("the compressed response is corrupt")
    if isinstance(error, urllib3.exceptions.ProtocolError) or "Connection aborted" in str(error):
        return TransientError("connection lost")
    if isinstance(error, requests.ConnectionError) or not isinstance(error, requests.RequestException):
        return TransientError("cannot connect to the server")
    return HttpError(f"the request could not be sent ({type(error).__name__})")


def _expired(error: BaseException | None) -> Expired | None:
    """Return the deadline that was missed, which the libraries wrap as any timeout."""
    while error is not None and not isinstance(error, Expired):
        error = error.__cause__ or error.__context__
    return error


def retry_after(headers: Mapping[str, str], *, now: float) -> float | None:
    """Return the seconds that ``Retry-After`` asks for, as a number or as a date (RFC 9110, 10.2.3), or None.

    Parameters
    ----------
    headers
        Of a response; any case.
    now
        Seconds since 1970.
    """
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}", value):
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def retrying(
    *,
    stop: Callable[[tenacity.RetryCallState], bool],
    wait: Callable[[tenacity.RetryCallState], float],
    sleep: Callable[[float], None],
    before: Callable[[tenacity.RetryCallState], None] = lambda state: None,
    after: Callable[[tenacity.RetryCallState], None] = lambda state: None,
) -> tenacity.Retrying:
    """Return what calls a function until it raises no :class:`TransientError`, or ``stop`` says that is enough."""
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(TransientError),
        stop=stop,
        wait=wait,
        sleep=sleep,
        before=before,
        after=after,
        reraise=True,
    )


def backoff(
    state: tenacity.RetryCallState, *, failures: int, first: float = 1.0, longest: float = 60.0, jitter: float = 0.0
) -> float:
    """Return the seconds to wait before the next attempt: what the server asked for, else twice the last wait.

    Parameters
    ----------
    state
        Of the attempt that failed.
    failures
        How many attempts have failed, from 1.
    first, longest
        The first wait and the longest one.
    jitter
        Up to so many seconds are added at random, so that many clients do not come back at once.
    """
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, TransientError) else None
    wait = min(first * 2.0 ** (failures - 1), longest) if asked is None else asked
    return wait + random.uniform(0.0, jitter)  # noqa: S311 (no secret depends on it)
