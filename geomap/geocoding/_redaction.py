"""Keep keys out of everything above the socket.

geopy puts keys into the addresses that it requests, and from there they reach its log, its errors and a cache. So geopy
is given a placeholder for every secret, and the secret takes its place only where bytes are written to the connection
(:func:`geomap._http.open_session`). Responses are searched for the secrets before anything else sees them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets as tokens
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from geomap.geocoding._policies import PLAIN_HEADERS, SECRET_ATTRIBUTES

HIDDEN = "hidden"
MIN_LENGTH_IN_TEXT = 4
MIN_LENGTH_IN_BODY = 8  # shorter secrets would be found by chance


class Secrets:
    """Secrets and their placeholders; shows neither when printed, and cannot be copied or pickled."""

    def __init__(self) -> None:
        self._real: dict[str, str] = {}
        self._prefix = f"{HIDDEN}{tokens.token_hex(6)}x"
        self._signer: Callable[[str], str] | None = None

    def __repr__(self) -> str:
        return f"<{len(self._real)} secrets>"

    def __reduce__(self) -> str:
        raise TypeError("secrets cannot be pickled or copied")

    def hide(self, value: str) -> str:
        """Keep a secret and return its placeholder, letters and digits only."""
        if value in self._real:
            return value
        for placeholder, real in tuple(self._real.items()):  # another thread may add one
            if real == value:
                return placeholder
        placeholder = f"{self._prefix}{len(self._real)}z"
        self._real[placeholder] = value
        return placeholder

    def reveal(self, text: str) -> str:
        """Return a header's value with its secrets in place."""
        for placeholder, real in tuple(self._real.items()):
            text = text.replace(placeholder, real)
        return text

    def reveal_target(self, target: str) -> str:
        """Return a request's path and query with its secrets in place, quoted, and signed if the service wants that."""
        for placeholder, real in tuple(self._real.items()):
            target = target.replace(placeholder, quote_plus(real))
        return self._signer(target) if self._signer else target

    def sign_with(self, signer: Callable[[str], str]) -> None:
        """Set the function that signs a request's path and query."""
        self._signer = signer

    def mask(self, text: str) -> str:
        """Replace every placeholder by one fixed word, so that texts and cache keys are the same from run to run."""
        if self._prefix not in text:
            return text
        for placeholder in tuple(self._real):
            text = text.replace(placeholder, HIDDEN)
        return text

    def redact(self, text: str, *, min_length: int = MIN_LENGTH_IN_TEXT) -> str:
        """Replace every secret of at least ``min_length`` characters, plain or quoted, and every placeholder."""
        for real in sorted(self._real.values(), key=len, reverse=True):
            if len(real) >= min_length:
                for form in {real, quote(real), quote(real, safe=""), quote_plus(real)}:
                    text = text.replace(form, HIDDEN)
        return self.mask(text)


def hide_secrets(geocoder: Any, secrets: Secrets) -> None:
    """Replace the secrets in a geopy geocoder by placeholders, in place."""
    _take_signers(geocoder, secrets)
    for name in SECRET_ATTRIBUTES:
        value = getattr(geocoder, name, None)
        if isinstance(value, str) and value:
            setattr(geocoder, name, secrets.hide(value))
    headers = dict(getattr(geocoder, "headers", {}) or {})
    geocoder.headers = {
        name: str(value) if name.lower() in PLAIN_HEADERS else secrets.hide(str(value))
        for name, value in headers.items()
    }


def _take_signers(geocoder: Any, secrets: Secrets) -> None:
    """Take over geopy's signing: it would sign addresses with placeholders in them."""
    if getattr(geocoder, "security_key", None):
        secrets.hide(geocoder.security_key)
        secrets.sign_with(_baidu_signer(geocoder.security_key))
        geocoder.security_key = None
    if getattr(geocoder, "premier", False):
        for value in (geocoder.client_id, geocoder.secret_key):
            secrets.hide(value)
        secrets.sign_with(_google_signer(geocoder.client_id, geocoder.secret_key, getattr(geocoder, "channel", "")))
        geocoder.premier, geocoder.client_id, geocoder.secret_key = False, None, None


def _baidu_signer(security_key: str) -> Callable[[str], str]:
    def sign(target: str) -> str:
        # Baidu defines its signature as an MD5 (https://lbsyun.baidu.com/index.php?title=lbscloud/api/appendix).
        raw = quote_plus(target + security_key).encode()
        return f"{target}&sn={hashlib.md5(raw, usedforsecurity=False).hexdigest()}"

    return sign


def _google_signer(client: str, key: str, channel: str) -> Callable[[str], str]:
    def sign(target: str) -> str:
        # https://developers.google.com/maps/documentation/maps-static/digital-signature
        target = f"{target}&client={quote_plus(client)}" + (f"&channel={quote_plus(channel)}" if channel else "")
        digest = hmac.new(base64.urlsafe_b64decode(key), target.encode(), hashlib.sha1).digest()
        return f"{target}&signature={base64.urlsafe_b64encode(digest).decode()}"

    return sign


def hide_proxies(proxies: Any, secrets: Secrets) -> None:
    """Keep the passwords of proxies as secrets, so that no error repeats them."""
    for address in (proxies or {}).values() if isinstance(proxies, Mapping) else ():
        parts = urlsplit(address if "://" in str(address) else f"//{address}")
        if parts.password:
            secrets.hide(parts.password)
