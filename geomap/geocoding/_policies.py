"""The terms of each service: rate, connections, identification, retention, and which parameters are secret.

Rates are the documented ones; one request a second where none is documented. A paid plan often allows more:
:class:`~geomap.geocoding.Service` takes ``rate`` and ``connections``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

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


_KEY = ("api_key",)
_REFERER = ("Authorization", "Proxy-Authorization", "Cookie", "Referer")
_GOOGLE = Policy(
    "https://developers.google.com/maps/documentation/geocoding/usage-and-billing",
    rate=25.0,
    connections=4,
    arguments=("api_key", "client_id", "secret_key"),
    parameters=("key", "client", "signature"),
    keep_days=30.0,
)
_HERE = Policy(
    "https://www.here.com/docs/",
    rate=5.0,
    connections=2,
    arguments=("apikey", "app_id", "app_code"),
    parameters=("apiKey", "app_id", "app_code"),
    keep_days=30.0,
)
_BAIDU = Policy("https://lbsyun.baidu.com/", arguments=("api_key", "security_key"), parameters=("ak", "sn"))
_WHAT3WORDS = Policy("https://developer.what3words.com/", arguments=_KEY, parameters=("key",))

#: The terms of each service that geopy knows, by its short name.
POLICIES: Mapping[str, Policy] = MappingProxyType(
    {
        "arcgis": Policy(
            "https://developers.arcgis.com/rest/geocode/api-reference/overview-world-geocoding-service.htm",
            arguments=("username", "password", "referer"),
            parameters=("username", "password", "token", "referer"),
            headers=_REFERER,
            keep_days=1.0,
        ),
        "azure": Policy(
            "https://learn.microsoft.com/azure/azure-maps/azure-maps-qps-rate-limits",
            arguments=("subscription_key",),
            parameters=("subscription-key",),
        ),
        "baidu": _BAIDU,
        "baiduv3": _BAIDU,
        "banfrance": Policy("https://adresse.data.gouv.fr/outils/api-doc/adresse", rate=50.0, connections=4),
        "bing": Policy("https://learn.microsoft.com/bingmaps/", arguments=_KEY, parameters=("key",)),
        "databc": Policy("https://github.com/bcgov/api-specs/blob/master/geocoder/geocoder-developer-guide.md"),
        "geocodeearth": Policy("https://geocode.earth/docs/", arguments=_KEY, parameters=("api_key",)),
        "geocodio": Policy("https://www.geocod.io/docs/", rate=16.0, arguments=_KEY, parameters=("api_key",)),
        "geokeo": Policy("https://geokeo.com/documentation.php", arguments=_KEY, parameters=("api",)),
        "geolake": Policy("https://geolake.com/docs/api", arguments=_KEY, parameters=("api_key",)),
        "geonames": Policy(
            "https://www.geonames.org/export/web-services.html",
            rate=1000 / 3600,
            arguments=("username",),
            parameters=("username",),
        ),
        "google": _GOOGLE,
        "googlev3": _GOOGLE,
        "here": _HERE,
        "herev7": _HERE,
        "ignfrance": Policy(
            "https://geoservices.ign.fr/documentation/services/services-deprecies/service-geocodage",
            arguments=("api_key", "username", "password", "referer"),
            headers=_REFERER,
        ),
        "liveaddress": Policy(
            "https://www.smarty.com/docs/cloud/us-street-api",
            arguments=("auth_id", "auth_token"),
            parameters=("auth-id", "auth-token"),
        ),
        # The terms of temporary geocoding, which geopy uses, forbid storing answers.
        "mapbox": Policy(
            "https://docs.mapbox.com/api/search/geocoding/",
            rate=10.0,
            connections=2,
            arguments=("api_key", "referer"),
            parameters=("access_token",),
            headers=_REFERER,
            keep_days=0.0,
        ),
        "mapquest": Policy("https://developer.mapquest.com/documentation/", arguments=_KEY, parameters=("key",)),
        "maptiler": Policy("https://docs.maptiler.com/cloud/api/geocoding/", arguments=_KEY, parameters=("key",)),
        "nominatim": Policy(NOMINATIM_POLICY, rate=1.0, connections=1, bulk=1000),
        "opencage": Policy("https://opencagedata.com/api", rate=1.0, arguments=_KEY, parameters=("key",)),
        "openmapquest": Policy("https://developer.mapquest.com/documentation/", arguments=_KEY, parameters=("key",)),
        "pelias": Policy("https://github.com/pelias/documentation", arguments=_KEY, parameters=("api_key",)),
        "photon": Policy("https://photon.komoot.io", rate=1.0, connections=1, bulk=1000),
        "pickpoint": Policy("https://pickpoint.io", arguments=_KEY, parameters=("key",)),
        "tomtom": Policy(
            "https://developer.tomtom.com/geocoding-api/documentation", rate=5.0, arguments=_KEY, parameters=("key",)
        ),
        "what3words": _WHAT3WORDS,
        "what3wordsv3": _WHAT3WORDS,
        "woosmap": Policy("https://developers.woosmap.com/", rate=10.0, arguments=_KEY, parameters=("private_key",)),
        "yandex": Policy("https://yandex.com/maps-api/docs/geocoder-api/", arguments=_KEY, parameters=("apikey",)),
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
