"""The terms of each service: rate, connections, identification, retention, and which parameters are secret.

Rates are the documented ones; one request a second where none is documented. A paid plan often allows more:
:class:`~geomap.geocoding.Service` takes ``rate`` and ``connections``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from geomap.errors import GeocodingMisused, UserAgentMissing

NOMINATIM_POLICY = "https://operations.osmfoundation.org/policies/nominatim/"
NOMINATIM_HOST = "nominatim.openstreetmap.org"
STOCK_AGENTS = ("geopy/", "python-requests", "python-urllib", "mozilla/", "curl/", "my-application", "my_app")
STOCK_NAMES = ("geomap", "my_user_agent/1.0", "specify_your_app_name_here", "test", "user_agent", "agent")
# Attributes of geopy's geocoders that hold secrets, whatever the service.
SECRET_ATTRIBUTES = (
    "api_key",
    "apikey",
    "app_code",
    "app_id",
    "auth_id",
    "auth_token",
    "password",
    "referer",
    "token",
    "username",
)
PLAIN_HEADERS = frozenset({"accept", "accept-encoding", "accept-language", "connection", "user-agent"})


@dataclass(frozen=True)
class Policy:
    """The terms of one service.

    Attributes
    ----------
    page
        Where the service publishes them.
    rate
        Maximum requests per second.
    connections
        Maximum requests at once, over all threads and processes of the machine; with 1, the interval to the next request
        counts from the previous response.
    arguments
        Arguments of the geopy class that are secret.
    parameters
        Query parameters that are secret: never in the cache, its keys, a log or an error.
    headers
        Request headers that are secret. No request header is ever stored.
    keep_days
        How long the terms allow an answer to be kept, in days.
    bulk
        How many requests in one run count as bulk use, which the policy discourages; None if it does not say.
    """

    page: str
    rate: float = 1.0
    connections: int = 1
    arguments: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    headers: tuple[str, ...] = ("Authorization", "Proxy-Authorization", "Cookie")
    keep_days: float = 180.0
    bulk: int | None = None


def data(file: str) -> dict[str, dict[str, Any]]:
    """Return a TOML file of this package, lists as tuples."""
    tables = tomllib.loads(files("geomap.geocoding").joinpath(file).read_text("utf-8"))
    return {name: _with_tuples(table) for name, table in tables.items()}


def _with_tuples(table: dict[str, Any]) -> dict[str, Any]:
    return {
        key: tuple(value) if isinstance(value, list) else _with_tuples(value) if isinstance(value, dict) else value
        for key, value in table.items()
    }


#: ``services.toml``, by the short names of geopy's services.
SERVICES: Mapping[str, Mapping[str, Any]] = MappingProxyType(data("services.toml"))
_TERMS = frozenset(field.name for field in fields(Policy))
#: The terms of each service that geopy knows, by its short name.
POLICIES: Mapping[str, Policy] = MappingProxyType(
    {
        name: Policy(**{key: value for key, value in service.items() if key in _TERMS})
        for name, service in SERVICES.items()
    }
)
UNKNOWN = Policy("", parameters=("key", "api_key", "apikey", "apiKey", "access_token", "token", "username", "password"))


def policy_of(service: str) -> Policy:
    """Return the terms of a service by its short name; cautious ones if it is unknown."""
    return POLICIES.get(service, UNKNOWN)


def check_user_agent(user_agent: str | None, *, service: str, host: str) -> str | None:
    """Return the user agent if the service accepts it.

    Raises
    ------
    UserAgentMissing
        If the public Nominatim would be used without one, or with the default of a library.
    GeocodingMisused
        If the user agent cannot be sent as a header.
    """
    if user_agent is not None and (not user_agent.isprintable() or not user_agent.isascii()):
        raise GeocodingMisused("the user agent contains characters other than printable ASCII")
    stock = not user_agent or user_agent.lower() in STOCK_NAMES or user_agent.lower().startswith(STOCK_AGENTS)
    if host == NOMINATIM_HOST and stock:
        raise UserAgentMissing(
            f"{service} at {host} requires applications to identify themselves: pass "
            f'user_agent="<your project> (<your address>)" rather than a default; at most one request a second, one thread, '
            f"no bulk use. See its policy: {NOMINATIM_POLICY}"
        )
    return user_agent


def agreed_policy(name: str, host: str, rate: float | None, connections: int | None, keep_days: float | None) -> Policy:
    """Return a service's terms with the caller's own limits in place of the documented ones.

    Raises
    ------
    GeocodingMisused
        If they exceed what the public Nominatim allows.
    """
    policy = policy_of(name)
    if name == "nominatim" and host != NOMINATIM_HOST:
        policy = replace(policy, bulk=None)
    if (rate is not None and rate <= 0) or (connections is not None and connections < 1):
        raise GeocodingMisused("rate and connections must be positive")
    if host == NOMINATIM_HOST and ((rate or 0) > policy.rate or (connections or 1) > 1):
        raise GeocodingMisused(
            f"the public Nominatim allows one request a second and one at a time ({policy.page}); for more, run your own "
            "server or use another service"
        )
    return replace(
        policy,
        rate=policy.rate if rate is None else rate,
        connections=policy.connections if connections is None else connections,
        keep_days=policy.keep_days if keep_days is None else keep_days,
    )
