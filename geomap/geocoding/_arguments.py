"""From what a caller writes to what geopy's classes take: names, keys, hints."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from geomap.errors import CredentialsMissing, GeocoderUnknown, GeocodingMisused, MissingDependency
from geomap.geocoding._places import Bounds
from geomap.geocoding._policies import Policy

# How geopy's classes call the same hint.
ALIASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("country_codes", ("country_codes", "countries", "country")),
    ("viewbox", ("viewbox", "bbox", "bounds", "boundary_rect")),
    ("language", ("language", "lang", "culture")),
    ("limit", ("limit", "maxresults", "max_results", "candidates")),
)
EXTRAS: tuple[tuple[str, object], ...] = (
    ("addressdetails", True),
    ("annotations", False),
    ("out_fields", "Addr_type,Type"),
)
ONE_ONLY = ("baidu", "baiduv3")  # geopy fails on their answers when asked for several
ONE_COUNTRY = ("geokeo",)
THREE_LETTERS = ("herev7",)


def require_libraries() -> None:
    """Check that what geocoding needs is installed.

    Raises
    ------
    MissingDependency
        If it is not; the message says how to install it.
    """
    try:
        import geopy  # noqa: F401
        import requests  # noqa: F401
        import requests_cache  # noqa: F401
        import tenacity  # noqa: F401
    except ImportError as error:
        raise MissingDependency(
            f"geomap.geocoding needs {error.name}: pip install 'geomap-toolkit[geocoding]'"
        ) from error


def geocoder_class(name: str) -> Any:
    """Return geopy's class by its short name.

    Raises
    ------
    GeocoderUnknown
        If geopy has none by that name; the message lists those it has.
    """
    from geopy.geocoders import SERVICE_TO_GEOCODER

    if name.lower() not in SERVICE_TO_GEOCODER:
        raise GeocoderUnknown(
            f"geopy has no geocoder {name!r}; it has: {', '.join(sorted(SERVICE_TO_GEOCODER))}; or pass an instance"
        )
    return SERVICE_TO_GEOCODER[name.lower()]


def short_name(geocoder: object) -> str:
    """Return the short name of an instance's class, or of the nearest class above it that has one."""
    from geopy.geocoders import SERVICE_TO_GEOCODER

    names = {cls: name for name, cls in sorted(SERVICE_TO_GEOCODER.items(), reverse=True)}
    found = next((names[cls] for cls in type(geocoder).__mro__ if cls in names), None)
    return found or type(geocoder).__name__.lower()


def constructor_arguments(cls: Any, name: str, policy: Policy, given: Mapping[str, Any]) -> dict[str, Any]:
    """Complete what geopy's class is made with: keys from the environment, an address taken apart.

    Raises
    ------
    CredentialsMissing
        If the class needs a key that is neither given nor in the environment (``GEOMAP_<SERVICE>_<ARGUMENT>``).
    GeocodingMisused
        If the class takes no such argument.
    """
    parameters = inspect.signature(cls.__init__).parameters
    arguments = dict(given)
    _take_address_apart(arguments)
    if unknown := [key for key in arguments if key not in parameters]:
        takes = ", ".join(key for key in parameters if key not in {"self", "adapter_factory", "timeout"})
        raise GeocodingMisused(f"{name} takes no {', '.join(unknown)}; it takes: {takes}")
    for argument in policy.arguments:
        if argument in parameters and arguments.get(argument) is None:
            value = os.environ.get(variable(name, argument))
            arguments.pop(argument, None)
            if value:
                arguments[argument] = value
    for key, parameter in parameters.items():
        if key != "self" and parameter.default is parameter.empty and not arguments.get(key):
            if key in policy.arguments:
                raise CredentialsMissing(
                    f"{name} needs {key}: pass {key}=..., or set the environment variable {variable(name, key)}; "
                    f"see {policy.page}"
                )
            raise GeocodingMisused(f"{name} needs {key}: pass {key}=...")
    return arguments


def variable(service: str, argument: str) -> str:
    """Return the environment variable that a service's key is read from."""
    return f"GEOMAP_{service}_{argument}".upper()


def host_of(cls: Any, arguments: Mapping[str, Any]) -> str:
    """Return the host that a geocoder of this class would ask."""
    domain = arguments.get("domain")
    if domain is None:
        parameter = inspect.signature(cls.__init__).parameters.get("domain")
        domain = parameter.default if parameter is not None else ""
    return (urlsplit(f"//{domain}").hostname or "") if isinstance(domain, str) else ""


