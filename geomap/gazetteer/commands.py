"""``geomap gazetteer``: install, build, list, describe and remove gazetteers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from geomap.errors import GazetteerNotFound

app = typer.Typer(
    name="gazetteer",
    help="Install, build, list and remove gazetteers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Folder = Annotated[
    Path | None, typer.Option("--cache", help="The folder for indexes.", show_default="GEOMAP_CACHE, or the user's")
]


@app.command("install")
def install_command(
    name: Annotated[str, typer.Argument(help="The gazetteer to install: 'geonames'.")],
    url: Annotated[
        str | None, typer.Option(help="Another server.", show_default="GEOMAP_GEONAMES_URL, or GeoNames'")
    ] = None,
    keep_files: Annotated[bool, typer.Option("--keep-files", help="Keep the downloaded files.")] = False,
    cache: Folder = None,
) -> None:
    """Download a gazetteer and build its index: 0.6 GB to download, 2.5 GB in the end, some minutes."""
    from geomap.gazetteer.download import download_geonames
    from geomap.gazetteer.geonames import build_geonames
    from geomap.gazetteer.sources import GEONAMES, downloads_folder

    if name != GEONAMES:
        raise GazetteerNotFound(f"no gazetteer {name!r} can be installed; 'geonames' can")
    folder = downloads_folder(GEONAMES, cache)
    with _bars() as progress:
        download_geonames(folder, url=url, advance=lambda file, done, size: progress(file, done / max(size, done, 1)))
        path = build_geonames(folder, cache_dir=cache, progress=progress)
    if not keep_files:
        shutil.rmtree(folder)
    _built(path)


@app.command("build")
def build_command(
    geonames: Annotated[Path, typer.Option(help="A folder with GeoNames' files, zipped or not.")],
    cache: Folder = None,
) -> None:
    """Build the gazetteer 'geonames' from files that are already there."""
    from geomap.gazetteer.geonames import build_geonames

    with _bars() as progress:
        path = build_geonames(geonames, cache_dir=cache, progress=progress)
    _built(path)


@app.command("list")
def list_command(cache: Folder = None) -> None:
    """List the gazetteers that are there."""
    from geomap.gazetteer.sources import indexes
    from geomap.gazetteer.store import Store

    typer.echo(f"{'gazetteer':<24} {'places':>12} {'names':>12} {'MB':>8}  date")
    known = False
    for path in indexes(cache):
        meta = Store(path).meta()
        known = known or meta["source"] == "embedded"
        typer.echo(
            f"{meta['source']:<24} {int(meta['places']):>12,} {int(meta['names']):>12,} "
            f"{path.stat().st_size / 1e6:>8,.0f}  {meta.get('date') or meta.get('file', '')}"
        )
    if not known:
        typer.echo(f"{'embedded':<24} {'(its index is built at first use)':>33}")


@app.command("info")
def info_command(
    name: Annotated[str, typer.Argument(help="'embedded', 'geonames', or a file of your own.")],
    cache: Folder = None,
) -> None:
    """Say what a gazetteer holds, where it comes from and under which licence."""
    from geomap.gazetteer import Gazetteer

    for key, value in Gazetteer(name, cache_dir=cache).info().items():
        if isinstance(value, dict):
            value = ", ".join(f"{letter or '-'} {count:,}" for letter, count in value.items())
        typer.echo(
            f"{key.replace('_', ' '):<16} {value:,}"
            if isinstance(value, int)
            else f"{key.replace('_', ' '):<16} {value}"
        )


@app.command("remove")
def remove_command(
    name: Annotated[str, typer.Argument(help="'geonames', 'embedded', or the name of an own one in 'list'.")],
    cache: Folder = None,
) -> None:
    """Delete a gazetteer's index and downloads; files of your own are not touched."""
    from geomap.gazetteer.sources import remove_installed

    for path in remove_installed(name, cache):
        typer.echo(f"deleted {path}")


def _built(path: Path) -> None:
    from geomap.gazetteer.store import Store

    meta = Store(path).meta()
    typer.echo(
        f"{int(meta['places']):,} places, {int(meta['names']):,} names, {path.stat().st_size / 1e6:,.0f} MB: {path}"
    )


@contextmanager
def _bars() -> Iterator[Callable[[str, float], None]]:
    """Show one bar for each stage on stderr, if that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress, TaskID

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(stage: str, share: float) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=1.0)
            bar.update(tasks[stage], completed=share)

        yield progress
