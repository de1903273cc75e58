"""Translate the caller's arguments into those of geopy's classes: names, keys, hints."""

from __future__ import annotations

import functools
import inspect
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from geomap._optional import optional
from geomap.errors import CredentialsMissing, GeocoderUnknown, GeocodingMisused
from geomap.geocoding._places import Bounds
from geomap.geocoding._policies import SERVICES, Policy

# The names that geopy's classes have for the same hint.
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


def require_libraries() -> None:
    """Check that the packages that geocoding needs are installed.

    Raises
    ------
    MissingDependency
        If one is not; the message says how to install it.
    """
    for module in ("geopy", "requests", "tenacity"):
        optional(module, needed_by="geomap.geocoding", extra=None)


def geocoder_class(name: str) -> Any:
    """Return a geopy class by its short name.

    Raises
    ------
    GeocoderUnknown
        If geopy has no such class; the message lists the names.
    """
    from geopy.geocoders import SERVICE_TO_GEOCODER

    if name.lower() not in SERVICE_TO_GEOCODER:
        raise GeocoderUnknown(
            f"unknown geocoder {name!r}; geopy has: {', '.join(sorted(SERVICE_TO_GEOCODER))}; or pass an instance"
        )
    return SERVICE_TO_GEOCODER[name.lower()]


_OWN_MACHINE = re.compile(r"(?:localhost|127\.[\d.]+|\[::1\])(?::|/|$)", re.IGNORECASE)


def short_name(geocoder: object) -> str:
    """Return the short name of an instance's class, or of the nearest class above it that has one."""
    from geopy.geocoders import SERVICE_TO_GEOCODER

    names = {cls: name for name, cls in sorted(SERVICE_TO_GEOCODER.items(), reverse=True)}
    return next((names[cls] for cls in type(geocoder).__mro__ if cls in names), type(geocoder).__name__.lower())


def constructor_arguments(cls: Any, name: str, policy: Policy, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments for a geopy class: the options, keys from the environment, and the parts of an address.

    Raises
    ------
    CredentialsMissing
        If a required key is neither given nor in the environment (``GEOMAP_<SERVICE>_<ARGUMENT>``).
    GeocodingMisused
        If the class has no such argument, or a required one is missing.
    """
    parameters = inspect.signature(cls.__init__).parameters
    arguments = dict(options)
    _split_address(arguments)
    if unknown := [key for key in arguments if key not in parameters]:
        supported = ", ".join(key for key in parameters if key not in {"self", "adapter_factory", "timeout"})
        raise GeocodingMisused(f"{name} does not support {', '.join(unknown)}; it supports: {supported}")
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
    """Return the name of the environment variable for a service's key."""
    return f"GEOMAP_{service}_{argument}".upper()


def host_of(cls: Any, arguments: Mapping[str, Any]) -> str:
    """Return the host that a geocoder of this class sends its requests to."""
    domain = arguments.get("domain")
    if domain is None:
        parameter = inspect.signature(cls.__init__).parameters.get("domain")
        domain = parameter.default if parameter is not None else ""
    return (urlsplit(f"//{domain}").hostname or "") if isinstance(domain, str) else ""


def _split_address(arguments: dict[str, Any]) -> None:
    domain = arguments.get("domain")
    if not isinstance(domain, str):
        return
    if "://" in domain:
        parts = urlsplit(domain)
        arguments.setdefault("scheme", parts.scheme)
        arguments["domain"] = domain = (parts.netloc + parts.path).rstrip("/")
    elif "scheme" not in arguments and _OWN_MACHINE.match(domain):
        # geopy would take https, which a server of one's own hardly speaks.
        raise GeocodingMisused(f"{domain} has no scheme; write domain='http://{domain}', or https:// if it speaks that")
    if "@" in domain:
        raise GeocodingMisused(
            'credentials in the address would be logged; pass headers={"Authorization": ...} instead'
        )


def check_headers(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Return request headers if they can be sent; errors never show a value."""
    checked = dict(headers or {})
    for name, value in checked.items():
        if not (name.isascii() and name.isprintable() and str(value).isascii() and str(value).isprintable()):
            raise GeocodingMisused(f"header {name!r} contains characters other than printable ASCII")
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
    """Return the keyword arguments for a geopy method.

    Parameters
    ----------
    method
        A geocoder's bound ``geocode`` or ``reverse``.
    strict
        Whether a hint that the service does not support is an error; otherwise it is ignored.

    Raises
    ------
    GeocodingMisused
        If the service does not support a hint. ``limit`` is never an error: answers are cut to it.
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
                raise GeocodingMisused(f"{service} does not support {hint}; leave it out, or add it to the names")
            continue
        keywords[name] = _in_geopy_form(hint, value, service)
    if "exactly_one" in parameters:
        keywords["exactly_one"] = _quirk(service, "one_place") is True
    return keywords


@functools.cache
def _parameters(function: Any) -> frozenset[str]:
    return frozenset(inspect.signature(function).parameters)


def _quirk(service: str, name: str) -> object:
    return SERVICES.get(service, {}).get(name)


def _codes_fit(service: str, codes: Sequence[str]) -> bool:
    hint = _quirk(service, "country_hint")
    return (hint != "one" or len(codes) == 1) and (hint != "three" or all(len(code) == 3 for code in codes))


def _in_geopy_form(hint: str, value: Any, service: str) -> Any:
    if hint == "viewbox":
        west, south, east, north = value
        return [(south, west), (north, east)]
    if hint == "country_codes" and _quirk(service, "country_hint") == "one":
        return value[0]
    return value


def check_hints(
    country_codes: str | Sequence[str] | None, viewbox: Sequence[float] | None, limit: int
) -> tuple[tuple[str, ...], Bounds | None]:
    """Check country codes and viewbox, and return them in one form.

    Raises
    ------
    GeocodingMisused
        If a code has neither two nor three letters, the viewbox is not (west, south, east, north), or the limit is
        below 1.
    """
    codes = (country_codes,) if isinstance(country_codes, str) else tuple(country_codes or ())
    for code in codes:
        if not (isinstance(code, str) and code.isascii() and code.isalpha() and len(code) in {2, 3}):
            raise GeocodingMisused(f"invalid country code {code!r}; expected ISO 3166-1 alpha-2, such as 'iq'")
    if limit < 1:
        raise GeocodingMisused(f"limit must be at least 1; got {limit}")
    if viewbox is None:
        return tuple(code.lower() for code in codes), None
    try:
        west, south, east, north = (float(edge) for edge in viewbox)
    except (TypeError, ValueError):
        raise GeocodingMisused(f"viewbox must be four numbers, west, south, east, north; got {viewbox!r}") from None
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise GeocodingMisused(f"viewbox must be west, south, east, north in degrees, in that order; got {viewbox!r}")
    return tuple(code.lower() for code in codes), (west, south, east, north)
