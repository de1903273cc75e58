"""The commands ``geomap geocode`` and ``geomap cache``, mounted by :mod:`geomap.cli`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geomap.geocoding import Service

cache_app = typer.Typer(
    name="cache", help="The answers of geocoding services that are kept on this machine.", no_args_is_help=True
)
CacheFile = Annotated[
    Path | None, typer.Option("--cache", help="The file answers are kept in.", show_default="the user's")
]

UserAgent = Annotated[
    str | None, typer.Option(help="Who asks, '<project> (<address>)'; the public Nominatim demands it.")
]
Domain = Annotated[str | None, typer.Option(help="The server, if it is your own: http://localhost:8088")]
Fallback = Annotated[
    str | None,
    typer.Option(help="A geocoder of geopy's to ask for names that the gazetteer lacks; only they leave the machine."),
]


def fallback_service(name: str | None, user_agent: str | None, domain: str | None) -> Service | None:
    """Return the service that ``--fallback`` names, or None without one.

    Raises
    ------
    GeocodingMisused
        If there is somebody to ask or to name, and no service.
    """
    from geomap.errors import GeocodingMisused
    from geomap.geocoding import Service

    if name is None:
        if user_agent or domain:
            raise GeocodingMisused("--user-agent and --domain are for the service of --fallback, which is not given")
        return None
    options: dict[str, Any] = {"domain": domain} if domain else {}
    return Service(name, user_agent=user_agent, **options)


def geocode_command(
    names: Annotated[
        list[str],
        typer.Argument(
            help="Names; or one .csv or .txt file of them (columns name, context, country_code); - for stdin."
        ),
    ],
    service: Annotated[str, typer.Option(help="A geocoder of geopy's: nominatim, photon, geonames, ...")] = "nominatim",
    user_agent: UserAgent = None,
    domain: Domain = None,
    country: Annotated[list[str] | None, typer.Option(help="Keep to a country (iq); may be given again.")] = None,
    viewbox: Annotated[str | None, typer.Option(help="west,south,east,north in degrees.")] = None,
    language: Annotated[str | None, typer.Option(help="The language of the answers.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many places to ask for per name.")] = 5,
    rate: Annotated[float | None, typer.Option(help="Requests a second.", show_default="the service's limit")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The table to write: .csv, .geojson, .gpkg or .parquet.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would cost; send nothing.")] = False,
    only_cached: Annotated[bool, typer.Option("--only-cached", help="Answer from the cache; send nothing.")] = False,
    cache: CacheFile = None,
) -> None:
    """Ask a geocoding service for names, politely; what is known already is not asked again.

    Keys are read from the environment: GEOMAP_OPENCAGE_API_KEY, GEOMAP_GEONAMES_USERNAME, ... Only the names and hints
    given here leave the machine. Nominatim's policy: https://operations.osmfoundation.org/policies/nominatim/
    """
    from geomap.errors import UnsupportedFormat
    from geomap.geocoding import Service, geocode, plan

    if output is not None and output.suffix not in {".csv", ".geojson", ".gpkg", ".parquet"}:
        raise UnsupportedFormat(f"cannot write {output.name}: .csv, .geojson, .gpkg and .parquet are known")
    options: dict[str, Any] = {"domain": domain} if domain else {}
    asked = Service(service, user_agent=user_agent, rate=rate, cache=cache, only_cached=only_cached, **options)
    hints: dict[str, Any] = {
        "country_codes": country or None,
        "viewbox": viewbox.split(",") if viewbox else None,
        "language": language,
        "limit": limit,
    }
    table = _names(names)
    if dry_run:
        typer.echo(str(plan(table, service=asked, **hints)))
        return
    found = geocode(table, service=asked, **hints)
    counts = found["status"].value_counts()
    typer.echo(", ".join(f"{counts.get(name, 0):,} {name}" for name in ("found", "not_found", "error")), err=True)
    if output is None:
        _show(found)
    else:
        _write(found, output)
        typer.echo(f"{len(found):,} names: {output.resolve()}")


@cache_app.command("info")
def info_command(cache: CacheFile = None) -> None:
    """Show what is kept, where, and how old it is."""
    from geomap.geocoding import cache_info

    typer.echo(str(cache_info(cache)))


@cache_app.command("clear")
def clear_command(
    expired: Annotated[bool, typer.Option("--expired", help="Only what is too old to be used.")] = False,
    cache: CacheFile = None,
) -> None:
    """Forget what is kept."""
    from geomap.geocoding import clear_cache

    typer.echo(f"{clear_cache(cache, expired_only=expired):,} answers removed")


@cache_app.command("export")
def export_command(
    output: Annotated[Path, typer.Argument(help=".sqlite to use elsewhere (--only-cached --cache), .csv to read.")],
    cache: CacheFile = None,
) -> None:
    """Write a copy that others can use; it holds no keys."""
    from geomap.geocoding import export_cache

    typer.echo(f"{export_cache(output, path=cache):,} answers: {output.resolve()}")


def mount(app: typer.Typer) -> None:
    """Add the commands to geomap's own."""
    app.command("geocode")(geocode_command)
    app.add_typer(cache_app)


def _names(given: list[str]) -> list[str] | pd.DataFrame:
    import pandas as pd

    from geomap.errors import GeocodingMisused

    if given == ["-"]:
        return [line.rstrip("\n") for line in sys.stdin if line.strip()]
    path = Path(given[0])
    if len(given) == 1 and path.suffix in {".csv", ".txt"}:
        if not path.is_file():
            raise GeocodingMisused(f"there is no file {path}")
        if path.suffix == ".csv":
            return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
        return [line for line in path.read_text("utf-8-sig").splitlines() if line.strip()]
    return given


def _show(found: gpd.GeoDataFrame) -> None:
    table = found[["name", "status", "type", "address"]].copy()
    table["lat"], table["lon"] = found.geometry.y.round(5), found.geometry.x.round(5)
    table["address"] = table["address"].where(table["address"].notna(), found["reason"])
    typer.echo(table.to_string(index=False, na_rep=""))


def _write(found: gpd.GeoDataFrame, output: Path) -> None:
    from geomap.files import replacing

    with replacing(output) as temporary:
        if output.suffix == ".csv":
            flat = found.drop(columns="geometry")
            flat["lat"], flat["lon"] = found.geometry.y, found.geometry.x
            flat.to_csv(temporary, index=False)
        elif output.suffix == ".parquet":
            found.to_parquet(temporary)
        else:
            found.to_file(temporary, driver="GeoJSON" if output.suffix == ".geojson" else "GPKG")