def _take_address_apart(arguments: dict[str, Any]) -> None:
    domain = arguments.get("domain")
    if not isinstance(domain, str):
        return
    if "://" in domain:
        parts = urlsplit(domain)
        arguments.setdefault("scheme", parts.scheme)
        arguments["domain"] = domain = (parts.netloc + parts.path).rstrip("/")
    if "@" in domain:
        raise GeocodingMisused(
            'a name and password in the address would be logged; pass headers={"Authorization": ...} instead'
        )


def check_headers(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Return further request headers if they can be sent; a value is never repeated in an error."""
    checked = dict(headers or {})
    for name, value in checked.items():
        if not (name.isascii() and name.isprintable() and str(value).isascii() and str(value).isprintable()):
            raise GeocodingMisused(f"the header {name!r} holds characters that HTTP cannot carry")
    return checked


def hints_for(
    method: Any,
    service: str,
    *,
    country_codes: Sequence[str] = (),
    viewbox: Bounds | None = None,
    language: str | None = None,
    limit: int | None = None,
    strict: bool = True,
) -> dict[str, Any]:
    """Return the keyword arguments by which a geopy method takes our hints.

    Parameters
    ----------
    method
        A geocoder's bound ``geocode`` or ``reverse``.
    strict
        Whether a hint that the service does not take is an error; else it is left out.

    Raises
    ------
    GeocodingMisused
        If the service does not take a hint. ``limit`` is never an error: answers are cut to it.
    """
    parameters = _parameters(getattr(method, "__func__", method))
    values = {"country_codes": list(country_codes), "viewbox": viewbox, "language": language, "limit": limit}
    keywords: dict[str, Any] = {key: value for key, value in EXTRAS if key in parameters}
    for hint, names in ALIASES:
        value = values[hint]
        if not value:
            continue
        name = next((name for name in names if name in parameters), None)
        if name is None or (hint == "country_codes" and not _codes_fit(service, country_codes)):
            if strict and hint != "limit":
                raise GeocodingMisused(f"{service} takes no {hint}; leave it out, or write it into the names")
            continue
        keywords[name] = _as_geopy_wants(hint, value, service)
    if "exactly_one" in parameters:
        keywords["exactly_one"] = service in ONE_ONLY
    return keywords


@functools.cache
def _parameters(function: Any) -> frozenset[str]:
    return frozenset(inspect.signature(function).parameters)


def _codes_fit(service: str, codes: Sequence[str]) -> bool:
    if service in ONE_COUNTRY:
        return len(codes) == 1
    return service not in THREE_LETTERS or all(len(code) == 3 for code in codes)


def _as_geopy_wants(hint: str, value: Any, service: str) -> Any:
    if hint == "viewbox":
        west, south, east, north = value
        return [(south, west), (north, east)]
    if hint == "country_codes" and service in ONE_COUNTRY:
        return value[0]
    return value


def check_hints(
    country_codes: str | Sequence[str] | None, viewbox: Sequence[float] | None, limit: int
) -> tuple[tuple[str, ...], Bounds | None]:
    """Return country codes and viewbox in their checked forms.

    Raises
    ------
    GeocodingMisused
        If a code has neither two nor three letters, the viewbox is not (west, south, east, north), or the limit is
        under 1.
    """
    codes = (country_codes,) if isinstance(country_codes, str) else tuple(country_codes or ())
    for code in codes:
        if not (isinstance(code, str) and code.isascii() and code.isalpha() and len(code) in {2, 3}):
            raise GeocodingMisused(f"{code!r} is no country code; ISO 3166-1 alpha-2 is meant, like 'iq'")
    if limit < 1:
        raise GeocodingMisused(f"limit is {limit}; at least one answer has to be asked for")
    if viewbox is None:
        return tuple(code.lower() for code in codes), None
    try:
        west, south, east, north = (float(edge) for edge in viewbox)
    except (TypeError, ValueError):
        raise GeocodingMisused(f"viewbox is {viewbox!r}, not four numbers: west, south, east, north") from None
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise GeocodingMisused(f"viewbox is {viewbox!r}; west, south, east, north in degrees are meant, in that order")
    return tuple(code.lower() for code in codes), (west, south, east, north)
