"""Measure what a map's detail costs and gives, in one run, and print it.

    python tests/benchmarks/detail.py            # bytes, towns in the water, places without a shape, frames, first paint
    python tests/benchmarks/detail.py --no-page  # without Chromium

Bytes are those that the page grows by. Frames are counted while the map is panned for a second at each zoom, at 50 pixels a
step. First paint is timed with and without detail in turn.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from maps import _WATCH, CHROMIUM
from pages import ROOT

import geomap
from geomap.gazetteer._embedded import ensure_index
from geomap.gazetteer._store import Store
from geomap.maps import _detail
from geomap.maps._payload import Payload
from geomap.tables import finish_mentions

_SHAPED = ("A", "H")  # classes of places that could be drawn as what they are
_PAN = """async ([lat, lon, zoom]) => {
    const map = Object.values(window).find((each) => each instanceof L.Map);
    map.setView([lat, lon], zoom, { animate: false });
    await new Promise((done) => setTimeout(done, 500));
    const started = performance.now();
    let frames = 0;
    while (performance.now() - started < 1000) {
        map.panBy([frames % 40 < 20 ? 50 : -50, 0], { animate: false });
        await new Promise((done) => requestAnimationFrame(done));
        frames += 1;
    }
    return frames / ((performance.now() - started) / 1000);
}"""


def many_places(count: int, *, seed: int = 0) -> gpd.GeoDataFrame:
    """Return mentions of towns of the gazetteer all over the world, drawn by chance."""
    with Store(ensure_index()) as store:
        located = store.located("P")
        chosen = np.random.default_rng(seed).choice(np.flatnonzero(located.population > 15_000), count, replace=False)
        names = [store.name_of(int(row)) for row in located.rows[chosen]]
    table = pd.DataFrame({"article_id": [f"a{number}" for number in range(count)], "field": "text"})
    table = table.assign(start=0, end=[len(name) for name in names], toponym=names, name=names, kind="toponym")
    table = table.assign(status="resolved", place_id=[f"x:{number}" for number in range(count)], feature_class="P")
    return finish_mentions(table.assign(lon=located.lon[chosen], lat=located.lat[chosen]))


def added_kb(mentions: gpd.GeoDataFrame, detail: str) -> float:
    """Return the kilobytes that a page grows by, base64 included."""
    return len(_detail.detail_bytes(Payload(mentions).places, detail)) * 4 / 3 / 1000


def in_water() -> float:
    """Return the percent of towns over 15,000 that lie on no land."""
    with Store(ensure_index()) as store:
        located = store.located("P")
    large = located.population >= 15_000
    points = shapely.points(located.lon[large], located.lat[large])
    on_land = np.unique(shapely.STRtree(_detail._land().shapes).query(points, predicate="intersects")[0])
    return 100 * (1 - len(on_land) / int(large.sum()))


def without_shape(mentions: gpd.GeoDataFrame) -> str:
    """Say how many of the countries, divisions and waters of a corpus have no shape, and which are named most."""
    places = Payload(mentions).places
    shapes, countries = _detail.place_shapes(places)
    areas = places[places["feature_class"].isin(_SHAPED)]
    lacking = areas[~areas.index.isin([*shapes, *countries])]
    share = 100 * len(lacking) / max(1, len(areas))
    named = 100 * lacking["mentions"].sum() / max(1, areas["mentions"].sum())
    return (
        f"{len(lacking)} of {len(areas)} ({share:.0f} %, {named:.0f} % of their mentions) without a shape: "
        + ", ".join(f"{name} ({code})" for name, code in zip(lacking["name"], lacking["feature_code"], strict=True))[
            :300
        ]
    )


def frames(path: Path, lat: float, lon: float) -> dict[int, float]:
    """Return the frames a second while panning at three zooms."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = shutil.which(os.environ.get("CHROMIUM", "chromium"))
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(path.as_uri())
        page.wait_for_timeout(3000)
        found = {zoom: float(page.evaluate(_PAN, [lat, lon, zoom])) for zoom in (5, 8, 11)}
        browser.close()
    return found


def first_paint(path: Path) -> float:
    """Return when a page has drawn its first symbol, in milliseconds."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = shutil.which(os.environ.get("CHROMIUM", "chromium"))
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.add_init_script(_WATCH)
        page.goto(path.as_uri(), wait_until="commit")
        page.wait_for_selector("html[data-painted]", state="attached")
        painted = float(page.get_attribute("html", "data-painted") or "nan")
        browser.close()
    return painted


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure what a map's detail costs and gives.")
    parser.add_argument("--no-page", action="store_true", help="without Chromium")
    options = parser.parse_args()
    samples: dict[str, Any] = {
        name: geomap.geoparse(geomap.read_articles(ROOT / "data" / "corpora" / name)) for name in ("mosul", "world")
    }
    samples["2,000 places"] = many_places(2_000)
    for name, mentions in samples.items():
        print(f"{name}: {added_kb(mentions, 'corpus'):,.0f} KB more")
        if name != "2,000 places":
            print(f"{name}: {without_shape(mentions)}")
    print(f"whole world: {added_kb(samples['mosul'], 'world'):,.0f} KB more")
    print(f"towns over 15,000 in the water: {in_water():.2f} %")
    if options.no_page:
        return
    with tempfile.TemporaryDirectory() as folder:
        paths = {detail: Path(folder) / f"{detail}.html" for detail in ("corpus", None)}
        for detail, path in paths.items():
            geomap.save_html(geomap.explore(samples["mosul"], detail=detail), path)
        print("frames a second at zooms 5, 8, 11:", frames(paths["corpus"], 36.3, 43.1))
        times: dict[str | None, list[float]] = {detail: [] for detail in paths}
        for _ in range(5):
            for detail, path in paths.items():
                times[detail].append(first_paint(path))
        print("first paint, ms:", {str(detail): statistics.median(found) for detail, found in times.items()})


if __name__ == "__main__":
    main()
