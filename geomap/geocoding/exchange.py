"""One request and its answer, with bounds on time and size, and every fault put into words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol

import requests
import urllib3
from geopy.exc import GeocoderServiceError

from geomap.geocoding.clock import Clock

if TYPE_CHECKING:
    from requests import Response

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
