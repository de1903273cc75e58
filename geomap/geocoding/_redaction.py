"""Keys are kept out of everything above the socket.

geopy puts keys into the addresses that it requests, and from there they reach its log, its errors and a cache. So geopy
is given a stand-in for every secret, and the secret takes its place only where bytes are written to the connection
(:mod:`geomap.geocoding._transport`). What comes back is searched for the secrets before anybody sees it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from geomap.geocoding._policies import PLAIN_HEADERS, SECRET_ATTRIBUTES

HIDDEN = "hidden"
SHORTEST_IN_TEXT = 4
SHORTEST_IN_BODY = 8


class Vault:
    """Secrets and their stand-ins. It shows neither when printed, and is not copied or written anywhere."""

    def __init__(self) -> None:
        self._real: dict[str, str] = {}
        self._prefix = f"{HIDDEN}{secrets.token_hex(6)}x"
        self._signer: Callable[[str], str] | None = None

    def __repr__(self) -> str:
        return f"<Vault of {len(self._real)} secrets>"

    def __reduce__(self) -> str:
        raise TypeError("secrets are not written to files or sent to other processes")

    def hide(self, value: str) -> str:
        """Keep a secret and return its stand-in, letters and digits only."""
        if value in self._real:
            return value
        for stand_in, real in self._real.items():
            if real == value:
                return stand_in
        stand_in = f"{self._prefix}{len(self._real)}z"
        self._real[stand_in] = value
        return stand_in

    def remember(self, value: str) -> None:
        """Keep a secret that geopy never sees, so that it is scrubbed where it appears."""
        self.hide(value)

    def reveal(self, text: str) -> str:
        """Put the secrets of a header in place of their stand-ins."""
        for stand_in, real in self._real.items():
            text = text.replace(stand_in, real)
        return text

    def reveal_target(self, target: str) -> str:
        """Put the secrets of a request's target in place, quoted, and sign it where the service wants that."""
        for stand_in, real in self._real.items():
            target = target.replace(stand_in, quote_plus(real))
        return self._signer(target) if self._signer else target

    def sign_with(self, signer: Callable[[str], str]) -> None:
        """Set what turns a request's target into a signed one."""
        self._signer = signer

    def cloak(self, text: str) -> str:
        """Write one fixed word for every stand-in, so that texts and keys are the same from run to run."""
        if self._prefix not in text:
            return text
        for stand_in in self._real:
            text = text.replace(stand_in, HIDDEN)
        return text

    def scrub(self, text: str, *, shortest: int = SHORTEST_IN_TEXT) -> str:
        """Write a fixed word for every secret of some length, plain or quoted, and for every stand-in."""
        for real in sorted(self._real.values(), key=len, reverse=True):
            if len(real) >= shortest:
                for form in {real, quote(real), quote(real, safe=""), quote_plus(real)}:
                    text = text.replace(form, HIDDEN)
        return self.cloak(text)


def hide_secrets(geocoder: Any, vault: Vault) -> None:
    """Replace the secrets that a geopy geocoder holds with stand-ins, in place."""
    _take_signers(geocoder, vault)
    for name in SECRET_ATTRIBUTES:
        value = getattr(geocoder, name, None)
        if isinstance(value, str) and value:
            setattr(geocoder, name, vault.hide(value))
    headers = dict(getattr(geocoder, "headers", {}) or {})
    geocoder.headers = {
        name: str(value) if name.lower() in PLAIN_HEADERS else vault.hide(str(value)) for name, value in headers.items()
    }


def _take_signers(geocoder: Any, vault: Vault) -> None:
    """Sign below geopy, where the secrets are: it would sign addresses that hold stand-ins."""
    if getattr(geocoder, "security_key", None):
        vault.remember(geocoder.security_key)
        vault.sign_with(_baidu_signer(geocoder.security_key))
        geocoder.security_key = None
    if getattr(geocoder, "premier", False):
        for value in (geocoder.client_id, geocoder.secret_key):
            vault.remember(value)
        vault.sign_with(_google_signer(geocoder.client_id, geocoder.secret_key, getattr(geocoder, "channel", "")))
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


def hide_proxies(proxies: Any, vault: Vault) -> None:
    """Remember the passwords of proxies, so that no error repeats them."""
    for address in (proxies or {}).values() if isinstance(proxies, Mapping) else ():
        parts = urlsplit(address if "://" in str(address) else f"//{address}")
        if parts.password:
            vault.remember(parts.password)
