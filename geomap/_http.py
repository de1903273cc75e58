"""HTTP for the two parts of geomap that use the network: geocoding, and the download of a gazetteer.

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

import requests
import tenacity
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_FAULTS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)
_CHUNK = 1 << 16


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


class Secrets(Protocol):
    """Puts secrets in place of their placeholders as a request is written to the socket, where nothing logs it."""

    def reveal(self, text: str) -> str:
        """Return a header's value as it is sent."""

    def reveal_target(self, target: str) -> str:
        """Return a request's path and query as they are sent."""


def open_session(
    *, ssl_context: ssl.SSLContext | None = None, secrets: Secrets | None = None, transport: BaseAdapter | None = None
) -> requests.Session:
    """Return a session that trusts the system's certificates and never retries by itself.

    Parameters
    ----------
    ssl_context
        Which certificates to trust, if not the system's.
    secrets
        Fills in secrets below everything that logs or raises.
    transport
        What sends the requests instead, for tests.
    """
    session = requests.Session()
    adapter = transport or _Adapter(ssl_context or ssl.create_default_context(), secrets)
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    return session


class _Adapter(HTTPAdapter):
    def __init__(self, ssl_context: ssl.SSLContext, secrets: Secrets | None) -> None:
        self._ssl_context = ssl_context
        self._pools = _revealing_pools(secrets) if secrets else None
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._ssl_context)
        if self._pools:
            self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs, ssl_context=self._ssl_context)
        if self._pools:
            manager.pool_classes_by_scheme = self._pools
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]
        if verify is True:  # requests would add certifi's certificates to the context
            conn.ca_certs = conn.ca_cert_dir = None


def _revealing_pools(secrets: Secrets) -> dict[str, Any]:
    """Return urllib3 pools whose connections reveal secrets; the pools log and raise with placeholders only."""

    class Revealing:
        def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
            super().putrequest(method, secrets.reveal_target(url), *args, **kwargs)  # type: ignore[misc]

        def putheader(self, header: Any, *values: Any) -> None:
            shown = (secrets.reveal(value) if isinstance(value, str) else value for value in values)
            super().putheader(header, *shown)  # type: ignore[misc]

    class Plain(Revealing, HTTPConnection):
        pass

    class Secure(Revealing, HTTPSConnection):
        pass

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


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

    Raises
    ------
    HttpError, TransientError
        If there is no response.
    """
    try:
        return session.request(
            method, url, headers=headers, timeout=timeout, stream=True, allow_redirects=follow_redirects
        )
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


def _in_plain_words(error: Exception, timeout: float) -> HttpError:
    """Describe a failure without the library's own text, which repeats the address."""
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
    after: Callable[[tenacity.RetryCallState], None] = lambda state: None,
) -> tenacity.Retrying:
    """Return what calls a function until it raises no :class:`TransientError`, or ``stop`` says that is enough."""
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(TransientError),
        stop=stop,
        wait=wait,
        sleep=sleep,
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
